//! SPDX 2 as tag-value: `Tag: value` lines, texts of several lines in `<text>…</text>`, a block per package.

use portcullis_model::text::bounded;

use super::{Document, Item, Relationship};
use crate::draft::Draft;
use crate::json::Text;

/// What the lines that follow are about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Document,
    Package,
    /// A file, snippet, licence or annotation.
    Other,
}

pub(super) fn read(text: &str, draft: &mut Draft<'_>) {
    let mut document = Document::default();
    let mut block = Block::Document;
    let mut rest = text;
    let mut line_number = 0_u64;
    let mut is_whole = true;
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        rest = after;
        line_number += 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((tag, value)) = line.split_once(':') else {
            is_whole = false;
            draft.dropped(&format!("line {line_number}"), &format!("`{}` is no `Tag: value`", bounded(line, 60)));
            continue;
        };
        let value = value.trim();
        let value = match value.strip_prefix("<text>") {
            None => value,
            Some(begun) if begun.contains("</text>") => begun.split("</text>").next().unwrap_or_default(),
            // The text goes on: nothing that is read has several lines.
            Some(begun) => {
                if let Some((inner, after)) = rest.split_once("</text>") {
                    line_number += inner.matches('\n').count() as u64;
                    rest = after;
                } else {
                    draft.broken(text, &crate::json::Break::Truncated { byte: text.len() });
                    is_whole = false;
                    rest = "";
                }
                begun
            }
        };
        block = take(tag.trim(), value.trim(), block, &mut document);
    }
    super::translate(&document, is_whole, draft);
}

/// Takes one tag; gives back what the next one is about.
fn take<'a>(tag: &str, value: &'a str, block: Block, document: &mut Document<'a>) -> Block {
    let text = || Text::from(value);
    match tag {
        "PackageName" => {
            document.packages.push(Item { name: text(), ..Item::default() });
            return Block::Package;
        }
        "FileName" | "LicenseID" | "Annotator" | "Reviewer" => return Block::Other,
        "SnippetSPDXID" | "SnippetSPDXIdentifier" => {
            document.others.insert(value.to_owned());
            return Block::Other;
        }
        "SPDXID" if block == Block::Other => _ = document.others.insert(value.to_owned()),
        "SPDXVersion" => document.version = text(),
        "DocumentName" => document.name = text(),
        "DocumentNamespace" => document.namespace = text(),
        "Created" => document.created = text(),
        "Creator" => document.creators.push(value.to_owned()),
        "Relationship" => document.relationships.extend(relationship(value)),
        _ => {
            if let Some(item) = document.packages.last_mut().filter(|_| block == Block::Package) {
                in_package(tag, value, item);
            }
        }
    }
    block
}

fn relationship(value: &str) -> Option<Relationship<'_>> {
    let mut words = value.split_whitespace();
    let (from, kind, to) = (words.next()?, words.next()?, words.next()?);
    Some(Relationship { from: Text::from(from), kind: Text::from(kind), to: Text::from(to) })
}

fn in_package<'a>(tag: &str, value: &'a str, item: &mut Item<'a>) {
    let text = match tag {
        "SPDXID" => &mut item.id,
        "PackageVersion" => &mut item.version,
        "PackageSupplier" => &mut item.supplier,
        "PackageOriginator" => &mut item.originator,
        "PackageDownloadLocation" => &mut item.download,
        "PackageLicenseDeclared" => &mut item.declared,
        "PackageLicenseConcluded" => &mut item.concluded,
        "PrimaryPackagePurpose" => &mut item.purpose,
        "ValidUntilDate" => &mut item.valid_until,
        "PackageChecksum" => {
            let sum = value.split_once(':');
            item.checksums.extend(sum.map(|(name, digits)| (Text::from(name.trim()), Text::from(digits.trim()))));
            return;
        }
        "ExternalRef" => {
            let mut words = value.split_whitespace().skip(1);
            if let (Some(kind), Some(locator)) = (words.next(), words.next()) {
                item.references.push((Text::from(kind), Text::from(locator)));
            }
            return;
        }
        _ => return,
    };
    *text = Text::from(value);
}
