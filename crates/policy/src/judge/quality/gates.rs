//! `quality.gates`: every value of the metric a gate names, held against its bounds. Exact: equal passes, nothing is rounded.

use portcullis_model::{GateBound, Metric, Origin, suggest};
use rust_decimal::Decimal;

use super::{Made, Run, Said, Words, finding, named, shown, with_unit};
use crate::policy::Setting;
use crate::quality::{Bound, Dimension, Gate, NEW_LINES};

pub(super) fn judge(gate: &Gate, run: &Run<'_>, said: &mut Said) {
    let metrics = run.collected.metrics.iter().enumerate();
    let values: Vec<(usize, &Metric)> = metrics.filter(|(_, metric)| is_meant(gate, metric)).collect();
    if values.is_empty() {
        absent(gate, run, said);
    }
    for (position, metric) in values {
        let mut missed = Missed::default();
        if gate.min.is_none() && gate.max.is_none() && gate.max_drop.is_none() && gate.max_rise.is_none() {
            own_verdict(gate, metric, &mut missed, said);
        }
        against_bounds(gate, metric, &mut missed, said);
        against_base(gate, metric, run, &mut missed, said);
        said.bounds.extend(std::mem::take(&mut missed.bounds).into_iter().map(|bound| (position, bound)));
        if !missed.sentences.is_empty() {
            said.made.push(made(gate, metric, missed, run));
        }
    }
}

fn is_meant(gate: &Gate, metric: &Metric) -> bool {
    let fits = |wanted: &Option<String>, has: &Option<String>| wanted.is_none() || wanted == has;
    metric.name == gate.metric && fits(&gate.report, &metric.report) && fits(&gate.target, &metric.target)
}

/// What a value misses.
#[derive(Default)]
struct Missed {
    /// `has to be at least 80 %`
    sentences: Vec<String>,
    /// The bound that is nearest to what is shown of the value.
    nearest: Option<Decimal>,
    advice: Vec<String>,
    origin: Option<Origin>,
    /// The value is worse than on the base.
    falls_short: bool,
    goes_beyond: bool,
    /// What the tool says about its own bound.
    level: Option<portcullis_model::Level>,
    /// Every bound the value was held against, missed or not.
    bounds: Vec<GateBound>,
}

impl Missed {
    /// Notes a bound, and says whether the value keeps it.
    fn holds(&mut self, gate: &Gate, (op, value): (&str, Decimal), origin: &Origin, passed: bool) -> bool {
        let (gate, op, origin) = (gate.name.clone(), op.to_owned(), origin.clone());
        self.bounds.push(GateBound { gate, op, value, passed, origin });
        passed
    }

    fn add(&mut self, sentence: String, advice: String, bound: Decimal, origin: &Origin) {
        self.sentences.push(sentence);
        self.advice.push(advice);
        self.nearest.get_or_insert(bound);
        self.origin.get_or_insert_with(|| origin.clone());
    }
}

fn absent(gate: &Gate, run: &Run<'_>, said: &mut Said) {
    let of_report = |report: &str| gate.report.as_deref().is_none_or(|wanted| wanted == report);
    if gate.metric == NEW_LINES && run.collected.coverage.iter().any(|file| of_report(&file.report)) {
        // A change without a line that tests could run has nothing to cover.
        if !run.lines_compared {
            let what = "the lines of the change are not known: there is no base to compare with";
            said.not_judged(&format!("gate `{}` was not evaluated: {what}", gate.name), gate.need_base);
        }
        return;
    }
    let narrowed = match (&gate.report, &gate.target) {
        (Some(report), Some(target)) => format!(" of the report `{report}` for `{target}`"),
        (Some(report), None) => format!(" of the report `{report}`"),
        (None, Some(target)) => format!(" for `{target}`"),
        (None, None) => String::new(),
    };
    let names: std::collections::BTreeSet<&str> =
        run.collected.metrics.iter().map(|metric| metric.name.as_str()).filter(|name| *name != gate.metric).collect();
    let near = suggest::nearest(&gate.metric, names, 1).first().map(|near| format!("; did you mean `{near}`?"));
    let message = format!(
        "gate `{}` has nothing to judge: no report that was read holds `{}`{narrowed} ({}){}",
        gate.name,
        gate.metric,
        gate.origin,
        near.unwrap_or_default()
    );
    said.not_judged(&message, gate.required);
}

/// A gate without bounds asks for the verdict of the tool.
fn own_verdict(gate: &Gate, metric: &Metric, missed: &mut Missed, said: &mut Said) {
    if let (Some(bound), Some(passed)) = (&metric.threshold, metric.passed) {
        missed.holds(gate, (&bound.op, bound.value), &gate.origin, passed);
    }
    match metric.passed {
        Some(true) => {}
        Some(false) => {
            let (what, bound) = match &metric.threshold {
                Some(threshold) => {
                    missed.goes_beyond = threshold.op.starts_with('<');
                    missed.falls_short = threshold.op.starts_with('>');
                    let bound = with_unit(threshold.value.normalize(), &metric.unit);
                    (format!("`{} {bound}`", threshold.op), threshold.value)
                }
                None => ("its own bound".to_owned(), metric.value),
            };
            missed.level = Some(metric.level);
            missed.add(
                format!("misses {what}, says {}", metric.source),
                format!("bring it to {what}"),
                bound,
                &gate.origin,
            );
        }
        None => {
            let message = format!(
                "gate `{}` has no bound, and the report states none for `{}` ({})",
                gate.name, gate.metric, gate.origin
            );
            said.not_judged(&message, gate.required);
        }
    }
}

fn against_bounds(gate: &Gate, metric: &Metric, missed: &mut Missed, said: &mut Said) {
    if let Some((bound, origin)) = converted(gate, metric, "min", gate.min.as_ref(), said)
        && !missed.holds(gate, (">=", bound), origin, metric.value >= bound)
    {
        let least = with_unit(bound.normalize(), &metric.unit);
        missed.falls_short = true;
        missed.add(format!("has to be at least {least}"), format!("bring it to {least}"), bound, origin);
    }
    if let Some((bound, origin)) = converted(gate, metric, "max", gate.max.as_ref(), said)
        && !missed.holds(gate, ("<=", bound), origin, metric.value <= bound)
    {
        let most = with_unit(bound.normalize(), &metric.unit);
        missed.goes_beyond = true;
        missed.add(format!("may be at most {most}"), format!("bring it down to {most}"), bound, origin);
    }
}

/// The bound in the unit of the value. What cannot be compared is no bound that was met.
fn converted<'a>(
    gate: &Gate,
    metric: &Metric,
    key: &str,
    bound: Option<&'a Setting<Bound>>,
    said: &mut Said,
) -> Option<(Decimal, &'a Origin)> {
    let bound = bound?;
    let converted = bound.value.in_unit(&metric.unit);
    if converted.is_none() {
        let unit = if metric.unit.is_empty() { "a plain number" } else { metric.unit.as_str() };
        let message = format!(
            "gate `{}` cannot hold `{}`, which the report states as {unit}, against `{key}: {}` ({})",
            gate.name, gate.metric, bound.value, bound.origin
        );
        said.not_judged(&message, true);
    }
    Some((converted?, &bound.origin))
}

fn against_base(gate: &Gate, metric: &Metric, run: &Run<'_>, missed: &mut Missed, said: &mut Said) {
    let bounds = [("max_drop", gate.max_drop.as_ref()), ("max_rise", gate.max_rise.as_ref())];
    for (key, bound) in bounds {
        let Some(setting) = bound else { continue };
        let base = match base_of(metric, run) {
            Ok(base) => base,
            Err(why) => {
                let message = format!("`{key}` of gate `{}` was not evaluated for `{}`: {why}", gate.name, gate.metric);
                said.not_judged(&message, gate.need_base);
                continue;
            }
        };
        // A percentage is relative to the base, also where the metric is one.
        let is_relative = setting.value.dimension() == Dimension::Percent;
        let allowed = if is_relative {
            setting.value.share_of(base)
        } else {
            converted(gate, metric, key, Some(setting), said).map(|(allowed, _)| allowed)
        };
        let Some(allowed) = allowed else { continue };
        let (verb, op, limit, passed) = if key == "max_drop" {
            let limit = base.saturating_sub(allowed);
            ("fallen", ">=", limit, metric.value >= limit)
        } else {
            let limit = base.saturating_add(allowed);
            ("risen", "<=", limit, metric.value <= limit)
        };
        if !missed.holds(gate, (op, limit), &setting.origin, passed) {
            missed.falls_short |= key == "max_drop";
            missed.goes_beyond |= key == "max_rise";
            let was = shown(base, metric.value, &metric.unit);
            let most =
                if is_relative { setting.value.to_string() } else { with_unit(allowed.normalize(), &metric.unit) };
            missed.add(
                format!("has {verb} from {was}, by more than {most}"),
                format!("bring it to {}", shown(limit, metric.value, &metric.unit)),
                limit,
                &setting.origin,
            );
        }
    }
}

/// The same value on the base.
pub(super) fn base_of(metric: &Metric, run: &Run<'_>) -> Result<Decimal, &'static str> {
    let Some(baseline) = run.baseline else {
        return Err("there is no baseline; write one on the base branch with `portcullis check -f baseline=FILE`");
    };
    let same = baseline
        .metrics
        .iter()
        .filter(|known| known.name == metric.name && known.report == metric.report && known.target == metric.target);
    let values: Vec<_> = same.collect();
    match values.as_slice() {
        [only] if only.unit == metric.unit => Ok(only.value),
        [_] => Err("the baseline has it in another unit"),
        [] => Err("the baseline does not hold it"),
        _ => Err("the baseline holds it several times"),
    }
}

fn made(gate: &Gate, metric: &Metric, missed: Missed, run: &Run<'_>) -> Made {
    let bound = missed.nearest.unwrap_or(metric.value);
    let on = metric.target.as_ref().map(|target| format!(" on `{target}`")).unwrap_or_default();
    let value = shown(metric.value, bound, &metric.unit);
    let message = format!("`{}`{on} is {value}: it {}", metric.name, missed.sentences.join(", and it "));
    let origin = missed.origin.unwrap_or_else(|| gate.origin.clone());
    let part = |text: &Option<String>| text.clone().unwrap_or_default();
    let words = Words {
        rule: "policy/quality-gate",
        identity: format!("{}[{}][{}]", gate.name, part(&metric.report), part(&metric.target)),
        title: format!("gate `{}` is not met: {value}", gate.name),
        message,
        remediation: format!("{}; the bound stands at {origin}", missed.advice.join(", and ")),
    };
    let is_worse = base_of(metric, run)
        .is_ok_and(|base| (missed.falls_short && metric.value < base) || (missed.goes_beyond && metric.value > base));
    let mut level = gate.level.clone();
    if let Some(own) = missed.level {
        level.value = level.value.min(own);
    }
    Made {
        finding: finding(words, &origin, Vec::new(), run.paths_of(metric.report.as_deref())),
        level: Some(named(format!("quality.gates[{}].level", gate.name), &level)),
        is_worse,
    }
}
