//! Ids of advisories and which of them name the same weakness (spec/ingest.md 5).

use std::collections::BTreeSet;
use std::sync::LazyLock;

use memchr::memmem::Finder;
use portcullis_model::advisory::{self, Database};
use regex::Regex;

/// What an id is, the better canonical id first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// Names one weakness.
    Of(Database),
    /// Names a notice that may cover several weaknesses: a reference, never an alias.
    Errata,
}

#[allow(clippy::unwrap_used, reason = "constant patterns, compiled by every test")]
static ADVISORY_PAGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i-u)(?:/advisories/(GHSA-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4})|nvd\.nist\.gov/vuln/detail/(CVE-\d{4}-\d{4,})|osv\.dev/vulnerability/([A-Z0-9:\-]+)|rustsec\.org/advisories/(RUSTSEC-\d{4}-\d{4}))(?:$|[/?#.])",
    )
    .unwrap()
});

#[allow(clippy::unwrap_used, reason = "constant patterns, compiled by every test")]
static CWE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?i-u)\bcwe[-_ /]{0,2}0*(\d{1,5})\b").unwrap());

/// Every CWE number a text names: `CWE-79: …`, `external/cwe/cwe-079`.
pub(crate) fn cwes_in(text: &str) -> impl Iterator<Item = u32> {
    // Nearly every text is one number and nothing else: that is told without a pattern.
    let only = text.strip_prefix("CWE-").filter(|number| is_number(number)).and_then(|number| number.parse().ok());
    let named = only.is_none().then(|| CWE.captures_iter(text));
    let named = named.into_iter().flatten().filter_map(|found| found.get(1)?.as_str().parse().ok());
    only.into_iter().chain(named).filter(|number| *number > 0)
}

/// One to five digits.
fn is_number(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The class and canonical spelling of an id; `None` for anything that is no advisory id.
pub(crate) fn classify(id: &str) -> Option<(Class, String)> {
    let id = id.trim();
    match advisory::database(id) {
        Some(database) => Some((Class::Of(database), advisory::spelling(id))),
        None => advisory::is_errata(id).then(|| (Class::Errata, id.to_owned())),
    }
}

/// The id a text begins with: `CVE-2021-44228-log4j-core`.
pub(crate) fn at_start(text: &str) -> Option<String> {
    let mut end = text.len().min(200);
    while let Some(start) = text.get(..end) {
        if let Some((_, id)) = classify(start) {
            return Some(id);
        }
        end = start.rfind('-')?;
    }
    None
}

/// Parts of addresses of which one stands in that of every advisory page.
static PARTS: LazyLock<[Finder<'static>; 3]> =
    LazyLock::new(|| ["/advisories/", "vuln/detail/", "/vulnerability/"].map(Finder::new));

/// How the addresses of the two largest databases begin; the id follows.
const PAGES: [&str; 2] = ["https://nvd.nist.gov/vuln/detail/", "https://github.com/advisories/"];

/// The id an address of one of them consists of, when nothing follows it.
fn in_plain_url(url: &str) -> Option<(Class, String)> {
    let id = PAGES.iter().find_map(|page| url.strip_prefix(page))?;
    let named = classify(id).filter(|(_, spelled)| spelled.len() == id.len())?;
    matches!(named.0, Class::Of(Database::Cve | Database::Ghsa)).then_some(named)
}

/// The id an advisory page's address names.
pub(crate) fn in_url(url: &str) -> Option<(Class, String)> {
    if let Some(named) = in_plain_url(url) {
        return Some(named);
    }
    // Most addresses are mails and commits: told by a look, not by a pattern.
    let may_be = PARTS.iter().any(|part| part.find(url.as_bytes()).is_some());
    let found = may_be.then(|| ADVISORY_PAGE.captures(url)).flatten()?;
    found.iter().skip(1).flatten().find_map(|id| classify(id.as_str()))
}

/// The names of one weakness.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    /// Canonical id.
    pub(crate) id: String,
    /// Every other one.
    pub(crate) aliases: BTreeSet<String>,
    /// Pages of notices that cover it among others.
    pub(crate) notices: Vec<String>,
}

impl Names {
    /// From the tool's own id, what it lists as the same, and the addresses it refers to.
    pub(crate) fn of<'a>(
        rule_id: &str,
        same: impl IntoIterator<Item = &'a str>,
        urls: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let own = classify(rule_id);
        let own_class = own.as_ref().map(|(class, _)| *class);
        let mut known: BTreeSet<(Class, String)> = BTreeSet::new();
        let mut notices = Vec::new();
        let mut unclassified: BTreeSet<String> = BTreeSet::new();
        for id in same {
            match classify(id) {
                Some((Class::Errata, id)) => notices.extend(notice_page(&id)),
                Some(named) => _ = known.insert(named),
                None => _ = unclassified.insert(id.trim().to_owned()),
            }
        }
        for named in urls.into_iter().filter_map(in_url) {
            // Pages about one CVE often link another one's: two CVE numbers are two weaknesses until a list says otherwise.
            if named.0 != Class::Errata
                && !(named.0 == Class::Of(Database::Cve) && own_class == Some(Class::Of(Database::Cve)))
            {
                known.insert(named);
            }
        }
        let best = own
            .iter()
            .filter(|(class, _)| *class != Class::Errata)
            .chain(&known)
            .min_by(|one, two| rank(one).cmp(&rank(two)));
        let id = match (&own, best) {
            // The tool's own CVE stays: "lowest" is only to choose among aliases.
            (Some((Class::Of(Database::Cve), id)), _) | (_, Some((_, id))) | (Some((_, id)), None) => id.clone(),
            (None, None) => rule_id.trim().to_owned(),
        };
        let own_spelling = own.map_or_else(|| rule_id.trim().to_owned(), |(_, id)| id);
        let aliases = known.into_iter().map(|(_, id)| id).chain(unclassified).chain([own_spelling]);
        let aliases = aliases.filter(|alias| *alias != id && !alias.is_empty()).collect();
        Self { id, aliases, notices }
    }

    /// Whether one of the names says that the package itself is malicious.
    pub(crate) fn is_malware(&self) -> bool {
        std::iter::once(&self.id).chain(&self.aliases).any(|id| advisory::is_malware(id))
    }
}

/// Class, then number: the lowest year and number of several CVEs.
fn rank(named: &(Class, String)) -> (Class, Vec<u64>, &str) {
    let numbers = named.1.split('-').filter_map(|part| part.parse().ok()).collect();
    (named.0, numbers, &named.1)
}

/// Where a notice can be read.
pub(crate) fn notice_page(id: &str) -> Option<String> {
    let (family, rest) = id.split_once('-')?;
    match family.to_ascii_uppercase().as_str() {
        "RHSA" => Some(format!("https://access.redhat.com/errata/{id}")),
        "USN" => Some(format!("https://ubuntu.com/security/notices/{id}")),
        "DSA" | "DLA" => Some(format!("https://security-tracker.debian.org/tracker/{id}")),
        "ALAS" => Some(format!("https://alas.aws.amazon.com/{id}.html")),
        "ALAS2" => Some(format!("https://alas.aws.amazon.com/AL2/ALAS-{rest}.html")),
        "ALAS2023" => Some(format!("https://alas.aws.amazon.com/AL2023/ALAS-{rest}.html")),
        "ELSA" => Some(format!("https://linux.oracle.com/errata/{id}.html")),
        "SUSE" => {
            let (year, _) = rest.strip_prefix("SU-")?.split_once(':')?;
            let name = id.to_lowercase().replace(':', "");
            Some(format!("https://www.suse.com/support/update/announcement/{year}/{name}/"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_get_their_canonical_spelling() {
        assert_eq!(classify("cve-2021-44228"), Some((Class::Of(Database::Cve), "CVE-2021-44228".to_owned())));
        assert_eq!(
            classify("ghsa-JFH8-C2JP-5V3Q"),
            Some((Class::Of(Database::Ghsa), "GHSA-jfh8-c2jp-5v3q".to_owned()))
        );
        assert_eq!(classify("CVE-2021-1"), None);
        assert_eq!(classify("GHſA-jfh8-c2jp-5v3q"), None, "another letter");
        assert_eq!(classify("CVE-2021-٤٤٢٢٨"), None, "other digits");
        assert_eq!(classify("DL3008"), None);
    }

    #[test]
    fn an_address_names_an_id_only_when_it_is_an_advisory_page() {
        let ghsa = "https://github.com/npm/cli/security/advisories/GHSA-jfh8-c2jp-5v3q";
        assert_eq!(in_url(ghsa).unwrap().1, "GHSA-jfh8-c2jp-5v3q");
        assert_eq!(in_url("https://blog.example.com/CVE-2021-44228"), None);
    }

    #[test]
    fn cwe_numbers_are_found_in_every_spelling() {
        assert_eq!(
            cwes_in("external/cwe/cwe-079 CWE-22: x, cwe_1333 CWE- CWE-noinfo").collect::<Vec<_>>(),
            [79, 22, 1333]
        );
    }

    #[test]
    fn the_best_class_gives_the_canonical_id_and_the_rest_are_aliases() {
        let names = Names::of("PYSEC-2021-9", ["GHSA-jfh8-c2jp-5v3q", "CVE-2021-44228", "CVE-2020-9999"], []);
        assert_eq!(names.id, "CVE-2020-9999");
        assert_eq!(
            names.aliases.into_iter().collect::<Vec<_>>(),
            ["CVE-2021-44228", "GHSA-jfh8-c2jp-5v3q", "PYSEC-2021-9"]
        );
    }

    #[test]
    fn a_notice_is_a_reference_and_no_alias() {
        let names = Names::of("CVE-2024-1000", ["RHSA-2024:1234"], []);
        assert!(names.aliases.is_empty());
        assert_eq!(names.notices, ["https://access.redhat.com/errata/RHSA-2024:1234"]);
    }

    #[test]
    fn every_family_of_notices_has_its_page() {
        for (id, page) in [
            ("USN-6000-1", "https://ubuntu.com/security/notices/USN-6000-1"),
            ("ALAS2023-2023-101", "https://alas.aws.amazon.com/AL2023/ALAS-2023-101.html"),
            ("ELSA-2023-1234", "https://linux.oracle.com/errata/ELSA-2023-1234.html"),
            ("SUSE-SU-2022:4617-1", "https://www.suse.com/support/update/announcement/2022/suse-su-20224617-1/"),
        ] {
            assert_eq!(Names::of("CVE-2024-1000", [id], []).notices, [page], "{id}");
        }
    }

    #[test]
    fn a_link_to_another_cve_does_not_rename_a_cve() {
        let names = Names::of("CVE-2024-1000", [], ["https://nvd.nist.gov/vuln/detail/CVE-2019-1111"]);
        assert_eq!((names.id.as_str(), names.aliases.len()), ("CVE-2024-1000", 0));
    }

    #[test]
    fn an_id_of_the_tool_alone_stays_as_it_is() {
        assert_eq!(Names::of("tool-42", [], []).id, "tool-42");
    }

    proptest! {
        #[test]
        fn a_canonical_spelling_is_its_own(id in "(?i)(cve-[0-9]{4}-[0-9]{3,6}|ghsa(-[2-9cfghjmpqrvwx]{4}){3}|(pysec|osv|mal|gms)-[0-9]{4}-[0-9]{1,4}|rhsa-[0-9]{4}:[0-9]{2}|[a-z]{3,6}-[0-9]{1,4})") {
            if let Some((class, spelled)) = classify(&id) {
                prop_assert!(spelled.eq_ignore_ascii_case(&id));
                prop_assert_eq!(classify(&spelled), Some((class, spelled)));
            }
        }

        #[test]
        fn the_order_of_a_list_of_aliases_changes_nothing(turn in 0_usize..4) {
            let mut same = ["CVE-2021-44228", "GHSA-jfh8-c2jp-5v3q", "CVE-2021-4104", "SNYK-JAVA-X-1"];
            let names = Names::of("OSV-2021-1", same, []);
            same.rotate_left(turn);
            prop_assert_eq!(Names::of("OSV-2021-1", same, []), names);
        }
    }
}
