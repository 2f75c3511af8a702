//! What several reports measured together, and how many of the change's own lines the tests ran (spec/ingest.md 1.5, 12).

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::{Collected, Health, InputReport, LineCoverage, Metric, Problem, ProblemCode, Section};
use portcullis_source::AddedRanges;
use rust_decimal::Decimal;

use super::change::Compared;

/// Completes the metrics. Says whether the lines of the change are known.
pub(super) fn complete(compared: &Compared, collected: &mut Collected) -> bool {
    collected.metrics = together(std::mem::take(&mut collected.metrics), &collected.reports);
    if collected.coverage.is_empty() {
        return false;
    }
    match compared {
        Compared::Known(change) => {
            let measured = new_lines(&collected.coverage, &change.added());
            collected.metrics.extend(measured);
            true
        }
        Compared::Nothing => false,
        Compared::Unknown(why) => {
            let message = format!("the lines of the change are not known, so their coverage is not either: {why}");
            let problem = Problem::warning(ProblemCode::BaseUnreadable, message).in_section(Section::Quality);
            collected.problems.push(problem);
            false
        }
    }
}

/// A runner writes one file per class, a job one per shard: tests of one report are counted together. Where one of its
/// files is broken the sum is not known.
fn together(metrics: Vec<Metric>, reports: &[InputReport]) -> Vec<Metric> {
    let key = |report: &InputReport| report.name.clone().unwrap_or_else(|| report.path.clone());
    let broken: BTreeSet<String> = reports.iter().filter(|report| report.health == Health::Error).map(key).collect();
    let mut sums: BTreeMap<(String, Option<String>), usize> = BTreeMap::new();
    let mut kept: Vec<Metric> = Vec::new();
    for metric in metrics {
        if !metric.name.starts_with("tests.") || metric.source != "junit" {
            kept.push(metric);
            continue;
        }
        if metric.report.as_ref().is_some_and(|report| broken.contains(report)) {
            continue;
        }
        let name = (metric.name.clone(), metric.report.clone());
        if let Some(sum) = sums.get(&name).and_then(|position| kept.get_mut(*position)) {
            sum.value = sum.value.saturating_add(metric.value);
        } else {
            sums.insert(name, kept.len());
            kept.push(metric);
        }
    }
    kept
}

/// For each report the share of the added lines that ran, among those it says could run. A line that one file of the report
/// has run has run.
fn new_lines(coverage: &[LineCoverage], added: &[AddedRanges]) -> Vec<Metric> {
    let added: BTreeMap<&str, &[(u32, u32)]> =
        added.iter().map(|file| (file.path.as_str(), file.ranges.as_slice())).collect();
    let mut reports: BTreeMap<&str, BTreeMap<(&str, u32), bool>> = BTreeMap::new();
    for file in coverage {
        let Some(ranges) = added.get(file.path.as_str()) else { continue };
        let lines = reports.entry(&file.report).or_default();
        for (numbers, has_run) in [(&file.covered, true), (&file.uncovered, false)] {
            for line in numbers.iter().copied().filter(|line| is_within(*line, ranges)) {
                *lines.entry((&file.path, line)).or_default() |= has_run;
            }
        }
    }
    reports.into_iter().filter_map(|(report, lines)| metric(report, &lines)).collect()
}

/// The ranges are sorted and do not overlap.
fn is_within(line: u32, ranges: &[(u32, u32)]) -> bool {
    let next = ranges.partition_point(|(first, _)| *first <= line);
    next.checked_sub(1).and_then(|at| ranges.get(at)).is_some_and(|(_, last)| line <= *last)
}

fn metric(report: &str, lines: &BTreeMap<(&str, u32), bool>) -> Option<Metric> {
    let ran = lines.values().filter(|has_run| **has_run).count();
    let share = Decimal::from(ran).checked_mul(Decimal::ONE_HUNDRED)?.checked_div(Decimal::from(lines.len()))?;
    Some(Metric {
        name: "coverage.new_lines".to_owned(),
        report: Some(report.to_owned()),
        value: share.normalize(),
        unit: "percent".to_owned(),
        source: "portcullis".to_owned(),
        ..Metric::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, report: &str, covered: &[u32], uncovered: &[u32]) -> LineCoverage {
        LineCoverage {
            path: path.to_owned(),
            report: report.to_owned(),
            covered: covered.to_vec(),
            uncovered: uncovered.to_vec(),
        }
    }

    fn added(path: &str, ranges: &[(u32, u32)]) -> AddedRanges {
        AddedRanges { path: path.to_owned(), ranges: ranges.to_vec() }
    }

    fn shares(metrics: &[Metric]) -> Vec<(&str, String)> {
        metrics.iter().map(|metric| (metric.report.as_deref().unwrap(), metric.value.to_string())).collect()
    }

    #[test]
    fn only_added_lines_that_can_run_count() {
        let coverage = [file("a.py", "unit", &[1, 2, 10], &[3, 11, 12]), file("b.py", "unit", &[1], &[])];
        let metrics = new_lines(&coverage, &[added("a.py", &[(2, 5), (11, 11)]), added("README.md", &[(1, 9)])]);
        assert_eq!(shares(&metrics), [("unit", "33.333333333333333333333333333".to_owned())]);
    }

    #[test]
    fn files_of_one_report_complete_each_other_and_reports_do_not() {
        let coverage =
            [file("a.py", "unit", &[1], &[2]), file("a.py", "unit", &[2], &[1]), file("a.py", "end", &[], &[1])];
        let metrics = new_lines(&coverage, &[added("a.py", &[(1, 2)])]);
        assert_eq!(shares(&metrics), [("end", "0".to_owned()), ("unit", "100".to_owned())]);
    }

    #[test]
    fn a_change_without_lines_that_can_run_has_no_coverage() {
        assert_eq!(new_lines(&[file("a.py", "unit", &[1], &[2])], &[added("a.py", &[(3, 9)])]), []);
    }

    #[test]
    fn tests_of_one_report_are_added_up_and_of_a_broken_one_unknown() {
        let metric = |name: &str, report: &str, value: u32| Metric {
            name: name.to_owned(),
            report: Some(report.to_owned()),
            value: value.into(),
            source: "junit".to_owned(),
            ..Metric::default()
        };
        let report = |name: &str, health| InputReport { name: Some(name.to_owned()), health, ..InputReport::default() };
        let metrics = vec![
            metric("tests.total", "unit", 3),
            metric("tests.failed", "unit", 1),
            metric("tests.total", "unit", 4),
            metric("tests.total", "cut", 9),
        ];
        let reports = [report("unit", Health::Ok), report("cut", Health::Ok), report("cut", Health::Error)];
        let sums: Vec<_> = together(metrics, &reports).iter().map(|sum| (sum.name.clone(), sum.value)).collect();
        assert_eq!(sums, [("tests.total".to_owned(), 7.into()), ("tests.failed".to_owned(), 1.into())]);
    }
}
