//! Taking an expression out of a script: its value becomes a variable of the step, which the shell reads. Proposed only
//! where the script does the same with every value that holds no shell syntax.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_syntax::expression::{self, Expression, Placeholder};
use portcullis_syntax::shell::{Command, Context, Place, Scan, posix, powershell};
use portcullis_syntax::yaml::{Change, Kind, New, Node, Style};

use super::model::{Environment, Shell, Step, is_variable, variable_name};

/// Values of one script that are taken out at most.
const MOST_VARIABLES: usize = 256;
/// Bytes of a script that is no literal block.
const LONGEST_WITHOUT_LINES: usize = 16 << 10;
/// Names tried for one value.
const MOST_NAMES: usize = 20;

/// Variables that the runner sets to a value of the `github` context.
const DEFAULTS: [(&str, &str); 7] = [
    ("github.actor", "GITHUB_ACTOR"),
    ("github.base_ref", "GITHUB_BASE_REF"),
    ("github.head_ref", "GITHUB_HEAD_REF"),
    ("github.ref", "GITHUB_REF"),
    ("github.ref_name", "GITHUB_REF_NAME"),
    ("github.workflow", "GITHUB_WORKFLOW"),
    ("github.workflow_ref", "GITHUB_WORKFLOW_REF"),
];

/// Programs whose arguments are code.
const EVALUATE: [&str; 20] = [
    "awk",
    "cmd",
    "cmd.exe",
    "eval",
    "expect",
    "gawk",
    "gojq",
    "iex",
    "invoke-expression",
    "jq",
    "let",
    "mawk",
    "mysql",
    "osascript",
    "psql",
    "sed",
    "sqlite3",
    "ssh",
    "su",
    "trap",
];
/// Programs that run what stands behind an option, or what they read.
const INTERPRET: [&str; 17] = [
    "bash",
    "bun",
    "dash",
    "deno",
    "ksh",
    "node",
    "perl",
    "php",
    "powershell",
    "pwsh",
    "python",
    "python2",
    "python3",
    "rscript",
    "ruby",
    "sh",
    "zsh",
];

/// A script out of which values can be taken.
pub(super) struct Script<'w> {
    step: Step<'w>,
    run: Node<'w>,
    shell: Shell,
    scan: Scan,
    /// Words that may be names of variables.
    mentioned: BTreeSet<&'w str>,
    /// Those that the script itself sets.
    assigned: BTreeSet<&'w str>,
    chosen: BTreeMap<&'w str, Variable>,
}

/// The variable that carries a value.
#[derive(Clone)]
struct Variable {
    name: String,
    /// The step has to set it.
    is_new: bool,
}

/// What has to change, and under which name the value is then read.
pub(super) struct Taken {
    pub(super) read: String,
    pub(super) changes: Vec<Change>,
}

impl<'w> Script<'w> {
    /// Reads the `run:` of a step with the placeholders in it; `None` where nothing can be taken out.
    pub(super) fn read(step: Step<'w>, run: Node<'w>, placeholders: &[Placeholder]) -> Option<Self> {
        // What is written once and used twice has two surroundings.
        let shared = |node: Node<'_>| node.kind() == Kind::Alias || node.anchor_span().is_some();
        let around =
            [Some(step.job.node), step.job.node.get("steps"), Some(step.node), Some(run), step.node.get("env")];
        if around.into_iter().flatten().any(shared) {
            return None;
        }
        let text = run.value()?;
        // A change of a text that has no lines of its own is held against all of it.
        if run.style() != Style::Literal && text.len() > LONGEST_WITHOUT_LINES {
            return None;
        }
        let shell = Shell::of(&step)?;
        let places: Vec<_> = placeholders.iter().map(|placeholder| placeholder.span.clone()).collect();
        let scan = match shell {
            Shell::Posix => posix(text, &places),
            Shell::PowerShell => powershell(text, &places),
        };
        let (mentioned, assigned) = words(text, shell);
        Some(Self { step, run, shell, scan, mentioned, assigned, chosen: BTreeMap::new() })
    }

    /// Takes the value of a placeholder out, given by its number among all of the script.
    pub(super) fn take_out(&mut self, index: usize, placeholder: &Placeholder, written: &Expression) -> Option<Taken> {
        let place = self.scan.places().get(index)?;
        if !self.is_expanded(place) {
            return None;
        }
        let text = self.run.value()?;
        let variable = self.variable(placeholder.inner(text), written)?;
        let read = self.reference(&variable.name, text.get(placeholder.span.end..)?);
        let mut changes = vec![self.run.replace_within(placeholder.span.clone(), &read)?];
        if variable.is_new {
            changes.push(self.entry(&variable.name, placeholder.inner(text))?);
        }
        Some(Taken { read, changes })
    }

    /// Whether a variable would be expanded there, and its text be no code to whoever gets it.
    fn is_expanded(&self, place: &Place) -> bool {
        let expands = match place.context {
            Context::Comment => return true,
            Context::Bare | Context::Quoted | Context::Heredoc => true,
            Context::CommandName | Context::Literal | Context::Arithmetic | Context::Unknown => false,
        };
        let mut command = self.scan.command_of(place);
        let is_input = place.context == Context::Heredoc;
        while let Some(around) = command.filter(|_| expands) {
            let reader = self.scan.reader_of(around);
            if evaluates(around) || (is_input && interprets(around)) || reader.is_some_and(interprets) {
                return false;
            }
            command = self.scan.around(around);
        }
        expands
    }

    fn reference(&self, name: &str, rest: &str) -> String {
        let goes_on = rest.starts_with(|char: char| char.is_alphanumeric() || matches!(char, '_' | ':' | '?'));
        match self.shell {
            Shell::Posix => format!("${{{name}}}"),
            Shell::PowerShell if goes_on => format!("${{env:{name}}}"),
            Shell::PowerShell => format!("$env:{name}"),
        }
    }

    fn variable(&mut self, inner: &'w str, written: &Expression) -> Option<Variable> {
        if let Some(known) = self.chosen.get(inner) {
            return Some(known.clone());
        }
        let path = written.context_path()?.to_string();
        let variable = match path.strip_prefix("env.") {
            Some(_) => self.own_variable(inner)?,
            None => self.default_variable(&path).or_else(|| self.free_variable(inner, written))?,
        };
        (self.chosen.len() < MOST_VARIABLES).then(|| self.chosen.insert(inner, variable.clone()));
        Some(variable)
    }

    /// `env.X` is `X` already.
    fn own_variable(&self, inner: &str) -> Option<Variable> {
        let (_, name) = inner.split_once('.')?;
        let is_known = is_variable(name) && !self.assigned.contains(name);
        let is_set = match self.step.variable(name) {
            // Variables of a shell have their case.
            Environment::Set(_) => self.setting(name).is_some(),
            Environment::Unknown => true,
        };
        (is_known && is_set).then(|| Variable { name: name.to_owned(), is_new: false })
    }

    fn default_variable(&self, path: &str) -> Option<Variable> {
        let (_, name) = DEFAULTS.into_iter().find(|(known, _)| *known == path)?;
        let is_own = matches!(self.step.variable(name), Environment::Unknown) && !self.assigned.contains(name);
        is_own.then(|| Variable { name: name.to_owned(), is_new: false })
    }

    /// The first name that carries this value already, or that nothing uses.
    fn free_variable(&self, inner: &str, written: &Expression) -> Option<Variable> {
        let name = variable_name(&written.context_path()?, Some(written));
        let numbered = (2..=MOST_NAMES).map(|number| format!("{name}_{number}"));
        let taken = |name: &str| self.chosen.values().any(|variable| variable.name == name);
        let mut names = std::iter::once(name.clone()).chain(numbered).filter(|name| is_variable(name) && !taken(name));
        names.find_map(|name| {
            let is_new = match self.step.variable(&name) {
                Environment::Set(_) if self.assigned.contains(name.as_str()) => return None,
                Environment::Set(_) if self.setting(&name).is_some_and(|value| is_placeholder_of(value, inner)) => {
                    false
                }
                Environment::Set(_) => return None,
                Environment::Unknown if self.mentioned.contains(name.as_str()) => return None,
                Environment::Unknown => true,
            };
            Some(Variable { name, is_new })
        })
    }

    /// What a variable of exactly this name is set to where the script runs.
    fn setting(&self, name: &str) -> Option<Node<'w>> {
        let blocks = [self.step.node, self.step.job.node, self.step.workflow.root];
        blocks.into_iter().filter_map(|node| node.get("env")).find_map(|env| env.get(name))
    }

    /// The entry of `env:` that sets a new variable.
    fn entry(&self, name: &str, inner: &str) -> Option<Change> {
        let step = self.step.node;
        let value = format!("${{{{ {inner} }}}}");
        let env = step.get("env").filter(|env| env.is_map());
        let in_brackets = env.unwrap_or(step).style() == Style::Flow;
        let is_simple = !inner.contains([':', '#', '\n', '\r']);
        let value = if is_simple && !in_brackets { New::Plain(value) } else { New::Text(value) };
        step.insert_into("env", name, &value)
    }
}

/// The words of a script that may be names of variables, and those among them that it sets.
fn words(text: &str, shell: Shell) -> (BTreeSet<&str>, BTreeSet<&str>) {
    let (mut mentioned, mut assigned) = (BTreeSet::new(), BTreeSet::new());
    for line in text.lines() {
        let (mut rest, mut sets_all) = (line, false);
        while let Some(start) = rest.find(is_letter) {
            let (before, word) = rest.split_at(start);
            let (word, behind) = word.split_at(word.find(|char| !is_letter(char)).unwrap_or(word.len()));
            // Behind `read` the names that are set follow bare, up to an expansion or another command.
            sets_all &= !before.contains(['$', '"', '\'', '{', ';', '|', '&', '<', '>']);
            let sign = if shell == Shell::PowerShell { behind.trim_start() } else { behind };
            if sets_all || sign.starts_with('=') || sign.starts_with("+=") {
                assigned.insert(word);
            }
            sets_all |= matches!(word, "read" | "for" | "unset" | "mapfile" | "readarray" | "getopts");
            mentioned.insert(word);
            rest = behind;
        }
    }
    (mentioned, assigned)
}

fn is_letter(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_'
}

/// Whether a value is nothing but this expression.
fn is_placeholder_of(value: Node<'_>, inner: &str) -> bool {
    let Some(text) = value.value().map(str::trim) else { return false };
    let mut found = expression::placeholders(text);
    let is_same = found.next().is_some_and(|found| found.span == (0..text.len()) && found.inner(text) == inner);
    is_same && value.kind() == Kind::Scalar
}

/// Whether what stands in the words of a command is run as code by it.
fn evaluates(command: &Command) -> bool {
    let mut interpreter = false;
    for word in &command.words {
        let name = program(word);
        if EVALUATE.contains(&name.as_str())
            || matches!(word.as_str(), "--jq" | "--command" | "--eval" | "--expression")
        {
            return true;
        }
        let short = word.strip_prefix('-').filter(|letters| !letters.starts_with('-')).unwrap_or_default();
        if interpreter && short.contains(['c', 'C', 'e', 'E', 'p', 'r']) {
            return true;
        }
        interpreter |= INTERPRET.contains(&name.as_str());
    }
    let compares = |word: &String| matches!(word.as_str(), "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" | "-v");
    let is_test = command.words.iter().any(|word| word == "[[") && command.words.iter().any(compares);
    command.is_cut || is_test
}

/// Whether a command runs what it reads.
fn interprets(command: &Command) -> bool {
    let is_one =
        |word: &String| INTERPRET.contains(&program(word).as_str()) || EVALUATE.contains(&program(word).as_str());
    command.is_cut || command.words.iter().any(is_one)
}

fn program(word: &str) -> String {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word).to_ascii_lowercase();
    // `python3.12` is `python3`.
    name.split_once('.')
        .filter(|(_, version)| version.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or_else(|| name.strip_suffix(".exe").unwrap_or(&name).to_owned(), |(name, _)| name.to_owned())
}
