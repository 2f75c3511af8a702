//! CycloneDX XML, with the extension that held vulnerabilities before 1.4. Elements are known by their way from the
//! component or vulnerability they belong to; components in a pedigree or a formulation are none of the inventory.

use portcullis_model::{Section, Source};

use super::shape::{
    Advisory, Affect, Affected, Analysis, Authority, Dependency, Digest, Document, License, LicenseChoice, Lifecycle,
    Link, Occurrence, Part, Person, Property, Rating, SameAs, Service, Tool, Vuln,
};
use super::vulnerability::Said;
use crate::draft::Draft;
use crate::json::{Flag, Number, Text};
use crate::xml::{Element, Handler};

/// Beginning of the namespaces; the version follows.
pub(super) const NAMESPACE: &str = "http://cyclonedx.org/schema/bom/";

/// What a component or service is to the document.
#[derive(Clone, Copy)]
enum Place {
    Inventory,
    Root,
    Tool,
}

impl Place {
    fn of(path: &[String]) -> Self {
        match path.get(1..3).unwrap_or_default() {
            [metadata, component] if metadata == "metadata" && component == "component" => Self::Root,
            [metadata, tools] if metadata == "metadata" && tools == "tools" => Self::Tool,
            _ => Self::Inventory,
        }
    }
}

/// What an open element is filled into, with the length of the path to it.
enum Frame {
    Component { depth: usize, place: Place, part: Box<Part<'static>> },
    Service { depth: usize, place: Place, service: Box<Service<'static>> },
    Vulnerability { depth: usize, vuln: Box<Vuln<'static>> },
}

impl Frame {
    fn depth(&self) -> usize {
        match self {
            Self::Component { depth, .. } | Self::Service { depth, .. } | Self::Vulnerability { depth, .. } => *depth,
        }
    }
}

/// The document while it is read.
#[derive(Default)]
struct Reader {
    document: Document<'static>,
    vulnerabilities: Vec<Vuln<'static>>,
    /// There is a place for vulnerabilities, be it empty.
    has_vulnerabilities: bool,
    frames: Vec<Frame>,
    /// Length of the path of an element whose inside is not read.
    skipped: Option<usize>,
    /// References of `dependency` elements that are open.
    dependencies: Vec<String>,
}

fn given(text: Option<&str>) -> Text<'static> {
    text.map_or_else(Text::default, |text| Text::from(text.to_owned()))
}

/// Changes what is there.
fn set<T>(target: Option<&mut T>, change: impl FnOnce(&mut T)) {
    if let Some(target) = target {
        change(target);
    }
}

fn names(path: &[String], from: usize) -> Vec<&str> {
    path.get(from..).unwrap_or_default().iter().map(String::as_str).collect()
}

impl Handler for Reader {
    fn open(&mut self, path: &[String], element: &Element) {
        if self.skipped.is_some_and(|depth| path.len() > depth) {
            return;
        }
        self.skipped = None;
        let depth = self.frames.last().map_or(0, Frame::depth);
        let within = names(path, depth);
        match self.frames.last_mut() {
            None => self.open_in_document(path, &within, element),
            Some(Frame::Component { part, .. }) => match within.as_slice() {
                ["components", "component"] => self.frames.push(component(path, element)),
                ["vulnerabilities", "vulnerability"] => {
                    // `ref` is no help: some tools write there what they call the vulnerability itself.
                    let own = part.reference.given().or_else(|| part.purl.given());
                    let reference = own.map_or_else(|| format!("component at byte {}", element.byte), str::to_owned);
                    if own.is_none() {
                        part.reference = Text::from(reference.clone());
                    }
                    self.frames.push(vulnerability(path, element, Some(reference)));
                    self.has_vulnerabilities = true;
                }
                ["pedigree" | "releaseNotes" | "modelCard" | "signature" | "cryptoProperties"] => {
                    self.skipped = Some(path.len());
                }
                _ => open_in_component(part, &within, element),
            },
            Some(Frame::Service { .. }) => {
                if within == ["services", "service"] {
                    self.frames.push(service(path, element));
                }
            }
            Some(Frame::Vulnerability { vuln, .. }) => open_in_vulnerability(vuln, &within, element),
        }
    }

    fn close(&mut self, path: &[String], text: &str) {
        if self.skipped.is_some_and(|depth| path.len() > depth) {
            return;
        }
        if self.frames.last().is_some_and(|frame| frame.depth() == path.len()) {
            let frame = self.frames.pop();
            self.take(frame);
            return;
        }
        let within = names(path, self.frames.last().map_or(0, Frame::depth));
        let text = text.trim();
        match self.frames.last_mut() {
            None => close_in_document(&mut self.document, &within, text),
            Some(Frame::Component { part, .. }) => close_in_component(part, &within, text),
            Some(Frame::Service { service, .. }) => close_in_service(service, &within, text),
            Some(Frame::Vulnerability { vuln, .. }) => close_in_vulnerability(vuln, &within, text),
        }
        if path.get(1).is_some_and(|name| name == "dependencies")
            && path.last().is_some_and(|name| name == "dependency")
        {
            self.dependencies.pop();
        }
    }
}

impl Reader {
    fn open_in_document(&mut self, path: &[String], within: &[&str], element: &Element) {
        let metadata = &mut self.document.metadata;
        match within {
            ["bom"] => {
                element.namespace.strip_prefix(NAMESPACE).unwrap_or_default().clone_into(&mut self.document.version);
                self.document.serial = given(element.attribute("serialNumber"));
                self.document.number = Number(element.attribute("version").and_then(|number| number.parse().ok()));
            }
            ["bom", "components" | "metadata", "component"]
            | ["bom", "metadata", "tools", "components", "component"] => self.frames.push(component(path, element)),
            ["bom", "services", "service"] | ["bom", "metadata", "tools", "services", "service"] => {
                self.frames.push(service(path, element));
            }
            ["bom", "vulnerabilities"] => self.has_vulnerabilities = true,
            ["bom", "vulnerabilities", "vulnerability"] => {
                let reference = element.attribute("ref").map(str::to_owned);
                self.frames.push(vulnerability(path, element, reference));
            }
            ["bom", "metadata", "tools", "tool"] => metadata.tools.components.0.push(Tool::default()),
            ["bom", "metadata", "authors", "author"] => metadata.authors.0.push(Person::default()),
            ["bom", "metadata", "lifecycles", "lifecycle"] => metadata.lifecycles.0.push(Lifecycle::default()),
            ["bom", "dependencies", rest @ ..] if rest.last() == Some(&"dependency") => self.dependency(element),
            ["bom", "dependencies", .., "provides"] => self.dependency(element),
            ["bom", "formulation" | "annotations" | "declarations" | "definitions" | "compositions" | "citations"] => {
                self.skipped = Some(path.len());
            }
            _ => {}
        }
    }

    /// A dependency inside another is what that one needs.
    fn dependency(&mut self, element: &Element) {
        let reference = element.attribute("ref").unwrap_or_default().to_owned();
        let mut dependency = Dependency::default();
        match self.dependencies.last() {
            Some(holder) => {
                dependency.reference = Text::from(holder.clone());
                dependency.needs.push(reference.clone());
            }
            None => dependency.reference = Text::from(reference.clone()),
        }
        self.document.dependencies.push(dependency);
        if element.name == "dependency" {
            self.dependencies.push(reference);
        }
    }

    /// An element that had a frame of its own is whole.
    fn take(&mut self, frame: Option<Frame>) {
        match frame {
            Some(Frame::Component { part, place, .. }) => self.take_component(*part, place),
            Some(Frame::Service { service, place, .. }) => self.take_service(*service, place),
            Some(Frame::Vulnerability { vuln, .. }) => self.vulnerabilities.push(*vuln),
            None => {}
        }
    }

    fn take_component(&mut self, part: Part<'static>, place: Place) {
        match (self.frames.last_mut(), place) {
            (Some(Frame::Component { part: holder, .. }), _) => holder.parts.push(Box::new(part)),
            (_, Place::Inventory) => self.document.components.push(Box::new(part)),
            (_, Place::Root) => self.document.metadata.component = Some(part),
            (_, Place::Tool) => {
                let tool = Tool { vendor: part.group, name: part.name, version: part.version };
                self.document.metadata.tools.components.0.push(tool);
            }
        }
    }

    fn take_service(&mut self, service: Service<'static>, place: Place) {
        match (self.frames.last_mut(), place) {
            (Some(Frame::Service { service: holder, .. }), _) => holder.services.0.push(service),
            (_, Place::Tool) => {
                let tool = Tool { vendor: service.group, name: service.name, version: service.version };
                self.document.metadata.tools.services.0.push(tool);
            }
            _ => self.document.services.0.push(service),
        }
    }

    /// What was open when the document broke: components that have a name already are known.
    fn unwind(&mut self) {
        while let Some(frame) = self.frames.pop() {
            match frame {
                Frame::Component { part, place, .. } if part.name.given().is_some() => {
                    self.take_component(*part, place);
                }
                _ => {}
            }
        }
    }
}

fn component(path: &[String], element: &Element) -> Frame {
    let part = Part {
        kind: given(element.attribute("type")),
        reference: given(element.attribute("bom-ref")),
        is_external: Flag(element.attribute("isExternal").map(|flag| matches!(flag, "true" | "1"))),
        ..Part::default()
    };
    Frame::Component { depth: path.len(), place: Place::of(path), part: Box::new(part) }
}

fn service(path: &[String], element: &Element) -> Frame {
    let service = Service { reference: given(element.attribute("bom-ref")), ..Service::default() };
    Frame::Service { depth: path.len(), place: Place::of(path), service: Box::new(service) }
}

fn vulnerability(path: &[String], element: &Element, affected: Option<String>) -> Frame {
    let mut vuln = Vuln { reference: given(element.attribute("bom-ref")), ..Vuln::default() };
    vuln.affects.0.extend(affected.map(|reference| Affect { reference: Text::from(reference), ..Affect::default() }));
    Frame::Vulnerability { depth: path.len(), vuln: Box::new(vuln) }
}

fn close_in_document(document: &mut Document<'static>, within: &[&str], text: &str) {
    let ["bom", "metadata", within @ ..] = within else { return };
    let metadata = &mut document.metadata;
    let text = || Text::from(text.to_owned());
    let tool = metadata.tools.components.0.last_mut();
    match within {
        ["timestamp"] => metadata.timestamp = text(),
        ["lifecycles", "lifecycle", name] => {
            if let Some(lifecycle) = metadata.lifecycles.0.last_mut() {
                match *name {
                    "phase" => lifecycle.phase = text(),
                    "name" => lifecycle.name = text(),
                    _ => {}
                }
            }
        }
        ["tools", "tool", "vendor"] => set(tool, |tool| tool.vendor = text()),
        ["tools", "tool", "name"] => set(tool, |tool| tool.name = text()),
        ["tools", "tool", "version"] => set(tool, |tool| tool.version = text()),
        ["authors", "author", "name"] => {
            set(metadata.authors.0.last_mut(), |author| author.name = text());
        }
        ["authors", "author", "email"] => {
            set(metadata.authors.0.last_mut(), |author| author.email = text());
        }
        ["supplier", "name"] => metadata.supplier.get_or_insert_default().name = text(),
        ["manufacturer", "name"] => metadata.manufacturer.get_or_insert_default().name = text(),
        ["manufacture", "name"] => metadata.manufacture.get_or_insert_default().name = text(),
        _ => {}
    }
}

fn open_in_component(part: &mut Part<'static>, within: &[&str], element: &Element) {
    match within {
        ["hashes", "hash"] => part.hashes.0.push(Digest { alg: given(element.attribute("alg")), ..Digest::default() }),
        ["licenses", "license"] => part.licenses.0.push(LicenseChoice {
            license: Some(License::default()),
            acknowledgement: given(element.attribute("acknowledgement")),
            ..LicenseChoice::default()
        }),
        ["licenses", "expression" | "expression-detailed"] => part.licenses.0.push(LicenseChoice {
            expression: given(element.attribute("expression")),
            acknowledgement: given(element.attribute("acknowledgement")),
            ..LicenseChoice::default()
        }),
        ["swid"] => part.swid = given(element.attribute("tagId")),
        ["authors", "author"] => part.authors.0.push(Person::default()),
        ["properties", "property"] => part
            .properties
            .0
            .push(Property { name: given(element.attribute("name")), value: given(element.attribute("value")) }),
        ["externalReferences", "reference"] => {
            part.links.0.push(Link { kind: given(element.attribute("type")), ..Link::default() });
        }
        _ => {}
    }
}

fn close_in_component(part: &mut Part<'static>, within: &[&str], raw: &str) {
    let text = || Text::from(raw.to_owned());
    match within {
        ["group"] => part.group = text(),
        ["name"] => part.name = text(),
        ["version"] => part.version = text(),
        ["purl"] => part.purl = text(),
        ["cpe"] => part.cpe = text(),
        ["scope"] => part.scope = text(),
        ["author"] => part.author = text(),
        ["publisher"] => part.publisher = text(),
        ["supplier", "name"] => part.supplier.get_or_insert_default().name = text(),
        ["manufacturer", "name"] => part.manufacturer.get_or_insert_default().name = text(),
        ["authors", "author", "name"] => set(part.authors.0.last_mut(), |author| author.name = text()),
        ["hashes", "hash"] => set(part.hashes.0.last_mut(), |hash| hash.content = text()),
        ["licenses", "expression"] => {
            set(part.licenses.0.last_mut(), |choice| choice.expression = text());
        }
        ["licenses", "license", name] => {
            let Some(license) = part.licenses.0.last_mut().and_then(|choice| choice.license.as_mut()) else { return };
            match *name {
                "id" => license.id = text(),
                "name" => license.name = text(),
                "url" => license.url = text(),
                _ => {}
            }
        }
        ["properties", "property"] if !raw.is_empty() => {
            set(part.properties.0.last_mut(), |property| property.value = text());
        }
        ["evidence", "occurrences", "occurrence", "location"] => {
            part.evidence.occurrences.0.push(Occurrence { location: text() });
        }
        ["externalReferences", "reference", "url"] => {
            set(part.links.0.last_mut(), |link| link.url = text());
        }
        _ => {}
    }
}

fn close_in_service(service: &mut Service<'static>, within: &[&str], text: &str) {
    match within {
        ["group"] => service.group = Text::from(text.to_owned()),
        ["name"] => service.name = Text::from(text.to_owned()),
        ["version"] => service.version = Text::from(text.to_owned()),
        _ => {}
    }
}

fn open_in_vulnerability(vuln: &mut Vuln<'static>, within: &[&str], element: &Element) {
    match within {
        // The extension writes the name as an attribute.
        ["source"] => {
            vuln.source = Some(Authority { name: given(element.attribute("name")), ..Authority::default() });
        }
        ["references", "reference"] => vuln.references.0.push(SameAs::default()),
        ["ratings", "rating"] => vuln.ratings.0.push(Rating::default()),
        ["advisories", "advisory"] => vuln.advisories.0.push(Advisory::default()),
        ["analysis"] => vuln.analysis = Some(Analysis::default()),
        ["affects", "target"] => vuln.affects.0.push(Affect::default()),
        ["affects", "target", "versions", "version"] => {
            let affect = vuln.affects.0.last_mut();
            set(affect, |affect| affect.versions.0.push(Affected::default()));
        }
        _ => {}
    }
}

fn close_in_vulnerability(vuln: &mut Vuln<'static>, within: &[&str], raw: &str) {
    let text = || Text::from(raw.to_owned());
    match within {
        ["id"] => vuln.id = text(),
        ["source", "name"] => vuln.source.get_or_insert_default().name = text(),
        ["source", "url"] => vuln.source.get_or_insert_default().url = text(),
        ["references", "reference", "id"] => set(vuln.references.0.last_mut(), |same| same.id = text()),
        ["ratings", "rating", within @ ..] => {
            set(vuln.ratings.0.last_mut(), |rating| close_in_rating(rating, within, raw));
        }
        ["cwes", "cwe"] => vuln.cwes.push(raw.to_owned()),
        ["description"] => vuln.description = text(),
        ["detail"] => vuln.detail = text(),
        ["recommendation"] | ["recommendations", "recommendation"] => vuln.recommendation = text(),
        ["workaround"] => vuln.workaround = text(),
        ["advisories", "advisory", "url"] => {
            set(vuln.advisories.0.last_mut(), |page| page.url = text());
        }
        ["advisories", "advisory"] if !raw.is_empty() => {
            set(vuln.advisories.0.last_mut(), |page| page.url = text());
        }
        ["published"] => vuln.published = text(),
        ["updated"] => vuln.updated = text(),
        ["rejected"] => vuln.rejected = text(),
        ["analysis", within @ ..] => {
            set(vuln.analysis.as_mut(), |analysis| close_in_analysis(analysis, within, raw));
        }
        ["affects", "target", within @ ..] => {
            set(vuln.affects.0.last_mut(), |affect| close_in_target(affect, within, raw));
        }
        _ => {}
    }
}

fn close_in_rating(rating: &mut Rating<'static>, within: &[&str], raw: &str) {
    match within {
        ["source", "name"] => rating.source.get_or_insert_default().name = Text::from(raw.to_owned()),
        ["score"] | ["score", "base"] if !raw.is_empty() => rating.score = Number(raw.parse().ok()),
        ["severity"] => rating.severity = Text::from(raw.to_owned()),
        ["method"] => rating.method = Text::from(raw.to_owned()),
        ["vector"] => rating.vector = Text::from(raw.to_owned()),
        _ => {}
    }
}

fn close_in_analysis(analysis: &mut Analysis<'static>, within: &[&str], raw: &str) {
    match within {
        ["state"] => analysis.state = Text::from(raw.to_owned()),
        ["justification"] => analysis.justification = Text::from(raw.to_owned()),
        ["responses", "response"] => analysis.response.push(raw.to_owned()),
        ["detail"] => analysis.detail = Text::from(raw.to_owned()),
        ["firstIssued"] => analysis.first_issued = Text::from(raw.to_owned()),
        ["lastUpdated"] => analysis.last_updated = Text::from(raw.to_owned()),
        _ => {}
    }
}

fn close_in_target(affect: &mut Affect<'static>, within: &[&str], raw: &str) {
    let version = affect.versions.0.last_mut();
    match within {
        ["ref"] => affect.reference = Text::from(raw.to_owned()),
        ["versions", "version", "version"] => {
            set(version, |version| version.version = Text::from(raw.to_owned()));
        }
        ["versions", "version", "status"] => {
            set(version, |version| version.status = Text::from(raw.to_owned()));
        }
        _ => {}
    }
}

pub(super) fn read(text: &str, draft: &mut Draft<'_>) {
    let mut reader = Reader::default();
    let broken = crate::xml::read(text, &mut reader);
    if let Err(broken) = &broken {
        draft.broken_xml(text, broken);
        reader.unwind();
    }
    if !super::check_version(&reader.document.version, draft) {
        return;
    }
    let mut inventory = super::inventory(reader.document, draft);
    let said = Said::by(&inventory);
    if reader.has_vulnerabilities {
        draft.sections.insert(Section::Vulnerabilities);
    }
    for (index, vuln) in reader.vulnerabilities.iter().enumerate() {
        let pointer = format!("/bom/vulnerabilities/vulnerability[{}]", index + 1);
        said.vulnerability(vuln, &mut inventory, draft, |affect| Source {
            pointer: affect
                .map_or_else(|| pointer.clone(), |affect| format!("{pointer}/affects/target[{}]", affect + 1)),
            ..Source::default()
        });
    }
    inventory.hand_over(!reader.vulnerabilities.is_empty() || broken.is_err(), draft);
}
