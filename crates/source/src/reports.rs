//! Finds report files. They are build output, usually ignored by git, so they are looked for on the disk and not in a tree.

use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use ignore::WalkBuilder;
use portcullis_model::Glob;

/// A report file that was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReportFile {
    /// How outputs name it: relative to the root where it lies below, else as it was asked for.
    pub shown: String,
    /// Where it is.
    pub path: PathBuf,
}

/// What a selector leads to (spec/ingest.md 2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Exactly this file.
    File(ReportFile),
    /// The files a glob matches, sorted; possibly none.
    Glob(Vec<ReportFile>),
    /// Files below a directory whose names are those of reports, sorted. What is no report there is nobody's fault.
    Directory(Vec<ReportFile>),
    /// Nothing stands there.
    Nothing,
    /// Something stands there that cannot be looked at; the text says why.
    Unreadable(String),
}

/// Endings of files that are taken for reports when a directory is given: those of the formats of spec/ingest.md 8.
const ENDINGS: [&str; 8] = [".json", ".jsonl", ".ndjson", ".sarif", ".xml", ".info", ".spdx", ".zip"];

/// What a compressed file has behind them.
const COMPRESSED: [&str; 2] = [".gz", ".zst"];

/// Finds what a path, glob or directory means. It is relative to `base`; outputs name files relative to `root`.
pub fn select(selector: &str, base: &Path, root: &Path) -> Selection {
    let path = base.join(selector);
    match std::fs::metadata(&path) {
        Ok(metadata) if metadata.is_dir() => Selection::Directory(below(&path, selector, root)),
        Ok(_) => Selection::File(named(path, selector, root)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if selector.contains(['*', '?', '[', '{']) {
                matching(selector, base, root)
            } else {
                Selection::Nothing
            }
        }
        Err(error) => Selection::Unreadable(error.to_string()),
    }
}

fn below(directory: &Path, selector: &str, root: &Path) -> Vec<ReportFile> {
    let is_report = |name: &str| {
        let plain = COMPRESSED.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
        ENDINGS.iter().any(|ending| plain.ends_with(ending))
    };
    walk(directory)
        .filter(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(is_report))
        .map(|path| {
            let rest = path.strip_prefix(directory).unwrap_or(&path).to_string_lossy().into_owned();
            named(path, &format!("{}/{rest}", selector.trim_end_matches('/')), root)
        })
        .collect()
}

fn matching(selector: &str, base: &Path, root: &Path) -> Selection {
    let glob = match Glob::new(selector.trim_start_matches("./")) {
        Ok(glob) => glob,
        Err(why) => return Selection::Unreadable(why),
    };
    // Only what the pattern names literally has to be walked.
    let literal: PathBuf = selector
        .split('/')
        .take_while(|part| !part.contains(['*', '?', '[', '{', '\\']))
        .collect::<Vec<_>>()
        .join("/")
        .into();
    let start = if selector.contains('/') { base.join(literal) } else { base.to_path_buf() };
    let files = walk(&start)
        .filter_map(|path| {
            let relative = slashed(path.strip_prefix(base).ok()?);
            glob.matches(&relative).then(|| named(path, &relative, root))
        })
        .collect();
    Selection::Glob(files)
}

/// Every file below, sorted, ignore files disregarded, links to directories not followed, `.git` left out.
fn walk(start: &Path) -> impl Iterator<Item = PathBuf> {
    let mut builder = WalkBuilder::new(start);
    builder.standard_filters(false).follow_links(false).sort_by_file_path(Path::cmp);
    builder.filter_entry(|entry| entry.file_name() != ".git");
    builder
        .build()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_some_and(|kind| !kind.is_dir()))
        .map(ignore::DirEntry::into_path)
}

fn named(path: PathBuf, asked: &str, root: &Path) -> ReportFile {
    let shown = clean(&path).strip_prefix(clean(root)).map_or_else(|_| asked.to_owned(), slashed);
    ReportFile { shown, path }
}

/// Takes out `.` and `..` by their letters, so that `reports/../t.json` is shown as `t.json`.
fn clean(path: &Path) -> PathBuf {
    let mut cleaned = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                cleaned.pop();
            }
            part => cleaned.push(part),
        }
    }
    cleaned
}

fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Reads a report whole; `Err` says in words why not. `limit` is in bytes.
///
/// A pipe is read only where the caller's own shell made it (`--report <(trivy …)`): one in the file system may wait for ever.
pub fn read_report(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let is_of_the_shell = path.starts_with("/dev/") || path.starts_with("/proc/");
    let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_file() && !is_of_the_shell {
        return Err("not a regular file; a report from a pipe is read as `--report -`".to_owned());
    }
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    read_limited(file, limit)
}

/// When a file was last written, where the file system tells.
pub fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

/// Reads the standard input whole.
pub fn read_stdin(limit: u64) -> Result<Vec<u8>, String> {
    read_limited(std::io::stdin().lock(), limit)
}

fn read_limited(source: impl std::io::Read, limit: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = source.take(limit + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if u64::try_from(read).unwrap_or(u64::MAX) > limit {
        return Err(format!("larger than the limit of {} MiB", limit >> 20));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(files: &[&str]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for file in files {
            let path = directory.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "{}").unwrap();
        }
        directory
    }

    fn shown(files: &[ReportFile]) -> Vec<&str> {
        files.iter().map(|file| file.shown.as_str()).collect()
    }

    #[test]
    fn a_glob_finds_files_that_git_ignores() {
        let directory =
            directory(&[".gitignore", "out/trivy-1.json", "out/trivy-2.json", "out/deep/trivy-3.json", "out/npm.json"]);
        std::fs::write(directory.path().join(".gitignore"), "out/\n").unwrap();
        let Selection::Glob(files) = select("out/trivy-*.json", directory.path(), directory.path()) else { panic!() };
        assert_eq!(shown(&files), ["out/trivy-1.json", "out/trivy-2.json"]);
    }

    #[test]
    fn a_directory_gives_what_is_named_like_a_report() {
        let reports = [
            "reports/a.sarif",
            "reports/b/c.json",
            "reports/d.jsonl",
            "reports/e.ndjson.zst",
            "reports/junit.xml",
            "reports/lcov.info.gz",
            "reports/sbom.spdx",
            "reports/trivy.zip",
        ];
        let directory = directory(&[&reports[..], &["reports/notes.txt", "reports/site.tar.gz"]].concat());
        let Selection::Directory(files) = select("reports", directory.path(), directory.path()) else { panic!() };
        assert_eq!(shown(&files), reports);
    }

    #[test]
    fn a_file_is_named_relative_to_the_root_however_it_is_asked_for() {
        let directory = directory(&["sub/t.json", "x/y"]);
        let Selection::File(file) = select("../sub/./t.json", &directory.path().join("x"), directory.path()) else {
            panic!()
        };
        assert_eq!(file.shown, "sub/t.json");
    }

    #[test]
    fn a_file_whose_name_holds_a_bracket_is_no_pattern() {
        let directory = directory(&["r[1].json"]);
        assert!(matches!(select("r[1].json", directory.path(), directory.path()), Selection::File(_)));
    }

    #[test]
    fn nothing_is_nothing() {
        let directory = directory(&[]);
        assert_eq!(select("no.json", directory.path(), directory.path()), Selection::Nothing);
        assert_eq!(select("no*.json", directory.path(), directory.path()), Selection::Glob(Vec::new()));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_refused_instead_of_waited_for() {
        let directory = directory(&[]);
        let path = directory.path().join("r.json");
        let _listening = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let why = read_report(&path, 10).unwrap_err();
        assert!(why.contains("not a regular file"), "{why}");
    }

    #[test]
    fn a_report_over_the_limit_is_refused_in_words() {
        let directory = directory(&["r.json"]);
        let why = read_report(&directory.path().join("r.json"), 1).unwrap_err();
        assert!(why.contains("limit"), "{why}");
    }
}
