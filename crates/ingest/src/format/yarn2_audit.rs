//! `yarn npm audit --json` of yarn 4, and of 2 and 3 where it writes lines (spec/ingest.md 9.3): a line per package and advisory,
//! or per deprecated package. Nothing marks the end.

use std::collections::BTreeSet;

use portcullis_model::text::bounded;
use portcullis_model::{Finding, FixState, Kind, Problem, ProblemCode, Section, Source};
use serde::Deserialize;

use crate::advisory::Names;
use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::items::one;
use crate::json::{Text, Texts, read_values};
use crate::package_url;
use crate::weakness::{Weakness, fixed_in};

/// Characters of names the findings repeat.
const MAX_NAME: usize = 500;

/// A line: a package, or a message of yarn.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Line<'a> {
    #[serde(borrow)]
    value: Text<'a>,
    #[serde(borrow)]
    children: Option<Issue<'a>>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, rename = "displayName")]
    code: Text<'a>,
    #[serde(borrow)]
    data: Text<'a>,
}

/// `children`
#[derive(Default, Deserialize)]
#[serde(default)]
struct Issue<'a> {
    #[serde(borrow, rename = "ID")]
    id: Text<'a>,
    #[serde(borrow, rename = "Issue")]
    title: Text<'a>,
    #[serde(borrow, rename = "URL")]
    url: Text<'a>,
    #[serde(borrow, rename = "Severity")]
    severity: Text<'a>,
    #[serde(borrow, rename = "Vulnerable Versions")]
    vulnerable: Text<'a>,
    #[serde(borrow, rename = "Tree Versions")]
    versions: Texts<'a>,
    #[serde(borrow, rename = "Dependents")]
    dependents: Texts<'a>,
}

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "yarn2-audit", also: &["yarn-audit"], section: Section::Vulnerabilities, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    look.first_value().is_some_and(|line| {
        line.is_object()
            && (line.has("value") && line.at("children").is_some_and(|children| children.has("ID"))
                || line.has("type") && line.word("displayName").starts_with("YN"))
    })
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("yarn-audit", None);
    draft.sections.insert(Section::Vulnerabilities);
    let mut lines = 0;
    let broken = read_values(text, |index, raw| {
        let pointer = format!("/{index}");
        lines += 1;
        one(raw, &pointer, draft, |line: Line<'_>, draft| take(&line, &pointer, draft));
    });
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    } else if lines == 0 {
        draft.problem(Problem::error(ProblemCode::NoResults, "the report holds no line of yarn's audit"));
    }
}

fn take(line: &Line<'_>, pointer: &str, draft: &mut Draft<'_>) {
    match (&line.children, line.kind.get()) {
        (Some(issue), _) => issue_of(line.value.get(), issue, pointer, draft),
        (None, "error") => {
            let what = [line.code.get(), line.data.get()].join(" ");
            let message = format!("yarn could not audit: {}", bounded(what.trim(), 300));
            draft.problem_among_many(Problem::error(ProblemCode::ScannerError, message));
        }
        (None, "") => draft.dropped(pointer, "neither `children` nor `type`"),
        (None, _) => {}
    }
}

/// A finding per installed version.
fn issue_of(name: &str, issue: &Issue<'_>, pointer: &str, draft: &mut Draft<'_>) {
    let Some(id) = issue.id.given().filter(|_| !name.is_empty()) else {
        draft.dropped(pointer, "no name or no `ID`");
        return;
    };
    let is_deprecation = id.ends_with("(deprecation)");
    let versions: Vec<&str> = issue.versions.iter().collect();
    for version in if versions.is_empty() { vec![""] } else { versions } {
        let finding = finding(name, version, id, issue, draft);
        let finding = if is_deprecation { deprecation(finding) } else { finding };
        draft.push(finding, Source { pointer: pointer.to_owned(), ..Source::default() });
    }
}

fn finding(name: &str, version: &str, id: &str, issue: &Issue<'_>, draft: &mut Draft<'_>) -> Finding {
    let number = format!("NPM-{id}");
    let rule_id = issue.url.given().and_then(crate::advisory::in_url).map_or_else(|| number.clone(), |(_, id)| id);
    let mut package =
        package_url::named("npm", &bounded(name, MAX_NAME), Some(version).filter(|version| !version.is_empty()));
    // `shop@workspace:.` is the project itself.
    let mut dependents = issue.dependents.iter().peekable();
    package.direct =
        dependents.peek().is_some().then(|| issue.dependents.iter().any(|name| name.contains("@workspace:")));
    let title = issue.title.get();
    let rating = draft.rate(issue.severity.get(), &[]);
    let pulled_in: Vec<_> = issue.dependents.iter().take(20).collect();
    let range = issue.vulnerable.given().map(|range| format!("Vulnerable versions: {range}. "));
    Weakness {
        rule_id: &rule_id,
        names: Names::of(&rule_id, [number.as_str()], issue.url.given()),
        title,
        description: &format!("{}Pulled in by {}.", range.unwrap_or_default(), pulled_in.join(", ")),
        rating,
        package,
        fix: fixed_in(Vec::new(), FixState::Unknown),
        references: issue.url.owned().into_iter().collect(),
        is_malicious: title.to_ascii_lowercase().starts_with("malicious"),
        ..Weakness::default()
    }
    .finding()
}

/// Its authors have given the package up; yarn gives it the id `name (deprecation)`.
fn deprecation(finding: Finding) -> Finding {
    Finding {
        kind: Kind::Outdated,
        rule_id: "deprecated".to_owned(),
        id: "deprecated".to_owned(),
        aliases: BTreeSet::new(),
        vulnerability: None,
        ..finding
    }
}
