//! The short way: block YAML of the plainest kind, as `ztp build` writes it, read line by line.
//!
//! It knows printable ASCII, mappings and lists that are indented below what they belong to, scalars that end with their
//! line, `{}`, `[]`, and comments that have a line to themselves. Whatever else it meets, an error too, it leaves to the
//! parser of all YAML, for the whole document: what it reads, that would read just so (see the tests below).

use super::node::{Node, Range};
use super::tree::{Scalar, Tree};
use std::borrow::Cow;

/// Reads a document; `None` if it takes more than this reader knows.
pub(super) fn read(stream: &str, range: Range) -> Option<Node<'_>> {
    let text = range.of(stream);
    // To look at all of them, whatever the first ones are, takes many at a time.
    if !text.bytes().fold(true, |known, byte| known & matches!(byte, b' '..=b'~' | b'\n')) {
        return None;
    }
    let mut reader = Lines { tree: Tree::default(), open: Vec::new(), begun: false, awaits: false };
    let mut start = 0;
    // Lines are short: to look at each byte is quicker than to search.
    for bytes in text.as_bytes().split(|byte| *byte == b'\n') {
        let end = start + bytes.len();
        reader.line(text.get(start..end)?, range.start.saturating_add(u32::try_from(start).ok()?))?;
        start = end + 1;
    }
    reader.close(0)?;
    if reader.awaits {
        return None;
    }
    reader.tree.end(None).ok()?;
    reader.tree.finish()
}

struct Lines<'t> {
    tree: Tree<'t>,
    open: Vec<Level>,
    /// Whether anything was read.
    begun: bool,
    /// Whether a key or a dash has been read and its value has not.
    awaits: bool,
}

/// A list or mapping that goes on.
struct Level {
    /// Where its dashes or keys stand.
    column: u32,
    is_list: bool,
}

impl<'t> Lines<'t> {
    fn line(&mut self, line: &'t str, start: u32) -> Option<()> {
        let (_, mut rest) = line.split_at_checked(line.bytes().take_while(|byte| *byte == b' ').count())?;
        if line.is_empty() || rest.starts_with('#') {
            return Some(());
        }
        let indentation = length(line) - length(rest);
        let mut column = indentation;
        while let Some(item) = rest.strip_prefix("- ") {
            self.place(column, start + column, true)?;
            self.awaits = true;
            column += 2;
            rest = item;
        }
        let at = start + column;
        if is_empty_collection(rest) {
            return if column > indentation { self.value(rest, at) } else { None };
        }
        let (scalar, behind) = scalar(rest, at)?;
        if behind.is_empty() {
            return if column > indentation { self.value(rest, at) } else { None };
        }
        let value = behind.strip_prefix(':')?;
        self.place(column, at, false)?;
        let read = length(rest) - length(value);
        // A longer key is none (YAML 1.2.2, section 7.4.2).
        if read > 1000 {
            return None;
        }
        self.tree.scalar(scalar).ok()?;
        self.awaits = true;
        if value.is_empty() { Some(()) } else { self.value(value.strip_prefix(' ')?, at + read + 1) }
    }

    /// Goes to the list or mapping whose dash or key stands in a column; begins it where it is awaited.
    fn place(&mut self, column: u32, at: u32, is_list: bool) -> Option<()> {
        self.close(column)?;
        match self.open.last() {
            Some(level) if level.column == column => (!self.awaits && level.is_list == is_list).then_some(()),
            _ if self.awaits || (!self.begun && column == 0 && !is_list) => {
                let range = Range { start: at, end: at };
                if is_list { self.tree.begin_sequence(range) } else { self.tree.begin_mapping(range) }.ok()?;
                self.open.push(Level { column, is_list });
                (self.begun, self.awaits) = (true, false);
                Some(())
            }
            _ => None,
        }
    }

    /// Ends what stands further in than a column. A key without a value is not for here.
    fn close(&mut self, column: u32) -> Option<()> {
        while self.open.last().is_some_and(|level| level.column > column) {
            if self.awaits {
                return None;
            }
            self.tree.end(None).ok()?;
            self.open.pop();
        }
        Some(())
    }

    /// A value that ends with its line.
    fn value(&mut self, text: &'t str, at: u32) -> Option<()> {
        if !self.awaits {
            return None;
        }
        self.awaits = false;
        if is_empty_collection(text) {
            let (first, second) = (Range { start: at, end: at + 1 }, Range { start: at + 1, end: at + 2 });
            if text == "{}" { self.tree.begin_mapping(first) } else { self.tree.begin_sequence(first) }.ok()?;
            return self.tree.end(Some(second)).ok();
        }
        let (scalar, behind) = scalar(text, at)?;
        if !behind.is_empty() {
            return None;
        }
        self.tree.scalar(scalar).ok()
    }
}

fn is_empty_collection(text: &str) -> bool {
    matches!(text, "{}" | "[]")
}

/// The scalar with which a text begins, and what follows it.
fn scalar(text: &str, at: u32) -> Option<(Scalar<'_>, &str)> {
    let (content, written, plain) = match text.strip_prefix('"') {
        Some(quoted) => quoted_content(quoted)?,
        None => plain_content(text)?,
    };
    let (_, behind) = text.split_at_checked(written)?;
    let range = Range { start: at, end: at + u32::try_from(written).ok()? };
    Some((Scalar { text: content, plain, one_line: true, tag: None, range }, behind))
}

/// What stands in double quotes, of which the first is gone; how long it is with both; and that it is not plain.
fn quoted_content(quoted: &str) -> Option<(Cow<'_, str>, usize, bool)> {
    let mut bytes = quoted.bytes().enumerate();
    let mut escapes = false;
    let end = loop {
        match bytes.next()? {
            (at, b'"') => break at,
            (_, b'\\') => {
                escapes = true;
                bytes.next().filter(|(_, escaped)| matches!(escaped, b'\\' | b'"'))?;
            }
            _ => {}
        }
    };
    let content = quoted.get(..end)?;
    let content = if escapes { Cow::Owned(unescaped(content)) } else { Cow::Borrowed(content) };
    Some((content, end + 2, false))
}

/// Without the backslash of `\\` and `\"`, the only escapes that come here.
fn unescaped(content: &str) -> String {
    let mut out = String::with_capacity(content.len());
    let mut characters = content.chars();
    while let Some(c) = characters.next() {
        out.extend(if c == '\\' { characters.next() } else { Some(c) });
    }
    out
}

/// A scalar that needs no quotes by anybody's rules.
fn plain_content(text: &str) -> Option<(Cow<'_, str>, usize, bool)> {
    let first = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'/' | b'.');
    let other = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'/' | b'.' | b'@' | b'+' | b'-');
    text.as_bytes().first().filter(|byte| first(byte))?;
    let length = text.bytes().position(|byte| !other(byte)).unwrap_or(text.len());
    Some((Cow::Borrowed(text.get(..length)?), length, true))
}

/// The length of a part of a text that is no longer than `u32` can count.
fn length(part: &str) -> u32 {
    u32::try_from(part.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse;
    use proptest::prelude::*;

    fn both(text: &str) -> (Option<Node<'_>>, Option<Node<'_>>) {
        let range = Range { start: 0, end: length(text) };
        (read(text, range), parse::read_all(text, range).ok())
    }

    /// What it reads, the parser of all YAML reads just so, and at the same places.
    fn holds(text: &str) -> bool {
        let (short, long) = both(text);
        assert!(short.is_none() || short == long, "{text:?}\n{short:#?}\n{long:#?}");
        short.is_some()
    }

    const POLICY: &str = r#"apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: a.b
  labels:
    "k8s:app": "7f"
# a comment

spec:
  endpointSelector: {}
  enabled: true
  # another
  ingress:
    - {}
    - []
    - fromEndpoints:
        - matchLabels:
            app: web
          matchExpressions:
            - key: tier
              operator: In
              values:
                - a
                - "b\\d\"c"
      toPorts:
        - - a
          - - b
        - ports:
            - port: "80"
              endPort: 90
  last: y
"#;

    #[test]
    fn it_reads_what_is_written_by_build() {
        assert!(holds(POLICY));
    }

    #[test]
    fn it_leaves_alone_what_it_does_not_know() {
        for text in [
            "",
            "#",
            "a",
            "- a",
            "a:",
            "a:\n- b",
            "a:\nb: c",
            "a: b # c",
            "a: b ",
            "a:  b",
            "a: b\n c",
            "a: 'b'",
            "a: é",
            "a: b\n  c: d",
            "a:\n    b: c\n  d: e",
            "a: [b]",
            "a: |\n  b",
            " a: b",
            "a: b\n---",
            "a: \"\\n\"",
            "a: b: c",
            "a:\tb",
            "a: b\r\n",
            "a: b\na: c",
            "<<: a",
            "on: a",
            "a: {{ b }}",
            "a: \"b",
            "a: \"b\" c",
            "-a: b",
            "a: -b",
            "a:\n  -\n  - b",
            "a: *b",
            "a: &b c",
            "a: !c d",
            "? a\n: b",
            "a: b\n...",
            "a: .inf",
            "{}",
            "a: b,c",
        ] {
            assert!(both(text).0.is_none(), "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn lines_are_read_alike(lines in proptest::collection::vec((0..4_usize, 0..3_usize, 0..14_usize), 1..10)) {
            let contents = [
                "a:", "b: c", "d: {}", "e", "\"f\": \"g\"", "h: 1", "# i", "", "j: y", "k:", "l: \"\\\\\"", "m: n o", "[]", "p: -q",
            ];
            let mut text = String::new();
            for (depth, dashes, content) in lines {
                text += &format!("{}{}{}\n", "  ".repeat(depth), "- ".repeat(dashes), contents[content]);
            }
            holds(&text);
        }

        #[test]
        fn changed_policies_are_read_alike(
            at in 0..POLICY.len(), length in 0..12_usize, put in r##"[-: \n"#a{}\[\]\\.,0|>&*!?'%@]{0,3}"##,
        ) {
            let mut text = POLICY.to_owned();
            text.replace_range(at..(at + length).min(POLICY.len()), &put);
            holds(&text);
        }

        #[test]
        fn moved_lines_are_read_alike(from in 0..30_usize, to in 0..30_usize, indent in 0..5_usize) {
            let mut lines: Vec<String> = POLICY.lines().map(str::to_owned).collect();
            let line = lines.remove(from % lines.len());
            lines.insert(to % lines.len(), format!("{}{}", " ".repeat(indent), line.trim_start()));
            holds(&lines.join("\n"));
        }
    }
}
