//! Which format a document has, by its content (spec/ingest.md 8). The whole document is looked at, values are skipped.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::format::Format;
use crate::json::{Faults, Members, Number, Text, Walk, read_document};

/// Keys remembered of an object.
const MAX_KEYS: usize = 200;

/// What was seen of a document.
#[derive(Debug, Default)]
pub(crate) struct Look {
    /// Top-level keys in the order of the document; of a list: keys of its first element.
    pub(crate) keys: Vec<String>,
    /// It is a list.
    pub(crate) is_list: bool,
    version: String,
    schema: String,
    schema_version: Option<f64>,
    audit_report_version: Option<f64>,
    advisories_is_object: bool,
    error: BTreeSet<String>,
    /// First elements of lists that tell formats apart.
    dependencies: Option<First>,
    kubernetes: First,
    list: First,
}

/// The first element of a list.
#[derive(Debug, Default)]
struct First {
    is_empty: bool,
    keys: BTreeSet<String>,
}

impl First {
    fn has(&self, key: &str) -> bool {
        self.keys.contains(key)
    }
}

/// Looks at a document. A broken one is looked at up to the break.
pub(crate) fn look(text: &str) -> Look {
    let mut look = Look { is_list: text.trim_start().starts_with('['), ..Look::default() };
    if look.is_list {
        let mut list = First::default();
        // What breaks the document is told when it is read.
        let _ = read_document(text, FirstElement(&mut list));
        look.keys = list.keys.iter().cloned().collect();
        look.list = list;
    } else {
        let mut faults = Faults::default();
        let _ = read_document(text, Walk { name: "the report", members: &mut look, faults: &mut faults });
    }
    look
}

impl Look {
    /// Every format the document fits.
    pub(crate) fn formats(&self) -> Vec<Format> {
        Format::ALL.into_iter().filter(|format| self.fits(*format)).collect()
    }

    fn has(&self, key: &str) -> bool {
        !self.is_list && self.keys.iter().any(|known| known == key)
    }

    pub(crate) fn fits(&self, format: Format) -> bool {
        match format {
            Format::Sarif => {
                self.schema.contains("sarif") || (self.has("runs") && self.version.starts_with(['1', '2']))
            }
            Format::Trivy => {
                self.schema_version.is_some()
                    && (self.has("ArtifactName") || self.has("Results") || self.has("ArtifactType"))
            }
            Format::TrivyK8s => {
                self.has("ClusterName") || (self.kubernetes.has("Kind") && self.kubernetes.has("Results"))
            }
            Format::TrivyLegacy => self.list.has("Target") && self.list.has("Vulnerabilities"),
            Format::NpmAudit2 => self.audit_report_version.is_some(),
            Format::NpmAudit1 => self.advisories_is_object && self.has("metadata"),
            Format::NpmError => {
                let says_error = self.error.contains("code") || self.error.contains("summary");
                (says_error || (self.has("message") && self.has("statusCode")))
                    && !self.has("vulnerabilities")
                    && !self.has("advisories")
            }
            Format::PipAudit => self.fits_pip_audit(),
        }
    }

    fn fits_pip_audit(&self) -> bool {
        let dependency = |first: &First| first.has("name") && (first.has("vulns") || first.has("skip_reason"));
        match &self.dependencies {
            // An empty list says nothing, so the rest of the document must not say anything else.
            Some(first) if first.is_empty => self.keys.iter().all(|key| key == "dependencies" || key == "fixes"),
            Some(first) => dependency(first),
            None => dependency(&self.list),
        }
    }
}

impl<'de> Members<'de> for Look {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        if self.keys.len() < MAX_KEYS && !self.keys.iter().any(|known| known == key) {
            self.keys.push(key.to_owned());
        }
        match key {
            "version" => self.version = map.next_value::<Text<'_>>()?.get().to_owned(),
            "$schema" => self.schema = map.next_value::<Text<'_>>()?.get().to_ascii_lowercase(),
            "SchemaVersion" => self.schema_version = map.next_value::<Number>()?.0,
            "auditReportVersion" => self.audit_report_version = map.next_value::<Number>()?.0,
            "audit" => {
                let mut inner = Self::default();
                map.next_value_seed(Walk { name: key, members: &mut inner, faults })?;
                self.audit_report_version = self.audit_report_version.or(inner.audit_report_version);
            }
            "advisories" => map.next_value_seed(Keys(&mut BTreeSet::new(), &mut self.advisories_is_object))?,
            "error" => map.next_value_seed(Keys(&mut self.error, &mut false))?,
            "dependencies" => map.next_value_seed(FirstElement(self.dependencies.insert(First::default())))?,
            "Resources" | "Findings" | "Vulnerabilities" | "Misconfigurations" => {
                let mut first = First::default();
                let read = map.next_value_seed(FirstElement(&mut first));
                self.kubernetes.keys.append(&mut first.keys);
                read?;
            }
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

/// Reads the keys of the first object of a list.
struct FirstElement<'a>(&'a mut First);

/// Reads the keys of an object; the flag says that it is one.
struct Keys<'a>(&'a mut BTreeSet<String>, &'a mut bool);

/// Visits of values without keys.
macro_rules! no_keys {
    () => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("any value")
        }

        fn visit_unit<E>(self) -> Result<(), E> {
            Ok(())
        }

        fn visit_bool<E>(self, _: bool) -> Result<(), E> {
            Ok(())
        }

        fn visit_i64<E>(self, _: i64) -> Result<(), E> {
            Ok(())
        }

        fn visit_u64<E>(self, _: u64) -> Result<(), E> {
            Ok(())
        }

        fn visit_f64<E>(self, _: f64) -> Result<(), E> {
            Ok(())
        }

        fn visit_str<E>(self, _: &str) -> Result<(), E> {
            Ok(())
        }
    };
}

impl<'de> DeserializeSeed<'de> for FirstElement<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for FirstElement<'_> {
    type Value = ();

    no_keys!();

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut is_object = false;
        self.0.is_empty = seq.next_element_seed(Keys(&mut self.0.keys, &mut is_object))?.is_none();
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Keys<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Keys<'_> {
    type Value = ();

    no_keys!();

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        *self.1 = true;
        while let Some(key) = map.next_key::<Text<'_>>()? {
            if self.0.len() < MAX_KEYS {
                self.0.insert(key.get().to_owned());
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formats(text: &str) -> Vec<&'static str> {
        look(text).formats().into_iter().map(Format::id).collect()
    }

    #[test]
    fn each_format_is_told_by_its_own_marks() {
        for (text, id) in [
            (r#"{"version":"2.1.0","runs":[]}"#, "sarif"),
            (r#"{"$schema":"https://json.schemastore.org/sarif-2.1.0.json"}"#, "sarif"),
            (r#"{"SchemaVersion":2,"ArtifactName":"x"}"#, "trivy"),
            (r#"{"ClusterName":"c"}"#, "trivy-k8s"),
            (r#"[{"Target":"x","Vulnerabilities":null}]"#, "trivy-legacy"),
            (r#"{"auditReportVersion":2,"vulnerabilities":{}}"#, "npm-audit-2"),
            (r#"{"audit":{"auditReportVersion":2},"added":1}"#, "npm-audit-2"),
            (r#"{"advisories":{},"metadata":{}}"#, "npm-audit-1"),
            (r#"{"error":{"code":"ENOLOCK","summary":"x"}}"#, "npm-error"),
            (
                r#"{"message":"405 Method Not Allowed","statusCode":405,"error":{"summary":"","detail":""}}"#,
                "npm-error",
            ),
            (r#"{"dependencies":[{"name":"x","version":"1","vulns":[]}],"fixes":[]}"#, "pip-audit"),
            (r#"[{"name":"x","skip_reason":"y"}]"#, "pip-audit"),
            (r#"{"dependencies":[],"fixes":[]}"#, "pip-audit"),
        ] {
            assert_eq!(formats(text), [id], "{text}");
        }
    }

    #[test]
    fn documents_of_other_tools_fit_nothing() {
        for text in [
            "{}",
            "[]",
            "null",
            r#"{"bomFormat":"CycloneDX","dependencies":[],"vulnerabilities":[]}"#,
            r#"{"bomFormat":"CycloneDX","dependencies":[{"ref":"a"}]}"#,
            r#"{"vulnerabilities":[],"packageManager":"npm"}"#,
            r#"{"ok":false,"error":"could not"}"#,
            r#"{"matches":[],"descriptor":{"name":"grype"}}"#,
        ] {
            assert!(formats(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_document_that_fits_two_formats_fits_both() {
        assert_eq!(formats(r#"{"version":"2.1.0","runs":[],"auditReportVersion":2}"#), ["sarif", "npm-audit-2"]);
    }

    #[test]
    fn a_broken_document_is_told_by_what_came_before_the_break() {
        assert_eq!(formats(r#"{"SchemaVersion":2,"ArtifactName":"x","Results":[{"Tar"#), ["trivy"]);
        assert_eq!(formats(r#"[{"Target":"x","Vulnerabilities":[{"#), ["trivy-legacy"]);
    }
}
