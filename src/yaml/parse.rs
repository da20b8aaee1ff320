//! Reads one document with the parser of `granit-parser`, and says in our terms what that refuses.

use super::characters;
use super::dialect;
use super::lines;
use super::node::{Node, Range, Value};
use super::problem::{Problem, YamlError};
use super::tree::{MAX_DEPTH, Scalar, Tree};
use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span, StructureStyle, Tag, options};
use std::borrow::Cow;

/// Reads a piece of a stream as one document.
pub(super) fn read(stream: &str, range: Range) -> Result<Node<'_>, YamlError> {
    lines::read(stream, range).map_or_else(|| read_all(stream, range), Ok)
}

/// The same by the parser, whatever stands there.
pub(super) fn read_all(stream: &str, range: Range) -> Result<Node<'_>, YamlError> {
    let piece = Piece { text: range.of(stream), base: range.start };
    let tree = piece.tree().map_err(|error| piece.template(&error).unwrap_or(error))?;
    let nothing = Node { value: Value::Null, range: Range { end: range.start, ..range } };
    let root = tree.finish().unwrap_or(nothing);
    dialect::lines(stream, range, &root)?;
    match root.value {
        Value::Null | Value::Mapping(_) => Ok(root),
        other => Err(YamlError { range: root.range, problem: Problem::NotAnObject(other.kind()) }),
    }
}

#[derive(Clone, Copy)]
struct Piece<'t> {
    text: &'t str,
    base: u32,
}

impl<'t> Piece<'t> {
    fn tree(self) -> Result<Tree<'t>, YamlError> {
        if let Some((at, c)) = characters::refused(self.text) {
            return Err(YamlError { range: self.range(at, at + c.len_utf8()), problem: Problem::Character(c) });
        }
        let options = options! {
            disallow_directives: true,
            emit_comments: false,
            flow_nesting_limit: MAX_DEPTH,
            block_nesting_limit: MAX_DEPTH,
        };
        let mut tree = Tree::default();
        let mut documents = 0;
        let mut brackets = 0_usize;
        // Where it is an error unless all is JSON.
        let mut json_only = None;
        for event in Parser::new_from_str_with_options(self.text, options) {
            let (event, span) = event.map_err(|error| self.refused(&error))?;
            let range = self.span(&span);
            match event {
                Event::DocumentStart(..) => {
                    documents += 1;
                    if documents > 1 {
                        return Err(YamlError { range, problem: Problem::SecondDocument });
                    }
                }
                Event::Scalar(text, style, anchor, tag) => {
                    no_anchor(anchor, range)?;
                    let written = span.slice(self.text).unwrap_or_default();
                    let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                    if is_block && written.starts_with('\t') {
                        return Err(YamlError { range, problem: Problem::Tab });
                    }
                    if style == ScalarStyle::Plain && brackets > 0 {
                        let behind = span.end.byte_offset().and_then(|end| self.text.get(end..)).unwrap_or_default();
                        dialect::plain_in_brackets(written, behind).map_err(|problem| YamlError { range, problem })?;
                    } else if style == ScalarStyle::DoubleQuoted && dialect::has_json_escape(written) {
                        json_only = json_only.or(Some(range));
                    }
                    tree.scalar(self.scalar(text, style, tag.as_deref(), &span)?)?;
                }
                Event::SequenceStart(style, anchor, tag) => {
                    brackets += usize::from(style == StructureStyle::Flow);
                    no_anchor(anchor, range)?;
                    collection(tag.as_deref(), "seq", range)?;
                    tree.begin_sequence(range)?;
                }
                Event::MappingStart(style, anchor, tag) => {
                    brackets += usize::from(style == StructureStyle::Flow);
                    no_anchor(anchor, range)?;
                    collection(tag.as_deref(), "map", range)?;
                    tree.begin_mapping(range)?;
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    // Within brackets, all is within brackets.
                    brackets = brackets.saturating_sub(1);
                    tree.end((range.start < range.end).then_some(range))?;
                }
                Event::Alias(_) => return Err(YamlError { range, problem: Problem::Alias }),
                _ => {}
            }
        }
        match json_only {
            Some(range) if !dialect::is_json(self.text) => Err(YamlError { range, problem: Problem::Escape }),
            _ => Ok(tree),
        }
    }

    fn scalar(
        self,
        text: Cow<'t, str>,
        style: ScalarStyle,
        tag: Option<&Tag>,
        span: &Span,
    ) -> Result<Scalar<'t>, YamlError> {
        let range = self.span(span);
        let one_line = span.start.line() == span.end.line();
        let tag = match tag {
            None => None,
            Some(tag) => Some(core(tag).ok_or_else(|| unfit(tag, range))?),
        };
        let plain = style == ScalarStyle::Plain;
        // The parser says `~` where nothing stands.
        let text = if plain && range.start == range.end { Cow::Borrowed("") } else { text };
        let range = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => self.trimmed(range),
            _ => range,
        };
        Ok(Scalar { text, plain, one_line, tag, range })
    }

    /// A block scalar's range goes on to what comes next.
    fn trimmed(self, range: Range) -> Range {
        let local = Range { start: range.start - self.base, end: range.end - self.base };
        let blanks = local.of(self.text).len() - local.of(self.text).trim_end().len();
        Range { end: range.end - u32::try_from(blanks).unwrap_or(0), ..range }
    }

    fn span(self, span: &Span) -> Range {
        let start = span.start.byte_offset().unwrap_or(0);
        self.range(start, span.end.byte_offset().unwrap_or(start))
    }

    fn range(self, start: usize, end: usize) -> Range {
        let offset = |at: usize| self.base.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
        Range { start: offset(start), end: offset(end) }
    }

    fn refused(self, error: &ScanError) -> YamlError {
        let at = error.marker().byte_offset().unwrap_or(0);
        let character = self.text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let problem = match error.kind() {
            ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabAtBlockScalarStart
            | ErrorKind::TabInIndentation
            | ErrorKind::TabInPlainScalar => Problem::Tab,
            ErrorKind::DirectiveDisallowed => Problem::Directive,
            ErrorKind::RecursionLimitExceeded => Problem::TooDeep,
            ErrorKind::UnknownAnchor => Problem::Alias,
            other => Problem::Syntax(other.to_string()),
        };
        YamlError { range: self.range(at, at + character), problem }
    }

    /// A template mostly shows as some error of syntax. If one stands on or before the line of an error, that is what is
    /// wrong.
    fn template(self, error: &YamlError) -> Option<YamlError> {
        if !matches!(error.problem, Problem::Syntax(_) | Problem::Tab | Problem::Key(_) | Problem::Template) {
            return None;
        }
        let at = (error.range.start.saturating_sub(self.base)) as usize;
        let line_end = self.text.get(at..).and_then(|rest| rest.find('\n')).map_or(self.text.len(), |end| at + end);
        let before = self.text.get(..line_end)?;
        let start = before.find("{{")?;
        let end = before.get(start..)?.find("}}").map_or(line_end, |length| start + length + 2);
        Some(YamlError { range: self.range(start, end), problem: Problem::Template })
    }
}

fn no_anchor(anchor: usize, range: Range) -> Result<(), YamlError> {
    if anchor == 0 { Ok(()) } else { Err(YamlError { range, problem: Problem::Alias }) }
}

/// A list or mapping may have the tag that it has anyway.
fn collection(tag: Option<&Tag>, own: &str, range: Range) -> Result<(), YamlError> {
    match tag {
        Some(tag) if tag.core_suffix() != Some(own) => Err(unfit(tag, range)),
        _ => Ok(()),
    }
}

/// The end of a scalar's tag, if it is one that Kubernetes resolves.
fn core(tag: &Tag) -> Option<&'static str> {
    ["str", "int", "float", "bool", "null"].into_iter().find(|known| tag.core_suffix() == Some(known))
}

fn unfit(tag: &Tag, range: Range) -> YamlError {
    YamlError { range, problem: Problem::Tag(tag.original()) }
}
