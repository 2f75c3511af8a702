//! Words to a tree: `||` binds weakest, then `&&`, equality, order, `!`, access.

use std::ops::Range;

use super::lexer::{Token, Word, words};
use super::{DEEPEST, Expression, Kind, LONGEST, Segment, SyntaxError};

/// Reads what stands between `${{` and `}}`, or an `if:` without them.
pub fn parse(text: &str) -> Result<Expression, SyntaxError> {
    if text.chars().nth(LONGEST).is_some() {
        return Err(SyntaxError { message: format!("longer than {LONGEST} characters"), at: LONGEST });
    }
    let mut parser = Parser { tokens: words(text)?, next: 0, end: text.len(), depth: 0 };
    let expression = parser.expression()?;
    match parser.tokens.get(parser.next) {
        None => Ok(expression),
        Some(token) => Err(SyntaxError {
            message: format!("`{}` is one word too many", text.get(token.span.clone()).unwrap_or_default()),
            at: token.span.start,
        }),
    }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    end: usize,
    depth: usize,
}

/// Binary operators from weak to strong.
const LEVELS: [&[&str]; 4] = [&["||"], &["&&"], &["==", "!="], &["<", "<=", ">", ">="]];

impl Parser {
    fn expression(&mut self) -> Result<Expression, SyntaxError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.fault(format!("nested deeper than {DEEPEST} levels")));
        }
        let expression = self.binary(0);
        self.depth -= 1;
        expression
    }

    fn binary(&mut self, level: usize) -> Result<Expression, SyntaxError> {
        let Some(signs) = LEVELS.get(level) else { return self.unary() };
        let first = self.binary(level + 1)?;
        let mut operands = vec![first];
        while self.take_one_of(signs) {
            operands.push(self.binary(level + 1)?);
        }
        if operands.len() == 1 {
            return operands.pop().ok_or_else(|| self.fault("an operand is missing".to_owned()));
        }
        let span = hull(&operands);
        let kind = match level {
            0 => Kind::Or(operands),
            1 => Kind::And(operands),
            _ => Kind::Compare(operands),
        };
        Ok(Expression { kind, span })
    }

    /// `!` may repeat; an even number of them still turns a value into a boolean, so one is kept.
    fn unary(&mut self) -> Result<Expression, SyntaxError> {
        let start = self.position();
        let mut negated = false;
        while self.take("!") {
            negated = true;
        }
        let operand = self.access()?;
        if !negated {
            return Ok(operand);
        }
        let span = start..operand.span.end;
        Ok(Expression { kind: Kind::Not(Box::new(operand)), span })
    }

    fn access(&mut self) -> Result<Expression, SyntaxError> {
        let base = self.primary()?;
        let mut segments = Vec::new();
        loop {
            if self.take(".") {
                segments.push(self.named_segment()?);
            } else if self.take("[") {
                segments.push(self.indexed_segment()?);
            } else {
                break;
            }
        }
        if segments.is_empty() {
            return Ok(base);
        }
        let span = base.span.start..self.last_end();
        Ok(Expression { kind: Kind::Access(Box::new(base), segments), span })
    }

    fn named_segment(&mut self) -> Result<Segment, SyntaxError> {
        if self.take("*") {
            return Ok(Segment::Every);
        }
        match self.advance() {
            Some(Token { word: Word::Name(name), .. }) => Ok(Segment::Name(name)),
            _ => Err(self.fault_before("a name or `*` is missing after `.`".to_owned())),
        }
    }

    fn indexed_segment(&mut self) -> Result<Segment, SyntaxError> {
        if self.take("*") {
            self.expect("]")?;
            return Ok(Segment::Every);
        }
        let index = self.expression()?;
        self.expect("]")?;
        Ok(Segment::Index(index))
    }

    fn primary(&mut self) -> Result<Expression, SyntaxError> {
        let Some(Token { word, span }) = self.advance() else {
            return Err(self.fault("a value is missing at the end".to_owned()));
        };
        let kind = match word {
            Word::Number(number) => Kind::Number(number),
            Word::Text(text) => Kind::Text(text),
            Word::Sign("(") => {
                let inner = self.expression()?;
                self.expect(")")?;
                return Ok(inner);
            }
            Word::Sign(sign) => {
                let message = format!("a value is missing before `{sign}`");
                return Err(SyntaxError { message, at: span.start });
            }
            Word::Name(name) => return self.named(&name.to_ascii_lowercase(), span),
        };
        Ok(Expression { kind, span })
    }

    fn named(&mut self, name: &str, span: Range<usize>) -> Result<Expression, SyntaxError> {
        if self.take("(") {
            let arguments = self.arguments()?;
            return Ok(Expression { kind: Kind::Call(name.to_owned(), arguments), span: span.start..self.last_end() });
        }
        let kind = match name {
            "null" => Kind::Null,
            "true" => Kind::Bool(true),
            "false" => Kind::Bool(false),
            "nan" => Kind::Number(f64::NAN),
            "infinity" => Kind::Number(f64::INFINITY),
            _ => Kind::Context(name.to_owned()),
        };
        Ok(Expression { kind, span })
    }

    fn arguments(&mut self) -> Result<Vec<Expression>, SyntaxError> {
        let mut arguments = Vec::new();
        if self.take(")") {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression()?);
            if !self.take(",") {
                self.expect(")")?;
                return Ok(arguments);
            }
        }
    }

    fn advance(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.next).cloned();
        self.next += 1;
        token
    }

    fn take(&mut self, sign: &'static str) -> bool {
        self.take_one_of(&[sign])
    }

    fn take_one_of(&mut self, signs: &[&str]) -> bool {
        let there =
            matches!(self.tokens.get(self.next), Some(Token { word: Word::Sign(sign), .. }) if signs.contains(sign));
        self.next += usize::from(there);
        there
    }

    fn expect(&mut self, sign: &'static str) -> Result<(), SyntaxError> {
        if self.take(sign) { Ok(()) } else { Err(self.fault(format!("`{sign}` is missing"))) }
    }

    fn position(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |token| token.span.start)
    }

    fn last_end(&self) -> usize {
        self.next.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(self.end, |token| token.span.end)
    }

    fn fault(&self, message: String) -> SyntaxError {
        SyntaxError { message, at: self.position() }
    }

    fn fault_before(&mut self, message: String) -> SyntaxError {
        self.next = self.next.saturating_sub(1);
        self.fault(message)
    }
}

fn hull(operands: &[Expression]) -> Range<usize> {
    let start = operands.first().map_or(0, |first| first.span.start);
    start..operands.last().map_or(start, |last| last.span.end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message(text: &str) -> String {
        parse(text).unwrap_err().message
    }

    #[test]
    fn and_binds_stronger_than_or() {
        let Kind::Or(operands) = parse("a && b || c").unwrap().kind else { panic!("no `||` at the top") };
        assert!(matches!(operands[0].kind, Kind::And(_)));
        assert_eq!(operands[1].kind, Kind::Context("c".to_owned()));
    }

    #[test]
    fn a_name_may_hold_dashes_and_ignores_case_where_it_is_a_context() {
        let Kind::Access(base, segments) = parse("Steps.build-it['Out'].*").unwrap().kind else { panic!("no access") };
        assert_eq!(base.kind, Kind::Context("steps".to_owned()));
        assert_eq!(segments[0], Segment::Name("build-it".to_owned()));
        assert!(matches!(&segments[1], Segment::Index(Expression { kind: Kind::Text(text), .. }) if text == "Out"));
        assert_eq!(segments[2], Segment::Every);
    }

    #[test]
    fn numbers_of_every_form_are_read() {
        for (text, value) in [("0xff", 255.0), ("0o17", 15.0), ("-2.5e3", -2500.0), (".5", 0.5), ("+1", 1.0)] {
            assert_eq!(parse(text).unwrap().kind, Kind::Number(value), "{text}");
        }
    }

    #[test]
    fn a_double_quoted_string_is_refused_with_what_to_write() {
        assert_eq!(message("x == \"main\""), "strings stand in single quotes, found `\"`");
    }

    #[test]
    fn what_is_missing_is_named_where_it_is_missing() {
        assert_eq!(parse("contains(a, b").unwrap_err(), SyntaxError { message: "`)` is missing".to_owned(), at: 13 });
        assert_eq!(parse("a ||").unwrap_err().at, 4);
        assert_eq!(message("github."), "a name or `*` is missing after `.`");
        assert_eq!(message("a b"), "`b` is one word too many");
        assert_eq!(message("1.2.3"), "`1.2.3` is no number");
    }

    #[test]
    fn nesting_is_limited_and_long_chains_are_not() {
        assert!(message(&"(".repeat(5000)).starts_with("nested deeper"));
        assert!(parse(&format!("{}a", "a || ".repeat(4000))).is_ok());
        assert!(parse(&format!("{}a", "!".repeat(20_000))).is_ok());
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic_and_no_span_leaves_the_text(text in "[a-z'\"().\\[\\],*!&|=<>0-9 x.é-]{0,60}") {
            match parse(&text) {
                Ok(expression) => prop_assert!(text.get(expression.span).is_some()),
                Err(error) => prop_assert!(error.at <= text.len()),
            }
        }
    }
}
