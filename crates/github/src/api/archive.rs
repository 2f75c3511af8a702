//! The archive of an artifact: a run of somebody else has written it (spec/github-ux.md 8.1).

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use zip::ZipArchive;

use crate::api::{ApiError, Member};

/// Bytes of an archive.
pub(crate) const ZIPPED: u64 = 64 << 20;
/// Bytes of all its files together.
const UNZIPPED: u64 = 256 << 20;
/// Entries.
const ENTRIES: usize = 1_000;

/// Its files in the order of their paths. An archive that is not wholly in order is not used at all.
pub(crate) fn unpack(zipped: &[u8]) -> Result<Vec<Member>, ApiError> {
    let unusable = |why: String| ApiError::Unreadable(format!("the archive of the artifact: {why}"));
    let mut archive = ZipArchive::new(Cursor::new(zipped)).map_err(|error| unusable(error.to_string()))?;
    if archive.len() > ENTRIES {
        return Err(unusable(format!("{} entries, more than {ENTRIES}", archive.len())));
    }
    let mut files = BTreeMap::new();
    let mut left = UNZIPPED;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|error| unusable(error.to_string()))?;
        let path = entry.name().to_owned();
        if !stays_inside(&path) {
            return Err(unusable(format!("`{path}` leads out of it")));
        }
        if entry.is_dir() {
            continue;
        }
        if entry.unix_mode().is_some_and(|mode| !matches!(mode & 0o170_000, 0 | 0o100_000)) {
            return Err(unusable(format!("`{path}` is no ordinary file")));
        }
        let mut bytes = Vec::new();
        let read = (&mut entry).take(left + 1).read_to_end(&mut bytes);
        let length = read.map_err(|error| unusable(format!("`{path}`: {error}")))? as u64;
        left = left.checked_sub(length).ok_or(ApiError::TooLarge { limit: UNZIPPED })?;
        if files.insert(path.clone(), bytes).is_some() {
            return Err(unusable(format!("`{path}` is there twice")));
        }
    }
    Ok(files.into_iter().map(|(path, bytes)| Member { path, bytes }).collect())
}

/// No absolute path of any system, nothing upward, no other name for the same place.
fn stays_inside(path: &str) -> bool {
    let parts = path.strip_suffix('/').unwrap_or(path).split('/');
    !path.contains(['\\', '\0', ':']) && parts.into_iter().all(|part| !matches!(part, "" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::*;

    fn zipped(write: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        write(&mut writer);
        writer.finish().unwrap().into_inner()
    }

    fn with_file(name: &str) -> Vec<u8> {
        zipped(|zip| {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(b"x").unwrap();
        })
    }

    #[test]
    fn files_come_in_the_order_of_their_paths() {
        let bytes = zipped(|zip| {
            zip.add_directory("b", SimpleFileOptions::default()).unwrap();
            for name in ["b/meta.json", "a.json"] {
                zip.start_file(name, SimpleFileOptions::default()).unwrap();
                zip.write_all(name.as_bytes()).unwrap();
            }
        });
        let members = unpack(&bytes).unwrap();
        let paths: Vec<_> = members.iter().map(|member| (member.path.as_str(), member.bytes.as_slice())).collect();
        assert_eq!(paths, [("a.json", &b"a.json"[..]), ("b/meta.json", b"b/meta.json")]);
    }

    #[test]
    fn an_entry_that_leads_out_of_the_archive_spoils_it() {
        for name in ["../x", "a/../../x", "/etc/passwd", "a//b", "..\\x", "C:/x", "./x", "a/./b"] {
            let error = unpack(&with_file(name)).unwrap_err();
            assert!(error.to_string().contains("leads out"), "{name}: {error}");
        }
        assert!(unpack(&with_file("a..b/..c")).is_ok());
    }

    #[test]
    fn a_link_spoils_it() {
        let bytes = zipped(|zip| zip.add_symlink("x", "/etc/passwd", SimpleFileOptions::default()).unwrap());
        assert!(unpack(&bytes).unwrap_err().to_string().contains("no ordinary file"));
    }

    #[test]
    fn too_many_entries_and_too_many_bytes_are_refused() {
        let many = zipped(|zip| {
            for index in 0..=ENTRIES {
                zip.start_file(format!("{index}"), SimpleFileOptions::default()).unwrap();
            }
        });
        assert!(unpack(&many).unwrap_err().to_string().contains("1001 entries"));
        let bomb = zipped(|zip| {
            let zeros = vec![0; 1 << 20];
            for name in ["a", "b"] {
                zip.start_file(name, SimpleFileOptions::default()).unwrap();
                for _ in 0..129 {
                    zip.write_all(&zeros).unwrap();
                }
            }
        });
        assert!(bomb.len() < 1 << 20);
        assert_eq!(unpack(&bomb).unwrap_err(), ApiError::TooLarge { limit: UNZIPPED });
    }

    #[test]
    fn what_is_no_archive_and_what_is_cut_is_refused() {
        let whole = with_file("a");
        for bytes in [&b""[..], b"<html>", &whole[..whole.len() - 3]] {
            assert!(matches!(unpack(bytes), Err(ApiError::Unreadable(_))));
        }
    }
}
