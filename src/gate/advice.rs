//! What `policy check` says besides errors: exceptions that end soon, gate files nobody owns, policies that nobody reads,
//! inputs our action does not have.

use portcullis_model::{Diagnostic, Glob, Span};
use portcullis_source::POLICY_FILES;

use super::gate_files::is_exception_file;
use super::options::span;
use super::{Desk, Refusal, own_action};

/// Where GitHub looks for owners, first found first.
const CODEOWNERS: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];
/// Nested policies that are named one by one.
const NAMED: usize = 10;
/// Inputs that are named one by one.
const MOST: usize = 50;

impl Desk<'_> {
    /// Warnings about the policy of the work tree on this day.
    pub(crate) fn advice(&self, today: jiff::civil::Date) -> Result<Vec<Diagnostic>, Refusal> {
        let listing = self.subject().list();
        let listing = listing.map_err(|error| Refusal::Usage(format!("the files cannot be listed: {error}")))?;
        let paths: Vec<&str> = listing.entries.iter().map(|entry| entry.path.as_str()).collect();
        let mut advice = self.ending(today);
        advice.extend(self.unowned(&paths)?);
        advice.extend(nested(&paths));
        advice.extend(self.action_inputs(&paths));
        Ok(advice)
    }

    /// Inputs that workflows give our own action and that it does not have. What cannot be read is told by the checks.
    fn action_inputs(&self, paths: &[&str]) -> Vec<Diagnostic> {
        let read = |path: &str| self.subject().read(path).unwrap_or_default();
        let has_own =
            ["action.yml", "action.yaml"].iter().any(|path| paths.contains(path) && own_action::is_ours(&read(path)));
        let holders = paths.iter().filter(|path| own_action::may_hold_steps(path));
        holders.flat_map(|path| own_action::advice(path, &read(path), has_own)).take(MOST).collect()
    }

    fn ending(&self, today: jiff::civil::Date) -> Vec<Diagnostic> {
        let warn_days = i64::from(self.gate.policy.warn_days());
        let told = self.gate.policy.exceptions().iter().filter_map(|exception| {
            let left = i64::from((exception.expires - today).get_days());
            let message = match left {
                ..0 => format!("exception `{}` ended on {}", exception.id, exception.expires),
                0 => format!("exception `{}` ends today", exception.id),
                _ if left <= warn_days => {
                    let days = if left == 1 { "1 day".to_owned() } else { format!("{left} days") };
                    format!("exception `{}` ends in {days}, on {}", exception.id, exception.expires)
                }
                _ => return None,
            };
            let warning = Diagnostic::warning("policy/exception-ending", message, span(&exception.origin));
            Some(
                warning
                    .help("mend what it accepts, or decide again; `portcullis exception prune` deletes what has ended"),
            )
        });
        told.collect()
    }

    /// Gate files that no line of CODEOWNERS covers; without such a file nothing is owned, and one line says so.
    fn unowned(&self, paths: &[&str]) -> Result<Vec<Diagnostic>, Refusal> {
        let mut gate_files: Vec<&str> = self.gate.policy.path().into_iter().collect();
        gate_files.extend(paths.iter().copied().filter(|path| is_exception_file(path)));
        let Some(first) = gate_files.first() else { return Ok(Vec::new()) };
        let start = |path: &str| Span {
            path: path.to_owned(),
            start_line: 1,
            start_col: 1,
            end_line: 1,
            end_col: 1,
            ..Span::default()
        };
        let help = "whoever may change these files decides what passes: give them owners in `.github/CODEOWNERS`";
        let Some(file) = CODEOWNERS.into_iter().find(|path| paths.contains(path)) else {
            let message = "no CODEOWNERS file says who owns the files of the gate".to_owned();
            return Ok(vec![Diagnostic::warning("policy/no-owner", message, start(first)).help(help)]);
        };
        let text = self.text(file)?.unwrap_or_default();
        let unowned = gate_files.into_iter().filter(|path| !is_owned(&text, path));
        let warning = |path: &str| {
            let message = format!("`{file}` names no owner of `{path}`");
            Diagnostic::warning("policy/no-owner", message, start(path)).help(help)
        };
        Ok(unowned.map(warning).collect())
    }
}

/// Whether the last line that matches a path names somebody.
fn is_owned(codeowners: &str, path: &str) -> bool {
    // The last line that matches decides.
    let mut lines = codeowners.lines().rev().filter_map(|line| {
        let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
        let pattern = words.next()?;
        matches(pattern, path).then(|| words.next().is_some())
    });
    lines.next().unwrap_or(false)
}

/// A pattern of CODEOWNERS: as in `.gitignore`, a leading `/` or an inner one binds it to the root, a directory covers what
/// is in it.
fn matches(pattern: &str, path: &str) -> bool {
    let is_bound = pattern.trim_end_matches('/').contains('/');
    let bare = pattern.trim_start_matches('/').trim_end_matches('/');
    let prefix = if is_bound { "" } else { "**/" };
    let forms = [format!("{prefix}{bare}"), format!("{prefix}{bare}/**")];
    let of_a_directory = pattern.ends_with('/');
    let top = is_bound && !bare.contains('/');
    forms.iter().enumerate().any(|(index, form)| {
        if of_a_directory && index == 0 {
            return false;
        }
        // A name alone would match at any depth.
        if top && index == 0 && !form.contains(['*', '?']) {
            return form == path;
        }
        Glob::new(form).is_ok_and(|glob| glob.matches(path))
    })
}

/// Policies in subdirectories: nobody reads them.
fn nested(paths: &[&str]) -> Vec<Diagnostic> {
    let is_nested = |path: &&&str| {
        let name = path.rsplit('/').next().unwrap_or_default();
        let is_workflow = path.starts_with(".github/workflows/");
        matches!(name, "portcullis.yaml" | "portcullis.yml") && !POLICY_FILES.contains(*path) && !is_workflow
    };
    let warning = |path: &&str| {
        let place =
            Span { path: (*path).to_owned(), start_line: 1, start_col: 1, end_line: 1, end_col: 1, ..Span::default() };
        let message = format!("`{path}` is not read: the policy of a repository stands at its root");
        Diagnostic::warning("policy/nested", message, place)
            .help("`portcullis check -C DIR` judges a directory by its own policy")
    };
    paths.iter().filter(is_nested).take(NAMED).map(warning).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_matching_line_of_codeowners_decides() {
        for (codeowners, path, owned) in [
            ("* @all\n", "portcullis.yaml", true),
            ("/portcullis.yaml @sec\n", "portcullis.yaml", true),
            ("/portcullis.yaml @sec\n", ".portcullis/exceptions/web.yaml", false),
            (".portcullis/ @sec\n", ".portcullis/exceptions/web.yaml", true),
            ("/.portcullis/ @sec\n", ".portcullis/exceptions/web.yaml", true),
            (".portcullis/** @sec\n", ".portcullis/exceptions/web.yaml", true),
            ("* @all\n.portcullis/exceptions/\n", ".portcullis/exceptions/web.yaml", false),
            ("docs/ @writers\n", "portcullis.yaml", false),
            ("# * @all\n", "portcullis.yaml", false),
            ("*.yaml @all\n", ".portcullis/exceptions/web.yaml", true),
        ] {
            assert_eq!(is_owned(codeowners, path), owned, "{codeowners:?} {path}");
        }
    }
}
