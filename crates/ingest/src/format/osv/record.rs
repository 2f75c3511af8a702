//! An OSV record (<https://ossf.github.io/osv-schema/>): only what is read. govulncheck writes the same records.

use std::collections::BTreeSet;

use portcullis_model::{Fix, FixState, Score};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::advisory::cwes_in;
use crate::cvss::Stated;
use crate::draft::Draft;
use crate::json::{List, Text, Texts};
use crate::package_url;
use crate::version;
use crate::weakness::fixed_in;

/// Vectors that are kept of one weakness.
pub(super) const MAX_SCORES: usize = 50;

/// A record.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::format) struct Record<'a> {
    #[serde(borrow)]
    pub(in crate::format) id: Text<'a>,
    #[serde(borrow)]
    pub(in crate::format) aliases: Texts<'a>,
    #[serde(borrow)]
    pub(in crate::format) summary: Text<'a>,
    #[serde(borrow)]
    pub(in crate::format) details: Text<'a>,
    #[serde(borrow)]
    pub(in crate::format) published: Text<'a>,
    #[serde(borrow)]
    pub(in crate::format) modified: Text<'a>,
    #[serde(borrow)]
    pub(in crate::format) withdrawn: Text<'a>,
    #[serde(borrow)]
    severity: List<Severity<'a>>,
    #[serde(borrow)]
    affected: List<Affected<'a>>,
    #[serde(borrow)]
    references: List<Reference<'a>>,
    #[serde(borrow)]
    database_specific: Option<Specific<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Severity<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    score: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Affected<'a> {
    #[serde(borrow)]
    package: Option<Package<'a>>,
    #[serde(borrow)]
    ranges: List<Range<'a>>,
    #[serde(borrow)]
    severity: List<Severity<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Package<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    ecosystem: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Range<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    events: List<Event<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Event<'a> {
    #[serde(borrow)]
    fixed: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reference<'a> {
    #[serde(borrow)]
    url: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Specific<'a> {
    #[serde(borrow)]
    severity: Text<'a>,
    #[serde(borrow)]
    cwe_ids: Texts<'a>,
    #[serde(borrow)]
    url: Text<'a>,
    #[serde(rename = "malicious-packages-origins")]
    malicious: Option<IgnoredAny>,
}

impl Record<'_> {
    /// What its vectors say, also those of single packages.
    pub(in crate::format) fn scores(&self, draft: &mut Draft<'_>) -> Vec<Score> {
        let all = self.severity.0.iter().chain(self.affected.0.iter().flat_map(|affected| &affected.severity.0));
        let mut scores: Vec<Score> = Vec::new();
        for severity in all.filter(|severity| severity.kind.get().starts_with("CVSS")).take(MAX_SCORES) {
            let stated = Stated { vector: severity.score.get(), ..Stated::default() };
            scores.extend(draft.score(stated).filter(|score| !scores.contains(score)));
        }
        scores
    }

    /// The word of the database it comes from.
    pub(in crate::format) fn word(&self) -> &str {
        self.database_specific.as_ref().map_or("", |specific| specific.severity.get())
    }

    pub(in crate::format) fn cwes(&self) -> BTreeSet<u32> {
        self.database_specific.iter().flat_map(|specific| specific.cwe_ids.iter()).flat_map(cwes_in).collect()
    }

    pub(in crate::format) fn is_malicious(&self) -> bool {
        self.database_specific.as_ref().is_some_and(|specific| specific.malicious.is_some())
    }

    /// Its page first.
    pub(in crate::format) fn references(&self) -> impl Iterator<Item = String> {
        let own = self.database_specific.iter().filter_map(|specific| specific.url.owned());
        own.chain(self.references.0.iter().filter_map(|reference| reference.url.owned()))
    }

    /// The first version after the installed one that mends it, of the ranges of this package.
    pub(in crate::format) fn fix(&self, name: &str, ecosystem: &str, installed: &str) -> Fix {
        let ours = self.affected.0.iter().filter(|affected| affected.is_about(name, ecosystem));
        let ranges: Vec<_> =
            ours.flat_map(|affected| &affected.ranges.0).filter(|range| range.kind.get() != "GIT").collect();
        let fixed = ranges.iter().flat_map(|range| &range.events.0).filter_map(|event| event.fixed.given());
        let order = |one: &str, two: &str| version::compare_in(package_url::ecosystem_of(ecosystem), one, two);
        let later = fixed.filter(|fixed| order(fixed, installed).is_gt());
        let first = later.min_by(|one, two| order(one, two));
        let otherwise = if ranges.is_empty() { FixState::Unknown } else { FixState::NotFixed };
        fixed_in(first.map(str::to_owned).into_iter().collect(), otherwise)
    }
}

impl Affected<'_> {
    fn is_about(&self, name: &str, ecosystem: &str) -> bool {
        // The release of a distribution is part of the word: `Debian:12`.
        let family = |word: &str| word.split(':').next().unwrap_or_default().to_ascii_lowercase();
        self.package.as_ref().is_some_and(|package| {
            let same_release = !package.ecosystem.get().contains(':')
                || !ecosystem.contains(':')
                || package.ecosystem.get().eq_ignore_ascii_case(ecosystem);
            package.name.get().eq_ignore_ascii_case(name)
                && (ecosystem.is_empty() || family(package.ecosystem.get()) == family(ecosystem))
                && same_release
        })
    }
}
