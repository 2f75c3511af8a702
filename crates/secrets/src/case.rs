//! Lower case as Go maps it: one character to one character, so that `İ` becomes `i` and final sigma plays no part.

/// The whole text in lower case.
pub(crate) fn lower(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().map(|char| char.to_lowercase().next().unwrap_or(char)).collect()
}

#[cfg(test)]
mod tests {
    use super::lower;

    #[test]
    fn each_character_maps_to_one() {
        assert_eq!(lower("\u{130}D \u{212a}EY ẞ ΣΑΣ"), "id key ß σασ");
    }
}
