//! Which files steer the run: in a pull request those of the base commit, never those of the change itself
//! (spec/policy.md 11.1).

use portcullis_github::Steering as Source;
use portcullis_model::{
    Baseline, Diagnostic, DiagnosticSeverity, PolicyInfo, PolicySource, Problem, ProblemCode, Registry, Section, Span,
    Tree, TreeError,
};
use portcullis_policy::{Document, Inputs, Policy};
use portcullis_secrets::{Config, IGNORE_NAME, IgnoreFile, Options, Scanner, Sources};
use portcullis_source::POLICY_FILES;
use portcullis_syntax::yaml;

use super::allowed::{refuse_earlier_day, refuse_looser_reference, take_approved_exceptions};
use super::baseline::{self, NotUsable};
use super::change::Compared;
use super::gate_files::{ReadFiles, Remembering, changed_gate_files, has_gate_files, is_exception_file, own_rules};
use super::plan::Plan;
use super::{Refusal, Request, base, named, redact};

/// The built-in presets.
const PRESETS: &[(&str, &str)] = &[
    ("minimal@1", include_str!("../../policies/minimal@1.yaml")),
    ("baseline@1", include_str!("../../policies/baseline@1.yaml")),
    ("strict@1", include_str!("../../policies/strict@1.yaml")),
];

/// The built-in pack of secret rules.
const SECRET_RULES: &str = include_str!("../../rules/portcullis.toml");

/// Everything that steers a run.
pub(crate) struct Gate {
    pub(crate) policy: Policy,
    pub(crate) registry: Registry,
    pub(crate) scanner: Scanner,
    /// Every file the scanner was made from, with what it held, and whether other tools' comments count: where they are the
    /// same, so is what it finds.
    pub(super) scanner_files: (ReadFiles, bool),
    /// The committed baseline, where there is one.
    pub(crate) baseline: Option<Baseline>,
    /// What the files that the policy names say, and what is wrong with them.
    pub(crate) named: named::Documents,
    pub(crate) info: PolicyInfo,
    /// What should be said about the files that steer, without stopping the run.
    pub(crate) warnings: Vec<Diagnostic>,
}

/// The gate, or why the base does not give it: exit 3.
pub(super) enum Steering {
    Known(Box<Gate>),
    Unreadable(Problem),
}

/// Reads every gate file from the tree that may steer.
pub(super) fn gate(request: &Request, plan: &Plan, compared: &Compared) -> Result<Steering, Refusal> {
    refuse_earlier_day(request, &plan.ci)?;
    match &plan.steering {
        Source::WorkTree => read(request, plan, &*plan.subject, PolicySource::Local, None),
        Source::Unknown(why) => Ok(Steering::Unreadable(unreadable(why))),
        Source::BaseCommit(id) => {
            let base = match base::tree(request, &plan.repository, id) {
                Ok(base) => base,
                Err(why) => return Ok(Steering::Unreadable(unreadable(&why))),
            };
            let steering = of_base(request, plan, &*base, id)?;
            Ok(match steering {
                Steering::Known(mut gate) => {
                    refuse_looser_reference(request, plan, id, &*base, &gate)?;
                    gate.info.changed_in_pr = changed_gate_files(plan, compared, &*base, &gate.policy);
                    take_approved_exceptions(request, plan, &*base, &mut gate);
                    Steering::Known(gate)
                }
                unreadable @ Steering::Unreadable(_) => unreadable,
            })
        }
    }
}

fn of_base(request: &Request, plan: &Plan, base: &dyn Tree, id: &str) -> Result<Steering, Refusal> {
    match has_gate_files(base, named_policy(request)) {
        Err(error) => Ok(Steering::Unreadable(unreadable(&error.to_string()))),
        Ok(true) => match read(request, plan, base, PolicySource::Base, Some(id))? {
            Steering::Known(gate) if gate.policy.trusts_head() => of_head(request, plan, &gate),
            known => Ok(known),
        },
        // A fork cannot bring the first policy, and nobody by naming a commit from before there was one: they would choose
        // their own gate.
        Ok(false) if plan.ci.context.fork || request.policy_ref.is_some() => {
            read(request, plan, base, PolicySource::Builtin, Some(id))
        }
        Ok(false) => read(request, plan, &*plan.subject, PolicySource::Bootstrap, None),
    }
}

/// The gate of a tree with the exceptions of another: those below `.portcullis/exceptions/`, and those of its policy file.
pub(super) fn with_exceptions_of(request: &Request, tree: &dyn Tree, other: &dyn Tree) -> Result<Gate, Refusal> {
    let policy = policy_file(request, tree).map_err(GateFileError::refusal)?;
    let exceptions_from = policy_file(request, other).map_err(GateFileError::refusal)?;
    let exceptions = exception_files(other).map_err(Refusal::Usage)?;
    with_files(request, tree, &GateFiles { policy, exceptions, exceptions_from }, &request.settings)
}

/// The gate a change proposes, whole.
pub(super) fn proposed(request: &Request, plan: &Plan, tree: &dyn Tree) -> Result<Gate, Refusal> {
    match read(request, plan, tree, PolicySource::Head, None)? {
        Steering::Known(gate) => Ok(*gate),
        Steering::Unreadable(problem) => Err(Refusal::Usage(problem.message)),
    }
}

/// The base trusts the change's own policy: that one decides, but for whom to trust.
fn of_head(request: &Request, plan: &Plan, base: &Gate) -> Result<Steering, Refusal> {
    Ok(match read(request, plan, &*plan.subject, PolicySource::Head, None)? {
        Steering::Known(mut head) => {
            head.policy = head.policy.with_trust_of(&base.policy);
            Steering::Known(head)
        }
        unreadable @ Steering::Unreadable(_) => unreadable,
    })
}

/// The gate that the change itself brings, where the base lets it tighten the levels. A policy that cannot be used tightens
/// nothing; what is wrong with it is a warning.
pub(super) fn tightening(request: &Request, plan: &Plan, gate: &mut Gate) -> Option<Gate> {
    if gate.info.source != PolicySource::Base || !gate.policy.applies_tightening() {
        return None;
    }
    match of_tree(request, &*plan.subject) {
        Ok(mut head) => {
            head.policy = head.policy.with_trust_of(&gate.policy);
            Some(head)
        }
        Err(Refusal::Policy(errors)) => {
            let warn = |error| Diagnostic { severity: DiagnosticSeverity::Warning, ..error };
            gate.warnings.extend(errors.into_iter().map(warn));
            None
        }
        Err(Refusal::Usage(why)) => {
            let message = format!("the policy of the change itself tightens nothing: {why}");
            gate.warnings.push(Diagnostic::warning("policy/unreadable", message, start()));
            None
        }
    }
}

fn unreadable(why: &str) -> Problem {
    Problem::error(
        ProblemCode::BaseUnreadable,
        format!(
            "the policy could not be read from the base commit, and that of the change itself never counts: {why}; in a workflow, check out with `fetch-depth: 0`, or fetch the base commit before"
        ),
    )
}

/// One file that steers.
struct GateFile {
    path: String,
    bytes: Vec<u8>,
}

impl GateFile {
    fn document(&self) -> Document<'_> {
        Document { path: &self.path, bytes: &self.bytes }
    }
}

fn read(
    request: &Request,
    plan: &Plan,
    tree: &dyn Tree,
    source: PolicySource,
    revision: Option<&str>,
) -> Result<Steering, Refusal> {
    let policy_file = match policy_file(request, tree) {
        Ok(file) => file,
        Err(GateFileError::Refused(diagnostic)) => return Err(Refusal::Policy(vec![*diagnostic])),
        Err(GateFileError::Unreadable(why)) if source == PolicySource::Base => {
            return Ok(Steering::Unreadable(unreadable(&why)));
        }
        Err(GateFileError::Unreadable(why)) => return Err(Refusal::Usage(why)),
    };
    let exceptions = match exception_files(tree) {
        Ok(files) => files,
        Err(why) if source == PolicySource::Base => return Ok(Steering::Unreadable(unreadable(&why))),
        Err(why) => return Err(Refusal::Usage(why)),
    };
    let files = GateFiles { policy: policy_file, exceptions, exceptions_from: None };
    let mut gate = with_files(request, tree, &files, &request.settings)?;
    refuse_loosening(request, plan, tree, &files, &gate)?;
    if request.baseline.is_none() {
        gate.baseline = match baseline::committed(tree, &gate.policy) {
            Ok(baseline) => baseline,
            Err(NotUsable::Refused(diagnostic)) => return Err(Refusal::Policy(vec![*diagnostic])),
            Err(NotUsable::Unreadable(why)) if source == PolicySource::Base => {
                return Ok(Steering::Unreadable(unreadable(&why)));
            }
            Err(NotUsable::Unreadable(why)) => return Err(Refusal::Usage(why)),
        };
    }
    gate.named = named::read(request, plan, tree, &gate.policy);
    gate.info = PolicyInfo {
        source: if gate.policy.path().is_none() { PolicySource::Builtin } else { source },
        rev: revision.map(str::to_owned),
        path: gate.policy.path().map(str::to_owned),
        digest: gate.policy.digest().to_owned(),
        changed_in_pr: Vec::new(),
        preview: None,
    };
    Ok(Steering::Known(Box::new(gate)))
}

/// The gate that a tree alone makes, whatever may steer: to compare it with another.
pub(super) fn of_tree(request: &Request, tree: &dyn Tree) -> Result<Gate, Refusal> {
    let policy = policy_file(request, tree).map_err(GateFileError::refusal)?;
    let exceptions = exception_files(tree).map_err(Refusal::Usage)?;
    with_files(request, tree, &GateFiles { policy, exceptions, exceptions_from: None }, &[])
}

/// In CI the command line stands in a file that the change under judgement may have written: it can only tighten.
fn refuse_loosening(
    request: &Request,
    plan: &Plan,
    tree: &dyn Tree,
    files: &GateFiles,
    gate: &Gate,
) -> Result<(), Refusal> {
    let says_ci = request.environment.get("CI").is_some_and(|value| !matches!(value.as_str(), "" | "0" | "false"));
    let in_ci = says_ci || plan.ci.in_actions || plan.ci.judges_change();
    if request.settings.is_empty() || !in_ci {
        return Ok(());
    }
    let without = with_files(request, tree, files, &[])?;
    let loosened = portcullis_policy::loosened(&without.policy, &gate.policy, &gate.registry);
    let Some(first) = loosened.first() else { return Ok(()) };
    let (key, of) = (&first.key, &first.origin.layer);
    let show = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
    Err(Refusal::Usage(format!(
        "`{of}` would not tighten the policy: `{key}` is `{}` and would be `{}`; in CI flags can only make the gate stricter, what is looser stands in the policy file",
        show(&first.old),
        show(&first.new)
    )))
}

fn with_files(
    request: &Request,
    tree: &dyn Tree,
    files: &GateFiles,
    settings: &[(String, String)],
) -> Result<Gate, Refusal> {
    let named = files.policy.as_ref().and_then(secrets_config);
    let gate = load(request, tree, files, settings, named.as_deref())?;
    // A parent of the policy may name the rule file too.
    let in_force = gate.policy.secrets_config().map(|setting| setting.value.clone());
    if in_force == named { Ok(gate) } else { load(request, tree, files, settings, in_force.as_deref()) }
}

struct GateFiles {
    policy: Option<GateFile>,
    exceptions: Vec<GateFile>,
    /// Its exceptions stand in for those of the policy.
    exceptions_from: Option<GateFile>,
}

/// Scanner and policy hang together: a policy may name the rules of the scanner, and the scanner's file.
fn load(
    request: &Request,
    tree: &dyn Tree,
    files: &GateFiles,
    settings: &[(String, String)],
    secrets_config: Option<&str>,
) -> Result<Gate, Refusal> {
    let remembering = Remembering::new(tree);
    let (scanner, mut warnings) = scanner(&remembering, secrets_config).map_err(refused)?;
    let registry = registry_with(&scanner);
    let formats = portcullis_ingest::format_names();
    // What the policy says of files is held against those it stands beside: in a pull request both are the base's.
    let tracked = tree.paths().map_err(|error| Refusal::Usage(format!("the gate files cannot be listed: {error}")))?;
    refuse_own_rules(tree)?;
    let exceptions: Vec<Document<'_>> = files.exceptions.iter().map(GateFile::document).collect();
    let inputs = Inputs {
        policy: files.policy.as_ref().map(GateFile::document),
        exceptions: &exceptions,
        exceptions_from: files.exceptions_from.as_ref().map(GateFile::document),
        settings,
        presets: PRESETS,
        parent: Some(&|path: &str| tree.read(path).map_err(|error| error.to_string())),
        known_formats: &formats,
        registry: &registry,
        tracked: Some(&tracked),
        today: request.now.to_zoned(jiff::tz::TimeZone::UTC).date(),
    };
    let loaded = portcullis_policy::load(&inputs).map_err(refused)?;
    warnings.extend(loaded.warnings);
    let foreign_ignores = loaded.policy.foreign_ignores(Section::Secrets);
    let scanner = scanner.with_foreign_ignores(foreign_ignores);
    redact::diagnostics(&mut warnings, &scanner);
    Ok(Gate {
        policy: loaded.policy,
        registry,
        scanner,
        scanner_files: (remembering.into_read(), foreign_ignores),
        baseline: None,
        named: named::Documents::default(),
        info: PolicyInfo::default(),
        warnings,
    })
}

/// A rule that nobody evaluates would pass everything.
fn refuse_own_rules(tree: &dyn Tree) -> Result<(), Refusal> {
    let rules = own_rules(tree).map_err(|error| Refusal::Usage(format!("the gate files cannot be listed: {error}")))?;
    let Some(first) = rules.first() else { return Ok(()) };
    let message = format!("`{first}` is a rule of the repository's own, which this version does not evaluate");
    let place = Span { path: first.clone(), ..start() };
    Err(Refusal::Policy(vec![
        Diagnostic::error("policy/own-rules", message, place)
            .help("move it out of `.portcullis/rules/`, or have another tool evaluate it and hand its report over"),
    ]))
}

/// A text that quotes the policy, with the secrets the built-in rules know masked.
pub(crate) fn masked(text: &str) -> Result<String, Refusal> {
    let loaded = Config::built_in(SECRET_RULES).map_err(Refusal::Policy)?;
    let scanner = Scanner::new(loaded.config, Options::default()).map_err(Refusal::Policy)?;
    Ok(redact::text(text, &scanner))
}

/// The messages quote lines of the files. The built-in rules say what must not be shown of them: those of the repository may
/// be what is wrong.
fn refused(mut diagnostics: Vec<Diagnostic>) -> Refusal {
    let built_in = Config::built_in(SECRET_RULES).and_then(|loaded| Scanner::new(loaded.config, Options::default()));
    match built_in {
        Ok(scanner) => redact::diagnostics(&mut diagnostics, &scanner),
        Err(complaints) => diagnostics.extend(complaints),
    }
    Refusal::Policy(diagnostics)
}

/// The rule file the policy itself names, looked up before the policy is read whole: its rules are needed for that.
fn secrets_config(policy: &GateFile) -> Option<String> {
    let file = yaml::parse(&policy.bytes, yaml::Dialect::Core, &yaml::Limits::OWN);
    let root = file.documents().next()?.root()?;
    root.get("secrets")?.get("config")?.as_str().map(str::to_owned)
}

/// The scanner with the rules and ignore entries of the tree that steers.
fn scanner(tree: &dyn Tree, configured: Option<&str>) -> Result<(Scanner, Vec<Diagnostic>), Vec<Diagnostic>> {
    let read = |path: &str| match tree.read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(TreeError::NotFound) => Ok(None),
        Err(error) => Err(error.to_string()),
    };
    let loaded = Config::discover(configured, Sources { pack: SECRET_RULES, read: &read })?;
    let mut warnings = loaded.warnings;
    let mut ignore_files = Vec::new();
    match read(IGNORE_NAME) {
        Ok(Some(bytes)) => {
            let (file, complaints) = IgnoreFile::read(IGNORE_NAME, &bytes);
            ignore_files.push(file);
            warnings.extend(complaints);
        }
        Ok(None) => {}
        Err(why) => {
            let span = Span { path: IGNORE_NAME.to_owned(), ..start() };
            return Err(vec![Diagnostic::error(
                "secrets/ignore-unreadable",
                format!("`{IGNORE_NAME}` cannot be read: {why}"),
                span,
            )]);
        }
    }
    Ok((Scanner::new(loaded.config, Options::default())?.with_ignore_files(ignore_files), warnings))
}

/// The beginning of a file, for what is wrong with it as a whole.
pub(super) fn start() -> Span {
    Span { start_line: 1, start_col: 1, end_line: 1, end_col: 1, ..Span::default() }
}

enum GateFileError {
    Refused(Box<Diagnostic>),
    Unreadable(String),
}

impl GateFileError {
    fn refusal(self) -> Refusal {
        match self {
            Self::Refused(diagnostic) => Refusal::Policy(vec![*diagnostic]),
            Self::Unreadable(why) => Refusal::Usage(why),
        }
    }
}

/// Path of the policy that the command line names.
fn named_policy(request: &Request) -> Option<&str> {
    request.policy_file.as_deref().map(|path| path.trim_start_matches("./"))
}

/// The policy file: the one that was named, or exactly one of the four names.
fn policy_file(request: &Request, tree: &dyn Tree) -> Result<Option<GateFile>, GateFileError> {
    let read = |path: &str| match tree.read(path) {
        Ok(bytes) => Ok(GateFile { path: path.to_owned(), bytes }),
        Err(error) => Err(GateFileError::Unreadable(format!("the policy `{path}` cannot be read: {error}"))),
    };
    if let Some(named) = named_policy(request) {
        return read(named).map(Some);
    }
    let mut there = Vec::new();
    for path in POLICY_FILES {
        match tree.stat(path) {
            Ok(Some(_)) => there.push(path),
            Ok(None) | Err(TreeError::NotFound) => {}
            Err(error) => return Err(GateFileError::Unreadable(format!("`{path}` cannot be looked at: {error}"))),
        }
    }
    match there.as_slice() {
        [] => Ok(None),
        [only] => read(only).map(Some),
        [first, second, ..] => {
            let span = |path: &str| Span { path: path.to_owned(), ..start() };
            let message =
                format!("there are two policies, `{first}` and `{second}`, and nothing says which one counts");
            Err(GateFileError::Refused(Box::new(
                Diagnostic::error("policy/two-policies", message, span(second))
                    .related(span(first))
                    .help("keep one of them"),
            )))
        }
    }
}

fn exception_files(tree: &dyn Tree) -> Result<Vec<GateFile>, String> {
    let is_exceptions = |path: &&String| is_exception_file(path);
    let paths = tree.paths().map_err(|error| format!("the gate files cannot be listed: {error}"))?;
    let read = |path: &String| match tree.read(path) {
        Ok(bytes) => Ok(GateFile { path: path.clone(), bytes }),
        Err(error) => Err(format!("the exceptions `{path}` cannot be read: {error}")),
    };
    paths.iter().filter(is_exceptions).map(read).collect()
}

/// Every built-in rule, without a repository: for `explain`.
pub(crate) struct RuleBook {
    pub(crate) registry: Registry,
    /// Rules of the scanner, sorted by id.
    pub(crate) secrets: Scanner,
}

/// Reads the built-in rules.
pub(crate) fn rule_book() -> Result<RuleBook, Vec<Diagnostic>> {
    let loaded = Config::built_in(SECRET_RULES)?;
    let secrets = Scanner::new(loaded.config, Options::default())?;
    Ok(RuleBook { registry: registry_with(&secrets), secrets })
}

fn registry_with(scanner: &Scanner) -> Registry {
    let rules = portcullis_checks::rules().iter().chain(portcullis_policy::rules()).copied();
    Registry::new(rules, scanner.rule_ids().map(str::to_owned))
}
