//! Addresses: which of them get the token, which get a request at all, and how names become parts of them.

use std::fmt::Write as _;
use std::net::IpAddr;

use http::Uri;

use crate::api::ApiError;

/// Scheme, host and port: what decides who gets the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

impl Origin {
    /// Of an address requests may be sent to: `https`, or `http` on this machine; without a user or a password.
    pub(crate) fn of(address: &str) -> Result<Self, ApiError> {
        let refuse = |why: &str| Err(ApiError::Address { address: shown(address), why: why.to_owned() });
        let Ok(uri) = address.parse::<Uri>() else { return refuse("this is no address") };
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return refuse("an address of the API begins with `https://`");
        };
        if authority.as_str().contains('@') {
            return refuse("an address with a user or a password is not used");
        }
        let host = authority.host().trim_end_matches('.').to_ascii_lowercase();
        if host.is_empty() {
            return refuse("the address names no host");
        }
        let port = match scheme {
            "https" => 443,
            "http" if is_loopback(&host) => 80,
            "http" => return refuse("`http://` would send the token unencrypted; use `https://`"),
            _ => return refuse("an address of the API begins with `https://`"),
        };
        Ok(Self { scheme: scheme.to_owned(), host, port: authority.port_u16().unwrap_or(port) })
    }

    /// The host, for messages.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }
}

/// Whether the host is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// An address for a message: nothing before `@`, nothing after `?` (signed links hold secrets there).
pub(crate) fn shown(address: &str) -> String {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    let (scheme, rest) = address.split_once("://").map_or(("", address), |(scheme, rest)| (scheme, rest));
    let (authority, path) = rest.split_once('/').map_or((rest, None), |(authority, path)| (authority, Some(path)));
    let host = authority.rsplit('@').next().unwrap_or_default();
    let scheme = if scheme.is_empty() { String::new() } else { format!("{scheme}://") };
    path.map_or_else(|| format!("{scheme}{host}"), |path| format!("{scheme}{host}/{path}"))
}

/// Text as one part of a path or as a value of a query: everything but the unreserved characters is escaped (RFC 3986 2.3).
pub(crate) fn part(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string never fails.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

/// The path of a file of a repository. One that a server could resolve to another place is refused.
pub(crate) fn file_path(path: &str) -> Result<String, ApiError> {
    if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        let why = "this is no path of a file in a repository".to_owned();
        return Err(ApiError::Address { address: path.to_owned(), why });
    }
    Ok(path.split('/').map(part).collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scheme_host_and_port_together_are_an_origin() {
        let api = Origin::of("https://api.github.com").unwrap();
        for same in ["https://API.github.com/x", "https://api.github.com:443/x?page=2", "https://api.github.com./"] {
            assert_eq!(Origin::of(same).unwrap(), api, "{same}");
        }
        for other in ["https://api.github.com:444/", "https://github.com/", "https://api.github.com.evil.example/"] {
            assert_ne!(Origin::of(other).unwrap(), api, "{other}");
        }
    }

    #[test]
    fn http_is_for_this_machine_alone() {
        for allowed in ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:3000/api/v3", "http://127.9.9.9"] {
            assert!(Origin::of(allowed).is_ok(), "{allowed}");
        }
        for refused in [
            "http://api.github.com",
            "http://127.0.0.1.evil.example",
            "http://localhost.evil.example",
            "http://0.0.0.0",
            "http://[::2]",
            "ftp://localhost",
            "file:///etc/passwd",
            "/repos",
            "",
            "https://",
            "https://user:secret@ghe.example",
            "https://api.github.com@evil.example",
        ] {
            let error = Origin::of(refused).unwrap_err();
            assert!(matches!(error, ApiError::Address { .. }), "{refused}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[test]
    fn what_is_shown_of_an_address_has_no_secret() {
        assert_eq!(shown("https://u:secret@h.example/a/b?sig=secret#x"), "https://h.example/a/b");
        assert_eq!(shown("https://h.example"), "https://h.example");
        assert_eq!(shown("u:secret@h/a"), "h/a");
    }

    #[test]
    fn a_part_cannot_end_the_part_it_is() {
        assert_eq!(part("a/b?c#d&e=f%2F g\u{e4}"), "a%2Fb%3Fc%23d%26e%3Df%252F%20g%C3%A4");
        assert_eq!(part("feature-1_x.y~"), "feature-1_x.y~");
    }

    #[test]
    fn a_path_out_of_the_repository_is_refused() {
        assert_eq!(file_path(".github/a b.yml").unwrap(), ".github/a%20b.yml");
        for wrong in ["", "/a", "a//b", "../a", "a/../b", "a/.", "a/"] {
            assert!(file_path(wrong).is_err(), "{wrong}");
        }
    }
}
