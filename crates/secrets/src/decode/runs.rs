//! Where in a text encoded runs stand.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// How a run is encoded, the lowest rank first: of two runs that touch, the higher stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Encoding {
    Base64,
    Hex,
    Unicode,
    Percent,
}

impl Encoding {
    /// In the order in which tags name them.
    pub(super) const ALL: [Self; 4] = [Self::Percent, Self::Unicode, Self::Hex, Self::Base64];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Hex => "hex",
            Self::Unicode => "unicode",
            Self::Percent => "percent",
        }
    }

    pub(super) const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A run that may be decodable.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) bytes: Range<usize>,
    pub(super) encoding: Encoding,
}

/// The four forms in the order in which they are tried at each place. The groups are in the order of [`Encoding::ALL`].
static FORMS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let percent = r"%[0-9A-Fa-f]{2}(?:.*%[0-9A-Fa-f]{2})?";
    let unicode = r"(?:U\+[0-9A-Fa-f]{4}(?:[\t\n\x0C\r ]|$))+|(?:\\{1,2}[uU][0-9A-Fa-f]{4})+";
    let hex = r"[0-9A-Fa-f]{32,}";
    let base64 = r"[0-9A-Za-z_/+\-]{16,}={0,2}";
    Regex::new(&format!("({percent})|({unicode})|({hex})|({base64})")).ok()
});

/// The runs of a text, from left to right, without those that yield to a neighbour.
pub(super) fn find(text: &str) -> Vec<Run> {
    let Some(forms) = FORMS.as_ref() else { return Vec::new() };
    let mut runs: Vec<Run> = Vec::new();
    for captures in forms.captures_iter(text) {
        let of_form = (1..).zip(Encoding::ALL).find_map(|(group, encoding)| captures.get(group).zip(Some(encoding)));
        if let Some((matched, encoding)) = of_form {
            runs.push(Run { bytes: matched.range(), encoding });
        }
    }
    let yields_to = |run: &Run, neighbour: Option<&Run>| {
        neighbour.is_some_and(|other| {
            other.bytes.start <= run.bytes.end && other.bytes.end >= run.bytes.start && other.encoding > run.encoding
        })
    };
    let stays = |index: usize, run: &Run| {
        let before = index.checked_sub(1).and_then(|before| runs.get(before));
        !yields_to(run, before) && !yields_to(run, runs.get(index + 1))
    };
    runs.iter().enumerate().filter(|(index, run)| stays(*index, run)).map(|(_, run)| run.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Encoding, FORMS, find};

    #[test]
    fn the_forms_compile() {
        assert!(FORMS.is_some());
    }

    #[test]
    fn percent_reaches_to_the_last_one_of_its_line() {
        let runs = find("a %41b%42 c\n%43");
        assert_eq!(runs.iter().map(|run| run.bytes.clone()).collect::<Vec<_>>(), [2..9, 12..15]);
    }

    #[test]
    fn a_run_that_touches_one_of_higher_rank_is_left_out() {
        let runs = find(r"AAAAAAAAAAAAAAAA==\u0041");
        assert_eq!(runs.len(), 1);
        assert_eq!(runs[0].encoding, Encoding::Unicode);
    }
}
