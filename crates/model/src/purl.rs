//! How the parts of a package URL are written, so that two tools' names of one package are equal (spec/ingest.md 5.1).

use std::borrow::Cow;

/// The namespace as the rules of the type write it.
pub fn normal_namespace(ecosystem: &str, namespace: &str) -> String {
    match ecosystem {
        "npm" | "golang" | "composer" | "github" | "bitbucket" | "deb" | "rpm" | "apk" => namespace.to_lowercase(),
        _ => namespace.to_owned(),
    }
}

/// The name as the rules of the type write it.
pub fn normal_name(ecosystem: &str, name: &str) -> String {
    match ecosystem {
        // PEP 503: runs of `-`, `_`, `.` are one `-`.
        "pypi" => {
            let mut normal = String::with_capacity(name.len());
            for char in name.to_lowercase().chars() {
                let separator = matches!(char, '-' | '_' | '.');
                if !(separator && normal.ends_with('-')) {
                    normal.push(if separator { '-' } else { char });
                }
            }
            normal
        }
        "npm" | "golang" | "composer" | "github" | "bitbucket" | "hex" | "deb" | "apk" | "oci" => name.to_lowercase(),
        _ => name.to_owned(),
    }
}

/// The version as it is compared: those of Go are the same with and without `v`.
pub fn normal_version<'a>(ecosystem: &str, version: &'a str) -> &'a str {
    if ecosystem == "golang" { version.strip_prefix('v').unwrap_or(version) } else { version }
}

/// A package URL with its version as it is compared.
pub fn with_normal_version(purl: &str) -> Cow<'_, str> {
    match purl.rsplit_once("@v") {
        Some((path, version)) if purl.starts_with("pkg:golang/") && !version.contains('/') => {
            Cow::Owned([path, "@", version].concat())
        }
        _ => Cow::Borrowed(purl),
    }
}

/// Percent-encoding taken off; what is no escape stays.
pub fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = match (first, after) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)).map(|(high, low)| high * 16 + low),
            _ => None,
        };
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
