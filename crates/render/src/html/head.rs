//! The head of the file, the verdict with its reasons and counts, the way to the sections, the footer.

use portcullis_model::{Introduced, Level, Outcome, Verdict};

use super::markup::{Markup, count};
use super::words::{self, short_commit};
use super::{SCRIPT, STYLE};
use crate::escape::{Url, cap};

/// Reasons that are listed: the first things to look at, not the table again.
const REASONS: usize = 6;

pub(super) fn opening(outcome: &Outcome) -> Markup {
    let mut head = Markup::new(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src ",
    );
    head.hash(STYLE).put("; script-src ").hash(SCRIPT).put(
        "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>",
    );
    head.put(words::verdict(outcome.verdict));
    if outcome.verdict == Verdict::Fail && outcome.counts.fail > 0 {
        head.put(": ").number(outcome.counts.fail).put(" blocking");
    }
    if let Some(repo) = &outcome.context.repo {
        head.put(" in ").text(repo, cap::RULE);
    }
    head.put(" - portcullis</title>\n<style>").put(STYLE).put("</style>\n</head>\n<body>\n");
    head.put("<a class=skip href=\"#findings\">Skip to the findings</a>\n");
    head
}

pub(super) fn banner(outcome: &Outcome) -> Markup {
    let mut banner = Markup::new("<header>\n<div class=\"verdict ");
    banner.put(outcome.verdict.as_str()).put("\">\n");
    banner.add(&subject(outcome)).put("<h1><b>").put(words::verdict(outcome.verdict)).put("</b>: ");
    banner.add(&words::clause(outcome)).put("</h1>\n");
    banner.add(&reasons(outcome)).add(&facts(outcome)).put("</div>\n");
    banner.add(&counts(outcome)).add(&contents(outcome)).put("</header>\n");
    banner
}

/// `acme/shop, pull request 7`
fn subject(outcome: &Outcome) -> Markup {
    let context = &outcome.context;
    let mut subject = Markup::new("<p class=subject>portcullis");
    if let Some(repo) = &context.repo {
        subject.put(" · ").text(repo, cap::TITLE);
    }
    if let Some(number) = context.pr {
        subject.put(" · pull request ").number(number);
        subject.put(if context.fork { ", from a fork" } else { "" });
    }
    subject.put("</p>\n");
    subject
}

/// The reasons besides the one the headline says.
fn reasons(outcome: &Outcome) -> Markup {
    let mut list = Markup::default();
    // A headline that counts what blocks says the reason `blocking`; every other headline is the first reason.
    let counts_blocking = outcome.verdict == Verdict::Fail && outcome.counts.fail > 0;
    let skipped = outcome.reasons.first().is_some_and(|first| !counts_blocking || first.code == "blocking");
    let reasons = outcome.reasons.get(usize::from(skipped)..).unwrap_or_default();
    if reasons.is_empty() {
        return list;
    }
    list.put("<ul class=reasons>\n");
    for reason in reasons.iter().take(REASONS) {
        list.put("<li>").prose(&reason.text, cap::MESSAGE);
        if let Some(tool) = &reason.tool {
            list.put(" <span class=faint>").text(tool, cap::VERSION).put("</span>");
        }
        list.put("</li>\n");
    }
    let further = count(reasons.len().saturating_sub(REASONS));
    if further > 0 {
        list.put("<li>").counted(further, "further reason", "further reasons").put("</li>\n");
    }
    list.put("</ul>\n");
    list
}

fn facts(outcome: &Outcome) -> Markup {
    let context = &outcome.context;
    let mut facts = Markup::new("<dl class=facts>\n");
    let repo = context.repo.as_deref();
    if let Some(sha) = &context.head_sha {
        let url = repo.and_then(|repo| Url::commit(&context.server_url, repo, sha));
        facts.put("<dt>Commit</dt><dd>").linked(&Markup::of_code(short_commit(sha), cap::VERSION), url.as_ref());
        if let Some(base) = &context.base_sha {
            facts.put(", compared with ").code(short_commit(base), cap::VERSION);
            if let Some(branch) = &context.base_ref {
                facts.put(" on ").code(branch, cap::RULE);
            }
        }
        facts.put("</dd>\n");
    }
    facts.put("<dt>Policy</dt><dd>").add(&words::policy(&outcome.policy));
    if let Some(digest) = outcome.policy.digest.get(..12) {
        facts.put(" <span class=faint>(digest ").code(digest, cap::VERSION).put(")</span>");
    }
    facts.put("</dd>\n");
    if let Some(run) = context.run_id {
        let url = repo.and_then(|repo| Url::run(&context.server_url, repo, run));
        let mut label = Markup::default();
        label.number(run);
        facts.put("<dt>Run</dt><dd>").linked(&label, url.as_ref());
        if let Some(event) = &context.event {
            facts.put(" (").text(event, cap::VERSION).put(")");
        }
        facts.put("</dd>\n");
    }
    if let Some(time) = outcome.generated_at {
        let time = time.strftime("%Y-%m-%d %H:%M").to_string();
        facts.put("<dt>Judged</dt><dd>").text(&time, cap::VERSION).put(" UTC</dd>\n");
    }
    facts.put("</dl>\n");
    facts
}

fn counts(outcome: &Outcome) -> Markup {
    let counts = &outcome.counts;
    let always = [(counts.fail, "Blocking", "fail"), (counts.warn, "Warnings", "warn"), (counts.log, "Logged", "log")];
    let others = [
        (counts.new, "New", "delta"),
        (counts.newly_disclosed, "Newly disclosed", "delta"),
        (counts.existing, "On the base", "delta"),
        (counts.fixed, "Fixed", "delta"),
        (counts.excepted, "Accepted", "out"),
        (counts.suppressed, "Suppressed", "out"),
        (counts.excluded, "Excluded paths", "out"),
        (counts.off, "Off", "out"),
    ];
    let mut tiles = Markup::new("<dl class=counts aria-label=\"Findings, counted\">\n");
    for (number, word, class) in always.into_iter().chain(others.into_iter().filter(|(number, ..)| *number > 0)) {
        let class = if number == 0 { "none" } else { class };
        tiles.put("<div class=").put(class).put("><dt>").put(word).put("</dt><dd>").number(number).put("</dd></div>\n");
    }
    tiles.put("</dl>\n");
    tiles
}

fn contents(outcome: &Outcome) -> Markup {
    let open = |level: Level| {
        let findings = outcome.findings.iter().filter(|judged| judged.introduced != Introduced::Fixed);
        count(findings.filter(|judged| judged.is_open() && judged.level == level).count())
    };
    let taken_out =
        outcome.findings.iter().filter(|judged| !judged.is_open() && judged.introduced != Introduced::Fixed);
    let entries = [
        ("<a href=\"#problems\">Problems</a>", count(outcome.problems.len())),
        ("<a href=\"#checks\">Checks</a>", count(outcome.tools.len())),
        ("<a href=\"#fail\">Blocking</a>", open(Level::Fail)),
        ("<a href=\"#warn\">Warnings</a>", open(Level::Warn)),
        ("<a href=\"#log\">Logged</a>", open(Level::Log)),
        ("<a href=\"#out\">Accepted and suppressed</a>", count(taken_out.count())),
        ("<a href=\"#exceptions\">Exceptions</a>", count(outcome.exceptions.len())),
        ("<a href=\"#reports\">Reports</a>", count(outcome.reports.len())),
        ("<a href=\"#tests\">Tests</a>", count(outcome.test_suites.len())),
        ("<a href=\"#metrics\">Metrics</a>", count(outcome.metrics.len())),
        ("<a href=\"#limits\">Limits</a>", count(outcome.limits.len())),
    ];
    if entries.iter().all(|(_, number)| *number == 0) {
        return Markup::default();
    }
    let mut list = Markup::new("<nav class=contents aria-label=\"Sections\"><ul>\n");
    for (link, number) in entries.into_iter().filter(|(_, number)| *number > 0) {
        list.put("<li>").put(link).put(" <span class=faint>").number(number).put("</span></li>\n");
    }
    list.put("</ul></nav>\n");
    list
}

pub(super) fn footer(outcome: &Outcome) -> Markup {
    let mut footer = Markup::new("<footer><p>portcullis");
    if let Some(version) = &outcome.tool.version {
        footer.put(" ").text(version, cap::VERSION);
    }
    footer.put(" · <code>portcullis explain RULE</code> prints the page of any rule</p></footer>\n");
    footer
}
