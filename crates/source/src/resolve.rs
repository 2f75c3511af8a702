//! How a path is followed inside a tree: one rule for work tree, index and commit.
//!
//! A link may lead anywhere inside the root. An absolute target, a `..` above the root and the inside of `.git` are
//! [`TreeError::Outside`]: a link of a pull request to `.git/config` would otherwise show the token of the checkout.

use portcullis_model::{EntryKind, TreeError};

/// Links followed before a path is taken for a loop, as on Linux.
const MOST_LINKS: u32 = 40;
/// Bytes of a link's target: `PATH_MAX` of Linux. Git itself stores a link of any length.
pub(crate) const LONGEST_TARGET: u64 = 4096;

/// What is done with a link at the very end of a path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum LastLink {
    Follow,
    Keep,
}

/// The path without links, and what stands there. `look` says what stands at a path whose parents are no links.
pub(crate) fn resolve(
    path: &str,
    last: LastLink,
    look: &dyn Fn(&str) -> Result<Option<EntryKind>, TreeError>,
) -> Result<(String, EntryKind), TreeError> {
    if path.starts_with('/') {
        return Err(TreeError::Outside);
    }
    if path.contains('\0') {
        return Err(TreeError::NotFound);
    }
    let mut resolved: Vec<String> = Vec::new();
    let mut standing = EntryKind::Directory;
    let mut links = 0;
    // Components still to be walked, the next one last.
    let mut pending = reversed(path);
    while let Some(component) = pending.pop() {
        match &standing {
            EntryKind::Directory => {}
            EntryKind::Submodule => {
                let module = resolved.join("/");
                return Err(TreeError::Unreadable(format!(
                    "`{module}` is a submodule: its files belong to another repository"
                )));
            }
            _ => return Err(TreeError::NotFound),
        }
        if component == ".." {
            resolved.pop().ok_or(TreeError::Outside)?;
            continue;
        }
        if is_git_directory(&component) {
            return Err(TreeError::Outside);
        }
        resolved.push(component);
        match look(&resolved.join("/"))?.ok_or(TreeError::NotFound)? {
            EntryKind::Symlink(target) if last == LastLink::Follow || !pending.is_empty() => {
                links += 1;
                if links > MOST_LINKS {
                    return Err(TreeError::Unreadable(format!("more than {MOST_LINKS} symbolic links: a loop")));
                }
                if target.starts_with('/') {
                    return Err(TreeError::Outside);
                }
                resolved.pop();
                pending.extend(reversed(&target));
            }
            kind => standing = kind,
        }
    }
    // A path may end in `..`: what is left is a directory.
    Ok((resolved.join("/"), standing))
}

/// Whether some file system takes a name for `.git`: any case, on NTFS the short name, dots and spaces at the end and
/// streams, on HFS+ characters that are not compared. Git refuses to check such names out for the same reason.
pub(crate) fn is_git_directory(component: &str) -> bool {
    let compared: String = component.chars().filter(|char| !is_passed_over(*char)).collect();
    let name = compared.split(':').next().unwrap_or_default().trim_end_matches([' ', '.']);
    name.eq_ignore_ascii_case(".git") || name.eq_ignore_ascii_case("git~1")
}

/// Characters that HFS+ does not compare (`next_hfs_char` of git).
const fn is_passed_over(char: char) -> bool {
    matches!(char, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

fn reversed(path: &str) -> Vec<String> {
    path.split('/').rev().filter(|component| !matches!(*component, "" | ".")).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree of `(path, link target)`; without a target a file, directories follow from the paths.
    fn walk(tree: &[(&str, Option<&str>)], path: &str, last: LastLink) -> Result<String, TreeError> {
        let look = |path: &str| {
            if let Some((_, target)) = tree.iter().find(|(known, _)| *known == path) {
                return Ok(Some(target.map_or(EntryKind::File, |target| EntryKind::Symlink(target.to_owned()))));
            }
            let below = format!("{path}/");
            Ok(tree.iter().any(|(known, _)| known.starts_with(&below)).then_some(EntryKind::Directory))
        };
        resolve(path, last, &look).map(|(path, _)| path)
    }

    fn follow(tree: &[(&str, Option<&str>)], path: &str) -> Result<String, TreeError> {
        walk(tree, path, LastLink::Follow)
    }

    #[test]
    fn a_parent_step_starts_where_the_link_leads_and_not_where_it_stands() {
        let tree = [("a/link", Some("../b/c")), ("b/c/file", None), ("b/other", None), ("a/other", None)];
        assert_eq!(follow(&tree, "a/link/../other").unwrap(), "b/other");
    }

    #[test]
    fn a_link_to_a_directory_leads_to_its_files() {
        let tree = [("link", Some("real/")), ("real/file", None)];
        assert_eq!(follow(&tree, "./link//file").unwrap(), "real/file");
    }

    #[test]
    fn a_last_link_is_kept_when_it_is_asked_about_itself() {
        let tree = [("d/link", Some("../nothing")), ("alias", Some("d"))];
        assert_eq!(walk(&tree, "alias/link", LastLink::Keep).unwrap(), "d/link");
        assert_eq!(follow(&tree, "alias/link"), Err(TreeError::NotFound));
    }

    #[test]
    fn ways_out_of_the_tree_are_refused() {
        let tree = [("up", Some("../etc/passwd")), ("root", Some("/etc/passwd")), ("token", Some(".GIT/config"))];
        for path in ["up", "root", "token", "../x", "/etc/passwd", ".git/config", "up/../../x"] {
            assert_eq!(follow(&tree, path), Err(TreeError::Outside), "{path}");
        }
    }

    #[test]
    fn a_name_that_another_file_system_takes_for_git_is_refused() {
        for name in [".git", ".Git", "git~1", "GIT~1", ".git.", ".git . ", ".git::$INDEX_ALLOCATION", ".g\u{200c}it"] {
            assert!(is_git_directory(name), "{name:?}");
        }
        for name in [".github", ".gitignore", "git", ".git2", "x.git", "git~2", ".", "..", ""] {
            assert!(!is_git_directory(name), "{name:?}");
        }
    }

    #[test]
    fn a_loop_ends() {
        let tree = [("a", Some("b")), ("b", Some("a")), ("self", Some("self/self"))];
        assert!(matches!(follow(&tree, "a"), Err(TreeError::Unreadable(_))));
        assert!(matches!(follow(&tree, "self"), Err(TreeError::Unreadable(_))));
    }

    #[test]
    fn nothing_stands_below_a_file() {
        assert_eq!(follow(&[("file", None)], "file/.."), Err(TreeError::NotFound));
    }
}
