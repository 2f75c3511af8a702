//! A bug that one file provokes must not take the others with it: it becomes a problem of that file.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use portcullis_model::{Collected, Problem, ProblemCode, Section};

thread_local! {
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread will become a problem, so that nothing has to be printed about it.
pub(crate) fn are_contained() -> bool {
    CONTAINED.get()
}

/// Runs a wing on one input. A panic becomes the problem `rule_error`, which makes the verdict incomplete.
pub(super) fn contained(path: &str, section: Section, check: &str, wing: impl FnOnce() -> Collected) -> Collected {
    let outer = CONTAINED.replace(true);
    // Nothing of the wing is used after a panic: wings keep no state between inputs.
    let result = catch_unwind(AssertUnwindSafe(wing));
    CONTAINED.set(outer);
    result.unwrap_or_else(|_| Collected {
        problems: vec![
            Problem::error(
                ProblemCode::RuleError,
                format!(
                    "{check} stopped on this file because of a bug in portcullis {}; please report it with the file if you may",
                    env!("CARGO_PKG_VERSION")
                ),
            )
            .at_path(path)
            .in_section(section),
        ],
        ..Collected::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_problem_of_its_file_and_of_no_other() {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let collected = contained("a.yml", Section::Workflows, "workflows", || panic!("boom"));
        std::panic::set_hook(hook);
        assert_eq!(collected.problems.len(), 1);
        assert_eq!(collected.problems[0].code, ProblemCode::RuleError);
        assert_eq!(collected.problems[0].path.as_deref(), Some("a.yml"));
        assert!(!are_contained());
    }
}
