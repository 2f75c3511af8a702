//! Workflows that use our own action: a composite action cannot see inputs it does not have, and a misspelt one would be
//! silently without effect (spec/github-ux.md 13). What it has stands in its own definition.

use portcullis_model::{Diagnostic, Span, suggest};
use portcullis_syntax::yaml::{self, Dialect, Entry, File, Limits, Node};

/// The definition of the action, as it is released with this program.
const DEFINITION: &str = include_str!("../../action.yml");
/// Where it lives.
const REPOSITORY: &str = "portcullis-gate/portcullis";
const CODE: &str = "policy/action-input";

/// The inputs of the action.
struct Inputs(Vec<Input>);

struct Input {
    name: String,
    /// It is `true` or `false`, and nothing else.
    is_switch: bool,
}

/// Whether a file may hold steps.
pub(super) fn may_hold_steps(path: &str) -> bool {
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_yaml = [".yml", ".yaml"].iter().any(|ending| name.ends_with(ending));
    is_yaml && (directory == ".github/workflows" || matches!(name, "action.yml" | "action.yaml"))
}

/// Whether this definition of an action is ours: then `uses: ./` means it.
pub(super) fn is_ours(definition: &[u8]) -> bool {
    let text = |bytes: &[u8], key: &str| {
        let file = parsed(bytes);
        let root = file.documents().next()?.root()?;
        root.get(key)?.as_str().map(str::to_owned)
    };
    ["name", "author"].iter().all(|key| {
        let own = text(DEFINITION.as_bytes(), key);
        own.is_some() && text(definition, key) == own
    })
}

/// What is wrong with the inputs a file gives our action; `has_own` says that `./` is it.
pub(super) fn advice(path: &str, bytes: &[u8], has_own: bool) -> Vec<Diagnostic> {
    let (inputs, file) = (Inputs::of_definition(), parsed(bytes));
    let steps = file.documents().filter_map(|document| document.root()).flat_map(steps);
    let ours = steps.filter(|step| step.get("uses").and_then(Node::value).is_some_and(|uses| is_action(uses, has_own)));
    let with = ours.filter_map(|step| step.get("with")).flat_map(Node::effective_entries);
    with.filter_map(|entry| inputs.complaint(path, &file, &entry)).collect()
}

fn parsed(bytes: &[u8]) -> File {
    yaml::parse(bytes, Dialect::Core, &Limits::WORKFLOW)
}

/// The steps of every job, and those of a composite action.
fn steps(root: Node<'_>) -> Vec<Node<'_>> {
    let jobs = root.get("jobs").into_iter().flat_map(Node::entries).map(|entry| entry.value);
    let all = jobs.chain(root.get("runs")).filter_map(|holder| holder.get("steps"));
    all.flat_map(Node::items).collect()
}

/// GitHub does not tell upper from lower case in names.
fn is_action(uses: &str, has_own: bool) -> bool {
    let uses = uses.trim();
    if matches!(uses, "./" | ".") {
        return has_own;
    }
    uses.split_once('@').is_some_and(|(name, _)| name.trim_end_matches('/').eq_ignore_ascii_case(REPOSITORY))
}

impl Inputs {
    fn of_definition() -> Self {
        let file = parsed(DEFINITION.as_bytes());
        let inputs = file.documents().next().and_then(|document| document.root()).and_then(|root| root.get("inputs"));
        let input = |entry: Entry<'_>| {
            let default = entry.value.get("default").and_then(Node::value);
            let is_switch = default.is_some_and(|default| matches!(default, "true" | "false"));
            Some(Input { name: entry.key_str()?.to_owned(), is_switch })
        };
        Self(inputs.into_iter().flat_map(Node::entries).filter_map(input).collect())
    }

    fn complaint(&self, path: &str, file: &File, entry: &Entry<'_>) -> Option<Diagnostic> {
        let name = entry.key_str()?;
        let warning = |node: Node<'_>, message: String| Diagnostic::warning(CODE, message, span(path, file, node));
        let Some(input) = self.0.iter().find(|input| input.name.eq_ignore_ascii_case(name)) else {
            let names = self.0.iter().map(|input| input.name.as_str());
            let help = match suggest::nearest(name, names, 1).first() {
                Some(near) => format!("did you mean `{near}`?"),
                None => "its inputs: `action.yml` of the action, docs/guide/action.md".to_owned(),
            };
            let message = format!("the action has no input `{name}`: what stands there has no effect");
            return Some(warning(entry.key, message).help(help));
        };
        let value = entry.value.resolve();
        let text = value.value()?;
        // What an expression gives is known only in the run.
        let is_fine = value.as_bool().is_some() || matches!(text, "true" | "false") || text.contains("${{");
        (input.is_switch && !is_fine).then(|| {
            warning(entry.value, format!("`{name}: {text}` ends the step: it takes true or false"))
                .help("write true or false")
        })
    }
}

fn span(path: &str, file: &File, node: Node<'_>) -> Span {
    let bytes = node.span();
    let start = file.position(bytes.start);
    let text = file.text().get(bytes.clone()).unwrap_or_default();
    let end = file.position(bytes.start + text.lines().next().unwrap_or_default().trim_end().len());
    Span {
        path: path.to_owned(),
        start_line: start.line,
        start_col: start.col,
        end_line: end.line,
        end_col: end.col.max(start.col + 1),
        label: String::new(),
        source_line: file.line_text(start.line).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(step: &str) -> Vec<(u32, u32, String, Vec<String>)> {
        let workflow = format!("on: push\njobs:\n  a:\n    steps:\n{step}");
        let advice = advice(".github/workflows/ci.yml", workflow.as_bytes(), true);
        advice.into_iter().map(|it| (it.span.start_line, it.span.start_col, it.message, it.help)).collect()
    }

    #[test]
    fn an_input_the_action_does_not_have_is_told_at_its_place_with_the_nearest_name() {
        let told = told(
            "      - uses: Portcullis-Gate/portcullis@0123 # v1\n        with:\n          reports: a.json\n          fail_on: high\n",
        );
        assert_eq!(told.len(), 1, "{told:?}");
        let (line, column, message, help) = &told[0];
        assert_eq!((*line, *column), (8, 11));
        assert!(message.contains("no input `fail_on`"), "{message}");
        assert_eq!(help, &["did you mean `fail-on`?"]);
    }

    #[test]
    fn every_input_of_the_definition_is_known_and_others_are_not_ours_to_judge() {
        let inputs = Inputs::of_definition();
        assert!(inputs.0.len() > 20 && inputs.0.iter().any(|input| input.name == "sarif-upload"));
        let line = |input: &Input| format!("          {}: ${{{{ x }}}}\n", input.name);
        let with = inputs.0.iter().map(line).collect::<Vec<_>>().concat();
        assert_eq!(told(&format!("      - uses: ./\n        with:\n{with}")), []);
        assert_eq!(told("      - uses: portcullis-gate/other@v1\n        with: { nonsense: 1 }\n"), []);
        assert_eq!(told("      - uses: ./sub\n        with: { nonsense: 1 }\n      - run: x\n      - 7\n"), []);
        let elsewhere = "jobs: { a: { steps: [{ uses: ./, with: { nonsense: 1 } }] } }";
        assert_eq!(advice("w.yml", elsewhere.as_bytes(), false), []);
        assert_eq!(advice("w.yml", elsewhere.as_bytes(), true).len(), 1);
    }

    #[test]
    fn a_switch_takes_true_and_false_and_what_only_the_run_knows() {
        for (value, fine) in [
            ("true", true),
            ("'false'", true),
            ("True", true),
            ("${{ inputs.x }}", true),
            ("'True'", false),
            ("yes", false),
            ("1", false),
            ("''", false),
        ] {
            let told = told(&format!(
                "      - uses: ./\n        with:\n          exit-zero: {value}\n          version: yes\n"
            ));
            assert_eq!(told.is_empty(), fine, "{value}: {told:?}");
        }
    }

    #[test]
    fn composite_actions_and_broken_files_are_read_as_far_as_they_go() {
        let composite = "runs:\n  using: composite\n  steps:\n    - uses: portcullis-gate/portcullis@v1\n      with: { nonsense: 1 }\n";
        assert_eq!(advice("a/action.yml", composite.as_bytes(), false).len(), 1);
        assert_eq!(advice("w.yml", b"jobs: [\xff\n", false), []);
        assert!(
            may_hold_steps(".github/workflows/ci.yaml")
                && may_hold_steps("action.yml")
                && may_hold_steps("a/action.yaml")
        );
        assert!(!may_hold_steps(".github/workflows/sub/ci.yml") && !may_hold_steps("docs/ci.yml"));
    }

    #[test]
    fn only_our_own_definition_makes_a_local_action_ours() {
        assert!(is_ours(DEFINITION.as_bytes()));
        assert!(!is_ours(b"name: portcullis\n") && !is_ours(b""));
    }
}
