//! Every fenced block of every rule page is a test: exactly the findings it announces, on exactly those lines. And every
//! rule has a page, code and an example that reports it.
#![allow(clippy::unwrap_used, reason = "a test without the standard harness is no `#[test]`")]

#[path = "rules/fixes.rs"]
mod fixes;
#[path = "rules/golden.rs"]
mod golden;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use portcullis_checks::Options;

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![Trial::test("every_rule_has_a_page_and_every_page_a_rule", rules_and_pages_agree)];
    for page in pages() {
        trials.extend(page.trials());
    }
    trials.extend(golden::trials());
    libtest_mimic::run(&arguments, trials).exit();
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/checks/src")
}

/// A rule page on disk.
struct Page {
    id: String,
    file: PathBuf,
    text: String,
}

fn pages() -> Vec<Page> {
    let folders = std::fs::read_dir(sources()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let files = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    let mut pages: Vec<Page> = files
        .filter(|file| file.extension().is_some_and(|extension| extension == "md"))
        .map(|file| Page::read(&file))
        .collect();
    pages.sort_by(|one, two| one.id.cmp(&two.id));
    pages
}

fn rules_and_pages_agree() -> Result<(), Failed> {
    let pages: Vec<String> = pages().into_iter().map(|page| page.id).collect();
    let rules: Vec<&str> = portcullis_checks::rules().iter().map(|rule| rule.id).collect();
    if pages == rules { Ok(()) } else { Err(format!("pages {pages:#?}\nrules {rules:#?}").into()) }
}

impl Page {
    fn read(file: &Path) -> Self {
        let text = std::fs::read_to_string(file).unwrap();
        let folder = file.parent().unwrap().file_name().unwrap().to_str().unwrap().replace('_', "-");
        let slug = file.file_stem().unwrap().to_str().unwrap();
        Self { id: format!("{folder}/{slug}"), file: file.to_owned(), text }
    }

    fn trials(self) -> Vec<Trial> {
        let mut trials = Vec::new();
        let examples = match examples(&self.text, &self.id) {
            Ok(examples) => examples,
            Err(why) => return vec![Trial::test(format!("{}::page", self.id), move || Err(why.into()))],
        };
        let reports = examples.iter().any(|example| example.expected.iter().any(|expected| expected.id == self.id));
        let (home, file) = (self.home(), self.file);
        trials.push(Trial::test(format!("{}::has_code", self.id), move || {
            if home.is_file() {
                Ok(())
            } else {
                Err(format!("{} is missing for {}", home.display(), file.display()).into())
            }
        }));
        trials.push(Trial::test(format!("{}::has_an_example_that_reports_it", self.id), move || {
            if reports { Ok(()) } else { Err("no block under `## Reported` expects the rule".into()) }
        }));
        let kind = portcullis_checks::rules().iter().find(|rule| rule.id == self.id).map(|rule| rule.fix);
        trials.push(fixes::shown(&self.id, kind.unwrap_or_default(), &examples));
        for example in examples {
            let name = format!("{}::line_{}", self.id, example.page_line);
            trials.push(Trial::test(name, move || example.run()));
        }
        trials
    }

    /// Where the code of the rule stands.
    fn home(&self) -> PathBuf {
        let matter = self.text.split("\n---\n").next().unwrap_or_default();
        let home = matter.lines().find_map(|line| line.strip_prefix("home:")).map(|home| home.trim().to_owned());
        let slug = self.file.file_stem().unwrap().to_str().unwrap().replace('-', "_");
        self.file.with_file_name(format!("{}.rs", home.unwrap_or(slug)))
    }
}

/// A finding that is announced or found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Expected {
    line: u32,
    /// Only `expect` blocks name it.
    col: Option<u32>,
    id: String,
}

/// A fenced block of a page.
struct Example {
    page_line: usize,
    path: String,
    text: String,
    /// `key=value` words behind the language: options of the policy.
    options: Vec<(String, String)>,
    silent: bool,
    expected: Vec<Expected>,
    /// What `--fix` makes of it.
    fixed: Option<String>,
    /// Rule of the page.
    rule: String,
}

impl Example {
    fn run(self) -> Result<(), Failed> {
        if self.silent && !self.expected.is_empty() {
            return Err("a block under `## Not reported` expects a finding".into());
        }
        if !self.silent && self.expected.is_empty() {
            return Err("a block under `## Reported` expects nothing".into());
        }
        if !portcullis_checks::wants(&self.path) {
            return Err(format!("nobody would check `{}`", self.path).into());
        }
        let collected = portcullis_checks::check(&self.path, self.text.as_bytes(), &options(&self.options)?);
        let columns: BTreeMap<(u32, &str), bool> = self
            .expected
            .iter()
            .map(|expected| ((expected.line, expected.id.as_str()), expected.col.is_some()))
            .collect();
        let mut found: Vec<Expected> = collected
            .findings
            .iter()
            .map(|finding| {
                let place = finding.primary().unwrap();
                let line = place.start_line.unwrap();
                let named = columns.get(&(line, finding.id.as_str())).copied().unwrap_or_default();
                Expected { line, col: place.start_col.filter(|_| named), id: finding.id.clone() }
            })
            .collect();
        found.sort();
        let mut expected = self.expected;
        expected.sort();
        if found == expected {
            return fixes::run(&self.path, &self.text, &options(&self.options)?, &self.rule, self.fixed.as_deref());
        }
        Err(format!("{}\nexpected {expected:#?}\nfound {found:#?}", self.text).into())
    }
}

/// The blocks below `## Reported` and `## Not reported`.
fn examples(page: &str, rule: &str) -> Result<Vec<Example>, String> {
    let mut examples: Vec<Example> = Vec::new();
    let mut section = "";
    let mut lines = page.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        if line.starts_with("## ") {
            section = line.trim_start_matches("## ").trim();
        }
        let Some(language) = line.strip_prefix("```") else { continue };
        let mut body = Vec::new();
        loop {
            let (_, line) = lines.next().ok_or_else(|| format!("the block of line {} is not closed", index + 1))?;
            if line.starts_with("```") {
                break;
            }
            body.push(line);
        }
        if !matches!(section, "Reported" | "Not reported") {
            continue;
        }
        if language.trim() == "expect" {
            let example = examples.last_mut().ok_or("an `expect` block without a block before it")?;
            for line in body {
                example.expected.push(announced(line, &example.path)?);
            }
        } else if language.split_whitespace().nth(1) == Some("fixed") {
            let example = examples.last_mut().ok_or("a `fixed` block without a block before it")?;
            if example.fixed.replace(format!("{}\n", body.join("\n"))).is_some() {
                return Err(format!("line {}: a second `fixed` block", index + 1));
            }
        } else {
            let silent = section == "Not reported";
            examples.push(example(language, &body, index + 1, (silent, rule))?);
        }
    }
    Ok(examples)
}

fn example(language: &str, body: &[&str], page_line: usize, (silent, rule): (bool, &str)) -> Result<Example, String> {
    let first = body.first().copied().unwrap_or_default();
    let path = first.strip_prefix("# file: ").ok_or_else(|| format!("line {page_line}: no `# file: path`"))?.trim();
    let mut text = String::new();
    let mut expected = Vec::new();
    for (index, line) in body.iter().enumerate() {
        let (kept, ids) = line.split_once("# expect: ").map_or((*line, ""), |(kept, ids)| (kept.trim_end(), ids));
        let at = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let ids = ids.split(',').map(str::trim).filter(|id| !id.is_empty());
        expected.extend(ids.map(|id| Expected { line: at, col: None, id: id.to_owned() }));
        // The line that names the file is a comment, which JSON does not know.
        let comment_in_json = index == 0 && !matches!(path.rsplit('.').next(), Some("yml" | "yaml"));
        text.push_str(if comment_in_json { "" } else { kept });
        text.push('\n');
    }
    let words = language.split_whitespace().skip(1);
    let options = words.map(|word| word.split_once('=').ok_or_else(|| format!("`{word}` is no key=value")));
    let options =
        options.map(|pair| pair.map(|(key, value)| (key.to_owned(), value.to_owned()))).collect::<Result<_, _>>()?;
    Ok(Example {
        page_line,
        path: path.to_owned(),
        text,
        options,
        silent,
        expected,
        fixed: None,
        rule: rule.to_owned(),
    })
}

/// `path:line:col id`
fn announced(line: &str, path: &str) -> Result<Expected, String> {
    let wrong = || format!("`{line}` is no `path:line:col id`");
    let (place, id) = line.trim().split_once(' ').ok_or_else(wrong)?;
    let rest = place.strip_prefix(path).and_then(|rest| rest.strip_prefix(':')).ok_or_else(wrong)?;
    let (line_number, col) = rest.split_once(':').ok_or_else(wrong)?;
    Ok(Expected {
        line: line_number.parse().map_err(|_| wrong())?,
        col: Some(col.parse().map_err(|_| wrong())?),
        id: id.trim().to_owned(),
    })
}

/// Options an example sets, in the words of the policy.
fn options(words: &[(String, String)]) -> Result<Options, String> {
    let mut options = Options::default();
    for (key, value) in words {
        let list = || value.split(',').map(str::to_owned).collect::<Vec<_>>();
        let refused = || format!("`{key}={value}` is refused");
        match key.as_str() {
            "workflows.profile" => options.workflows.profile = value.parse().map_err(|()| refused())?,
            "workflows.pinning" => {
                let (pattern, pin) = value.split_once(':').ok_or_else(refused)?;
                let pair = (pattern.parse()?, pin.parse().map_err(|()| refused())?);
                options.workflows.pinning = portcullis_checks::Pinning::new([pair]);
            }
            "workflows.pins" => {
                let pins = value.split(',').map(|pin| pin.rsplit_once(':').ok_or_else(refused));
                let pins = pins.map(|pin| pin.map(|(action, commit)| (action.to_owned(), commit.to_owned())));
                options.workflows.pins = pins.collect::<Result<_, _>>()?;
            }
            "workflows.callees" => {
                for callee in value.split(',') {
                    let (path, names) = callee.split_once(':').ok_or_else(refused)?;
                    let names = names.split('+').filter(|name| !name.is_empty()).map(str::to_owned).collect();
                    options.workflows.callees.insert(path.to_owned(), names);
                }
            }
            "manifests.profile" => options.manifests.profile = value.parse().map_err(|()| refused())?,
            "manifests.cpu_limits" => options.manifests.cpu_limits = value.parse().map_err(|()| refused())?,
            "alerts.severities" => options.alerts.severities = list(),
            "alerts.require_labels" => options.alerts.require_labels = list(),
            "alerts.require_annotations" => options.alerts.require_annotations = list(),
            _ => return Err(format!("no option `{key}` here")),
        }
    }
    Ok(options)
}
