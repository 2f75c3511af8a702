//! Suppression comments of a file and which findings they cover (spec/workflows.md 2.1).

use std::collections::BTreeMap;
use std::rc::Rc;

use portcullis_model::suppression::{self, Parsed};
use portcullis_model::{Rule, Suppression, SuppressionComment};
use portcullis_syntax::yaml::{Comment, File, Placement};

/// A comment for the whole file stands in its first lines, where a reader sees it.
const HEAD: u32 = 10;

/// Comments remembered for one finding; nobody needs more, and a hostile file could offer a million.
const MOST: usize = 8;

/// The suppression comments of one file.
pub(crate) struct Suppressions {
    met: Vec<Met>,
    /// Rules that can speak about this kind of file: the short form of an id is looked up among them.
    rules: Vec<Rule>,
    /// Per rule asked about.
    by_rule: BTreeMap<&'static str, Rc<Covering>>,
}

/// The comments that cover one rule.
struct Covering {
    /// In the order of lines.
    all: Vec<usize>,
    /// Those for the whole file.
    whole: Vec<usize>,
}

struct Met {
    comment: SuppressionComment,
    /// Nothing else stands on its line.
    alone: bool,
    patterns: Vec<Pattern>,
}

enum Pattern {
    Id(String),
    Slug(String),
    /// Only `*`, which stands for anything; without a `/` it is compared with the short form.
    Wildcard(String),
}

impl Suppressions {
    /// Reads the comments of a file. `rules` are those that can speak about it.
    pub(crate) fn of(path: &str, file: &File, rules: Vec<Rule>, foreign: bool) -> Self {
        let met = file
            .comments()
            .iter()
            .filter_map(|comment| {
                own(path, comment).or_else(|| if foreign { zizmor(path, comment, &rules) } else { None })
            })
            .collect();
        Self { met, rules, by_rule: BTreeMap::new() }
    }

    /// The suppressions that cover a finding of `rule` on these lines (first and last of each place).
    pub(crate) fn matching(&mut self, rule: Rule, lines: &[(u32, u32)], path: &str) -> Vec<Suppression> {
        if self.met.is_empty() {
            return Vec::new();
        }
        let covering = self.covering(rule);
        let mut matched: Vec<usize> = Vec::new();
        for &(first, last) in lines {
            // The line above is looked at as well: a comment alone there belongs to what follows.
            let from = covering.all.partition_point(|&index| self.line(index).saturating_add(1) < first);
            let near =
                covering.all.get(from..).unwrap_or_default().iter().take_while(|&&index| self.line(index) <= last);
            matched.extend(near.copied().filter(|&index| self.line(index) >= first || self.alone(index)).take(MOST));
        }
        matched.extend(&covering.whole);
        matched.sort_unstable();
        matched.dedup();
        matched.truncate(MOST);
        matched.into_iter().filter_map(|index| self.take(index, path)).collect()
    }

    /// Every comment met, with the number of findings each matched.
    pub(crate) fn into_comments(self) -> Vec<SuppressionComment> {
        self.met.into_iter().map(|met| met.comment).collect()
    }

    fn covering(&mut self, rule: Rule) -> Rc<Covering> {
        let Self { met, rules, by_rule } = self;
        let covering = by_rule.entry(rule.id).or_insert_with(|| {
            let covers = |met: &Met| met.patterns.iter().any(|pattern| pattern.covers(rule, rules));
            let all: Vec<usize> =
                met.iter().enumerate().filter(|(_, met)| covers(met)).map(|(index, _)| index).collect();
            let of_file = |index: &usize| met.get(*index).is_some_and(|met| met.comment.whole_file);
            let whole = all.iter().copied().filter(of_file).take(MOST).collect();
            Rc::new(Covering { all, whole })
        });
        Rc::clone(covering)
    }

    fn line(&self, index: usize) -> u32 {
        self.met.get(index).map_or(0, |met| met.comment.line)
    }

    fn alone(&self, index: usize) -> bool {
        self.met.get(index).is_some_and(|met| met.alone)
    }

    fn take(&mut self, index: usize, path: &str) -> Option<Suppression> {
        let comment = &mut self.met.get_mut(index)?.comment;
        comment.matched = comment.matched.saturating_add(1);
        Some(Suppression {
            by: "inline".to_owned(),
            kind: "comment".to_owned(),
            reason: (!comment.reason.is_empty()).then(|| comment.reason.clone()),
            expires: comment.until,
            source_file: Some(path.to_owned()),
            line: Some(comment.line),
            ..Suppression::default()
        })
    }
}

impl Pattern {
    fn read(written: &str) -> Self {
        let written = written.to_owned();
        match (written.contains('*'), written.contains('/')) {
            (true, _) => Self::Wildcard(written),
            (false, true) => Self::Id(written),
            (false, false) => Self::Slug(written),
        }
    }

    fn covers(&self, rule: Rule, rules: &[Rule]) -> bool {
        match self {
            Self::Id(id) => id == rule.id,
            Self::Wildcard(pattern) if pattern.contains('/') => matches(pattern, rule.id),
            Self::Wildcard(pattern) => matches(pattern, slug_of(rule.id)),
            // The short form is accepted where it can mean one rule only.
            Self::Slug(slug) => {
                slug_of(rule.id) == slug && rules.iter().filter(|other| slug_of(other.id) == slug).count() == 1
            }
        }
    }
}

/// Whether a pattern with `*` fits a text. The parts between the stars are looked for from left to right; the first and the
/// last are held to the ends.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return text.ends_with(part);
        }
        let Some(at) = text.find(part) else { return false };
        text = text.get(at + part.len()..).unwrap_or_default();
    }
    true
}

fn slug_of(id: &str) -> &str {
    id.split_once('/').map_or(id, |(_, slug)| slug)
}

/// `# portcullis: ignore[…] …`
fn own(path: &str, comment: &Comment) -> Option<Met> {
    let parsed = suppression::parse(comment.text.trim_start())?;
    let said = SuppressionComment {
        path: path.to_owned(),
        line: comment.line,
        col: comment.col,
        form: "portcullis".to_owned(),
        ..SuppressionComment::default()
    };
    let alone = comment.placement != Placement::Right;
    let understood = parsed.map_err(|error| error.to_string()).and_then(|parsed| {
        let patterns = parsed.rules.iter().map(|rule| Pattern::read(rule)).collect();
        if parsed.whole_file && comment.line > HEAD {
            return Err(format!("`ignore-file` counts in the first {HEAD} lines only: move it up"));
        }
        Ok((parsed, patterns))
    });
    Some(match understood {
        Ok((Parsed { rules, reason, until, whole_file }, patterns)) => {
            Met { comment: SuppressionComment { rules, reason, until, whole_file, ..said }, alone, patterns }
        }
        Err(why) => Met { comment: SuppressionComment { malformed: Some(why), ..said }, alone, patterns: Vec::new() },
    })
}

/// `# zizmor: ignore[…] …`: its rules are ours of the same name.
fn zizmor(path: &str, comment: &Comment, rules: &[Rule]) -> Option<Met> {
    let rest = comment.text.trim_start().strip_prefix("zizmor:")?.trim_start().strip_prefix("ignore[")?;
    let (ids, reason) = rest.split_once(']')?;
    let named: Vec<String> = ids
        .split(',')
        .map(|id| format!("zizmor/{}", id.trim()))
        .map(|foreign| {
            let own = rules.iter().find(|rule| rule.aliases.contains(&foreign.as_str()));
            own.map_or(foreign, |rule| rule.id.to_owned())
        })
        .collect();
    Some(Met {
        comment: SuppressionComment {
            path: path.to_owned(),
            line: comment.line,
            col: comment.col,
            rules: named.clone(),
            reason: reason.trim().to_owned(),
            form: "zizmor".to_owned(),
            ..SuppressionComment::default()
        },
        alone: comment.placement != Placement::Right,
        patterns: named.into_iter().map(Pattern::Id).collect(),
    })
}
