//! The text of the files.

use crate::verdict::CauseId;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// What an entry is: in this order they stand, with a blank line between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `project`
    Project,
    /// `cluster`
    Cluster,
    /// Whatever gives a name.
    Declaration,
    /// `enforce`
    Enforce,
    /// A sentence.
    #[default]
    Sentence,
    /// `expose`
    Expose,
    /// Comments alone.
    Note,
}

/// One declaration, sentence or comment.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// What stands above it, without `#`.
    pub comments: Vec<String>,
    /// The sentence; empty for comments alone.
    pub text: String,
    /// Where it was said.
    pub causes: BTreeSet<CauseId>,
    /// What it is.
    pub kind: Kind,
}

impl Entry {
    /// An entry without comments.
    pub fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self { text: text.into(), kind, ..Self::default() }
    }
}

/// A header and what stands under it.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// What follows the name in the header: ` enforcing ingress`.
    pub enforcing: String,
    /// What stands above the header, without `#`.
    pub comments: Vec<String>,
    /// Where it was said that it is isolated.
    pub causes: BTreeSet<CauseId>,
    /// Its lines.
    pub entries: Vec<Entry>,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub struct Pages {
    /// The platform's.
    pub platform: Section,
    /// The namespaces', by their names.
    pub namespaces: BTreeMap<SmolStr, Section>,
}

/// A text whose places are known.
#[derive(Debug, Default)]
pub struct Text {
    /// The text.
    pub text: String,
    /// Which bytes were said where.
    places: Vec<(usize, BTreeSet<CauseId>)>,
}

impl Text {
    /// Where it was said what stands at this byte.
    pub fn causes_at(&self, byte: u32) -> BTreeSet<CauseId> {
        let behind = self.places.partition_point(|(start, _)| *start <= byte as usize);
        let place = behind.checked_sub(1).and_then(|index| self.places.get(index));
        place.map(|(_, causes)| causes.clone()).unwrap_or_default()
    }

    fn line(&mut self, line: &str, causes: &BTreeSet<CauseId>) {
        self.places.push((self.text.len(), causes.clone()));
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn comments(&mut self, comments: &[String]) {
        for comment in comments {
            self.line(&format!("# {comment}"), &BTreeSet::new());
        }
    }

    fn entries(&mut self, entries: &[Entry]) {
        let mut entries: Vec<&Entry> = entries.iter().collect();
        entries.sort_by_key(|entry| entry.kind);
        let mut before = None;
        for entry in entries {
            if before.is_some_and(|before| before != entry.kind) {
                self.text.push('\n');
            }
            before = Some(entry.kind);
            self.comments(&entry.comments);
            if !entry.text.is_empty() {
                self.line(&entry.text, &entry.causes);
            }
        }
    }
}

impl Pages {
    /// All of it as one file, which is a project of its own.
    pub fn whole(&self) -> Text {
        let mut text = self.platform_text();
        for (name, section) in &self.namespaces {
            text.text.push('\n');
            text.comments(&section.comments);
            text.line(&format!("namespace {name}{} {{", section.enforcing), &section.causes);
            text.entries(&section.entries);
            text.line("}", &BTreeSet::new());
        }
        text
    }

    /// A file for the platform, and one a namespace in a folder of its own.
    pub fn files(&self) -> BTreeMap<String, Text> {
        let mut files = BTreeMap::from([("cluster.ztp".to_owned(), self.platform_text())]);
        for (name, section) in &self.namespaces {
            let mut text = Text::default();
            text.comments(&section.comments);
            text.line(&format!("namespace {name}{}", section.enforcing), &section.causes);
            if !section.entries.is_empty() {
                text.text.push('\n');
            }
            text.entries(&section.entries);
            files.insert(format!("{name}/{name}.ztp"), text);
        }
        files
    }

    fn platform_text(&self) -> Text {
        let mut text = Text::default();
        text.comments(&self.platform.comments);
        text.line("platform", &BTreeSet::new());
        text.text.push('\n');
        text.entries(&self.platform.entries);
        text
    }
}
