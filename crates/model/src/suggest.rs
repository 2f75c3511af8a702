//! "Did you mean": the nearest of a set of names (spec/policy.md 10.1).

/// The distance is quadratic: a hostile key of a megabyte is near to nothing.
const LONGEST: usize = 256;

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
    if word.len() > LONGEST {
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

/// The names most like `word` however far they are, at most `most`; those of its namespace, what stands before its `/`, go
/// before all others. The distance counts in proportion to the length: a short name is not near to everything.
pub fn closest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    if word.len() > LONGEST {
        return Vec::new();
    }
    let namespace = word.split_once('/').map(|(namespace, _)| namespace);
    let is_elsewhere = |name: &str| name.split_once('/').map(|(namespace, _)| namespace) != namespace;
    let mut near: Vec<_> = names
        .into_iter()
        .filter(|name| name.len() <= LONGEST)
        .map(|name| (is_elsewhere(name), strsim::normalized_damerau_levenshtein(word, name), name))
        .collect();
    near.sort_by(|one, two| one.0.cmp(&two.0).then(two.1.total_cmp(&one.1)).then(one.2.cmp(two.2)));
    near.dedup_by_key(|(.., name)| *name);
    near.into_iter().take(most).map(|(.., name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::{closest, nearest};

    #[test]
    fn the_closest_are_of_the_same_namespace_first_and_some_always() {
        let names = ["k8s/no-limits", "gha/no-limit", "k8s/privileged", "k8s/no-probe", "needs"];
        assert_eq!(closest("k8s/no-limit", names, 3), ["k8s/no-limits", "k8s/no-probe", "k8s/privileged"]);
        assert_eq!(closest("neds", names, 1), ["needs"]);
        assert_eq!(closest("a/neds", ["a/b", "a/needs-cycle"], 1), ["a/needs-cycle"]);
        assert!(closest(&"x".repeat(1 << 20), names, 3).is_empty());
    }

    #[test]
    fn a_transposed_letter_finds_the_key() {
        assert_eq!(nearest("levles", ["levels", "rules", "version"], 3), ["levels"]);
    }

    #[test]
    fn something_else_altogether_finds_nothing() {
        assert!(nearest("zzz", ["levels", "rules"], 3).is_empty());
    }
}
