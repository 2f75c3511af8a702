//! Paths of reports become paths of the repository (spec/ingest.md 6), comparable between tools, machines and systems.

/// Places where hosted runners and scanner images usually mount the repository. `*` stands for one component.
const USUAL_ROOTS: [&str; 9] =
    ["/home/runner/work/*/*", "/github/workspace", "/builds/*/*", "/__w/*/*", "/src", "/app", "/repo", "/path", "/tf"];

/// Knows where the repository lay when the reports were written, and which files it has.
#[derive(Clone, Debug, Default)]
pub struct PathResolver {
    /// Prefixes taken off whether or not the rest exists, the longest first.
    roots: Vec<String>,
    /// Sorted.
    tracked: Vec<String>,
    /// Indices into `tracked`, sorted by the reversed path: a suffix is a range of it.
    by_suffix: Vec<usize>,
}

/// What one entry of the policy's `reports` says about its paths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mount<'a> {
    /// Taken off every path.
    pub root: &'a str,
    /// Put before every path, after `root` was taken off.
    pub prefix: &'a str,
}

/// A path as the rest of the product uses it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResolvedPath {
    /// Relative to the root of the repository; as it was, with `/`, when it lies outside.
    pub path: String,
    /// Completed because exactly one file of the repository ends with it.
    pub guessed: bool,
    /// Absolute and under no known root, or climbing out of the repository.
    pub outside: bool,
}

impl PathResolver {
    /// `explicit` are the prefixes of the policy, `workspaces` the values of workspace variables and the current directory,
    /// `tracked` the files of the repository in any order.
    ///
    /// Both kinds of prefix are taken off whether or not the rest exists: they are known to be the root of this
    /// repository, and a file a build has made is not tracked. The usual mount points are only believed when the rest is.
    pub fn new(
        explicit: impl IntoIterator<Item = String>,
        workspaces: impl IntoIterator<Item = String>,
        mut tracked: Vec<String>,
    ) -> Self {
        let mut roots: Vec<String> = explicit
            .into_iter()
            .chain(workspaces)
            .map(|root| collapse(&root.replace('\\', "/")).0.trim_end_matches('/').to_owned())
            .filter(|root| !root.is_empty())
            .collect();
        roots.sort_by(|one, two| two.len().cmp(&one.len()).then_with(|| one.cmp(two)));
        roots.dedup();
        tracked.sort_unstable();
        tracked.dedup();
        let mut by_suffix: Vec<usize> = (0..tracked.len()).collect();
        by_suffix.sort_by(|one, two| match (tracked.get(*one), tracked.get(*two)) {
            (Some(one), Some(two)) => one.bytes().rev().cmp(two.bytes().rev()),
            _ => std::cmp::Ordering::Equal,
        });
        Self { roots, tracked, by_suffix }
    }

    /// Whether the repository has this file.
    pub fn is_tracked(&self, path: &str) -> bool {
        self.tracked.binary_search_by(|known| known.as_str().cmp(path)).is_ok()
    }

    /// The repository path of a path or `file:` URI that stands in a report.
    pub fn resolve(&self, raw: &str, mount: Mount<'_>) -> ResolvedPath {
        let raw = raw.trim();
        let plain = without_scheme(raw).replace('\\', "/");
        // A file whose name holds a `%` is rarer than an encoded URI, but when it is there it is meant.
        let decoded = if plain.contains('%') && !self.is_tracked(&plain) { percent_decoded(&plain) } else { plain };
        let (collapsed, climbs) = collapse(drop_slash_before_drive(&decoded));
        if climbs {
            return ResolvedPath { path: collapsed, guessed: false, outside: true };
        }
        let relative = self.without_root(&collapsed);
        if is_absolute(relative) {
            return ResolvedPath { path: collapsed, guessed: false, outside: true };
        }
        let path = mount.apply(relative);
        if path.is_empty() || self.is_tracked(&path) {
            return ResolvedPath { path, ..ResolvedPath::default() };
        }
        match self.only_file_ending_in(&path) {
            Some(whole) => ResolvedPath { path: whole.to_owned(), guessed: true, outside: false },
            None => ResolvedPath { path, ..ResolvedPath::default() },
        }
    }

    fn without_root<'a>(&self, path: &'a str) -> &'a str {
        if let Some(rest) = self.roots.iter().find_map(|root| below(path, root)) {
            return rest;
        }
        USUAL_ROOTS
            .iter()
            .filter_map(|root| below_pattern(path, root))
            .find(|rest| self.is_tracked(rest))
            .unwrap_or(path)
    }

    fn only_file_ending_in(&self, path: &str) -> Option<&str> {
        let ending = || path.bytes().rev().chain(std::iter::once(b'/'));
        let reversed = |index: &usize| self.tracked.get(*index).map(|path| path.bytes().rev());
        let start = self.by_suffix.partition_point(|index| reversed(index).is_some_and(|known| known.lt(ending())));
        let mut matching = self
            .by_suffix
            .iter()
            .skip(start)
            .filter_map(|index| self.tracked.get(*index))
            .take_while(|known| known.strip_suffix(path).is_some_and(|before| before.ends_with('/')));
        let only = matching.next()?;
        matching.next().is_none().then_some(only)
    }
}

impl Mount<'_> {
    fn apply(&self, path: &str) -> String {
        let root = collapse(self.root).0;
        let path = if root.is_empty() { path } else { below(path, &root).unwrap_or(path) };
        if self.prefix.is_empty() {
            return path.to_owned();
        }
        collapse(&format!("{}/{path}", self.prefix)).0
    }
}

/// `file://host/x` and `file:/x` become `/x`, `file:////src/x` becomes `/src/x`; anything else stays.
fn without_scheme(raw: &str) -> &str {
    let Some(rest) = raw.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("file:")).and_then(|_| raw.get(5..))
    else {
        return raw;
    };
    match rest.strip_prefix("//") {
        Some(with_host) => with_host.find('/').and_then(|slash| with_host.get(slash..)).unwrap_or_default(),
        None => rest,
    }
}

/// `/C:/x`, as it stands in URIs, is `C:/x`.
fn drop_slash_before_drive(path: &str) -> &str {
    match path.strip_prefix('/') {
        Some(rest) if has_drive(rest) => rest,
        _ => path,
    }
}

fn has_drive(path: &str) -> bool {
    matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}

fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || has_drive(path)
}

/// Removes `.`, `..` and empty components. The flag says that the path climbs above where it starts; the text is then kept.
fn collapse(path: &str) -> (String, bool) {
    let mut kept: Vec<&str> = Vec::new();
    for component in path.split('/') {
        match component {
            "" | "." => {}
            ".." => {
                if kept.pop().is_none() {
                    return (path.to_owned(), true);
                }
            }
            component => kept.push(component),
        }
    }
    let joined = kept.join("/");
    (if path.starts_with('/') { format!("/{joined}") } else { joined }, false)
}

fn below<'a>(path: &'a str, root: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(root)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

/// Like [`below`] with `*` for one component.
fn below_pattern<'a>(path: &'a str, pattern: &str) -> Option<&'a str> {
    let mut rest = path;
    for wanted in pattern.split('/').skip(1) {
        let component = rest.strip_prefix('/')?;
        let end = component.find('/')?;
        let (found, after) = component.split_at_checked(end)?;
        if wanted != "*" && wanted != found {
            return None;
        }
        rest = after;
    }
    rest.strip_prefix('/')
}

/// Decodes `%XX`; escapes that are none, or that do not give UTF-8, stay as they are.
fn percent_decoded(text: &str) -> String {
    let hex = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let value = match (byte, hex(bytes.get(at + 1)), hex(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => u8::try_from(high * 16 + low).ok(),
            _ => None,
        };
        decoded.push(value.unwrap_or(*byte));
        at += if value.is_some() { 3 } else { 1 };
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn resolver() -> PathResolver {
        let tracked = ["src/main.py", "lib/main.py", ".github/workflows/ci.yml", "web/my file.ts", "odd%20name.txt"];
        PathResolver::new(
            ["/custom/root".to_owned()],
            ["/home/me/project".to_owned(), r"D:\a\shop\shop".to_owned()],
            tracked.map(str::to_owned).to_vec(),
        )
    }

    fn path(raw: &str) -> String {
        let resolved = resolver().resolve(raw, Mount::default());
        assert!(!resolved.outside, "{raw} is outside");
        resolved.path
    }

    #[test]
    fn the_same_file_has_one_path_however_a_tool_writes_it() {
        for raw in [
            "src/main.py",
            "./src//main.py",
            "src/x/../main.py",
            r"src\main.py",
            "/home/me/project/src/main.py",
            "file:///home/me/project/src/main.py",
            "file://build.example.com/home/me/project/src/main.py",
            "file:////github/workspace/src/main.py",
            "/home/runner/work/shop/shop/src/main.py",
            "/src/src/main.py",
            "file:///D:/a/shop/shop/src/main.py",
            "/custom/root/src/main.py",
        ] {
            assert_eq!(path(raw), "src/main.py", "{raw}");
        }
    }

    #[test]
    fn a_usual_mount_point_is_only_believed_when_the_rest_is_there() {
        let resolved = resolver().resolve("/src/none.py", Mount::default());
        assert_eq!((resolved.path.as_str(), resolved.outside), ("/src/none.py", true));
    }

    #[test]
    fn a_file_a_build_has_made_is_still_relative_to_the_workspace() {
        assert_eq!(path("/home/me/project/dist/bundle.js"), "dist/bundle.js");
    }

    #[test]
    fn an_encoded_name_is_decoded_unless_the_file_is_named_so() {
        assert_eq!(path("web/my%20file.ts"), "web/my file.ts");
        assert_eq!(path("odd%20name.txt"), "odd%20name.txt");
    }

    #[test]
    fn a_path_that_climbs_out_is_outside() {
        assert!(resolver().resolve("../secrets.txt", Mount::default()).outside);
        assert!(resolver().resolve("a/../../b", Mount::default()).outside);
    }

    #[test]
    fn a_shortened_path_is_completed_when_only_one_file_ends_so() {
        let resolved = resolver().resolve("workflows/ci.yml", Mount::default());
        assert_eq!((resolved.path.as_str(), resolved.guessed), (".github/workflows/ci.yml", true));
    }

    #[test]
    fn a_shortened_path_of_two_files_stays_as_it_is() {
        let resolved = resolver().resolve("main.py", Mount::default());
        assert_eq!((resolved.path.as_str(), resolved.guessed), ("main.py", false));
    }

    #[test]
    fn a_report_of_a_subproject_gets_its_prefix_and_loses_its_root() {
        let mount = Mount { root: "checkout/", prefix: "src" };
        assert_eq!(resolver().resolve("checkout/main.py", mount).path, "src/main.py");
    }

    proptest! {
        #[test]
        fn a_tracked_path_resolves_to_itself(index in 0_usize..5) {
            let resolver = resolver();
            let tracked = resolver.tracked[index].clone();
            prop_assert_eq!(resolver.resolve(&tracked, Mount::default()).path, tracked);
        }

        #[test]
        fn a_resolved_path_inside_the_repository_never_climbs(raw in "[a-z./%\\\\:]{0,40}") {
            let resolved = resolver().resolve(&raw, Mount::default());
            prop_assert!(resolved.outside || !resolved.path.split('/').any(|part| part == ".."));
        }

        #[test]
        fn guessing_agrees_with_a_search_through_all_files(files in proptest::collection::vec("[ab]{1,2}(/[ab]{1,2}){0,3}", 1..20), raw in "[ab]{1,2}(/[ab]{1,2}){0,1}") {
            let resolver = PathResolver::new([], [], files.clone());
            let mut ending: Vec<_> = files.iter().filter(|file| file.ends_with(&format!("/{raw}"))).collect();
            ending.sort();
            ending.dedup();
            let expected = match (files.contains(&raw), ending.as_slice()) {
                (false, [only]) => ((*only).clone(), true),
                _ => (raw.clone(), false),
            };
            let resolved = resolver.resolve(&raw, Mount::default());
            prop_assert_eq!((resolved.path, resolved.guessed), expected);
        }
    }
}
