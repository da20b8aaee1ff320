//! Markdown, as far as the tests read it: fenced blocks with what stands after their opening fence.

use std::collections::BTreeMap;

/// One fenced block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    /// The language: `ztp`, `console`.
    pub language: String,
    /// What follows it: `fails`, `enforcer=kubernetes:1.30`. A bare word has an empty value.
    pub attributes: BTreeMap<String, String>,
    /// The lines between the fences, each with its line end.
    pub body: String,
    /// The line of the opening fence, from 1.
    pub line: usize,
}

impl Fence {
    /// The value of an attribute.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// Refuses what the tests would pass over: a misspelt attribute turns a test off.
    pub fn refuse_unknown_attributes(&self, document: &str, known: &[&str]) {
        for name in self.attributes.keys() {
            assert!(
                known.contains(&name.as_str()),
                "{document}:{}: no test knows `{name}`; known here: {}",
                self.line,
                known.join(", ")
            );
        }
    }
}

/// The fenced blocks of a document, in order.
///
/// # Panics
/// When a fence is not closed.
pub fn fences(text: &str) -> Vec<Fence> {
    let mut found = Vec::new();
    let mut open: Option<Fence> = None;
    for (index, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                let mut words = info.split_whitespace();
                let language = words.next().unwrap_or_default().to_owned();
                let attributes = words
                    .map(|word| word.split_once('=').unwrap_or((word, "")))
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect();
                open = Some(Fence { language, attributes, body: String::new(), line: index + 1 });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(fence), None) => {
                fence.body.push_str(line);
                fence.body.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "the fence in line {} is not closed", open.map_or(0, |fence| fence.line));
    found
}
