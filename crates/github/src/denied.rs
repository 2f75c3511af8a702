//! A place the result could not be written to: what to say of it (spec/github-ux.md 8.4). It never changes the verdict.

use portcullis_render::escape::{PlainText, cap};

use crate::api::{ApiError, Refusal};

/// A place results are written to, in the order they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sink {
    /// The comment in the conversation of the pull request.
    Comment,
    /// The comments on its lines.
    Review,
    /// The check run.
    CheckRun,
    /// The status of the commit.
    Status,
    /// The SARIF file for code scanning.
    Sarif,
}

/// What became of what a sink was to get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reception {
    /// It shows the result.
    Taken,
    /// Nothing was to be sent.
    Skipped,
    /// It refused, or could not be reached.
    #[default]
    Denied,
}

impl Sink {
    /// The word in the output `delivered`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Review => "review",
            Self::CheckRun => "check-run",
            Self::Status => "status",
            Self::Sarif => "sarif-upload",
        }
    }

    /// As people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Comment => "pull request comment",
            Self::Review => "review comments",
            Self::CheckRun => "check run",
            Self::Status => "commit status",
            Self::Sarif => "SARIF upload",
        }
    }

    /// What a token needs for it, as GitHub names it in `x-accepted-github-permissions`.
    fn permission(self) -> &'static str {
        match self {
            Self::Comment | Self::Review => "pull_requests=write",
            Self::CheckRun => "checks=write",
            Self::Status => "statuses=write",
            Self::Sarif => "security_events=write",
        }
    }
}

/// Why a sink stays empty, and what to do. Both are fit for any output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// What could not be written.
    pub sink: Sink,
    /// One sentence.
    pub why: PlainText,
    /// What to do about it, where something can be done.
    pub hint: Option<PlainText>,
    /// What GitHub's support asks for; shown at `-v`.
    pub request_id: Option<PlainText>,
}

impl Denied {
    /// After this error. `fork`: whether the run belongs to a pull request of a fork.
    pub fn new(sink: Sink, error: &ApiError, fork: bool) -> Self {
        let (why, hint) = match error {
            ApiError::Refused(refusal) => refused(sink, refusal, fork),
            ApiError::RateLimited { wait, primary, budget } => {
                let limit = if *primary { "primary" } else { "secondary" };
                (format!("GitHub asks to wait {wait} s ({limit} rate limit); gave up after {budget} s."), None)
            }
            other => (format!("{other}."), None),
        };
        let request_id = error.refusal().and_then(|refusal| refusal.request_id.as_deref());
        Self {
            sink,
            why: PlainText::new(&why, cap::MESSAGE),
            hint: hint.map(|hint| PlainText::new(&hint, cap::MESSAGE)),
            request_id: request_id.map(|id| PlainText::new(id, cap::RULE)),
        }
    }

    /// What was not written and why, then what to do; with `verbose` what GitHub's support asks for.
    pub fn lines(&self, verbose: bool) -> Vec<String> {
        let mut lines = vec![format!("{} not written: {}", self.sink.title(), self.why)];
        lines.extend(self.hint.as_ref().map(ToString::to_string));
        let request = self.request_id.as_ref().filter(|_| verbose);
        lines.extend(request.map(|id| format!("GitHub knows the request as {id} (x-github-request-id).")));
        lines
    }
}

fn refused(sink: Sink, refusal: &Refusal, fork: bool) -> (String, Option<String>) {
    let first = refusal.errors.first().unwrap_or(&refusal.message);
    match refusal.status {
        401 => {
            let hint = "The token is wrong or its time is over: give the step another one.";
            ("the token is not accepted (401).".to_owned(), Some(hint.to_owned()))
        }
        403 if sink == Sink::Sarif
            && ["Advanced Security", "Code Security must be enabled", "code scanning is not enabled"]
                .into_iter()
                .any(|words| refusal.says(words)) =>
        {
            ("code scanning is not enabled for this repository.".to_owned(), None)
        }
        404 if sink == Sink::Sarif => {
            ("code scanning is not enabled for this repository, or the token does not see it (404).".to_owned(), None)
        }
        403 if refusal.says("locked") => ("conversation is locked.".to_owned(), None),
        403 if fork => {
            let hint = "The result is in the job summary. To get comments on fork pull requests add the publish workflow: \
                        portcullis init --workflow publish";
            let why = "the token may only read (GitHub gives pull requests from forks a read-only token).";
            (why.to_owned(), Some(hint.to_owned()))
        }
        403 => lacking(sink, refusal),
        404 => {
            let why =
                "not found (404): the repository is private to this token, or issues/comments are disabled or locked.";
            (why.to_owned(), None)
        }
        422 => (format!("validation failed (422): {first}"), None),
        status => (format!("GitHub answers {status}: {first}"), None),
    }
}

/// The permission that is missing: the one GitHub names, else the one the sink needs.
fn lacking(sink: Sink, refusal: &Refusal) -> (String, Option<String>) {
    let known = |text: &&str| {
        let word = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
        let pair = |pair: &str| {
            let (name, access) = pair.trim().split_once('=')?;
            let written = !name.is_empty() && name.bytes().all(word) && matches!(access, "read" | "write" | "admin");
            written.then_some(())
        };
        text.split(',').all(|text| pair(text).is_some())
    };
    // Either of the ways will do; the one of the sink goes first.
    let ways = refusal.accepted_permissions.as_deref().unwrap_or_default();
    let ways: Vec<&str> = ways.split(';').map(str::trim).filter(known).collect();
    let own = ways.iter().find(|way| way.split(',').any(|pair| pair.trim() == sink.permission()));
    let way = own.or(ways.first()).copied().unwrap_or(sink.permission());
    let pairs: Vec<_> = way.split(',').map(|pair| pair.trim().replace('_', "-").replace('=', ": ")).collect();
    let hint = format!("Add to the job: permissions: {{ {} }}", pairs.join(", "));
    (format!("the token lacks {way}."), Some(hint))
}

#[cfg(test)]
mod tests {
    use portcullis_render::escape::LogLine;

    use super::*;

    fn refusal(status: u16, message: &str) -> Refusal {
        Refusal { status, message: message.to_owned(), ..Refusal::default() }
    }

    fn said(sink: Sink, refusal: Refusal, fork: bool) -> String {
        Denied::new(sink, &ApiError::Refused(refusal), fork).lines(false).join("\n")
    }

    #[test]
    fn what_is_said_of_every_denial() {
        let read_only = || refusal(403, "Resource not accessible by integration");
        let accepted = |text: &str| Refusal { accepted_permissions: Some(text.to_owned()), ..read_only() };
        let invalid = Refusal { errors: vec!["Body is too long".to_owned()], ..refusal(422, "Validation Failed") };
        let limited = ApiError::RateLimited { wait: 2_710, primary: true, budget: 120 };
        let limited = Denied::new(Sink::Comment, &limited, false).lines(false);
        let texts = [
            said(Sink::Comment, read_only(), true),
            said(Sink::Comment, read_only(), false),
            said(Sink::Comment, accepted("issues=write; pull_requests=write"), false),
            said(Sink::CheckRun, accepted("contents=read,checks=write"), false),
            said(Sink::CheckRun, accepted("x}: ${{ evil }}"), false),
            said(Sink::Comment, refusal(403, "Unable to create comment because issue is locked."), false),
            said(Sink::Comment, refusal(404, "Not Found"), false),
            said(Sink::Comment, invalid, false),
            said(Sink::Sarif, refusal(403, "Advanced Security must be enabled for this repository"), false),
            said(
                Sink::Sarif,
                refusal(403, "Code Security must be enabled for this repository to use code scanning."),
                false,
            ),
            said(Sink::Sarif, refusal(404, "Not Found"), false),
            said(Sink::Status, refusal(401, "Bad credentials"), false),
            limited[0].clone(),
        ];
        insta::assert_snapshot!(texts.join("\n\n"));
    }

    #[test]
    fn the_request_is_named_to_whoever_asks_for_more() {
        let refusal = Refusal { request_id: Some("C0DE:1\n::error::x".to_owned()), ..refusal(500, "x") };
        let denied = Denied::new(Sink::Review, &ApiError::Refused(refusal), false);
        assert_eq!(denied.lines(false).len(), 1);
        let told = denied.lines(true);
        assert!(told[1].starts_with("GitHub knows the request as C0DE:1"), "{told:?}");
        assert!(!told[1].contains('\n'), "{told:?}");
    }

    #[test]
    fn what_a_server_says_cannot_become_a_command() {
        let hostile = refusal(500, "x\n::set-output name=a::b\n##[error]y");
        for line in Denied::new(Sink::Comment, &ApiError::Refused(hostile), false).lines(true) {
            assert!(!line.contains('\n'), "{line:?}");
            let told = LogLine::new(&line, 2 * cap::MESSAGE).to_string();
            assert!(!told.trim_start().starts_with("::") && !told.contains("##["), "{told}");
        }
    }
}
