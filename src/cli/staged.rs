//! `portcullis staged`: judges what is about to be committed.

use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use jiff::SignedDuration;

use super::exit::{self, Exit};
use super::{Global, STACK_BYTES, check, output, start_threads};
use crate::gate::{self, Answer, Planned, Request, Subject};

/// Arguments of `staged`.
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    /// Give up after this time: 10s, 500ms, 2m; 0 waits as long as it takes
    #[arg(long, value_name = "TIME", default_value = "10s", env = "PORTCULLIS_TIMEOUT", value_parser = duration)]
    timeout: Duration,
}

/// Reads a time: a number of seconds, or a number with its unit.
fn duration(text: &str) -> Result<Duration, String> {
    let seconds = || text.parse().ok().map(Duration::from_secs);
    let with_unit = || text.parse::<SignedDuration>().ok().and_then(|duration| Duration::try_from(duration).ok());
    seconds().or_else(with_unit).ok_or_else(|| "write a time as `10s`, `500ms` or `2m`".to_owned())
}

/// Judges the index and says what came of it.
pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<Exit, Exit> {
    output::validate(&global.formats)?;
    let mut request = check::request(global, &[], &[])?;
    request.subject = Subject::Index;
    let in_pre_commit = request.environment.get("PRE_COMMIT").is_some_and(|value| !value.is_empty());
    match within(arguments.timeout, request, global.jobs)? {
        Answer::Judged(judged) => {
            output::warnings(&judged.warnings);
            if in_pre_commit && global.formats.is_empty() {
                output::brief(&judged, global)?;
            } else {
                output::deliver(&judged.outcome, output::Around::of(&judged), global)?;
            }
            Ok(Exit::Code(judged.tally.exit_code(global.exit_zero)))
        }
        Answer::Idle(why) => {
            if global.quiet == 0 {
                output::to_stderr(&format!("{why}\n"));
            }
            Ok(Exit::Code(0))
        }
    }
}

/// The answer, unless it takes too long: a commit waits for nobody.
fn within(timeout: Duration, request: Request, jobs: usize) -> Result<Answer, Exit> {
    if timeout.is_zero() {
        return judge(&request, jobs);
    }
    let (sender, receiver) = sync_channel(1);
    let judging = move || {
        // Where nobody waits any longer, nobody needs the answer.
        let _ = sender.send(judge(&request, jobs));
    };
    if let Err(error) = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(judging) {
        return Err(Exit::Bug(format!("no thread could be started: {error}")));
    }
    match receiver.recv_timeout(timeout) {
        Ok(answer) => answer,
        Err(RecvTimeoutError::Timeout) => {
            let shown = SignedDuration::try_from(timeout).map_or_else(|_| String::new(), |time| format!("{time:#}"));
            output::to_stderr(&format!(
                "incomplete: what is staged could not be judged within {shown}\n\
                 commit without it: SKIP=portcullis git commit (pre-commit), git commit --no-verify (any hook)\n\
                 wait longer: portcullis staged --timeout 60s, or PORTCULLIS_TIMEOUT=60s\n"
            ));
            Err(Exit::Code(exit::INCOMPLETE))
        }
        // The panic has been reported where it happened.
        Err(RecvTimeoutError::Disconnected) => Err(Exit::Code(exit::BUG)),
    }
}

/// Judges what is staged, on this number of threads.
fn judge(request: &Request, jobs: usize) -> Result<Answer, Exit> {
    match gate::plan(request)? {
        Planned::Idle(why) => Ok(Answer::Idle(why)),
        Planned::Run(plan) => {
            start_threads(jobs)?;
            Ok(gate::judge_planned(request, &plan)?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit_or_counts_seconds() {
        assert_eq!(duration("10"), Ok(Duration::from_secs(10)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Ok(Duration::from_mins(2)));
        assert!(duration("-1s").is_err() && duration("soon").is_err());
    }
}
