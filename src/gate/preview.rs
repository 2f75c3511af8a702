//! What the gate files of a pull request would decide, and everything else it does to its own gate: shown, never in force
//! (spec/github-ux.md 10.2).

use std::collections::BTreeSet;

use portcullis_github::Steering as Source;
use portcullis_model::{
    Diagnostic, Entry, EntryKind, Judged, Limit, Listing, Outcome, PolicyPreview, PolicySource, Stat, Tree, TreeError,
};
use portcullis_policy::Side;

use super::answer;
use super::baseline::Sources;
use super::change::Change;
use super::collect::{self, Parts};
use super::deltas::Run;
use super::trust::{self, Gate};
use super::{Refusal, base, options};

/// Suppression comments that are listed.
const MOST: usize = 1_000;

/// The gate that is proposed, with what its wings say.
pub(super) enum Proposed {
    /// The change leaves its gate alone.
    Nothing,
    /// It cannot be used; why.
    Unusable(String),
    /// It can.
    Usable(Box<Usable>),
}

/// A gate that can be used.
pub(super) struct Usable {
    gate: Gate,
    parts: Parts,
    sources: Sources,
}

/// Reads the proposed gate files, and runs again who would say something else by them.
pub(super) fn proposed(run: Run<'_>, gate: &Gate, parts: &Parts) -> Proposed {
    let Source::BaseCommit(id) = &run.plan.steering else { return Proposed::Nothing };
    let decided_by_base = matches!(gate.info.source, PolicySource::Base | PolicySource::Builtin);
    if !decided_by_base || gate.info.changed_in_pr.is_empty() {
        return Proposed::Nothing;
    }
    let usable = || {
        let base = base::tree(run.request, &run.plan.repository, id).map_err(Refusal::Usage)?;
        let tree = Merged::new(&*base, &*run.plan.subject, run.compared.known());
        let proposed = trust::proposed(run.request, run.plan, &tree)?;
        let again = collect::again(run.request, run.plan, (parts, gate), &proposed)?;
        let sources = Sources::of(run.request, run.plan, &proposed)?;
        Ok(Usable { gate: proposed, parts: again, sources })
    };
    match usable() {
        Ok(usable) => Proposed::Usable(Box::new(usable)),
        Err(Refusal::Policy(errors)) => Proposed::Unusable(first_of(&errors)),
        Err(Refusal::Usage(why)) => Proposed::Unusable(why),
    }
}

fn first_of(errors: &[Diagnostic]) -> String {
    let Some(first) = errors.first() else { return "it cannot be read".to_owned() };
    let place = format!("{}:{}: ", first.span.path, first.span.start_line);
    let more = match errors.len() - 1 {
        0 => String::new(),
        1 => ", and 1 more error".to_owned(),
        more => format!(", and {more} more errors"),
    };
    format!("{place}{}{more}", first.message)
}

/// Fills the preview of an outcome whose findings are judged.
pub(super) fn fill(run: Run<'_>, gate: &Gate, proposed: Proposed, outcome: &mut Outcome) {
    let (touches, mut preview) = match proposed {
        Proposed::Nothing => (false, PolicyPreview::default()),
        Proposed::Unusable(why) => (true, PolicyPreview { unusable: Some(why), ..PolicyPreview::default() }),
        Proposed::Usable(usable) => (true, compared(run, gate, *usable, outcome)),
    };
    if run.plan.ci.judges_change()
        && let Some(change) = run.compared.known()
    {
        besides(run, change, &mut preview, outcome);
    }
    if touches || preview != PolicyPreview::default() {
        outcome.policy.preview = Some(preview);
    }
}

fn compared(run: Run<'_>, gate: &Gate, usable: Usable, outcome: &mut Outcome) -> PolicyPreview {
    let Usable { gate: proposed, parts, sources } = usable;
    let judged: Vec<Judged> = match answer::evidence(run, &proposed, parts, &sources) {
        Ok(evidenced) => answer::judgement(run.request, &proposed, None, evidenced.evidence).findings,
        Err(refusal) => {
            let why = match refusal {
                Refusal::Policy(errors) => first_of(&errors),
                Refusal::Usage(why) => why,
            };
            return PolicyPreview { unusable: Some(why), ..PolicyPreview::default() };
        }
    };
    let preview = portcullis_policy::preview(
        &Side {
            policy: &gate.policy,
            registry: &gate.registry,
            findings: &outcome.findings,
            shows: &|id| options::shows(gate, id),
        },
        &Side {
            policy: &proposed.policy,
            registry: &proposed.registry,
            findings: &judged,
            shows: &|id| options::shows(&proposed, id),
        },
    );
    outcome.exceptions.extend(preview.rows);
    preview.preview
}

/// What no gate file says: comments that silence a scanner, and the workflow that runs the gate.
fn besides(run: Run<'_>, change: &Change, preview: &mut PolicyPreview, outcome: &mut Outcome) {
    let (mut inline, unread) = change.suppressions(run.plan);
    if inline.len() > MOST {
        outcome.limits.push(limit("suppression comments the change adds", MOST, inline.len() - MOST));
        inline.truncate(MOST);
    }
    if !unread.is_empty() {
        outcome.limits.push(limit("files searched for added suppression comments", 0, unread.len()));
    }
    preview.inline = inline;
    let repository = run.plan.ci.context.repo.as_deref().unwrap_or_default();
    let workflow = run.plan.ci.runner.workflow_reference.as_deref().and_then(|reference| {
        let path = reference.strip_prefix(repository)?.strip_prefix('/')?;
        path.split('@').next()
    });
    preview.workflow = workflow.filter(|path| change.paths().contains(path)).map(str::to_owned);
}

fn limit(what: &str, kept: usize, dropped: usize) -> Limit {
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    Limit { what: what.to_owned(), kept: number(kept), dropped: number(dropped) }
}

/// The gate files as the merge would leave them: what the change touches is its own, everything else the base's, which may have
/// gone on since.
struct Merged<'a> {
    base: &'a dyn Tree,
    head: &'a dyn Tree,
    /// Without a comparison everything is taken from the change.
    touched: Option<BTreeSet<&'a str>>,
}

impl<'a> Merged<'a> {
    fn new(base: &'a dyn Tree, head: &'a dyn Tree, change: Option<&'a Change>) -> Self {
        Self { base, head, touched: change.map(Change::paths) }
    }

    fn is_of_head(&self, path: &str) -> bool {
        self.touched.as_ref().is_none_or(|touched| touched.contains(path))
    }

    fn side(&self, path: &str) -> &dyn Tree {
        if self.is_of_head(path) {
            return self.head;
        }
        // A link of the base may lead to what the change has touched.
        let is_link = |stat: Stat| matches!(stat.kind, EntryKind::Symlink(_));
        if self.base.stat(path).ok().flatten().is_some_and(is_link) { self.head } else { self.base }
    }
}

impl Tree for Merged<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, TreeError> {
        self.side(path).read(path)
    }

    fn list(&self) -> Result<Listing, TreeError> {
        let (base, head) = (self.base.list()?, self.head.list()?);
        let mut entries: Vec<Entry> = base.entries.into_iter().filter(|entry| !self.is_of_head(&entry.path)).collect();
        entries.extend(head.entries.into_iter().filter(|entry| self.is_of_head(&entry.path)));
        entries.sort_by(|one, two| one.path.cmp(&two.path));
        Ok(Listing { entries, problems: head.problems })
    }

    fn stat(&self, path: &str) -> Result<Option<Stat>, TreeError> {
        self.side(path).stat(path)
    }
}
