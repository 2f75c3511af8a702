//! Flags that set keys of the policy for one run (spec/policy.md 3.3). The environment never does.

use portcullis_model::Severity;

use super::exit::Exit;

/// Flags of every command that reads a policy.
#[derive(clap::Args, Clone, Debug, Default)]
#[group(id = "policy_flags")]
pub(super) struct Flags {
    /// Set a key of the policy for this run (repeatable): levels.medium=fail. In CI only to make the gate stricter
    #[arg(long = "set", value_name = "KEY=VALUE", global = true, value_parser = setting)]
    settings: Vec<(String, String)>,
    /// Block from this severity up: as `--set` of `levels` to `fail`. For `policy diff` the word `weaker`
    #[arg(long, value_name = "SEVERITY", global = true, value_parser = fail_on)]
    fail_on: Option<FailOn>,
}

/// What makes a command fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FailOn {
    /// Findings from this severity up.
    Severity(Severity),
    /// A policy under which something may pass that did not.
    Weaker,
}

impl Flags {
    /// Both flags as keys and values.
    pub(super) fn keys(&self) -> Result<Vec<(String, String)>, Exit> {
        let least = match self.fail_on {
            Some(FailOn::Weaker) => {
                let why =
                    "`--fail-on weaker` belongs to `policy diff`: write `info`, `low`, `medium`, `high` or `critical`";
                return Err(Exit::Usage(why.to_owned()));
            }
            Some(FailOn::Severity(least)) => Some(least),
            None => None,
        };
        let blocking = Severity::ALL
            .into_iter()
            .filter(|severity| least.is_some_and(|least| *severity != Severity::Unknown && *severity >= least));
        let levels = blocking.map(|severity| (format!("levels.{severity}"), "fail".to_owned()));
        Ok(levels.chain(self.settings.iter().cloned()).collect())
    }

    /// For a command that compares policies and sets no key of either.
    pub(super) fn fails_on_weaker(&self) -> Result<bool, Exit> {
        match (self.fail_on, self.settings.first()) {
            (Some(FailOn::Severity(_)), _) => {
                Err(Exit::Usage("`policy diff` judges nothing: write `--fail-on weaker`".to_owned()))
            }
            (_, Some((key, _))) => Err(Exit::Usage(format!(
                "`policy diff` compares what the files say: leave out `--set {}`",
                super::output::text(key)
            ))),
            (fail_on, None) => Ok(fail_on == Some(FailOn::Weaker)),
        }
    }
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write a key and a value, as in `levels.medium=fail`".to_owned()),
    }
}

fn fail_on(text: &str) -> Result<FailOn, String> {
    match text.parse() {
        _ if text == "weaker" => Ok(FailOn::Weaker),
        Ok(Severity::Unknown) | Err(()) => Err("write `info`, `low`, `medium`, `high` or `critical`".to_owned()),
        Ok(severity) => Ok(FailOn::Severity(severity)),
    }
}
