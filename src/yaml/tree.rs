//! Puts a tree together from its parts, in the order of the text.

use super::node::{Entry, Key, Node, Range, Value};
use super::problem::{Problem, YamlError};
use super::scalar;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// How deep lists and mappings may stand in each other. The schema of CiliumNetworkPolicy v2, which is deeper than any
/// policy, has 27 levels.
pub const MAX_DEPTH: usize = 128;

/// A scalar, before it is known what it stands for.
pub(super) struct Scalar<'t> {
    /// The text, without quotes and with its escapes resolved.
    pub text: Cow<'t, str>,
    /// Whether it stands without quotes, and not as a block.
    pub plain: bool,
    /// Whether it stands on one line.
    pub one_line: bool,
    /// The end of its tag, if it has one of YAML's own: `int`.
    pub tag: Option<&'t str>,
    /// Where it stands.
    pub range: Range,
}

/// A tree that is being put together.
#[derive(Default)]
pub(super) struct Tree<'t> {
    open: Vec<Open<'t>>,
    root: Option<Node<'t>>,
}

/// A list or mapping whose end has not come yet.
struct Open<'t> {
    start: u32,
    content: Content<'t>,
}

enum Content<'t> {
    Sequence(Vec<Node<'t>>),
    /// The entries so far, and the key whose value comes next.
    Mapping(Vec<Entry<'t>>, Option<Key<'t>>),
}

impl<'t> Tree<'t> {
    /// A key or value.
    pub fn scalar(&mut self, scalar: Scalar<'t>) -> Result<(), YamlError> {
        let range = scalar.range;
        if let Some(Open { content: Content::Mapping(_, key @ None), .. }) = self.open.last_mut() {
            let name = name(scalar).map_err(|problem| YamlError { range, problem })?;
            *key = Some(Key { name, range });
            return Ok(());
        }
        let value = value(scalar).map_err(|problem| YamlError { range, problem })?;
        self.value(Node { value, range });
        Ok(())
    }

    /// The beginning of a list.
    pub fn begin_sequence(&mut self, at: Range) -> Result<(), YamlError> {
        self.begin(at, Content::Sequence(Vec::new()), "a list")
    }

    /// The beginning of a mapping.
    pub fn begin_mapping(&mut self, at: Range) -> Result<(), YamlError> {
        self.begin(at, Content::Mapping(Vec::new(), None), "a mapping")
    }

    fn begin(&mut self, at: Range, content: Content<'t>, kind: &'static str) -> Result<(), YamlError> {
        if matches!(self.open.last(), Some(Open { content: Content::Mapping(_, None), .. })) {
            return Err(YamlError { range: at, problem: Problem::Key(kind) });
        }
        if self.open.len() == MAX_DEPTH {
            return Err(YamlError { range: at, problem: Problem::TooDeep });
        }
        self.open.push(Open { start: at.start, content });
        Ok(())
    }

    /// The end of the list or mapping that began last; `bracket` is where its closing bracket stands, if it has one.
    pub fn end(&mut self, bracket: Option<Range>) -> Result<(), YamlError> {
        let Some(Open { start, content }) = self.open.pop() else { return Ok(()) };
        let (value, last) = match content {
            Content::Sequence(items) => {
                let last = items.last().map(|node| node.range.end);
                (Value::Sequence(items), last)
            }
            Content::Mapping(entries, _) => {
                distinct(&entries)?;
                let last = entries.last().map(|entry| entry.value.range.end);
                (Value::Mapping(entries), last)
            }
        };
        let end = bracket.map(|bracket| bracket.end).or(last).unwrap_or(start);
        self.value(Node { value, range: Range { start, end } });
        Ok(())
    }

    fn value(&mut self, node: Node<'t>) {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open { content: Content::Sequence(items), .. }) => items.push(node),
            Some(Open { content: Content::Mapping(entries, key), .. }) => {
                if let Some(key) = key.take() {
                    entries.push(Entry { key, value: node });
                }
            }
        }
    }

    /// The tree, once all has ended; nothing if there was nothing.
    pub fn finish(self) -> Option<Node<'t>> {
        self.root
    }
}

fn value(scalar: Scalar<'_>) -> Result<Value<'_>, Problem> {
    match scalar.tag {
        Some(tag) => scalar::tagged(tag, scalar.text),
        None if !scalar.plain => Ok(Value::String(scalar.text)),
        // Most scalars are too short for a search to be worth it.
        None if scalar.text.as_bytes().windows(2).any(|pair| pair == b"{{") => Err(Problem::Template),
        None => scalar::plain(scalar.text),
    }
}

/// The name that a scalar is as a key. Kubernetes turns numbers and booleans into names; here only whole numbers are
/// taken, and only if the name is what is written. `010` would be `8`, and `on` would be `true`.
fn name(scalar: Scalar<'_>) -> Result<Cow<'_, str>, Problem> {
    if scalar.plain && scalar.tag.is_none() && scalar.text == "<<" {
        return Err(Problem::MergeKey);
    }
    if !scalar.one_line {
        return Err(Problem::LongKey);
    }
    let written = scalar.text.clone();
    match value(scalar)? {
        Value::String(name) => Ok(name),
        Value::Int(number) if number.to_string() == written => Ok(written),
        other => Err(Problem::Key(other.kind())),
    }
}

/// Whether every key is there once.
fn distinct(entries: &[Entry<'_>]) -> Result<(), YamlError> {
    /// Up to here comparing each with each is faster than any order.
    const FEW: usize = 12;
    let repeated = |entry: &Entry<'_>, first: Range| YamlError {
        range: entry.key.range,
        problem: Problem::DuplicateKey { key: entry.key.name.clone().into_owned(), first },
    };
    if entries.len() <= FEW {
        for (index, entry) in entries.iter().enumerate() {
            if let Some(first) = entries.iter().take(index).find(|first| first.key.name == entry.key.name) {
                return Err(repeated(entry, first.key.range));
            }
        }
        return Ok(());
    }
    let mut seen = BTreeMap::new();
    for entry in entries {
        if let Some(first) = seen.insert(&*entry.key.name, entry.key.range) {
            return Err(repeated(entry, first));
        }
    }
    Ok(())
}
