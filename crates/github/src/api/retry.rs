//! What an answer means for asking again (spec/github-ux.md 8.3).

use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::api::pace::Pace;
use crate::api::{ApiError, Refusal, Response};

/// Times the same request is sent at most.
const TRIES: u32 = 4;
/// Times it is repeated after an answer 500.
const AFTER_500: u32 = 2;
/// Characters of a message, and how many errors of an answer are kept.
const MESSAGE: usize = 1_000;
const ERRORS: usize = 20;

/// What has been tried of a request so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tried {
    sent: u32,
    after_500: u32,
    after_409: u32,
    secondary: u32,
}

/// What to do after an answer that is no success.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Nothing more.
    GiveUp(ApiError),
    /// Ask again after a while, or give up with the error where there is no time for that.
    Again {
        after: Duration,
        /// Whether the request may have had its effect.
        perhaps_done: bool,
        otherwise: ApiError,
    },
}

impl Tried {
    /// After the error of a transport.
    pub(crate) fn after_error(&mut self, error: ApiError, pace: &Pace) -> Next {
        self.sent += 1;
        if matches!(error, ApiError::Unreachable { .. }) { self.backoff(error, pace) } else { Next::GiveUp(error) }
    }

    /// After an answer that says no.
    pub(crate) fn after_answer(&mut self, response: &Response, pace: &Pace) -> Next {
        self.sent += 1;
        let refusal = refusal(response);
        if let Some((wait, primary)) = self.rate_limit(response, &refusal, pace) {
            return self.limited(wait, primary, pace);
        }
        let status = refusal.status;
        let error = ApiError::Refused(refusal);
        match status {
            502..=504 => self.backoff(error, pace),
            500 if self.after_500 < AFTER_500 => {
                self.after_500 += 1;
                self.backoff(error, pace)
            }
            409 if self.after_409 == 0 => {
                self.after_409 = 1;
                Next::Again { after: Duration::from_secs(1), perhaps_done: false, otherwise: error }
            }
            _ => Next::GiveUp(error),
        }
    }

    fn backoff(self, error: ApiError, pace: &Pace) -> Next {
        if self.sent >= TRIES {
            return Next::GiveUp(error);
        }
        let most = Duration::from_secs(2_u64.saturating_pow(self.sent).min(30));
        Next::Again { after: pace.jitter(most), perhaps_done: true, otherwise: error }
    }

    fn limited(self, wait: u64, primary: bool, pace: &Pace) -> Next {
        let error = ApiError::RateLimited { wait, primary, budget: pace.budget().as_secs() };
        if self.sent >= TRIES {
            return Next::GiveUp(error);
        }
        Next::Again { after: Duration::from_secs(wait), perhaps_done: false, otherwise: error }
    }

    /// Seconds to wait, and whether the limit is the primary one; nothing where the answer is about something else.
    fn rate_limit(&mut self, response: &Response, refusal: &Refusal, pace: &Pace) -> Option<(u64, bool)> {
        let number = |name| response.header(name).and_then(|text| text.trim().parse::<u64>().ok());
        let after = number("retry-after");
        let none_left = number("x-ratelimit-remaining") == Some(0);
        let said = refusal.says("secondary rate limit") || refusal.says("abuse");
        let limited = match response.status {
            429 => true,
            403 => response.header("retry-after").is_some() || none_left || said,
            _ => false,
        };
        if !limited {
            return None;
        }
        let primary = none_left && !said;
        if let Some(after) = after {
            return Some((after, primary));
        }
        if let Some(reset) = number("x-ratelimit-reset").filter(|_| none_left || response.status == 429 && !said) {
            return Some((reset.saturating_sub(pace.now().as_secs()).saturating_add(1), primary));
        }
        let wait = 60_u64.saturating_mul(2_u64.saturating_pow(self.secondary));
        self.secondary += 1;
        Some((wait, primary))
    }
}

/// What an answer that says no has to say.
pub(crate) fn refusal(response: &Response) -> Refusal {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Answer<'a> {
        message: Option<String>,
        #[serde(borrow)]
        errors: Option<Vec<&'a RawValue>>,
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Entry {
        Text(String),
        Told {
            message: String,
        },
        Coded {
            code: String,
            #[serde(default)]
            field: Option<String>,
        },
    }
    // `errors` is a text now and then: then only the message is there.
    let answer: Answer = serde_json::from_slice(&response.body)
        .unwrap_or_else(|_| Answer { message: message_alone(&response.body), errors: None });
    let text = |raw: &&RawValue| match serde_json::from_str(raw.get()).ok()? {
        Entry::Text(text) | Entry::Told { message: text } => Some(cut(&text)),
        Entry::Coded { code, field } => Some(cut(&field.map_or(code.clone(), |field| format!("{field}: {code}")))),
    };
    Refusal {
        status: response.status,
        message: answer.message.map_or_else(|| reason(response.status), |message| cut(&message)),
        errors: answer.errors.iter().flatten().take(ERRORS).filter_map(text).collect(),
        accepted_permissions: response.header("x-accepted-github-permissions").map(cut).filter(|text| !text.is_empty()),
        request_id: response.header("x-github-request-id").map(cut).filter(|text| !text.is_empty()),
    }
}

fn message_alone(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Answer {
        message: String,
    }
    serde_json::from_slice::<Answer>(body).ok().map(|answer| answer.message)
}

/// What the status means by RFC 9110, for answers that say nothing: a proxy answers in HTML.
fn reason(status: u16) -> String {
    let known = http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    known.unwrap_or("no message").to_owned()
}

fn cut(text: &str) -> String {
    text.chars().take(MESSAGE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::StillClock;

    const NOW: u64 = 1_700_000_000;

    fn pace() -> Pace {
        Pace::new(Box::new(StillClock::at(NOW)), Duration::from_mins(2))
    }

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Response { status, headers, body: body.as_bytes().to_vec() }
    }

    fn asked_to_wait(answer: &Response) -> Option<(u64, bool)> {
        match Tried::default().after_answer(answer, &pace()) {
            Next::Again { otherwise: ApiError::RateLimited { wait, primary, .. }, perhaps_done: false, .. } => {
                Some((wait, primary))
            }
            _ => None,
        }
    }

    fn left<'a>(remaining: &'a str, reset: &'a str) -> [(&'a str, &'a str); 2] {
        [("x-ratelimit-remaining", remaining), ("x-ratelimit-reset", reset)]
    }

    #[test]
    fn what_counts_as_a_rate_limit_and_how_long_it_lasts() {
        let reset = (NOW + 30).to_string();
        for (answer, expected) in [
            (answer(429, &[("retry-after", "7")], ""), Some((7, false))),
            (answer(403, &[("retry-after", "7")], ""), Some((7, false))),
            (answer(403, &left("0", &reset), ""), Some((31, true))),
            (answer(429, &left("0", &reset), ""), Some((31, true))),
            (answer(429, &left("17", &reset), ""), Some((31, false))),
            (answer(403, &left("0", "12"), ""), Some((1, true))),
            (answer(429, &[], ""), Some((60, false))),
            (
                answer(403, &left("17", &reset), r#"{"message":"You have exceeded a secondary rate limit."}"#),
                Some((60, false)),
            ),
            (answer(403, &[], r#"{"message":"You have triggered an abuse detection mechanism"}"#), Some((60, false))),
            (answer(429, &[("retry-after", "99999999999999999999")], ""), Some((60, false))),
            (answer(403, &left("17", &reset), r#"{"message":"Resource not accessible by integration"}"#), None),
            (answer(404, &[("retry-after", "7")], ""), None),
        ] {
            assert_eq!(asked_to_wait(&answer), expected, "{answer:?}");
        }
    }

    #[test]
    fn without_a_number_the_wait_doubles() {
        let mut tried = Tried::default();
        let waits: Vec<_> = (0..3)
            .map(|_| match tried.after_answer(&answer(429, &[], ""), &pace()) {
                Next::Again { after, .. } => after.as_secs(),
                Next::GiveUp(_) => 0,
            })
            .collect();
        assert_eq!(waits, [60, 120, 240]);
    }

    /// How often a request is sent when every answer has this status.
    fn sent(status: u16) -> u32 {
        let mut tried = Tried::default();
        for sent in 1..20 {
            if let Next::GiveUp(error) = tried.after_answer(&answer(status, &[], ""), &pace()) {
                assert_eq!(error.status(), Some(status));
                return sent;
            }
        }
        unreachable!("it never gives up");
    }

    #[test]
    fn how_often_each_answer_is_asked_for() {
        for (statuses, times) in [
            (&[502, 503, 504][..], 4),
            (&[500], 3),
            (&[409], 2),
            (&[400, 401, 403, 404, 410, 415, 422, 451, 501, 301], 1),
        ] {
            for status in statuses {
                assert_eq!(sent(*status), times, "{status}");
            }
        }
    }

    #[test]
    fn the_backoff_grows_with_every_try_and_has_a_part_of_chance() {
        let clock = StillClock::at(NOW);
        let pace = Pace::new(Box::new(clock), Duration::from_mins(2));
        let mut tried = Tried::default();
        let mut waits = Vec::new();
        while let Next::Again { after, perhaps_done: true, .. } = tried.after_answer(&answer(502, &[], ""), &pace) {
            waits.push(after.as_millis());
        }
        // The clock of the tests takes half of what is allowed.
        assert_eq!(waits, [1_000, 2_000, 4_000]);
    }

    #[test]
    fn errors_of_every_form_are_told() {
        let errors = |body: &str| refusal(&answer(422, &[], body)).errors;
        assert_eq!(errors(r#"{"message":"m","errors":[{"message":"a","code":"custom"},"b"]}"#), ["a", "b"]);
        assert_eq!(
            errors(r#"{"errors":[{"resource":"R","code":"missing","field":"line"},7,null]}"#),
            ["line: missing"]
        );
        let text = refusal(&answer(422, &[], r#"{"message":"m","errors":"no list"}"#));
        assert_eq!((text.message.as_str(), text.errors.len()), ("m", 0));
        assert_eq!(refusal(&answer(502, &[], "<html>")).message, "Bad Gateway");
    }
}
