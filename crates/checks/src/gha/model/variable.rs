//! Names of the shell variables that carry context values (spec/workflows.md 5.1).

use portcullis_syntax::expression::{ContextPath, Expression, Kind, Segment};

/// Names that mean something to shells, to the programs they start, or to the runner.
const RESERVED: [&str; 24] = [
    "BASH_ENV", "CI", "DISPLAY", "EDITOR", "ENV", "EUID", "HOME", "HOSTNAME", "IFS", "LANG", "LC_ALL", "LOGNAME",
    "MAIL", "OLDPWD", "PATH", "PPID", "PS4", "PWD", "RANDOM", "SHELL", "TEMP", "TERM", "TMPDIR", "USER",
];

/// `ISSUE_TITLE` for `github.event.issue.title`. An index stands before what it picks from: `FIRST_COMMITS_MESSAGE`.
pub(crate) fn variable_name(path: &ContextPath, written: Option<&Expression>) -> String {
    let names = written.and_then(names_of).unwrap_or_else(|| path.segments().map(named).collect());
    let mut names = names.into_iter().peekable();
    let skipped = names.next_if(|name| name == "GITHUB").is_some();
    if skipped {
        names.next_if(|name| name == "EVENT");
    }
    let name = names.collect::<Vec<_>>().join("_");
    if name.starts_with(|char: char| char.is_ascii_digit()) { format!("EVENT_{name}") } else { name }
}

/// Whether it can be a variable of a shell that nothing else uses.
pub(crate) fn is_variable(name: &str) -> bool {
    let begins = name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_');
    begins && name.len() <= 100 && name.chars().all(is_letter) && !RESERVED.contains(&name)
}

fn is_letter(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_'
}

fn named(name: &str) -> String {
    if name == "*" {
        return "ANY".to_owned();
    }
    name.chars().map(|char| if is_letter(char) { char.to_ascii_uppercase() } else { '_' }).collect()
}

fn names_of(expression: &Expression) -> Option<Vec<String>> {
    match &expression.kind {
        Kind::Context(name) => Some(vec![named(name)]),
        Kind::Access(base, segments) => {
            let mut names = names_of(base)?;
            for segment in segments {
                match segment {
                    Segment::Name(name) | Segment::Index(Expression { kind: Kind::Text(name), .. }) => {
                        names.push(named(name));
                    }
                    Segment::Every => index(&mut names, "ANY".to_owned()),
                    Segment::Index(Expression { kind: Kind::Number(number), .. }) => {
                        let ordinal = ordinal(*number)?;
                        index(&mut names, ordinal);
                    }
                    Segment::Index(_) => return None,
                }
            }
            Some(names)
        }
        _ => None,
    }
}

fn index(names: &mut Vec<String>, ordinal: String) {
    names.insert(names.len().saturating_sub(1), ordinal);
}

fn ordinal(number: f64) -> Option<String> {
    let count: usize = number.to_string().parse().ok()?;
    Some(match ["FIRST", "SECOND", "THIRD"].get(count) {
        Some(word) => (*word).to_owned(),
        None => format!("{}TH", count.checked_add(1)?),
    })
}

#[cfg(test)]
mod tests {
    use portcullis_syntax::expression::parse;

    use super::*;

    fn name(text: &str) -> String {
        let written = parse(text).unwrap();
        variable_name(&written.context_path().unwrap(), Some(&written))
    }

    #[test]
    fn the_segments_of_a_path_are_the_words_of_a_name() {
        assert_eq!(name("github.event.pull_request.head.ref"), "PULL_REQUEST_HEAD_REF");
        assert_eq!(name("inputs.build-args"), "INPUTS_BUILD_ARGS");
        assert_eq!(name("steps['a b'].outputs.X"), "STEPS_A_B_OUTPUTS_X");
    }

    #[test]
    fn an_index_stands_before_what_it_picks_from() {
        assert_eq!(name("github.event.commits[0].message"), "FIRST_COMMITS_MESSAGE");
        assert_eq!(name("github.event.commits[3].message"), "EVENT_4TH_COMMITS_MESSAGE");
        assert_eq!(name("github.event.commits.*.message"), "ANY_COMMITS_MESSAGE");
    }

    #[test]
    fn what_a_shell_uses_itself_is_no_name() {
        assert!(is_variable("TITLE_2") && !is_variable("PATH") && !is_variable("4TH_X") && !is_variable("A-B"));
    }
}
