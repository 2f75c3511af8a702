//! What reports say of the severity of one finding, where they lie far apart (spec/ingest.md 15).

use std::collections::BTreeMap;

use portcullis_model::{Finding, Severity};

/// So many steps apart two ratings are worth a look.
const FAR: u8 = 2;

/// Who says what, where two known severities lie two steps apart or more.
pub(super) fn disagreement(finding: &Finding) -> Option<String> {
    let mut said: BTreeMap<&str, Severity> = BTreeMap::new();
    for source in &finding.sources {
        if let Some(severity) = source.severity.filter(|severity| *severity != Severity::Unknown) {
            let of_tool = said.entry(&source.tool).or_insert(severity);
            *of_tool = of_tool.worse(severity);
        }
    }
    let far = |one: &Severity| said.values().any(|two| one.steps_to(*two).is_some_and(|steps| steps >= FAR));
    said.values().any(far).then(|| {
        let words: Vec<String> = said.iter().map(|(tool, severity)| format!("{tool} {severity}")).collect();
        format!("the reports disagree about the severity: {}; ingest.merge_severity decides", words.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use portcullis_model::Source;

    use super::*;

    fn said(ratings: &[(&str, Option<Severity>)]) -> Option<String> {
        let source = |(tool, severity): &(&str, Option<Severity>)| Source {
            tool: (*tool).to_owned(),
            severity: *severity,
            ..Source::default()
        };
        disagreement(&Finding { sources: ratings.iter().map(source).collect(), ..Finding::default() })
    }

    #[test]
    fn ratings_two_steps_apart_are_named_and_one_step_is_usual() {
        let (low, medium, high) = (Some(Severity::Low), Some(Severity::Medium), Some(Severity::High));
        assert_eq!(
            said(&[("trivy", high), ("grype", low)]).as_deref(),
            Some("the reports disagree about the severity: grype low, trivy high; ingest.merge_severity decides")
        );
        assert_eq!(said(&[("trivy", high), ("grype", medium)]), None);
        assert_eq!(said(&[("trivy", high), ("npm", Some(Severity::Unknown))]), None);
        assert_eq!(said(&[("trivy", None), ("grype", None)]), None);
    }
}
