//! How much of each block a level shows (spec/github-ux.md 5.3, 6).

use crate::escape::cap;

/// One level. Rows `0` means: only counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pub(super) blocking: usize,
    pub(super) warnings: usize,
    pub(super) existing: usize,
    /// Fixed findings, exceptions, problems.
    pub(super) others: usize,
    pub(super) tools: usize,
    /// Characters of the name and of the note of a check.
    pub(super) tool_texts: (usize, usize),
    pub(super) measured: usize,
    /// Of what was measured only what misses its bound.
    pub(super) only_missed: bool,
    /// Fenced details of blocking findings.
    pub(super) details: bool,
    /// Characters of a message.
    pub(super) message: usize,
    /// Sections besides the open ones stand in `<details>`.
    pub(super) folded: bool,
}

impl Size {
    const fn comment(rows: usize) -> Self {
        Self {
            blocking: rows,
            warnings: rows,
            existing: rows,
            others: rows,
            tools: rows,
            tool_texts: (cap::RULE, cap::REASON),
            measured: 12,
            only_missed: false,
            details: false,
            message: cap::TITLE,
            folded: true,
        }
    }

    /// A row takes more than 30 bytes: with this many no comment fits, so that more need not be written to know it.
    const ALL: usize = 2_500;

    /// From everything to what always fits.
    pub(super) const COMMENT: [Self; 10] = {
        let (fifty, twenty, ten) = (Self::comment(50), Self::comment(20), Self::comment(10));
        let short = Self { message: 120, measured: 6, existing: 0, ..ten };
        [
            Self { details: true, ..Self::comment(Self::ALL) },
            Self::comment(Self::ALL),
            Self { existing: 0, ..Self::comment(Self::ALL) },
            Self { existing: 0, ..fifty },
            Self { existing: 0, measured: 6, ..twenty },
            short,
            Self { others: 0, only_missed: true, ..short },
            Self { others: 0, only_missed: true, warnings: 0, ..short },
            Self { blocking: 5, only_missed: true, warnings: 0, others: 0, ..short },
            Self { blocking: 0, warnings: 0, others: 0, measured: 0, tools: 40, tool_texts: (40, 0), ..short },
        ]
    };

    /// What is sent where GitHub finds a comment too long all the same.
    pub(super) const SHORTEST: &[Self] = &[Self::COMMENT[9]];

    const fn summary(rows: usize) -> Self {
        Self { measured: 200, folded: false, details: true, ..Self::comment(rows) }
    }

    /// Rows of the job summary, and at last what always fits.
    pub(super) const SUMMARY: [Self; 5] = [
        Self::summary(2_000),
        Self::summary(500),
        Self::summary(100),
        Self::summary(20),
        Self { folded: false, ..Self::COMMENT[9] },
    ];
}
