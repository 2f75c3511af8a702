//! Files that say more about vulnerabilities than reports do (spec/ingest.md 14.3): likelihood of exploitation (EPSS),
//! known exploitation (KEV), other names and ratings (OSV). Given to findings before they are merged, because names decide
//! what is one finding.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use portcullis_model::{Epss, Finding, Kev, Kind, Severity, SeveritySource, advisory};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::bytes::{self, Unpacked};
use crate::cvss;
use crate::json::{List, Text, Texts, read_values};
use crate::options::{Options, SeverityFrom};
use crate::severity;

/// What the files say.
#[derive(Clone, Debug, Default)]
pub struct Enrichment {
    epss: BTreeMap<String, Epss>,
    kev: Option<BTreeMap<String, Kev>>,
    /// Names of one weakness, by each of them.
    aliases: BTreeMap<String, BTreeSet<String>>,
    ratings: BTreeMap<String, Rated>,
    /// Records of packages that are malicious themselves.
    malicious: BTreeSet<String>,
}

/// What an OSV record says of how bad a weakness is.
#[derive(Clone, Debug, Default)]
struct Rated {
    scores: Vec<portcullis_model::Score>,
    word: String,
}

/// The document, unpacked and decoded; the error says why there is none.
fn document(bytes: &[u8]) -> Result<String, String> {
    match bytes::unpack(bytes, bytes::MAX_EXPANDED) {
        Unpacked::Document(document, problems) => match problems.into_iter().next() {
            Some(problem) => Err(problem.message),
            None => Ok(bytes::text(&document).0.into_owned()),
        },
        Unpacked::Archive(..) => Err("it is an archive: unpack it".to_owned()),
    }
}

impl Enrichment {
    /// Reads the scores FIRST publishes (CSV, gzip allowed). Gives back their day.
    pub fn read_epss(&mut self, bytes: &[u8]) -> Result<Option<Date>, String> {
        let text = document(bytes)?;
        let mut lines = text.lines().filter(|line| !line.trim().is_empty()).peekable();
        let date = lines.next_if(|line| line.starts_with('#')).and_then(score_date);
        if !lines.next().is_some_and(|header| header.trim().starts_with("cve,epss")) {
            return Err("the columns `cve,epss,percentile` are missing: is it the file of EPSS scores?".to_owned());
        }
        for (number, line) in lines.enumerate() {
            let mut fields = line.trim().split(',');
            let (Some(cve), score, percentile) = (fields.next(), fields.next(), fields.next()) else { continue };
            let share = |field: Option<&str>| field?.parse().ok().filter(|share| (0.0_f32..=1.0).contains(share));
            let (Some(score), Some(percentile)) = (share(score), share(percentile)) else {
                return Err(format!(
                    "line {} of the scores cannot be read: the file is damaged or cut off",
                    number + 1
                ));
            };
            self.epss.insert(advisory::spelling(cve), Epss { score, percentile, date });
        }
        if self.epss.is_empty() { Err("it holds no score".to_owned()) } else { Ok(date) }
    }

    /// Reads the catalogue of CISA (JSON or CSV). Gives back the day of its release; of a CSV, which states none, the day of
    /// its last entry.
    pub fn read_kev(&mut self, bytes: &[u8]) -> Result<Option<Date>, String> {
        let text = document(bytes)?;
        let (entries, released) = if text.trim_start().starts_with('{') { kev_json(&text)? } else { kev_csv(&text)? };
        if entries.is_empty() {
            return Err("it lists no vulnerability".to_owned());
        }
        let last = entries.iter().filter_map(|(_, kev)| kev.date_added).max();
        self.kev.get_or_insert_default().extend(entries);
        Ok(released.or(last))
    }

    /// Reads a table of names: `{"GHSA-…": ["CVE-…"]}`.
    pub fn read_aliases(&mut self, bytes: &[u8]) -> Result<(), String> {
        let text = document(bytes)?;
        let table: BTreeMap<String, Vec<String>> = serde_json::from_str(&text)
            .map_err(|error| format!("it is no table of names, `{{\"GHSA-…\": [\"CVE-…\"]}}`: {error}"))?;
        for (id, others) in table {
            self.join(std::iter::once(id).chain(others));
        }
        Ok(())
    }

    /// Reads OSV records: one, several behind one another, or a list. Gives back how many.
    pub fn read_osv(&mut self, bytes: &[u8]) -> Result<usize, String> {
        let text = document(bytes)?;
        let mut read = 0;
        let mut broken = None;
        let walked = read_values(&text, |_, raw| {
            let records = if raw.get().starts_with('[') {
                serde_json::from_str::<Vec<Record<'_>>>(raw.get())
            } else {
                serde_json::from_str::<Record<'_>>(raw.get()).map(|record| vec![record])
            };
            match records {
                Ok(records) => {
                    read += records.len();
                    for record in &records {
                        self.record(record);
                    }
                }
                Err(error) => broken = Some(error.to_string()),
            }
        });
        match (walked.is_err(), broken) {
            (_, Some(error)) => Err(format!("a record cannot be read: {error}")),
            (true, None) => Err("it is no JSON, or cut off".to_owned()),
            (false, None) if read == 0 => Err("it holds no record".to_owned()),
            (false, None) => Ok(read),
        }
    }

    fn record(&mut self, record: &Record<'_>) {
        // A withdrawn record says that there is no such weakness.
        if record.withdrawn.given().is_some() || record.id.get().is_empty() {
            return;
        }
        let id = advisory::spelling(record.id.get());
        self.join(std::iter::once(id.clone()).chain(record.aliases.iter().map(str::to_owned)));
        let scores = record
            .severity
            .0
            .iter()
            .filter_map(|stated| {
                let vector = stated.score.given()?;
                let scored = cvss::score_of(vector, false).ok()?;
                #[allow(clippy::cast_possible_truncation, reason = "between 0 and 10, one decimal")]
                let score = scored.score as f32;
                Some(portcullis_model::Score {
                    version: scored.version.into(),
                    score,
                    vector: Some(vector.into()),
                    source: Some("osv".into()),
                })
            })
            .collect();
        if record.database_specific.malicious.is_some() {
            self.malicious.insert(id.clone());
        }
        let word = record.database_specific.severity.get().to_owned();
        self.ratings.insert(id, Rated { scores, word });
    }

    /// Names of one weakness; what is known of each of them holds for all.
    fn join(&mut self, ids: impl Iterator<Item = String>) {
        // Errata cover several weaknesses: as names they would make one of them.
        let ids: BTreeSet<String> =
            ids.map(|id| advisory::spelling(&id)).filter(|id| !id.is_empty() && !advisory::is_errata(id)).collect();
        let known = ids.iter().filter_map(|id| self.aliases.get(id)).flatten().cloned();
        let all: BTreeSet<String> = ids.iter().cloned().chain(known).collect();
        if all.len() > 1 {
            for id in &all {
                self.aliases.insert(id.clone(), all.clone());
            }
        }
    }

    /// Adds what is known to each vulnerability; what a file says comes before what a report says.
    pub fn apply(&self, findings: &mut [Finding], options: &Options) {
        let vulnerabilities = findings.iter_mut().filter(|one| matches!(one.kind, Kind::Vulnerability | Kind::Malware));
        for finding in vulnerabilities {
            self.name(finding);
            if finding.names_malware() || finding.all_ids().any(|id| self.malicious.contains(id)) {
                finding.set_malware();
            }
            let ids: Vec<String> = finding.all_ids().map(str::to_owned).collect();
            self.rate(finding, &ids, options.severity_from);
            let likelihood =
                ids.iter().filter_map(|id| self.epss.get(id)).max_by(|one, two| one.score.total_cmp(&two.score));
            if let Some(epss) = likelihood {
                finding.vulnerability.get_or_insert_default().epss = Some(epss.clone());
            }
            if let Some(catalogue) = &self.kev {
                let listed = ids.iter().find_map(|id| catalogue.get(id)).cloned();
                // The catalogue is complete, and a report may know more: what it lists stays listed.
                if let Some(kev) = listed {
                    finding.vulnerability.get_or_insert_default().kev = Some(kev);
                }
            }
        }
    }

    fn name(&self, finding: &mut Finding) {
        let more: BTreeSet<String> =
            finding.all_ids().filter_map(|id| self.aliases.get(id)).flatten().cloned().collect();
        if more.is_empty() {
            return;
        }
        finding.aliases.extend(more);
        let best = advisory::canonical(finding.all_ids()).map(str::to_owned);
        if let Some(best) = best.filter(|best| *best != finding.id) {
            let before = std::mem::replace(&mut finding.id, best);
            finding.aliases.insert(before);
        }
        finding.aliases.remove(&finding.id);
        finding.aliases.remove("");
    }

    /// Tools that state no severity (pip-audit) take that of the record.
    fn rate(&self, finding: &mut Finding, ids: &[String], from: SeverityFrom) {
        if finding.severity != Severity::Unknown {
            return;
        }
        let ratings = ids.iter().filter_map(|id| self.ratings.get(id));
        let rated = ratings
            .map(|rated| severity::rate(&rated.word, &rated.scores, from))
            .max_by_key(|rating| (rating.severity != Severity::Unknown, rating.severity.display_rank()));
        let Some(rating) = rated.filter(|rating| rating.severity != Severity::Unknown) else { return };
        finding.severity = rating.severity;
        finding.severity_source = SeveritySource::DataFile;
        finding.severity_original = rating.original;
        let scores = ids.iter().filter_map(|id| self.ratings.get(id)).flat_map(|rated| rated.scores.iter().cloned());
        let details = finding.vulnerability.get_or_insert_default();
        for score in scores {
            if !details.scores.contains(&score) {
                details.scores.push(score);
            }
        }
    }
}

/// `#model_version:v2025.03.14,score_date:2026-11-20T00:00:00+0000`
fn score_date(line: &str) -> Option<Date> {
    let (_, rest) = line.split_once("score_date:")?;
    rest.get(..10)?.parse().ok()
}

/// An OSV record, as far as it is read (ossf.github.io/osv-schema).
#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow, default)]
    id: Text<'a>,
    #[serde(borrow, default)]
    aliases: Texts<'a>,
    #[serde(borrow, default)]
    withdrawn: Text<'a>,
    #[serde(borrow, default = "nothing")]
    severity: List<StatedScore<'a>>,
    #[serde(borrow, default)]
    database_specific: DatabaseSpecific<'a>,
}

fn nothing<T>() -> List<T> {
    List(Vec::new())
}

#[derive(Deserialize)]
struct StatedScore<'a> {
    #[serde(borrow, default)]
    score: Text<'a>,
}

#[derive(Default, Deserialize)]
struct DatabaseSpecific<'a> {
    #[serde(borrow, default)]
    severity: Text<'a>,
    #[serde(default, rename = "malicious-packages-origins")]
    malicious: Option<IgnoredAny>,
}

/// The catalogue in JSON.
#[derive(Deserialize)]
struct Catalogue<'a> {
    #[serde(borrow, default, rename = "dateReleased")]
    date_released: Text<'a>,
    #[serde(borrow)]
    vulnerabilities: Vec<Listed<'a>>,
}

#[derive(Deserialize)]
struct Listed<'a> {
    #[serde(borrow, rename = "cveID")]
    cve: Text<'a>,
    #[serde(borrow, default, rename = "dateAdded")]
    date_added: Text<'a>,
    #[serde(borrow, default, rename = "dueDate")]
    due_date: Text<'a>,
    #[serde(borrow, default, rename = "knownRansomwareCampaignUse")]
    ransomware: Text<'a>,
}

type Entries = Vec<(String, Kev)>;

fn kev_json(text: &str) -> Result<(Entries, Option<Date>), String> {
    let catalogue: Catalogue<'_> = serde_json::from_str(text)
        .map_err(|error| format!("it is not the catalogue of exploited vulnerabilities, or cut off: {error}"))?;
    let released = catalogue.date_released.get();
    let released = released
        .parse::<jiff::Timestamp>()
        .map(|time| time.to_zoned(TimeZone::UTC).date())
        .ok()
        .or_else(|| released.get(..10)?.parse().ok());
    let entry = |listed: &Listed<'_>| {
        kev(listed.cve.get(), listed.date_added.get(), listed.due_date.get(), listed.ransomware.get())
    };
    Ok((catalogue.vulnerabilities.iter().filter_map(entry).collect(), released))
}

fn kev(cve: &str, added: &str, due: &str, ransomware: &str) -> Option<(String, Kev)> {
    let ransomware = match ransomware.to_ascii_lowercase().as_str() {
        "known" => Some(true),
        _ => None,
    };
    let entry = Kev { listed: true, date_added: added.parse().ok(), due_date: due.parse().ok(), ransomware };
    (!cve.is_empty()).then(|| (advisory::spelling(cve.trim()), entry))
}

fn kev_csv(text: &str) -> Result<(Entries, Option<Date>), String> {
    let mut records = csv(text)?.into_iter();
    let header = records.next().unwrap_or_default();
    let column = |name: &str| header.iter().position(|field| field == name);
    let (Some(cve), added, due, ransomware) =
        (column("cveID"), column("dateAdded"), column("dueDate"), column("knownRansomwareCampaignUse"))
    else {
        return Err("the column `cveID` is missing: is it the catalogue of exploited vulnerabilities?".to_owned());
    };
    let entries = records.filter_map(|record| {
        let field = |at: Option<usize>| at.and_then(|at| record.get(at)).map_or("", String::as_str);
        kev(field(Some(cve)), field(added), field(due), field(ransomware))
    });
    Ok((entries.collect(), None))
}

/// RFC 4180: fields in quotes may hold commas, quotes and line breaks.
fn csv(text: &str) -> Result<Vec<Vec<String>>, String> {
    let mut records = vec![vec![String::new()]];
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        let Some(record) = records.last_mut() else { break };
        match char {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => push(record, '"'),
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(String::new()),
            '\r' if !quoted => {}
            '\n' if !quoted => records.push(vec![String::new()]),
            char => push(record, char),
        }
    }
    if quoted {
        return Err("a quote is not closed: the file is damaged or cut off".to_owned());
    }
    records.retain(|record| record.iter().any(|field| !field.is_empty()));
    Ok(records)
}

fn push(record: &mut [String], char: char) {
    if let Some(field) = record.last_mut() {
        field.push(char);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use portcullis_model::Vulnerability;
    use proptest::prelude::*;

    use super::*;

    fn finding(id: &str, aliases: &[&str]) -> Finding {
        Finding {
            kind: Kind::Vulnerability,
            rule_id: id.to_owned(),
            id: id.to_owned(),
            aliases: aliases.iter().map(|one| (*one).to_owned()).collect(),
            ..Finding::default()
        }
    }

    fn applied(data: &Enrichment, mut finding: Finding) -> Finding {
        data.apply(std::slice::from_mut(&mut finding), &Options::default());
        finding
    }

    const EPSS: &str = "#model_version:v2025.03.14,score_date:2026-11-20T00:00:00+0000\ncve,epss,percentile\nCVE-2021-44228,0.97565,0.99996\nCVE-2020-0001,0.00042,0.05\n";

    #[test]
    fn the_highest_likelihood_of_all_names_is_taken_and_comes_before_that_of_the_report() {
        let mut data = Enrichment::default();
        assert_eq!(data.read_epss(EPSS.as_bytes()), Ok(Some(jiff::civil::date(2026, 11, 20))));
        let mut two = finding("CVE-2020-0001", &["CVE-2021-44228"]);
        let reported = Epss { score: 0.5, ..Epss::default() };
        two.vulnerability = Some(Box::new(Vulnerability { epss: Some(reported), ..Vulnerability::default() }));
        let epss = applied(&data, two).vulnerability.unwrap().epss.unwrap();
        assert!((epss.score - 0.97565).abs() < 1e-6 && (epss.percentile - 0.99996).abs() < 1e-6);
        assert!(applied(&data, finding("CVE-2019-1", &[])).vulnerability.is_none());
    }

    #[test]
    fn compressed_scores_are_read_and_damaged_ones_are_told() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(EPSS.as_bytes()).unwrap();
        let gzip = gzip.finish().unwrap();
        let mut data = Enrichment::default();
        assert!(data.read_epss(&gzip).is_ok());
        assert_eq!(data.epss.len(), 2);
        for broken in [
            &gzip[..gzip.len() / 2],
            b"<html>",
            b"",
            b"cve,epss,percentile\nCVE-2020-1,0.9",
            b"cve,epss,percentile\nCVE-2020-1,7,1\n",
        ] {
            assert!(Enrichment::default().read_epss(broken).is_err());
        }
    }

    const KEV: &str = r#"{"title":"CISA","catalogVersion":"2026.11.19","dateReleased":"2026-11-19T15:00:00.1234Z","count":1,"vulnerabilities":[{"cveID":"CVE-2021-44228","vendorProject":"Apache","product":"Log4j2","dateAdded":"2021-12-10","dueDate":"2021-12-24","requiredAction":"patch","knownRansomwareCampaignUse":"Known"}]}"#;

    #[test]
    fn the_catalogue_is_read_as_json_and_as_csv() {
        let csv = "cveID,vendorProject,product,vulnerabilityName,dateAdded,shortDescription,requiredAction,dueDate,knownRansomwareCampaignUse\r\n\"CVE-2021-44228\",\"Apache\",\"Log4j2\",\"a \"\"big\"\" one, indeed\",\"2021-12-10\",\"two\nlines\",\"patch\",\"2021-12-24\",\"Known\"\r\n";
        let (mut json, mut table) = (Enrichment::default(), Enrichment::default());
        assert_eq!(json.read_kev(KEV.as_bytes()), Ok(Some(jiff::civil::date(2026, 11, 19))));
        assert_eq!(table.read_kev(csv.as_bytes()), Ok(Some(jiff::civil::date(2021, 12, 10))));
        assert_eq!(json.kev, table.kev);
        let kev =
            applied(&json, finding("GHSA-jfh8-c2jp-5v3q", &["CVE-2021-44228"])).vulnerability.unwrap().kev.unwrap();
        assert_eq!(
            (kev.listed, kev.due_date, kev.ransomware),
            (true, Some(jiff::civil::date(2021, 12, 24)), Some(true))
        );
    }

    #[test]
    fn a_catalogue_that_is_cut_off_is_no_catalogue() {
        for end in 0..KEV.len() {
            assert!(Enrichment::default().read_kev(KEV.as_bytes().get(..end).unwrap()).is_err(), "{end}");
        }
        assert!(Enrichment::default().read_kev(b"cveID,dateAdded\n\"CVE-1").is_err());
    }

    #[test]
    fn names_of_the_table_change_the_canonical_id() {
        let mut data = Enrichment::default();
        data.read_aliases(
            br#"{"GHSA-jfh8-c2jp-5v3q": ["CVE-2021-44228"], "PYSEC-2021-1": ["ghsa-JFH8-c2jp-5v3q", "DSA-5020-1"]}"#,
        )
        .unwrap();
        let named = applied(&data, finding("PYSEC-2021-1", &[]));
        assert_eq!(named.id, "CVE-2021-44228");
        assert_eq!(named.rule_id, "PYSEC-2021-1");
        assert_eq!(named.aliases.into_iter().collect::<Vec<_>>(), ["GHSA-jfh8-c2jp-5v3q", "PYSEC-2021-1"]);
        assert!(data.read_aliases(b"[]").is_err());
    }

    #[test]
    fn a_record_rates_what_its_tool_does_not() {
        let mut data = Enrichment::default();
        let records = concat!(
            r#"{"id":"PYSEC-2021-1","aliases":["CVE-2021-1234"],"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]}"#,
            "\n",
            r#"{"id":"GHSA-jfh8-c2jp-5v3q","database_specific":{"severity":"MODERATE"}}"#,
            "\n",
            r#"{"id":"PYSEC-2021-2","withdrawn":"2021-01-01T00:00:00Z","aliases":["CVE-2021-9999"]}"#,
            "\n"
        );
        assert_eq!(data.read_osv(records.as_bytes()), Ok(3));
        let rated = applied(&data, finding("PYSEC-2021-1", &[]));
        assert_eq!(
            (rated.severity, rated.severity_source, rated.id.as_str()),
            (Severity::Critical, SeveritySource::DataFile, "CVE-2021-1234")
        );
        assert_eq!(applied(&data, finding("GHSA-jfh8-c2jp-5v3q", &[])).severity, Severity::Medium);
        let stated = Finding { severity: Severity::Low, ..finding("PYSEC-2021-1", &[]) };
        assert_eq!(applied(&data, stated).severity, Severity::Low);
        assert_eq!(applied(&data, finding("PYSEC-2021-2", &[])).id, "PYSEC-2021-2");
    }

    #[test]
    fn a_name_or_a_record_that_says_malware_makes_the_finding_malware() {
        let mut table = Enrichment::default();
        table.read_aliases(br#"{"MAL-2024-1": ["GHSA-jfh8-c2jp-5v3q"]}"#).unwrap();
        let mut records = Enrichment::default();
        let origins =
            r#"{"id":"GHSA-jfh8-c2jp-5v3q","database_specific":{"malicious-packages-origins":[{"source":"x"}]}}"#;
        records.read_osv(origins.as_bytes()).unwrap();
        let low = || Finding { severity: Severity::Low, ..finding("GHSA-jfh8-c2jp-5v3q", &[]) };
        for data in [table, records] {
            let named = applied(&data, low());
            assert_eq!((named.kind, named.severity), (Kind::Malware, Severity::Critical));
        }
        assert_eq!(applied(&Enrichment::default(), low()).kind, Kind::Vulnerability);
    }

    #[test]
    fn records_that_cannot_be_read_are_told() {
        for broken in ["", "{", "[1]", r#"{"id":"#] {
            assert!(Enrichment::default().read_osv(broken.as_bytes()).is_err(), "{broken}");
        }
        assert_eq!(Enrichment::default().read_osv(br#"[{"id":"GO-2021-0001"}]"#), Ok(1));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..60), text in r#"[{"\[cve,epssID:}\]\n#0-9.-]{0,60}"#) {
            for input in [bytes.as_slice(), text.as_bytes()] {
                let mut data = Enrichment::default();
                let _ = (data.read_epss(input), data.read_kev(input), data.read_aliases(input), data.read_osv(input));
            }
        }
    }
}
