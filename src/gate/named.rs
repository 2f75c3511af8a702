//! The documents beside the policy, read from the tree that steers: VEX documents, data files, the list of well-known packages,
//! ignore files. Statements the change itself adds are not among them (spec/policy.md 11.1).

use portcullis_ingest::data::Enrichment;
use portcullis_ingest::ignores::IgnoreFiles;
use portcullis_ingest::{Input, Options, ReportOptions, Surroundings};
use portcullis_model::merge::Merging;
use portcullis_model::{Collected, PathResolver, Problem, ProblemCode, Section, Tree, VexStatement};
use portcullis_policy::Policy;

use super::panics::contained;
use super::plan::Plan;
use super::{Request, enrich, ignores, merging};

/// What the documents say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Documents {
    pub(crate) statements: Vec<VexStatement>,
    /// What is known of vulnerabilities besides what reports say.
    pub(crate) data: Enrichment,
    /// What other tools were told to ignore.
    pub(crate) ignores: IgnoreFiles,
    /// What makes two findings one, and whose severity counts then.
    pub(crate) merging: Merging,
    /// Names of well-known packages.
    pub(crate) well_known_names: Vec<String>,
    /// What could not be read, and entries no file belongs to.
    pub(crate) problems: Vec<Problem>,
}

/// Reads every document once, in the order of their paths.
pub(super) fn read(request: &Request, plan: &Plan, tree: &dyn Tree, policy: &Policy) -> Documents {
    let (well_known_names, problem) = well_known_names(tree, policy);
    let enrich::Enriched { data, problems } = enrich::read(tree, policy.data(), today(request));
    let ignored = ignores::read(plan, tree, policy);
    let (merging, no_table) = merging::of(tree, policy.ingest());
    let problems = problem.into_iter().chain(problems).chain(ignored.problems).chain(no_table).collect();
    let mut documents =
        Documents { data, ignores: ignored.files, merging, well_known_names, problems, ..Documents::default() };
    if policy.vex().is_empty() {
        return documents;
    }
    let listing = match tree.list() {
        Ok(listing) => listing,
        Err(error) => {
            let message = format!("the VEX documents cannot be listed: {error}");
            documents
                .problems
                .push(Problem::error(ProblemCode::Unreadable, message).in_section(Section::Vulnerabilities));
            return documents;
        }
    };
    for entry in policy.vex() {
        if !listing.entries.iter().any(|file| entry.path.matches(&file.path)) {
            let message = format!(
                "`vex` names `{}` ({}), and no file matches: no statement counts",
                entry.path.as_str(),
                entry.origin
            );
            documents
                .problems
                .push(Problem::warning(ProblemCode::ReportMissing, message).in_section(Section::Vulnerabilities));
        }
    }
    let named = |path: &str| policy.vex().iter().any(|entry| entry.path.matches(path));
    for file in listing.entries.iter().filter(|file| named(&file.path)) {
        let said = match tree.read(&file.path) {
            Ok(bytes) => document(request, plan, &file.path, &bytes),
            Err(error) => {
                let message = format!("the VEX document `{}` cannot be read: {error}", file.path);
                let problem = Problem::error(ProblemCode::Unreadable, message).at_path(&file.path);
                Collected { problems: vec![problem.in_section(Section::Vulnerabilities)], ..Collected::default() }
            }
        };
        documents.statements.extend(said.vex);
        documents.problems.extend(said.problems);
    }
    documents
}

fn today(request: &Request) -> jiff::civil::Date {
    request.now.to_zoned(jiff::tz::TimeZone::UTC).date()
}

fn document(request: &Request, plan: &Plan, path: &str, bytes: &[u8]) -> Collected {
    let resolver = PathResolver::new([], [], plan.tracked.clone());
    let options = Options::default();
    let around =
        Surroundings { resolver: &resolver, now: request.now, commits: &[], file: &|_| None, options: &options };
    let entry = ReportOptions::default();
    let input = Input { name: None, path, bytes, modified: None, options: &entry };
    let mut said = contained(path, Section::Vulnerabilities, "the reader of VEX documents", || {
        portcullis_ingest::read(&input, &around)
    });
    if said.vex.is_empty() && said.problems.is_empty() {
        let message = format!("`{path}` is named in `vex` and makes no statement");
        said.problems.push(
            Problem::warning(ProblemCode::EmptyReport, message).at_path(path).in_section(Section::Vulnerabilities),
        );
    }
    said
}

/// The list of well-known package names. A list that cannot be read is missing evidence: the rule cannot be held.
fn well_known_names(tree: &dyn Tree, policy: &Policy) -> (Vec<String>, Option<Problem>) {
    let Some(setting) = policy.typosquats() else { return (Vec::new(), None) };
    let path = setting.value.as_str();
    match tree.read(path) {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes);
            let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
            (lines.filter(|line| !line.is_empty()).map(str::to_owned).collect(), None)
        }
        Err(error) => {
            let message =
                format!("`packages.typosquats` names `{path}` ({}), which cannot be read: {error}", setting.origin);
            let problem = Problem::error(ProblemCode::Unreadable, message).at_path(path).in_section(Section::Packages);
            (Vec::new(), Some(problem))
        }
    }
}
