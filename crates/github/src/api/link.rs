//! The header that names the next page (RFC 8288).

use crate::api::Response;

/// What an answer says about the next page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// There is none.
    None,
    /// It is there.
    At(String),
    /// There is one, and it cannot be told where.
    Unreadable,
}

/// The link with `rel="next"`.
pub(crate) fn next_page(response: &Response) -> Next {
    let mut links = response.headers.iter().filter(|(name, _)| name == "link").map(|(_, value)| value.as_str());
    links
        .find_map(|value| match next_in(value) {
            Next::None => None,
            found => Some(found),
        })
        .unwrap_or(Next::None)
}

fn next_in(mut value: &str) -> Next {
    while let Some(start) = value.find('<') {
        let Some((target, rest)) = value.split_at(start + 1).1.split_once('>') else { return Next::Unreadable };
        let (parameters, after) = split_outside_quotes(rest, b',');
        if has_next(parameters) {
            return if target.is_empty() { Next::Unreadable } else { Next::At(target.to_owned()) };
        }
        value = after;
    }
    // A broken header must not look like the last page.
    if value.contains("next") { Next::Unreadable } else { Next::None }
}

/// Up to the first sign outside of quotes, and from it on.
fn split_outside_quotes(text: &str, sign: u8) -> (&str, &str) {
    let mut quoted = false;
    let end = text.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == sign && !quoted
    });
    text.split_at(end.unwrap_or(text.len()))
}

fn has_next(mut parameters: &str) -> bool {
    while !parameters.is_empty() {
        let (parameter, rest) = split_outside_quotes(parameters, b';');
        if is_next(parameter) {
            return true;
        }
        parameters = rest.get(1..).unwrap_or_default();
    }
    false
}

fn is_next(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return false };
    let relations = value.trim().trim_matches('"');
    name.trim().eq_ignore_ascii_case("rel")
        && relations.split_ascii_whitespace().any(|of| of.eq_ignore_ascii_case("next"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(value: &str) -> Next {
        let headers = vec![("link".to_owned(), value.to_owned())];
        next_page(&Response { status: 200, headers, body: Vec::new() })
    }

    #[test]
    fn the_next_page_is_found_among_the_others() {
        let at = |address: &str| Next::At(address.to_owned());
        let github = r#"<https://api.github.com/x?page=1>; rel="prev", <https://api.github.com/x?page=3>; rel="next", <https://api.github.com/x?page=9>; rel="last""#;
        assert_eq!(next(github), at("https://api.github.com/x?page=3"));
        assert_eq!(next("<https://h/a,b>; rel=next"), at("https://h/a,b"));
        assert_eq!(next(r#"<a>; title="x, y; rel=next"; rel="last", </b>; REL="Last NEXT""#), at("/b"));
        assert_eq!(next(r#"<https://h/1>; rel="last""#), Next::None);
        assert_eq!(next(""), Next::None);
    }

    #[test]
    fn a_broken_header_is_not_the_last_page() {
        for broken in [r#"<https://h/1; rel="next""#, r#"https://h/1; rel="next""#, r#"<>; rel="next""#] {
            assert_eq!(next(broken), Next::Unreadable, "{broken}");
        }
    }
}
