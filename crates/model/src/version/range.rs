//! Sets of versions as each ecosystem writes them.

use std::cmp::Ordering;

use super::semver::Version;
use super::{Number, Scheme, pep440};

/// A set of versions: alternatives, each of which is a list of conditions.
#[derive(Clone, Debug)]
pub struct Range {
    scheme: Scheme,
    alternatives: Vec<Vec<Condition>>,
}

#[derive(Clone, Debug)]
enum Condition {
    Below(String),
    UpTo(String),
    From(String),
    Above(String),
    Is(String),
    IsNot(String),
    /// PEP 440 `==1.2.*`.
    Begins(String),
    /// PEP 440 `!=1.2.*`.
    BeginsNot(String),
    /// The very text.
    Text(String),
    /// A text that begins so: `1.2.*` where nothing is known of the order.
    Prefix(String),
    Any,
}

impl Range {
    /// Reads a range of an ecosystem (purl type): for npm and Cargo `^1.2`, `~1.2.3`, `>=1 <2 || 3.x`; for `pypi` `>=1,<2`,
    /// `==1.2.*`, `~=1.4`; for deb, rpm and apk comparisons; for others an exact version or a prefix with `*`.
    /// The error says what cannot be read.
    pub fn parse(ecosystem: &str, text: &str) -> Result<Self, String> {
        let scheme = Scheme::of(ecosystem);
        if text.trim().is_empty() {
            return Err("it is empty; `*` is every version".to_owned());
        }
        let is_cargo = ecosystem == "cargo";
        let alternatives = text.split("||").map(|part| match scheme {
            Scheme::Semver => semver(part, is_cargo),
            Scheme::Pep440 => {
                part.split(',').map(pep).collect::<Result<Vec<_>, _>>().map(|conditions| conditions.concat())
            }
            Scheme::Exact => Ok(vec![exact(part.trim())]),
            scheme => comparisons(part, scheme),
        });
        Ok(Self { scheme, alternatives: alternatives.collect::<Result<_, _>>()? })
    }

    /// Whether a version is in the set. A version that cannot be compared is in no set but that of all, of its text and of
    /// its prefix. Versions before a release are compared by their place in the order, also for npm.
    pub fn contains(&self, version: &str) -> bool {
        let version = version.trim();
        self.alternatives.iter().any(|conditions| conditions.iter().all(|condition| self.holds(condition, version)))
    }

    fn holds(&self, condition: &Condition, version: &str) -> bool {
        if self.scheme == Scheme::Pep440 && !matches!(condition, Condition::Text(_) | Condition::Any) {
            return pep440::Version::parse(version).is_some_and(|version| holds_in_python(condition, &version));
        }
        let compared = |other: &str| self.scheme.compare(version, other);
        match condition {
            Condition::Below(other) => compared(other) == Some(Ordering::Less),
            Condition::UpTo(other) => compared(other).is_some_and(Ordering::is_le),
            Condition::From(other) => compared(other).is_some_and(Ordering::is_ge),
            Condition::Above(other) => compared(other) == Some(Ordering::Greater),
            Condition::Is(other) => version == other || compared(other) == Some(Ordering::Equal),
            Condition::IsNot(other) => compared(other).is_some_and(Ordering::is_ne),
            Condition::Text(other) => version == other,
            Condition::Prefix(prefix) => version.starts_with(prefix.as_str()),
            Condition::Any => true,
            Condition::Begins(_) | Condition::BeginsNot(_) => false,
        }
    }
}

/// PEP 440, "Version specifiers": an exclusive bound leaves out what belongs to the bound itself.
fn holds_in_python(condition: &Condition, version: &pep440::Version) -> bool {
    let parse = |text: &String| pep440::Version::parse(text);
    let public = version.public();
    match condition {
        Condition::Below(other) => parse(other).is_some_and(|other| {
            let before_it = version.is_before_release() && !other.is_before_release() && version.base() == other.base();
            public < other && !before_it
        }),
        Condition::Above(other) => parse(other).is_some_and(|other| {
            let after_it = version.post.is_some() && other.post.is_none() && version.base() == other.base();
            public > other && !after_it
        }),
        Condition::UpTo(other) => parse(other).is_some_and(|other| public <= other),
        Condition::From(other) => parse(other).is_some_and(|other| public >= other),
        Condition::Is(other) => parse(other).is_some_and(|other| is_it(version, &other)),
        Condition::IsNot(other) => parse(other).is_some_and(|other| !is_it(version, &other)),
        Condition::Begins(other) => parse(other).is_some_and(|other| version.begins_with(&other)),
        Condition::BeginsNot(other) => parse(other).is_some_and(|other| !version.begins_with(&other)),
        Condition::Text(_) | Condition::Prefix(_) | Condition::Any => false,
    }
}

/// A local part only matters where it is asked for.
fn is_it(version: &pep440::Version, other: &pep440::Version) -> bool {
    if other.local.is_empty() { version.public() == *other } else { version == other }
}

fn exact(text: &str) -> Condition {
    match text.strip_suffix('*') {
        Some("") => Condition::Any,
        Some(prefix) => Condition::Prefix(prefix.to_owned()),
        None => Condition::Text(text.trim_start_matches('=').trim().to_owned()),
    }
}

const OPERATORS: [&str; 10] = ["===", "~=", "==", "!=", ">=", "<=", "~>", ">", "<", "="];

fn operator(text: &str) -> (&'static str, &str) {
    let text = text.trim();
    OPERATORS.iter().find_map(|operator| Some((*operator, text.strip_prefix(operator)?.trim()))).unwrap_or(("", text))
}

/// One specifier of PEP 440.
fn pep(text: &str) -> Result<Vec<Condition>, String> {
    let (operator, version) = operator(text);
    if operator.is_empty() && version == "*" {
        return Ok(vec![Condition::Any]);
    }
    if operator == "===" {
        return Ok(vec![Condition::Text(version.to_owned())]);
    }
    let (bare, begins) = match version.strip_suffix(".*") {
        Some(bare) => (bare, true),
        None => (version, false),
    };
    let parsed = pep440::Version::parse(bare).ok_or_else(|| format!("`{}` is no version of PEP 440", text.trim()))?;
    let own = bare.to_owned();
    if operator == "~=" && !begins && parsed.release.len() > 1 {
        // `~=1.4.2` is `>=1.4.2, ==1.4.*`.
        let end = bare.find(|char: char| !(char.is_ascii_digit() || matches!(char, '.' | '!'))).unwrap_or(bare.len());
        let release = bare.get(..end).unwrap_or(bare).trim_end_matches('.');
        let series = release.rsplit_once('.').map_or(release, |(series, _)| series);
        return Ok(vec![Condition::From(own), Condition::Begins(series.to_owned())]);
    }
    Ok(vec![match (operator, begins) {
        ("==" | "=" | "", true) => Condition::Begins(own),
        ("!=", true) => Condition::BeginsNot(own),
        (_, true) => return Err(format!("`{}`: `.*` stands only behind `==` and `!=`", text.trim())),
        ("==" | "=" | "", _) => Condition::Is(own),
        ("!=", _) => Condition::IsNot(own),
        ("<=", _) => Condition::UpTo(own),
        (">=", _) => Condition::From(own),
        ("<", _) => Condition::Below(own),
        (">", _) => Condition::Above(own),
        _ => return Err(format!("`{}`: `{operator}` needs a version with a dot", text.trim())),
    }])
}

/// `>= 1.2, << 2`: conditions of dpkg, rpm and apk.
fn comparisons(text: &str, scheme: Scheme) -> Result<Vec<Condition>, String> {
    words(text)
        .map(|word| {
            let (operator, version) = operator(&word);
            if operator.is_empty() && version == "*" {
                return Ok(Condition::Any);
            }
            if !version.starts_with(|char: char| char.is_ascii_alphanumeric()) || scheme.compare(version, "0").is_none()
            {
                return Err(format!("`{version}` is no version"));
            }
            let own = version.to_owned();
            Ok(match operator {
                "" | "=" | "==" => Condition::Is(own),
                "!=" => Condition::IsNot(own),
                ">=" => Condition::From(own),
                "<=" => Condition::UpTo(own),
                ">" => Condition::Above(own),
                "<" => Condition::Below(own),
                operator => return Err(format!("`{operator}` is no comparison here")),
            })
        })
        .collect()
}

/// Conditions; an operator may stand apart from its version.
fn words(text: &str) -> impl Iterator<Item = String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split([',', ' ', '\t']).filter(|word| !word.is_empty()) {
        let alone = |word: &String| word.bytes().all(|byte| b"<>=!~^".contains(&byte));
        match words.last_mut() {
            Some(last) if alone(last) => last.push_str(word),
            _ => words.push(word.to_owned()),
        }
    }
    words.into_iter()
}

/// One alternative of a range of npm or Cargo.
fn semver(text: &str, is_cargo: bool) -> Result<Vec<Condition>, String> {
    if let Some((from, to)) = text.split_once(" - ") {
        let mut conditions = Partial::parse(from)?.from();
        conditions.extend(Partial::parse(to)?.up_to());
        return Ok(conditions);
    }
    let mut conditions = Vec::new();
    for word in words(text) {
        let (operator, version) = if let Some(version) = word.strip_prefix('^') {
            ("^", version)
        } else if let Some(version) = word.strip_prefix('~').filter(|rest| !rest.starts_with(['=', '>'])) {
            ("~", version)
        } else {
            operator(&word)
        };
        let partial = Partial::parse(version)?;
        conditions.extend(match operator {
            "^" => partial.caret(),
            "" if is_cargo && partial.is_plain() => partial.caret(),
            "~" | "~>" => partial.tilde(),
            "" | "=" | "==" => partial.itself(),
            ">=" => partial.from(),
            "<=" => partial.up_to(),
            ">" => partial.above(),
            "<" => vec![Condition::Below(partial.lowest())],
            operator => return Err(format!("`{operator}` is no operator of such a range")),
        });
    }
    if conditions.is_empty() { Ok(vec![Condition::Any]) } else { Ok(conditions) }
}

/// A version of which the last numbers may be missing or `x`.
struct Partial {
    numbers: Vec<String>,
    rest: String,
    has_wildcard: bool,
}

impl Partial {
    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let bare = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let numbers_end = bare.find(['-', '+']).unwrap_or(bare.len());
        let (front, rest) = bare.split_at_checked(numbers_end).unwrap_or((bare, ""));
        let is_wildcard = |part: &&str| matches!(*part, "x" | "X" | "*");
        let has_wildcard = front.split('.').any(|part| is_wildcard(&part));
        let numbers: Vec<String> = front.split('.').take_while(|part| !is_wildcard(part)).map(str::to_owned).collect();
        let sound = numbers.len() <= 3 && numbers.iter().all(|number| Number::parse(number).is_some());
        let whole = rest.is_empty() || (numbers.len() == 3 && Version::parse(bare).is_some());
        if !sound || !whole || (numbers.is_empty() && !has_wildcard) {
            return Err(format!("`{text}` is no version"));
        }
        Ok(Self { numbers, rest: rest.to_owned(), has_wildcard })
    }

    fn is_plain(&self) -> bool {
        !self.has_wildcard
    }

    /// The lowest version it may be.
    fn lowest(&self) -> String {
        let mut numbers = self.numbers.clone();
        numbers.resize(3, "0".to_owned());
        format!("{}{}", numbers.join("."), self.rest)
    }

    /// The first version behind those that share the first `count` numbers; its own early versions do not belong to it.
    fn behind(&self, count: usize) -> Option<String> {
        let mut numbers: Vec<String> = self.numbers.iter().take(count).cloned().collect();
        let last = numbers.last_mut()?;
        *last = successor(last);
        numbers.resize(3, "0".to_owned());
        Some(format!("{}-0", numbers.join(".")))
    }

    fn within(&self, count: usize) -> Vec<Condition> {
        match self.behind(count) {
            Some(behind) => vec![Condition::From(self.lowest()), Condition::Below(behind)],
            None => vec![Condition::Any],
        }
    }

    /// Up to the first number that is not zero.
    fn caret(&self) -> Vec<Condition> {
        let is_zero = |number: &&String| Number::parse(number).is_some_and(|number| number.is_zero());
        let zeros = self.numbers.iter().take_while(is_zero).count();
        self.within((zeros + 1).min(self.numbers.len()))
    }

    fn tilde(&self) -> Vec<Condition> {
        self.within(self.numbers.len().min(2))
    }

    fn itself(&self) -> Vec<Condition> {
        if self.numbers.len() == 3 { vec![Condition::Is(self.lowest())] } else { self.within(self.numbers.len()) }
    }

    fn from(&self) -> Vec<Condition> {
        vec![Condition::From(self.lowest())]
    }

    fn up_to(&self) -> Vec<Condition> {
        if self.numbers.len() == 3 {
            return vec![Condition::UpTo(self.lowest())];
        }
        vec![self.behind(self.numbers.len()).map_or(Condition::Any, Condition::Below)]
    }

    fn above(&self) -> Vec<Condition> {
        if self.numbers.len() == 3 {
            return vec![Condition::Above(self.lowest())];
        }
        // Nothing is above every version.
        let nothing = || Condition::Below("0.0.0-0".to_owned());
        vec![self.behind(self.numbers.len()).map_or_else(nothing, Condition::From)]
    }
}

/// The next number, whatever its length.
fn successor(digits: &str) -> String {
    let mut next: Vec<u8> = digits.bytes().collect();
    for digit in next.iter_mut().rev() {
        if *digit == b'9' {
            *digit = b'0';
        } else {
            *digit += 1;
            return String::from_utf8_lossy(&next).into_owned();
        }
    }
    format!("1{}", String::from_utf8_lossy(&next))
}
