//! The upload of a SARIF file to code scanning (spec/github-ux.md 7.4).

use std::io::Write as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use portcullis_model::Context;

use crate::api::{ApiError, GitHub, SarifBody};

/// Bytes GitHub takes, after compression.
const COMPRESSED: usize = 10_000_000;
/// Times the state is asked for, and how long it takes to the first.
const POLLS: u32 = 5;
const FIRST_POLL: Duration = Duration::from_secs(5);

/// What the file was judged on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SarifTarget {
    /// 40 or 64 hexadecimal digits.
    pub commit: String,
    /// `refs/heads/…`, `refs/tags/…` or `refs/pull/…`
    pub reference: String,
}

/// What became of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SarifDelivery {
    /// The alerts are there.
    Complete,
    /// GitHub has the file and works on it.
    Pending,
    /// GitHub has the file and does not take it.
    Failed {
        /// What is wrong with it.
        errors: Vec<String>,
    },
}

/// Why there is nothing to upload.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum SarifUnfit {
    /// After compression it is longer than GitHub takes.
    #[error("{bytes} bytes after compression, more than the {most} GitHub takes", most = COMPRESSED)]
    TooLarge {
        /// Its bytes after compression.
        bytes: usize,
    },
}

/// What a file of this run belongs to. `checked_out` is the commit the work tree stands at and `reference` is `GITHUB_REF`.
/// Nothing where the event has no commit or reference GitHub would take.
pub fn target(context: &Context, checked_out: Option<&str>, reference: Option<&str>) -> Option<SarifTarget> {
    let queue = reference.is_some_and(|reference| reference.starts_with("refs/heads/gh-readonly-queue/"));
    if let Some(number) = context.pr.filter(|_| !queue) {
        let merge = context.merge_sha.as_deref().filter(|merge| checked_out == Some(*merge));
        let head = || context.head_sha.as_deref().map(|head| (head, "head"));
        let (commit, end) = merge.map(|merge| (merge, "merge")).or_else(head)?;
        return accepted(commit, &format!("refs/pull/{number}/{end}"));
    }
    accepted(context.head_sha.as_deref()?, reference?)
}

/// Forms GitHub takes: `^[0-9a-fA-F]+$` of 40 or 64, `^refs/(heads|tags|pull)/.*$`.
fn accepted(commit: &str, reference: &str) -> Option<SarifTarget> {
    let is_id = matches!(commit.len(), 40 | 64) && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_reference = ["refs/heads/", "refs/tags/", "refs/pull/"].iter().any(|start| reference.starts_with(start));
    (is_id && is_reference).then(|| SarifTarget { commit: commit.to_owned(), reference: reference.to_owned() })
}

/// The request for the document `sarif`. The key `validate` is left out: older Enterprise Servers do not know it.
pub fn body(sarif: &[u8], target: &SarifTarget) -> Result<SarifBody, SarifUnfit> {
    let compressed = gzip(sarif);
    if compressed.len() > COMPRESSED {
        return Err(SarifUnfit::TooLarge { bytes: compressed.len() });
    }
    Ok(SarifBody {
        commit_sha: target.commit.clone(),
        reference: target.reference.clone(),
        sarif: STANDARD.encode(compressed),
        tool_name: "portcullis".to_owned(),
    })
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory never fails; if it did, GitHub would refuse the rest as what it is.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// Uploads the file and asks what became of it: after five seconds, then after twice that, five times at most. `wait` says
/// whether it waited; where it does not, the state stays pending. The upload is done once this returns `Ok`.
pub fn upload(
    github: &dyn GitHub,
    body: &SarifBody,
    wait: &dyn Fn(Duration) -> bool,
) -> Result<SarifDelivery, ApiError> {
    let Some(id) = github.upload_sarif(body)?.id else { return Ok(SarifDelivery::Pending) };
    let mut pause = FIRST_POLL;
    for _ in 0..POLLS {
        if !wait(pause) {
            break;
        }
        pause *= 2;
        // GitHub has the file: that its state cannot be asked for is no failure of the upload.
        let Ok(status) = github.sarif_status(&id) else { continue };
        match status.processing_status.as_deref() {
            Some("complete") => return Ok(SarifDelivery::Complete),
            Some("failed") => return Ok(SarifDelivery::Failed { errors: status.errors.unwrap_or_default() }),
            _ => {}
        }
    }
    Ok(SarifDelivery::Pending)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::io::Read as _;

    use super::*;
    use crate::api::SarifStatus;
    use crate::testing::{Memory, refused};

    const HEAD: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const MERGE: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    fn pull_request() -> Context {
        let id = |text: &str| Some(text.to_owned());
        Context { pr: Some(7), head_sha: id(HEAD), merge_sha: id(MERGE), ..Context::default() }
    }

    fn at(commit: &str, reference: &str) -> SarifTarget {
        SarifTarget { commit: commit.to_owned(), reference: reference.to_owned() }
    }

    #[test]
    fn a_pull_request_is_its_merge_where_that_was_checked_out_and_else_its_head() {
        let reference = Some("refs/pull/7/merge");
        assert_eq!(target(&pull_request(), Some(MERGE), reference), Some(at(MERGE, "refs/pull/7/merge")));
        assert_eq!(target(&pull_request(), Some(HEAD), reference), Some(at(HEAD, "refs/pull/7/head")));
        assert_eq!(target(&pull_request(), None, reference), Some(at(HEAD, "refs/pull/7/head")));
    }

    #[test]
    fn other_events_are_their_reference() {
        let push = Context { pr: None, merge_sha: None, ..pull_request() };
        assert_eq!(target(&push, None, Some("refs/heads/main")), Some(at(HEAD, "refs/heads/main")));
        assert_eq!(target(&push, None, Some("refs/tags/v1")), Some(at(HEAD, "refs/tags/v1")));
        let queue = "refs/heads/gh-readonly-queue/main/pr-7-x";
        assert_eq!(target(&pull_request(), None, Some(queue)), Some(at(HEAD, queue)));
        for reference in [None, Some("main"), Some("refs/notes/x")] {
            assert_eq!(target(&push, None, reference), None, "{reference:?}");
        }
        let short = Context { head_sha: Some("abc".to_owned()), ..push };
        assert_eq!(target(&short, None, Some("refs/heads/main")), None);
    }

    #[test]
    fn the_document_comes_out_of_the_body_as_it_went_in() {
        let body = body(b"{\"runs\":[]}", &at(HEAD, "refs/heads/main")).unwrap();
        let compressed = STANDARD.decode(&body.sarif).unwrap();
        let mut document = String::new();
        flate2::read::GzDecoder::new(compressed.as_slice()).read_to_string(&mut document).unwrap();
        assert_eq!(document, "{\"runs\":[]}");
    }

    #[test]
    fn a_file_that_stays_too_large_is_not_sent() {
        // A linear congruential generator: bytes no compression makes smaller.
        let mut seed = 1_u64;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            seed.to_be_bytes()[0]
        })
        .take(COMPRESSED + 1)
        .collect();
        let unfit = body(&noise, &at(HEAD, "refs/heads/main")).unwrap_err();
        assert!(matches!(unfit, SarifUnfit::TooLarge { bytes } if bytes > COMPRESSED));
    }

    fn state(text: &str) -> SarifStatus {
        SarifStatus { processing_status: Some(text.to_owned()), errors: Some(vec!["no".to_owned()]) }
    }

    fn uploaded(github: &Memory, budget: u64) -> (Result<SarifDelivery, ApiError>, Vec<u64>) {
        let waits = RefCell::new(Vec::new());
        let wait = |pause: Duration| {
            waits.borrow_mut().push(pause.as_secs());
            waits.borrow().iter().sum::<u64>() <= budget
        };
        let body = body(b"{}", &at(HEAD, "refs/heads/main")).unwrap();
        let delivery = upload(github, &body, &wait);
        (delivery, waits.into_inner())
    }

    #[test]
    fn the_state_is_asked_for_after_pauses_that_double() {
        let github = Memory::new("bot");
        github.state_mut().sarif_statuses = (0..9).map(|_| state("pending")).collect();
        assert_eq!(uploaded(&github, 1_000), (Ok(SarifDelivery::Pending), vec![5, 10, 20, 40, 80]));
        assert_eq!(
            github.state().calls,
            ["upload_sarif", "sarif_status", "sarif_status", "sarif_status", "sarif_status", "sarif_status"]
        );
    }

    #[test]
    fn it_ends_with_the_first_answer_that_is_final_or_with_the_budget() {
        let github = Memory::new("bot");
        github.state_mut().sarif_statuses = [state("pending"), state("complete")].into();
        assert_eq!(uploaded(&github, 1_000), (Ok(SarifDelivery::Complete), vec![5, 10]));
        github.state_mut().sarif_statuses = [state("failed")].into();
        assert_eq!(uploaded(&github, 1_000).0, Ok(SarifDelivery::Failed { errors: vec!["no".to_owned()] }));
        github.state_mut().sarif_statuses = (0..9).map(|_| state("pending")).collect();
        assert_eq!(uploaded(&github, 20), (Ok(SarifDelivery::Pending), vec![5, 10, 20]));
    }

    #[test]
    fn an_upload_that_is_refused_is_an_error_and_a_state_that_cannot_be_read_is_none() {
        let github = Memory::new("bot");
        github.fail("upload_sarif", refused(403, "Advanced Security must be enabled"));
        assert_eq!(uploaded(&github, 1_000).0.unwrap_err().status(), Some(403));
        github.fail("sarif_status", refused(404, "Not Found"));
        assert_eq!(uploaded(&github, 1_000), (Ok(SarifDelivery::Complete), vec![5, 10]));
    }
}
