//! `portcullis commits`: judges what is about to be pushed, or a range of commits.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Read as _};

use super::exit::Exit;
use super::{Global, check, output, variables};
use crate::gate::{self, Answer, Range, Since, Subject};

/// Bytes of the lines git gives a `pre-push` hook: a push of a hundred thousand references.
const LARGEST_INPUT: u64 = 64 << 20;

/// Arguments of `commits`.
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    /// Commits as for `git log`: main..HEAD, HEAD~3.., or a name for everything that led to it
    #[arg(value_name = "RANGE", required_unless_present = "pre_push", conflicts_with = "pre_push")]
    range: Option<String>,
    /// What is about to be pushed, as git tells a `pre-push` hook on standard input, or pre-commit in its variables
    #[arg(long)]
    pre_push: bool,
}

/// Judges each range and says what came of it.
pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<Exit, Exit> {
    output::validate(&global.formats)?;
    let ranges = match &arguments.range {
        Some(range) => vec![parse(range)?],
        None => pushed()?,
    };
    if ranges.is_empty() {
        output::to_stderr("nothing is pushed but deletions: nothing to judge\n");
    }
    let mut request = check::request_with_base(global, &[])?;
    let mut worst = 0;
    for range in ranges {
        request.subject = Subject::Commits(range);
        match gate::judge(&request)? {
            Answer::Judged(judged) => {
                output::warnings(&judged.warnings);
                judged.notices.iter().for_each(|notice| output::to_stderr(&format!("note: {notice}\n")));
                output::deliver(&judged.outcome, output::Around::of(&judged), global)?;
                worst = worse(worst, judged.tally.exit_code(global.exit_zero));
            }
            Answer::Idle(why) => output::to_stderr(&format!("{why}\n")),
        }
    }
    Ok(Exit::Code(worst))
}

/// Of the answers about several references the one that counts: 1 before 3 before 0.
const fn worse(one: u8, other: u8) -> u8 {
    match (one, other) {
        (1, _) | (_, 1) => 1,
        (0, other) => other,
        (one, _) => one,
    }
}

/// `A..B`, with `HEAD` for what is left out; a single name is everything that led to it.
fn parse(text: &str) -> Result<Range, Exit> {
    let or_head = |name: &str| if name.is_empty() { "HEAD".to_owned() } else { name.to_owned() };
    if text.contains("...") {
        let hint = text.replacen("...", "..", 1);
        return Err(Exit::Usage(format!(
            "`{}` names what either side has and the other has not: write `{}`",
            output::text(text),
            output::text(&hint)
        )));
    }
    Ok(match text.split_once("..") {
        Some((from, tip)) => Range { since: Since::Commit(or_head(from)), tip: or_head(tip), of_push: false },
        None => Range { since: Since::Beginning, tip: text.to_owned(), of_push: false },
    })
}

/// What pre-commit or git says is pushed.
fn pushed() -> Result<Vec<Range>, Exit> {
    let variables = variables();
    let get = |name: &str| variables.get(name).map(String::as_str).filter(|value| !value.is_empty());
    if let (Some(from), Some(tip)) = (get("PRE_COMMIT_FROM_REF"), get("PRE_COMMIT_TO_REF")) {
        return Ok(range(tip, from).into_iter().collect());
    }
    // pre-commit names no commits where none of them is on the remote, but the branch, which need not be checked out.
    if get("PRE_COMMIT").is_some() {
        let tip = get("PRE_COMMIT_LOCAL_BRANCH").unwrap_or("HEAD").to_owned();
        return Ok(vec![Range { since: Since::Remotes, tip, of_push: true }]);
    }
    let mut stdin = std::io::stdin().lock();
    if stdin.is_terminal() {
        return Err(Exit::Usage(
            "`--pre-push` reads from standard input what git tells a hook: name a range instead, as in \
             `portcullis commits origin/main..HEAD`"
                .to_owned(),
        ));
    }
    let mut lines = Vec::new();
    let read = stdin.by_ref().take(LARGEST_INPUT).read_to_end(&mut lines);
    read.map_err(|error| Exit::Usage(format!("standard input cannot be read: {error}")))?;
    // Many tags on one commit are one question.
    let mut ranges: BTreeMap<(String, String), Range> = BTreeMap::new();
    for line in String::from_utf8_lossy(&lines).lines().filter(|line| !line.trim().is_empty()) {
        let words: Vec<&str> = line.split(' ').collect();
        let [_, local, _, remote] = words.as_slice() else {
            return Err(Exit::Usage(format!(
                "`{}` is no line of a pre-push hook: it has a local name and id, a remote name and id",
                output::text(line)
            )));
        };
        if let Some(range) = range(local, remote) {
            ranges.insert(((*local).to_owned(), (*remote).to_owned()), range);
        }
    }
    Ok(ranges.into_values().collect())
}

/// What is pushed onto a state; `None` for a deletion. Zeros stand for nothing.
fn range(tip: &str, onto: &str) -> Option<Range> {
    let is_nothing = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte == b'0');
    let since = if is_nothing(onto) { Since::Remotes } else { Since::Commit(onto.to_owned()) };
    (!is_nothing(tip)).then(|| Range { since, tip: tip.to_owned(), of_push: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_git_reads_it() {
        let read = |text: &str| parse(text).map(|range| (range.since, range.tip)).unwrap();
        assert_eq!(read("main..side"), (Since::Commit("main".to_owned()), "side".to_owned()));
        assert_eq!(read("HEAD~3.."), (Since::Commit("HEAD~3".to_owned()), "HEAD".to_owned()));
        assert_eq!(read("v1"), (Since::Beginning, "v1".to_owned()));
        assert!(parse("main...side").is_err());
    }

    #[test]
    fn zeros_are_a_creation_or_a_deletion() {
        let zeros = "0".repeat(40);
        assert_eq!(range(&zeros, "12"), None);
        assert_eq!(range("12", &zeros).unwrap().since, Since::Remotes);
    }
}
