//! The headline, the line about the commit, the alert about gate files, the footer.

use portcullis_model::{Health, Introduced, Level, Outcome, PolicySource, Verdict};

use super::table::linked;
use super::words::{counted, prose, short_commit};
use crate::escape::{Cell, MdCode, MdProse, Url, cap};

/// Gate files named one by one.
const NAMED: usize = 10;

pub(super) fn headline(outcome: &Outcome) -> String {
    format!("### {}\n", verdict_line(outcome))
}

/// Icon, verdict, one clause.
pub(super) fn verdict_line(outcome: &Outcome) -> String {
    let counts = &outcome.counts;
    let (word, clause) = match outcome.verdict {
        Verdict::Pass if counts.existing > 0 => ("✅ Pass", "nothing new blocks".to_owned()),
        Verdict::Pass => ("✅ Pass", "nothing blocks".to_owned()),
        // The counts say more than the first reason, unless it is another one: report-only, a limit of warnings.
        Verdict::Warn if first_reason_is(outcome, "warnings") => {
            ("🟡 Warn", format!("nothing blocks, {}", counted(counts.warn, "warning", "warnings")))
        }
        Verdict::Warn => ("🟡 Warn", reason(outcome)),
        Verdict::Fail if counts.fail > 0 => ("❌ Fail", blocking(outcome)),
        Verdict::Fail => ("❌ Fail", reason(outcome)),
        Verdict::Incomplete => ("⚠️ Incomplete", reason(outcome)),
    };
    let errors = outcome.problems.iter().filter(|problem| problem.health == Health::Error).count();
    let unjudged = match (outcome.verdict, u64::try_from(errors).unwrap_or(u64::MAX)) {
        (Verdict::Fail, count) if count > 0 => {
            format!(", and {} could not be judged", counted(count, "thing", "things"))
        }
        _ => String::new(),
    };
    format!("{word}: {clause}{unjudged}")
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

/// Commit, counts against the base, run.
pub(super) fn commit_line(outcome: &Outcome) -> String {
    let (context, counts) = (&outcome.context, &outcome.counts);
    let mut pieces = Vec::new();
    if let Some(sha) = &context.head_sha {
        let url = context.repo.as_deref().and_then(|repo| Url::commit(&context.server_url, repo, sha));
        let code = MdCode::new(short_commit(sha), cap::VERSION, Cell::Text);
        pieces.push(format!("Commit {}", linked(&code, url.as_ref())));
    }
    let mut deltas = vec![match counts.new {
        0 => "0 new".to_owned(),
        new => format!("**{new} new**"),
    }];
    let others = [
        (counts.newly_disclosed, "newly disclosed"),
        (counts.fixed, "fixed"),
        (counts.existing, "already on the base"),
        (counts.excepted, "accepted"),
    ];
    deltas.extend(others.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")));
    pieces.push(deltas.join(", "));
    if let Some(run) = context.run_id {
        let url = context.repo.as_deref().and_then(|repo| Url::run(&context.server_url, repo, run));
        pieces.push(url.map_or_else(|| format!("run {run}"), |url| format!("[run {run}]({url})")));
    }
    pieces.join(" · ") + "\n"
}

/// A pull request cannot weaken its own gate, and reviewers should see that it tried.
pub(super) fn gate_files(outcome: &Outcome) -> String {
    let policy = &outcome.policy;
    if policy.changed_in_pr.is_empty() {
        return String::new();
    }
    let mut named: Vec<String> = (policy.changed_in_pr.iter().take(NAMED))
        .map(|path| MdCode::new(path, cap::PATH, Cell::Text).to_string())
        .collect();
    if policy.changed_in_pr.len() > NAMED {
        named.push(format!("{} more", policy.changed_in_pr.len() - NAMED));
    }
    let at =
        policy.rev.as_deref().map(|rev| format!(" ({})", MdCode::new(short_commit(rev), cap::VERSION, Cell::Text)));
    let at = at.unwrap_or_default();
    let which = match policy.source {
        PolicySource::Base => {
            format!("The verdict uses the copies on the base{at}; these changes count once they are merged.")
        }
        PolicySource::Head => "The verdict uses the changed copies, as the policy on the base allows.".to_owned(),
        PolicySource::Bootstrap => "The base has no gate files yet: the verdict uses these.".to_owned(),
        PolicySource::Local => "The verdict uses the copies in the work tree.".to_owned(),
        PolicySource::Builtin => "The verdict uses the built-in policy.".to_owned(),
    };
    format!("> [!WARNING]\n> This change edits files that steer the gate: {}. {which}\n", named.join(", "))
}

pub(super) fn footer(outcome: &Outcome) -> String {
    let policy = &outcome.policy;
    // `<sub>` is inline: what stands in it is Markdown.
    let mut pieces = vec![match &outcome.tool.version {
        Some(version) => format!("portcullis {}", MdProse::new(version, cap::VERSION)),
        None => "portcullis".to_owned(),
    }];
    let rev = policy.rev.as_deref().map(|rev| format!(" {}", MdCode::new(short_commit(rev), cap::VERSION, Cell::Text)));
    let rev = rev.unwrap_or_default();
    pieces.push(match policy.source {
        PolicySource::Base => format!("policy{rev} from the base"),
        PolicySource::Head => format!("policy{rev} from this change"),
        PolicySource::Bootstrap => format!("policy{rev} from this change, the base has none"),
        PolicySource::Local => "policy of the work tree".to_owned(),
        PolicySource::Builtin => "built-in policy".to_owned(),
    });
    if let Some(time) = outcome.generated_at {
        pieces.push(format!("updated {} UTC", time.strftime("%Y-%m-%d %H:%M")));
    }
    pieces.push("<code>portcullis explain RULE</code> for any rule".to_owned());
    format!("<sub>{}</sub>\n", pieces.join(" · "))
}
