//! What kind of content a file has (spec/secrets-gitleaks.md 8.2, 8.6).
//!
//! A magic number alone excludes nothing, and neither does a NUL byte: a text that happens to begin with `MZ` or `BZh` is
//! searched. Both together make a binary file. An archive is one by its name and by its magic number.

/// As far as a NUL byte is looked for.
const LOOKED_AT: usize = 8_000;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Text,
    /// What the magic number names.
    Binary(&'static str),
    Archive(&'static str),
    /// A byte order mark of four bytes: nothing a pattern could read.
    Utf32,
}

/// Name, offset, bytes, final extensions under which it is an archive.
const MAGIC: &[(&str, usize, &[u8], &[&str])] = &[
    ("zip", 0, b"PK\x03\x04", &["zip"]),
    ("zip", 0, b"PK\x05\x06", &["zip"]),
    ("tar", 257, b"ustar", &["tar"]),
    ("rar", 0, b"Rar!\x1a\x07", &["rar"]),
    ("gzip", 0, b"\x1f\x8b", &["gz", "tgz"]),
    ("bzip2", 0, b"BZh", &["bz2", "tbz2", "tbz"]),
    ("7z", 0, b"7z\xbc\xaf\x27\x1c", &["7z"]),
    ("xz", 0, b"\xfd7zXZ\0", &["xz", "txz"]),
    ("zstd", 0, b"\x28\xb5\x2f\xfd", &["zst", "tzst"]),
    ("lz4", 0, b"\x04\x22\x4d\x18", &["lz4"]),
    ("PDF", 0, b"%PDF", &[]),
    ("DOS or Windows program", 0, b"MZ", &[]),
    ("Flash", 0, b"CWS", &[]),
    ("Flash", 0, b"FWS", &[]),
    ("RTF", 0, b"{\\rtf", &[]),
    ("PostScript", 0, b"%!", &[]),
    ("SQLite", 0, b"SQLi", &[]),
    ("NES ROM", 0, b"NES\x1a", &[]),
    ("Chrome extension", 0, b"Cr24", &[]),
    ("cabinet", 0, b"MSCF", &[]),
    ("cabinet", 0, b"ISc(", &[]),
    ("ar", 0, b"!<arch>", &[]),
    ("compress", 0, b"\x1f\x9d", &[]),
    ("compress", 0, b"\x1f\xa0", &[]),
    ("lzip", 0, b"LZIP", &["lz"]),
    ("RPM", 0, b"\xed\xab\xee\xdb", &[]),
    ("ELF", 0, b"\x7fELF", &[]),
    ("DICOM", 128, b"DICM", &[]),
    ("ISO 9660", 32_769, b"CD001", &[]),
    ("Mach-O", 0, b"\xfe\xed\xfa\xce", &[]),
    ("Mach-O", 0, b"\xfe\xed\xfa\xcf", &[]),
    ("Mach-O", 0, b"\xce\xfa\xed\xfe", &[]),
    ("Mach-O", 0, b"\xcf\xfa\xed\xfe", &[]),
    ("Mach-O or Java class", 0, b"\xca\xfe\xba\xbe", &[]),
    ("Office document", 0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", &[]),
    ("font", 0, b"wOFF", &[]),
    ("font", 0, b"wOF2", &[]),
    ("font", 0, b"\0\x01\0\0\0", &[]),
    ("font", 0, b"OTTO\0", &[]),
    ("font", 34, b"LP", &[]),
    ("WebAssembly", 0, b"\0asm", &[]),
    ("Dalvik", 0, b"dex\n", &[]),
];

impl Content {
    pub(crate) fn of(path: &str, bytes: &[u8]) -> Self {
        if bytes.starts_with(b"\xff\xfe\0\0") || bytes.starts_with(b"\0\0\xfe\xff") {
            return Self::Utf32;
        }
        // UTF-16 is full of NUL bytes.
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") && !is_mach(bytes) {
            return Self::Text;
        }
        let named =
            MAGIC.iter().find(|(_, offset, magic, _)| bytes.get(*offset..).is_some_and(|rest| rest.starts_with(magic)));
        let Some((name, _, _, extensions)) = named else { return Self::Text };
        let extension = path.rsplit(['/', '!']).next().and_then(|base| base.rsplit_once('.')).map(|(_, end)| end);
        if extension.is_some_and(|end| extensions.iter().any(|known| known.eq_ignore_ascii_case(end))) {
            return Self::Archive(name);
        }
        let looked_at = bytes.get(..LOOKED_AT).unwrap_or(bytes);
        if memchr::memchr(0, looked_at).is_some() { Self::Binary(name) } else { Self::Text }
    }

    /// Why the content is not searched; `None` for text.
    pub(crate) fn unsearched(self) -> Option<String> {
        match self {
            Self::Text => None,
            Self::Binary(name) => Some(format!("binary file ({name})")),
            Self::Archive(name) => Some(format!("archive ({name}), not opened")),
            Self::Utf32 => Some("UTF-32 text".to_owned()),
        }
    }
}

fn is_mach(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xfe\xed")
}

#[cfg(test)]
mod tests {
    use super::Content;

    #[test]
    fn a_magic_number_or_a_nul_byte_alone_excludes_nothing() {
        assert_eq!(Content::of("a.txt", b"MZ is how this text begins"), Content::Text);
        assert_eq!(Content::of("a.txt", b"key\0value"), Content::Text);
        assert_eq!(Content::of("a.txt", b"MZ\0\0"), Content::Binary("DOS or Windows program"));
    }

    #[test]
    fn an_archive_is_one_by_name_and_content() {
        assert_eq!(Content::of("d/a.zip", b"PK\x03\x04rest"), Content::Archive("zip"));
        assert_eq!(Content::of("app.zip.js", b"PK\x03\x04rest"), Content::Text);
        assert_eq!(Content::of("d/a.tgz", b"token=1"), Content::Text);
    }

    #[test]
    fn utf_16_is_text_and_utf_32_is_named() {
        assert_eq!(Content::of("a", b"\xff\xfea\0"), Content::Text);
        assert_eq!(Content::of("a", b"\xff\xfe\0\0a\0\0\0"), Content::Utf32);
    }
}
