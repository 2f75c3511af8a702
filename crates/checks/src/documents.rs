//! YAML and JSON files whose documents say themselves what they are: Kubernetes objects, Prometheus rules.

use std::collections::BTreeSet;
use std::ops::Range;

use memchr::memmem;
use portcullis_model::{CheckRun, Collected, Problem, ProblemCode, Section, Skipped};
use portcullis_syntax::yaml::{self, Dialect, Document, Fault, FaultKind, File, Kind, Limits, Node};

use crate::alert::model::RuleFile;
use crate::check::{ran, rules_of};
use crate::k8s::model::{Half, Object};
use crate::locate::Notation;
use crate::options::{Options, Profile};
use crate::reporter::{Area, Sheet};
use crate::suppression::Suppressions;
use crate::{alert, broken, expansion, k8s, unrecognised};

/// What the documents of a file are, and what was found in them.
#[derive(Default)]
struct Sorted<'f> {
    objects: Vec<Object<'f>>,
    halves: Vec<Half<'f>>,
    rule_files: Vec<RuleFile<'f>>,
    /// Documents that are either, for what holds of all YAML.
    manifests: Vec<Node<'f>>,
    alerts: Vec<Node<'f>>,
    broken_manifests: Vec<&'f Fault>,
    broken_alerts: Vec<&'f Fault>,
    /// Documents that aliases blow up, and the alias that is one too many.
    bombs_in_manifests: Vec<Range<usize>>,
    bombs_in_alerts: Vec<Range<usize>>,
    /// Go templates: no YAML before they are rendered.
    templates: usize,
    /// Faults of documents of which nobody can say any more what they were.
    unknown: Vec<&'f Fault>,
    unknown_bombs: Vec<Range<usize>>,
}

pub(crate) fn check(path: &str, bytes: &[u8], options: &Options) -> Collected {
    let json = path.rsplit('.').next() == Some("json");
    let recognisable = could_be_ours(bytes);
    // JSON is everywhere, of any size, and so are lock files. Any other YAML file is read whatever it seems to be: what cannot
    // be read could have been anything.
    if !recognisable && (json || path.rsplit('/').next() == Some("pnpm-lock.yaml")) {
        return Collected::default();
    }
    let limits = match (json, recognisable) {
        (true, _) => Limits::KUBERNETES.for_json(),
        (false, true) => Limits::KUBERNETES,
        (false, false) => Limits { bytes: Limits::OTHER.bytes, ..Limits::KUBERNETES },
    };
    let file = yaml::parse(bytes, Dialect::Yaml11, &limits);
    let sorted = sort(&file, bytes, options);
    let mut suppressions = Suppressions::of(path, &file, rules_of(&[Section::Manifests, Section::Alerts]), false);
    let mut collected = Collected::default();
    if options.manifests.profile != Profile::Off {
        check_manifests(path, &file, &sorted, options, &mut suppressions, &mut collected);
    }
    if options.alerts.profile != Profile::Off {
        check_alerts(path, &file, &sorted, options, &mut suppressions, &mut collected);
    }
    if !json {
        unrecognised::report(path, &file, &sorted.unknown, &sorted.unknown_bombs, options, &mut collected);
    }
    // Comments of files that are not ours are nobody's business.
    if !collected.check_runs.is_empty() {
        collected.suppression_comments = suppressions.into_comments();
    }
    collected
}

fn check_manifests(
    path: &str,
    file: &File,
    sorted: &Sorted<'_>,
    options: &Options,
    suppressions: &mut Suppressions,
    collected: &mut Collected,
) {
    let mut sheet = Sheet::default();
    let faults = sorted.broken_manifests.iter().copied();
    let mut problems = broken::report(path, file, faults, Section::Manifests, &mut sheet);
    let bombs = sorted.bombs_in_manifests.iter().cloned();
    problems.extend(bombs.map(|alias| broken::report_expansion(path, file, alias, Section::Manifests, &mut sheet)));
    sorted.manifests.iter().for_each(|root| crate::yaml::run(*root, &mut sheet));
    k8s::run(&sorted.objects, &options.manifests, &mut sheet);
    k8s::run_on_halves(&sorted.halves, &mut sheet);
    if sorted.templates > 0 {
        collected.check_runs.push(skipped_templates(path));
        collected.problems.push(unrendered(path));
    }
    if !(sorted.manifests.is_empty() && problems.is_empty()) {
        collected.check_runs.push(ran(Section::Manifests, "manifests", problems.is_empty()));
    }
    let area = Area {
        section: Section::Manifests,
        profile: options.manifests.profile,
        notation: Notation::Pointer,
        essential: |rule| rule.starts_with("yaml/") || is_about_the_kind(rule),
    };
    collected.findings.extend(sheet.publish(path, file, &area, k8s::units(&sorted.objects), suppressions));
    collected.problems.extend(problems);
}

fn check_alerts(
    path: &str,
    file: &File,
    sorted: &Sorted<'_>,
    options: &Options,
    suppressions: &mut Suppressions,
    collected: &mut Collected,
) {
    let mut sheet = Sheet::default();
    let faults = sorted.broken_alerts.iter().copied();
    let mut problems = broken::report(path, file, faults, Section::Alerts, &mut sheet);
    let bombs = sorted.bombs_in_alerts.iter().cloned();
    problems.extend(bombs.map(|alias| broken::report_expansion(path, file, alias, Section::Alerts, &mut sheet)));
    // A rule file inside an object was looked at as a manifest already.
    sorted.alerts.iter().for_each(|root| crate::yaml::run(*root, &mut sheet));
    alert::run(&sorted.rule_files, &options.alerts, &mut sheet);
    if !(sorted.rule_files.is_empty() && problems.is_empty()) {
        collected.check_runs.push(ran(Section::Alerts, "alerts", problems.is_empty()));
    }
    let area = Area {
        section: Section::Alerts,
        profile: options.alerts.profile,
        notation: Notation::Dotted,
        essential: |rule| rule.starts_with("yaml/"),
    };
    collected.findings.extend(sheet.publish(path, file, &area, alert::units(&sorted.rule_files), suppressions));
    collected.problems.extend(problems);
}

fn sort<'f>(file: &'f File, bytes: &[u8], options: &Options) -> Sorted<'f> {
    let mut sorted = Sorted::default();
    let broken = broken::broken_documents(file);
    for document in file.documents() {
        if let Some(fault) = broken.get(&document.index()) {
            sorted.take_broken(file, &document, fault, bytes);
        } else if let Some(root) = document.root() {
            sorted.take(root, options);
        }
    }
    sorted.settle_unknown();
    sorted
}

impl<'f> Sorted<'f> {
    fn take(&mut self, root: Node<'f>, options: &Options) {
        if let Some(alias) = expansion::first_beyond(root, root.file().limits().materialised) {
            let has = |key| root.get(key).is_some();
            let bombs = match (has("apiVersion") || has("kind"), has("groups")) {
                (true, _) => &mut self.bombs_in_manifests,
                (false, true) => &mut self.bombs_in_alerts,
                (false, false) => &mut self.unknown_bombs,
            };
            bombs.push(alias);
            return;
        }
        if is_rendered_later(root) {
            self.templates += 1;
            return;
        }
        let objects = Object::all_in(root);
        if objects.is_empty() {
            if let Some(half) = Object::half(root) {
                self.halves.push(half);
                self.manifests.push(root);
            } else if let Some(rule_file) = RuleFile::plain(root) {
                self.alerts.push(root);
                self.rule_files.push(rule_file);
            }
            return;
        }
        let for_clusters = objects.into_iter().filter(|object| !object.is_client_side(&options.manifests));
        let before = self.objects.len();
        self.objects.extend(for_clusters);
        let added = self.objects.get(before..).unwrap_or_default();
        self.rule_files.extend(added.iter().filter_map(RuleFile::of_object));
        if !added.is_empty() {
            self.manifests.push(root);
        }
    }

    fn take_broken(&mut self, file: &'f File, document: &Document<'f>, fault: &'f Fault, bytes: &[u8]) {
        let text = file.text().get(document.span()).filter(|text| !text.is_empty());
        // A file beyond the size limit was not read at all: what it is shows at its beginning.
        let beginning = String::from_utf8_lossy(bytes.get(..bytes.len().min(64 << 10)).unwrap_or_default());
        let text = text.unwrap_or(&beginning);
        // Rendering mends no limit: a manifest of ten thousand aliases with one action in a text is no template.
        let is_template = fault.kind == FaultKind::Syntax && has_template_lines(text);
        match tells(text) {
            Some(_) if is_template => self.templates += 1,
            Some(Told::Manifest) => self.broken_manifests.push(fault),
            Some(Told::Rules) => self.broken_alerts.push(fault),
            None if is_template => {}
            None => self.unknown.push(fault),
        }
    }

    /// What stands among manifests or rules is taken for one of them.
    fn settle_unknown(&mut self) {
        let among_manifests = !(self.manifests.is_empty() && self.broken_manifests.is_empty());
        let among_alerts = !(self.alerts.is_empty() && self.broken_alerts.is_empty());
        let (faults, bombs) = match (among_manifests, among_alerts) {
            (true, _) => (&mut self.broken_manifests, &mut self.bombs_in_manifests),
            (false, true) => (&mut self.broken_alerts, &mut self.bombs_in_alerts),
            (false, false) => return,
        };
        faults.append(&mut self.unknown);
        bombs.append(&mut self.unknown_bombs);
        faults.sort_by_key(|fault| (fault.document, fault.byte));
    }
}

/// What the text of a document that cannot be read says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Manifest,
    Rules,
}

fn tells(text: &str) -> Option<Told> {
    let beginning = text.trim_start_matches(['\u{feff}', '-', ' ', '\r', '\n', '\t']);
    let flow = beginning.starts_with('{').then(|| outer_keys(beginning));
    let has = |key: &str| match &flow {
        Some(keys) => keys.contains(key),
        None => text.lines().any(|line| is_key(line.trim_start_matches('\u{feff}'), key)),
    };
    let object = has("apiVersion") || (has("kind") && (has("metadata") || has("spec")));
    let rules = has("groups") && ["alert:", "record:", "rules:", "\"rules\""].iter().any(|word| text.contains(word));
    match (object, rules) {
        (false, false) => None,
        (true, _) => Some(Told::Manifest),
        (false, true) => Some(Told::Rules),
    }
}

/// Keys of the outermost braces, as far as they can be told: the text is broken somewhere.
fn outer_keys(text: &str) -> BTreeSet<&str> {
    let mut keys = BTreeSet::new();
    let mut depth = 0_usize;
    let mut quote = None;
    // Where the key that may be coming begins.
    let mut start = None;
    for (at, char) in text.char_indices() {
        match (quote, char) {
            (Some(open), char) if char == open => quote = None,
            (None, '"' | '\'') => quote = Some(char),
            (None, '{' | '[') => {
                depth += 1;
                start = (depth == 1).then_some(at + 1);
            }
            (None, '}' | ']') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 1 => start = Some(at + 1),
            (None, ':') if depth == 1 => {
                let key = start.take().and_then(|start| text.get(start..at));
                keys.extend(key.map(|key| key.trim().trim_matches(['"', '\''])));
            }
            (_, _) => {}
        }
    }
    keys
}

/// `key:` at the beginning of a line, in whatever quotes.
fn is_key(line: &str, key: &str) -> bool {
    let after = line.trim_start_matches(['"', '\'']).strip_prefix(key);
    after.is_some_and(|after| after.trim_start_matches(['"', '\'']).trim_start().starts_with(':'))
}

/// Lines that are a template action, or a value that is one: `{{- if x }}`, `name: {{ .Values.name }}`.
fn has_template_lines(text: &str) -> bool {
    text.lines()
        .map(str::trim_start)
        .filter(|line| !line.starts_with('#'))
        .any(|line| line.starts_with("{{") || line.contains(": {{") || line.contains("- {{"))
}

/// A template that happens to be YAML: `{{ x }}` is a mapping whose key is a mapping, which no object has.
/// Recursion is bounded by the depth limit of the parser.
fn is_rendered_later(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::Map => node.entries().any(|entry| entry.key.kind() == Kind::Map || is_rendered_later(entry.value)),
        Kind::Seq => node.items().any(is_rendered_later),
        Kind::Scalar | Kind::Alias => false,
    }
}

/// Whether the words every manifest and every rule file has stand in the file at all: most JSON of a repository is something
/// else, and need not be parsed to know it.
fn could_be_ours(bytes: &[u8]) -> bool {
    // UTF-16 has a NUL beside every letter of these words.
    let utf16 = matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]);
    let squeezed: Vec<u8>;
    let text = if utf16 {
        squeezed = bytes.iter().copied().filter(|byte| *byte != 0).collect();
        &squeezed
    } else {
        bytes
    };
    let has = |word: &str| memmem::find(text, word.as_bytes()).is_some();
    let named =
        has("apiVersion") || (has("kind") && (has("metadata") || has("spec"))) || (has("groups") && has("rules"));
    named || has_escaped_letters(text)
}

/// `\u0061piVersion`: nobody writes a letter so, but every reader takes it for one.
fn has_escaped_letters(text: &[u8]) -> bool {
    memmem::find_iter(text, b"\\u00").any(|at| matches!(text.get(at + 4), Some(b'4'..=b'7')))
}

/// Rules without whose objects nothing else can be said.
fn is_about_the_kind(rule: &str) -> bool {
    matches!(rule, "k8s/unknown-api-version" | "k8s/missing-api-version" | "k8s/missing-kind")
}

const RENDER: &str =
    "a Go template: it says nothing before it is rendered, so it was not judged; check the rendered manifests";

fn skipped_templates(path: &str) -> CheckRun {
    CheckRun {
        section: Section::Manifests,
        id: "manifests".to_owned(),
        skipped: vec![Skipped { what: path.to_owned(), reason: RENDER.to_owned(), on_purpose: false }],
        ..CheckRun::default()
    }
}

fn unrendered(path: &str) -> Problem {
    Problem::warning(ProblemCode::Unparsable, RENDER).at_path(path).in_section(Section::Manifests)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use portcullis_model::Health;

    use super::*;

    #[test]
    fn a_broken_document_is_known_by_its_telling_keys() {
        assert_eq!(tells("apiVersion: v1\nkind: Pod\n  x: [\n"), Some(Told::Manifest));
        assert_eq!(tells("\"kind\": Pod\nmetadata: {\n"), Some(Told::Manifest));
        assert_eq!(tells("{\"apiVersion\": \"v1\", \"kind\": ["), Some(Told::Manifest));
        assert_eq!(tells("{apiVersion: v1, kind: Pod, spec: {"), Some(Told::Manifest));
        assert_eq!(tells("{\"paths\": {\"apiVersion\": 1, \"kind\": 2}, ["), None, "keys of something deeper");
        assert_eq!(tells("groups:\n- name: a\n  rules:\n  - alert: [\n"), Some(Told::Rules));
        assert_eq!(tells("kind: pipeline\nname: [\n"), None);
        assert_eq!(tells("  apiVersion: v1\nx: [\n"), None, "the key of something deeper");
    }

    #[test]
    fn a_template_is_no_broken_manifest() {
        assert!(has_template_lines("apiVersion: v1\n{{- if .Values.x }}\nkind: Pod\n{{- end }}\n"));
        assert!(!has_template_lines("apiVersion: v1\nkind: Pod\nx: '{{ y }}'\nz: [\n"));
    }

    /// Rules of the findings; health and section of the problems.
    type Answer = (Vec<String>, Vec<(Health, Option<Section>)>);

    fn answer(path: &str, text: &str) -> Answer {
        let collected = check(path, text.as_bytes(), &Options::default());
        let problems = collected.problems.iter().map(|problem| (problem.health, problem.section)).collect();
        (collected.findings.iter().map(|finding| finding.rule_id.clone()).collect(), problems)
    }

    fn nested(levels: usize) -> String {
        "[".repeat(levels) + &"]".repeat(levels)
    }

    const OBJECT: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    const RULES: &str = "groups:\n- name: a\n  rules: []\n";

    #[test]
    fn a_file_of_no_kind_beyond_a_limit_is_missing_evidence_and_no_finding() {
        let error = (Health::Error, Some(Section::Manifests));
        for text in ["[".repeat(100_000), "- ".repeat(300), format!("{{{{ x }}}}: {}", nested(300))] {
            assert_eq!(answer("conf.yaml", &text), (Vec::new(), vec![error]));
        }
        let mut bomb = String::from("a0: &a0 [x, x]\n");
        for level in 1..40 {
            let _ = writeln!(bomb, "a{level}: &a{level} [*a{0}, *a{0}, *a{0}]", level - 1);
        }
        assert_eq!(answer("conf.yaml", &bomb), (Vec::new(), vec![error]));
    }

    #[test]
    fn a_file_of_no_kind_that_cannot_be_read_is_told_as_a_warning() {
        let warning = (Health::Warn, Some(Section::Manifests));
        assert_eq!(answer("conf.yaml", "a: [unclosed\nb: 1\n"), (Vec::new(), vec![warning]));
        assert_eq!(answer("conf.yaml", "{{- if x }}\na: {{ y }}\n{{- end }}\n"), (Vec::new(), Vec::new()));
    }

    #[test]
    fn a_broken_document_among_manifests_or_rules_is_one_of_them() {
        for (text, section) in [(OBJECT, Section::Manifests), (RULES, Section::Alerts)] {
            for broken in ["a: [unclosed\nb: 1\n", "["] {
                let (rules, problems) = answer("a.yaml", &format!("{text}---\n{}", broken.repeat(300)));
                assert!(rules.iter().any(|rule| rule.starts_with("yaml/")), "{rules:?}");
                assert_eq!(problems.first(), Some(&(Health::Error, Some(section))));
            }
        }
    }

    #[test]
    fn a_manifest_hides_behind_no_spelling_and_no_file_name() {
        let escaped =
            "{\"\\u0061piVersion\": \"v1\", \"k\\u0069nd\": \"ServiceMonitor\", \"metadata\": {\"name\": \"a\"}}";
        for path in ["a.json", "a.yaml", "compose.yaml", "kustomization.yaml"] {
            assert_eq!(answer(path, escaped).0, ["k8s/unknown-api-version"], "{path}");
        }
        assert!(
            answer("kustomization.yaml", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n")
                .0
                .is_empty()
        );
    }

    #[test]
    fn an_action_of_a_template_excuses_no_limit() {
        let text = format!("{OBJECT}data:\n  x: |\n    {{{{ y }}}}\nz: {}\n", nested(300));
        let (rules, problems) = answer("a.yaml", &text);
        assert_eq!(rules, ["yaml/limits"]);
        assert_eq!(problems, [(Health::Error, Some(Section::Manifests))]);
    }

    #[test]
    fn utf_16_does_not_hide_a_manifest() {
        let text = "apiVersion: v1";
        let bytes: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert!(could_be_ours(&bytes) && !could_be_ours(b"name: x"));
    }
}
