//! rpmvercmp: `[epoch:]version[-release]`, with `~` before and `^` after the end.

use std::cmp::Ordering;

use super::{numbers, take_while};

pub(super) fn compare(one: &str, two: &str) -> Ordering {
    let ((epoch, version, release), other) = (parts(one), parts(two));
    let releases = match (release, other.2) {
        (Some(one), Some(two)) => segments(one, two),
        // Who does not state a release means any.
        _ => Ordering::Equal,
    };
    numbers(epoch, other.0).then_with(|| segments(version, other.1)).then(releases)
}

fn parts(text: &str) -> (&str, &str, Option<&str>) {
    let (epoch, rest) = match text.split_once(':') {
        Some((epoch, rest)) if epoch.bytes().all(|byte| byte.is_ascii_digit()) => (epoch, rest),
        _ => ("0", text),
    };
    match rest.rsplit_once('-') {
        Some((version, release)) => (epoch, version, Some(release)),
        None => (epoch, rest, None),
    }
}

fn segments(mut one: &str, mut two: &str) -> Ordering {
    let is_separator = |char: char| !char.is_ascii_alphanumeric() && !matches!(char, '~' | '^');
    loop {
        one = take_while(one, is_separator).1;
        two = take_while(two, is_separator).1;
        if let Some(order) = sign(&mut one, &mut two) {
            if order.is_ne() {
                return order;
            }
            continue;
        }
        if one.is_empty() || two.is_empty() {
            // Whoever has more is later.
            return two.is_empty().cmp(&one.is_empty());
        }
        let is_number = one.starts_with(|char: char| char.is_ascii_digit());
        let is_kind = |char: char| if is_number { char.is_ascii_digit() } else { char.is_ascii_alphabetic() };
        let ((left, after), (right, other_after)) = (take_while(one, is_kind), take_while(two, is_kind));
        if right.is_empty() {
            // A number is later than a word.
            return if is_number { Ordering::Greater } else { Ordering::Less };
        }
        let order = if is_number { numbers(left, right) } else { left.cmp(right) };
        if order.is_ne() {
            return order;
        }
        (one, two) = (after, other_after);
    }
}

/// `~` is before everything, `^` after the end and before everything else. `Some(Equal)`: both had it, and it is taken off.
fn sign(one: &mut &str, two: &mut &str) -> Option<Ordering> {
    for sign in ['~', '^'] {
        let order = match (one.strip_prefix(sign), two.strip_prefix(sign)) {
            (Some(left), Some(right)) => {
                (*one, *two) = (left, right);
                Ordering::Equal
            }
            (Some(_), None) if sign == '^' && two.is_empty() => Ordering::Greater,
            (None, Some(_)) if sign == '^' && one.is_empty() => Ordering::Less,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => continue,
        };
        return Some(order);
    }
    None
}
