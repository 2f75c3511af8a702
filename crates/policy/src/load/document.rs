//! One file: bytes to a validated tree.

use portcullis_model::Diagnostic;
use portcullis_syntax::yaml::{self, Dialect, Limits};

use super::read::Reader;
use super::scalar::Known;
use super::source::{Source, Sources};
use super::structure;
use super::value::{Located, Value};
use crate::schema::Key;

/// Anchors, aliases and further documents are told with what to do about them, each one, instead of as a limit.
const LIMITS: Limits = Limits { documents: 64, anchors: 10_000, aliases: 10_000, ..Limits::OWN };

/// The format this program reads.
const FORMAT: i64 = 1;

/// Parses and validates a file; the tree is `None` where nothing in it can be trusted.
pub(crate) fn read(
    sources: &mut Sources,
    name: &str,
    bytes: &[u8],
    schema: &'static [Key],
    known: Known<'_>,
    told: &mut Vec<Diagnostic>,
) -> (usize, Option<Located>) {
    let file = yaml::parse(bytes, Dialect::Core, &LIMITS);
    let position = sources.push(Source { name: name.into(), file });
    let Some(source) = sources.get(position) else { return (position, None) };
    match validate(position, source, schema, known) {
        Ok((tree, errors)) => {
            told.extend(errors);
            (position, Some(tree))
        }
        Err(errors) => {
            told.extend(errors);
            (position, None)
        }
    }
}

type Validated = (Located, Vec<Diagnostic>);

fn validate(
    position: usize,
    source: &Source,
    schema: &'static [Key],
    known: Known<'_>,
) -> Result<Validated, Vec<Diagnostic>> {
    let broken = faults(source);
    if !broken.is_empty() {
        // What stands before the fault may be half a value: judging it would invent errors.
        return Err(broken);
    }
    let mut documents = source.file.documents();
    let root = documents.next().and_then(|document| document.root()).filter(|root| !root.is_null());
    let Some(root) = root else {
        let empty = Diagnostic::error("policy/yaml", "the file is empty", source.span(&(0..0)));
        return Err(vec![empty.help("begin with `version: 1`")]);
    };
    let mut errors = structure::faults(source, root);
    if let Some(second) = documents.next() {
        let place = second.root().map_or_else(|| second.span(), yaml::Node::span);
        let error = Diagnostic::error("policy/yaml", "a second document begins here", source.span(&place));
        errors.push(error.help("a policy file is one document; take the `---` out"));
    }
    let mut reader = Reader { position, source, document: schema, known, errors };
    let tree = reader.document(root);
    let errors = reader.errors;
    match too_new(source, &tree) {
        // A file for another program would be full of keys this one does not know.
        Some(error) => Err(vec![error]),
        None => Ok((tree, errors)),
    }
}

fn faults(source: &Source) -> Vec<Diagnostic> {
    source
        .file
        .faults()
        .iter()
        .map(|fault| {
            let end = source.file.text().len().min(fault.byte + 1);
            Diagnostic::error("policy/yaml", &fault.message, source.span(&(fault.byte.min(end)..end)))
        })
        .collect()
}

fn too_new(source: &Source, tree: &Located) -> Option<Diagnostic> {
    if let Some(version) = tree.at(&["version"])
        && let Value::Integer(number) = version.value
        && number != FORMAT
    {
        let message = format!("this file needs policy format {number}, this binary reads {FORMAT}");
        return Some(Diagnostic::error("policy/version", message, source.span(&version.mark.bytes)));
    }
    let wanted = tree.at(&["min_version"])?;
    let ours = env!("CARGO_PKG_VERSION");
    let newer = numbers(wanted.as_text()?) > numbers(ours);
    newer.then(|| {
        let message =
            format!("this file needs portcullis {} or later, this is {ours}", wanted.as_text().unwrap_or_default());
        Diagnostic::error("policy/version", message, source.span(&wanted.mark.bytes)).help("update portcullis")
    })
}

/// `0.4` as three numbers. What is no number has been refused already.
pub(super) fn numbers(version: &str) -> [u64; 3] {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    [(); 3].map(|()| parts.next().unwrap_or(0))
}
