//! Words of an expression.

use std::ops::Range;

use super::SyntaxError;

/// A word of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word {
    Name(String),
    Number(f64),
    Text(String),
    /// Operator or bracket: `( ) [ ] . , * ! && || == != < <= > >=`.
    Sign(&'static str),
}

/// A word and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) word: Word,
    pub(super) span: Range<usize>,
}

/// Longer signs stand before their beginnings.
const SIGNS: [&str; 16] = ["&&", "||", "==", "!=", "<=", ">=", "(", ")", "[", "]", ".", ",", "*", "!", "<", ">"];

/// Cuts a text into words.
pub(super) fn words(text: &str) -> Result<Vec<Token>, SyntaxError> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let blank = rest.len() - rest.trim_start().len();
        if blank > 0 {
            at += blank;
            continue;
        }
        let (word, length) = word(rest).map_err(|error| SyntaxError { at: at + error.at, ..error })?;
        tokens.push(Token { word, span: at..at + length });
        at += length;
    }
    Ok(tokens)
}

/// The word at the start of `rest`, which is neither empty nor begins with a blank.
fn word(rest: &str) -> Result<(Word, usize), SyntaxError> {
    let mut chars = rest.chars();
    let first = chars.next().unwrap_or_default();
    let second = chars.next().unwrap_or_default();
    if first == '\'' {
        return text(rest);
    }
    if first == '"' {
        return Err(fault("strings stand in single quotes, found `\"`"));
    }
    if first.is_ascii_alphabetic() || first == '_' {
        let length = rest.find(|char: char| !is_name(char)).unwrap_or(rest.len());
        return Ok((Word::Name(rest.get(..length).unwrap_or_default().to_owned()), length));
    }
    let signed = matches!(first, '-' | '+') && (second.is_ascii_digit() || second == '.');
    if first.is_ascii_digit() || signed || (first == '.' && second.is_ascii_digit()) {
        return number(rest);
    }
    match SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
        Some(sign) => Ok((Word::Sign(sign), sign.len())),
        None => Err(fault(&format!("`{first}` has no meaning in an expression"))),
    }
}

fn is_name(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '_' | '-')
}

fn text(rest: &str) -> Result<(Word, usize), SyntaxError> {
    let mut value = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, char)) = chars.next() {
        if char != '\'' {
            value.push(char);
        } else if chars.next_if(|(_, next)| *next == '\'').is_some() {
            value.push('\'');
        } else {
            return Ok((Word::Text(value), at + 1));
        }
    }
    Err(fault("the string is not closed: `'` is missing"))
}

fn number(rest: &str) -> Result<(Word, usize), SyntaxError> {
    let mut previous = ' ';
    let length = rest
        .find(|char: char| {
            let sign_of_exponent = matches!(char, '+' | '-') && matches!(previous, ' ' | 'e' | 'E');
            previous = char;
            !(char.is_ascii_alphanumeric() || char == '.' || sign_of_exponent)
        })
        .unwrap_or(rest.len());
    let literal = rest.get(..length).unwrap_or_default();
    let value = match (literal.strip_prefix("0x"), literal.strip_prefix("0o")) {
        (Some(digits), _) => u32::from_str_radix(digits, 16).ok().map(f64::from),
        (_, Some(digits)) => u32::from_str_radix(digits, 8).ok().map(f64::from),
        // `f64::from_str` also knows `inf`, `nan` and a leading `+`; only the last is a number of the language.
        _ => literal
            .bytes()
            .all(|byte| !byte.is_ascii_alphabetic() || byte.eq_ignore_ascii_case(&b'e'))
            .then(|| literal.parse().ok())
            .flatten(),
    };
    value.map(|value| (Word::Number(value), length)).ok_or_else(|| fault(&format!("`{literal}` is no number")))
}

fn fault(message: &str) -> SyntaxError {
    SyntaxError { message: message.to_owned(), at: 0 }
}
