//! Variables that look like ours and are none: a misspelt one would otherwise be silently without effect.

use portcullis_model::suggest;

use super::output;

/// Every variable the program reads besides those of the runner.
const KNOWN: [&str; 24] = [
    "PORTCULLIS_ANNOTATIONS",
    "PORTCULLIS_API_WAIT",
    "PORTCULLIS_BUNDLE",
    "PORTCULLIS_CA_BUNDLE",
    "PORTCULLIS_CHECK_RUN",
    "PORTCULLIS_COLOR",
    "PORTCULLIS_COMMENT",
    "PORTCULLIS_COMMENT_KEY",
    "PORTCULLIS_COMMENT_WHEN",
    "PORTCULLIS_EXIT_ZERO",
    "PORTCULLIS_FORMAT",
    "PORTCULLIS_JOBS",
    "PORTCULLIS_NOW",
    "PORTCULLIS_NO_PROGRESS",
    "PORTCULLIS_OFFLINE",
    "PORTCULLIS_ON_CLEAN",
    "PORTCULLIS_ON_CLOSED",
    "PORTCULLIS_REQUIRE_PUBLISH",
    "PORTCULLIS_REVIEW",
    "PORTCULLIS_SARIF_UPLOAD",
    "PORTCULLIS_SUMMARY",
    "PORTCULLIS_TIMEOUT",
    "PORTCULLIS_TOKEN",
    "PORTCULLIS_VERIFY",
];

/// Warns of each unknown `PORTCULLIS_*` variable, with the nearest known one.
pub(super) fn warn_of_unknown_variables() {
    let mut unknown: Vec<String> = super::variables()
        .into_keys()
        .filter(|name| name.starts_with("PORTCULLIS_") && !KNOWN.contains(&name.as_str()))
        .collect();
    unknown.sort();
    for name in unknown {
        let name = output::text(&name);
        let hint = suggest::nearest(&name, KNOWN, 1)
            .first()
            .map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
        output::to_stderr(&format!("warning: the variable `{name}` has no effect{hint}\n"));
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn variables(command: &clap::Command) -> Vec<String> {
        let own = command.get_arguments().filter_map(|argument| argument.get_env()?.to_str().map(str::to_owned));
        own.chain(command.get_subcommands().flat_map(variables)).collect()
    }

    #[test]
    fn every_variable_of_a_flag_is_known() {
        let all = variables(&crate::cli::Arguments::command());
        let unknown: Vec<_> = all.iter().filter(|name| !KNOWN.contains(&name.as_str())).collect();
        assert!(unknown.is_empty() && all.len() > 20, "{unknown:?}");
    }
}
