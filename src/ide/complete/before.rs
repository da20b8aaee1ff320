//! The words before a cursor on its sentence: enough to say what may follow, whether the sentence can be read or not.
//!
//! It is no parser. It knows where sentences end, which brackets are open, and what makes one peer of several words.

/// What the cursor stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// A sentence of a file or of a namespace's block.
    Sentences,
    /// The facts of a cluster.
    Facts,
    /// The requests of a `use`.
    Requests,
}

/// What stands before a cursor.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Before<'t> {
    /// What it stands in.
    pub block: Block,
    /// The words and marks of the sentence so far, without the word that is being written.
    pub tokens: Vec<&'t str>,
    /// The part of a word right before the cursor.
    pub prefix: &'t str,
}

/// What an open brace began.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Block(Block),
    Namespace,
    Within,
}

/// Words that go on with the sentence of the line above.
const JOINTS: [&str; 8] = ["on", "at", "with", "without", "except", "until", "because", "to"];

/// Words that begin a sentence, whatever is still open before them.
const STARTS: [&str; 15] = [
    "accept",
    "assert",
    "cluster",
    "enforce",
    "expose",
    "external",
    "group",
    "namespace",
    "namespaces",
    "no",
    "nodes",
    "nothing",
    "platform",
    "project",
    "workload",
];

/// Reads what stands before an offset; `None` within a comment or a string, and where that is no place in the text.
pub(super) fn before(text: &str, offset: usize) -> Option<Before<'_>> {
    let mut reader = Reader { text: text.get(..offset)?, at: 0, tokens: Vec::new(), open: Vec::new() };
    while let Some(c) = reader.rest().chars().next() {
        match c {
            '\n' => reader.end_line(),
            ';' if !reader.is_within() => reader.end_sentence(),
            c if c.is_whitespace() || c == ';' => {}
            '#' if reader.is_after_blank() => {
                let line = reader.rest().find('\n')?;
                reader.at += line;
                continue;
            }
            '"' => {
                let length = string(reader.rest())?;
                reader.push(length);
                continue;
            }
            '{' | '(' | '[' => reader.begin(c),
            '}' | ')' | ']' => reader.close(c),
            ',' | ':' | '=' => reader.push_mark(),
            _ => {
                let length = word(reader.rest());
                if reader.at + length == offset {
                    break;
                }
                reader.push(length);
                continue;
            }
        }
        reader.at += c.len_utf8();
    }
    let block = reader.open.iter().rev().find_map(|open| match open {
        Open::Block(block) => Some(*block),
        Open::Namespace => Some(Block::Sentences),
        Open::Within => None,
    });
    let prefix = reader.rest();
    Some(Before { block: block.unwrap_or(Block::Sentences), tokens: reader.tokens, prefix })
}

/// The length of a string with its quotes; `None` if it does not end on its line.
fn string(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at + 1),
            '\n' => return None,
            _ => {}
        }
    }
    None
}

/// The length of a word. A path has braces of its own and ends at a blank.
fn word(text: &str) -> usize {
    end(text, text.starts_with('/'))
}

/// How much of the text behind a part of a word belongs to it, too.
pub(super) fn rest(before: &str, behind: &str) -> usize {
    end(behind, before.starts_with('/'))
}

fn end(text: &str, is_path: bool) -> usize {
    let ends = |c: char| {
        c.is_whitespace() || (!is_path && matches!(c, ',' | ';' | ':' | '=' | '"' | '(' | ')' | '[' | ']' | '{' | '}'))
    };
    text.find(ends).unwrap_or(text.len())
}

struct Reader<'t> {
    /// Up to the cursor.
    text: &'t str,
    at: usize,
    tokens: Vec<&'t str>,
    open: Vec<Open>,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn is_after_blank(&self) -> bool {
        self.text.get(..self.at).unwrap_or_default().chars().next_back().is_none_or(char::is_whitespace)
    }

    fn push(&mut self, length: usize) {
        self.tokens.push(self.rest().get(..length).unwrap_or_default());
        self.at += length;
    }

    fn push_mark(&mut self) {
        self.tokens.push(self.rest().get(..1).unwrap_or_default());
    }

    /// Whether newlines and `;` end nothing here.
    fn is_within(&self) -> bool {
        self.open.last() == Some(&Open::Within)
    }

    fn end_sentence(&mut self) {
        self.tokens.clear();
    }

    fn end_line(&mut self) {
        let next = self.rest().trim_start();
        let word = next.get(..word(next)).unwrap_or_default();
        let line = next.split('\n').next().unwrap_or_default();
        // Of two sentences each has its own `may`: what is open before the second one was never closed.
        let another = STARTS.contains(&word) || (line.contains(" may ") && self.tokens.contains(&"may"));
        let goes_on = if self.is_within() {
            self.tokens.last().is_some_and(|last| matches!(*last, "," | "(" | "[" | "{"))
                || next.starts_with([',', ')', ']', '}'])
        } else {
            self.tokens.last() == Some(&",") || JOINTS.contains(&word)
        };
        if another || !goes_on {
            self.open.retain(|open| *open != Open::Within);
            self.end_sentence();
        }
    }

    fn begin(&mut self, bracket: char) {
        let block = match self.tokens.as_slice() {
            _ if bracket != '{' || self.is_within() => None,
            ["cluster", ..] => Some(Open::Block(Block::Facts)),
            ["namespace", .., "labels"] => None,
            ["namespace", ..] => Some(Open::Namespace),
            tokens if tokens.contains(&"use") => Some(Open::Block(Block::Requests)),
            _ => None,
        };
        match block {
            Some(block) => {
                self.open.push(block);
                self.end_sentence();
            }
            None => {
                self.open.push(Open::Within);
                self.push_mark();
            }
        }
    }

    /// Labels and lists of ports go; a group stays as one word.
    fn close(&mut self, bracket: char) {
        match self.open.pop() {
            Some(Open::Within) => {
                let begun = self.tokens.iter().rposition(|token| matches!(*token, "{" | "(" | "["));
                self.tokens.truncate(begun.unwrap_or_default());
                match bracket {
                    ')' => self.push_mark(),
                    '}' if !self.tokens.last().is_some_and(|last| is_labelled(last)) => self.push_mark(),
                    ']' if self.tokens.last() == Some(&":") => {
                        self.tokens.pop();
                    }
                    ']' => self.push_mark(),
                    _ => {}
                }
            }
            Some(Open::Block(_) | Open::Namespace) | None => self.end_sentence(),
        }
    }
}

/// Whether labels behind this word belong to it, and are no peer by themselves.
fn is_labelled(word: &str) -> bool {
    !matches!(
        word,
        "," | "(" | "=" | "may" | "reach" | "to" | "on" | "except" | "no" | "only" | "for" | "ping" | "use" | "but"
    )
}
