//! The rows about what is said on GitHub. None of them steers a verdict.

use super::table::{names, text};
use super::{Initial, Key, Strict};
use Initial::Unset;

pub(super) const GITHUB: &[Key] = &[
    names(
        "notify",
        Unset,
        Strict::Neutral,
        "Logins and `org/team` names, mentioned once when the verdict turns to `fail`.",
    ),
    text("comment_author", Unset, "Login whose marked comment is ours; without it whose the token is."),
    names("link_hosts", Unset, Strict::Neutral, "Hosts that comments may link to, besides the known ones."),
];
