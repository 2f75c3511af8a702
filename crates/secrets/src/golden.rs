//! Agreement with the reference program: its answers to small inputs, and to samples of its own rules, where they are at hand.
//!
//! The material is no part of the project. It is looked for in `PORTCULLIS_SHARED`, else beside the workspace, and without it
//! the tests say that they are skipped.

#![allow(clippy::disallowed_methods, reason = "the tests read reference material from the disk")]
#![allow(clippy::print_stderr, reason = "a skipped test and the measure of agreement have to be seen")]

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::content::Content;
use crate::decode::base64;
use crate::engine::{Match, Search, drop_what_yields};
use crate::ignore::fingerprint;
use crate::inline::Comments;
use crate::text::Text;
use crate::{Config, File, IgnoreFile, Options, Required, Scanner, Sources};

/// Cases in which this scanner answers differently, and why.
const DEVIATIONS: &[(&str, &str)] = &[
    ("chunk-keyword", "a file is searched whole: a keyword anywhere in it opens its rules"),
    ("chunk-one-line", "a file is searched whole: columns count from the start of the line, not of a chunk"),
];

fn shared() -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let named = std::env::var_os("PORTCULLIS_SHARED").map(PathBuf::from);
    let found = named.into_iter().chain([workspace.join("../shared"), workspace.join("../../shared")]);
    let found = found.map(|root| root.join("data/secrets")).find(|root| root.is_dir());
    if found.is_none() {
        eprintln!("SKIPPED: the reference material is not here (PORTCULLIS_SHARED)");
    }
    found
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn text_of<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// One finding with the fields that are compared.
#[derive(Clone, Debug)]
struct Row {
    rule: String,
    file: String,
    /// Start line, end line, start column, end column.
    place: [u64; 4],
    matched: String,
    secret: String,
    tags: Vec<String>,
    fingerprint: String,
    entropy: f64,
}

impl Row {
    fn expected(finding: &Value, reversed: bool, only_pack_fields: bool) -> Self {
        let number = |key: &str| finding.get(key).and_then(Value::as_u64).unwrap_or_default();
        let backwards = |text: &str| if reversed { text.chars().rev().collect() } else { text.to_owned() };
        let mut row = Self {
            rule: text_of(finding, "RuleID").to_owned(),
            file: text_of(finding, "File").to_owned(),
            place: [number("StartLine"), number("EndLine"), number("StartColumn"), number("EndColumn")],
            matched: backwards(text_of(finding, "Match")),
            secret: backwards(text_of(finding, "Secret")),
            tags: finding["Tags"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|tag| tag.as_str().unwrap().to_owned())
                .collect(),
            fingerprint: text_of(finding, "Fingerprint").to_owned(),
            entropy: finding["Entropy"].as_f64().unwrap_or_default(),
        };
        row.keep_pack_fields(only_pack_fields);
        row
    }

    fn found(scanner: &Scanner, path: &str, matched: &Match, only_pack_fields: bool) -> Self {
        let rule = &scanner.config.rules[matched.rule].id;
        let place = matched.legacy;
        let mut row = Self {
            rule: rule.clone(),
            file: path.to_owned(),
            place: [place.start_line, place.end_line, place.start_column, place.end_column].map(u64::from),
            matched: matched.matched.reveal().to_owned(),
            secret: matched.secret.reveal().to_owned(),
            tags: matched.tags.clone(),
            fingerprint: fingerprint(None, path, rule, place.start_line),
            entropy: matched.entropy,
        };
        row.keep_pack_fields(only_pack_fields);
        row
    }

    fn keep_pack_fields(&mut self, only_pack_fields: bool) {
        if only_pack_fields {
            self.place = [self.place[0], 0, 0, 0];
            self.matched.clear();
        }
    }
}

/// Entropies are printed with the digits of 32 bits.
impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        let rest = |row: &Self| {
            let Self { rule, file, place, matched, secret, tags, fingerprint, .. } = row.clone();
            (rule, file, place, matched, secret, tags, fingerprint)
        };
        (self.entropy - other.entropy).abs() < 1e-6 && rest(self) == rest(other)
    }
}

/// The reports of gitleaks for a file: what carries an allow marker is left out, then what yields.
fn reported(scanner: &Scanner, file: &File<'_>) -> Vec<Match> {
    if scanner.left_out(file).is_some() {
        return Vec::new();
    }
    let is_text = Content::of(file.path, file.bytes) == Content::Text;
    let text = Text::new(if is_text { file.bytes } else { b"" });
    let mut search = Search::new(scanner, file, &text);
    if is_text {
        search.run();
    } else {
        search.run_path_rules();
    }
    let mut matches = search.finish().matches;
    let mut comments = Comments::read(text.as_str(), scanner.options.foreign_ignores);
    let mut is_allowed = |touched: &Range<usize>| !comments.for_finding("", 1, &[], touched, 0).is_empty();
    matches.retain(|matched| {
        let rules = &scanner.config.rules;
        let mut has_component = |required: &Required| {
            let of_rule = matched.components.iter().filter(|found| rules[found.rule].id == required.id);
            of_rule.into_iter().any(|found| !is_allowed(&found.touched))
        };
        rules[matched.rule].required.iter().all(&mut has_component)
            && (matched.is_about_path() || !is_allowed(&matched.touched))
    });
    drop_what_yields(&mut matches, &scanner.config.rules);
    matches
}

/// The files of a case by path, from `input/` or `make.json`.
fn files_of(case: &Path) -> Option<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let input = case.join("input");
    if input.is_dir() {
        walk(&input, "", &mut files);
    }
    let make = case.join("make.json");
    if make.exists() {
        for (path, entry) in json(&make)["tree"].as_object()? {
            files.insert(path.clone(), content(entry)?);
        }
    }
    Some(files)
}

fn walk(directory: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            walk(&entry.path(), &format!("{name}/"), files);
        } else if entry.file_type().unwrap().is_file() {
            files.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
}

fn content(entry: &Value) -> Option<Vec<u8>> {
    if let Some(text) = entry.as_str().or_else(|| entry.get("text")?.as_str()) {
        return Some(text.as_bytes().to_vec());
    }
    if let Some(reversed) = entry.get("rev").and_then(Value::as_str) {
        return Some(reversed.chars().rev().collect::<String>().into_bytes());
    }
    if let Some(encoded) = entry.get("b64").and_then(Value::as_str) {
        return base64(encoded)?.collect();
    }
    let parts = entry.get("parts")?.as_array()?;
    let mut bytes = Vec::new();
    for part in parts {
        let times = part.get("times").and_then(Value::as_u64).unwrap_or(1);
        let piece = content(part)?;
        (0..times).for_each(|_| bytes.extend_from_slice(&piece));
    }
    Some(bytes)
}

/// What a case asks of us; `Err`: it asks for something that is no part of this crate.
struct Case {
    name: String,
    args: Value,
    folder: PathBuf,
}

impl Case {
    fn expected_file(&self, stem: &str, end: &str) -> PathBuf {
        let ours = self.folder.join(format!("{stem}_ours{end}"));
        if self.args.get("deliberate").is_some() && ours.exists() {
            ours
        } else {
            self.folder.join(format!("{stem}{end}"))
        }
    }

    fn out_of_scope(&self) -> Option<String> {
        if text_of(&self.args, "mode") != "dir" {
            return Some("mode ".to_owned() + text_of(&self.args, "mode"));
        }
        for key in ["env", "report", "stdin", "cwd"] {
            if self.args.get(key).is_some() {
                return Some(format!("{key} of the command"));
            }
        }
        let known = ["--ignore-gitleaks-allow", "--max-decode-depth=0", "--max-decode-depth=1"];
        let mut flags = self.args["flags"].as_array().into_iter().flatten().filter_map(Value::as_str);
        if let Some(flag) = flags.find(|flag| !known.contains(flag)) {
            return Some(format!("flag {flag}"));
        }
        match self.args.get("target") {
            None => None,
            Some(target) if target.as_str() == Some("src") || target.as_str() == Some("sub") => None,
            Some(target) => Some(format!("target {target}")),
        }
    }

    fn has_flag(&self, flag: &str) -> bool {
        self.args["flags"].as_array().is_some_and(|flags| flags.iter().any(|given| given == flag))
    }

    /// The first difference, or none.
    fn run(&self, pack: &str) -> Result<(), String> {
        let files = files_of(&self.folder).ok_or("an entry of make.json is of another kind")?;
        let target =
            self.args.get("target").and_then(Value::as_str).map_or(String::new(), |target| format!("{target}/"));
        let exit: i32 = std::fs::read_to_string(self.expected_file("exit_code", "")).unwrap().trim().parse().unwrap();
        let expected = json(&self.expected_file("expected", ".json"));

        let read = |path: &str| Ok(files.get(path).cloned());
        let sources = Sources { pack, read: &read };
        let own = self.folder.join("config.toml");
        let loaded = if own.exists() {
            Config::load("{case}/config.toml", &std::fs::read(own).unwrap(), sources)
        } else {
            let configured = format!("{target}.gitleaks.toml");
            Config::discover(files.contains_key(&configured).then_some(configured.as_str()), sources)
        };
        let loaded = match loaded {
            Ok(loaded) if expected.is_null() => {
                return Err(format!("an error is expected, {} rules were loaded", loaded.config.rules.len()));
            }
            Ok(loaded) => loaded,
            Err(errors) => return self.compare_errors(&expected, exit, &errors),
        };
        let depth = if self.has_flag("--max-decode-depth=0") {
            0
        } else if self.has_flag("--max-decode-depth=1") {
            1
        } else {
            5
        };
        let foreign_ignores = !self.has_flag("--ignore-gitleaks-allow");
        let options = Options { max_decode_depth: depth, foreign_ignores, ..Options::default() };
        let scanner = Scanner::new(loaded.config, options).unwrap();
        let ignored = files.get(".gitleaksignore").map(|bytes| IgnoreFile::read(".gitleaksignore", bytes).0);

        let only_pack_fields = text_of(&self.args, "fields") == "pack";
        let is_scanned = |path: &str| path.starts_with(&target) && !path.split('/').any(|part| part == ".git");
        let mut found: Vec<Row> = Vec::new();
        for (path, bytes) in files.iter().filter(|(path, bytes)| is_scanned(path) && !bytes.is_empty()) {
            for matched in reported(&scanner, &File::new(path, bytes)) {
                let row = Row::found(&scanner, path, &matched, only_pack_fields);
                if ignored.as_ref().is_none_or(|file| file.suppression([row.fingerprint.as_str()]).is_none()) {
                    found.push(row);
                }
            }
        }
        let reversed = self.args["reversed"] == true;
        let rows = expected.as_array().into_iter().flatten();
        let mut expected: Vec<Row> = rows.map(|row| Row::expected(row, reversed, only_pack_fields)).collect();
        // Every finding has its own counterpart: equal ones may come twice.
        let mut extra = found;
        let (all_expected, all_found) = (expected.len(), extra.len());
        expected
            .retain(|row| extra.iter().position(|found| found == row).map(|index| extra.swap_remove(index)).is_none());
        if expected.is_empty() && extra.is_empty() {
            return Ok(());
        }
        Err(format!(
            "{all_expected} expected, {all_found} found; missing {:?}; extra {:?}",
            expected.first(),
            extra.first()
        ))
    }

    fn compare_errors(
        &self,
        expected: &Value,
        exit: i32,
        errors: &[portcullis_model::Diagnostic],
    ) -> Result<(), String> {
        let said: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
        if !expected.is_null() || exit == 0 {
            return Err(format!("no error is expected: {said:?}"));
        }
        // The words around the cause are those of the command, and errors of ours replace crashes of the reference.
        let is_ours = self.args.get("deliberate").is_some();
        let causes = self.args["stderr"].as_array().into_iter().flatten().filter_map(Value::as_str).map(|cause| {
            let cause =
                cause.trim_start_matches("Failed to load config").trim_start_matches(" error=\"").trim_end_matches('"');
            let cause = if cause == "unable to load gitleaks config, err:" { "" } else { cause };
            cause.strip_prefix("failed to load extended config, err: ").unwrap_or(cause)
        });
        for cause in causes.filter(|_| !is_ours) {
            if !said.iter().any(|said| said.contains(cause)) {
                return Err(format!("the error {cause:?} is expected: {said:?}"));
            }
        }
        Ok(())
    }
}

#[test]
fn small_inputs_get_the_answers_of_the_reference_program() {
    let Some(shared) = shared() else { return };
    let pack = std::fs::read_to_string(shared.join("gitleaks-config/config__gitleaks.toml")).unwrap();
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(shared.join("golden")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let (mut agree, mut differ, mut outside) = (0, Vec::new(), BTreeMap::<String, u32>::new());
    for folder in folders.into_iter().filter(|folder| folder.join("args.json").exists()) {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let case = Case { args: json(&folder.join("args.json")), folder, name };
        if let Some(reason) = case.out_of_scope() {
            *outside.entry(reason).or_default() += 1;
            continue;
        }
        match case.run(&pack) {
            Ok(()) => agree += 1,
            Err(difference) => differ.push((case.name, difference)),
        }
    }
    eprintln!("{agree} cases agree, {} differ; not of this crate: {outside:?}", differ.len());
    for (name, difference) in &differ {
        let known = DEVIATIONS.iter().find(|(known, _)| known == name).map_or("UNEXPLAINED", |(_, why)| why);
        eprintln!("  {name}: {known}: {}", difference.chars().take(600).collect::<String>());
    }
    let unexplained: Vec<_> =
        differ.iter().filter(|(name, _)| !DEVIATIONS.iter().any(|(known, _)| known == name)).collect();
    assert!(unexplained.is_empty(), "{} cases differ without an explanation", unexplained.len());
    assert!(agree > 100, "the material is there and hardly anything of it was compared");
}

/// Rule, secret, start line.
type Told = (String, String, u64);

/// One sample of a reference rule.
struct RuleSample {
    rule: String,
    path: String,
    text: String,
    reported: Vec<(Told, [u64; 3])>,
}

fn rule_samples(shared: &Path) -> Vec<RuleSample> {
    let backwards = |text: &str| text.chars().rev().collect::<String>();
    let lines = std::fs::read_to_string(shared.join("golden/rule-samples.jsonl")).unwrap();
    let samples = lines.lines().enumerate().map(|(number, line)| {
        let sample: Value = serde_json::from_str(line).unwrap();
        let name = match text_of(&sample, "file_name") {
            "" => "sample",
            name => name,
        };
        let reported = sample["reported"].as_array().unwrap().iter().map(|reported| {
            let number = |key: &str| reported[key].as_u64().unwrap();
            let secret = backwards(text_of(reported, "Secret_rev"));
            let told = (text_of(reported, "RuleID").to_owned(), secret, number("StartLine"));
            (told, [number("EndLine"), number("StartColumn"), number("EndColumn")])
        });
        RuleSample {
            rule: text_of(&sample, "rule").to_owned(),
            path: format!("s{number}/{name}"),
            text: backwards(text_of(&sample, "sample_rev")),
            reported: reported.collect(),
        }
    });
    samples.collect()
}

fn told(scanner: &Scanner, sample: &RuleSample) -> Vec<(Told, [u64; 3])> {
    let matches = reported(scanner, &File::new(&sample.path, sample.text.as_bytes()));
    let mut told: Vec<_> = matches
        .iter()
        .map(|matched| {
            let rule = scanner.config.rules[matched.rule].id.clone();
            let at = matched.legacy;
            let told = (rule, matched.secret.reveal().to_owned(), u64::from(at.start_line));
            (told, [at.end_line, at.start_column, at.end_column].map(u64::from))
        })
        .collect();
    told.sort();
    told
}

#[test]
fn samples_of_the_reference_rules_are_reported_as_the_reference_program_reports_them() {
    let Some(shared) = shared() else { return };
    let pack = std::fs::read_to_string(shared.join("gitleaks-config/config__gitleaks.toml")).unwrap();
    let scanner = Scanner::new(Config::built_in(&pack).unwrap().config, Options::default()).unwrap();
    let (mut agree, mut differ) = (0, Vec::new());
    for mut sample in rule_samples(&shared) {
        sample.reported.sort();
        let found = told(&scanner, &sample);
        if found == sample.reported {
            agree += 1;
        } else {
            differ.push(format!("{}: expected {:?}, found {found:?}", sample.path, sample.reported));
        }
    }
    eprintln!("reference rules: {agree} samples agree, {} differ", differ.len());
    differ.iter().take(20).for_each(|difference| eprintln!("  {difference}"));
    assert!(differ.is_empty() && agree > 1_000);
}

#[test]
fn our_rules_report_of_the_samples_of_their_namesakes_what_these_report() {
    let Some(shared) = shared() else { return };
    let pack = Config::built_in(include_str!("../../../rules/portcullis.toml")).unwrap();
    let scanner = Scanner::new(pack.config, Options::default()).unwrap();
    let ours: Vec<String> = scanner.rule_ids().map(str::to_owned).collect();
    let (mut agree, mut documented, mut differ) = (0, 0, Vec::new());
    for sample in rule_samples(&shared).iter().filter(|sample| ours.contains(&sample.rule)) {
        let mut expected: Vec<_> = sample.reported.iter().map(|(told, _)| told.clone()).collect();
        expected.retain(|(rule, ..)| ours.contains(rule));
        // The first 27 characters of a routable token look like an ordinary one; ours reports the token once.
        if expected.iter().any(|(rule, ..)| rule == "gitlab-pat-routable") {
            expected.retain(|(rule, ..)| rule != "gitlab-pat");
        }
        expected.sort();
        let found: Vec<_> = told(&scanner, sample).into_iter().map(|(told, _)| told).collect();
        if found == expected {
            agree += 1;
        } else if sample.rule == "gcp-api-key" && expected.is_empty() {
            // Keys of Google's own documentation: a list of them would be a list of keys.
            documented += 1;
        } else {
            differ.push(format!("{}: {:?}: expected {expected:?}, found {found:?}", sample.rule, sample.text));
        }
    }
    eprintln!("our rules: {agree} samples agree, {documented} are documented keys, {} differ", differ.len());
    differ.iter().take(60).for_each(|difference| eprintln!("  {}", difference.chars().take(500).collect::<String>()));
    assert!(differ.is_empty() && agree > 100);
}
