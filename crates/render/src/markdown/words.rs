//! What single findings, severities and numbers are called.

use portcullis_model::{FixState, Judged, Severity};

use super::table::linked;
use super::view::View;
use crate::escape::{Cell, MdCode, MdProse, Url, cap, clean};
use crate::short::{headline, subject};

/// Longest path shown; a longer one loses segments in its middle.
const PATH: usize = 60;

pub(super) const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "🟥 critical",
        Severity::High => "🟧 high",
        Severity::Medium => "🟨 medium",
        Severity::Low => "🟦 low",
        Severity::Info => "⬜ info",
        Severity::Unknown => "❔ unknown",
    }
}

/// `1 warning`, `2 warnings`.
pub(super) fn counted(count: u64, one: &'static str, many: &'static str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Running text whose `quoted` parts are code, as our own messages write them. Each part is escaped on its own.
pub(super) fn prose(raw: &str, most: usize, cell: Cell) -> String {
    let text = clean(raw, most);
    let parts: Vec<&str> = text.split('`').collect();
    // A quote without an end or without content, and a `$` right beside code, which GitHub takes for mathematics.
    let odd = parts.len().is_multiple_of(2) || parts.iter().skip(1).step_by(2).any(|code| code.trim().is_empty());
    let inner = parts.len().saturating_sub(2);
    let crowded = parts.iter().skip(2).step_by(2).take(inner.saturating_sub(1) / 2).any(|between| between.is_empty());
    let at_dollar = parts.iter().step_by(2).any(|part| part.starts_with('$') || part.ends_with('$'));
    if odd || crowded || (parts.len() > 1 && at_dollar) {
        return MdProse::new(&text, most).to_string();
    }
    let mut prose = String::new();
    for (index, part) in parts.into_iter().enumerate() {
        if index % 2 == 1 {
            prose += &MdCode::new(part, most, cell).to_string();
            continue;
        }
        prose += if part.starts_with(' ') { " " } else { "" };
        prose += &MdProse::new(part, most).to_string();
        prose += if part.len() > 1 && part.ends_with(' ') { " " } else { "" };
    }
    prose
}

/// Id and package, id and redacted secret, or id and what it says. The id leads to its page where that may be linked.
pub(super) fn finding(judged: &Judged, view: &View<'_>, message: usize, cell: Cell) -> String {
    let finding = &judged.finding;
    let id = MdCode::new(&finding.id, cap::RULE, cell);
    let page = finding.references.first().and_then(|page| Url::new(page, &view.hosts));
    let page = page.filter(|page| page.to_string().len() <= PAGE && !id.to_string().is_empty());
    let id = linked(&id, page.as_ref());
    let said = if let Some(package) = &finding.package {
        let name = MdCode::new(&package.name, cap::RULE, cell);
        let version = MdCode::new(package.version.as_deref().unwrap_or_default(), cap::VERSION, cell);
        format!("in {name} {version}")
    } else if let Some(secret) = &finding.secret {
        MdCode::new(secret.redacted.as_deref().unwrap_or("…"), cap::VERSION, cell).to_string()
    } else {
        let text = if finding.message.trim().is_empty() { headline(judged) } else { &finding.message };
        prose(text, message, cell)
    };
    let overdue = if judged.overdue { " (overdue)" } else { "" };
    let claimed = if view.is_claimed(finding) { " *(unverified)*" } else { "" };
    format!("{id} {}{overdue}{claimed}", said.trim_end()).trim_end().to_owned()
}

/// Longest address of a page about a finding.
const PAGE: usize = 200;
/// Longest address of a source line.
const LINK: usize = 1_000;

/// `path:line` as a link to that line of the judged commit.
pub(super) fn place(judged: &Judged, view: &View<'_>, cell: Cell) -> String {
    let (finding, context) = (&judged.finding, &view.outcome.context);
    let location = finding.primary();
    let line = location.and_then(|location| location.start_line);
    let shown = match line {
        Some(line) => format!("{}:{line}", shortened(&subject(judged))),
        None => shortened(&subject(judged)),
    };
    let code = MdCode::new(&shown, cap::PATH, cell);
    let lines = line.map(|line| (line, location.and_then(|location| location.end_line).unwrap_or(line)));
    let commit = context.repo.as_deref().zip(context.head_sha.as_deref());
    let is_inside = location.is_some_and(|location| !location.outside_repo);
    let url = commit
        .filter(|_| is_inside && !code.to_string().is_empty())
        .and_then(|(repo, sha)| {
            Url::source(&context.server_url, repo, sha, &context.path_in_repository(finding.path()), lines)
        })
        // One path of a megabyte would take the place of everything else.
        .filter(|url| url.to_string().len() <= LINK);
    linked(&code, url.as_ref())
}

/// Whole segments of a long path left out of its middle: `services/…/handlers/auth.go`.
fn shortened(path: &str) -> String {
    if path.chars().count() <= PATH {
        return path.to_owned();
    }
    let Some((first, rest)) = path.split_once('/') else { return path.to_owned() };
    let mut tail: Vec<&str> = Vec::new();
    let mut length = first.chars().count() + 2;
    for segment in rest.rsplit('/') {
        length += segment.chars().count() + 1;
        if length > PATH && !tail.is_empty() {
            break;
        }
        tail.push(segment);
    }
    tail.reverse();
    let kept = tail.join("/");
    if kept.len() == rest.len() { path.to_owned() } else { format!("{first}/…/{kept}") }
}

/// What to do, in a few words.
pub(super) fn fix(judged: &Judged, message: usize) -> String {
    let finding = &judged.finding;
    if let Some(fix) = &finding.fix {
        let versions: Vec<String> = fix.versions.iter().take(3).map(|version| code(version)).collect();
        match fix.state {
            _ if !versions.is_empty() => return format!("raise to {}", versions.join(" or ")),
            FixState::NotFixed => return "no fixed version yet".to_owned(),
            FixState::WontFix => return "its maintainers will not mend it".to_owned(),
            FixState::Fixed | FixState::Unknown => {}
        }
    }
    if finding.secret.is_some() {
        return "revoke, then remove".to_owned();
    }
    finding.remediation.as_deref().map(|text| prose(text, message, Cell::Table)).unwrap_or_default()
}

/// A code span in a table.
pub(super) fn code(text: &str) -> String {
    MdCode::new(text, cap::VERSION, Cell::Table).to_string()
}

/// A version: bare where it is only numbers, which nothing takes for anything else.
pub(super) fn version(text: &str) -> String {
    let is_plain = (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_plain { text.to_owned() } else { MdProse::new(text, cap::VERSION).to_string() }
}

/// The first seven characters of a commit.
pub(super) fn short_commit(sha: &str) -> &str {
    sha.get(..7).unwrap_or(sha)
}

#[cfg(test)]
mod tests {
    use super::{prose, shortened};
    use crate::escape::Cell;

    #[test]
    fn quoted_parts_of_a_message_are_code_where_the_quotes_are_pairs() {
        for (raw, shown) in [
            ("`a/b` follows `v4`, which moves", "`a/b` follows `v4`, which moves"),
            ("raise to `1.2` now", "raise to `1.2` now"),
            ("set `a|b`", "set `a\\|b`"),
            ("an ` alone", "an \\` alone"),
            ("``x``", "\\`\\`x\\`\\`"),
            ("`a``b`", "\\`a\\`\\`b\\`"),
            ("write `$X` to $Y", "write `$X` to \\$Y"),
            ("$`x`$", "\\$\\`x\\`\\$"),
        ] {
            assert_eq!(prose(raw, 80, Cell::Table), shown, "{raw}");
        }
    }

    #[test]
    fn a_long_path_loses_whole_segments_of_its_middle() {
        assert_eq!(
            shortened("services/billing/internal/transport/http/v2/generated/handlers/auth.go"),
            "services/…/internal/transport/http/v2/generated/handlers/auth.go".replace("internal/", "")
        );
        assert_eq!(shortened("a/b.go"), "a/b.go");
        let one = "x".repeat(100);
        assert_eq!(shortened(&one), one);
        assert_eq!(shortened(&format!("a/{one}")), format!("a/{one}"));
        assert_eq!(shortened(&format!("a/b/{one}")), format!("a/…/{one}"));
    }
}
