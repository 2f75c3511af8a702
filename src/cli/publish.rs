//! `portcullis publish`: posts what the run of another job has reported, without running anything of it.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use portcullis_render::Delivery;

use super::exit::{self, Exit};
use super::publishing::{self, Flags, Switch};
use super::{Global, actions, check, output};
use crate::gate::{self, BundleAnswer, BundleSource, BundleTold, BundleTrust, Publishing};

/// Arguments of `publish`.
#[derive(clap::Args, Debug)]
#[command(group = clap::ArgGroup::new("source").required(true).args(["bundle_directory", "from_run"]))]
pub(super) struct Arguments {
    /// The bundle, as `check --bundle DIR` wrote it
    #[arg(value_name = "BUNDLE_DIR")]
    bundle_directory: Option<PathBuf>,
    /// Download the artifact `portcullis-bundle` of this run
    #[arg(long, value_name = "ID")]
    from_run: Option<u64>,
    /// Evaluate the built-in checks again: on the files of the head, which are fetched as git objects and neither checked out nor run, by the policy of the base. What reports say stays marked as unverified
    #[arg(long, env = "PORTCULLIS_VERIFY", value_parser = FalseyValueParser::new())]
    verify: bool,
    /// A check run on the commit, with a token that may write checks; only with --verify
    #[arg(long, value_enum, value_name = "MODE", default_value_t, env = "PORTCULLIS_CHECK_RUN")]
    check_run: Switch,
    /// What a scanner said about the base commit (repeatable): trivy=base/trivy.json, where the name is that of a report of the bundle or of its tool; what is new of what the bundle tells is found out with it. Only with --verify
    #[arg(long = "baseline-report", value_name = "[TOOL=]PATH")]
    baseline_reports: Vec<String>,
    #[command(flatten)]
    publishing: Flags,
}

/// Posts the bundle. The exit code says whether that worked, not what the bundle claims.
pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<Exit, Exit> {
    let mut request = check::request(global, &[], &[])?;
    request.baseline_reports = check::reports_of_base(&arguments.baseline_reports);
    let source = match (&arguments.bundle_directory, arguments.from_run) {
        (Some(directory), _) => BundleSource::Directory(directory.clone()),
        (None, Some(run)) => BundleSource::Run(run),
        (None, None) => return Err(Exit::Usage("name the directory of a bundle, or a run".to_owned())),
    };
    if arguments.check_run == Switch::On && !arguments.verify {
        let why = "`--check-run on` needs `--verify`: a check run says what this repository's code has found";
        return Err(Exit::Usage(why.to_owned()));
    }
    if !arguments.baseline_reports.is_empty() && !arguments.verify {
        let why = "`--baseline-report` needs `--verify`: what is new follows from the policy and the files of the base";
        return Err(Exit::Usage(why.to_owned()));
    }
    let trust = if arguments.verify { BundleTrust::OwnChecks } else { BundleTrust::Nothing };
    let publishing = Publishing {
        check_run: arguments.check_run == Switch::On,
        exit_zero: global.exit_zero,
        verbose: global.verbose > 0,
        ..arguments.publishing.publishing()
    };
    let undelivered = if arguments.publishing.require_publish { exit::UNDELIVERED } else { 0 };
    match gate::publish(&request, &source, &publishing, trust)? {
        BundleAnswer::Told(all) => told(&all, undelivered, global),
        BundleAnswer::Nobody(why) => {
            output::to_stderr(&format!("{why}\n"));
            Ok(Exit::Code(0))
        }
        BundleAnswer::Unreachable(notices) => {
            publishing::told(&notices, global)?;
            Ok(Exit::Code(undelivered))
        }
        BundleAnswer::Unusable(why) => {
            output::to_stderr(&format!("incomplete: {why}; nothing was published\n"));
            Ok(Exit::Code(exit::INCOMPLETE))
        }
    }
}

/// Says what became of each pull request.
fn told(all: &[BundleTold], undelivered: u8, global: &Global) -> Result<Exit, Exit> {
    let mut code = 0;
    for BundleTold { number, published, unverified, .. } in all {
        publishing::told(&published.notices, global)?;
        if let Some(why) = unverified {
            output::to_stderr(&format!("incomplete: pull request {number} is not verified: {why}\n"));
            code = exit::INCOMPLETE;
        }
        let action = published.comment.as_ref().map_or("skipped", |comment| comment.action.as_str());
        output::to_stderr(&format!("pull request {number}: comment {action}\n"));
        if published.undelivered && code == 0 {
            code = undelivered;
        }
    }
    // The outputs have room for one of them: that with the worst verdict. What nobody has verified is no verdict.
    let worst = gate::worst(all);
    if let Some(one) = all.get(worst.unwrap_or_default()).filter(|_| output::is_workflow_log()) {
        let delivery = Delivery {
            exit_code: code,
            values: publishing::values(&one.published),
            delivered: one.published.delivered.clone(),
            ..Delivery::default()
        };
        actions::outputs(one.verified.as_ref().filter(|_| worst.is_some()).map(|one| &one.outcome), &delivery);
    }
    Ok(Exit::Code(code))
}
