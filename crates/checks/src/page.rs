//! What a rule page holds behind its front matter.

/// The body of a page: what stands behind the second line of three dashes.
pub(crate) const fn body(page: &'static str) -> &'static str {
    let mut rest = page.as_bytes();
    while let [_, after @ ..] = rest {
        if let [b'\n', b'-', b'-', b'-', b'\n', body @ ..] = rest {
            return page.split_at(page.len() - body.len()).1;
        }
        rest = after;
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::body;

    #[test]
    fn the_front_matter_is_no_part_of_the_body() {
        assert_eq!(body("---\ntitle: x\n---\nWhy.\n---\nmore"), "Why.\n---\nmore");
    }
}
