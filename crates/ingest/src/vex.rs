//! What the readers of VEX documents have in common (spec/ingest.md 11): the five labels and the ids of a statement.

use std::collections::BTreeSet;

use crate::advisory::Names;

/// The label of the VEX minimum requirements a word of OpenVEX, CSAF, SPDX or CycloneDX means. A word of CycloneDX that
/// means none of the five is kept as it is: it is a reason all the same.
pub(crate) fn justification(word: &str) -> Option<String> {
    let word = word.trim();
    let label = match word {
        "" => return None,
        "component_not_present" | "componentNotPresent" => "component_not_present",
        "vulnerable_code_not_present" | "vulnerableCodeNotPresent" | "code_not_present" => "vulnerable_code_not_present",
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
        other => return Some(portcullis_model::text::bounded(other, 100)),
    };
    Some(label.to_owned())
}

/// Every id of a weakness.
pub(crate) fn ids(names: &Names) -> BTreeSet<String> {
    std::iter::once(&names.id).chain(&names.aliases).filter(|id| !id.is_empty()).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
