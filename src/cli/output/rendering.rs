//! One outcome, in the format that was asked for.

use portcullis_model::Outcome;
use portcullis_render::{COMMENT_BYTES, JsonForm, Markdown, Posting, Terminal};

use super::Format;
use crate::cli::exit::Exit;
use crate::gate::{Judged, Written};

/// What a run knows besides its outcome. A stored result is a text of somebody: it chooses no hosts to link to.
#[derive(Clone, Copy)]
pub(in crate::cli) struct Around<'a> {
    /// What a baseline written of it carries on.
    pub(in crate::cli) written: &'a Written,
    /// `github.link_hosts`
    pub(in crate::cli) link_hosts: &'a [String],
}

impl<'a> Around<'a> {
    /// Of a run that has judged.
    pub(in crate::cli) fn of(judged: &'a Judged) -> Self {
        Self { written: &judged.written, link_hosts: judged.link_hosts() }
    }
}

/// The outcome in one format.
pub(super) fn render(
    outcome: &Outcome,
    around: Around<'_>,
    format: Format,
    terminal: &Terminal,
    today: jiff::civil::Date,
) -> Result<Vec<u8>, Exit> {
    match format {
        Format::Human => Ok(portcullis_render::human(outcome, terminal).into_bytes()),
        Format::Short => Ok(portcullis_render::short(outcome, terminal).into_bytes()),
        Format::Json => portcullis_render::json(outcome, JsonForm::Pretty).map_err(not_json),
        Format::JsonLines => portcullis_render::jsonl(outcome).map_err(not_json),
        Format::Sarif => Ok(portcullis_render::sarif(outcome).map_err(not_json)?.bytes),
        Format::Junit => Ok(portcullis_render::junit(outcome).into_bytes()),
        Format::Csv => Ok(portcullis_render::csv(outcome).into_bytes()),
        Format::Html => Ok(portcullis_render::html(outcome, today, around.link_hosts).text.into_bytes()),
        Format::Markdown => Ok(markdown(outcome, around.link_hosts).text.into_bytes()),
        Format::Github => Ok(portcullis_render::annotations(outcome).into_bytes()),
        Format::Cyclonedx | Format::Openvex => Err(Exit::Usage("VEX is written by `exception export`".to_owned())),
        Format::Baseline => {
            portcullis_render::baseline(&around.written.of(outcome).map_err(Exit::Usage)?).map_err(not_json)
        }
    }
}

pub(super) fn markdown(outcome: &Outcome, link_hosts: &[String]) -> Markdown {
    portcullis_render::markdown(outcome, &Posting { link_hosts, ..Posting::default() }, COMMENT_BYTES)
}

#[allow(clippy::needless_pass_by_value, reason = "the signature `map_err` asks for")]
pub(super) fn not_json(error: serde_json::Error) -> Exit {
    Exit::Bug(format!("the result cannot be written as JSON: {error}"))
}
