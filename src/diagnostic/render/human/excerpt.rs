//! The lines of one finding, cut and made safe to show.
//!
//! The labels of a finding point into its excerpt, not into the source; line and column are the source's.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::places::{Places, labels};
use crate::diagnostic::render::visible;
use crate::source::{FileId, LineColumn};
use codespan_reporting::diagnostic::{Label, LabelStyle};
use codespan_reporting::files::{Error, Files, Location};
use std::collections::BTreeMap;
use std::ops::Range;

/// The most that is shown of a line, in characters, without the marks of a cut.
const WIDTH: usize = 160;

/// How much of a cut line stands before the place that matters, in characters.
const BEFORE: usize = 40;

/// See the module.
#[derive(Default)]
pub struct Excerpt {
    files: Vec<ExcerptFile>,
    labels: Vec<Label<usize>>,
}

/// The part of one file that is shown.
struct ExcerptFile {
    path: String,
    /// The shown lines, one after the other.
    text: String,
    /// Where each of them stands in `text`, by its index (from 0) in the source.
    lines: BTreeMap<usize, Range<usize>>,
    /// Where the labels begin in the source, by their beginning in `text`.
    starts: BTreeMap<usize, LineColumn>,
}

/// A label in the source, no longer than the line on which it begins.
struct Clipped {
    line: usize,
    start: LineColumn,
    /// In bytes from the beginning of the line.
    range: Range<usize>,
}

impl Excerpt {
    /// Cuts out what `diagnostic` needs.
    pub fn new(places: &Places<'_>, diagnostic: &Diagnostic) -> Self {
        let mut excerpt = Self::default();
        let mut by_file: BTreeMap<FileId, BTreeMap<usize, Vec<(usize, Clipped)>>> = BTreeMap::new();
        let mut order = Vec::new();
        for (number, label) in labels(diagnostic).enumerate() {
            let Some((file, index)) = places.file(label.span.file) else { continue };
            let start = index.line_column(&file.text, label.span.start);
            let whole = index.line(&file.text, start.line);
            let from = (label.span.start as usize).clamp(whole.start, whole.end) - whole.start;
            let to = (label.span.end as usize).clamp(whole.start + from, whole.end) - whole.start;
            let clipped = Clipped { line: start.line.saturating_sub(1) as usize, start, range: from..to };
            if !by_file.contains_key(&label.span.file) {
                order.push(label.span.file);
            }
            by_file.entry(label.span.file).or_default().entry(clipped.line).or_default().push((number, clipped));
        }
        let mut found = BTreeMap::new();
        for id in order {
            let (Some((source, index)), Some(mut lines)) = (places.file(id), by_file.remove(&id)) else { continue };
            // One line between two others is shown, too.
            let between: Vec<usize> =
                lines.keys().map(|line| line + 1).filter(|l| lines.contains_key(&(l + 1))).collect();
            for line in between {
                lines.entry(line).or_default();
            }
            let number = excerpt.files.len();
            let mut file = ExcerptFile {
                path: visible::one_line(&source.path),
                text: String::new(),
                lines: BTreeMap::new(),
                starts: BTreeMap::new(),
            };
            for (line, clipped) in lines {
                let whole = index.line(&source.text, u32::try_from(line + 1).unwrap_or(u32::MAX));
                let text = source.text.get(whole).unwrap_or_default();
                for (label, range) in file.push(line, text, &clipped) {
                    found.insert(label, (number, range));
                }
            }
            excerpt.files.push(file);
        }
        excerpt.labels = labels(diagnostic)
            .enumerate()
            .filter_map(|(number, label)| {
                let style = if number == 0 && diagnostic.primary.is_some() {
                    LabelStyle::Primary
                } else {
                    LabelStyle::Secondary
                };
                let (file, range) = found.remove(&number)?;
                Some(Label::new(style, file, range).with_message(visible::one_line(&label.text)))
            })
            .collect();
        excerpt
    }

    /// The labels, pointing into this excerpt.
    pub fn labels(&self) -> &[Label<usize>] {
        &self.labels
    }

    fn file(&self, file: usize) -> Result<&ExcerptFile, Error> {
        self.files.get(file).ok_or(Error::FileMissing)
    }
}

impl ExcerptFile {
    /// Adds a line, cut around the first of its labels, and says where its labels lie now.
    fn push(&mut self, line: usize, text: &str, labels: &[(usize, Clipped)]) -> Vec<(usize, Range<usize>)> {
        let window = window(text, labels.first().map_or(0, |(_, label)| label.range.start));
        let begin = self.text.len();
        if window.start > 0 {
            self.text.push('…');
        }
        // Each shown character's offset in the line, and in the excerpt.
        let mut offsets = Vec::new();
        for (offset, c) in text.get(window.clone()).unwrap_or_default().char_indices() {
            offsets.push((window.start + offset, self.text.len()));
            self.text.push(if c == '\t' { c } else { visible::character(c) });
        }
        let end = self.text.len();
        if window.end < text.len() {
            self.text.push('…');
        }
        self.lines.insert(line, begin..self.text.len());
        self.text.push('\n');
        let shown = |offset: usize| {
            let after = offsets.partition_point(|(source, _)| *source < offset);
            offsets.get(after).map_or(end, |(_, shown)| *shown)
        };
        let mut moved = Vec::new();
        for (number, label) in labels {
            let range = shown(label.range.start)..shown(label.range.end);
            self.starts.insert(range.start, label.start);
            moved.push((*number, range));
        }
        moved
    }
}

/// The part of a line that is shown: all of it, or [`WIDTH`] characters around `place`. In bytes.
fn window(text: &str, place: usize) -> Range<usize> {
    if text.len() <= WIDTH {
        return 0..text.len();
    }
    let before = text.get(..place).unwrap_or_default();
    let start = before.char_indices().rev().take(BEFORE).last().map_or(place, |(offset, _)| offset);
    let rest = text.get(start..).unwrap_or_default();
    let end = rest.char_indices().nth(WIDTH).map_or(text.len(), |(offset, _)| start + offset);
    start..end
}

impl<'a> Files<'a> for Excerpt {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.path)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.text)
    }

    fn line_index(&'a self, id: usize, byte_index: usize) -> Result<usize, Error> {
        let lines = &self.file(id)?.lines;
        let line = lines.iter().find(|(_, range)| byte_index <= range.end);
        Ok(line.or_else(|| lines.last_key_value()).map_or(0, |(line, _)| *line))
    }

    fn line_range(&'a self, id: usize, line_index: usize) -> Result<Range<usize>, Error> {
        Ok(self.file(id)?.lines.get(&line_index).cloned().unwrap_or(0..0))
    }

    fn location(&'a self, id: usize, byte_index: usize) -> Result<Location, Error> {
        let start = self.file(id)?.starts.get(&byte_index);
        let start = start.ok_or(Error::IndexTooLarge { given: byte_index, max: 0 })?;
        Ok(Location { line_number: start.line as usize, column_number: start.column as usize })
    }
}
