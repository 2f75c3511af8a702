//! Words and scores of other tools become our scale (spec/ingest.md 3).

use portcullis_model::{Confidence, Score, Severity, SeveritySource};

use crate::options::SeverityFrom;

/// How bad something is, and what says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rating {
    pub(crate) severity: Severity,
    pub(crate) source: SeveritySource,
    /// The tool's own word.
    pub(crate) original: String,
}

/// The severity a word of any tool means; `None` when it is in no table.
pub(crate) fn of_word(word: &str) -> Option<Severity> {
    let word = word.trim().to_ascii_lowercase();
    if let Ok(score) = word.parse::<f64>() {
        return band(score, "3.1");
    }
    Some(match word.as_str() {
        "critical" | "crit" | "blocker" | "emergency" | "alert" | "very-high" => Severity::Critical,
        "high" | "important" | "error" | "severe" | "major" => Severity::High,
        "medium" | "moderate" | "warning" | "warn" | "mid" => Severity::Medium,
        "low" | "minor" | "note" | "style" => Severity::Low,
        "negligible" | "info" | "informational" | "information" | "none" | "debug" | "unimportant" | "log" | "pass"
        | "optional" => Severity::Info,
        "unknown" | "undefined" | "unassigned" | "untriaged" | "not-available" | "n/a" | "" | "null" => {
            Severity::Unknown
        }
        _ => return None,
    })
}

/// How sure a tool is, in its word.
pub(crate) fn confidence_of_word(word: &str) -> Option<Confidence> {
    match word.trim().to_ascii_lowercase().as_str() {
        "very-high" | "high" | "confirmed" => Some(Confidence::High),
        "medium" => Some(Confidence::Medium),
        "low" => Some(Confidence::Low),
        _ => None,
    }
}

/// The band of a score; `None` when it is no score. `version` is that of CVSS: version 2 has no critical.
pub(crate) fn band(score: f64, version: &str) -> Option<Severity> {
    if !(0.0..=10.0).contains(&score) {
        return None;
    }
    let score = rounded(score);
    Some(if score >= 7.0 {
        if score >= 9.0 && !version.starts_with('2') { Severity::Critical } else { Severity::High }
    } else if score >= 4.0 {
        Severity::Medium
    } else if score > 0.0 || version.starts_with('2') {
        Severity::Low
    } else {
        Severity::Info
    })
}

/// To one decimal, half away from zero.
pub(crate) fn rounded(score: f64) -> f64 {
    // 8.95 is stored as 8.949999…: the nearest ten-thousandth first.
    ((score * 10_000.0).round() / 1_000.0).round() / 10.0
}

/// Decides between the tool's word and the scores of a finding. An `unknown` word rates nothing, so a score speaks before it.
pub(crate) fn rate(word: &str, scores: &[Score], from: SeverityFrom) -> Rating {
    let original = word.trim().to_owned();
    let by_word = of_word(word).unwrap_or_default();
    let by_score = best_score(scores);
    let (severity, source) = match from {
        SeverityFrom::ToolFirst if by_word != Severity::Unknown => (by_word, SeveritySource::Tool),
        SeverityFrom::ToolFirst | SeverityFrom::ScoreFirst => by_score.unwrap_or((by_word, SeveritySource::Tool)),
        SeverityFrom::Max => scores
            .iter()
            .filter_map(banded)
            .chain([(by_word, SeveritySource::Tool)])
            .reduce(|one, two| if one.0.worse(two.0) == one.0 { one } else { two })
            .unwrap_or_default(),
    };
    // Nothing stated it: neither a word nor a score.
    let source =
        if severity == Severity::Unknown && original.is_empty() { SeveritySource::PolicyDefault } else { source };
    Rating { severity, source, original }
}

fn banded(score: &Score) -> Option<(Severity, SeveritySource)> {
    let source = if score.vector.is_some() { SeveritySource::Vector } else { SeveritySource::Score };
    band(f64::from(score.score), &score.version).map(|severity| (severity, source))
}

/// The highest score of the newest generation that is there: version 4, then 3, then 2.
fn best_score(scores: &[Score]) -> Option<(Severity, SeveritySource)> {
    ["4", "3", "2"].into_iter().find_map(|generation| {
        scores
            .iter()
            .filter(|score| score.version.starts_with(generation))
            .max_by(|one, two| one.score.total_cmp(&two.score))
            .and_then(banded)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(version: &str, score: f32) -> Score {
        Score { version: version.to_owned().into(), score, ..Score::default() }
    }

    #[test]
    fn the_bands_of_version_3_begin_where_the_standard_says() {
        for (value, severity) in [
            (0.0, Severity::Info),
            (0.1, Severity::Low),
            (3.9, Severity::Low),
            (4.0, Severity::Medium),
            (6.94, Severity::Medium),
            (6.95, Severity::High),
            (8.95, Severity::Critical),
            (10.0, Severity::Critical),
        ] {
            assert_eq!(band(value, "3.1"), Some(severity), "{value}");
        }
    }

    #[test]
    fn version_2_has_no_critical() {
        assert_eq!(band(10.0, "2.0"), Some(Severity::High));
    }

    #[test]
    fn what_is_no_score_has_no_band() {
        for value in [-0.1, 10.1, f64::NAN, f64::INFINITY] {
            assert_eq!(band(value, "3.1"), None);
        }
    }

    #[test]
    fn a_word_nobody_knows_is_none_not_low() {
        assert_eq!(of_word("spicy"), None);
        assert_eq!(of_word(" HIGH "), Some(Severity::High));
        assert_eq!(of_word("9.8"), Some(Severity::Critical));
    }

    #[test]
    fn the_tools_word_goes_before_scores_and_an_unknown_word_does_not() {
        let scores = [score("3.1", 9.8), score("2.0", 5.0)];
        assert_eq!(rate("low", &scores, SeverityFrom::ToolFirst).severity, Severity::Low);
        assert_eq!(rate("UNKNOWN", &scores, SeverityFrom::ToolFirst).severity, Severity::Critical);
        assert_eq!(rate("low", &scores, SeverityFrom::ScoreFirst).severity, Severity::Critical);
    }

    #[test]
    fn a_version_4_score_goes_before_a_higher_one_of_version_3() {
        let scores = [score("3.1", 9.8), score("4.0", 5.0)];
        assert_eq!(rate("", &scores, SeverityFrom::ToolFirst).severity, Severity::Medium);
        assert_eq!(rate("", &scores, SeverityFrom::Max).severity, Severity::Critical);
    }
}
