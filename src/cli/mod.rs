//! Flags in, gate called, output out: one file per command.

mod actions;
mod check;
mod commits;
mod completions;
mod environment;
mod exception;
mod exit;
mod explain;
mod finding;
mod fix;
mod hook;
mod init;
mod output;
mod policy;
mod publish;
mod publishing;
mod report;
mod settings;
mod staged;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use exit::Exit;

/// The stack of every thread that judges: documents of the permitted depth must never exhaust it, in a debug build either.
const STACK_BYTES: usize = 64 << 20;

/// One verdict in front of the merge button: reads what scanners found, finds secrets, checks workflows, manifests and
/// alert rules, and holds all of it against the policy of the repository.
#[derive(Debug, Parser)]
#[command(name = "portcullis", version, propagate_version = true, disable_help_subcommand = true)]
#[command(after_help = "Exit codes: 0 pass, 1 fail, 2 usage or policy error, 3 incomplete, 4 undelivered, 70 bug.")]
struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Flags of every command.
#[derive(Args, Clone, Debug)]
struct Global {
    /// Start in this directory; where it holds a policy file it is the root of what is judged
    #[arg(short = 'C', long, value_name = "DIR", global = true)]
    directory: Option<PathBuf>,
    /// Read the policy from this file of the repository
    #[arg(long, value_name = "FILE", global = true)]
    policy: Option<String>,
    /// Read the files that steer the gate from this commit. In a pull request the base commit, or an earlier one that is not looser
    #[arg(long, value_name = "REV", global = true)]
    policy_ref: Option<String>,
    #[command(flatten)]
    settings: settings::Flags,
    /// Output format, with a file to write it to (repeatable): human, short, json, jsonl, sarif, junit, csv, html, markdown, github, baseline; as in `-f sarif=out.sarif`
    #[arg(
        short,
        long = "format",
        value_name = "FORMAT[=FILE]",
        global = true,
        env = "PORTCULLIS_FORMAT",
        value_delimiter = ','
    )]
    formats: Vec<output::Sink>,
    /// Only blocking findings and the verdict; twice: nothing but the exit code
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    quiet: u8,
    /// Also findings at level log, and every step of each decision
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    verbose: u8,
    /// Colours in the terminal report
    #[arg(long, value_enum, default_value_t = output::ColorChoice::Auto, value_name = "WHEN", global = true, env = "PORTCULLIS_COLOR")]
    color: output::ColorChoice,
    /// Never show progress
    #[arg(long, global = true, env = "PORTCULLIS_NO_PROGRESS", value_parser = clap::builder::FalseyValueParser::new())]
    no_progress: bool,
    /// Number of threads; 0 means one per processor
    #[arg(short, long, default_value_t = 0, value_name = "N", global = true, env = "PORTCULLIS_JOBS")]
    jobs: usize,
    /// Judge as if this were the current day: 2026-12-01, or a time in RFC 3339
    #[arg(long, value_name = "DATE", global = true, env = "PORTCULLIS_NOW", value_parser = check::now)]
    now: Option<jiff::Timestamp>,
    /// Never reach the network: no server is asked, a base commit that is not in the clone is not fetched
    #[arg(long, global = true, env = "PORTCULLIS_OFFLINE", value_parser = clap::builder::FalseyValueParser::new())]
    offline: bool,
    /// Exit with 0 where the verdict is fail; 2, 3 and 70 stay
    #[arg(long, global = true, env = "PORTCULLIS_EXIT_ZERO", value_parser = clap::builder::FalseyValueParser::new())]
    exit_zero: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read reports, run the checks, give the verdict
    Check(check::Arguments),
    /// Render a stored result again
    Report(report::Arguments),
    /// Post what another job has reported about a pull request, also one of a fork
    Publish(publish::Arguments),
    /// Judge what is about to be committed: the index alone, without network. Made for hooks
    Staged(staged::Arguments),
    /// Look for secrets in the lines commits added, and judge the last of them
    Commits(commits::Arguments),
    /// Print the page of a rule, or why a finding has its level
    Explain(explain::Arguments),
    /// Accept findings for a while, and clean up behind them
    #[command(subcommand)]
    Exception(exception::Command),
    /// Work on the policy
    #[command(subcommand)]
    Policy(policy::Command),
    /// Look at this repository, and write a policy and what belongs to it. Nothing that is there is overwritten
    Init(init::Arguments),
    /// Put `portcullis staged` into the hooks of this repository, or take it out
    #[command(subcommand)]
    Hook(hook::Command),
    /// Print the completions of a shell
    Completions(completions::Arguments),
    /// Print the manual page, or write one for each command
    Man(completions::ManArguments),
}

/// Reads the arguments, runs the command, and says how it went.
pub(crate) fn run() -> ExitCode {
    exit::report_panics_briefly();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return exit::of_clap(&error),
    };
    environment::warn_of_unknown_variables();
    // What is staged is mostly nothing, and then no thread is needed: that command starts them itself.
    if !matches!(arguments.command, Command::Staged(_))
        && let Err(exit) = start_threads(arguments.global.jobs)
    {
        return exit.report();
    }
    // The main thread of the process has whatever stack the shell allows it; ours is known.
    let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || dispatch(&arguments));
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(exit)) => exit.report(),
        Ok(Err(_)) => ExitCode::from(exit::BUG),
        Err(error) => Exit::Bug(format!("no thread could be started: {error}")).report(),
    }
}

/// Starts the threads that judge; 0 means one per processor. Once per process, before anything runs on them.
fn start_threads(jobs: usize) -> Result<(), Exit> {
    let threads = rayon::ThreadPoolBuilder::new().num_threads(jobs).stack_size(STACK_BYTES);
    threads.build_global().map_err(|error| Exit::Bug(format!("threads could not be started: {error}")))
}

fn dispatch(arguments: &Arguments) -> Exit {
    let result = match &arguments.command {
        Command::Check(command) => check::run(&arguments.global, command),
        Command::Report(command) => report::run(&arguments.global, command),
        Command::Publish(command) => publish::run(&arguments.global, command),
        Command::Explain(command) => explain::run(&arguments.global, command),
        Command::Exception(command) => exception::run(&arguments.global, command),
        Command::Policy(command) => policy::run(&arguments.global, command),
        Command::Staged(command) => staged::run(&arguments.global, command),
        Command::Commits(command) => commits::run(&arguments.global, command),
        Command::Init(command) => init::run(&arguments.global, command),
        Command::Hook(command) => hook::run(&arguments.global, command),
        Command::Completions(command) => completions::run(command),
        Command::Man(command) => completions::man(&arguments.global, command),
    };
    result.unwrap_or_else(Exit::from)
}

/// Every variable of the process as text; the gate gets it as an argument.
fn variables() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
        .collect()
}
