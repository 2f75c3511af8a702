//! Any text as comments of a file with a fault in it: each comment meant for us comes back, read or told as unreadable, from
//! the grammar, from the checks and from the search for secrets.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portcullis_model::suppression::parse;
use portcullis_secrets::{Config, File, Scanner, Sources};

static SCANNER: LazyLock<Scanner> = LazyLock::new(|| {
    let pack = "[[rules]]\nid = \"base\"\nregex = '''base-[a-z]{4}'''\nkeywords = [\"base-\"]\n";
    let rules =
        Config::load("pack", pack.as_bytes(), Sources { pack, read: &|_| Ok(None) }).expect("the pack is valid");
    Scanner::new(rules.config, portcullis_secrets::Options::default()).expect("the pack is small")
});

fuzz_target!(|text: &str| {
    let mut meant = 0;
    let mut workflow = String::from("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n");
    for line in text.lines() {
        // What a comment of YAML cannot hold.
        let line: String = line.chars().filter(|char| !char.is_control()).collect();
        if let Some(read) = parse(&line) {
            meant += 1;
            if let Ok(read) = read {
                assert!(!read.rules.is_empty() && read.rules.iter().all(|rule| !rule.trim().is_empty()), "{line:?}");
            }
        }
        workflow.push_str(&format!("      - uses: a/b@main # {line}\n"));
    }
    let checked = portcullis_checks::check(
        ".github/workflows/a.yml",
        workflow.as_bytes(),
        &portcullis_checks::Options::default(),
    );
    assert_eq!(
        checked.suppression_comments.iter().filter(|comment| comment.form != "zizmor").count() >= meant,
        true,
        "{workflow}"
    );
    let secrets = format!("{text}\nx = base-abcd # {text}\n");
    let found = SCANNER.scan(&File::new("a.txt", secrets.as_bytes()));
    let again = SCANNER.scan(&File::new("a.txt", secrets.as_bytes()));
    assert_eq!(format!("{found:?}"), format!("{again:?}"));
    for finding in &found.findings {
        assert!(!format!("{finding:?}").contains("base-abcd\""), "a secret is not shown");
    }
});
