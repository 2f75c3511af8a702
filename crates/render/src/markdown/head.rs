//! The headline, the line about the commit, mentions, the footer.

use portcullis_model::{Health, Introduced, Level, Outcome, PolicySource, Verdict};

use super::table::linked;
use super::view::{Claimed, View};
use super::words::{counted, prose, short_commit, version};
use crate::escape::{Cell, MdCode, Url, cap};

/// People and teams mentioned at once.
const MENTIONED: usize = 10;

pub(super) fn headline(view: &View<'_>) -> String {
    let line = format!("### {}\n", verdict_line(view));
    match view.posting.claimed {
        Claimed::Nothing => line,
        Claimed::Reports if !view.outcome.reports.is_empty() => format!(
            "{line}\nThe built-in checks were evaluated again by this repository's code. What reports say, marked \
             *unverified*, is as the pull request's own run has told it.\n"
        ),
        Claimed::Reports => format!("{line}\nThe built-in checks were evaluated again by this repository's code.\n"),
        Claimed::Everything => {
            format!("{line}\nReported by the pull request's own run; not verified by this repository's code.\n")
        }
    }
}

/// Icon, verdict, one clause.
pub(super) fn verdict_line(view: &View<'_>) -> String {
    let outcome = view.outcome;
    let counts = &outcome.counts;
    let (icon, word, clause) = match outcome.verdict {
        Verdict::Pass if counts.existing > 0 => ("✅", "Pass", "nothing new blocks".to_owned()),
        Verdict::Pass => ("✅", "Pass", "nothing blocks".to_owned()),
        // The counts say more than the first reason, unless it is another one: report-only, a limit of warnings.
        Verdict::Warn if first_reason_is(outcome, "warnings") => {
            ("🟡", "Warn", format!("nothing blocks, {}", counted(counts.warn, "warning", "warnings")))
        }
        Verdict::Warn => ("🟡", "Warn", reason(outcome)),
        Verdict::Fail if counts.fail > 0 => ("❌", "Fail", blocking(outcome)),
        Verdict::Fail => ("❌", "Fail", reason(outcome)),
        Verdict::Incomplete => ("⚠️", "Incomplete", reason(outcome)),
    };
    let errors = outcome.problems.iter().filter(|problem| problem.health == Health::Error).count();
    let unjudged = match (outcome.verdict, u64::try_from(errors).unwrap_or(u64::MAX)) {
        (Verdict::Fail, count) if count > 0 => {
            format!(", and {} could not be judged", counted(count, "thing", "things"))
        }
        _ => String::new(),
    };
    let introduced = match outcome.policy.source {
        PolicySource::Bootstrap => " (policy introduced here)",
        _ => "",
    };
    // What nobody has verified gets no colour of a verdict.
    let (icon, said) = if view.posting.claimed == Claimed::Everything {
        ("ℹ️", format!("Reported {}", word.to_lowercase()))
    } else {
        (icon, word.to_owned())
    };
    format!("{icon} {said}: {clause}{unjudged}{introduced}")
}

fn first_reason_is(outcome: &Outcome, code: &str) -> bool {
    outcome.reasons.first().is_none_or(|reason| reason.code == code)
}

fn reason(outcome: &Outcome) -> String {
    let text = outcome.reasons.first().map_or("evidence is missing", |reason| reason.text.as_str());
    prose(text, cap::MESSAGE, Cell::Text)
}

fn blocking(outcome: &Outcome) -> String {
    let fail = outcome.counts.fail;
    let blocking = outcome.findings.iter().filter(|judged| judged.is_open() && judged.level == Level::Fail);
    let (new, old) = blocking.fold((0_u64, 0_u64), |(new, old), judged| match judged.introduced {
        Introduced::New => (new + 1, old),
        _ => (new, old + 1),
    });
    match (new, old) {
        (new, 0) if new > 0 => counted(fail, "new blocking finding", "new blocking findings"),
        (0, _) => counted(fail, "blocking finding", "blocking findings"),
        (new, _) => format!("{}, {new} of them new", counted(fail, "blocking finding", "blocking findings")),
    }
}

/// Commit, counts against the base, what the last push changed, run.
pub(super) fn commit_line(view: &View<'_>) -> String {
    let (context, counts) = (&view.outcome.context, &view.outcome.counts);
    let mut pieces = Vec::new();
    if let Some(sha) = &context.head_sha {
        let url = context.repo.as_deref().and_then(|repo| Url::commit(&context.server_url, repo, sha));
        let code = MdCode::new(short_commit(sha), cap::VERSION, Cell::Text);
        pieces.push(format!("Commit {}", linked(&code, url.as_ref())));
    }
    let bold_of = |count: u64, word: &str, bold: bool| {
        if bold { format!("**{count} {word}**") } else { format!("{count} {word}") }
    };
    let mut deltas = vec![bold_of(counts.new, "new", counts.new > 0)];
    let others = [
        (counts.newly_disclosed, "newly disclosed".to_owned(), false),
        (counts.fixed, "fixed".to_owned(), counts.new == 0),
        (counts.existing, format!("already on {}", view.base()), false),
        (counts.excepted, "accepted".to_owned(), false),
    ];
    deltas
        .extend(others.iter().filter(|(count, ..)| *count > 0).map(|(count, word, bold)| bold_of(*count, word, *bold)));
    pieces.push(deltas.join(", "));
    match view.posting.since {
        Some((0, 0)) => pieces.push("nothing changed since the last push".to_owned()),
        Some((added, gone)) => pieces.push(format!("since the last push: +{added} −{gone}")),
        None => {}
    }
    if let Some(run) = context.run_id {
        let number = view.posting.run_number.unwrap_or(run);
        let url = context.repo.as_deref().and_then(|repo| Url::run(&context.server_url, repo, run));
        pieces.push(url.map_or_else(|| format!("run {number}"), |url| format!("[run {number}]({url})")));
    }
    pieces.join(" · ") + "\n"
}

/// The only mentions there are: whom the policy of the base names, when something turns to fail.
pub(super) fn notified(view: &View<'_>) -> String {
    let named = view.posting.notify.iter().map(|name| name.trim_start_matches('@')).filter(|name| is_account(name));
    let mentions: Vec<String> = named.take(MENTIONED).map(|name| format!("@{name}")).collect();
    if mentions.is_empty() { String::new() } else { format!("For {}: the gate fails now.\n", mentions.join(", ")) }
}

/// `login` or `org/team`, in the characters GitHub allows.
fn is_account(name: &str) -> bool {
    let word = |word: &str, also: &[char]| {
        (1..=100).contains(&word.len())
            && word.starts_with(|char: char| char.is_ascii_alphanumeric())
            && word.chars().all(|char| char.is_ascii_alphanumeric() || char == '-' || also.contains(&char))
    };
    match name.split_once('/') {
        Some((organisation, team)) => word(organisation, &[]) && word(team, &['_', '.']),
        None => word(name, &['_']),
    }
}

pub(super) fn footer(view: &View<'_>) -> String {
    let outcome = view.outcome;
    let policy = &outcome.policy;
    // `<sub>` is inline: what stands in it is Markdown.
    let mut pieces = vec![match &outcome.tool.version {
        Some(own) => format!("portcullis {}", version(own)),
        None => "portcullis".to_owned(),
    }];
    let rev = policy.rev.as_deref().map(|rev| format!(" {}", MdCode::new(short_commit(rev), cap::VERSION, Cell::Text)));
    let rev = rev.unwrap_or_default();
    let change = view.change();
    pieces.push(match policy.source {
        PolicySource::Base => format!("policy{rev} from {}", view.base()),
        PolicySource::Head => format!("policy{rev} from this {change}"),
        PolicySource::Bootstrap => format!("policy{rev} from this {change}, {} has none", view.base()),
        PolicySource::Local => "policy of the work tree".to_owned(),
        PolicySource::Builtin => "built-in policy".to_owned(),
    });
    if let Some(time) = view.at() {
        pieces.push(format!("updated {} UTC", time.strftime("%Y-%m-%d %H:%M")));
    }
    if outcome.findings.iter().any(|judged| judged.is_open() && judged.level >= Level::Warn) {
        pieces.push("<code>portcullis explain RULE</code> for any rule".to_owned());
    }
    format!("<sub>{}</sub>\n", pieces.join(" · "))
}
