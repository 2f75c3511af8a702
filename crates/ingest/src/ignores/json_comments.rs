//! JSON with comments, made readable for a reader of YAML: every byte stays on its line.

/// Puts spaces in the place of `//` and `/* */` comments outside of texts, and of tabs, which YAML does not take for white space.
pub(super) fn blanked(text: &str) -> String {
    let mut blanked = String::with_capacity(text.len());
    let mut state = State::Between;
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        let next = chars.peek().copied();
        let (written, after) = match (state, char, next) {
            (State::Between, '"', _) | (State::Escape, _, _) => (char, State::Text),
            (State::Between, '/', Some('/')) => (' ', State::Line),
            (State::Between, '/', Some('*')) => {
                chars.next();
                blanked.push(' ');
                (' ', State::Block)
            }
            (State::Between, '\t', _) => (' ', State::Between),
            (State::Text, '\\', _) => (char, State::Escape),
            (State::Text, '"', _) => (char, State::Between),
            (State::Line | State::Block, '\n', _) => ('\n', if state == State::Line { State::Between } else { state }),
            (State::Block, '*', Some('/')) => {
                chars.next();
                blanked.push(' ');
                (' ', State::Between)
            }
            (State::Line | State::Block, _, _) => (' ', state),
            (State::Between | State::Text, _, _) => (char, state),
        };
        blanked.push(written);
        state = after;
    }
    blanked
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Between,
    Text,
    Escape,
    Line,
    Block,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_become_spaces_and_texts_stay() {
        assert_eq!(
            blanked("{ // why\n\t\"a//b\": 1, /* x\ny */ \"c\\\"/*\": 2 }"),
            "{       \n \"a//b\": 1,     \n     \"c\\\"/*\": 2 }"
        );
    }
}
