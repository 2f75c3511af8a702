//! The data files the policy names, read from the tree that steers (spec/ingest.md 14.3).

use jiff::civil::Date;
use portcullis_ingest::data::Enrichment;
use portcullis_model::{Health, Problem, ProblemCode, Section, Tree};
use portcullis_policy::{DataPolicy, Setting};

/// What the files say, and what is wrong with them.
#[derive(Clone, Debug, Default)]
pub(super) struct Enriched {
    pub(super) data: Enrichment,
    pub(super) problems: Vec<Problem>,
}

/// Reads every file. A file a rule depends on must be there and fresh: the rule cannot be held without it.
pub(super) fn read(tree: &dyn Tree, policy: &DataPolicy, today: Date) -> Enriched {
    let mut enriched = Enriched::default();
    let Enriched { data, problems } = &mut enriched;
    let mut tell = |key: &str, setting: &Setting<String>, is_asked: bool, why: String| {
        let message = format!("`data.{key}` names `{}` ({}): {why}", setting.value, setting.origin);
        let health = if is_asked { Health::Error } else { Health::Warn };
        let problem = Problem { health, ..Problem::error(ProblemCode::Stale, message) };
        problems.push(problem.at_path(&setting.value).in_section(Section::Vulnerabilities));
    };
    if let Some(setting) = &policy.aliases
        && let Err(why) = bytes(tree, &setting.value).and_then(|bytes| data.read_aliases(&bytes))
    {
        tell("aliases", setting, false, why);
    }
    if let Some(setting) = &policy.osv {
        for why in osv(tree, &setting.value, data) {
            tell("osv", setting, false, why);
        }
    }
    if let Some(setting) = &policy.epss {
        let read = bytes(tree, &setting.value).and_then(|bytes| data.read_epss(&bytes));
        if let Err(why) = read.and_then(|date| fresh(date, policy.epss_max_age, today)) {
            tell("epss", setting, policy.epss_is_asked, why);
        }
    }
    if let Some(setting) = &policy.kev {
        let read = bytes(tree, &setting.value).and_then(|bytes| data.read_kev(&bytes));
        if let Err(why) = read.and_then(|date| fresh(date, policy.kev_max_age, today)) {
            tell("kev", setting, policy.kev_is_asked, why);
        }
    }
    enriched
}

fn bytes(tree: &dyn Tree, path: &str) -> Result<Vec<u8>, String> {
    tree.read(path).map_err(|error| format!("it cannot be read: {error}"))
}

/// One file, or every record of a directory.
fn osv(tree: &dyn Tree, path: &str, data: &mut Enrichment) -> Vec<String> {
    if let Ok(bytes) = tree.read(path) {
        return data.read_osv(&bytes).err().into_iter().collect();
    }
    let listing = match tree.list() {
        Ok(listing) => listing,
        Err(error) => return vec![format!("it cannot be listed: {error}")],
    };
    let directory = format!("{}/", path.trim_end_matches('/'));
    let is_record = |path: &str| {
        let name = path.strip_suffix(".gz").unwrap_or(path);
        path.starts_with(&directory) && matches!(name.rsplit_once('.'), Some((_, "json" | "ndjson" | "jsonl")))
    };
    let records: Vec<_> = listing.entries.iter().filter(|entry| is_record(&entry.path)).collect();
    if records.is_empty() {
        return vec!["there is no such file, and no directory with records".to_owned()];
    }
    let read = |path: &str, data: &mut Enrichment| bytes(tree, path).and_then(|bytes| data.read_osv(&bytes));
    records
        .into_iter()
        .filter_map(|entry| read(&entry.path, data).err().map(|why| format!("`{}`: {why}", entry.path)))
        .take(20)
        .collect()
}

/// Whole days, as every date of the policy.
fn fresh(date: Option<Date>, most: i64, today: Date) -> Result<(), String> {
    let Some(date) = date else { return Err("it does not say of which day it is".to_owned()) };
    let days = date.until(today).map_or(i64::MAX, |span| i64::from(span.get_days()));
    if days.saturating_mul(86_400) <= most {
        return Ok(());
    }
    Err(format!("it is of {date}, {days} days old, and `data.max_age` allows {}: fetch it anew", most / 86_400))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_allowed_day_is_fresh_and_a_file_without_a_day_never() {
        let today = jiff::civil::date(2026, 11, 21);
        let week = 7 * 86_400;
        assert!(fresh(Some(jiff::civil::date(2026, 11, 14)), week, today).is_ok());
        assert!(fresh(Some(jiff::civil::date(2026, 11, 13)), week, today).is_err());
        assert!(fresh(Some(jiff::civil::date(2026, 11, 22)), week, today).is_ok());
        assert!(fresh(None, week, today).is_err());
    }
}
