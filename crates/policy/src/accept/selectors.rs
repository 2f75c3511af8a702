//! What an exception names so that it covers one finding and as little else as can be said in a stable way.

use portcullis_model::{Finding, Judged, Kind, Registry, advisory};

use crate::load::names_rule;
use crate::pattern::{self, Names};

/// The selectors of a new exception.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selectors {
    /// The rule or advisory.
    pub rule: String,
    /// Package URL with its version, without qualifiers.
    pub package: Option<String>,
    /// The file.
    pub path: Option<String>,
    /// The object inside the file.
    pub resource: Option<String>,
    /// Exactly this finding.
    pub fingerprint: Option<String>,
}

/// Rule and package of what was found in a package, rule and file of everything else, the fingerprint of secrets. Where that
/// would cover other findings of the run too, the next selector narrows it: file, object, fingerprint.
pub fn narrowest(finding: &Finding, run: &[Judged], registry: &Registry) -> Selectors {
    let mut selectors = Selectors { rule: rule(finding, registry), ..Selectors::default() };
    if finding.kind == Kind::Secret {
        selectors.fingerprint = Some(finding.fingerprint.clone());
        return selectors;
    }
    selectors.package = package(finding);
    let path = plain(finding.path()).filter(|path| path.contains('/')).map(str::to_owned);
    if selectors.package.is_none() {
        selectors.path.clone_from(&path);
    }
    let is_alone = |selectors: &Selectors| {
        let mut others = run.iter().filter(|judged| judged.is_open());
        !others.any(|judged| judged.finding.fingerprint != finding.fingerprint && selectors.cover(&judged.finding))
    };
    // A name without a directory is a pattern for every directory.
    let is_placed = selectors.package.is_some() || selectors.path.is_some();
    if !is_alone(&selectors) {
        selectors.path = path;
    }
    if !is_alone(&selectors) {
        selectors.resource = resource(finding);
    }
    if !is_placed || !is_alone(&selectors) {
        selectors.fingerprint = Some(finding.fingerprint.clone());
    }
    selectors
}

impl Selectors {
    fn cover(&self, other: &Finding) -> bool {
        let same = |own: &Option<String>, theirs: Option<String>| own.is_none() || *own == theirs;
        Names::of(other).any(|name| name == self.rule)
            && same(&self.package, package(other))
            && same(&self.path, Some(other.path().to_owned()))
            && same(&self.resource, resource(other))
            && same(&self.fingerprint, Some(other.fingerprint.clone()))
    }
}

/// The first of the finding's names that the policy may use.
fn rule(finding: &Finding, registry: &Registry) -> String {
    let names = Names::of(finding);
    let is_usable = |name: &&str| !pattern::is_glob(name) && names_rule(name, registry);
    let license = names.iter().find(|name: &&str| name.starts_with("license:"));
    let advisory = [finding.id.as_str()].into_iter().find(|id| advisory::is_advisory(id));
    let any = || names.iter().find(is_usable);
    advisory.or(license.filter(is_usable)).or_else(any).unwrap_or(&finding.id).to_owned()
}

fn package(finding: &Finding) -> Option<String> {
    let purl = finding.package.as_deref()?.purl.as_deref()?;
    let bare = purl.split(['?', '#']).next().unwrap_or(purl);
    plain(bare).map(str::to_owned)
}

fn resource(finding: &Finding) -> Option<String> {
    plain(finding.primary()?.resource.as_deref()?).map(str::to_owned)
}

/// A text that stands for itself where a pattern is expected.
fn plain(text: &str) -> Option<&str> {
    let stands_for_itself = !text.is_empty() && !text.contains(['*', '?', '[', ']', '{', '}', '\\']);
    (stands_for_itself && !text.starts_with(['!', '/']) && !text.ends_with('/')).then_some(text)
}
