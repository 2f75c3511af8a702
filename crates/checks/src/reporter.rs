//! How a rule says what it found, and how that becomes findings: positions, severity, tier, identity, suppressions.

use std::fmt::Display;
use std::ops::Range;

use portcullis_model::{
    Confidence, Edit, Finding, Kind, Location, Rule, Safety, Section, Severity, SeveritySource, Source, Tier, text,
};
use portcullis_syntax::yaml::{Change, File};

use crate::locate::{self, Notation};
use crate::options::Profile;
use crate::suppression::Suppressions;

/// What the rules of a file found, before it is known where and whether it is shown.
#[derive(Default)]
pub(crate) struct Sheet {
    pending: Vec<Pending>,
}

struct Pending {
    rule: Rule,
    primary: Range<usize>,
    message: String,
    severity: Severity,
    confidence: Confidence,
    tier: Tier,
    remediation: Option<String>,
    related: Vec<(Range<usize>, String)>,
    identity: Option<String>,
    edits: Vec<(Range<usize>, String, Safety)>,
    suppressible: bool,
}

/// Handed to a rule: everything said through it is a finding of that rule.
pub(crate) struct Reporter<'r> {
    rule: Rule,
    sheet: &'r mut Sheet,
}

/// A finding being written.
pub(crate) struct Draft<'r> {
    pending: &'r mut Pending,
}

impl Sheet {
    /// For one rule, or for a family whose members are chosen with [`Reporter::of`].
    pub(crate) fn reporter(&mut self, rule: Rule) -> Reporter<'_> {
        Reporter { rule, sheet: self }
    }
}

impl Reporter<'_> {
    /// The same for another rule of the family.
    pub(crate) fn of(&mut self, rule: Rule) -> Reporter<'_> {
        Reporter { rule, sheet: self.sheet }
    }

    /// Something is wrong at these bytes.
    pub(crate) fn at(&mut self, primary: Range<usize>) -> Draft<'_> {
        let rule = self.rule;
        self.sheet.pending.push(Pending {
            rule,
            primary,
            message: rule.title.to_owned(),
            severity: rule.severity,
            confidence: Confidence::High,
            tier: rule.tier,
            remediation: None,
            related: Vec::new(),
            identity: None,
            edits: Vec::new(),
            suppressible: true,
        });
        let last = self.sheet.pending.len() - 1;
        #[allow(clippy::indexing_slicing, reason = "the element was pushed two lines above")]
        Draft { pending: &mut self.sheet.pending[last] }
    }
}

impl Draft<'_> {
    /// What is wrong, why, in one or two sentences.
    pub(crate) fn message(self, message: impl Display) -> Self {
        self.pending.message = message.to_string();
        self
    }

    /// What to do.
    pub(crate) fn remediation(self, remediation: impl Display) -> Self {
        self.pending.remediation = Some(remediation.to_string());
        self
    }

    /// How bad this one is, when that differs from the rule.
    pub(crate) fn severity(self, severity: Severity) -> Self {
        self.pending.severity = severity;
        self
    }

    /// How sure this one is.
    pub(crate) fn confidence(self, confidence: Confidence) -> Self {
        self.pending.confidence = confidence;
        self
    }

    /// Which profiles show this one, when that differs from the rule.
    pub(crate) fn tier(self, tier: Tier) -> Self {
        self.pending.tier = tier;
        self
    }

    /// A place that explains.
    pub(crate) fn related(self, span: Range<usize>, label: impl Display) -> Self {
        self.pending.related.push((span, label.to_string()));
        self
    }

    /// What tells this finding from others of its rule in its file, when the place alone does not.
    pub(crate) fn identity(self, identity: impl Display) -> Self {
        self.pending.identity = Some(identity.to_string());
        self
    }

    /// No comment of the file takes this out: what cannot be read cannot say what counts.
    pub(crate) fn whatever_comments_say(self) -> Self {
        self.pending.suppressible = false;
        self
    }

    /// What `--fix` would change: all of it or nothing.
    pub(crate) fn changes(self, safety: Safety, changes: impl IntoIterator<Item = Change>) -> Self {
        self.pending.edits.extend(changes.into_iter().map(|change| (change.range, change.text, safety)));
        self
    }
}

/// A part of a file that findings belong to.
pub(crate) struct Unit {
    /// Its bytes.
    pub(crate) span: Range<usize>,
    /// `Kind/namespace/name`, when it is an object; what a unit inside another does not name, it has from the outer one.
    pub(crate) resource: Option<String>,
    /// A suppression anywhere in it counts for every finding in it.
    pub(crate) hidden: bool,
}

/// One side of a file: the section that judges it and how that section writes things down.
pub(crate) struct Area {
    pub(crate) section: Section,
    pub(crate) profile: Profile,
    pub(crate) notation: Notation,
    /// What profile `minimal` shows besides findings of severity critical.
    pub(crate) essential: fn(&str) -> bool,
}

impl Sheet {
    /// Turns what the rules said into findings, in the order of the file.
    pub(crate) fn publish(
        mut self,
        path: &str,
        file: &File,
        area: &Area,
        mut units: Vec<Unit>,
        suppressions: &mut Suppressions,
    ) -> Vec<Finding> {
        self.pending.retain(|pending| {
            let essential = pending.severity == Severity::Critical || (area.essential)(pending.rule.id);
            area.profile.shows(pending.tier, essential)
        });
        self.pending.sort_by(|one, two| order(one).cmp(&order(two)));
        // A subtree used through several aliases is judged once for each use.
        self.pending.dedup_by(|two, one| order(one) == order(two));
        units.sort_by_key(|unit| (unit.span.start, std::cmp::Reverse(unit.span.end)));

        let starts: Vec<usize> = self.pending.iter().map(|pending| pending.primary.start).collect();
        let places = locate::places(file, &starts, area.notation);
        let mut enclosing = Enclosing::new(&units);
        let published = self.pending.into_iter().zip(places).map(|(pending, place)| {
            let around = enclosing.around(pending.primary.start);
            let publication = Publication { path, file, area, place, around: &around };
            publication.finding(&pending, suppressions)
        });
        published.collect()
    }
}

fn order(pending: &Pending) -> (usize, &str, usize, &str) {
    (pending.primary.start, pending.rule.id, pending.primary.end, &pending.message)
}

/// Walks findings and units together, both in the order of the file.
struct Enclosing<'u> {
    coming: std::iter::Peekable<std::slice::Iter<'u, Unit>>,
    open: Vec<&'u Unit>,
}

impl<'u> Enclosing<'u> {
    fn new(units: &'u [Unit]) -> Self {
        Self { coming: units.iter().peekable(), open: Vec::new() }
    }

    /// The units around a byte, outermost first. Bytes are asked in ascending order.
    fn around(&mut self, byte: usize) -> Vec<&'u Unit> {
        while let Some(unit) = self.coming.next_if(|unit| unit.span.start <= byte) {
            self.open.retain(|open| unit.span.start < open.span.end);
            self.open.push(unit);
        }
        self.open.retain(|open| byte < open.span.end.max(open.span.start + 1));
        self.open.clone()
    }
}

/// Everything a finding needs besides what the rule said.
struct Publication<'p> {
    path: &'p str,
    file: &'p File,
    area: &'p Area,
    place: locate::Place,
    around: &'p [&'p Unit],
}

impl Publication<'_> {
    fn finding(&self, pending: &Pending, suppressions: &mut Suppressions) -> Finding {
        let mut primary = self.location(&pending.primary);
        primary.logical = (!self.place.logical.is_empty()).then(|| self.place.logical.clone());
        primary.resource = self.around.iter().rev().find_map(|unit| unit.resource.clone());
        let identity = self.identity(pending, primary.resource.as_deref());
        let suppressions = if pending.suppressible {
            suppressions.matching(pending.rule, &self.lines(pending), self.path)
        } else {
            Vec::new()
        };
        let location = |(span, label): &(Range<usize>, String)| Location {
            label: Some(text::bounded(label, text::TITLE)),
            ..self.location(span)
        };
        let edit = |(span, replacement, safety): &(Range<usize>, String, Safety)| Edit {
            path: self.path.to_owned(),
            start_byte: span.start as u64,
            end_byte: span.end as u64,
            replacement: replacement.clone(),
            safety: *safety,
        };
        Finding {
            kind: Kind::Misconfiguration,
            section: self.area.section,
            rule_id: pending.rule.id.to_owned(),
            id: pending.rule.id.to_owned(),
            aliases: pending.rule.aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            title: text::bounded(pending.rule.title, text::TITLE),
            message: text::bounded(&pending.message, text::MESSAGE),
            remediation: pending.remediation.as_deref().map(|remediation| text::bounded(remediation, text::MESSAGE)),
            severity: pending.severity,
            severity_source: SeveritySource::RuleDefault,
            confidence: Some(pending.confidence),
            tier: Some(pending.tier),
            locations: vec![primary],
            related: pending.related.iter().map(location).collect(),
            edits: if self.file.is_transcoded() { Vec::new() } else { pending.edits.iter().map(edit).collect() },
            suppressions,
            sources: vec![Source {
                tool: "portcullis".to_owned(),
                tool_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
                ..Source::default()
            }],
            identity,
            ..Finding::default()
        }
    }

    fn location(&self, span: &Range<usize>) -> Location {
        let start = self.file.position(span.start);
        let end = self.file.position(span.end);
        // Offsets into a transcoded text are no offsets into the file.
        let byte = |offset: usize| (!self.file.is_transcoded()).then_some(offset as u64);
        Location {
            path: self.path.to_owned(),
            start_line: Some(start.line),
            start_col: Some(start.col),
            end_line: Some(end.line),
            end_col: Some(end.col),
            start_byte: byte(span.start),
            end_byte: byte(span.end),
            ..Location::default()
        }
    }

    /// First and last line of every place at which a suppression counts for this finding.
    fn lines(&self, pending: &Pending) -> Vec<(u32, u32)> {
        let hidden = self.around.iter().filter(|unit| unit.hidden).map(|unit| &unit.span);
        std::iter::once(&pending.primary)
            .chain(pending.related.iter().map(|(span, _)| span))
            .chain(hidden)
            .map(|span| (self.file.position(span.start).line, self.file.position(span.end).line))
            .collect()
    }

    fn identity(&self, pending: &Pending, resource: Option<&str>) -> String {
        let flagged = || normalised(self.file.text().get(pending.primary.clone()).unwrap_or_default());
        let what = pending.identity.clone().unwrap_or_else(flagged);
        let place = resource.unwrap_or(&self.place.stable);
        format!("{place} {what}")
    }
}

/// White space collapsed, a pinned ref cut after its `@`, at most 200 characters: what stays when a line is reformatted.
fn normalised(flagged: &str) -> String {
    let words: Vec<&str> = flagged.split_whitespace().take(100).collect();
    let pinned = match words.as_slice() {
        [only] => only.split_once('@').filter(|(name, _)| name.contains('/')).map(|(name, _)| name),
        _ => None,
    };
    text::bounded(pinned.unwrap_or(&words.join(" ")), text::TITLE)
}
