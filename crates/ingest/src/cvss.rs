//! CVSS vectors (spec/ingest.md 3.1). The `cvss` crate scores; what a vector must hold is checked here first, because the
//! crate gives an incomplete vector the score of a harmless one.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use portcullis_model::Score;

use crate::severity::rounded;

/// One version of the standard: which metrics a vector must hold, each once, in the order the crate wants them.
struct Version {
    name: &'static str,
    mandatory: &'static [&'static str],
    /// Threat, temporal, environmental, supplemental: kept in the vector, not scored.
    others: &'static [&'static str],
}

const VERSION_2: Version = Version {
    name: "2.0",
    mandatory: &["AV", "AC", "Au", "C", "I", "A"],
    others: &["E", "RL", "RC", "CDP", "TD", "CR", "IR", "AR"],
};

const VERSION_3: [&str; 8] = ["AV", "AC", "PR", "UI", "S", "C", "I", "A"];
const VERSION_3_OTHERS: [&str; 14] =
    ["E", "RL", "RC", "CR", "IR", "AR", "MAV", "MAC", "MPR", "MUI", "MS", "MC", "MI", "MA"];
const VERSION_30: Version = Version { name: "3.0", mandatory: &VERSION_3, others: &VERSION_3_OTHERS };
const VERSION_31: Version = Version { name: "3.1", mandatory: &VERSION_3, others: &VERSION_3_OTHERS };

const VERSION_40: Version = Version {
    name: "4.0",
    mandatory: &["AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"],
    others: &[
        "E", "CR", "IR", "AR", "MAV", "MAC", "MAT", "MPR", "MUI", "MVC", "MVI", "MVA", "MSC", "MSI", "MSA", "S", "AU",
        "R", "V", "RE", "U",
    ],
};

/// A vector that holds what its version demands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scored {
    /// `3.1`
    pub(crate) version: &'static str,
    /// Base score; of version 4 with the exploit maturity when asked for.
    pub(crate) score: f64,
}

/// Scores a vector. The error says what is wrong with it.
pub(crate) fn score_of(vector: &str, use_threat: bool) -> Result<Scored, String> {
    let (version, metrics) = split(vector.trim())?;
    let mut found: Vec<(&str, &str)> = Vec::new();
    for metric in metrics.split('/').filter(|metric| !metric.is_empty()) {
        let (name, value) = metric.split_once(':').ok_or_else(|| format!("`{metric}` is no metric"))?;
        if !version.mandatory.contains(&name) && !version.others.contains(&name) {
            return Err(format!("CVSS {} has no metric `{name}`", version.name));
        }
        if found.iter().any(|(known, _)| *known == name) {
            return Err(format!("metric `{name}` is given twice"));
        }
        found.push((name, value));
    }
    let mut base = if version.name == "2.0" { String::new() } else { format!("CVSS:{}", version.name) };
    let threat = (use_threat && version.name == "4.0" && found.iter().any(|(name, _)| *name == "E")).then_some("E");
    for wanted in version.mandatory.iter().copied().chain(threat) {
        let (_, value) = found
            .iter()
            .find(|(name, _)| *name == wanted)
            .ok_or_else(|| format!("metric `{wanted}` of CVSS {} is missing", version.name))?;
        if !base.is_empty() {
            base.push('/');
        }
        base.push_str(wanted);
        base.push(':');
        base.push_str(value);
    }
    let parsed: cvss::Cvss = base.parse().map_err(|error: cvss::Error| error.to_string())?;
    Ok(Scored { version: version.name, score: rounded(parsed.score()) })
}

fn split(vector: &str) -> Result<(&'static Version, &str), String> {
    let vector = vector.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(vector);
    let after = |prefix: &str| {
        vector.get(..prefix.len()).filter(|start| start.eq_ignore_ascii_case(prefix))?;
        vector.get(prefix.len()..)
    };
    for (prefix, version) in [
        ("CVSS:3.1/", &VERSION_31),
        ("CVSS:3.0/", &VERSION_30),
        ("CVSS:4.0/", &VERSION_40),
        ("CVSS:2.0/", &VERSION_2),
        ("CVSS2#", &VERSION_2),
    ] {
        if let Some(metrics) = after(prefix) {
            return Ok((version, metrics));
        }
    }
    if vector.contains("Au:") && after("CVSS").is_none() {
        return Ok((&VERSION_2, vector));
    }
    Err("not a CVSS vector of version 2.0, 3.0, 3.1 or 4.0".to_owned())
}

/// What was met before: reports repeat a few hundred vectors and the names of a few raters a hundred thousand times.
#[derive(Debug, Default)]
pub(crate) struct Known {
    vectors: HashMap<Arc<str>, Result<Scored, String>>,
    raters: HashSet<Arc<str>>,
}

impl Known {
    /// Vectors and raters remembered; a report with more is read without memory.
    const MOST: usize = 10_000;

    /// The vector's one text and its score.
    fn scored(&mut self, vector: &str, use_threat: bool) -> Result<(Arc<str>, Scored), String> {
        if let Some((text, known)) = self.vectors.get_key_value(vector) {
            return known.clone().map(|scored| (Arc::clone(text), scored));
        }
        let (text, scored) = (Arc::<str>::from(vector), score_of(vector, use_threat));
        if self.vectors.len() < Self::MOST {
            self.vectors.insert(Arc::clone(&text), scored.clone());
        }
        scored.map(|scored| (text, scored))
    }

    /// The rater's one name.
    fn rater(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.raters.get(name) {
            return Arc::clone(known);
        }
        let rater = Arc::<str>::from(name);
        if self.raters.len() < Self::MOST {
            self.raters.insert(Arc::clone(&rater));
        }
        rater
    }
}

/// The name of a version without a copy, where it is one of the standard's.
fn version(name: &str) -> Cow<'static, str> {
    let known = [&VERSION_2, &VERSION_30, &VERSION_31, &VERSION_40].into_iter().find(|version| version.name == name);
    known.map_or_else(|| Cow::Owned(name.to_owned()), |version| Cow::Borrowed(version.name))
}

/// What a report says with a number and a vector, either of which may be missing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stated<'a> {
    /// The number.
    pub(crate) score: Option<f64>,
    /// The vector; empty when missing.
    pub(crate) vector: &'a str,
    /// Version to assume when only a number is given.
    pub(crate) version: &'a str,
    /// Who rated.
    pub(crate) source: &'a str,
}

/// The score to keep, and what was odd about it.
pub(crate) fn score(stated: Stated<'_>, use_threat: bool, known: &mut Known) -> (Option<Score>, Option<String>) {
    let number = stated.score.filter(|score| (0.0..=10.0).contains(score));
    let mut odd = match (stated.score, number) {
        (Some(score), None) => Some(format!("the CVSS score {score} is not between 0 and 10: it is left out")),
        _ => None,
    };
    let scored = match stated.vector {
        "" => None,
        vector => match known.scored(vector, use_threat) {
            Ok(scored) => Some(scored),
            Err(why) => {
                odd = Some(format!("the CVSS vector `{vector}` is left out: {why}"));
                None
            }
        },
    };
    let (value, of) = match (number, &scored) {
        (Some(number), Some((_, scored))) => {
            // Many tools write 0 where the number is missing: the vector knows better.
            if number == 0.0 {
                (scored.score, scored.version)
            } else {
                if (number - scored.score).abs() > 0.1001 {
                    odd = Some(format!(
                        "the stated CVSS score {number:.1} differs from {:.1} of its vector `{}`: the stated one counts",
                        scored.score, stated.vector
                    ));
                }
                (number, scored.version)
            }
        }
        (None, Some((_, scored))) => (scored.score, scored.version),
        // A bare zero is how tools write "no score".
        (Some(number), None) if number > 0.0 => (number, stated.version),
        _ => return (None, odd),
    };
    #[allow(clippy::cast_possible_truncation, reason = "one decimal between 0 and 10")]
    let value = rounded(value) as f32;
    let score = Score {
        version: version(of),
        score: value,
        vector: scored.map(|(vector, _)| vector),
        source: Some(stated.source).filter(|source| !source.is_empty()).map(|source| known.rater(source)),
    };
    (Some(score), odd)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn base(vector: &str) -> f64 {
        score_of(vector, false).unwrap().score
    }

    #[test]
    #[allow(clippy::float_cmp, reason = "scores have one decimal")]
    fn the_vectors_of_the_standards_have_their_scores() {
        assert_eq!(base("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), 9.8);
        assert_eq!(base("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"), 6.1);
        assert_eq!(base("AV:N/AC:L/Au:N/C:P/I:P/A:P"), 7.5);
        assert_eq!(base("(AV:N/AC:L/Au:N/C:P/I:P/A:P)"), 7.5);
        assert_eq!(base("CVSS2#AV:N/AC:L/Au:N/C:P/I:P/A:P"), 7.5);
        assert_eq!(base("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"), 0.0);
    }

    #[test]
    #[allow(clippy::float_cmp, reason = "scores have one decimal")]
    fn the_exploit_maturity_counts_only_when_asked_for() {
        let vector = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U";
        assert_eq!(base(vector), 9.3);
        assert_eq!(score_of(vector, true).unwrap().score, 8.1);
    }

    #[test]
    fn an_incomplete_vector_has_no_score_instead_of_a_harmless_one() {
        assert_eq!(score_of("CVSS:3.1/AV:N/AC:L", false).unwrap_err(), "metric `PR` of CVSS 3.1 is missing");
    }

    #[test]
    fn a_metric_given_twice_is_refused() {
        assert!(score_of("CVSS:3.1/AV:N/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", false).is_err());
    }

    #[test]
    fn a_stated_score_counts_before_its_vector_and_the_difference_is_told() {
        let stated = Stated {
            score: Some(5.0),
            vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            version: "3.1",
            source: "nvd",
        };
        let (score, odd) = score(stated, false, &mut Known::default());
        assert!((score.unwrap().score - 5.0).abs() < f32::EPSILON);
        assert!(odd.unwrap().contains("differs from 9.8"));
    }

    #[test]
    fn a_bare_zero_is_no_score() {
        assert_eq!(
            score(Stated { score: Some(0.0), version: "3.1", ..Stated::default() }, false, &mut Known::default()),
            (None, None)
        );
    }

    proptest! {
        #[test]
        fn the_order_of_metrics_changes_nothing(seed in any::<u64>()) {
            let mut metrics = ["AV:N", "AC:L", "PR:L", "UI:N", "S:C", "C:H", "I:L", "A:N"];
            let turn = usize::try_from(seed % 8).unwrap();
            metrics.rotate_left(turn);
            prop_assert_eq!(base(&format!("CVSS:3.1/{}", metrics.join("/"))).to_bits(), base("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:L/A:N").to_bits());
        }

        #[test]
        fn no_text_panics(text in "(CVSS:[234].[01]/)?([A-Za-z:/]{0,30})") {
            let _ = score_of(&text, true);
        }
    }
}
