//! Tables and folded sections, and the account of what they leave out.

use portcullis_model::{Limit, Outcome};

use crate::escape::{MdCode, MdLink, Url};

/// What was left out, and where the rest is.
pub(super) struct Cuts {
    pub(super) limits: Vec<Limit>,
    elsewhere: String,
}

impl Cuts {
    pub(super) fn new(outcome: &Outcome) -> Self {
        let context = &outcome.context;
        let run = context.run_id.zip(context.repo.as_deref());
        let url = run.and_then(|(run, repo)| Url::run(&context.server_url, repo, run));
        let elsewhere = match url {
            Some(url) => format!("the [job summary]({url}) and the result file have the rest"),
            None => "the result file has the rest".to_owned(),
        };
        Self { limits: Vec::new(), elsewhere }
    }

    /// The line under a list that shows `kept` of `all`, and its entry; empty where nothing is missing.
    pub(super) fn note(&mut self, what: &'static str, kept: usize, all: usize) -> String {
        let dropped = all.saturating_sub(kept);
        if dropped == 0 {
            return String::new();
        }
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        self.limits.push(Limit { what: format!("Markdown: {what}"), kept: count(kept), dropped: count(dropped) });
        format!("\n{dropped} more not shown here: {}.\n", self.elsewhere)
    }
}

/// A table of at most `most` rows, with the line about the others.
pub(super) fn table(
    header: &'static str,
    rows: impl ExactSizeIterator<Item = String>,
    most: usize,
    what: &'static str,
    cuts: &mut Cuts,
) -> String {
    let all = rows.len();
    if all == 0 || most == 0 {
        return if all == 0 { String::new() } else { cuts.note(what, 0, all) };
    }
    let mut table = header.to_owned();
    table.extend(rows.take(most));
    table + &cuts.note(what, all.min(most), all)
}

/// A section that stands folded in a comment and open in a summary. The title is our own words and numbers.
pub(super) fn section(title: &str, content: &str, folded: bool) -> String {
    let content = content.trim_start_matches('\n');
    if folded {
        format!("<details><summary>{title}</summary>\n\n{content}\n</details>\n")
    } else {
        format!("#### {title}\n\n{content}")
    }
}

/// A code span that may be a link.
pub(super) fn linked(code: &MdCode, url: Option<&Url>) -> String {
    match url {
        Some(url) => MdLink::to(code, url).to_string(),
        None => code.to_string(),
    }
}
