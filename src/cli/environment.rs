//! Variables that look like ours and are none: a misspelt one would otherwise be silently without effect.

use portcullis_model::suggest;

use super::output;

/// Every variable the program reads besides those of the runner.
const KNOWN: [&str; 9] = [
    "PORTCULLIS_ANNOTATIONS",
    "PORTCULLIS_COLOR",
    "PORTCULLIS_EXIT_ZERO",
    "PORTCULLIS_FORMAT",
    "PORTCULLIS_JOBS",
    "PORTCULLIS_NOW",
    "PORTCULLIS_OFFLINE",
    "PORTCULLIS_SUMMARY",
    "PORTCULLIS_TIMEOUT",
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
