//! The outputs of a step (spec/github-ux.md 3.7, 6).

use std::fmt::Write as _;

use portcullis_model::{Outcome, ToolStatus};

use crate::escape::StopToken;

/// Bytes of a value; the rest of a longer list is left out.
const LONGEST: usize = 64 << 10;

/// What only the program knows about a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// The exit code.
    pub exit_code: u8,
    /// Files that were written, by the name of their output: `result-file`, `sarif-file`, `html-file`, `markdown-file`.
    pub files: Vec<(&'static str, String)>,
    /// What else there is to say, by the name of its output: `comment-id`, `comment-url`, `comment-action`.
    pub values: Vec<(&'static str, String)>,
    /// Everything that was delivered, in order: `summary`, `annotations`, `json`, …
    pub delivered: Vec<&'static str>,
}

/// Lines to append to `GITHUB_OUTPUT`. Every value stands between delimiters nobody can guess; a value that holds the
/// delimiter all the same is left out.
pub fn outputs(outcome: &Outcome, delivery: &Delivery, token: &StopToken) -> String {
    let counts = &outcome.counts;
    let failed =
        outcome.tools.iter().filter(|row| matches!(row.status, ToolStatus::Error | ToolStatus::Missing)).count();
    let delimiter = format!("portcullis_{}", token.word());
    let mut lines = String::new();
    let mut put = |name: &str, value: &str| {
        let is_name = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if is_name && !value.contains(&delimiter) && value.len() <= LONGEST {
            // Writing to a string never fails.
            let _ = write!(lines, "{name}<<{delimiter}\n{value}\n{delimiter}\n");
        }
    };
    put("verdict", outcome.verdict.as_str());
    put("exit-code", &delivery.exit_code.to_string());
    for (name, count) in [
        ("fail", counts.fail),
        ("warn", counts.warn),
        ("new", counts.new),
        ("fixed", counts.fixed),
        ("existing", counts.existing),
        ("findings", counts.total),
        ("excepted", counts.excepted),
    ] {
        put(name, &count.to_string());
    }
    put("tools-failed", &failed.to_string());
    for (name, value) in delivery.files.iter().chain(&delivery.values) {
        put(name, value);
    }
    put("policy-changed", if outcome.policy.changed_in_pr.is_empty() { "false" } else { "true" });
    put("delivered", &delivery.delivered.join(","));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn token() -> StopToken {
        StopToken::new("0123456789abcdef0123456789abcdef").unwrap()
    }

    #[test]
    fn a_failure() {
        let delivery = Delivery {
            exit_code: 1,
            files: vec![("result-file", "out/result.json".to_owned()), ("sarif-file", "out/a.sarif".to_owned())],
            values: vec![("comment-action", "created".to_owned()), ("comment-id", "1000".to_owned())],
            delivered: vec!["json", "sarif", "summary", "comment", "annotations"],
        };
        insta::assert_snapshot!(outputs(&sample::failing(), &delivery, &token()));
    }

    #[test]
    fn a_value_cannot_end_itself() {
        let path = format!("x\nportcullis_{}\nverdict=pass", token().word());
        let delivery = Delivery { files: vec![("result-file", path)], ..Delivery::default() };
        assert!(!outputs(&sample::failing(), &delivery, &token()).contains("verdict=pass"));
    }
}
