//! Identifiers of advisories: their forms and which of several names a weakness best (spec/ingest.md 5).

/// The database an identifier belongs to, in the order in which one is chosen as canonical.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Database {
    /// CVE.
    Cve,
    /// GitHub advisory database.
    Ghsa,
    /// Database of a language: PYSEC, RUSTSEC, GO, MAL.
    Language,
    /// OSV's own.
    Osv,
    /// Vendor: SNYK, GMS, NSWG, TEMP, npm numbers.
    Vendor,
}

/// The first word of the identifiers of a database, in upper case, and whether what follows it has their form.
type Family = (&'static str, Database, fn(&str) -> bool);

const FAMILIES: [Family; 12] = [
    ("CVE", Database::Cve, |rest| year_and_number(rest, 4)),
    ("GHSA", Database::Ghsa, is_ghsa),
    ("PYSEC", Database::Language, |rest| year_and_number(rest, 1)),
    ("MAL", Database::Language, |rest| year_and_number(rest, 1)),
    ("RUSTSEC", Database::Language, |rest| year_and_number(rest, 4)),
    ("GO", Database::Language, |rest| year_and_number(rest, 4)),
    ("OSV", Database::Osv, |rest| year_and_number(rest, 1)),
    ("GMS", Database::Vendor, |rest| year_and_number(rest, 1)),
    ("NPM", Database::Vendor, all_digits),
    ("SNYK", Database::Vendor, is_snyk),
    ("TEMP", Database::Vendor, is_word),
    ("NSWG", Database::Vendor, is_word),
];

/// The database of an identifier with one of the known forms, any case; `None` for everything else.
pub fn database(id: &str) -> Option<Database> {
    let (word, rest) = id.split_once('-')?;
    let family = FAMILIES.iter().find(|(family, ..)| word.eq_ignore_ascii_case(family));
    family.filter(|(_, _, fits)| fits(rest)).map(|(_, database, _)| *database)
}

/// Whether the identifier has the form of an advisory id a policy may name as it is, errata included.
pub fn is_advisory(id: &str) -> bool {
    database(id).is_some() || is_errata(id)
}

/// Errata that cover several weaknesses: references, never aliases.
pub fn is_errata(id: &str) -> bool {
    let upper = id.to_ascii_uppercase();
    let Some((family, rest)) = upper.split_once('-') else { return false };
    match family {
        "DSA" | "DLA" => rest.split('-').count() <= 2 && rest.split('-').all(all_digits),
        "USN" => rest.split('-').count() == 2 && rest.split('-').all(all_digits),
        "RHSA" => rest.split_once(':').is_some_and(|(year, number)| is_year(year) && all_digits(number)),
        "ELSA" => year_and_number(rest, 1),
        "SUSE" | "OPENSUSE" => rest
            .strip_prefix("SU-")
            .and_then(|rest| rest.split_once(':'))
            .is_some_and(|(year, number)| is_year(year) && number.starts_with(|char: char| char.is_ascii_digit())),
        family if family.starts_with("ALAS") => {
            let mut parts = rest.rsplit('-');
            parts.next().is_some_and(all_digits) && parts.next().is_some_and(is_year)
        }
        _ => false,
    }
}

/// Ids of packages that are malicious themselves.
pub fn is_malware(id: &str) -> bool {
    id.starts_with("MAL-")
}

/// The canonical spelling: CVE and most others in upper case, GHSA with a lower-case rest; other ids unchanged.
pub fn spelling(id: &str) -> String {
    match database(id) {
        Some(Database::Ghsa) => format!("GHSA-{}", id.get(5..).unwrap_or_default().to_ascii_lowercase()),
        Some(_) => id.to_ascii_uppercase(),
        None => id.to_owned(),
    }
}

/// The identifier that names a weakness best: CVE with the lowest year and number, then GHSA, language, OSV, vendor,
/// then whatever sorts first. The order of the input does not matter.
pub fn canonical<'a>(ids: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    ids.into_iter().min_by_key(|id| {
        let database = database(id);
        (database.is_none(), database, numbers(id, database), *id)
    })
}

/// Year and number of a CVE, so that CVE-2021-9999 comes before CVE-2021-10000.
fn numbers(id: &str, database: Option<Database>) -> (u64, u64) {
    if database != Some(Database::Cve) {
        return (0, 0);
    }
    let mut parts = id.split('-').skip(1).map(|part| part.parse().unwrap_or(u64::MAX));
    (parts.next().unwrap_or(u64::MAX), parts.next().unwrap_or(u64::MAX))
}

fn year_and_number(rest: &str, digits: usize) -> bool {
    rest.split_once('-').is_some_and(|(year, number)| is_year(year) && number.len() >= digits && all_digits(number))
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && all_digits(text)
}

/// `JAVA-ORGAPACHE-1234`
fn is_snyk(rest: &str) -> bool {
    let parts: Vec<_> = rest.split('-').collect();
    matches!(parts.as_slice(), [ecosystem, package, number]
        if ecosystem.bytes().all(|byte| byte.is_ascii_alphabetic()) && is_word(package) && all_digits(number))
}

/// Letters, digits and hyphens.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_ghsa(rest: &str) -> bool {
    let groups: Vec<_> = rest.split('-').collect();
    groups.len() == 3
        && groups.iter().all(|group| {
            group.len() == 4 && group.bytes().all(|byte| b"23456789cfghjmpqrvwx".contains(&byte.to_ascii_lowercase()))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_cve_wins_by_number_not_by_text() {
        let ids = ["GHSA-c3h9-896r-86jm", "CVE-2021-10000", "CVE-2021-9999", "CVE-2022-0001"];
        assert_eq!(canonical(ids), Some("CVE-2021-9999"));
    }

    #[test]
    fn errata_are_advisories_but_belong_to_no_database_of_weaknesses() {
        for id in ["DSA-5000-1", "RHSA-2021:1234", "ALAS2-2021-1", "USN-1234-1"] {
            assert!(is_advisory(id) && database(id).is_none(), "{id}");
        }
    }

    #[test]
    fn ghsa_is_spelt_with_a_lower_case_rest() {
        assert_eq!(spelling("ghsa-C3H9-896R-86JM"), "GHSA-c3h9-896r-86jm");
        assert_eq!(spelling("cve-2024-12345"), "CVE-2024-12345");
        assert_eq!(spelling("DL3008"), "DL3008");
    }

    #[test]
    fn what_only_looks_like_an_id_is_none() {
        for id in ["CVE-24-1", "CVE-2024-12", "GHSA-aaaa-bbbb-cccc", "RUSTSEC-2020-1", "é-2024"] {
            assert_eq!(database(id), None, "{id}");
        }
    }
}
