//! `mode`: enforcing, or for a while only reporting (spec/policy.md 2, 6).

use jiff::ToSpan as _;
use jiff::civil::Date;
use portcullis_model::Diagnostic;

use super::build::Tree;
use super::value::Located;
use crate::policy::ReportOnly;

/// Reporting is a way in, not a state to stay in.
const LONGEST_DAYS: i64 = 180;
/// So many days before it blocks the change of weather is announced.
const NOTICE_DAYS: i64 = 14;

const UNTIL: &[&str] = &["mode", "report_only", "until"];

/// What `mode` says; nothing where the policy enforces.
pub(super) fn read(tree: &Tree<'_>) -> Option<ReportOnly> {
    let until = tree.setting(UNTIL, Located::as_date)?;
    let except = tree.list(&["mode", "report_only", "except"]);
    Some(ReportOnly { until, except: except.iter().filter_map(|section| section.as_text()?.parse().ok()).collect() })
}

/// Whether the last day is near, past, or too far away.
pub(super) fn check(report_only: &ReportOnly, tree: &Tree<'_>, today: Date, told: &mut Vec<Diagnostic>) {
    let until = report_only.until.value;
    let span = tree.get(UNTIL).map(|located| tree.sources.span(&located.mark)).unwrap_or_default();
    let after = |days: i64| today.saturating_add(days.days());
    if until > after(LONGEST_DAYS) {
        let message = format!("`mode.report_only.until` is more than {LONGEST_DAYS} days away");
        let error = Diagnostic::error("policy/bad-value", message, span);
        told.push(error.help(format!("the last day it can name today is {}", after(LONGEST_DAYS))));
    } else if until < today {
        let message = format!("report-only mode ended on {until}: findings block");
        told.push(Diagnostic::warning("policy/report-only", message, span).help("write `mode: enforce`"));
    } else if until <= after(NOTICE_DAYS) {
        let message = format!("report-only mode ends on {until}: from the day after findings block");
        told.push(Diagnostic::warning("policy/report-only", message, span));
    }
}
