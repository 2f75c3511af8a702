//! "Did you mean": the nearest of a set of names (spec/policy.md 10.1).

/// Names within Damerau-Levenshtein distance `max(1, len / 3)` of `word`, nearest first, ties alphabetically, at most `most`.
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    nearest_within(word, names, most, (word.chars().count() / 3).max(1))
}

/// Like [`nearest`] with a distance limit of the caller's.
pub fn nearest_within<'a>(
    word: &str,
    names: impl IntoIterator<Item = &'a str>,
    most: usize,
    limit: usize,
) -> Vec<&'a str> {
    // The distance is quadratic: a hostile key of a megabyte is near to nothing.
    if word.len() > 256 {
        return Vec::new();
    }
    let mut near: Vec<_> = names
        .into_iter()
        .filter(|name| name.len().abs_diff(word.len()) <= limit * 4)
        .map(|name| (strsim::damerau_levenshtein(word, name), name))
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(most).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_transposed_letter_finds_the_key() {
        assert_eq!(nearest("levles", ["levels", "rules", "version"], 3), ["levels"]);
    }

    #[test]
    fn something_else_altogether_finds_nothing() {
        assert!(nearest("zzz", ["levels", "rules"], 3).is_empty());
    }
}
