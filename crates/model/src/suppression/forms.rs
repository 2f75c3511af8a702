//! The forms in which a line asks a scanner to look away, ours and those of other tools: what a pull request is shown to add,
//! also to files nobody here reads (spec/github-ux.md 10.2).

use super::parse;

/// A suppression on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// As people know it: `portcullis: ignore`, `gitleaks:allow`, `nosec`.
    pub form: &'static str,
    /// Rules it names; none means all.
    pub rules: Vec<String>,
}

/// How a form is written.
struct Shape {
    form: &'static str,
    /// What stands on the line, in this case. Between its words any white space, or none, may stand.
    words: &'static [&'static str],
    /// Where the rules stand behind it.
    rules: Rules,
    /// Counts without a sign of a comment before it, as the tool itself counts it.
    anywhere: bool,
}

/// Where the rules of a form stand.
#[derive(Clone, Copy)]
enum Rules {
    /// It names none.
    None,
    /// `[a, b]`; without the brackets it is none of this form.
    Brackets,
    /// One word up to white space, or up to a colon where the reason follows.
    One,
    /// `a, b`: words that look like ids of rules.
    Ids,
    /// `kube-linter.io/ignore-` is not all of the key.
    Suffix,
}

const fn comment(form: &'static str, words: &'static [&'static str], rules: Rules) -> Shape {
    Shape { form, words, rules, anywhere: false }
}

const SHAPES: &[Shape] = &[
    Shape { form: "gitleaks:allow", words: &["gitleaks:allow"], rules: Rules::None, anywhere: true },
    Shape {
        form: "kube-linter.io/ignore",
        words: &["ignore-check.kube-linter.io/"],
        rules: Rules::Suffix,
        anywhere: true,
    },
    Shape { form: "checkov.io/skip", words: &["checkov.io/skip"], rules: Rules::None, anywhere: true },
    comment("zizmor: ignore", &["zizmor:", "ignore"], Rules::Brackets),
    comment("checkov:skip", &["checkov:skip="], Rules::One),
    comment("trivy:ignore", &["trivy:ignore:"], Rules::One),
    comment("tfsec:ignore", &["tfsec:ignore:"], Rules::One),
    comment("hadolint ignore", &["hadolint", "ignore="], Rules::Ids),
    comment("hadolint ignore", &["hadolint", "global", "ignore="], Rules::Ids),
    comment("kics-scan ignore", &["kics-scan", "ignore"], Rules::None),
    comment("kics-scan disable", &["kics-scan", "disable="], Rules::Ids),
    comment("pragma: allowlist secret", &["pragma:", "allowlist", "secret"], Rules::None),
    comment("pragma: allowlist nextline secret", &["pragma:", "allowlist", "nextline", "secret"], Rules::None),
    comment("trufflehog:ignore", &["trufflehog:ignore"], Rules::None),
    comment("ggignore", &["ggignore"], Rules::None),
    comment("nosec", &["nosec"], Rules::Ids),
    comment("nosemgrep", &["nosemgrep:"], Rules::One),
    comment("nosemgrep", &["nosemgrep"], Rules::None),
    comment("noqa", &["noqa:"], Rules::Ids),
    comment("noqa", &["noqa"], Rules::None),
    comment("NOSONAR", &["NOSONAR"], Rules::None),
    comment("lgtm", &["lgtm"], Rules::Brackets),
    comment("codeql", &["codeql"], Rules::Brackets),
    comment("nolint", &["nolint:"], Rules::Ids),
    comment("nolint", &["nolint"], Rules::None),
    comment("shellcheck disable", &["shellcheck", "disable="], Rules::Ids),
    comment("pint disable", &["pint", "disable"], Rules::One),
    comment("pint disable", &["pint", "file/disable"], Rules::One),
    comment("pint ignore", &["pint", "ignore/"], Rules::None),
];

/// Signs that begin a comment in some language.
const SIGNS: &[&str] = &["#", "//", "/*", "<!--", "--", ";", "{{/*"];

/// Longer lines are generated; only their beginning is looked at, in bytes.
const LONGEST: usize = 64 << 10;

/// Rules of one comment that are kept.
const MOST_RULES: usize = 50;

/// Every suppression on a line, each form once.
pub fn forms_in(line: &str) -> Vec<Form> {
    let end = (0..=LONGEST.min(line.len())).rev().find(|end| line.is_char_boundary(*end)).unwrap_or_default();
    let line = line.get(..end).unwrap_or(line);
    let comment_from = first_sign(line);
    let mut found: Vec<Form> = own(line).into_iter().collect();
    for shape in SHAPES {
        if found.iter().any(|known| known.form == shape.form) {
            continue;
        }
        let from = if shape.anywhere { Some(0) } else { comment_from };
        found.extend(from.and_then(|from| shape.find(line.get(from..)?)));
    }
    found
}

/// Where the first comment of the line begins; `*` begins a line inside of a block comment.
fn first_sign(line: &str) -> Option<usize> {
    let block = line.trim_start().starts_with('*').then_some(0);
    block.or_else(|| SIGNS.iter().filter_map(|sign| line.find(sign)).min())
}

/// Our own form counts wherever it stands on a line, because it does so for secrets.
fn own(line: &str) -> Option<Form> {
    let at = line.find("portcullis:")?;
    let parsed = parse(line.get(at..)?)?.ok()?;
    let form = if parsed.whole_file { "portcullis: ignore-file" } else { "portcullis: ignore" };
    Some(Form { form, rules: parsed.rules })
}

impl Shape {
    fn find(&self, comment: &str) -> Option<Form> {
        let (first, more) = self.words.split_first()?;
        comment.match_indices(first).find_map(|(at, _)| {
            let before = comment.get(..at).and_then(|before| before.chars().next_back());
            // `myxnosec` and `#nosec` differ in what stands before.
            let inside_a_word = before.is_some_and(|char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.'));
            if inside_a_word && !self.anywhere {
                return None;
            }
            let mut rest = comment.get(at + first.len()..)?;
            for word in more {
                rest = rest.trim_start().strip_prefix(word)?;
            }
            let ends_with_sign = self.words.last().is_some_and(|word| word.ends_with([':', '=', '/']));
            let goes_on = rest.starts_with(|char: char| char.is_alphanumeric() || matches!(char, '_' | '.'));
            if goes_on && !ends_with_sign {
                return None;
            }
            Some(Form { form: self.form, rules: self.rules.read(rest)? })
        })
    }
}

impl Rules {
    /// The rules behind the words of a form; `None` where what has to follow does not.
    fn read(self, rest: &str) -> Option<Vec<String>> {
        let words = |text: &str| -> Vec<String> {
            let ids = text.split([',', ' ', '\t']).map(str::trim).filter(|id| !id.is_empty());
            ids.take(MOST_RULES).map(str::to_owned).collect()
        };
        Some(match self {
            Self::None => Vec::new(),
            Self::Brackets => words(rest.strip_prefix('[')?.split_once(']')?.0),
            Self::One | Self::Suffix => {
                let end = |char: char| char.is_whitespace() || matches!(char, ':' | '"' | '\'' | '=');
                rest.trim_start().split(end).next().filter(|id| !id.is_empty()).map(str::to_owned).into_iter().collect()
            }
            Self::Ids => {
                let is_id = |word: &&str| {
                    word.starts_with(|char: char| char.is_ascii_alphabetic())
                        && word
                            .chars()
                            .all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.' | '/'))
                        && word.chars().any(|char| char.is_ascii_digit() || char == '-' || char == '/')
                };
                let said = rest.trim_start().trim_start_matches([':', '=', '[']);
                let ids = said.split([',', ' ', '\t', ']']).map(str::trim).filter(|word| !word.is_empty());
                ids.take_while(is_id).take(MOST_RULES).map(str::to_owned).collect()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(line: &str) -> Vec<(&'static str, String)> {
        forms_in(line).into_iter().map(|form| (form.form, form.rules.join("+"))).collect()
    }

    #[test]
    fn every_form_is_known_with_its_rules() {
        let lines = [
            (
                "x # portcullis: ignore[gha/unpinned-uses, k8s/*] vendored",
                "portcullis: ignore",
                "gha/unpinned-uses+k8s/*",
            ),
            ("// portcullis: ignore-file[generic-api-key] vectors", "portcullis: ignore-file", "generic-api-key"),
            ("key = 1 gitleaks:allow", "gitleaks:allow", ""),
            ("- uses: a/b@v1 # zizmor: ignore[unpinned-uses] later", "zizmor: ignore", "unpinned-uses"),
            ("subprocess.call(x)  # nosec B602, B607 input is ours", "nosec", "B602+B607"),
            ("exec(x) //#nosec G204 -- ours", "nosec", "G204"),
            ("x = y  # nosec", "nosec", ""),
            ("#trivy:ignore:DS-0002", "trivy:ignore", "DS-0002"),
            ("# checkov:skip=CKV_K8S_20: it has to", "checkov:skip", "CKV_K8S_20"),
            ("# hadolint ignore=DL3008,DL3015", "hadolint ignore", "DL3008+DL3015"),
            ("  ignore-check.kube-linter.io/run-as-non-root: \"why\"", "kube-linter.io/ignore", "run-as-non-root"),
            ("# kics-scan ignore-line", "kics-scan ignore", ""),
            ("token = 'x'  # pragma: allowlist secret", "pragma: allowlist secret", ""),
            ("eval(x) // nosemgrep: js.eval", "nosemgrep", "js.eval"),
            ("a = b  # noqa: S105,E501", "noqa", "S105+E501"),
            ("#tfsec:ignore:aws-s3-enable", "tfsec:ignore", "aws-s3-enable"),
            (" * NOSONAR", "NOSONAR", ""),
            ("<!-- nosec -->", "nosec", ""),
            ("# pint disable promql/rate", "pint disable", "promql/rate"),
        ];
        for (line, form, rules) in lines {
            assert_eq!(said(line), [(form, rules.to_owned())], "{line}");
        }
    }

    #[test]
    fn words_outside_of_a_comment_and_parts_of_words_are_no_suppression() {
        for line in [
            "nosec = true",
            "# innosecure",
            "the flag nosecure # fine",
            "# zizmor: ignore without brackets",
            "portcullis: runs here",
            "let noqa = 1;",
            "https://nosec.example",
        ] {
            assert_eq!(said(line), [], "{line}");
        }
    }

    #[test]
    fn several_forms_on_one_line_are_all_told() {
        assert_eq!(
            said("k = 1 # gitleaks:allow # nosec B105"),
            [("gitleaks:allow", String::new()), ("nosec", "B105".to_owned())]
        );
    }

    proptest! {
        #[test]
        fn no_line_breaks_it(line in "\\PC{0,200}") {
            for form in forms_in(&line) {
                prop_assert!(form.rules.len() <= MOST_RULES);
            }
        }
    }
}
