//! The documents, and one metric as all of them have it.

use portcullis_model::text::bounded;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use crate::json::{Exact, Faults, Items, Members, NamedItems, Pairs, Text, Walk};

/// The machine-readable summary.
#[derive(Default)]
pub(super) struct Newer<'de> {
    pub(super) version: Option<String>,
    pub(super) generated_at: Option<String>,
    pub(super) k6_version: Option<String>,
    results: Results<'de>,
}

impl<'de> Newer<'de> {
    /// Every metric, those of checks included.
    pub(super) fn metrics(&self) -> impl Iterator<Item = &'de RawValue> + '_ {
        self.results.metrics.iter().chain(&self.results.checks.metrics).flatten().copied()
    }

    /// Every check.
    pub(super) fn checks(&self) -> impl Iterator<Item = &'de RawValue> + '_ {
        self.results.checks.results.iter().flatten().copied()
    }
}

impl<'de> Members<'de> for Newer<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "version" => self.version = map.next_value::<Text<'_>>()?.owned(),
            "metadata" => {
                let members = &mut Metadata { report: self };
                map.next_value_seed(Walk { name: key, members, faults })?;
            }
            "results" => map.next_value_seed(Walk { name: key, members: &mut self.results, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

struct Metadata<'a, 'de> {
    report: &'a mut Newer<'de>,
}

impl<'de> Members<'de> for Metadata<'_, 'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, _: &mut Faults) -> Result<(), A::Error> {
        match key {
            // As documented, and as k6 1.8 writes it: the summary passes through the script.
            "generatedAt" | "generated_at" => self.report.generated_at = map.next_value::<Text<'_>>()?.owned(),
            "k6Version" | "k6_version" => self.report.k6_version = map.next_value::<Text<'_>>()?.owned(),
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

#[derive(Default)]
struct Results<'de> {
    metrics: Option<Vec<&'de RawValue>>,
    checks: Checks<'de>,
}

impl<'de> Members<'de> for Results<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "metrics" => map.next_value_seed(Items { name: key, list: &mut self.metrics, faults })?,
            "checks" => map.next_value_seed(Walk { name: key, members: &mut self.checks, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

#[derive(Default)]
struct Checks<'de> {
    metrics: Option<Vec<&'de RawValue>>,
    results: Option<Vec<&'de RawValue>>,
}

impl<'de> Members<'de> for Checks<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "metrics" => map.next_value_seed(Items { name: key, list: &mut self.metrics, faults })?,
            "results" => map.next_value_seed(Items { name: key, list: &mut self.results, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

/// `handleSummary` and `--summary-export`.
#[derive(Default)]
pub(super) struct Older<'de> {
    pub(super) metrics: Option<Vec<(String, &'de RawValue)>>,
}

impl<'de> Members<'de> for Older<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "metrics" => map.next_value_seed(NamedItems { name: key, items: &mut self.metrics, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

/// A threshold and what came of it.
pub(super) struct Verdict {
    /// As k6 writes it.
    pub(super) source: String,
    /// Our name of the statistic; empty where it is none.
    pub(super) stat: String,
    pub(super) operator: &'static str,
    pub(super) limit: Option<Decimal>,
    pub(super) passed: bool,
}

/// The metric of the share of checks that passed.
pub(super) const CHECKS: &str = "checks";

/// One metric.
pub(super) struct Measured {
    pub(super) name: String,
    /// `trend`, `counter`, `gauge`, `rate`; empty in a summary export.
    pub(super) kind: String,
    /// `time`, `data`, `default`; empty in a summary export.
    pub(super) contains: String,
    pub(super) values: Vec<(String, Decimal)>,
    pub(super) thresholds: Vec<Verdict>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metric<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    contains: Text<'a>,
    #[serde(borrow)]
    values: Option<Pairs<'a, Exact>>,
    #[serde(borrow)]
    thresholds: Pairs<'a, &'a RawValue>,
}

/// How often a check of the newer summary passed and failed.
#[derive(Deserialize)]
pub(super) struct Check {
    pub(super) passes: Exact,
    pub(super) fails: Exact,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Held {
    ok: Option<bool>,
}

impl Measured {
    /// An element of `results.metrics`.
    pub(super) fn of_newer(raw: &str) -> Option<Self> {
        let metric: Metric<'_> = serde_json::from_str(raw).ok()?;
        // The share that passed, which older summaries call `checks`.
        let name = metric.name.given().map(|name| if name == "checks_succeeded" { CHECKS } else { name })?;
        let name = bounded(name, 150);
        let values = exact(metric.values.as_ref()?);
        // This summary holds no verdicts.
        Some(Self {
            name,
            kind: metric.kind.get().to_owned(),
            contains: metric.contains.get().to_owned(),
            values,
            thresholds: Vec::new(),
        })
    }

    /// The share of all checks that passed, as the metric `checks_succeeded` says it; `None` where none was made.
    pub(super) fn of_checks(checks: &[(Decimal, Decimal)]) -> Option<Self> {
        let sum = |of: fn(&(Decimal, Decimal)) -> Decimal| {
            checks.iter().map(of).try_fold(Decimal::ZERO, Decimal::checked_add)
        };
        let (passes, fails) = (sum(|check| check.0)?, sum(|check| check.1)?);
        let rate = passes.checked_div(passes.checked_add(fails)?)?;
        Some(Self {
            name: CHECKS.to_owned(),
            kind: "rate".to_owned(),
            contains: "default".to_owned(),
            values: vec![("rate".to_owned(), rate)],
            thresholds: Vec::new(),
        })
    }

    /// A member of `metrics`, with its values below `values` or side by side with the thresholds.
    pub(super) fn of_older(name: &str, raw: &str) -> Option<Self> {
        let metric: Metric<'_> = serde_json::from_str(raw).ok()?;
        if !raw.starts_with('{') {
            return None;
        }
        let values = match &metric.values {
            Some(values) => exact(values),
            None => exact(&serde_json::from_str::<Pairs<'_, Exact>>(raw).ok()?),
        };
        let thresholds =
            metric.thresholds.0.iter().map(|(source, raw)| Verdict::new(source, held(raw.get()))).collect();
        Some(Self {
            name: bounded(name, 150),
            kind: metric.kind.get().to_owned(),
            contains: metric.contains.get().to_owned(),
            values,
            thresholds,
        })
    }
}

/// An export says whether the threshold was crossed, the summary whether it held. What says neither did not hold.
fn held(raw: &str) -> bool {
    match raw {
        "false" => true,
        "true" => false,
        _ => serde_json::from_str::<Held>(raw).ok().and_then(|held| held.ok).unwrap_or(false),
    }
}

fn exact(pairs: &Pairs<'_, Exact>) -> Vec<(String, Decimal)> {
    pairs.0.iter().filter_map(|(name, value)| Some((name.to_string(), value.0?))).collect()
}
