//! `on:`: which events start a workflow and who can cause them (spec/workflows.md 3.3).

use portcullis_syntax::yaml::Node;

/// The events of a workflow.
#[derive(Clone, Debug, Default)]
pub(crate) struct Triggers<'a> {
    events: Vec<(&'a str, Node<'a>)>,
    /// Any event could stand behind a run: an action, a called workflow, an `on:` that could not be read.
    open: bool,
}

/// Who can start a run, and with what rights it then runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TriggerClass {
    /// Outsiders; it runs with the token and the secrets of the repository.
    ExternalPrivileged,
    /// Outsiders; read-only token, no secrets.
    ExternalRestricted,
    /// People with write access, or nobody.
    Internal,
}

impl<'a> Triggers<'a> {
    /// From the value of `on:`.
    pub(crate) fn read(on: Option<Node<'a>>) -> Self {
        let Some(on) = on else { return Self::open() };
        let events: Vec<_> = if on.is_map() {
            on.entries().filter_map(|entry| Some((entry.key_str()?, entry.value))).collect()
        } else if on.is_seq() {
            on.items().filter_map(|item| Some((item.value()?, item))).collect()
        } else {
            on.value().map(|event| (event, on)).into_iter().collect()
        };
        let open = events.is_empty() || events.iter().any(|(event, _)| *event == "workflow_call");
        Self { events, open }
    }

    /// Nothing is known about who starts it.
    pub(crate) fn open() -> Self {
        Self { events: Vec::new(), open: true }
    }

    /// Whether any event could stand behind a run.
    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    /// Names of the events, in the order of the file.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.events.iter().map(|(event, _)| *event)
    }

    pub(crate) fn has(&self, event: &str) -> bool {
        self.names().any(|name| name == event)
    }

    /// What an event is configured with.
    pub(crate) fn get(&self, event: &str) -> Option<Node<'a>> {
        self.events.iter().find(|(name, _)| *name == event).map(|(_, node)| *node)
    }
}

impl TriggerClass {
    pub(crate) fn of(event: &str) -> Self {
        match event {
            "pull_request_target"
            | "workflow_run"
            | "issue_comment"
            | "issues"
            | "discussion"
            | "discussion_comment"
            | "fork"
            | "watch"
            | "gollum" => Self::ExternalPrivileged,
            "pull_request" | "pull_request_review" | "pull_request_review_comment" => Self::ExternalRestricted,
            _ => Self::Internal,
        }
    }
}
