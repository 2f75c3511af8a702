//! Addresses that may become a link (spec/github-ux.md 3.4).

use std::collections::BTreeSet;
use std::fmt;
use std::fmt::Write as _;

use super::clean::{Shape, shape};

/// Hosts everybody in this field links to.
const KNOWN_HOSTS: [&str; 11] = [
    "access.redhat.com",
    "avd.aquasec.com",
    "cwe.mitre.org",
    "docs.github.com",
    "github.com",
    "nvd.nist.gov",
    "osv.dev",
    "rustsec.org",
    "security-tracker.debian.org",
    "ubuntu.com",
    "www.cve.org",
];

/// Hosts that may be linked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkHosts {
    server: String,
    allowed: BTreeSet<String>,
}

impl LinkHosts {
    /// The known hosts, the GitHub server and the policy's `github.link_hosts`.
    pub fn new<'a>(server_url: &str, more: impl IntoIterator<Item = &'a str>) -> Self {
        let server = server_url.strip_prefix("https://").unwrap_or_default();
        let server = server.split(['/', ':']).next().unwrap_or_default().to_ascii_lowercase();
        let mut allowed: BTreeSet<String> = KNOWN_HOSTS.iter().map(|host| (*host).to_owned()).collect();
        allowed.extend(more.into_iter().map(str::to_ascii_lowercase));
        allowed.insert(server.clone());
        allowed.remove("");
        Self { server, allowed }
    }
}

/// An `https` address on an allowed host that can stand in a link of Markdown and HTML as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url(String);

impl Url {
    /// `None` for another scheme, user information, another port than 443, a host that is not allowed, characters that
    /// no address has, and for pages of issues, pull requests, discussions and commits: a link to those would leave a
    /// cross-reference in somebody's repository.
    pub fn new(raw: &str, hosts: &LinkHosts) -> Option<Self> {
        if raw.len() > 2_000 || !raw.bytes().all(is_address_byte) {
            return None;
        }
        let rest = strip_prefix_ignore_case(raw, "https://")?;
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let host = authority.strip_suffix(":443").unwrap_or(authority).to_ascii_lowercase();
        if !hosts.allowed.contains(&host) {
            return None;
        }
        if (host == "github.com" || host == hosts.server) && leaves_a_reference(path) {
            return None;
        }
        Some(Self(escape_for_markdown(raw)))
    }

    /// A commit of the repository that is judged: a reference to it stays within it. `None` when a part is none.
    pub fn commit(server_url: &str, repo: &str, sha: &str) -> Option<Self> {
        let server = server(server_url)?;
        (is_commit(sha) && is_repository(repo)).then(|| Self(format!("{server}/{repo}/commit/{sha}")))
    }

    /// A run of a workflow.
    pub fn run(server_url: &str, repo: &str, run: u64) -> Option<Self> {
        let server = server(server_url)?;
        is_repository(repo).then(|| Self(format!("{server}/{repo}/actions/runs/{run}")))
    }

    /// Lines of a file at a commit: `{server}/{owner}/{name}/blob/{sha}/{path}#L{a}-L{b}`. `None` when a part is no
    /// repository, commit or path.
    pub fn source(server_url: &str, repo: &str, sha: &str, path: &str, lines: Option<(u32, u32)>) -> Option<Self> {
        let server = server(server_url)?;
        if !is_commit(sha) || !is_repository(repo) || path.is_empty() || leaves_the_root(path) {
            return None;
        }
        let mut url = format!("{server}/{repo}/blob/{sha}/");
        path.bytes().for_each(|byte| push_path_byte(&mut url, byte));
        // GitHub renders Markdown instead of showing its lines unless asked.
        if path.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("md")) {
            url.push_str("?plain=1");
        }
        let anchor = match lines {
            Some((first, last)) if last > first => format!("#L{first}-L{last}"),
            Some((first, _)) => format!("#L{first}"),
            None => String::new(),
        };
        Some(Self(url + &anchor))
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A path as a relative reference (RFC 3986 4.2): every byte but unreserved ones and `/` percent-encoded.
pub(crate) fn path_reference(path: &str) -> String {
    let mut reference = String::with_capacity(path.len());
    path.bytes().for_each(|byte| push_path_byte(&mut reference, byte));
    reference
}

fn server(url: &str) -> Option<&str> {
    let server = url.trim_end_matches('/');
    let host = strip_prefix_ignore_case(server, "https://")?;
    (!host.is_empty() && host.bytes().all(is_host_byte)).then_some(server)
}

fn is_commit(sha: &str) -> bool {
    matches!(sha.len(), 40 | 64) && sha.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// RFC 3986 2: unreserved, reserved and `%`. Nothing else stands raw in an address.
fn is_address_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte)
}

fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':')
}

fn is_repository(repo: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty()
            && word != "."
            && word != ".."
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
    };
    repo.split_once('/').is_some_and(|(owner, name)| word(owner) && word(name))
}

fn leaves_the_root(path: &str) -> bool {
    path.starts_with('/')
        || path.split('/').any(|segment| matches!(segment, "" | "." | ".."))
        || path.chars().any(|char| matches!(shape(char), Shape::Control | Shape::Blank))
}

fn push_path_byte(url: &mut String, byte: u8) {
    if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
        url.push(char::from(byte));
    } else {
        // Writing to a string never fails.
        let _ = write!(url, "%{byte:02X}");
    }
}

/// GitHub decodes `%69ssues` before it routes, so the comparison does too.
fn leaves_a_reference(path: &str) -> bool {
    let decoded = percent_decoded(path).to_ascii_lowercase();
    ["/issues/", "/pull/", "/discussions/", "/commit/"].iter().any(|part| decoded.contains(part))
}

fn percent_decoded(text: &str) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let hex = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let mut ahead = bytes.clone();
        match (byte, ahead.next().and_then(hex), ahead.next().and_then(hex)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(high * 16 + low);
                bytes = ahead;
            }
            _ => decoded.push(byte),
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Characters of an address that end a Markdown destination or an attribute, percent-encoded.
fn escape_for_markdown(raw: &str) -> String {
    raw.replace('(', "%28").replace(')', "%29").replace('\'', "%27").replace('[', "%5B").replace(']', "%5D")
}

fn strip_prefix_ignore_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::escape::corpus;

    fn hosts() -> LinkHosts {
        LinkHosts::new("https://github.example.com", ["wiki.example.com"])
    }

    #[test]
    fn addresses_of_advisories_are_linked() {
        for raw in [
            "https://nvd.nist.gov/vuln/detail/CVE-2026-1",
            "HTTPS://NVD.nist.gov:443/x",
            "https://github.com/advisories/GHSA-xxxx-yyyy-zzzz",
            "https://wiki.example.com?a=b#c",
            "https://github.example.com/acme/shop",
        ] {
            assert!(Url::new(raw, &hosts()).is_some(), "{raw}");
        }
    }

    #[test]
    fn everything_else_is_not() {
        for raw in [
            "http://nvd.nist.gov/x",
            "https://evil.example/x",
            "https://nvd.nist.gov@evil.example/",
            "https://nvd.nist.gov:8443/x",
            "https://nvd.nist.gov.evil.example/",
            "https://nvd.nist.gov\\@evil.example/",
            "https://github.com/acme/shop/issues/1",
            "https://github.com/acme/shop/%69ssues/1",
            "https://github.com/acme/shop/PULL/1",
            "https://github.example.com/acme/shop/commit/abc",
            "https://nvd.nist.gov/a b",
            "https://nvd.nist.gov/<x>",
            "https://nvd.nist.gov/`x`|",
            "https://nvd.nist.gov/\u{202e}",
            "javascript:alert(1)",
            "data:text/html,x",
            "//nvd.nist.gov/x",
            "https://",
            "",
        ] {
            assert_eq!(Url::new(raw, &hosts()), None, "{raw}");
        }
    }

    #[test]
    fn a_destination_cannot_be_left() {
        let url = Url::new("https://osv.dev/a)[x](b'c", &hosts()).unwrap().to_string();
        assert_eq!(url, "https://osv.dev/a%29%5Bx%5D%28b%27c");
    }

    #[test]
    fn a_line_of_a_file_at_a_commit() {
        let sha = "9f31c2e0b1d84f6a7c55e0a1b2c3d4e5f6a7b8c9";
        let source = |path, lines| Url::source("https://github.com", "acme/shop", sha, path, lines);
        assert_eq!(
            source("web/a b#ü.rs", Some((3, 3))).unwrap().to_string(),
            format!("https://github.com/acme/shop/blob/{sha}/web/a%20b%23%C3%BC.rs#L3")
        );
        assert_eq!(
            source("README.md", Some((3, 9))).unwrap().to_string(),
            format!("https://github.com/acme/shop/blob/{sha}/README.md?plain=1#L3-L9")
        );
        assert_eq!(source("../x", None), None);
        assert_eq!(source("/etc/passwd", None), None);
        assert_eq!(Url::source("https://github.com", "acme/shop", "main", "a", None), None);
        assert_eq!(Url::source("https://github.com", "acme/../x", sha, "a", None), None);
        assert_eq!(Url::source("javascript:x", "acme/shop", sha, "a", None), None);
    }

    #[test]
    fn the_judged_commit_and_its_run() {
        let sha = "9f31c2e0b1d84f6a7c55e0a1b2c3d4e5f6a7b8c9";
        let commit = |server, repo, sha| Url::commit(server, repo, sha).map(|url| url.to_string());
        assert_eq!(
            commit("https://github.com", "acme/shop", sha),
            Some(format!("https://github.com/acme/shop/commit/{sha}"))
        );
        assert_eq!(commit("https://github.com", "acme/shop", "main"), None);
        assert_eq!(commit("javascript:x", "acme/shop", sha), None);
        assert_eq!(commit("https://github.com", "acme/shop](x)", sha), None);
        assert_eq!(
            Url::run("https://github.com/", "acme/shop", 8123).map(|url| url.to_string()).as_deref(),
            Some("https://github.com/acme/shop/actions/runs/8123")
        );
    }

    #[test]
    fn nothing_of_the_hostile_corpus_is_linked() {
        for raw in corpus::hostile() {
            assert_eq!(Url::new(&raw, &hosts()), None, "{raw:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_linked_goes_to_an_allowed_host(raw in "https://[a-z.@:/#?\\\\%0-9()]{0,40}(nvd.nist.gov)?[a-z@:/()'|`<> ]{0,20}") {
            if let Some(url) = Url::new(&raw, &hosts()) {
                let url = url.to_string();
                prop_assert!(url.to_lowercase().starts_with("https://nvd.nist.gov"));
                prop_assert!(!url.contains(['(', ')', '|', '<', '>', '`', ' ', '\'', '"']));
            }
        }
    }
}
