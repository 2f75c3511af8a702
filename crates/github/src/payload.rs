//! The event's payload: only what is read from it (webhook documentation of GitHub, "Webhook events and payloads").

use serde::Deserialize;

/// Bytes of a payload that are read: GitHub sends at most 25 MiB.
pub const PAYLOAD_LIMIT: usize = 25 * 1024 * 1024;

/// Every field is optional; what is not named here is skipped without being kept.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Payload {
    pub(crate) action: Option<String>,
    pub(crate) number: Option<u64>,
    pub(crate) pull_request: Option<PullRequest>,
    pub(crate) merge_group: Option<MergeGroup>,
    pub(crate) workflow_run: Option<WorkflowRun>,
    pub(crate) repository: Option<Repository>,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) deleted: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PullRequest {
    pub(crate) number: Option<u64>,
    /// Who opened it.
    pub(crate) user: Option<User>,
    pub(crate) base: Side,
    pub(crate) head: Side,
    /// RFC 3339.
    pub(crate) updated_at: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct User {
    pub(crate) login: Option<String>,
}

/// One end of a pull request.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Side {
    pub(crate) sha: Option<String>,
    /// Branch.
    #[serde(rename = "ref")]
    pub(crate) reference: Option<String>,
    /// Null where the fork was deleted.
    pub(crate) repo: Option<Repository>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Repository {
    pub(crate) full_name: Option<String>,
    pub(crate) default_branch: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct MergeGroup {
    pub(crate) base_sha: Option<String>,
    pub(crate) head_sha: Option<String>,
    pub(crate) head_ref: Option<String>,
    pub(crate) base_ref: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct WorkflowRun {
    pub(crate) id: Option<u64>,
    pub(crate) run_attempt: Option<u64>,
    /// Path of the workflow file.
    pub(crate) path: Option<String>,
    pub(crate) head_branch: Option<String>,
    /// Event of the run that has ended.
    pub(crate) event: Option<String>,
    pub(crate) head_sha: Option<String>,
    pub(crate) head_repository: Option<Repository>,
    /// Empty for forks.
    pub(crate) pull_requests: Option<Vec<PullRequest>>,
}

impl Payload {
    /// From the bytes of the file; the error says why it cannot be used.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > PAYLOAD_LIMIT {
            return Err(format!("{} bytes, more than the limit of {PAYLOAD_LIMIT}", bytes.len()));
        }
        // Windows runners have written a byte order mark.
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        serde_json::from_slice(bytes).map_err(|error| error.to_string())
    }
}

/// A commit id: 40 or 64 hexadecimal digits, in lower case. Zeros stand for "no commit" and are none.
pub(crate) fn commit_id(text: &str) -> Option<String> {
    let is_id = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_id && !is_zeros(text)).then(|| text.to_ascii_lowercase())
}

/// The id GitHub writes where there was no commit before.
pub(crate) fn is_zeros(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte == b'0')
}

/// Number of the pull request at the front of a merge queue branch: `…/pr-17-<id>`.
pub(crate) fn number_in_queue_branch(head_ref: &str) -> Option<u64> {
    let (rest, id) = head_ref.rsplit_once('-')?;
    let (_, number) = rest.rsplit_once("/pr-")?;
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if digits && commit_id(id).is_some() { number.parse().ok() } else { None }
}

/// Number in `refs/pull/17/merge` or `refs/pull/17/head`.
pub(crate) fn number_in_pull_ref(reference: &str) -> Option<u64> {
    let (number, end) = reference.strip_prefix("refs/pull/")?.split_once('/')?;
    if matches!(end, "merge" | "head") { number.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_40_or_64_hexadecimal_digits_and_is_not_zero() {
        assert_eq!(commit_id(&"aB".repeat(20)), Some("ab".repeat(20)));
        assert_eq!(commit_id(&"9".repeat(64)), Some("9".repeat(64)));
        for wrong in ["", "main", &"a".repeat(39), &"a".repeat(41), &"g".repeat(40), &"0".repeat(40), &"ä".repeat(20)]
        {
            assert_eq!(commit_id(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_number_of_a_queue_branch_is_its_last() {
        let id = "a".repeat(40);
        let queue = |name: &str| number_in_queue_branch(&format!("refs/heads/gh-readonly-queue/{name}"));
        assert_eq!(queue(&format!("main/pr-17-{id}")), Some(17));
        assert_eq!(queue(&format!("release/pr-3-x/pr-17-{id}")), Some(17));
        assert_eq!(queue(&format!("main/pr-17-{}", "b".repeat(64))), Some(17));
        assert_eq!(queue("main/pr-17-short"), None);
        assert_eq!(queue(&format!("main/pr--{id}")), None);
        assert_eq!(queue(&format!("main/pr-99999999999999999999-{id}")), None);
    }
}
