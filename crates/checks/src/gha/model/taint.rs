//! What text a context value can put into a script, and who chooses it (spec/workflows.md 5.1).

use portcullis_model::{Confidence, Severity, Tier};
use portcullis_syntax::expression::{self, Leaf};
use portcullis_syntax::yaml::Node;

use super::event::{self, Content};
use super::{Environment, Privilege, Step, TriggerClass};
use crate::file::FileKind;

/// Why a value should not be pasted into a script.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Taint {
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    pub(crate) tier: Tier,
    /// Who chooses the text: a clause.
    pub(crate) why: String,
}

impl Taint {
    fn new(severity: Severity, confidence: Confidence, why: impl Into<String>) -> Self {
        Self { severity, confidence, tier: Tier::Default, why: why.into() }
    }

    fn only_in(self, tier: Tier) -> Self {
        Self { tier, ..self }
    }
}

/// Variables that lead to variables are followed this far.
const HOPS: u8 = 8;
/// Texts that are looked into on the way, in bytes: a hostile file refers to one long text from everywhere.
const LONGEST: usize = 16 << 10;
/// GitHub runs at most this many jobs of a matrix.
pub(super) const MOST_COMBINATIONS: usize = 256;

/// What a context value can put into a script of this step; `None` when that is harmless whatever it holds.
pub(crate) fn judge(leaf: &Leaf, step: &Step<'_>) -> Option<Taint> {
    judge_within(leaf, step, HOPS)
}

fn judge_within(leaf: &Leaf, step: &Step<'_>, hops: u8) -> Option<Taint> {
    let path = &leaf.path;
    let names: Vec<&str> = path.segments().skip(1).collect();
    match path.context() {
        "github" => github(&names, leaf.whole, step),
        "inputs" => input(names.first().copied().unwrap_or("*"), step),
        "env" => variable(&names, step, hops),
        "matrix" => matrix(&names, step),
        // Secrets are exposed by that, not injected. The rest are numbers and booleans of the run's own making.
        "secrets" | "strategy" => None,
        "runner" => unless_one_of(&names, &["arch", "debug", "environment", "os", "temp", "tool_cache"]),
        "job" => unless_one_of(&names, &["status", "check_run_id"]),
        "steps" => match names.get(1) {
            Some(&("outcome" | "conclusion")) => None,
            Some(&"outputs") => output(&names, step, hops),
            _ => unknown("an earlier step decides what it holds"),
        },
        "needs" if names.get(1) == Some(&"result") => None,
        "needs" | "jobs" => unknown("another job decides what it holds"),
        _ => unknown("nothing in this file says what it holds"),
    }
}

#[allow(clippy::unnecessary_wraps, reason = "arms of one match: most answers are optional")]
fn unknown(why: &str) -> Option<Taint> {
    Some(Taint::new(Severity::Info, Confidence::Low, why))
}

fn unless_one_of(names: &[&str], harmless: &[&str]) -> Option<Taint> {
    let first = names.first().copied().unwrap_or("*");
    if harmless.contains(&first) { None } else { unknown("nothing in this file says what it holds") }
}

fn github(names: &[&str], whole: bool, step: &Step<'_>) -> Option<Taint> {
    let Some((first, below)) = names.split_first() else {
        return Some(free(&[], "it holds the whole event", step));
    };
    match *first {
        "event" if below.first() == Some(&"inputs") => dispatch_input(below.get(1).copied().unwrap_or("*"), step),
        "event" => event_value(below, whole, step),
        "head_ref" => {
            Some(free(&["pull_request", "pull_request_target"], "the author of a pull request names the branch", step))
        }
        name if is_fixed(name) => None,
        name if name.starts_with("ref") && only_started_from_inside(step) => {
            Some(Taint::new(Severity::Medium, Confidence::High, "people with write access name branches and tags"))
        }
        "ref" | "ref_name" | "base_ref" => Some(Taint::new(
            Severity::High,
            Confidence::High,
            "names of branches and tags may hold `$`, `;`, `|` and backticks",
        )),
        _ => Some(Taint::new(Severity::High, Confidence::High, "whoever starts the run has a say in what it holds")),
    }
}

/// Values of the `github` context that hold nothing a shell would act on.
fn is_fixed(name: &str) -> bool {
    const NAMES: [&str; 24] = [
        "action",
        "action_path",
        "actor_id",
        "event_name",
        "event_path",
        "job",
        "ref_protected",
        "ref_type",
        "repository",
        "repository_owner",
        "repository_id",
        "repository_owner_id",
        "repository_visibility",
        "repositoryurl",
        "retention_days",
        "run_attempt",
        "run_id",
        "run_number",
        "sha",
        "token",
        "triggering_actor",
        "workspace",
        "server_url",
        "api_url",
    ];
    NAMES.contains(&name) || name.ends_with("_sha") || name.ends_with("_url")
}

fn only_started_from_inside(step: &Step<'_>) -> bool {
    let triggers = &step.workflow.triggers;
    !triggers.is_open() && triggers.names().all(|event| matches!(event, "schedule" | "workflow_dispatch" | "release"))
}

fn event_value(names: &[&str], whole: bool, step: &Step<'_>) -> Option<Taint> {
    let dispatched = step.workflow.triggers.has("repository_dispatch");
    let carriers = event::carriers(names);
    match event::content(names, whole, dispatched) {
        Content::Fixed => None,
        Content::Login => Some(
            Taint::new(Severity::Info, Confidence::Medium, "GitHub restricts the characters of such a name")
                .only_in(Tier::Strict),
        ),
        Content::Structured => {
            Some(Taint::new(Severity::Medium, Confidence::High, "parts of an address are chosen freely"))
        }
        Content::Trusted => Some(
            Taint::new(Severity::Medium, Confidence::High, "a caller with write access chooses this text")
                .only_in(Tier::Audit),
        ),
        Content::Free => Some(free(carriers, "an outsider can choose this text", step)),
    }
}

/// Free text: how bad it is depends on who can start the run and on what the job may do. `carriers` are the events that
/// bring the value; none means any.
fn free(carriers: &[&str], why: &str, step: &Step<'_>) -> Taint {
    let triggers = &step.workflow.triggers;
    if triggers.is_open() {
        return Taint::new(Severity::High, Confidence::High, why);
    }
    let carrying: Vec<&str> =
        triggers.names().filter(|event| carriers.is_empty() || carriers.contains(event)).collect();
    let Some(first) = carrying.first() else {
        let started: Vec<&str> = triggers.names().take(4).collect();
        let why = format!("none of the triggers ({}) brings this text today", started.join(", "));
        return Taint::new(Severity::Low, Confidence::High, why);
    };
    let class = |wanted| carrying.iter().copied().find(|event| TriggerClass::of(event) == wanted);
    if let Some(event) = class(TriggerClass::ExternalPrivileged)
        && step.job.privilege == Privilege::High
    {
        let why = format!("{why} (trigger: {event}) and the job has write access or secrets");
        return Taint::new(Severity::Critical, Confidence::High, why);
    }
    let restricted = carrying.iter().all(|event| TriggerClass::of(event) == TriggerClass::ExternalRestricted);
    if restricted && step.job.privilege == Privilege::Low {
        let why = format!("{why} (trigger: {first}), though the job can only read");
        return Taint::new(Severity::Medium, Confidence::High, why);
    }
    Taint::new(Severity::High, Confidence::High, format!("{why} (trigger: {first})"))
}

fn input(name: &str, step: &Step<'_>) -> Option<Taint> {
    let workflow = step.workflow;
    if workflow.kind == FileKind::Action {
        return match declared(step, workflow.root.get("inputs"), name) {
            Some(_) => Some(Taint::new(Severity::High, Confidence::High, "whoever uses the action chooses this text")),
            None => undeclared(),
        };
    }
    let called = workflow.triggers.get("workflow_call").and_then(|event| declared(step, event.get("inputs"), name));
    match called {
        Some(input) => Some(typed(input).unwrap_or_else(|| {
            Taint::new(Severity::High, Confidence::High, "whoever calls the workflow chooses this text")
        })),
        None => dispatch_input(name, step),
    }
}

fn dispatch_input(name: &str, step: &Step<'_>) -> Option<Taint> {
    let dispatch = step.workflow.triggers.get("workflow_dispatch");
    match dispatch.and_then(|event| declared(step, event.get("inputs"), name)) {
        Some(input) => Some(typed(input).unwrap_or_else(|| {
            Taint::new(Severity::Medium, Confidence::High, "whoever starts the workflow by hand chooses this text")
                .only_in(Tier::Audit)
        })),
        None => undeclared(),
    }
}

#[allow(clippy::unnecessary_wraps, reason = "arms of one match: most answers are optional")]
fn undeclared() -> Option<Taint> {
    Some(Taint::new(Severity::Low, Confidence::Low, "no input of this name is declared"))
}

fn declared<'w>(step: &Step<'w>, inputs: Option<Node<'w>>, name: &str) -> Option<Node<'w>> {
    step.workflow.names.find(inputs?, name)
}

/// Types of an input that restrict what can be chosen.
fn typed(input: Node<'_>) -> Option<Taint> {
    let kind = input.get("type").and_then(Node::as_str)?;
    matches!(kind, "boolean" | "number" | "choice" | "environment").then(|| {
        Taint::new(Severity::Low, Confidence::High, format!("the input is of type {kind}")).only_in(Tier::Strict)
    })
}

/// A variable is as harmless as what it is set to. The runner sets `GITHUB_*` and `RUNNER_*`, but not in this context.
fn variable(names: &[&str], step: &Step<'_>, hops: u8) -> Option<Taint> {
    let [name] = names else { return unknown_variable() };
    let value = match step.variable(name) {
        Environment::Set(value) => value,
        Environment::Unknown if name.starts_with("github_") || name.starts_with("runner_") => return None,
        Environment::Unknown => return unknown_variable(),
    };
    worst_of(value, step, hops)
}

#[allow(clippy::unnecessary_wraps, reason = "arms of one match: most answers are optional")]
fn unknown_variable() -> Option<Taint> {
    Some(Taint::new(Severity::Low, Confidence::High, "nothing in this file sets the variable"))
}

/// The worst of what the expressions of a value can put into it.
fn worst_of(value: Node<'_>, step: &Step<'_>, hops: u8) -> Option<Taint> {
    if !step.workflow.expressions.is_dynamic(value) {
        return None;
    }
    let text = value.value()?;
    let Some(hops) = hops.checked_sub(1).filter(|_| text.len() <= LONGEST) else {
        return Some(Taint::new(Severity::Medium, Confidence::Low, "its origin is too far away to be followed"));
    };
    expression::placeholders(text)
        .filter_map(|found| expression::parse(found.inner(text)).ok())
        .flat_map(|expression| expression.leaves())
        .filter_map(|leaf| judge_within(&leaf, step, hops))
        .max_by_key(|taint| (std::cmp::Reverse(taint.tier), taint.severity as u8))
}

fn matrix(names: &[&str], step: &Step<'_>) -> Option<Taint> {
    let dynamic =
        || Some(Taint::new(Severity::Medium, Confidence::Medium, "the matrix is computed when the job starts"));
    let Some(matrix) = step.job.node.get("strategy").and_then(|strategy| strategy.get("matrix")) else {
        return unknown("the job has no matrix");
    };
    let expressions = &step.workflow.expressions;
    if !expressions.is_dynamic(matrix) {
        return None;
    }
    let Some(row) = names.first().filter(|_| matrix.is_map()) else { return dynamic() };
    let here = |map| step.workflow.names.find(map, row).is_some_and(|value| expressions.is_dynamic(value));
    let added = matrix.get("include").is_some_and(|include| {
        let countable = include.is_seq() && include.items().len() <= MOST_COMBINATIONS;
        expressions.is_dynamic(include) && (!countable || include.items().any(here))
    });
    if here(matrix) || added { dynamic() } else { None }
}

/// What a step writes into its outputs is seen one hop far: text that this file pastes beside `GITHUB_OUTPUT`.
fn output(names: &[&str], step: &Step<'_>, hops: u8) -> Option<Taint> {
    let written = names.first().and_then(|id| step.sibling(id)).and_then(|producer| {
        let text = producer.node.get("run")?.value().filter(|text| text.len() <= LONGEST)?;
        let hops = hops.checked_sub(HOPS - 1)?;
        let lines = text.lines().filter(|line| line.contains("GITHUB_OUTPUT") || line.contains("::set-output"));
        lines
            .flat_map(|line| expression::placeholders(line).map(move |found| found.inner(line)))
            .filter_map(|inner| expression::parse(inner).ok())
            .flat_map(|expression| expression.leaves())
            .filter_map(|leaf| judge_within(&leaf, &producer, hops))
            .filter(|taint| taint.severity > Severity::Low)
            .max_by_key(|taint| (std::cmp::Reverse(taint.tier), taint.severity as u8))
    });
    written
        .map(|taint| Taint { why: format!("the step that writes it pastes text in: {}", taint.why), ..taint })
        .or_else(|| unknown("an earlier step decides what it holds"))
}
