//! A report that is whole and stands in the order Trivy writes: its vulnerabilities, most of a large report, are read where
//! they stand, and once. Any other report is left to the reader that takes what it can get; both say the same.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::shape::VulnerabilityItem;
use super::translate::{self, Scanned};
use super::{Report, Target};
use crate::draft::Draft;
use crate::items::Pointers;
use crate::json::{Faults, Handed, Members, Walk, read_document};

/// Reads the report into the draft; the draft is as it was where this reader is none for it.
pub(super) fn read(text: &str, draft: &mut Draft<'_>) -> bool {
    let (mut attempt, mut faults) = (draft.anew(), Faults::default());
    let mut members = Usual { report: Report::default(), results: None, draft: &mut attempt };
    let read = read_document(text, Walk { name: "the report", members: &mut members, faults: &mut faults });
    let is_usual = read.is_ok() && faults == Faults::default() && members.results.is_some_and(|results| results > 0);
    if is_usual {
        *draft = attempt;
    }
    is_usual
}

/// Ends the attempt.
fn unusual<E: Error>() -> E {
    E::custom("not in the order Trivy writes")
}

/// The members of the document.
struct Usual<'d, 'a, 'de> {
    /// What stands before the results.
    report: Report<'de>,
    /// How many results there are, once they are met.
    results: Option<usize>,
    draft: &'d mut Draft<'a>,
}

impl<'de> Members<'de> for Usual<'_, '_, 'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match (key, self.results) {
            ("Results", None) => {
                super::begin(&mut self.report, faults, self.draft);
                self.results = Some(map.next_value_seed(Results { draft: self.draft, faults })?);
                Ok(())
            }
            ("SchemaVersion" | "ArtifactName" | "ArtifactType" | "CreatedAt" | "Trivy" | "Metadata", Some(_)) => {
                Err(unusual())
            }
            _ => self.report.member(key, map, faults),
        }
    }
}

/// The list of results; gives their number.
struct Results<'d, 'a> {
    draft: &'d mut Draft<'a>,
    faults: &'d mut Faults,
}

impl<'de> DeserializeSeed<'de> for Results<'_, '_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Results<'_, '_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<usize, A::Error> {
        let mut pointers = Pointers::into("/Results");
        let mut results = 0;
        loop {
            let pointer = pointers.next();
            let mut members = InTarget { target: Target::default(), scanned: None, pointer, draft: self.draft };
            let walk = Walk { name: "Results[]", members: &mut members, faults: self.faults };
            if seq.next_element_seed(walk)?.is_none() {
                return Ok(results);
            }
            members.complete();
            results += 1;
        }
    }
}

/// The members of one result.
struct InTarget<'d, 'a, 'de> {
    target: Target<'de>,
    /// Known once the vulnerabilities are met.
    scanned: Option<Scanned>,
    pointer: &'d str,
    draft: &'d mut Draft<'a>,
}

impl InTarget<'_, '_, '_> {
    /// Reads the rest when the end of the result is met.
    fn complete(self) {
        let Self { target, scanned, pointer, draft } = self;
        let scanned = scanned.unwrap_or_else(|| translate::begin(&target, pointer, None, draft));
        translate::complete(&target, &scanned, pointer, draft);
    }
}

impl<'de> Members<'de> for InTarget<'_, '_, 'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match (key, &self.scanned) {
            ("Vulnerabilities", None) => {
                let draft = &mut *self.draft;
                let scanned = self.scanned.insert(translate::begin(&self.target, self.pointer, None, draft));
                let mut pointers = Pointers::into(&format!("{}/Vulnerabilities", self.pointer));
                map.next_value_seed(Handed::to(|item: VulnerabilityItem<'de>| {
                    translate::vulnerability(item, scanned, pointers.next(), None, draft);
                }))
            }
            ("Target" | "Class" | "Type" | "Packages", Some(_)) => Err(unusual()),
            _ => self.target.member(key, map, faults),
        }
    }
}

#[cfg(test)]
mod tests {
    use portcullis_model::{InputReport, PathResolver, Section};

    use super::super::read_with_care;
    use super::*;
    use crate::tests::broken::{Numbers, mutated};
    use crate::tests::fixtures::TRIVY;
    use crate::tests::{now, real};
    use crate::{Options, ReportOptions, Surroundings};

    /// What the other reader makes of the report, where this one is one for it and says the same.
    fn agreed(text: &str) -> Option<String> {
        let (resolver, options, entry) =
            (PathResolver::new([], [], Vec::new()), Options::default(), ReportOptions::default());
        let file = |_: &str| None;
        let around = Surroundings { resolver: &resolver, now: now(), commits: &[], file: &file, options: &options };
        let draft = || Draft::new(&around, &entry, InputReport { path: "trivy.json".to_owned(), ..Default::default() });
        let said = |draft: Draft<'_>| format!("{:#?}", draft.finish(Section::Vulnerabilities));
        let (mut one, mut other) = (draft(), draft());
        read_with_care(text, &mut other);
        if !read(text, &mut one) {
            assert_eq!(said(one), said(draft()), "nothing is left of the attempt: {text}");
            return None;
        }
        let other = said(other);
        assert_eq!(said(one), other, "{text}");
        Some(other)
    }

    #[test]
    fn the_order_of_trivy_is_read_at_once() {
        assert!(agreed(TRIVY).unwrap().contains("CVE-2024-2000"));
        assert!(agreed(&TRIVY.replace("\"Vulnerabilities\": [", "\"Vulnerabilities\": null, \"x\": [")).is_some());
    }

    #[test]
    fn another_order_is_left_to_the_other_reader() {
        let (front, back) = TRIVY.split_once("\"Results\"").unwrap();
        let back = back.trim_end().strip_suffix('}').unwrap();
        let front = front.trim_start_matches('{').trim().trim_end_matches(',');
        assert_eq!(agreed(&format!("{{\"Results\"{back}, {front}}}")), None);
        let class_last =
            TRIVY.replace("\"Class\": \"os-pkgs\",", "").replacen("}]},", "}], \"Class\": \"os-pkgs\"},", 1);
        assert_ne!(class_last, TRIVY);
        assert_eq!(agreed(&class_last), None);
    }

    #[test]
    fn what_is_not_whole_is_left_to_the_other_reader() {
        for (from, to) in [
            ("\"Results\": [", "\"Results\": [7, "),
            ("\"Results\": [", "\"Results\": [], \"x\": ["),
            ("\"Results\": [", "\"Results\": null, \"x\": ["),
            ("\"Results\": [", "\"Results\": [], \"Results\": ["),
            ("\"Vulnerabilities\": [", "\"Vulnerabilities\": [7, "),
            ("\"Vulnerabilities\": [", "\"Vulnerabilities\": [], \"Vulnerabilities\": ["),
            ("\"Vulnerabilities\": [", "\"Vulnerabilities\": {}, \"x\": ["),
            ("\"CVSS\": {", "\"CVSS\": [[, {"),
        ] {
            let text = TRIVY.replacen(from, to, 1);
            assert_ne!(text, TRIVY);
            assert_eq!(agreed(&text), None, "{to}");
        }
        assert_eq!(agreed(&format!("{TRIVY} x")), None);
    }

    #[test]
    fn both_readers_say_the_same_of_every_mutation() {
        let mut numbers = Numbers(7);
        let texts = (0..3_000).map(|_| mutated(TRIVY, &mut numbers));
        let usual = texts.filter(|text| agreed(&String::from_utf8_lossy(text)).is_some()).count();
        assert!(usual > 300, "{usual} of the mutations were whole");
    }

    #[test]
    fn both_readers_say_the_same_of_real_reports() {
        let files = real::files("trivy").unwrap_or_default();
        let usual = files.iter().filter(|(_, text)| agreed(&String::from_utf8_lossy(text)).is_some()).count();
        assert!(files.is_empty() || usual > 10, "{usual} of {} are read at once", files.len());
    }
}
