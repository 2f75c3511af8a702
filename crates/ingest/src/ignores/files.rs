//! Which files are ignore files, and what of the repository they speak of.

use portcullis_model::{Problem, ProblemCode};

use super::entry::{Entry, Scope};
use super::reading::Reading;
use super::{audit_ci, cargo, gitleaks, grype, nsprc, osv_scanner, snyk, trivy, trivy_yaml};

/// Larger than any list people keep by hand.
const LARGEST: usize = 1 << 20;

/// The ignore files of a tree.
#[derive(Clone, Debug, Default)]
pub struct IgnoreFiles {
    pub(super) files: Vec<File>,
}

#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) scope: Scope,
    pub(super) entries: Vec<Entry>,
}

/// A form of ignore files: its reader, and whether it speaks of the directories below its own as well.
struct Form {
    read: fn(&mut Reading<'_>, &str),
    reaches_below: bool,
}

/// Whether a path of the repository is that of an ignore file.
pub fn is_ignore_file(path: &str) -> bool {
    form(path).is_some()
}

/// The form of a file and the directory it speaks of; the root is the empty text.
fn form(path: &str) -> Option<(Form, &str)> {
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
    // The configuration of Cargo speaks of the directory around it.
    if directory == ".cargo" || directory.ends_with("/.cargo") {
        let around = directory.strip_suffix(".cargo").unwrap_or_default().trim_end_matches('/');
        let read = match name {
            "audit.toml" => cargo::audit,
            "deny.toml" => cargo::deny,
            _ => return None,
        };
        return Some((Form { read, reaches_below: true }, around));
    }
    let (read, reaches_below): (fn(&mut Reading<'_>, &str), bool) = match name {
        ".trivyignore" => (trivy::read, true),
        ".trivyignore.yaml" | ".trivyignore.yml" => (trivy_yaml::read, true),
        ".grype.yaml" | ".grype.yml" => (grype::read, true),
        // osv-scanner takes the file beside a lock file, and no other.
        "osv-scanner.toml" => (osv_scanner::read, false),
        ".snyk" => (snyk::read, true),
        // Its paths begin where gitleaks starts.
        ".gitleaksignore" if directory.is_empty() => (gitleaks::read, true),
        "audit-ci.json" | "audit-ci.jsonc" => (audit_ci::read, true),
        ".nsprc" => (nsprc::read, true),
        "deny.toml" | ".deny.toml" => (cargo::deny, true),
        _ => return None,
    };
    Some((Form { read, reaches_below }, directory))
}

impl IgnoreFiles {
    /// Takes one file. What cannot be used of it is told with its line; a path that is none of an ignore file says nothing.
    pub fn read(&mut self, path: &str, bytes: &[u8]) -> Vec<Problem> {
        let Some((form, directory)) = form(path) else { return Vec::new() };
        if bytes.len() > LARGEST {
            let message = format!("none of the entries of `{path}` counts: it is larger than {LARGEST} bytes");
            return vec![Problem::warning(ProblemCode::TooLarge, message).at_path(path)];
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            let message = format!("none of the entries of `{path}` counts: it is not UTF-8");
            return vec![Problem::warning(ProblemCode::InvalidUtf8, message).at_path(path)];
        };
        let mut reading = Reading::new(path);
        (form.read)(&mut reading, text.trim_start_matches('\u{feff}'));
        let (entries, problems) = reading.finish();
        let scope = Scope { directory: directory.to_owned(), reaches_below: form.reaches_below };
        if !entries.is_empty() {
            self.files.push(File { path: path.to_owned(), scope, entries });
        }
        problems
    }
}
