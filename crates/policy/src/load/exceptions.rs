//! Exceptions: what makes one valid (spec/policy.md 7.2).

use std::collections::BTreeMap;

use jiff::civil::Date;
use portcullis_model::{Diagnostic, Glob, Globs};

use super::build::Tree;
use super::layers::Layer;
use super::rules::{SHORTEST_REASON, unknown};
use super::source::labelled;
use super::value::{Located, Value};
use super::{Inputs, MOST_TOLD};
use crate::pattern::{PackagePattern, Pattern};
use crate::policy::Exception;

const CODE: &str = "policy/exception-invalid";

/// Words that stand where a reason should.
const FILLERS: &[&str] = &["tbd", "todo", "fixme", "n/a", "na", "test", "none", "wip", "false positive"];

/// Exceptions of the policy layers, then those of their own files. `sound`: the policy holds no error, so that what its
/// `exception_policy` asks for can be checked too.
pub(crate) fn read(
    tree: &Tree<'_>,
    files: &[Layer],
    inputs: &Inputs<'_>,
    sound: bool,
    told: &mut Vec<Diagnostic>,
) -> Vec<Exception> {
    let of_files = files.iter().filter_map(|layer| layer.tree.at(&["exceptions"])).flat_map(Located::items);
    let entries: Vec<_> = tree.list(&["exceptions"]).iter().chain(of_files).collect();
    twice(&entries, tree, told);
    entries
        .into_iter()
        .filter_map(|entry| {
            if told.len() >= MOST_TOLD {
                return None;
            }
            let mut check = Check { tree, inputs, sound, entry, told: Vec::new() };
            let exception = check.exception();
            let valid = check.told.is_empty();
            told.append(&mut check.told);
            exception.filter(|_| valid)
        })
        .collect()
}

/// The same id in two files; inside one file the reader has told it already.
fn twice(entries: &[&Located], tree: &Tree<'_>, told: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<&str, &Located> = BTreeMap::new();
    for entry in entries {
        let Some(id) = entry.at(&["id"]) else { continue };
        let Some(text) = id.as_text() else { continue };
        match seen.get(text) {
            Some(first) if first.mark.source != id.mark.source => {
                let related = labelled(tree.sources.span(&first.mark), "first given here");
                let message = format!("two exceptions have the id `{text}`");
                let error = Diagnostic::error("policy/duplicate-key", message, tree.sources.span(&id.mark));
                told.push(error.related(related));
            }
            Some(_) => {}
            None => {
                seen.insert(text, id);
            }
        }
    }
}

struct Check<'a> {
    tree: &'a Tree<'a>,
    inputs: &'a Inputs<'a>,
    sound: bool,
    entry: &'a Located,
    told: Vec<Diagnostic>,
}

impl Check<'_> {
    fn text(&self, key: &str) -> Option<String> {
        self.entry.at(&[key]).and_then(Located::as_text).map(str::to_owned)
    }

    fn name(&self) -> String {
        self.text("id").map_or_else(|| "this exception".to_owned(), |id| format!("exception `{id}`"))
    }

    fn refuse(&mut self, at: &Located, message: String, help: impl Into<String>) {
        let error = Diagnostic::error(CODE, message, self.tree.sources.span(&at.mark));
        self.told.push(error.help(help));
    }

    /// `None` where a part is missing or was refused; the reader has told that.
    fn exception(&mut self) -> Option<Exception> {
        self.reason();
        self.dates();
        self.ticket();
        self.approval();
        let rules = self.rules();
        let paths = self.paths();
        self.selectors(&rules);
        Some(Exception {
            id: self.text("id")?,
            reason: self.text("reason")?,
            owner: self.text("owner")?,
            created: self.entry.at(&["created"])?.as_date()?,
            expires: self.entry.at(&["expires"])?.as_date()?,
            ticket: self.text("ticket"),
            approved_by: self.list("approved_by").iter().filter_map(Located::as_text).map(str::to_owned).collect(),
            ends_when_fixed: self.text("when_fixed").as_deref() != Some("keep"),
            origin: self.tree.sources.origin(&self.entry.mark),
            last_line: self.tree.sources.last_line(&self.entry.mark),
            package: self.text("package").and_then(|text| PackagePattern::new(&text).ok()),
            resource: self.text("resource").and_then(|text| Pattern::new(&text).ok()),
            fingerprints: self.list("fingerprints").iter().filter_map(Located::as_text).map(str::to_owned).collect(),
            paths: Globs::new(paths),
            rules,
        })
    }

    fn list(&self, key: &str) -> &[Located] {
        self.entry.at(&[key]).map_or(&[], Located::items)
    }

    fn reason(&mut self) {
        let entry = self.entry;
        let Some(located) = entry.at(&["reason"]) else { return };
        let Some(text) = located.as_text() else { return };
        let bare = text.trim().trim_matches(|char: char| !char.is_alphanumeric()).to_lowercase();
        let filler = FILLERS.contains(&bare.as_str()) || FILLERS.contains(&text.trim().to_lowercase().as_str());
        if filler {
            let message = format!("{} gives `{}` as its reason", self.name(), text.trim());
            self.refuse(located, message, "say why it is acceptable, and until when");
        } else if text.trim().chars().count() < SHORTEST_REASON {
            let message = format!("the reason of {} is shorter than {SHORTEST_REASON} characters", self.name());
            self.refuse(located, message, "say why it is acceptable, and until when");
        }
    }

    fn dates(&mut self) {
        let entry = self.entry;
        let day = |key: &str| entry.at(&[key]).and_then(|located| Some((located, located.as_date()?)));
        let (Some((created_at, created)), Some((expires_at, expires))) = (day("created"), day("expires")) else {
            return;
        };
        let name = self.name();
        if created > self.inputs.today {
            let message = format!("{name} begins {created}, today is {}", self.inputs.today);
            self.refuse(created_at, message, "an exception is created on the day it is written");
        }
        if expires < created {
            let message = format!("{name} ends {expires}, before `created` ({created})");
            self.refuse(expires_at, message, "`expires` is the last day it counts");
        } else if self.sound {
            self.length(&name, created, expires_at, expires);
        }
    }

    fn length(&mut self, name: &str, created: Date, expires_at: &Located, expires: Date) {
        let Some(most) = self.tree.number(&["exception_policy", "max_days"]) else { return };
        let length = i64::from((expires - created).get_days());
        let Ok(days) = i64::try_from(most.value) else { return };
        if length <= days {
            return;
        }
        let message = format!("{name} ends {expires}, {length} days after `created`; at most {days} days are allowed");
        let latest = created.checked_add(jiff::Span::new().try_days(days).unwrap_or_default()).unwrap_or(created);
        let origin = format!("exception_policy.max_days = {days} ({})", most.origin);
        let error = Diagnostic::error(CODE, message, self.tree.sources.span(&expires_at.mark));
        self.told.push(error.help(format!("the latest possible date is {latest}")).help(origin));
    }

    fn ticket(&mut self) {
        let wanted = self.tree.flag(&["exception_policy", "require_ticket"]);
        if self.sound && wanted.value && self.entry.at(&["ticket"]).is_none_or(|at| matches!(at.value, Value::Null)) {
            let message = format!("{} names no ticket", self.name());
            let origin = format!("exception_policy.require_ticket is set ({})", wanted.origin);
            let error = Diagnostic::error(CODE, message, self.tree.sources.span(&self.entry.mark));
            self.told.push(error.help("add `ticket`, where the work is tracked").help(origin));
        }
    }

    /// What can be decided without a finding: rules of the scanner are secrets, `MAL-` advisories malware. Of everything
    /// else the findings decide.
    fn approval(&mut self) {
        if !self.sound || self.names_any("approved_by") {
            return;
        }
        let is_secret = |rule: &str| self.inputs.registry.secret_rules().iter().any(|known| known == rule);
        let is_malware = |rule: &str| rule.starts_with("MAL-");
        let kinds = [("secret", "secrets"), ("malware", "malware")];
        let mut refused = Vec::new();
        for (word, what) in kinds {
            let is_it = |rule: &str| if word == "secret" { is_secret(rule) } else { is_malware(rule) };
            let demands = self.tree.list(&["exception_policy", "require_approval"]);
            let Some(demand) = demands.iter().find(|demand| demand.as_text() == Some(word)) else { continue };
            let accepts = |located: &&Located| located.as_text().is_some_and(is_it);
            let Some(at) = self.list("rules").iter().find(accepts) else { continue };
            let message = format!("{} accepts {what} and names nobody who approved it", self.name());
            let origin =
                format!("exception_policy.require_approval: {word} ({})", self.tree.sources.origin(&demand.mark));
            let error = Diagnostic::error(CODE, message, self.tree.sources.span(&at.mark));
            refused.push(error.help("add `approved_by`, who approved it").help(origin));
        }
        self.told.append(&mut refused);
    }

    fn rules(&mut self) -> Vec<Pattern> {
        let entry = self.entry;
        let narrowed = ["paths", "package", "fingerprints"].iter().any(|key| self.names_any(key));
        let placed = ["paths", "fingerprints"].iter().any(|key| self.names_any(key));
        let mut rules = Vec::new();
        for located in entry.at(&["rules"]).map_or(&[][..], Located::items) {
            let Some(text) = located.as_text() else { continue };
            let pattern = match Pattern::new(text) {
                Ok(pattern) => pattern,
                Err(reason) => {
                    self.refuse(located, format!("`{text}` is no pattern: {reason}"), "");
                    continue;
                }
            };
            let name = self.name();
            if pattern.matches_everything() {
                self.refuse(located, format!("{name} accepts every rule"), "name the rules it accepts");
            } else if let Some(help) = unknown(&pattern, text, self.inputs.registry) {
                let message =
                    if pattern.is_glob() { format!("`{text}` matches no rule") } else { format!("no rule `{text}`") };
                let error = Diagnostic::error("policy/unknown-rule", message, self.tree.sources.span(&located.mark));
                self.told.push(error.help(help));
            } else if pattern.is_glob() && !narrowed {
                let message = format!("{name} names the pattern `{text}` without `paths` or `package`");
                self.refuse(located, message, "name the rules one by one, or say where it counts");
            } else if self.inputs.registry.secret_rules().iter().any(|rule| pattern.matches(rule)) && !placed {
                let message = format!("{name} accepts the secret rule `{text}` everywhere");
                self.refuse(located, message, "name `paths` or `fingerprints`");
            }
            rules.push(pattern);
        }
        rules
    }

    fn paths(&mut self) -> Vec<Glob> {
        let entry = self.entry;
        let mut globs = Vec::new();
        for located in entry.at(&["paths"]).map_or(&[][..], Located::items) {
            let Some(glob) = located.as_text().and_then(|text| Glob::new(text).ok()) else { continue };
            if matches_everything(&glob) {
                let message = format!("`{}` of {} is every file", glob.as_str(), self.name());
                self.refuse(located, message, "name the files or directories it counts for");
            }
            globs.push(glob);
        }
        globs
    }

    /// Whether a selector is given and names something: an empty list narrows nothing.
    fn names_any(&self, key: &str) -> bool {
        self.entry.at(&[key]).is_some_and(|at| match &at.value {
            Value::List(items) => !items.is_empty(),
            Value::Text(_) => true,
            _ => false,
        })
    }

    /// Something must be named.
    fn selectors(&mut self, rules: &[Pattern]) {
        if rules.is_empty() && !self.names_any("rules") && !self.names_any("fingerprints") {
            let message = format!("{} names neither `rules` nor `fingerprints`", self.name());
            self.refuse(self.entry, message, "`rules: [CVE-2026-11111]`");
        }
    }
}

/// Made of wildcards only, or matching paths that have nothing in common.
fn matches_everything(glob: &Glob) -> bool {
    let unlike = ["a", "z9/q", ".github/x.y/z", "Ä/b-c_d/0.e", "README"];
    glob.matches_everything() || unlike.iter().all(|path| glob.matches(path))
}
