//! Summaries of k6 (spec/ingest.md 12), in three shapes: the machine-readable one of newer versions, what `handleSummary` is
//! given, and the file of `--summary-export`. The last two say the opposite by `true` of a threshold.

mod names;
mod shape;
mod threshold;

use portcullis_model::text::bounded;
use portcullis_model::{Level, Metric, Problem, ProblemCode, Section};
use rust_decimal::Decimal;

use self::names::{Measure, Unit};
use self::shape::{CHECKS, Check, Measured, Newer, Older, Verdict};
use crate::detect::{Look, Sketch};
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Faults, Walk, read_document};

/// The machine-readable summary.
pub(super) static NEWER: Format =
    Format { id: "k6-new", also: &["k6"], section: Section::Quality, clean: &[], fits: is_newer, read: read_newer };

/// What `handleSummary` is given, written as it is.
pub(super) static HANDLE: Format =
    Format { id: "k6-handle", also: &["k6"], section: Section::Quality, clean: &[], fits: is_handle, read: read_older };

/// `--summary-export`.
pub(super) static EXPORT: Format =
    Format { id: "k6-export", also: &["k6"], section: Section::Quality, clean: &[], fits: is_export, read: read_older };

fn is_newer(look: &Look) -> bool {
    let Some(object) = look.object() else { return false };
    let is_of_k6 = ["metadata.k6Version", "metadata.k6_version"].iter().any(|name| object.at(name).is_some());
    object.at("results.metrics").is_some_and(Sketch::is_list) && is_of_k6
}

fn is_handle(look: &Look) -> bool {
    let metric = look.object().and_then(|object| object.at("metrics")).filter(|metrics| metrics.is_object());
    metric.and_then(Sketch::first).is_some_and(|metric| metric.has("values"))
}

fn is_export(look: &Look) -> bool {
    let Some(object) = look.object() else { return false };
    let Some(metrics) = object.at("metrics").filter(|metrics| metrics.is_object()) else { return false };
    object.has("root_group") && !metrics.first().is_some_and(|metric| metric.has("values"))
}

fn read_newer(text: &str, draft: &mut Draft<'_>) {
    draft.sections.insert(Section::Quality);
    draft.tool("k6", None);
    let mut faults = Faults::default();
    let mut report = Newer::default();
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    draft.faulty(&faults);
    draft.report.tool.version = report.k6_version.take();
    draft.report.generated_at = report.generated_at.take().and_then(|time| time.parse().ok());
    draft.report.format_version = report.version.take();
    let mut has_rate_of_checks = false;
    for (index, raw) in report.metrics().enumerate() {
        match Measured::of_newer(raw.get()) {
            Some(measured) => {
                has_rate_of_checks |= measured.name == CHECKS;
                take(&measured, draft);
            }
            None => draft.dropped(&format!("/results/metrics/{index}"), "no `name` and `values`"),
        }
    }
    if !has_rate_of_checks {
        take_checks(&report, draft);
    }
    end(text, broken.err(), draft);
}

/// The single checks, where no metric sums them up.
fn take_checks(report: &Newer<'_>, draft: &mut Draft<'_>) {
    let mut checks = Vec::new();
    for (index, raw) in report.checks().enumerate() {
        let pointer = format!("/results/checks/results/{index}");
        let Some(check) = draft.item::<Check>(raw, &pointer) else { continue };
        match (check.passes.count(), check.fails.count()) {
            (Some(passes), Some(fails)) => checks.push((passes.into(), fails.into())),
            _ => draft.dropped(&pointer, "no `passes` and `fails`"),
        }
    }
    if let Some(measured) = Measured::of_checks(&checks) {
        take(&measured, draft);
    }
}

fn read_older(text: &str, draft: &mut Draft<'_>) {
    draft.sections.insert(Section::Quality);
    draft.tool("k6", None);
    let mut faults = Faults::default();
    let mut report = Older::default();
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    draft.faulty(&faults);
    for (name, raw) in report.metrics.iter().flatten() {
        match Measured::of_older(name, raw.get()) {
            Some(measured) => take(&measured, draft),
            None => draft.dropped(&format!("/metrics/{name}"), "it is no object"),
        }
    }
    end(text, broken.err(), draft);
}

fn end(text: &str, broken: Option<crate::json::Break>, draft: &mut Draft<'_>) {
    if let Some(broken) = broken {
        draft.broken(text, &broken);
    } else if draft.metrics.is_empty() {
        let message = "the summary holds no metric: did the load test run?";
        draft.problem(Problem::error(ProblemCode::NoResults, message));
    }
}

/// One metric of k6 becomes one of ours for each value.
fn take(measured: &Measured, draft: &mut Draft<'_>) {
    let measure = Measure::of(measured);
    let mut judged = vec![false; measured.thresholds.len()];
    for (stat, value) in &measured.values {
        let Some((stat, unit)) = measure.stat(stat) else { continue };
        let about = |verdict: &&(usize, &Verdict)| verdict.1.stat == stat;
        let of_stat: Vec<_> = measured.thresholds.iter().enumerate().collect();
        let of_stat: Vec<_> = of_stat.iter().filter(about).collect();
        for (position, _) in &of_stat {
            if let Some(judged) = judged.get_mut(*position) {
                *judged = true;
            }
        }
        // The first that was missed tells most; values are told once.
        let decisive = of_stat.iter().find(|(_, verdict)| !verdict.passed).or_else(|| of_stat.first());
        let threshold = decisive.and_then(|(_, verdict)| verdict.bound(|bound| unit.scaled(bound)));
        let Some(value) = unit.scaled(*value) else {
            draft.lenient(format!("the value of `{}` is too large to be kept", bounded(&measured.name, 100)));
            continue;
        };
        draft.metric(Metric {
            name: format!("load.{}.{stat}", measured.name),
            value,
            unit: unit.as_str().to_owned(),
            threshold,
            passed: decisive.map(|(_, verdict)| verdict.passed),
            level: Level::Fail,
            ..Metric::default()
        });
    }
    say_what_has_no_value(measured, &judged, draft);
}

/// A threshold that was missed on a value the summary does not hold: it is not to be lost.
fn say_what_has_no_value(measured: &Measured, judged: &[bool], draft: &mut Draft<'_>) {
    for (verdict, judged) in measured.thresholds.iter().zip(judged) {
        if !judged && !verdict.passed {
            let message = format!(
                "k6 missed the threshold `{}` of `{}`, and the summary does not hold the value: export it with `--summary-trend-stats`",
                bounded(&verdict.source, 100),
                bounded(&measured.name, 100)
            );
            draft.problem_among_many(Problem::error(ProblemCode::ScanIncomplete, message));
        }
    }
}

/// `value` in hundredths where it is a share.
fn hundredfold(value: Decimal) -> Option<Decimal> {
    value.checked_mul(Decimal::ONE_HUNDRED).map(|value| value.normalize())
}

impl Unit {
    fn scaled(self, value: Decimal) -> Option<Decimal> {
        if self == Self::Percent { hundredfold(value) } else { Some(value) }
    }
}
