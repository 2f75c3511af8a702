//! The text of a hook: POSIX sh, for every git that ever comes along.

/// The line by which we know our own hooks; the number changes with what `uninstall` has to know of them.
const MARK: &str = "# portcullis hook v1";
/// Stands in a hook that calls another one first.
const CHAIN: &str = "# chained: ";

/// When git calls the hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    PreCommit,
    PrePush,
}

/// What a hook does where there is no `portcullis`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absence {
    /// Says so and lets pass.
    IsTold,
    /// Stops the commit.
    Refuses,
}

impl Event {
    pub(super) const ALL: [Self; 2] = [Self::PreCommit, Self::PrePush];

    /// The name of the file git looks for.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PrePush => "pre-push",
        }
    }

    /// What is run.
    pub(super) const fn command(self) -> &'static str {
        match self {
            Self::PreCommit => "portcullis staged",
            Self::PrePush => "portcullis commits --pre-push",
        }
    }
}

/// Whether a hook was written here.
pub(super) fn is_ours(content: &str) -> bool {
    content.lines().take(2).any(|line| line.starts_with("# portcullis hook v"))
}

/// Whether a hook of ours calls another one.
pub(super) fn is_chained(content: &str) -> bool {
    content.lines().any(|line| line.starts_with(CHAIN))
}

/// The whole file.
pub(super) fn hook(event: Event, is_chained: bool, absence: Absence) -> String {
    let (name, command) = (event.name(), event.command());
    let chain = match (is_chained, event) {
        (false, _) => String::new(),
        (true, Event::PreCommit) => format!(
            "{CHAIN}{name}.local\n\
             if [ -x \"$0.local\" ]; then\n    \"$0.local\" \"$@\" || exit $?\nfi\n"
        ),
        // Both read what git says on standard input.
        (true, Event::PrePush) => format!(
            "{CHAIN}{name}.local\n\
             pushed=$(cat)\n\
             if [ -x \"$0.local\" ]; then\n    \
                 printf '%s\\n' \"$pushed\" | \"$0.local\" \"$@\" || exit $?\nfi\n"
        ),
    };
    let (what, code) = match absence {
        Absence::IsTold => ("nothing was checked", 0),
        Absence::Refuses => ("nothing can be checked", 1),
    };
    let run = match (is_chained, event) {
        (true, Event::PrePush) => format!("printf '%s\\n' \"$pushed\" | {command}"),
        _ => format!("exec {command}"),
    };
    format!(
        "#!/bin/sh\n\
         {MARK}\n\
         # Written by `portcullis hook install`; `portcullis hook uninstall` takes it away again.\n\
         {chain}\
         if ! command -v portcullis >/dev/null 2>&1; then\n    \
             echo 'portcullis is not on the PATH: {what}' >&2\n    \
             exit {code}\n\
         fi\n\
         {run}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_knows_itself_and_whether_it_calls_another() {
        for event in Event::ALL {
            for chained in [true, false] {
                let text = hook(event, chained, Absence::IsTold);
                assert!(is_ours(&text) && is_chained(&text) == chained, "{text}");
            }
        }
        assert!(!is_ours("#!/bin/sh\n# not the\n# portcullis hook v1\n"));
    }

    #[test]
    fn the_hook_before_a_push_hands_its_input_to_both() {
        insta::assert_snapshot!(hook(Event::PrePush, true, Absence::Refuses), @r#"
        #!/bin/sh
        # portcullis hook v1
        # Written by `portcullis hook install`; `portcullis hook uninstall` takes it away again.
        # chained: pre-push.local
        pushed=$(cat)
        if [ -x "$0.local" ]; then
            printf '%s\n' "$pushed" | "$0.local" "$@" || exit $?
        fi
        if ! command -v portcullis >/dev/null 2>&1; then
            echo 'portcullis is not on the PATH: nothing can be checked' >&2
            exit 1
        fi
        printf '%s\n' "$pushed" | portcullis commits --pre-push
        "#);
    }
}
