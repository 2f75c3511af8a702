//! The event a run belongs to and the conversation with GitHub.
