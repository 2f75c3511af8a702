//! Paths that one file of the repository gives of another.

/// The path of `reference` as the file at `file` means it: relative to its directory. `None` where it climbs out of the
/// repository. A leading `/` counts for nothing: whoever takes it for more looks first.
pub fn beside(file: &str, reference: &str) -> Option<String> {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in reference.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn a_reference_starts_where_its_file_lies() {
        assert_eq!(beside("a/b.yaml", "../c/./d.yaml").as_deref(), Some("c/d.yaml"));
        assert_eq!(beside("b.yaml", "gate//p.yaml").as_deref(), Some("gate/p.yaml"));
        assert_eq!(beside("a/b.yaml", "../../c"), None);
    }
}
