//! Three hundred broken copies of a report of every main format: nothing panics, and what a strict reader of the language
//! cannot read is never a clean pass.

use portcullis_model::{Health, ProblemCode};
use quick_xml::events::Event;

use super::broken::Numbers;
use super::fixtures::{all, has_no_end};
use super::quality::fixtures as quality;
use super::{codes, health, read_as};

/// Copies of each report.
const COPIES: usize = 300;

/// Whether the bytes are what their language allows: JSON (also one value after the other) or XML.
fn is_strict(bytes: &[u8], is_xml: bool) -> bool {
    if !is_xml {
        let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<serde_json::Value>();
        return values.all(|value| value.is_ok());
    }
    let mut reader = quick_xml::Reader::from_reader(bytes);
    let (mut depth, mut elements) = (0_usize, 0_usize);
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => return depth == 0 && elements > 0,
            Ok(Event::Start(start)) if start.attributes().all(|attribute| attribute.is_ok()) => {
                depth += 1;
                elements += 1;
            }
            Ok(Event::Empty(start)) if start.attributes().all(|attribute| attribute.is_ok()) => elements += 1,
            Err(_) | Ok(Event::Start(_) | Event::Empty(_)) => return false,
            Ok(Event::End(_)) => depth -= 1,
            Ok(_) => {}
        }
    }
}

/// A third is cut off; the others have bytes replaced, taken out, doubled or moved.
fn copy(text: &str, number: usize, numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    if number.is_multiple_of(3) {
        bytes.truncate(numbers.below(bytes.len()));
        return bytes;
    }
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(bytes.len());
        let end = (at + 1 + numbers.below(20)).min(bytes.len());
        match numbers.below(5) {
            0 => bytes[at] = b"{}[]\",:\\0x<>/&\n\x00\xff"[numbers.below(17)],
            1 => bytes[at] ^= 1 << numbers.below(8),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => {
                let piece: Vec<u8> = bytes.drain(at..end).collect();
                let to = numbers.below(bytes.len() + 1);
                bytes.splice(to..to, piece);
            }
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

/// Leniency the readers promise, and say: bytes that are no text, lines of a log before the report.
const TOLD: [ProblemCode; 3] = [ProblemCode::InvalidUtf8, ProblemCode::LeadingNoise, ProblemCode::LenientValue];

#[test]
fn no_broken_copy_of_a_report_panics_or_passes_as_clean() {
    let mut broken = 0;
    for (seed, (name, text)) in all().chain(quality::ALL).enumerate() {
        let is_xml = text.starts_with('<');
        let is_text = !is_xml && !is_strict(text.as_bytes(), false);
        let mut numbers = Numbers(seed as u64);
        for number in 0..COPIES {
            let bytes = copy(text, number, &mut numbers);
            let collected = read_as(name, &bytes);
            // Formats without a grammar of their own, and such without an end, are only held against panics.
            if is_text || has_no_end(text) || is_strict(&bytes, is_xml) {
                continue;
            }
            broken += 1;
            let told = codes(&collected).iter().any(|code| TOLD.contains(code));
            let least = if told { Health::Warn } else { Health::Error };
            assert!(
                health(&collected) >= least,
                "{name}, copy {number}: {:?}\n{}",
                codes(&collected),
                String::from_utf8_lossy(&bytes)
            );
        }
    }
    assert!(broken > 5_000, "only {broken} copies were broken");
}
