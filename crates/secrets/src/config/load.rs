//! From texts to a usable configuration: discovery, extending, the checks that need everything.

use portcullis_model::{Diagnostic, Span, suggest};

use super::document::Complaints;
use super::extend::lay_over;
use super::place::Source;
use super::read::{ConfigFile, Draft, Extend};
use super::{Config, Loaded, Rule};
use crate::allow::Allowlist;

/// The file looked for at the root.
pub const CONFIG_NAME: &str = ".gitleaks.toml";

/// What the built-in rules are called in messages.
const PACK: &str = "the built-in rules";
/// A base may extend a base; a third level is not followed.
const DEEPEST: usize = 2;

/// Reads a file by path.
pub type ReadFile<'a> = dyn Fn(&str) -> Result<Option<Vec<u8>>, String> + 'a;

/// Where further texts come from.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// The built-in rules, TOML.
    pub pack: &'a str,
    /// Reads a file of the tree the configuration belongs to: `Ok(None)` when nothing stands there, an error when it cannot be
    /// told or read.
    pub read: &'a ReadFile<'a>,
}

impl Config {
    /// The configuration in force: the file `configured` names, else [`CONFIG_NAME`] at the root, else the built-in rules.
    /// A file without `[extend]` replaces the built-in rules whole. All errors are returned at once.
    pub fn discover(configured: Option<&str>, sources: Sources<'_>) -> Result<Loaded, Vec<Diagnostic>> {
        let path = configured.unwrap_or(CONFIG_NAME);
        match (sources.read)(path) {
            Ok(Some(bytes)) => Self::load(path, &bytes, sources),
            Ok(None) if configured.is_none() => Self::built_in(sources.pack),
            Ok(None) => Err(vec![unreadable(path, "no such file")]),
            Err(why) => Err(vec![unreadable(path, &why)]),
        }
    }

    /// The built-in rules alone.
    pub fn built_in(pack: &str) -> Result<Loaded, Vec<Diagnostic>> {
        let sources = Sources { pack, read: &|_| Ok(None) };
        let mut loaded = Self::of(RuleFile::built_in(pack), sources)?;
        loaded.config.path = None;
        Ok(loaded)
    }

    /// A rule file with what it extends.
    pub fn load(path: &str, bytes: &[u8], sources: Sources<'_>) -> Result<Loaded, Vec<Diagnostic>> {
        Self::of(RuleFile { path, bytes, is_built_in: false }, sources)
    }

    fn of(file: RuleFile<'_>, sources: Sources<'_>) -> Result<Loaded, Vec<Diagnostic>> {
        let mut complaints = Complaints::default();
        let path = file.path;
        let file = read_extended(file, sources, 0, &mut complaints);
        let is_without_rules = file.rules.is_empty();
        let config = assemble(path, file, &mut complaints);
        if complaints.has_errors() {
            return Err(complaints.list);
        }
        if is_without_rules {
            let message = "config defines no rules and does not extend the default, so nothing is searched for";
            complaints.push(
                Diagnostic::warning("secrets/no-rules", message, whole(path)).help("[extend]\nuseDefault = true"),
            );
        }
        Ok(Loaded { config, warnings: complaints.list })
    }
}

/// A file before it is read.
#[derive(Clone, Copy)]
struct RuleFile<'a> {
    path: &'a str,
    bytes: &'a [u8],
    /// It is a part of the program, and its patterns are known to compile. The name says nothing: a file of the repository
    /// may have any.
    is_built_in: bool,
}

impl<'a> RuleFile<'a> {
    fn built_in(pack: &'a str) -> Self {
        Self { path: PACK, bytes: pack.as_bytes(), is_built_in: true }
    }
}

/// The file as a whole: where nothing in it is at fault.
fn whole(path: &str) -> Span {
    Span { path: path.to_owned(), start_line: 1, start_col: 1, end_line: 1, end_col: 1, ..Span::default() }
}

fn unreadable(path: &str, why: &str) -> Diagnostic {
    let message = format!("unable to load gitleaks config, err: {path}: {why}");
    Diagnostic::error("secrets/config-unreadable", message, whole(path))
}

/// Reads a file and lays it over its base. The depth is bounded by [`DEEPEST`].
fn read_extended(file: RuleFile<'_>, sources: Sources<'_>, depth: usize, complaints: &mut Complaints) -> ConfigFile {
    let RuleFile { path, bytes, is_built_in } = file;
    let text = match str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            complaints.push(unreadable(path, &format!("byte {} is not UTF-8", error.valid_up_to())));
            return ConfigFile::default();
        }
    };
    let source = Source::new(path, text, is_built_in);
    let mut file = ConfigFile::read(&source, complaints);
    let Some(extend) = file.extend.take().filter(|_| depth < DEEPEST) else { return file };
    let base = match (&extend.path, extend.use_default) {
        (Some(_), true) => {
            let message = "unable to load config due to extend.path and extend.useDefault being set";
            complaints.push(Diagnostic::error("secrets/extend", message, source.span(extend.bytes.clone())));
            return file;
        }
        (None, false) => return file,
        (None, true) => read_extended(RuleFile::built_in(sources.pack), sources, depth + 1, complaints),
        (Some(_), false) => match base_file(&extend, path, sources) {
            Ok((base_path, bytes)) => {
                let base = RuleFile { path: &base_path, bytes: &bytes, is_built_in: false };
                read_extended(base, sources, depth + 1, complaints)
            }
            Err(why) => {
                let message = format!("failed to load extended config, err: {why}");
                let place = extend.path.as_ref().map_or(extend.bytes.clone(), |path| path.bytes.clone());
                complaints.push(Diagnostic::error("secrets/extend", message, source.span(place)));
                return file;
            }
        },
    };
    lay_over(&mut file, &extend, base, &source, complaints);
    file
}

/// `extend.path` is relative to the root, as it is to gitleaks' working directory; else to the file that names it.
fn base_file(extend: &Extend, from: &str, sources: Sources<'_>) -> Result<(String, Vec<u8>), String> {
    let named = extend.path.as_ref().map_or("", |path| path.value.as_str());
    let named = named.strip_prefix("./").unwrap_or(named);
    if let Some(bytes) = (sources.read)(named).map_err(|why| format!("{named}: {why}"))? {
        return Ok((named.to_owned(), bytes));
    }
    if let Some((directory, _)) = from.rsplit_once('/') {
        let beside = format!("{directory}/{named}");
        if let Some(bytes) = (sources.read)(&beside).map_err(|why| format!("{beside}: {why}"))? {
            return Ok((beside, bytes));
        }
    }
    Err(format!("{named}: no such file"))
}

/// The checks that need every rule, and the entries meant for single rules handed to them.
fn assemble(path: &str, file: ConfigFile, complaints: &mut Complaints) -> Config {
    for draft in file.rules.values() {
        check_rule(draft, complaints);
    }
    let mut rules: Vec<Rule> = file.rules.into_values().map(|draft| draft.rule).collect();
    for rule in &rules {
        for required in &rule.required {
            if rules.binary_search_by(|other| other.id.cmp(&required.id)).is_err() {
                let message = format!("{}: [[rules.required]] rule ID '{}' does not exist", rule.id, required.id);
                complaints.push(Diagnostic::error("secrets/required", message, required.place.clone()));
            }
        }
    }
    let mut allowlists: Vec<Allowlist> = Vec::new();
    for entry in file.allowlists {
        if entry.target_rules.is_empty() {
            allowlists.push(entry.allowlist);
            continue;
        }
        for (id, place) in entry.target_rules {
            match rules.iter_mut().find(|rule| rule.id == id) {
                Some(rule) => rule.allowlists.push(entry.allowlist.clone()),
                None => complaints.push(unknown_target(&id, place, &rules)),
            }
        }
    }
    Config { title: file.title, path: Some(path.to_owned()), rules, allowlists }
}

fn unknown_target(target: &str, mut place: Span, rules: &[Rule]) -> Diagnostic {
    let message = format!("[[allowlists]] target rule ID '{target}' does not exist");
    if let Some(near) = suggest::nearest(target, rules.iter().map(|rule| rule.id.as_str()), 1).first() {
        place.label = format!("did you mean `{near}`?");
    }
    Diagnostic::error("secrets/target-rule", message, place)
}

fn check_rule(Draft { rule, is_faulty, .. }: &Draft, complaints: &mut Complaints) {
    let id = &rule.id;
    if !is_faulty && rule.regex.is_none() && rule.path.is_none() {
        let message = format!("{id}: both |regex| and |path| are empty, this rule will have no effect");
        complaints.push(Diagnostic::error("secrets/rule-without-effect", message, rule.place.clone()));
    }
    if let Some(regex) = rule.regex.as_ref().filter(|regex| rule.secret_group > 0 && rule.secret_group > regex.groups())
    {
        let message = format!(
            "{id}: invalid regex secret group {}, max regex secret group {}",
            rule.secret_group,
            regex.groups()
        );
        complaints.push(Diagnostic::error("secrets/secret-group", message, rule.place.clone()));
    }
}
