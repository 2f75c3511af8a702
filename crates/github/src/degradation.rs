//! What is said where GitHub does not take something (spec/github-ux.md 8.4). Publishing never changes the verdict.

use crate::api::ApiError;

/// Where something is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sink {
    /// The comment on a pull request.
    Comment,
    /// Comments on lines of a pull request.
    Review,
    /// A check run.
    CheckRun,
    /// A file for code scanning.
    Sarif,
}

impl Sink {
    /// The word in the output `delivered`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Review => "review",
            Self::CheckRun => "check-run",
            Self::Sarif => "sarif-upload",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Comment => "pull request comment",
            Self::Review => "review comments",
            Self::CheckRun => "check run",
            Self::Sarif => "SARIF upload",
        }
    }

    /// The permission as the API names it, and as a workflow does.
    const fn permission(self) -> (&'static str, &'static str) {
        match self {
            Self::Comment | Self::Review => ("pull_requests=write", "pull-requests: write"),
            Self::CheckRun => ("checks=write", "checks: write"),
            Self::Sarif => ("security_events=write", "security-events: write"),
        }
    }
}

/// One line that says what was not written and why, and one that says what to do. Both may quote GitHub: untrusted.
pub fn degraded(sink: Sink, error: &ApiError, fork: bool) -> Vec<String> {
    let what = format!("{} not written", sink.name());
    let (permission, in_workflow) = sink.permission();
    let said = |why: &str| vec![format!("{what}: {why}.")];
    if error.is_locked() {
        return said("the conversation is locked");
    }
    if let ApiError::RateLimited { wait, primary, budget } = error {
        let limit = if *primary { "primary" } else { "secondary" };
        return vec![format!("{what}: GitHub asks to wait {wait} s ({limit} rate limit); gave up after {budget} s.")];
    }
    let Some(refusal) = error.refusal() else { return said(&error.to_string()) };
    match refusal.status {
        401 => said("the token is not valid, or no longer"),
        403 if fork => vec![
            format!("{what}: the token may only read (GitHub gives pull requests from forks a read-only token)."),
            "The result is in the job summary. To get comments on fork pull requests add the publish workflow: portcullis init --workflow publish"
                .to_owned(),
        ],
        403 => {
            let lacks = refusal.accepted_permissions.as_deref().unwrap_or(permission);
            vec![
                format!("{what}: the token lacks {lacks}."),
                format!("Add to the job: permissions: {{ {in_workflow} }}"),
            ]
        }
        404 => said(
            "not found (404): the repository is private to this token, or issues/comments are disabled or locked",
        ),
        422 => {
            let errors = if refusal.errors.is_empty() { refusal.message.clone() } else { refusal.errors.join("; ") };
            said(&format!("validation failed (422): {errors}"))
        }
        _ => said(&error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Refusal;
    use crate::testing::refused;

    #[test]
    fn what_was_not_written_is_said_with_what_to_do() {
        let with_permissions = ApiError::Refused(Refusal {
            status: 403,
            accepted_permissions: Some("issues=write".to_owned()),
            ..Refusal::default()
        });
        let invalid = ApiError::Refused(Refusal {
            status: 422,
            message: "Validation Failed".to_owned(),
            errors: vec!["commit_id is not part of the pull request".to_owned()],
            ..Refusal::default()
        });
        let errors = [
            ("a fork", refused(403, "Resource not accessible by integration"), true),
            ("a token that may only read", refused(403, "Resource not accessible by integration"), false),
            ("a server that says what it wants", with_permissions, false),
            ("a locked conversation", refused(403, "Unable to create comment because issue is locked."), true),
            ("no such thing", refused(404, "Not Found"), false),
            ("a bad token", refused(401, "Bad credentials"), false),
            ("a body that is wrong", invalid, false),
            ("a limit", ApiError::RateLimited { wait: 2_710, primary: true, budget: 120 }, false),
            (
                "nobody there",
                ApiError::Unreachable { host: "ghe.example".to_owned(), why: "timed out".to_owned() },
                false,
            ),
        ];
        let told: Vec<String> = errors
            .into_iter()
            .map(|(what, error, fork)| format!("{what}:\n  {}", degraded(Sink::Comment, &error, fork).join("\n  ")))
            .collect();
        insta::assert_snapshot!(told.join("\n"));
    }
}
