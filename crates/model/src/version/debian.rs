//! deb-version(7): `[epoch:]upstream[-revision]`.

use std::cmp::Ordering;

use super::{numbers, take_while};

pub(super) fn compare(one: &str, two: &str) -> Ordering {
    let ((epoch, upstream, revision), other) = (parts(one), parts(two));
    numbers(epoch, other.0).then_with(|| part(upstream, other.1)).then_with(|| part(revision, other.2))
}

fn parts(version: &str) -> (&str, &str, &str) {
    let (epoch, rest) = match version.split_once(':') {
        Some((epoch, rest)) if epoch.bytes().all(|byte| byte.is_ascii_digit()) => (epoch, rest),
        _ => ("0", version),
    };
    let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
    (epoch, upstream, revision)
}

/// Text and numbers in turn.
fn part(mut one: &str, mut two: &str) -> Ordering {
    while !(one.is_empty() && two.is_empty()) {
        let is_text = |char: char| !char.is_ascii_digit();
        let ((text, after), (other_text, other_after)) = (take_while(one, is_text), take_while(two, is_text));
        let order = texts(text, other_text);
        let is_number = |char: char| char.is_ascii_digit();
        let ((number, rest), (other_number, other_rest)) =
            (take_while(after, is_number), take_while(other_after, is_number));
        let order = order.then_with(|| numbers(number, other_number));
        if order.is_ne() {
            return order;
        }
        (one, two) = (rest, other_rest);
    }
    Ordering::Equal
}

/// `~` comes before the end, letters before everything else.
fn texts(one: &str, two: &str) -> Ordering {
    let weight = |char: Option<char>| match char {
        Some('~') => -1,
        None => 0,
        Some(char) if char.is_ascii_alphabetic() => i64::from(u32::from(char)),
        Some(char) => i64::from(u32::from(char)) + 0x11_0000,
    };
    let (mut one, mut two) = (one.chars(), two.chars());
    loop {
        let (left, right) = (one.next(), two.next());
        let order = weight(left).cmp(&weight(right));
        if order.is_ne() || (left.is_none() && right.is_none()) {
            return order;
        }
    }
}
