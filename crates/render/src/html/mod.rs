//! The report as one HTML file: what is forwarded, archived and printed (spec/github-ux.md 18.1).
//!
//! Everything can be read without the script, which only filters and sorts the rows that are there. It reads them from the
//! table, so no second copy of the data stands in the file: it would take half of the 5 MiB. Nothing is loaded from
//! anywhere; the Content-Security-Policy allows this style and this script by their hashes, and nothing else.

mod alert;
mod finding;
mod findings;
mod head;
mod markup;
mod measured;
mod sections;
mod table;
mod words;

#[cfg(test)]
mod tests;

use jiff::civil::Date;
use portcullis_model::{Health, Limit, Outcome};

use self::markup::Markup;
use self::table::Cuts;

/// A page and what had to be left out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Html {
    /// The whole file.
    pub text: String,
    /// Every table that was cut short.
    pub limits: Vec<Limit>,
}

/// A page stays under this many bytes.
const MOST_BYTES: usize = 5 << 20;
/// Bytes that head, limits and footer take at most.
const FRAME_BYTES: usize = 320 << 10;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The page. `today` is the day from which the days of exceptions and due findings are counted; `link_hosts` may be linked to
/// besides the known hosts (`github.link_hosts`).
pub fn html(outcome: &Outcome, today: Date, link_hosts: &[String]) -> Html {
    let mut cuts = Cuts::default();
    let (before, after) = around(outcome, today, &mut cuts);
    let room = MOST_BYTES.saturating_sub(FRAME_BYTES + before.len() + after.len());
    let findings = findings::section(outcome, (today, link_hosts), room, &mut cuts);
    let mut page = head::opening(outcome);
    page.add(&head::banner(outcome)).put("<main>\n").add(&before).add(&findings).add(&after);
    // The limits the run itself has noted; those of this page stand at the tables they concern.
    page.add(&sections::limits(outcome)).put("</main>\n").add(&head::footer(outcome));
    page.put("<script>").put(SCRIPT).put("</script>\n</body>\n</html>\n");
    Html { text: page.finish(), limits: cuts.limits }
}

/// What stands before and after the findings. What could not be judged comes first where it decides.
fn around(outcome: &Outcome, today: Date, cuts: &mut Cuts) -> (Markup, Markup) {
    let (mut before, mut after) = (alert::gate_files(outcome, cuts), Markup::default());
    let problems = sections::problems(outcome, cuts);
    let decides = outcome.problems.iter().any(|problem| problem.health == Health::Error);
    if decides { &mut before } else { &mut after }.add(&problems);
    before.add(&sections::checks(outcome, cuts));
    after.add(&sections::exceptions(outcome, today, cuts));
    after.add(&sections::reports(outcome, cuts));
    after.add(&measured::tests(outcome, cuts)).add(&measured::metrics(outcome, cuts));
    (before, after)
}
