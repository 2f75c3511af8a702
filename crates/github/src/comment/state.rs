//! What the last comment said: decoration on its last line (spec/github-ux.md 5.1).
//!
//! Whoever may write in the repository can edit it, so it never has an effect on the verdict: it orders writers, spares
//! requests, and tells what has changed since the last push.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use portcullis_model::fingerprint::hex;
use portcullis_model::{Judged, Level, Outcome, Verdict};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

const BEFORE: &str = "<!-- portcullis:state v1 ";
const AFTER: &str = " -->";
/// Findings a state can name.
const MOST: usize = 400;
/// Hexadecimal digits by which it names them.
const DIGITS: usize = 12;
/// Bytes of a state, unpacked; ours have less than 8 KiB.
const LONGEST: u64 = 64 << 10;

/// The state of a comment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Run that wrote the comment.
    pub run: u64,
    /// Attempt of that run.
    pub attempt: u64,
    /// Commit it judged.
    pub head: String,
    /// When: RFC 3339.
    pub at: String,
    /// [`body_hash`] of the comment.
    pub body_hash: String,
    /// The first digits of the fingerprints of what blocked or warned, sorted, at most 400.
    pub fingerprints: Vec<String>,
    /// The verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The comment was folded away after it was written.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub minimized: bool,
    /// Another job has posted it for the run, which could not or did not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub claimed: bool,
}

impl State {
    /// The last line of a comment.
    pub fn line(&self) -> String {
        let json = serde_json::to_vec(self).unwrap_or_default();
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
        let packed = packed.write_all(&json).and_then(|()| packed.finish()).unwrap_or_default();
        format!("{BEFORE}{}{AFTER}", STANDARD.encode(packed))
    }

    /// The state in the body of a comment; what cannot be read is none.
    pub fn of_body(body: &str) -> Option<Self> {
        let last = body.trim_end().lines().next_back()?.trim_end();
        let packed = STANDARD.decode(last.strip_prefix(BEFORE)?.strip_suffix(AFTER)?).ok()?;
        let mut json = Vec::new();
        DeflateDecoder::new(packed.as_slice()).take(LONGEST + 1).read_to_end(&mut json).ok()?;
        if json.len() as u64 > LONGEST {
            return None;
        }
        serde_json::from_slice(&json).ok()
    }

    /// Whether it is about this very run.
    pub fn is_of(&self, run: u64, attempt: u64) -> bool {
        (self.run, self.attempt) == (run, attempt)
    }

    /// Whether it was written by a later run, or by a later attempt of the same.
    pub fn is_newer_than(&self, run: u64, attempt: u64) -> bool {
        (self.run, self.attempt) > (run, attempt)
    }
}

/// SHA-256 of what a comment says, hex: without its state and without the time in its footer.
pub fn body_hash(body: &str) -> String {
    let mut hash = Sha256::new();
    for line in body.lines().filter(|line| !line.starts_with(BEFORE)) {
        hash.update(without_time(line).as_bytes());
        hash.update(b"\n");
    }
    hex(&hash.finalize())
}

fn without_time(line: &str) -> String {
    let is_footer = line.starts_with("<sub>") && line.ends_with("</sub>");
    let words = line.split(" · ").filter(|piece| !piece.starts_with("updated "));
    if is_footer { words.collect::<Vec<_>>().join(" · ") } else { line.to_owned() }
}

/// What the comment about an outcome shows as open, for the state.
pub fn known_findings(outcome: &Outcome) -> Vec<String> {
    let shown = |judged: &&Judged| judged.is_open() && judged.level >= Level::Warn;
    let digits = |judged: &Judged| {
        let fingerprint = &judged.finding.fingerprint;
        let digits = fingerprint.strip_prefix("v1:").unwrap_or(fingerprint);
        digits.chars().filter(char::is_ascii_hexdigit).take(DIGITS).collect::<String>()
    };
    let known: BTreeSet<String> = outcome.findings.iter().filter(shown).map(digits).collect();
    known.into_iter().filter(|digits| !digits.is_empty()).take(MOST).collect()
}

/// Findings that came and went since the comment was written last: only where another commit was judged, and where neither list was cut.
pub fn since(last: &State, head: &str, now: &[String]) -> Option<(u64, u64)> {
    if last.head == head || last.head.is_empty() || last.fingerprints.len() >= MOST || now.len() >= MOST {
        return None;
    }
    let before: BTreeSet<&str> = last.fingerprints.iter().map(String::as_str).collect();
    let now: BTreeSet<&str> = now.iter().map(String::as_str).collect();
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    Some((count(now.difference(&before).count()), count(before.difference(&now).count())))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn state() -> State {
        State {
            run: 81_230_001,
            attempt: 2,
            head: "9f31c2e0b1d84f6a7c55e0a1b2c3d4e5f6a7b8c9".to_owned(),
            at: "2026-11-20T14:02:33Z".to_owned(),
            body_hash: "ab".repeat(32),
            fingerprints: vec!["0123456789ab".to_owned(), "ba9876543210".to_owned()],
            verdict: Some(Verdict::Fail),
            minimized: false,
            claimed: false,
        }
    }

    fn finding(fingerprint: &str, level: Level) -> Judged {
        let finding = portcullis_model::Finding { fingerprint: fingerprint.to_owned(), ..Default::default() };
        Judged { finding: Box::new(finding), level, ..Judged::default() }
    }

    #[test]
    fn a_state_is_read_back_from_the_last_line() {
        let body = format!("<!-- marker -->\ntext\n{}\r\n", state().line());
        assert_eq!(State::of_body(&body), Some(state()));
        assert!(!state().line().trim_start_matches("<!--").trim_end_matches("-->").contains("--"));
    }

    #[test]
    fn what_is_no_state_is_none_and_what_is_more_than_a_state_is_read() {
        for body in ["", "text", "<!-- portcullis:state v1 !!! -->", "<!-- portcullis:state v1 q1ZKTi1OLFGyMjQ0 -->"] {
            assert_eq!(State::of_body(body), None, "{body}");
        }
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
        packed.write_all(br#"{"run": 7, "later": [1, 2], "head": "abc"}"#).unwrap();
        let body = format!("{BEFORE}{}{AFTER}", STANDARD.encode(packed.finish().unwrap()));
        let read = State::of_body(&body).unwrap();
        assert_eq!((read.run, read.head.as_str(), read.attempt), (7, "abc", 0));
    }

    #[test]
    fn a_state_that_unpacks_to_megabytes_is_none() {
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
        packed.write_all(format!("{{\"head\": \"{}\"}}", "a".repeat(20 << 20)).as_bytes()).unwrap();
        let body = format!("{BEFORE}{}{AFTER}", STANDARD.encode(packed.finish().unwrap()));
        assert_eq!(State::of_body(&body), None);
    }

    #[test]
    fn the_time_and_the_state_are_not_what_a_comment_says() {
        let body = |time: &str, verdict: &str| {
            let state = State { at: time.to_owned(), ..State::default() }.line();
            format!("{verdict}\n<sub>portcullis 1 · updated {time} · <code>x</code></sub>\n{state}\n")
        };
        assert_eq!(body_hash(&body("10:00", "fail")), body_hash(&body("11:00", "fail")));
        assert_ne!(body_hash(&body("10:00", "fail")), body_hash(&body("10:00", "pass")));
        assert_ne!(body_hash("a · updated b"), body_hash("a"));
    }

    #[test]
    fn a_push_is_compared_with_the_one_before() {
        let now = known_findings(&Outcome {
            findings: vec![
                finding("v1:0123456789abcdef", Level::Fail),
                finding("v1:ffff56789abcdef0", Level::Warn),
                finding("v1:eeee56789abcdef0", Level::Log),
            ],
            ..Outcome::default()
        });
        assert_eq!(now, ["0123456789ab", "ffff56789abc"]);
        assert_eq!(since(&state(), "another", &now), Some((1, 1)));
        assert_eq!(since(&state(), &state().head, &now), None, "the same commit again");
        let cut = State { fingerprints: vec!["a".to_owned(); 400], ..state() };
        assert_eq!(since(&cut, "another", &now), None, "nobody knows what was cut");
    }

    proptest! {
        #[test]
        fn no_body_breaks_the_reader(body in any::<String>(), packed in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = State::of_body(&body);
            let _ = State::of_body(&format!("{BEFORE}{}{AFTER}", STANDARD.encode(packed)));
            let _ = body_hash(&body);
        }
    }
}
