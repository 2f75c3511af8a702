//! The check run: a page of its own beside the job, with marks on the lines of the commit (spec/github-ux.md 7.1).

use portcullis_model::{Context, Judged, Level, Limit, Outcome, Verdict};
use portcullis_render::escape::{PlainText, cap, clean};
use portcullis_render::{Claimed, ranked};

use crate::api::{
    Annotation, AnnotationLevel, ApiError, CheckRunAnswer, CheckRunBody, CheckRunOutput, CheckRunState, CheckRunUpdate,
    Conclusion, GitHub,
};

/// Annotations of one request.
const BATCH: usize = 50;
/// Annotations of a check run.
const ANNOTATIONS: usize = 1_000;
/// Characters of a title.
const TITLE: usize = 255;
/// Bytes of the summary, and of the text.
const TEXT: usize = 65_535;

/// What the caller says about the check run.
#[derive(Clone, Copy, Debug)]
pub struct CheckRunText<'a> {
    /// The name in the list of checks.
    pub name: &'a str,
    /// The head of the pull request.
    pub head_sha: &'a str,
    /// The page of the run.
    pub details_url: Option<&'a str>,
    /// See [`external_id`].
    pub external_id: &'a str,
    /// The headline, as plain text.
    pub title: &'a str,
    /// Markdown.
    pub summary: &'a str,
    /// More Markdown; left out whole where it is too long.
    pub text: Option<&'a str>,
    /// Nobody is to be stopped: the policy only reports, or `--exit-zero` stands.
    pub report_only: bool,
    /// What of the outcome nobody has verified.
    pub claimed: Claimed,
}

/// The requests of a check run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRunPlan {
    /// The first, with the first annotations.
    pub create: CheckRunBody,
    /// The others: GitHub adds their annotations to those it has.
    pub updates: Vec<CheckRunUpdate>,
    /// What was left out.
    pub limits: Vec<Limit>,
}

/// What became of a check run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRunDelivery {
    /// The check run as it was created.
    pub answer: CheckRunAnswer,
    /// Annotations it got.
    pub annotations: usize,
    /// Why it did not get the others.
    pub stopped: Option<ApiError>,
}

/// What tells the check run of this run from others of the same name.
pub fn external_id(run: u64, attempt: u64, key: &str) -> String {
    format!("portcullis:{run}:{attempt}:{key}")
}

/// What a check run says of a verdict.
pub fn conclusion(verdict: Verdict, report_only: bool) -> Conclusion {
    match verdict {
        Verdict::Pass | Verdict::Warn => Conclusion::Success,
        Verdict::Fail if report_only => Conclusion::Neutral,
        Verdict::Fail => Conclusion::Failure,
        Verdict::Incomplete => Conclusion::ActionRequired,
    }
}

/// The requests for this outcome.
pub fn plan(outcome: &Outcome, said: &CheckRunText<'_>) -> CheckRunPlan {
    let mut limits = Vec::new();
    let title = clean(said.title, TITLE);
    let summary = within(said.summary, &mut limits);
    let text = said.text.filter(|text| {
        let fits = text.len() <= TEXT;
        if !fits {
            limits.push(Limit { what: "check-run-text".to_owned(), kept: 0, dropped: 1 });
        }
        fits
    });
    let all = annotations(outcome, said.claimed);
    let kept = all.len().min(ANNOTATIONS);
    if all.len() > kept {
        let dropped = count(all.len() - kept);
        limits.push(Limit { what: "check-run-annotations".to_owned(), kept: count(kept), dropped });
    }
    let all: Vec<_> = all.into_iter().take(kept).collect();
    let mut batches = all.chunks(BATCH);
    let output = |text: Option<&str>, annotations: &[Annotation]| CheckRunOutput {
        title: title.clone(),
        summary: summary.clone(),
        text: text.map(str::to_owned),
        annotations: annotations.to_vec(),
    };
    let create = CheckRunBody {
        name: said.name.to_owned(),
        head_sha: said.head_sha.to_owned(),
        status: CheckRunState::Completed,
        conclusion: conclusion(outcome.verdict, said.report_only),
        details_url: said.details_url.map(str::to_owned),
        external_id: said.external_id.to_owned(),
        output: output(text, batches.next().unwrap_or_default()),
    };
    // What an update leaves out stays as it is, but for the text, which GitHub takes away.
    let updates = batches.map(|batch| CheckRunUpdate { output: output(text, batch) }).collect();
    CheckRunPlan { create, updates, limits }
}

/// Creates the check run and gives it its annotations. An error means that there is none.
pub fn publish(github: &dyn GitHub, plan: &CheckRunPlan) -> Result<CheckRunDelivery, ApiError> {
    let CheckRunBody { head_sha, name, external_id, .. } = &plan.create;
    let look = || {
        let there = github.check_runs(head_sha, name)?.items;
        Ok(there.into_iter().find(|run| run.external_id.as_ref() == Some(external_id)))
    };
    let answer = github.create_check_run(&plan.create, &look)?;
    let mut annotations = plan.create.output.annotations.len();
    for update in &plan.updates {
        let after = annotations + update.output.annotations.len();
        let look = || {
            let run = github.check_run(answer.id)?;
            Ok(run.annotations().is_some_and(|there| there >= count(after)).then_some(run))
        };
        if let Err(error) = github.update_check_run(answer.id, update, &look) {
            return Ok(CheckRunDelivery { answer, annotations, stopped: Some(error) });
        }
        annotations = after;
    }
    Ok(CheckRunDelivery { answer, annotations, stopped: None })
}

/// A mark for every open finding on a file of the repository, the first to look at first.
fn annotations(outcome: &Outcome, claimed: Claimed) -> Vec<Annotation> {
    let open = ranked(outcome.findings.iter().filter(|judged| judged.is_open()));
    open.into_iter().filter_map(|judged| annotation(judged, &outcome.context, claimed)).collect()
}

fn annotation(judged: &Judged, context: &Context, claimed: Claimed) -> Option<Annotation> {
    let annotation_level = match judged.level {
        Level::Fail => AnnotationLevel::Failure,
        Level::Warn => AnnotationLevel::Warning,
        Level::Log => AnnotationLevel::Notice,
        Level::Off => return None,
    };
    let finding = &judged.finding;
    let location = finding.primary().filter(|location| !location.outside_repo && !location.path.is_empty())?;
    let path = Some(context.path_in_repository(&location.path)).filter(|path| is_file_of_repository(path))?;
    let start_line = location.start_line.filter(|line| *line > 0).unwrap_or(1);
    let end_line = location.end_line.filter(|end| *end >= start_line).unwrap_or(start_line);
    let one_line = location.start_line.is_some() && start_line == end_line;
    let start_column = location.start_col.filter(|column| one_line && *column > 0);
    let end_column = start_column.map(|start| location.end_col.filter(|end| *end >= start).unwrap_or(start));
    let headline = if finding.title.trim().is_empty() { &finding.message } else { &finding.title };
    let message = if finding.message.contains(headline.as_str()) {
        finding.message.clone()
    } else {
        format!("{headline}\n{}", finding.message)
    };
    let id = PlainText::new(&finding.id, cap::RULE);
    let unverified = if claimed.holds(finding) { ", unverified" } else { "" };
    let message = Some(PlainText::lines(&message, cap::MESSAGE)).filter(|message| !message.is_empty());
    let details = finding.remediation.as_deref().map(|text| PlainText::lines(text, cap::MESSAGE));
    Some(Annotation {
        path,
        start_line,
        end_line,
        start_column,
        end_column,
        annotation_level,
        // GitHub refuses an empty message, and with it all the others.
        message: message.unwrap_or_else(|| id.clone()).to_string(),
        title: clean(&format!("{id} ({}{unverified})", judged.severity), TITLE),
        raw_details: details.filter(|details| !details.is_empty()).map(|details| details.to_string()),
    })
}

/// One bad path makes GitHub refuse fifty annotations.
fn is_file_of_repository(path: &str) -> bool {
    !path.split(['/', '\\']).any(|part| matches!(part, "" | "." | "..")) && clean(path, cap::FILE) == path
}

/// The summary, cut at the end of a line where it is too long.
fn within(summary: &str, limits: &mut Vec<Limit>) -> String {
    if summary.len() <= TEXT {
        return summary.to_owned();
    }
    let mut kept = String::new();
    let mut lines = summary.split_inclusive('\n');
    let mut dropped = 0;
    for line in lines.by_ref() {
        if kept.len() + line.len() > TEXT {
            dropped = 1;
            break;
        }
        kept.push_str(line);
    }
    let dropped = dropped + count(lines.count());
    limits.push(Limit { what: "check-run-summary".to_owned(), kept: count(kept.lines().count()), dropped });
    // A summary of one endless line: GitHub wants some summary.
    if kept.trim().is_empty() { "The summary is too long to be shown here.".to_owned() } else { kept }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
