//! The table of rules of several tools that say the same (policy `ingest.equivalents`).

use portcullis_model::merge::Equivalents;
use portcullis_syntax::yaml;

/// Reads a table: a list of groups of rules, our own by their id, others as `tool:ID`. The error says line and fault.
pub fn read(bytes: &[u8]) -> Result<Equivalents, String> {
    let file = yaml::parse(bytes, yaml::Dialect::Core, &yaml::Limits::OWN);
    if let Some(fault) = file.faults().first() {
        return Err(format!("line {}: {}", fault.line, fault.message));
    }
    let root = file.documents().next().and_then(|document| document.root());
    let Some(root) = root.filter(|root| root.is_seq()) else {
        return Err("line 1: a list of groups is expected: `- [trivy:DS002, hadolint:DL3002]`".to_owned());
    };
    let mut groups = Vec::new();
    for group in root.items() {
        let names: Option<Vec<&str>> = group.items().map(yaml::Node::as_str).collect();
        let Some(names) = names.filter(|names| names.len() > 1) else {
            let line = group.position().line;
            return Err(format!("line {line}: a group names two rules or more: `[trivy:DS002, hadolint:DL3002]`"));
        };
        groups.push(names);
    }
    Ok(Equivalents::new(groups))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_a_list_of_groups() {
        let read_text = |text: &str| read(text.as_bytes());
        let table = read_text("# roots\n- [trivy:DS002, hadolint:DL3002]\n-\n  - a:b\n  - c:d\n").unwrap();
        let same = Equivalents::new([["Trivy:ds002", "hadolint:DL3002"], ["a:b", "c:d"]]);
        assert_eq!(table, same);
    }

    #[test]
    fn what_is_no_table_says_where() {
        for (text, line) in [
            ("", "line 1"),
            ("trivy:DS002: hadolint:DL3002\n", "line 1"),
            ("- [trivy:DS002, x:y]\n- [trivy:DS002]\n", "line 2"),
            ("- trivy:DS002\n", "line 1"),
            ("- [trivy:DS002, 3]\n", "line 1"),
            ("- [trivy:DS002\n", "line 1"),
        ] {
            let why = read(text.as_bytes()).unwrap_err();
            assert!(why.starts_with(line), "{text}: {why}");
        }
    }
}
