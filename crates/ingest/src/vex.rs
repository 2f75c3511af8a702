//! What the readers of VEX documents have in common (spec/ingest.md 11): the five labels and the ids of a statement.

use std::collections::BTreeSet;

use portcullis_model::VexProduct;
use portcullis_model::text::bounded;

use crate::advisory::Names;

/// The label of the VEX minimum requirements a word of OpenVEX, CSAF, SPDX or CycloneDX means. A word of CycloneDX that
/// means none of the five is kept as it is: it is a reason all the same.
pub(crate) fn justification(word: &str) -> Option<String> {
    let word = word.trim();
    let label = match word {
        "" => return None,
        "component_not_present" | "componentNotPresent" => "component_not_present",
        "vulnerable_code_not_present" | "vulnerableCodeNotPresent" | "code_not_present" => {
            "vulnerable_code_not_present"
        }
        "vulnerable_code_not_in_execute_path" | "vulnerableCodeNotInExecutePath" | "code_not_reachable" => {
            "vulnerable_code_not_in_execute_path"
        }
        "vulnerable_code_cannot_be_controlled_by_adversary"
        | "vulnerableCodeCannotBeControlledByAdversary"
        | "requires_configuration"
        | "requires_dependency"
        | "requires_environment" => "vulnerable_code_cannot_be_controlled_by_adversary",
        "inline_mitigations_already_exist"
        | "inlineMitigationsAlreadyExist"
        | "protected_by_compiler"
        | "protected_at_runtime"
        | "protected_at_perimeter"
        | "protected_by_mitigating_control" => "inline_mitigations_already_exist",
        other => return Some(bounded(other, 100)),
    };
    Some(label.to_owned())
}

/// The lines of a document, for items met in its order: linear over all of them.
pub(crate) struct Lines<'a> {
    text: &'a str,
    byte: usize,
    line: u32,
}

impl<'a> Lines<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self { text, byte: 0, line: 1 }
    }

    /// The line in which a piece of the document begins; none for a text that is no piece of it.
    pub(crate) fn at(&mut self, piece: &str) -> Option<u32> {
        let byte = (piece.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        let between = self.text.as_bytes().get(self.byte..byte)?;
        self.line = self.line.saturating_add(u32::try_from(memchr::memchr_iter(b'\n', between).count()).ok()?);
        self.byte = byte;
        Some(self.line)
    }
}

/// A product named by one text: a package URL, a CPE, or something else's id.
pub(crate) fn product(text: &str) -> VexProduct {
    let text = bounded(text, 2_000);
    match text.get(..4) {
        Some("pkg:") => VexProduct { purl: Some(text), ..VexProduct::default() },
        Some("cpe:") => VexProduct { cpe: Some(text), ..VexProduct::default() },
        _ => VexProduct { bom_ref: Some(text), ..VexProduct::default() },
    }
}

/// Every id of a weakness.
pub(crate) fn ids(names: &Names) -> BTreeSet<String> {
    std::iter::once(&names.id).chain(&names.aliases).filter(|id| !id.is_empty()).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_a_piece_is_that_of_its_first_byte() {
        let text = "{\n a\n\n b}";
        let mut lines = Lines::of(text);
        assert_eq!((lines.at(&text[3..4]), lines.at(&text[7..8])), (Some(2), Some(4)));
        assert_eq!(lines.at(&text[..1]), None, "items come in the order of the document");
    }

    #[test]
    fn the_words_of_cyclonedx_mean_the_five_labels() {
        for (word, label) in [
            ("code_not_present", "vulnerable_code_not_present"),
            ("code_not_reachable", "vulnerable_code_not_in_execute_path"),
            ("requires_environment", "vulnerable_code_cannot_be_controlled_by_adversary"),
            ("protected_at_perimeter", "inline_mitigations_already_exist"),
            ("component_not_present", "component_not_present"),
        ] {
            assert_eq!(justification(word).as_deref(), Some(label), "{word}");
        }
        assert_eq!(justification(" "), None);
    }
}
