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

/// Lines to append to `GITHUB_OUTPUT`; without an outcome nothing of a verdict. Every value stands between delimiters nobody
/// can guess; a value that holds the delimiter all the same is left out.
pub fn outputs(outcome: Option<&Outcome>, delivery: &Delivery, token: &StopToken) -> String {
    let delimiter = format!("portcullis_{}", token.word());
    let mut lines = String::new();
    let mut put = |name: &str, value: &str| {
        let is_name = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if is_name && !value.contains(&delimiter) && value.len() <= LONGEST {
            // Writing to a string never fails.
            let _ = write!(lines, "{name}<<{delimiter}\n{value}\n{delimiter}\n");
        }
    };
    if let Some(outcome) = outcome {
        put("verdict", outcome.verdict.as_str());
    }
    put("exit-code", &delivery.exit_code.to_string());
    for (name, count) in outcome.into_iter().flat_map(counted) {
        put(name, &count.to_string());
    }
    for (name, value) in delivery.files.iter().chain(&delivery.values) {
        put(name, value);
    }
    if let Some(outcome) = outcome {
        put("policy-changed", if outcome.policy.changed_in_pr.is_empty() { "false" } else { "true" });
    }
    put("delivered", &delivery.delivered.join(","));
    lines
}

fn counted(outcome: &Outcome) -> [(&'static str, u64); 8] {
    let counts = &outcome.counts;
    let failed = outcome.tools.iter().filter(|row| matches!(row.status, ToolStatus::Error | ToolStatus::Missing));
    [
        ("fail", counts.fail),
        ("warn", counts.warn),
        ("new", counts.new),
        ("fixed", counts.fixed),
        ("existing", counts.existing),
        ("findings", counts.total),
        ("excepted", counts.excepted),
        ("tools-failed", u64::try_from(failed.count()).unwrap_or(u64::MAX)),
    ]
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
        insta::assert_snapshot!(outputs(Some(&sample::failing()), &delivery, &token()));
    }

    #[test]
    fn without_an_outcome_nothing_is_said_of_a_verdict() {
        let delivery = Delivery { delivered: vec!["comment"], ..Delivery::default() };
        let said = outputs(None, &delivery, &token());
        let names: Vec<&str> = said.lines().filter_map(|line| line.split_once("<<")).map(|(name, _)| name).collect();
        assert_eq!(names, ["exit-code", "delivered"]);
    }

    #[test]
    fn a_value_cannot_end_itself() {
        let path = format!("x\nportcullis_{}\nverdict=pass", token().word());
        let delivery = Delivery { files: vec![("result-file", path)], ..Delivery::default() };
        assert!(!outputs(Some(&sample::failing()), &delivery, &token()).contains("verdict=pass"));
    }
}
