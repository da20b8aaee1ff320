//! Reads an expression.

use super::refused::{Reason, Refused};
use super::tree::{Assertion, Expression, Node};
use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

/// How deep groups may nest. Go's limit is 1,000; nobody needs a tenth of it.
const MAX_DEPTH: u32 = 100;

/// How often anything may be repeated, nested counts multiplied: `kMaxRepeat` in RE2, the same in Go.
const MAX_REPEAT: u32 = 1000;

/// Reads an expression that Go's `regexp/syntax` and RE2 both read, and in the same way.
///
/// # Errors
/// With the place and the reason if it is not one, or one that this reader does not vouch for.
pub fn parse(text: &str) -> Result<Expression, Refused> {
    let mut parser = Parser { text, rest: text, flags: Flags::default(), depth: 0 };
    let node = parser.alternation()?;
    if !parser.rest.is_empty() {
        return Err(parser.refuse(parser.rest, Reason::UnopenedGroup));
    }
    match largest_count(&node) {
        Some(_) => Ok(Expression(node)),
        None => Err(Refused { at: 0, part: text.into(), reason: Reason::LargeCount }),
    }
}

/// The product of the counts on the way to any part, if none passes the limit. `*`, `+` and `?` do not count, and
/// neither does `{0}`; an open count is its lower bound (`RepetitionWalker` in RE2's `parse.cc`).
fn largest_count(node: &Node) -> Option<u32> {
    let largest = |nodes: &[Node]| nodes.iter().try_fold(1, |most: u32, node| Some(most.max(largest_count(node)?)));
    match node {
        Node::Character(_) | Node::Class(_) | Node::Assertion(_) => Some(1),
        Node::Repeat { node, min, max } => {
            let count = max.unwrap_or(*min).max(1).checked_mul(largest_count(node)?)?;
            (count <= MAX_REPEAT).then_some(count)
        }
        Node::Capture(node) => largest_count(node),
        Node::Concatenation(nodes) | Node::Alternation(nodes) => largest(nodes),
    }
}

#[derive(Clone, Copy, Default)]
struct Flags {
    /// `i`
    fold: bool,
    /// `m`
    lines: bool,
    /// `s`
    dot_all: bool,
}

struct Parser<'a> {
    text: &'a str,
    /// What is not read yet, a suffix of the text.
    rest: &'a str,
    flags: Flags,
    depth: u32,
}

/// What a backslash and what follows it stand for.
enum Escape {
    Character(char),
    Class(ClassUnicode),
    Assertion(Assertion),
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next();
        self.rest = chars.as_str();
        next
    }

    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Refuses what was read since `from`, or what is to be read if nothing was.
    fn refuse(&self, from: &'a str, reason: Reason) -> Refused {
        let at = self.text.len() - from.len();
        let read = from.strip_suffix(self.rest).filter(|part| !part.is_empty()).unwrap_or(from);
        Refused { at, part: read.into(), reason }
    }

    fn alternation(&mut self) -> Result<Node, Refused> {
        let mut branches = vec![self.concatenation()?];
        while self.eat("|") {
            branches.push(self.concatenation()?);
        }
        Ok(one_or(branches, Node::Alternation))
    }

    fn concatenation(&mut self) -> Result<Node, Refused> {
        let mut parts = Vec::new();
        while let Some(next) = self.peek().filter(|next| !matches!(next, '|' | ')')) {
            if self.eat("\\Q") {
                let (quoted, rest) = self.rest.split_once("\\E").unwrap_or((self.rest, ""));
                for character in quoted.chars() {
                    parts.push(self.literal(self.rest, character)?);
                }
                self.rest = rest;
            } else if next == '(' {
                if let Some(group) = self.group()? {
                    parts.push(self.repetition(group)?);
                }
            } else {
                let atom = self.atom()?;
                parts.push(self.repetition(atom)?);
            }
        }
        Ok(one_or(parts, Node::Concatenation))
    }

    /// A group; nothing for one that only sets flags.
    fn group(&mut self) -> Result<Option<Node>, Refused> {
        let from = self.rest;
        let outer = self.flags;
        self.eat("(");
        let capture = !self.eat("?");
        if !capture && self.set_flags(from)? {
            return Ok(None);
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.refuse(from, Reason::TooDeep));
        }
        let node = self.alternation()?;
        self.depth -= 1;
        self.flags = outer;
        if !self.eat(")") {
            return Err(self.refuse(from, Reason::UnclosedGroup));
        }
        Ok(Some(if capture { Node::Capture(Box::new(node)) } else { node }))
    }

    /// The flags of `(?i-s)` and `(?i-s:`; whether the group ends with them.
    fn set_flags(&mut self, from: &'a str) -> Result<bool, Refused> {
        let (mut value, mut some) = (true, false);
        loop {
            match self.next() {
                Some('i') => self.flags.fold = value,
                Some('m') => self.flags.lines = value,
                Some('s') => self.flags.dot_all = value,
                // Swaps greedy and lazy, which is no matter here.
                Some('U') => {}
                Some('-') if value => {
                    (value, some) = (false, false);
                    continue;
                }
                Some(':') if some || value => return Ok(false),
                Some(')') if some => return Ok(true),
                Some('=' | '!') => return Err(self.refuse(from, Reason::LookAround)),
                Some('<') if matches!(self.peek(), Some('=' | '!')) => {
                    self.next();
                    return Err(self.refuse(from, Reason::LookAround));
                }
                Some('<' | 'P') => return Err(self.refuse(from, Reason::NamedGroup)),
                Some(_) => return Err(self.refuse(from, Reason::UnknownFlag)),
                None => return Err(self.refuse(from, Reason::UnclosedGroup)),
            }
            some = true;
        }
    }

    fn atom(&mut self) -> Result<Node, Refused> {
        let from = self.rest;
        match self.next() {
            Some('.') if self.flags.dot_all => Ok(Node::Class(class(&[('\0', char::MAX)]))),
            Some('.') => Ok(Node::Class(class(&[('\0', '\x09'), ('\x0b', char::MAX)]))),
            Some('^') if self.flags.lines => Ok(Node::Assertion(Assertion::LineStart)),
            Some('^') => Ok(Node::Assertion(Assertion::TextStart)),
            Some('$') if self.flags.lines => Ok(Node::Assertion(Assertion::LineEnd)),
            Some('$') => Ok(Node::Assertion(Assertion::TextEnd)),
            Some('[') => self.class(from).map(Node::Class),
            Some('\\') => match self.escape(from)? {
                Escape::Character(character) => self.literal(from, character),
                Escape::Class(class) => Ok(Node::Class(class)),
                Escape::Assertion(assertion) => Ok(Node::Assertion(assertion)),
            },
            Some('*' | '+' | '?') => Err(self.refuse(from, Reason::NothingToRepeat)),
            Some('{') if self.count().is_some() => Err(self.refuse(from, Reason::NothingToRepeat)),
            Some('{') => Err(self.refuse(from, Reason::LoneBrace)),
            Some(character) => self.literal(from, character),
            None => Ok(Node::Concatenation(Vec::new())),
        }
    }

    /// A character, in both cases if case is folded.
    fn literal(&self, from: &'a str, character: char) -> Result<Node, Refused> {
        if !self.flags.fold || (character.is_ascii() && !character.is_ascii_alphabetic()) {
            return Ok(Node::Character(character));
        }
        self.folded(from, class(&[(character, character)])).map(Node::Class)
    }

    /// Adds the other cases, if case is folded. Which characters are cases of an ASCII letter never changes.
    fn folded(&self, from: &'a str, mut class: ClassUnicode) -> Result<ClassUnicode, Refused> {
        if self.flags.fold {
            if class.ranges().last().is_some_and(|last| !last.end().is_ascii()) {
                return Err(self.refuse(from, Reason::FoldBeyondAscii));
            }
            class.try_case_fold_simple().map_err(|_| self.refuse(from, Reason::FoldBeyondAscii))?;
        }
        Ok(class)
    }

    /// The counts that may follow a part.
    fn repetition(&mut self, node: Node) -> Result<Node, Refused> {
        let from = self.rest;
        let Some((min, max)) = self.operator()? else { return Ok(node) };
        if max.is_some_and(|max| min > max) {
            return Err(self.refuse(from, Reason::BackwardCount));
        }
        if min.max(max.unwrap_or(0)) > MAX_REPEAT {
            return Err(self.refuse(from, Reason::LargeCount));
        }
        self.eat("?");
        if self.operator()?.is_some() {
            return Err(self.refuse(from, Reason::RepeatedRepetition));
        }
        Ok(Node::Repeat { node: Box::new(node), min, max })
    }

    fn operator(&mut self) -> Result<Option<(u32, Option<u32>)>, Refused> {
        let from = self.rest;
        Ok(if self.eat("*") {
            Some((0, None))
        } else if self.eat("+") {
            Some((1, None))
        } else if self.eat("?") {
            Some((0, Some(1)))
        } else if self.eat("{") {
            Some(self.count().ok_or_else(|| self.refuse(from, Reason::LoneBrace))?)
        } else {
            None
        })
    }

    /// `2}`, `2,}` or `2,5}`, without leading zeros.
    fn count(&mut self) -> Option<(u32, Option<u32>)> {
        let (count, rest) = self.rest.split_once('}')?;
        let number = |text: &str| {
            let plain = text == "0" || (!text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()));
            // What is too large to hold is too large anyway.
            (plain && !text.is_empty()).then(|| text.parse().unwrap_or(u32::MAX))
        };
        let counts = match count.split_once(',') {
            None => number(count).map(|count| (count, Some(count))),
            Some((min, "")) => number(min).map(|min| (min, None)),
            Some((min, max)) => number(min).zip(number(max).map(Some)),
        };
        if counts.is_some() {
            self.rest = rest;
        }
        counts
    }

    fn escape(&mut self, from: &'a str) -> Result<Escape, Refused> {
        let Some(next) = self.next() else { return Err(self.refuse(from, Reason::UnfinishedEscape)) };
        if let Some(ranges) = perl_class(next.to_ascii_lowercase()) {
            return self.group_class(from, ranges, next.is_ascii_uppercase()).map(Escape::Class);
        }
        Ok(match next {
            'A' => Escape::Assertion(Assertion::TextStart),
            'z' => Escape::Assertion(Assertion::TextEnd),
            'b' => Escape::Assertion(Assertion::WordBoundary),
            'B' => Escape::Assertion(Assertion::NoWordBoundary),
            'a' => Escape::Character('\x07'),
            'f' => Escape::Character('\x0c'),
            't' => Escape::Character('\t'),
            'n' => Escape::Character('\n'),
            'r' => Escape::Character('\r'),
            'v' => Escape::Character('\x0b'),
            'x' => Escape::Character(self.hexadecimal().ok_or_else(|| self.refuse(from, Reason::NoCharacter))?),
            '0'..='9' => return Err(self.refuse(from, Reason::Digits)),
            'p' | 'P' => return Err(self.refuse(from, Reason::UnicodeClass)),
            'C' => return Err(self.refuse(from, Reason::AnyByte)),
            punctuation if punctuation.is_ascii_punctuation() || punctuation == ' ' => Escape::Character(punctuation),
            _ => return Err(self.refuse(from, Reason::UnknownEscape)),
        })
    }

    /// `7f` or `{10ffff}`
    fn hexadecimal(&mut self) -> Option<char> {
        let (digits, rest) = match self.rest.strip_prefix('{') {
            Some(rest) => rest.split_once('}')?,
            None => self.rest.split_at_checked(2)?,
        };
        self.rest = rest;
        let hexadecimal = (1..=8).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        char::from_u32(u32::from_str_radix(digits, 16).ok().filter(|_| hexadecimal)?)
    }

    /// A class, after its `[`.
    fn class(&mut self, from: &'a str) -> Result<ClassUnicode, Refused> {
        let negated = self.eat("^");
        // Sorted and joined at the end: to do it for each character would take the square of their number.
        let mut all: Vec<ClassUnicodeRange> = Vec::new();
        let mut first = true;
        while first || !self.eat("]") {
            first = false;
            if self.rest.is_empty() {
                return Err(self.refuse(from, Reason::UnclosedClass));
            }
            if let Some(posix) = self.posix_class()? {
                all.extend_from_slice(posix.ranges());
                continue;
            }
            let item = self.rest;
            let low = match self.class_character(from)? {
                Escape::Character(low) => low,
                Escape::Class(class) => {
                    if self.rest.starts_with('-') && !self.rest.starts_with("-]") {
                        return Err(self.refuse(item, Reason::ClassInRange));
                    }
                    all.extend_from_slice(class.ranges());
                    continue;
                }
                Escape::Assertion(_) => return Err(self.refuse(item, Reason::UnknownEscape)),
            };
            let mut high = low;
            if self.rest.starts_with('-') && !self.rest.starts_with("-]") {
                self.eat("-");
                high = match self.class_character(from)? {
                    Escape::Character(high) => high,
                    Escape::Class(_) => return Err(self.refuse(item, Reason::ClassInRange)),
                    Escape::Assertion(_) => return Err(self.refuse(item, Reason::UnknownEscape)),
                };
            }
            if low > high {
                return Err(self.refuse(item, Reason::BackwardRange));
            }
            all.extend_from_slice(self.folded(item, class(&[(low, high)]))?.ranges());
        }
        let mut all = ClassUnicode::new(all);
        if negated {
            all.negate();
        }
        if all.ranges().is_empty() {
            return Err(self.refuse(from, Reason::EmptyClass));
        }
        Ok(all)
    }

    fn class_character(&mut self, class: &'a str) -> Result<Escape, Refused> {
        let from = self.rest;
        match self.next() {
            Some('\\') => self.escape(from),
            Some(character) => Ok(Escape::Character(character)),
            None => Err(self.refuse(class, Reason::UnclosedClass)),
        }
    }

    /// `[:alpha:]` and `[:^alpha:]` within a class.
    fn posix_class(&mut self) -> Result<Option<ClassUnicode>, Refused> {
        let from = self.rest;
        let Some((name, rest)) = from.strip_prefix("[:").and_then(|rest| rest.split_once(":]")) else {
            return Ok(None);
        };
        self.rest = rest;
        let (name, negated) = name.strip_prefix('^').map_or((name, false), |name| (name, true));
        let ranges: &[(char, char)] = match name {
            "alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
            "alpha" => &[('A', 'Z'), ('a', 'z')],
            "ascii" => &[('\0', '\x7f')],
            "blank" => &[('\t', '\t'), (' ', ' ')],
            "cntrl" => &[('\0', '\x1f'), ('\x7f', '\x7f')],
            "digit" => &[('0', '9')],
            "graph" => &[('!', '~')],
            "lower" => &[('a', 'z')],
            "print" => &[(' ', '~')],
            "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
            "space" => &[('\t', '\r'), (' ', ' ')],
            "upper" => &[('A', 'Z')],
            "word" => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
            "xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
            _ => return Err(self.refuse(from, Reason::UnknownPosixClass)),
        };
        self.group_class(from, ranges, negated).map(Some)
    }

    /// The class of these ranges; case is folded before it is negated.
    fn group_class(&self, from: &'a str, ranges: &[(char, char)], negated: bool) -> Result<ClassUnicode, Refused> {
        let mut class = self.folded(from, class(ranges))?;
        if negated {
            class.negate();
        }
        Ok(class)
    }
}

/// `\d` and its like: ASCII, and `\s` without the vertical tab.
fn perl_class(letter: char) -> Option<&'static [(char, char)]> {
    match letter {
        'd' => Some(&[('0', '9')]),
        's' => Some(&[('\t', '\n'), ('\x0c', '\r'), (' ', ' ')]),
        'w' => Some(&[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]),
        _ => None,
    }
}

fn class(ranges: &[(char, char)]) -> ClassUnicode {
    ClassUnicode::new(ranges.iter().map(|(low, high)| ClassUnicodeRange::new(*low, *high)))
}

/// The only part itself, or all of them in one node.
fn one_or(mut parts: Vec<Node>, all: fn(Vec<Node>) -> Node) -> Node {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            all(parts)
        }
        None => all(parts),
    }
}
