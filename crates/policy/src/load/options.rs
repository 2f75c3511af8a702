//! The parts of the merged tree that say whose word counts, and the options of our own checks.

use portcullis_model::{Glob, Globs, Level};

use super::build::Tree;
use super::value::{Located, Value};
use crate::pattern::Pattern;
use crate::policy::Setting;
use crate::trust::{Approval, ExceptionPolicy, Import, Inline, Sarif, TrustPolicy};
use crate::wings::{AlertPolicy, ManifestPolicy, WorkflowPolicy};

impl Tree<'_> {
    pub(super) fn trust(&self) -> TrustPolicy {
        let forbidden = |located: &Located| {
            Some(Setting { value: Pattern::new(located.as_text()?).ok()?, origin: self.sources.origin(&located.mark) })
        };
        TrustPolicy {
            from_head: self.is(&["trust", "policy_from"], "head"),
            inline: self
                .setting(&["trust", "inline_suppressions"], |at| at.as_text().map(Inline::of))
                .unwrap_or_default(),
            inline_reason_required: self.flag(&["trust", "inline_reason_required"]),
            inline_forbidden: self.list(&["trust", "inline_forbidden"]).iter().filter_map(forbidden).collect(),
            sarif: self.setting(&["trust", "sarif_suppressions"], |at| at.as_text().map(Sarif::of)).unwrap_or_default(),
            apply_tightening: self.flag(&["trust", "apply_tightening"]),
            approved_exceptions: self.is(&["trust", "exceptions_from_head"], "approved"),
            approvers: self.words(&["trust", "approvers"]),
        }
    }

    pub(super) fn exception_policy(&self) -> ExceptionPolicy {
        let warn_days = self.number(&["exception_policy", "warn_days"]).unwrap_or_default();
        let word = |key: &str| self.setting(&["exception_policy", key], |value| value.as_text()?.parse::<Level>().ok());
        let demand =
            |at: &Located| Some(Setting { value: Approval::of(at.as_text()?)?, origin: self.sources.origin(&at.mark) });
        ExceptionPolicy {
            warn_days: Setting { value: u32::try_from(warn_days.value).unwrap_or(u32::MAX), origin: warn_days.origin },
            expired: word("expired").unwrap_or_else(|| Setting { value: Level::Fail, ..Setting::default() }),
            unused: self.level(&["exception_policy", "unused"]),
            max_matches: self.number(&["exception_policy", "max_matches"]).unwrap_or_default(),
            require_approval: self.list(&["exception_policy", "require_approval"]).iter().filter_map(demand).collect(),
            import: self.setting(&["exception_policy", "import"], |at| Some(import(at))).unwrap_or_default(),
            imported: word("imported").unwrap_or_else(|| Setting { value: Level::Fail, ..Setting::default() }),
            imported_requires: self.words(&["exception_policy", "imported_requires"]).into_iter().collect(),
        }
    }

    pub(super) fn workflows(&self) -> WorkflowPolicy {
        WorkflowPolicy {
            pinning: self.mapping(&["workflows", "pinning"]),
            pins: self.mapping(&["workflows", "pins"]),
            extra_sinks: self.texts(&["workflows", "extra_sinks"]),
        }
    }

    pub(super) fn manifests(&self) -> ManifestPolicy {
        let cpu_limits = self.get(&["manifests", "cpu_limits"]).and_then(Located::as_text).unwrap_or("require");
        ManifestPolicy { cpu_limits: cpu_limits.to_owned(), skip_kinds: self.texts(&["manifests", "skip_kinds"]) }
    }

    pub(super) fn alerts(&self) -> AlertPolicy {
        let aliases = |entry: &Located| {
            let names = entry.at(&["aliases"]).map_or(&[][..], Located::items);
            let names = names.iter().filter_map(Located::as_text).map(str::to_owned).collect();
            Some((entry.at(&["name"])?.as_text()?.to_owned(), names))
        };
        AlertPolicy {
            require_labels: self.words(&["alerts", "require_labels"]),
            require_annotations: self.words(&["alerts", "require_annotations"]),
            severities: self.words(&["alerts", "severities"]),
            severity_exempt: self.texts(&["alerts", "severity_exempt"]),
            for_exempt: self.texts(&["alerts", "for_exempt"]),
            annotation_aliases: self.list(&["alerts", "annotations"]).iter().filter_map(aliases).collect(),
        }
    }

    fn words(&self, path: &[&str]) -> Vec<String> {
        self.list(path).iter().filter_map(Located::as_text).map(str::to_owned).collect()
    }

    fn text_at(&self, located: &Located) -> Option<Setting<String>> {
        Some(Setting { value: located.as_text()?.to_owned(), origin: self.sources.origin(&located.mark) })
    }

    fn texts(&self, path: &[&str]) -> Vec<Setting<String>> {
        self.list(path).iter().filter_map(|located| self.text_at(located)).collect()
    }

    fn mapping(&self, path: &[&str]) -> Vec<(String, Setting<String>)> {
        let entries = self.get(path).and_then(Located::as_map).into_iter().flatten();
        entries.filter_map(|(name, located)| Some((name.clone(), self.text_at(located)?))).collect()
    }
}

fn import(located: &Located) -> Import {
    match &located.value {
        Value::Text(word) if word == "auto" => Import::Auto,
        Value::List(items) => {
            let globs = items.iter().filter_map(|item| Glob::new(item.as_text()?).ok());
            Import::These(Globs::new(globs.collect::<Vec<_>>()))
        }
        _ => Import::Off,
    }
}
