//! What verdicts, states and days are called.

use jiff::civil::Date;
use portcullis_model::{
    ExceptionState, Health, Introduced, Level, Outcome, PolicyInfo, PolicySource, State, ToolStatus, Verdict,
};

use super::markup::{Markup, count};
use crate::escape::cap;

pub(super) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "Pass",
        Verdict::Warn => "Warn",
        Verdict::Fail => "Fail",
        Verdict::Incomplete => "Incomplete",
    }
}

/// One clause after the word.
pub(super) fn clause(outcome: &Outcome) -> Markup {
    let counts = &outcome.counts;
    let first = outcome.reasons.first();
    let reason = || Markup::of_prose(first.map_or("evidence is missing", |reason| &reason.text), cap::MESSAGE);
    let mut clause = Markup::default();
    match outcome.verdict {
        Verdict::Pass if counts.existing > 0 => clause.put("nothing new blocks"),
        Verdict::Pass => clause.put("nothing blocks"),
        Verdict::Warn if first.is_none_or(|reason| reason.code == "warnings") => {
            clause.put("nothing blocks, ").counted(counts.warn, "warning", "warnings")
        }
        Verdict::Fail if counts.fail > 0 => clause.add(&blocking(outcome)),
        Verdict::Warn | Verdict::Fail | Verdict::Incomplete => clause.add(&reason()),
    };
    let errors = count(outcome.problems.iter().filter(|problem| problem.health == Health::Error).count());
    if outcome.verdict == Verdict::Fail && errors > 0 {
        clause.put(", and ").counted(errors, "thing", "things").put(" could not be judged");
    }
    clause
}

fn blocking(outcome: &Outcome) -> Markup {
    let blocking = outcome.findings.iter().filter(|judged| judged.is_open() && judged.level == Level::Fail);
    let (mut new, mut old) = (0, 0);
    for judged in blocking {
        *(if judged.introduced == Introduced::New { &mut new } else { &mut old }) += 1;
    }
    let mut said = Markup::default();
    match (new, old) {
        (1.., 0) => said.counted(outcome.counts.fail, "new blocking finding", "new blocking findings"),
        _ => said.counted(outcome.counts.fail, "blocking finding", "blocking findings"),
    };
    if new > 0 && old > 0 {
        said.put(", ").number(new).put(" of them new");
    }
    said
}

/// Where the policy that decided comes from.
pub(super) fn policy(policy: &PolicyInfo) -> Markup {
    let mut said = Markup::default();
    if policy.source != PolicySource::Builtin {
        said.code(policy.path.as_deref().unwrap_or("portcullis.yaml"), cap::PATH);
        if let Some(rev) = &policy.rev {
            said.put(" at ").code(short_commit(rev), cap::VERSION);
        }
    }
    said.put(match policy.source {
        PolicySource::Base => ", from the base",
        PolicySource::Head => ", from this change, as the policy on the base allows",
        PolicySource::Bootstrap => ", from this change: the base has none",
        PolicySource::Local => ", from the work tree",
        PolicySource::Builtin => "the built-in policy: this repository has none of its own",
    });
    said
}

/// `in 10 days`, `today`, `3 days ago`.
pub(super) fn distance(day: Date, today: Date) -> Markup {
    let mut said = Markup::default();
    let days = today.until(day).map_or(0, |span| span.get_days());
    let length = u64::from(days.unsigned_abs());
    match days {
        0 => said.put("today"),
        1.. => said.put("in ").counted(length, "day", "days"),
        _ => said.counted(length, "day", "days").put(" ago"),
    };
    said
}

pub(super) const fn introduced(introduced: Introduced) -> &'static str {
    match introduced {
        Introduced::New => "new",
        Introduced::NewlyDisclosed => "newly disclosed",
        Introduced::Existing => "on the base",
        Introduced::Fixed => "fixed",
        Introduced::Unknown => "",
    }
}

/// Of a finding that is not simply open.
pub(super) const fn state(state: State) -> &'static str {
    match state {
        State::Open => "",
        State::Suppressed => "suppressed",
        State::NotAffected => "not affected",
        State::Fixed => "fixed",
        State::UnderInvestigation => "under investigation",
        State::Passed => "passed",
        State::Review => "to be looked at",
        State::Excepted => "accepted",
        State::Excluded => "excluded path",
        State::Absent => "gone",
    }
}

pub(super) const fn exception(state: ExceptionState) -> &'static str {
    match state {
        ExceptionState::Active => "active",
        ExceptionState::Expiring => "ends soon",
        ExceptionState::Expired => "has ended",
        ExceptionState::EndedByFix => "has ended, a fix exists",
        ExceptionState::Unused => "matches nothing",
        ExceptionState::TooBroad => "matches too much, applies to nothing",
        ExceptionState::Proposed => "proposed, does not apply yet",
        ExceptionState::Imported => "from an ignore file",
        ExceptionState::Inline => "a comment in the file",
    }
}

/// Class and words.
pub(super) const fn status(status: ToolStatus, fail: u64, warn: u64) -> (&'static str, &'static str) {
    match status {
        ToolStatus::Ok => ("good", "ok"),
        ToolStatus::Findings if fail > 0 => ("bad", "findings block"),
        ToolStatus::Findings if warn > 0 => ("odd", "warnings"),
        ToolStatus::Findings => ("good", "nothing blocks"),
        ToolStatus::Skipped => ("faint", "skipped"),
        ToolStatus::Error => ("bad", "could not judge"),
        ToolStatus::Missing => ("bad", "missing"),
    }
}

pub(super) const fn health(health: Health) -> (&'static str, &'static str) {
    match health {
        Health::Ok => ("good", "ok"),
        Health::Warn => ("odd", "warning"),
        Health::Error => ("bad", "error"),
    }
}

/// The first seven characters of a commit.
pub(super) fn short_commit(sha: &str) -> &str {
    sha.get(..7).unwrap_or(sha)
}
