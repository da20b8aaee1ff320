//! What YAML 1.2, by which the parser reads, allows and Kubernetes refuses or reads otherwise, and where no reading of
//! ours could be right. The rules are those of go.yaml.in/yaml v2.4.3, `scannerc.go`.

use super::gap::gaps;
use super::node::{Node, Range};
use super::problem::{Problem, YamlError};

/// A scalar without quotes in `[…]` or `{…}`, as it is written, and what follows it. There `?` is an indicator wherever
/// it stands and `:` at the beginning, a `:` at the end that no blank follows belongs to the scalar, and one on the next
/// line does not make it a key.
pub(super) fn plain_in_brackets(written: &str, behind: &str) -> Result<(), Problem> {
    let colon = behind.strip_prefix(':').is_some_and(|behind| !behind.starts_with([' ', '\t', '\r', '\n']));
    let next_line = behind.starts_with([' ', '\t', '\r', '\n']) && {
        let rest = behind.trim_start_matches([' ', '\t']);
        rest.starts_with(['\r', '\n']) && rest.trim_start().starts_with(':')
    };
    if colon || next_line || written.contains('?') || written.starts_with(':') {
        return Err(Problem::Ambiguous);
    }
    Ok(())
}

/// Whether a scalar in double quotes has an escape that only readers of JSON know: `\/`, or half of a surrogate pair.
pub(super) fn has_json_escape(written: &str) -> bool {
    let mut rest = written;
    while let Some((_, escape)) = rest.split_once('\\') {
        let surrogate = matches!(escape.as_bytes(), [b'u', b'd' | b'D', b'8' | b'9' | b'a'..=b'f' | b'A'..=b'F', ..]);
        if surrogate || escape.starts_with('/') {
            return true;
        }
        let mut behind = escape.chars();
        behind.next();
        rest = behind.as_str();
    }
    false
}

/// A whole document: no tab may stand before or between the indicators with which a line begins, and nothing behind a
/// line `...`. `stream` is the text that was read, `range` the document's place in it.
pub(super) fn lines(stream: &str, range: Range, root: &Node<'_>) -> Result<(), YamlError> {
    let text = range.of(stream);
    let tabs = text.contains('\t') && !is_json(text);
    let ends = text.starts_with("...") || text.contains("\n...");
    if !tabs && !ends {
        return Ok(());
    }
    let refused =
        |at: u32, length: u32, problem| Err(YamlError { range: Range { start: at, end: at + length }, problem });
    for gap in gaps(stream, range, root).into_iter().filter(|gap| gap.begins_line) {
        let indentation = gap.text.bytes().zip(gap.start..).take_while(|(byte, _)| b" \t-?:".contains(byte));
        if let Some((_, at)) = indentation.into_iter().find(|(byte, _)| tabs && *byte == b'\t') {
            return refused(at, 1, Problem::Tab);
        }
        if gap.text.starts_with("...") && (root.is_null() || gap.start < root.range.start) {
            return refused(gap.start, 3, Problem::SecondDocument);
        }
    }
    Ok(())
}

/// Whether a text is a JSON object; kubectl then does not read it as YAML at all (k8s.io/apimachinery v0.35.4,
/// `pkg/util/yaml/decoder.go`).
pub(super) fn is_json(text: &str) -> bool {
    text.trim_start().starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}
