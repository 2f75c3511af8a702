//! The findings by level, in as much detail as there is room for.

use jiff::civil::Date;
use portcullis_model::{Introduced, Judged, Level, Outcome};

use super::finding::{Detail, Row};
use super::markup::{Markup, count};
use super::table::Cuts;
use crate::escape::LinkHosts;
use crate::ranking::ranked;

/// Findings that are shown (spec/github-ux.md 18.1).
const MOST: usize = 20_000;
/// Headings, captions and controls around the rows.
const AROUND: usize = 16 << 10;

/// One table.
struct Group<'a> {
    opening: &'static str,
    /// For the account of what is missing.
    what: &'static str,
    findings: Vec<&'a Judged>,
}

/// Every finding is shown in short before the first is shown in full; what does not fit in short is counted.
pub(super) fn section(
    outcome: &Outcome,
    (today, link_hosts): (Date, &[String]),
    room: usize,
    cuts: &mut Cuts,
) -> Markup {
    let hosts = LinkHosts::new(&outcome.context.server_url, link_hosts.iter().map(String::as_str));
    let row = |judged| Row { judged, outcome, hosts: &hosts, today };
    let groups = groups(outcome);
    let all = groups.iter().flat_map(|group| group.findings.iter().copied());
    let mut left = room.saturating_sub(AROUND);
    let mut short: Vec<usize> = Vec::new();
    for judged in all.clone().take(MOST) {
        let length = row(judged).markup(Detail::Short).len();
        if length > left {
            break;
        }
        left -= length;
        short.push(length);
    }
    let mut detail = Detail::Full;
    let mut in_full = 0;
    let mut rows = all.zip(&short).map(|(judged, length)| {
        let mut shown = row(judged).markup(detail);
        while shown.len() > left + length && detail != Detail::Short {
            detail = detail.less();
            shown = row(judged).markup(detail);
        }
        left = (left + length).saturating_sub(shown.len());
        in_full += usize::from(detail == Detail::Full);
        shown
    });
    let mut section = opening(outcome);
    for group in &groups {
        section.add(&group.markup(&mut rows, cuts));
    }
    drop(rows);
    if in_full < short.len() {
        section.add(&cuts.note("details of findings", in_full, short.len()));
    }
    section.put("</section>\n");
    section
}

impl Group<'_> {
    fn markup(&self, rows: &mut impl Iterator<Item = Markup>, cuts: &mut Cuts) -> Markup {
        let mut markup = Markup::default();
        if self.findings.is_empty() {
            return markup;
        }
        markup.put(self.opening).put(" <small>").number(count(self.findings.len())).put("</small></h3>\n");
        let (mut body, mut kept) = (Markup::default(), 0);
        for row in rows.take(self.findings.len()) {
            body.add(&row);
            kept += 1;
        }
        if kept > 0 {
            markup.put("<table class=findings><caption>").put(self.what).put("</caption>");
            markup.put("<thead><tr><th scope=col>Severity<th scope=col>Finding<th scope=col>Where");
            markup.put("<th scope=col>What to do</thead>\n<tbody>\n").add(&body).put("</tbody></table>\n");
        }
        markup.add(&cuts.note(self.what, kept, self.findings.len())).put("</section>\n");
        markup
    }
}

fn opening(outcome: &Outcome) -> Markup {
    let mut opening = Markup::new("<section id=findings aria-labelledby=findings-title tabindex=-1>\n");
    opening.put("<h2 id=findings-title>Findings</h2>\n");
    match outcome.findings.len() {
        0 => opening.put("<p>None. What was looked at stands under Checks.</p>\n"),
        // A single finding is not worth a search.
        1 => &mut opening,
        _ => opening.put(CONTROLS),
    };
    opening
}

const CONTROLS: &str = "<div id=controls class=controls role=search aria-label=\"Filter the findings\" hidden>\n\
    <label>Filter <input id=search type=search autocomplete=off spellcheck=false placeholder=\"rule, path, package, word\"></label>\n\
    <fieldset><legend>Severity</legend>\n\
    <label><input type=checkbox value=critical checked> critical</label>\n\
    <label><input type=checkbox value=high checked> high</label>\n\
    <label><input type=checkbox value=medium checked> medium</label>\n\
    <label><input type=checkbox value=low checked> low</label>\n\
    <label><input type=checkbox value=info checked> info</label>\n\
    <label><input type=checkbox value=unknown checked> unknown</label>\n</fieldset>\n\
    <label><input id=only-new type=checkbox> only new</label>\n\
    <output id=shown aria-live=polite></output>\n</div>\n";

fn groups(outcome: &Outcome) -> [Group<'_>; 6] {
    let is_fixed = |judged: &Judged| judged.introduced == Introduced::Fixed;
    let some = |filter: &dyn Fn(&Judged) -> bool| ranked(outcome.findings.iter().filter(|judged| filter(judged)));
    let at = |level: Level| some(&|judged| judged.is_open() && judged.level == level && !is_fixed(judged));
    [
        Group {
            opening: "<section id=fail aria-labelledby=fail-title>\n<h3 id=fail-title>Blocking",
            what: "blocking findings",
            findings: at(Level::Fail),
        },
        Group {
            opening: "<section id=warn aria-labelledby=warn-title>\n<h3 id=warn-title>Warnings",
            what: "warnings",
            findings: at(Level::Warn),
        },
        Group {
            opening: "<section id=log aria-labelledby=log-title>\n<h3 id=log-title>Logged",
            what: "logged findings",
            findings: at(Level::Log),
        },
        Group {
            opening: "<section id=out aria-labelledby=out-title>\n<h3 id=out-title>Accepted and suppressed",
            what: "findings that were taken out",
            findings: some(&|judged| !judged.is_open() && !is_fixed(judged)),
        },
        Group {
            opening: "<section id=off aria-labelledby=off-title>\n<h3 id=off-title>Off: counted, not judged",
            what: "findings at off",
            findings: at(Level::Off),
        },
        Group {
            opening: "<section id=fixed aria-labelledby=fixed-title>\n<h3 id=fixed-title>Fixed by this change",
            what: "fixed findings",
            findings: some(&is_fixed),
        },
    ]
}
