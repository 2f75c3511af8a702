//! A CycloneDX document as JSON and XML have it in common: only what is read.

use portcullis_model::text::bounded;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::inventory::MAX_NAME;
use crate::json::{Flag, List, Number, Text, Texts, prose};

/// The document without its vulnerabilities.
#[derive(Default)]
pub(super) struct Document<'a> {
    pub(super) version: String,
    pub(super) serial: Text<'a>,
    pub(super) number: Number,
    pub(super) metadata: Metadata<'a>,
    /// Each by itself: a list of large things is moved whenever it grows, and held until its last one is taken.
    #[allow(clippy::vec_box, reason = "a list that grows moves what is in it")]
    pub(super) components: Vec<Box<Part<'a>>>,
    pub(super) services: List<Service<'a>>,
    pub(super) dependencies: Vec<Dependency<'a>>,
    /// References of things that are neither components nor services.
    pub(super) others: Vec<String>,
}

/// `metadata`
#[derive(Default)]
pub(super) struct Metadata<'a> {
    pub(super) timestamp: Text<'a>,
    pub(super) lifecycles: List<Lifecycle<'a>>,
    pub(super) tools: Tools<'a>,
    pub(super) authors: List<Person<'a>>,
    pub(super) component: Option<Part<'a>>,
    pub(super) supplier: Option<Organisation<'a>>,
    pub(super) manufacturer: Option<Organisation<'a>>,
    /// Its name before 1.6.
    pub(super) manufacture: Option<Organisation<'a>>,
}

/// An element of `lifecycles`: a phase, or one with a name of its own.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Lifecycle<'a> {
    #[serde(borrow)]
    pub(super) phase: Text<'a>,
    #[serde(borrow)]
    pub(super) name: Text<'a>,
}

impl Lifecycle<'_> {
    pub(super) fn label(&self) -> Option<String> {
        self.phase.given().or_else(|| self.name.given()).map(|phase| bounded(phase, 100))
    }
}

/// `metadata.tools`: a list before 1.5, since then also an object of components and services.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Tools<'a> {
    #[serde(borrow)]
    pub(super) components: List<Tool<'a>>,
    #[serde(borrow)]
    pub(super) services: List<Tool<'a>>,
}

impl<'a> Tools<'a> {
    /// Reads either form.
    pub(super) fn of(raw: &'a RawValue) -> Result<Self, serde_json::Error> {
        if raw.get().starts_with('[') {
            return serde_json::from_str(raw.get()).map(|components| Self { components, services: List::default() });
        }
        serde_json::from_str::<Option<Self>>(raw.get()).map(Option::unwrap_or_default)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Tool<'a>> {
        self.components.0.iter().chain(&self.services.0)
    }

    /// `trivy 0.58.1`
    pub(super) fn labels(&self) -> Vec<String> {
        self.all().filter_map(Tool::label).collect()
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Tool<'a> {
    #[serde(borrow, alias = "group")]
    pub(super) vendor: Text<'a>,
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) version: Text<'a>,
}

impl Tool<'_> {
    fn label(&self) -> Option<String> {
        let name = self.name.given().or_else(|| self.vendor.given())?;
        Some(match self.version.given() {
            Some(version) => bounded(&format!("{name} {version}"), MAX_NAME),
            None => bounded(name, MAX_NAME),
        })
    }
}

/// A person; some tools write only an address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Person<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) email: Text<'a>,
}

impl Person<'_> {
    pub(super) fn label(&self) -> Option<String> {
        self.name.given().or_else(|| self.email.given()).map(|name| bounded(name, MAX_NAME))
    }
}

/// `supplier`, `manufacturer`
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Organisation<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) url: Texts<'a>,
}

impl Organisation<'_> {
    pub(super) fn label(&self) -> Option<String> {
        self.name.given().or_else(|| self.url.iter().next()).map(|name| bounded(name, MAX_NAME))
    }
}

/// A component with those inside it.
#[derive(Default)]
pub(super) struct Part<'a> {
    pub(super) kind: Text<'a>,
    pub(super) reference: Text<'a>,
    pub(super) group: Text<'a>,
    pub(super) name: Text<'a>,
    pub(super) version: Text<'a>,
    pub(super) purl: Text<'a>,
    pub(super) cpe: Text<'a>,
    pub(super) swid: Text<'a>,
    pub(super) scope: Text<'a>,
    pub(super) is_external: Flag,
    pub(super) hashes: List<Digest<'a>>,
    pub(super) licenses: List<LicenseChoice<'a>>,
    pub(super) supplier: Option<Organisation<'a>>,
    pub(super) manufacturer: Option<Organisation<'a>>,
    pub(super) author: Text<'a>,
    pub(super) authors: List<Person<'a>>,
    pub(super) publisher: Text<'a>,
    pub(super) properties: List<Property<'a>>,
    pub(super) evidence: Evidence<'a>,
    pub(super) links: List<Link<'a>>,
    #[allow(clippy::vec_box, reason = "a list that grows moves what is in it")]
    pub(super) parts: Vec<Box<Part<'a>>>,
}

impl Part<'_> {
    /// Whether it says anything by which it can be told from others.
    pub(super) fn says_something(&self) -> bool {
        [&self.name, &self.purl, &self.reference, &self.cpe].into_iter().any(|text| text.given().is_some())
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Digest<'a> {
    #[serde(borrow)]
    pub(super) alg: Text<'a>,
    #[serde(borrow)]
    pub(super) content: Text<'a>,
}

/// `{license: {…}}` or `{expression: …}`
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct LicenseChoice<'a> {
    #[serde(borrow)]
    pub(super) license: Option<License<'a>>,
    #[serde(borrow)]
    pub(super) expression: Text<'a>,
    #[serde(borrow)]
    pub(super) acknowledgement: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct License<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) url: Text<'a>,
    #[serde(borrow)]
    pub(super) acknowledgement: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Property<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) value: Text<'a>,
}

/// `externalReferences[]`
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Link<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Text<'a>,
    #[serde(borrow)]
    pub(super) url: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Evidence<'a> {
    #[serde(borrow)]
    pub(super) occurrences: List<Occurrence<'a>>,
    #[serde(borrow)]
    identity: Option<Identities<'a>>,
}

impl Evidence<'_> {
    /// Files in which the component was met.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        let methods = self.identity.iter().flat_map(Identities::methods);
        let files = methods.filter(|method| matches!(method.technique.get(), "manifest-analysis" | "filename"));
        self.occurrences
            .0
            .iter()
            .filter_map(|occurrence| occurrence.location.given())
            .chain(files.filter_map(|method| method.value.given()))
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Occurrence<'a> {
    #[serde(borrow)]
    pub(super) location: Text<'a>,
}

/// `evidence.identity`: an object in 1.5, since 1.6 also a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Identities<'a> {
    #[serde(borrow)]
    One(Identity<'a>),
    #[serde(borrow)]
    Several(List<Identity<'a>>),
}

impl<'a> Identities<'a> {
    fn methods(&self) -> impl Iterator<Item = &Method<'a>> {
        let identities = match self {
            Self::One(identity) => std::slice::from_ref(identity),
            Self::Several(list) => list.0.as_slice(),
        };
        identities.iter().flat_map(|identity| &identity.methods.0)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Identity<'a> {
    #[serde(borrow)]
    methods: List<Method<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Method<'a> {
    #[serde(borrow)]
    technique: Text<'a>,
    #[serde(borrow)]
    value: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Service<'a> {
    #[serde(borrow, rename = "bom-ref")]
    pub(super) reference: Text<'a>,
    #[serde(borrow)]
    pub(super) group: Text<'a>,
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) version: Text<'a>,
    #[serde(borrow)]
    pub(super) services: List<Service<'a>>,
}

/// `dependencies[]`: `dependsOn` and `provides` are both what it is joined to.
#[derive(Default)]
pub(super) struct Dependency<'a> {
    pub(super) reference: Text<'a>,
    pub(super) needs: Texts<'a>,
}

/// `vulnerabilities[]`
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Vuln<'a> {
    #[serde(borrow, rename = "bom-ref")]
    pub(super) reference: Text<'a>,
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    pub(super) source: Option<Authority<'a>>,
    #[serde(borrow)]
    pub(super) references: List<SameAs<'a>>,
    #[serde(borrow)]
    pub(super) ratings: List<Rating<'a>>,
    #[serde(borrow)]
    pub(super) cwes: Texts<'a>,
    #[serde(borrow, deserialize_with = "prose")]
    pub(super) description: Text<'a>,
    #[serde(borrow)]
    pub(super) detail: Text<'a>,
    #[serde(borrow)]
    pub(super) recommendation: Text<'a>,
    #[serde(borrow)]
    pub(super) workaround: Text<'a>,
    #[serde(borrow)]
    pub(super) advisories: List<Advisory<'a>>,
    #[serde(borrow)]
    pub(super) published: Text<'a>,
    #[serde(borrow)]
    pub(super) updated: Text<'a>,
    #[serde(borrow)]
    pub(super) rejected: Text<'a>,
    #[serde(borrow)]
    pub(super) analysis: Option<Analysis<'a>>,
    #[serde(borrow)]
    pub(super) affects: List<Affect<'a>>,
}

/// Who publishes an id.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Authority<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) url: Text<'a>,
}

/// `references[]`: other ids of the same vulnerability.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct SameAs<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Rating<'a> {
    #[serde(borrow)]
    pub(super) source: Option<Authority<'a>>,
    pub(super) score: Number,
    #[serde(borrow)]
    pub(super) severity: Text<'a>,
    #[serde(borrow)]
    pub(super) method: Text<'a>,
    #[serde(borrow)]
    pub(super) vector: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Advisory<'a> {
    #[serde(borrow)]
    pub(super) url: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Analysis<'a> {
    #[serde(borrow)]
    pub(super) state: Text<'a>,
    #[serde(borrow)]
    pub(super) justification: Text<'a>,
    #[serde(borrow)]
    pub(super) response: Texts<'a>,
    #[serde(borrow)]
    pub(super) detail: Text<'a>,
    #[serde(borrow)]
    pub(super) first_issued: Text<'a>,
    #[serde(borrow)]
    pub(super) last_updated: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Affect<'a> {
    #[serde(borrow, rename = "ref")]
    pub(super) reference: Text<'a>,
    #[serde(borrow)]
    pub(super) versions: List<Affected<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Affected<'a> {
    #[serde(borrow)]
    pub(super) version: Text<'a>,
    #[serde(borrow)]
    pub(super) status: Text<'a>,
}
