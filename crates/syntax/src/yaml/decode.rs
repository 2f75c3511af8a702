//! From the bytes of a file to text: UTF-8, or UTF-16 with a byte order mark.

/// Text, and how much of it may be handed to the parser.
pub(super) struct Decoded {
    /// Everything, with U+FFFD where the bytes are no text.
    pub(super) text: String,
    /// Length in bytes of the part before the first thing that is no text.
    pub(super) readable: usize,
    /// Why `readable` is not everything.
    pub(super) fault: Option<String>,
    /// The text is not the file's own bytes, so offsets into it are not offsets into the file.
    pub(super) transcoded: bool,
}

pub(super) fn decode(bytes: &[u8]) -> Decoded {
    let mut decoded = match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => utf8(bytes),
    };
    // The parser takes NUL for the end of its input and would call a file cut there complete.
    let readable = decoded.text.as_bytes().get(..decoded.readable).unwrap_or_default();
    if let Some(nul) = readable.iter().position(|&byte| byte == 0) {
        decoded.readable = nul;
        decoded.fault = Some(format!("NUL byte at offset {nul}; the file is not text"));
    }
    decoded
}

fn utf8(bytes: &[u8]) -> Decoded {
    match std::str::from_utf8(bytes) {
        Ok(text) => Decoded { text: text.to_owned(), readable: text.len(), fault: None, transcoded: false },
        Err(error) => Decoded {
            text: String::from_utf8_lossy(bytes).into_owned(),
            readable: error.valid_up_to(),
            fault: Some(format!("byte at offset {} is not UTF-8", error.valid_up_to())),
            transcoded: false,
        },
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Decoded {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut decoded = Decoded { text: String::with_capacity(bytes.len()), readable: 0, fault: None, transcoded: true };
    let mut offset = 2;
    for char in char::decode_utf16(pairs.iter().map(|&pair| unit(pair))) {
        if char.is_err() {
            decoded.stop(format!("unpaired surrogate at byte {offset}; the file is not UTF-16"));
        }
        let char = char.unwrap_or(char::REPLACEMENT_CHARACTER);
        decoded.text.push(char);
        offset += 2 * char.len_utf16();
    }
    if !rest.is_empty() {
        decoded.stop(format!("half a UTF-16 unit at byte {offset}"));
    }
    if decoded.fault.is_none() {
        decoded.readable = decoded.text.len();
    }
    decoded
}

impl Decoded {
    /// Ends the readable part here, unless it ended earlier.
    fn stop(&mut self, fault: String) {
        if self.fault.is_none() {
            self.readable = self.text.len();
            self.fault = Some(fault);
        }
    }
}
