//! A policy file and its parents, in the order in which they apply (spec/policy.md 3.1, 3.3).

use portcullis_model::{Diagnostic, Section, Span, beside, suggest};

use super::document;
use super::scalar::Known;
use super::source::{Mark, Sources};
use super::value::{Located, Value};
use super::{Document, IMPLIED, Inputs, setting};
use crate::schema;

/// Chains of parents end here: nobody reads more.
const DEEPEST: usize = 8;
const MOST: usize = 32;

/// Every file that was read.
pub(crate) struct Layers {
    pub(crate) sources: Sources,
    /// Policy layers, first applied first.
    pub(crate) policies: Vec<Layer>,
    /// Files of exceptions, as read.
    pub(crate) exceptions: Vec<Layer>,
    /// Nobody named a parent or a section: the preset was implied.
    pub(crate) implied: bool,
    pub(crate) told: Vec<Diagnostic>,
}

/// One file.
pub(crate) struct Layer {
    pub(crate) name: String,
    pub(crate) tree: Located,
    /// It comes from the command line.
    pub(crate) is_flag: bool,
}

impl Layers {
    pub(crate) fn read(inputs: &Inputs<'_>) -> Self {
        let mut reading = Reading {
            inputs,
            known: Known { formats: inputs.known_formats },
            chain: Vec::new(),
            done: Vec::new(),
            layers: Self {
                sources: Sources::default(),
                policies: Vec::new(),
                exceptions: Vec::new(),
                implied: inputs.policy.is_none(),
                told: Vec::new(),
            },
        };
        match inputs.policy {
            Some(policy) => reading.policy(policy.path, policy.bytes),
            None => reading.preset(IMPLIED, None),
        }
        for (key, value) in inputs.settings {
            reading.setting(key, value);
        }
        for file in inputs.exceptions {
            reading.exceptions(*file);
        }
        if let Some(other) = inputs.exceptions_from {
            reading.exceptions_from(other);
        }
        reading.layers
    }
}

struct Reading<'a> {
    inputs: &'a Inputs<'a>,
    known: Known<'a>,
    /// Files being read, the root first.
    chain: Vec<String>,
    /// Files that are part of the policy already.
    done: Vec<String>,
    layers: Layers,
}

impl Reading<'_> {
    /// Reads a file, its parents first.
    fn policy(&mut self, name: &str, bytes: &[u8]) {
        let Layers { sources, told, .. } = &mut self.layers;
        let (_, tree) = document::read(sources, name, bytes, schema::POLICY, self.known, told);
        self.done.push(name.to_owned());
        let Some(tree) = tree else { return };
        self.chain.push(name.to_owned());
        if self.chain.len() == 1 && says_nothing(&tree) {
            self.layers.implied = true;
            self.preset(IMPLIED, None);
        }
        if let Some(parents) = tree.at(&["extends"]) {
            for parent in parents.items() {
                if let Some(reference) = parent.as_text() {
                    self.parent(name, reference, &parent.mark);
                }
            }
        }
        self.chain.pop();
        self.layers.policies.push(Layer { name: name.to_owned(), tree, is_flag: false });
    }

    fn parent(&mut self, child: &str, reference: &str, mark: &Mark) {
        if reference.starts_with("preset:") {
            return self.preset(reference, Some(mark));
        }
        if reference.contains("://") {
            return self.refuse(
                mark,
                format!("`{reference}` is remote: parents are presets or files of this repository"),
                None,
            );
        }
        if child.starts_with("preset:") {
            return self.refuse(mark, format!("a preset cannot extend the file `{reference}`"), None);
        }
        let is_yaml = [".yaml", ".yml"].iter().any(|ending| reference.ends_with(ending));
        if !reference.starts_with("./") && !reference.starts_with("../") || !is_yaml {
            let help = format!("expected {}", schema::Type::Reference.expected());
            return self.refuse(mark, format!("`{reference}` is no parent"), Some(help));
        }
        let Some(path) = beside(child, reference) else {
            return self.refuse(mark, format!("`{reference}` leaves the repository"), None);
        };
        if !self.enter(&path, mark) {
            return;
        }
        let Some(read) = self.inputs.parent else {
            return self.refuse(mark, format!("`{path}` cannot be read here"), None);
        };
        match read(&path) {
            Ok(bytes) => self.policy(&path, &bytes),
            Err(reason) => self.refuse(mark, format!("`{path}` cannot be read: {reason}"), None),
        }
    }

    fn preset(&mut self, reference: &str, mark: Option<&Mark>) {
        let name = reference.strip_prefix("preset:").unwrap_or(reference);
        let nowhere = Mark::default();
        let mark = mark.unwrap_or(&nowhere);
        let Some((_, text)) = self.inputs.presets.iter().find(|(known, _)| *known == name) else {
            let names = || self.inputs.presets.iter().map(|(known, _)| *known);
            let help = match names().find(|known| known.split('@').next() == Some(name)) {
                Some(versioned) => format!("name the version: `preset:{versioned}`"),
                None => match suggest::nearest(name, names(), 1).first() {
                    Some(nearest) => format!("did you mean `preset:{nearest}`?"),
                    None => format!("presets: {}", names().collect::<Vec<_>>().join(", ")),
                },
            };
            return self.refuse(mark, format!("there is no preset `{name}`"), Some(help));
        };
        if self.enter(reference, mark) {
            self.policy(reference, text.as_bytes());
        }
    }

    /// Whether a parent is to be read now: it is no ancestor of itself, and it was not read before.
    fn enter(&mut self, name: &str, mark: &Mark) -> bool {
        if self.chain.iter().any(|known| known == name) {
            let mut chain = self.chain.clone();
            chain.push(name.to_owned());
            let message = format!("`{name}` extends itself: {}", chain.join(" -> "));
            let span = self.layers.sources.span(mark);
            self.layers.told.push(Diagnostic::error("policy/extends-cycle", message, span));
            return false;
        }
        if self.done.iter().any(|known| known == name) {
            return false;
        }
        if self.chain.len() > DEEPEST || self.done.len() >= MOST {
            let message = format!("too many parents: at most {DEEPEST} below each other and {MOST} in all");
            let span = self.layers.sources.span(mark);
            self.layers.told.push(Diagnostic::error("policy/extends-cycle", message, span));
            return false;
        }
        true
    }

    fn refuse(&mut self, mark: &Mark, message: String, help: Option<String>) {
        let error = Diagnostic::error("policy/bad-value", message, self.layers.sources.span(mark));
        self.layers.told.push(match help {
            Some(help) => error.help(help),
            None => error,
        });
    }

    /// A key of the command line is a layer of its own: it is read, checked and merged as a file with this one key.
    fn setting(&mut self, key: &str, value: &str) {
        let Layers { sources, told, .. } = &mut self.layers;
        let name = format!("--set {key}={value}");
        match setting::document(key, value) {
            Ok(text) => {
                let (_, tree) = document::read(sources, &name, text.as_bytes(), schema::POLICY, self.known, told);
                self.layers.policies.extend(tree.map(|tree| Layer { name, tree, is_flag: true }));
            }
            Err(reason) => {
                let span = Span { path: name, ..Span::default() };
                told.push(Diagnostic::error("policy/bad-value", reason, span));
            }
        }
    }

    fn exceptions(&mut self, file: Document<'_>) {
        let Layers { sources, told, .. } = &mut self.layers;
        let (_, tree) = document::read(sources, file.path, file.bytes, schema::EXCEPTIONS, self.known, told);
        if let Some(tree) = tree {
            self.layers.exceptions.push(Layer { name: file.path.to_owned(), tree, is_flag: false });
        }
    }

    /// What that file says besides is not even told where it is wrong: it decides nothing here.
    fn exceptions_from(&mut self, other: Document<'_>) {
        let mut told = Vec::new();
        let sources = &mut self.layers.sources;
        let (position, tree) = document::read(sources, other.path, other.bytes, schema::POLICY, self.known, &mut told);
        let Some(tree) = tree else { return self.layers.told.extend(told) };
        let theirs = tree.at(&["exceptions"]).cloned();
        if let Some(theirs) = &theirs {
            let (first, last) = (sources.origin(&theirs.key).line, sources.last_line(&theirs.mark));
            let concerned = |error: &Diagnostic| Some(error.span.start_line) >= first && error.span.start_line <= last;
            self.layers.told.extend(told.into_iter().filter(concerned));
        }
        let own = self.layers.policies.iter_mut().rfind(|layer| !layer.is_flag && !layer.name.starts_with("preset:"));
        match (own, theirs) {
            (Some(Layer { tree: Located { value: Value::Map(map), .. }, .. }), Some(theirs)) => {
                map.insert("exceptions".to_owned(), theirs);
            }
            (Some(Layer { tree: Located { value: Value::Map(map), .. }, .. }), None) => {
                map.remove("exceptions");
            }
            (_, Some(theirs)) => {
                let map = [("exceptions".to_owned(), theirs)].into();
                let tree = Located::new(Value::Map(map), Mark { source: Some(position), ..Mark::default() });
                self.layers.policies.push(Layer { name: other.path.to_owned(), tree, is_flag: false });
            }
            (_, None) => {}
        }
    }
}

/// No parent and no section: the author has not decided anything yet.
fn says_nothing(tree: &Located) -> bool {
    tree.as_map().is_some_and(|map| {
        !map.contains_key("extends") && !Section::ALL.iter().any(|section| map.contains_key(section.as_str()))
    })
}
