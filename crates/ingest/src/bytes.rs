//! From the bytes of a file to text: compression, archives, encodings (spec/ingest.md 2).

use std::borrow::Cow;
use std::io::{Cursor, Read};

use portcullis_model::{Problem, ProblemCode};

/// Bytes of one report after unpacking.
pub(crate) const MAX_EXPANDED: u64 = 1 << 30;
/// Members of an archive.
const MAX_MEMBERS: usize = 200;

/// What a file holds.
#[derive(Debug)]
pub(crate) enum Unpacked<'a> {
    /// One document, with what went wrong while unpacking it.
    Document(Cow<'a, [u8]>, Vec<Problem>),
    /// The files of an archive, with what went wrong.
    Archive(Vec<Member>, Vec<Problem>),
}

/// A file in an archive.
#[derive(Debug)]
pub(crate) struct Member {
    /// Name in the archive.
    pub(crate) name: String,
    /// Its content.
    pub(crate) bytes: Vec<u8>,
    /// What went wrong with it.
    pub(crate) problems: Vec<Problem>,
}

/// Unpacks gzip, zstd and ZIP; anything else is the document itself. At most `limit` bytes are kept.
pub(crate) fn unpack(bytes: &[u8], limit: u64) -> Unpacked<'_> {
    match bytes {
        [0x1f, 0x8b, ..] => {
            let (bytes, problems) = drain(flate2::read::MultiGzDecoder::new(bytes), limit, "gzip");
            Unpacked::Document(Cow::Owned(bytes), problems)
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            let (bytes, problems) = zstd(bytes, limit);
            Unpacked::Document(Cow::Owned(bytes), problems)
        }
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => archive(bytes, limit),
        _ if bytes.len() as u64 > limit => {
            let kept = bytes.get(..usize::try_from(limit).unwrap_or(usize::MAX)).unwrap_or(bytes);
            Unpacked::Document(Cow::Borrowed(kept), vec![too_large(limit)])
        }
        _ => Unpacked::Document(Cow::Borrowed(bytes), Vec::new()),
    }
}

fn too_large(limit: u64) -> Problem {
    Problem::error(
        ProblemCode::TooLarge,
        format!("the report is larger than {limit} bytes: only its beginning is read"),
    )
}

/// Reads to the end, to the limit or to the first error; what came before it is kept.
fn drain(mut reader: impl Read, limit: u64, form: &str) -> (Vec<u8>, Vec<Problem>) {
    let mut kept = Vec::new();
    let read = reader.by_ref().take(limit).read_to_end(&mut kept);
    if let Err(error) = read {
        let message = format!(
            "the {form} data is damaged or cut off after {} unpacked bytes ({error}): what came before is read; store the file again",
            kept.len()
        );
        return (kept, vec![Problem::error(ProblemCode::Truncated, message)]);
    }
    if kept.len() as u64 == limit && matches!(reader.read(&mut [0]), Ok(1)) {
        return (kept, vec![too_large(limit)]);
    }
    (kept, Vec::new())
}

/// Every frame of a zstd stream.
fn zstd(bytes: &[u8], limit: u64) -> (Vec<u8>, Vec<Problem>) {
    let mut rest = bytes;
    let mut kept = Vec::new();
    while !rest.is_empty() {
        let mut decoder = match ruzstd::decoding::StreamingDecoder::new(&mut rest) {
            Ok(decoder) => decoder,
            Err(error) => {
                let message = format!("the zstd data cannot be unpacked ({error}): store the file again");
                return (kept, vec![Problem::error(ProblemCode::Truncated, message)]);
            }
        };
        let (frame, mut problems) = drain(&mut decoder, limit.saturating_sub(kept.len() as u64), "zstd");
        kept.extend(frame);
        let inner = decoder.into_frame_decoder();
        let stated = inner.get_checksum_from_data();
        if problems.is_empty() && stated.is_some() && stated != inner.get_calculated_checksum() {
            let message = "the checksum of the zstd data is wrong: store the file again";
            problems.push(Problem::error(ProblemCode::Truncated, message));
        }
        if !problems.is_empty() {
            return (kept, problems);
        }
    }
    (kept, Vec::new())
}

fn archive(bytes: &[u8], limit: u64) -> Unpacked<'_> {
    let damaged = |why: &dyn std::fmt::Display| {
        Problem::error(ProblemCode::Truncated, format!("the ZIP archive cannot be read ({why}): store the file again"))
    };
    let mut archive = match zip::ZipArchive::new(Cursor::new(bytes)) {
        Ok(archive) => archive,
        Err(error) => return Unpacked::Archive(Vec::new(), vec![damaged(&error)]),
    };
    let mut problems = Vec::new();
    if archive.len() > MAX_MEMBERS {
        let message = format!("the archive holds {} files, only {MAX_MEMBERS} are read", archive.len());
        problems.push(Problem::error(ProblemCode::TooLarge, message));
    }
    let mut left = limit;
    let mut members = Vec::new();
    for index in 0..archive.len().min(MAX_MEMBERS) {
        match archive.by_index(index) {
            Ok(file) if file.is_dir() => {}
            Ok(file) => {
                let name = file.name().to_owned();
                let (bytes, problems) = drain(file, left, "ZIP");
                left = left.saturating_sub(bytes.len() as u64);
                members.push(Member { name, bytes, problems });
            }
            Err(error) => problems.push(damaged(&error)),
        }
    }
    members.sort_by(|one, two| one.name.cmp(&two.name));
    Unpacked::Archive(members, problems)
}

/// The text of a document: byte order mark off, UTF-16 with one transcoded, other invalid bytes replaced and told.
pub(crate) fn text(bytes: &[u8]) -> (Cow<'_, str>, Option<Problem>) {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: &[u8]) -> (Cow<'_, str>, Option<Problem>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), None),
        // A character cut in two by the end of the file is part of the truncation, and told as such.
        Err(error) => {
            let message = format!("byte {} is not UTF-8: it is replaced", error.valid_up_to());
            let problem = Problem::warning(ProblemCode::InvalidUtf8, message).at_byte(error.valid_up_to() as u64);
            (String::from_utf8_lossy(bytes), Some(problem))
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> (Cow<'_, str>, Option<Problem>) {
    let (pairs, half) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len());
    let mut invalid = !half.is_empty();
    for decoded in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        invalid |= decoded.is_err();
        text.push(decoded.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    let problem = invalid.then(|| {
        let message = "the UTF-16 text holds halves of characters: they are replaced";
        Problem::warning(ProblemCode::InvalidUtf8, message)
    });
    (Cow::Owned(text), problem)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn document(bytes: &[u8], limit: u64) -> (Vec<u8>, Vec<ProblemCode>) {
        match unpack(bytes, limit) {
            Unpacked::Document(bytes, problems) => {
                (bytes.into_owned(), problems.iter().map(|problem| problem.code).collect())
            }
            Unpacked::Archive(..) => panic!("an archive"),
        }
    }

    #[test]
    fn a_compressed_file_is_its_content() {
        assert_eq!(document(&gzip(b"{}"), 100), (b"{}".to_vec(), vec![]));
        let zstd = ruzstd::encoding::compress_to_vec(&b"{}"[..], ruzstd::encoding::CompressionLevel::Fastest);
        assert_eq!(document(&zstd, 100), (b"{}".to_vec(), vec![]));
        let twice = [zstd.clone(), zstd].concat();
        assert_eq!(document(&twice, 100), (b"{}{}".to_vec(), vec![]));
    }

    #[test]
    fn a_cut_off_compressed_file_keeps_what_could_be_unpacked_and_says_so() {
        let content: Vec<u8> = (0..20_000_u32).flat_map(u32::to_le_bytes).collect();
        let packed = gzip(&content);
        let (kept, problems) = document(&packed[..packed.len() / 2], u64::MAX);
        assert!(!kept.is_empty() && content.starts_with(&kept));
        assert_eq!(problems, [ProblemCode::Truncated]);
    }

    #[test]
    fn a_bomb_is_stopped_at_the_limit() {
        let (kept, problems) = document(&gzip(&vec![b' '; 1 << 20]), 1_000);
        assert_eq!((kept.len(), problems), (1_000, vec![ProblemCode::TooLarge]));
    }

    #[test]
    fn content_of_exactly_the_limit_is_not_too_large() {
        assert_eq!(document(&gzip(b"12345"), 5).1, []);
    }

    #[test]
    fn the_files_of_an_archive_come_in_the_order_of_their_names() {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["b.json", "a.json"] {
            writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(name.as_bytes()).unwrap();
        }
        let bytes = writer.finish().unwrap().into_inner();
        let Unpacked::Archive(members, problems) = unpack(&bytes, 1_000) else { panic!("no archive") };
        assert!(problems.is_empty());
        assert_eq!(members.iter().map(|member| member.name.as_str()).collect::<Vec<_>>(), ["a.json", "b.json"]);
        let Unpacked::Archive(members, problems) = unpack(&bytes[..bytes.len() - 10], 1_000) else {
            panic!("no archive")
        };
        assert!(members.is_empty() && problems[0].code == ProblemCode::Truncated);
    }

    #[test]
    fn utf_16_in_both_orders_and_a_byte_order_mark_are_the_same_text() {
        let little: Vec<u8> = [0xff, 0xfe].into_iter().chain("{ä}".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let big: Vec<u8> = [0xfe, 0xff].into_iter().chain("{ä}".encode_utf16().flat_map(u16::to_be_bytes)).collect();
        for bytes in [little.as_slice(), big.as_slice(), "\u{feff}{ä}".as_bytes(), "{ä}".as_bytes()] {
            assert_eq!(text(bytes), (Cow::Borrowed("{ä}"), None));
        }
    }

    #[test]
    fn invalid_bytes_are_replaced_and_told() {
        let (text, problem) = text(b"{\"a\":\"\xff\"}");
        assert_eq!(text, "{\"a\":\"\u{fffd}\"}");
        assert_eq!(problem.unwrap().byte, Some(6));
    }
}
