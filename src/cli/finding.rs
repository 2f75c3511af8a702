//! The findings a person names on the command line: by fingerprint, by any id, or by a place.

use std::path::PathBuf;

use portcullis_model::{Judged, Location, Outcome, advisory};
use portcullis_policy::Policy;

use super::exit::Exit;
use super::{Global, check, output};
use crate::gate::{self, Answer};

/// Where findings are looked up.
#[derive(clap::Args, Debug)]
pub(super) struct Where {
    /// Look in the result of an earlier run (`check -f json=FILE`) instead of judging again
    #[arg(long, value_name = "FILE")]
    pub(super) result: Option<PathBuf>,
    /// A report besides those of the policy, as for `check` (repeatable)
    #[arg(long = "report", value_name = "[FORMAT=]PATH", conflicts_with = "result")]
    reports: Vec<String>,
}

/// An outcome, and the policy it was judged by where it was judged just now.
pub(super) struct Looked {
    pub(super) outcome: Outcome,
    pub(super) policy: Option<Policy>,
}

impl Where {
    /// Reads the result, or judges the repository.
    pub(super) fn look(&self, global: &Global) -> Result<Looked, Exit> {
        let request = check::request_with_base(global, &self.reports)?;
        if let Some(file) = &self.result {
            return Ok(Looked { outcome: gate::result(&request.directory.join(file), file)?, policy: None });
        }
        match gate::judge(&request)? {
            Answer::Judged(judged) => {
                output::warnings(&judged.warnings);
                Ok(Looked { outcome: judged.outcome, policy: judged.policy })
            }
            Answer::Idle(why) => Err(Exit::Usage(why.to_owned())),
        }
    }
}

/// What a person may call a finding.
pub(super) enum Name<'a> {
    Place(&'a str, u32),
    /// Fingerprint, rule, advisory under any of its names, or `tool:ID`.
    Id(&'a str),
}

impl<'a> Name<'a> {
    pub(super) fn parse(text: &'a str) -> Self {
        let place = text.rsplit_once(':').and_then(|(path, line)| Some((path, line.parse().ok()?)));
        match place {
            // `trivy:12` may be anything, a file is a file.
            Some((path, line)) if path.contains(['/', '.']) => {
                Self::Place(path.strip_prefix("./").unwrap_or(path), line)
            }
            _ => Self::Id(text),
        }
    }

    /// The findings it names, in the order of the outcome.
    pub(super) fn find<'o>(&self, outcome: &'o Outcome) -> Vec<&'o Judged> {
        outcome.findings.iter().filter(|judged| self.is(judged)).collect()
    }

    fn is(&self, judged: &Judged) -> bool {
        let finding = &judged.finding;
        match self {
            Self::Place(path, line) => {
                finding.locations.iter().any(|place| place.path == *path && covers(place, *line))
            }
            Self::Id(id) => {
                let canonical = advisory::spelling(id);
                let of_tool = |(tool, rule): (&str, &str)| {
                    finding.sources.iter().any(|source| source.tool == tool) && finding.all_ids().any(|id| id == rule)
                };
                finding.fingerprint == *id
                    || finding.all_ids().any(|known| known == *id || known == canonical)
                    || id.split_once(':').is_some_and(of_tool)
            }
        }
    }
}

fn covers(place: &Location, line: u32) -> bool {
    let Some(first) = place.start_line else { return false };
    (first..=place.end_line.unwrap_or(first).max(first)).contains(&line)
}
