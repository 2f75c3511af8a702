//! What differs between operating systems: names as bytes, the executable bit, the identity of a file.

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::fs::Metadata;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::path::{Path, PathBuf};

    #[allow(clippy::unnecessary_wraps, reason = "elsewhere not every name is a path")]
    pub(crate) fn path_of(name: &[u8]) -> Option<PathBuf> {
        Some(PathBuf::from(OsStr::from_bytes(name)))
    }

    #[allow(clippy::unnecessary_wraps, reason = "elsewhere not every path has a name in bytes")]
    pub(crate) fn name_of(path: &Path) -> Option<Vec<u8>> {
        Some(path.as_os_str().as_bytes().to_vec())
    }

    /// The bit that git records too.
    pub(crate) fn is_executable(metadata: &Metadata) -> bool {
        metadata.permissions().mode() & 0o100 != 0
    }

    pub(crate) fn is_same_file(one: &Metadata, two: &Metadata) -> bool {
        (one.dev(), one.ino()) == (two.dev(), two.ino())
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use std::fs::Metadata;
    use std::path::{MAIN_SEPARATOR, Path, PathBuf};

    /// `None` for bytes that are no Unicode; git writes `/` here too.
    pub(crate) fn path_of(name: &[u8]) -> Option<PathBuf> {
        std::str::from_utf8(name).ok().map(PathBuf::from)
    }

    /// `None` for a path that is no Unicode.
    pub(crate) fn name_of(path: &Path) -> Option<Vec<u8>> {
        Some(path.to_str()?.replace(MAIN_SEPARATOR, "/").into_bytes())
    }

    pub(crate) fn is_executable(_: &Metadata) -> bool {
        false
    }

    pub(crate) fn is_same_file(one: &Metadata, two: &Metadata) -> bool {
        one.file_type() == two.file_type()
    }
}

#[cfg(not(unix))]
pub(crate) use elsewhere::{is_executable, is_same_file, name_of, path_of};
#[cfg(unix)]
pub(crate) use unix::{is_executable, is_same_file, name_of, path_of};
