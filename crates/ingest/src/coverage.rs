//! What the readers of coverage reports have in common: lines, branches and functions, counted, and what is said of them.

use std::collections::BTreeMap;

use portcullis_model::{LineCoverage, Metric, Problem, ProblemCode, text};

use crate::decimal;
use crate::draft::Draft;

/// Lines kept of one report.
const MAX_LINES: usize = 5_000_000;

/// So many of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) covered: u64,
    pub(crate) total: u64,
}

impl Share {
    /// Of two counts a tool states; more covered than there is means nothing.
    pub(crate) fn stated(covered: Option<u64>, total: Option<u64>) -> Option<Self> {
        let share = Self { covered: covered?, total: total? };
        (share.covered <= share.total).then_some(share)
    }

    /// Counts one more.
    pub(crate) fn count(&mut self, is_covered: bool) {
        self.total += 1;
        self.covered += u64::from(is_covered);
    }

    /// Adds another one.
    pub(crate) fn add(&mut self, other: Self) {
        self.covered = self.covered.saturating_add(other.covered);
        self.total = self.total.saturating_add(other.total);
    }
}

/// The lines of every file, as the report calls the files. A line that is told twice has run when it ran once.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    files: BTreeMap<String, BTreeMap<u32, bool>>,
    kept: usize,
    dropped: bool,
}

impl Lines {
    /// One line of a file.
    pub(crate) fn line(&mut self, file: &str, line: u32, has_run: bool) {
        if self.kept >= MAX_LINES {
            self.dropped = true;
            return;
        }
        if !self.files.contains_key(file) {
            self.files.insert(file.to_owned(), BTreeMap::new());
        }
        let Some(lines) = self.files.get_mut(file) else { return };
        let before = lines.len();
        *lines.entry(line).or_default() |= has_run;
        self.kept += lines.len() - before;
    }

    /// No line was told.
    pub(crate) fn is_empty(&self) -> bool {
        self.kept == 0
    }

    fn share(&self) -> Share {
        let mut share = Share::default();
        self.files.values().flat_map(BTreeMap::values).for_each(|has_run| share.count(*has_run));
        share
    }
}

/// A coverage report while it is being read.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    pub(crate) lines: Lines,
    /// What the report says of its lines itself.
    pub(crate) stated_lines: Option<Share>,
    /// It says so as a rate, which has no counts to compare.
    pub(crate) stated_is_rate: bool,
    pub(crate) branches: Share,
    pub(crate) functions: Share,
    pub(crate) statements: Share,
}

impl Coverage {
    /// Says what was measured. Sums over a part of a report are no measurement: of one that broke only the lines are kept.
    pub(crate) fn tell(self, draft: &mut Draft<'_>, is_whole: bool, place: impl Fn(&Draft<'_>, &str) -> String) {
        let counted = self.lines.share();
        let lines = if counted.total > 0 { counted } else { self.stated_lines.unwrap_or_default() };
        if is_whole {
            self.compare(draft, counted);
            let shares = [
                ("coverage.line", lines),
                ("coverage.branch", self.branches),
                ("coverage.function", self.functions),
                ("coverage.statement", self.statements),
            ];
            for (name, share) in shares {
                percentage(draft, name, share);
            }
            if draft.metrics.is_empty() {
                let message = "the report measures no line at all: did the tests run with coverage?";
                draft.problem(Problem::error(ProblemCode::NoResults, message));
            }
        }
        self.lines.tell(draft, place);
    }

    fn compare(&self, draft: &mut Draft<'_>, counted: Share) {
        let comparable = counted.total > 0 && !self.stated_is_rate;
        let Some(stated) = self.stated_lines.filter(|stated| comparable && *stated != counted) else { return };
        // Tools count lines that several classes share once or several times, so a difference alone is no fault.
        let message = format!(
            "the report says that {} of {} lines ran, its lines say {} of {}: the lines count",
            stated.covered, stated.total, counted.covered, counted.total
        );
        draft.problem(Problem::warning(ProblemCode::CountMismatch, message));
    }
}

impl Lines {
    fn tell(self, draft: &mut Draft<'_>, place: impl Fn(&Draft<'_>, &str) -> String) {
        if self.dropped {
            let message = format!("the report tells of more than the {MAX_LINES} lines that are kept");
            draft.problem(Problem::error(ProblemCode::TooLarge, message));
        }
        let report = draft.name();
        for (file, lines) in self.files {
            let path = place(draft, &file);
            let (covered, uncovered): (Vec<_>, Vec<_>) = lines.into_iter().partition(|(_, has_run)| *has_run);
            let numbers = |lines: Vec<(u32, bool)>| lines.into_iter().map(|(line, _)| line).collect();
            let (covered, uncovered) = (numbers(covered), numbers(uncovered));
            draft.coverage.push(LineCoverage { path, report: report.clone(), covered, uncovered });
        }
    }
}

/// The metric of a share; nothing of nothing is no value.
pub(crate) fn percentage(draft: &mut Draft<'_>, name: &str, share: Share) {
    if let Some(value) = decimal::percent(share.covered, share.total) {
        draft.metric(Metric { name: name.to_owned(), value, unit: "percent".to_owned(), ..Metric::default() });
    }
}

/// The place of a file as the report names it.
pub(crate) fn as_named(draft: &Draft<'_>, file: &str) -> String {
    draft.location(file).path
}

/// The place of a file that may be relative to one of the directories the report names.
pub(crate) fn below(draft: &Draft<'_>, directories: &[String], file: &str) -> String {
    let is_known = |path: &String| draft.around.resolver.is_tracked(path);
    let plain = as_named(draft, file);
    if is_known(&plain) && draft.location(file).path_guessed {
        // A file of that ending may lie in several places; the directory says which.
        let exact = directories.iter().map(|directory| as_named(draft, &format!("{directory}/{file}"))).find(is_known);
        return exact.unwrap_or(plain);
    }
    if is_known(&plain) || file.starts_with('/') {
        return plain;
    }
    let joined = |directory: &String| as_named(draft, &format!("{}/{file}", text::bounded(directory, 2_000)));
    directories.iter().map(joined).find(is_known).unwrap_or(plain)
}
