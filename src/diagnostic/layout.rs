//! Where the edits of fixes begin and end, so that no half of a line or list is left.
//!
//! A pass that finds something knows places of the tree, and nothing of the text around them. Invariant: what is laid
//! out here says the same to the compiler as the edit did, but for commas, `except` and `;` that join what was removed.

use super::{Diagnostic, Edit};
use crate::source::{Sources, Span};

/// Lays out the edits of all fixes.
pub fn lay_out(diagnostics: &mut [Diagnostic], sources: &Sources) {
    let fixes = diagnostics.iter_mut().flat_map(|finding| &mut finding.fixes);
    for edit in fixes.flat_map(|fix| &mut fix.edits) {
        let Some(text) = sources.get(edit.span.file).map(|file| file.text.as_str()) else { continue };
        if edit.text.is_empty() {
            remove(text, &mut edit.span);
        } else if edit.text.starts_with('\n') && edit.span.start == edit.span.end {
            insert_line(text, edit);
        }
    }
}

/// The text before a place and that from another one on.
fn around(text: &str, span: Span) -> (&str, &str) {
    let before = text.get(..span.start as usize).unwrap_or_default();
    (before, text.get(span.end as usize..).unwrap_or_default())
}

fn shorter(text: &str, by: &str) -> u32 {
    u32::try_from(text.len() - by.len()).unwrap_or_default()
}

/// A sentence goes with its line, or with the `;` that joins it to another; an item of a list with its comma; a last
/// exception with its `except`.
fn remove(text: &str, span: &mut Span) {
    let removed = text.get(span.start as usize..span.end as usize).unwrap_or_default();
    if !removed.contains(|c: char| c.is_ascii_alphanumeric() || c == '}') {
        return;
    }
    let (before, after) = around(text, *span);
    let blank = |c: char| matches!(c, ' ' | '\t');
    let line = before.trim_end_matches(blank);
    let rest = after.trim_start_matches(blank);
    let begins = line.is_empty() || line.ends_with('\n');
    let ends = rest.is_empty() || rest.starts_with(['\n', '\r']);
    if begins && ends {
        let next = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n')).unwrap_or(rest);
        span.start -= shorter(before, line);
        span.end += shorter(after, next);
        return;
    }
    if let Some(next) = rest.strip_prefix(';').filter(|_| begins || line.ends_with([';', '{'])) {
        span.end += shorter(after, next.trim_start_matches(blank));
        return;
    }
    let joined = before.trim_end();
    if let Some(list) = joined.strip_suffix([',', ';']) {
        span.start -= shorter(before, list);
    } else if let Some(next) = rest.strip_prefix(',') {
        span.end += shorter(after, next.trim_start_matches(blank));
    } else if let Some(whole) = joined.strip_suffix("except").filter(|whole| whole.ends_with(char::is_whitespace)) {
        span.start -= shorter(before, whole.trim_end());
    } else if before.ends_with(blank) {
        // Of the blanks on both sides one stays, and none at the end of a line.
        if ends {
            span.start -= shorter(before, line);
        } else {
            span.end += shorter(after, rest);
        }
    }
}

/// A new line goes behind the whole line that it was put behind, comments and all, and as far in; behind what opens a
/// block, further.
fn insert_line(text: &str, edit: &mut Edit) {
    let (before, after) = around(text, edit.span);
    let rest = after.split('\n').next().unwrap_or_default();
    let end = rest.strip_suffix('\r').unwrap_or(rest);
    let start = before.rsplit('\n').next().unwrap_or_default();
    let indent: String = start.chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
    let opens = start.trim_end().ends_with('{') || end.trim_start().starts_with('{');
    let more = if opens { "  " } else { "" };
    let newline = if rest.len() > end.len() { "\r\n" } else { "\n" };
    edit.text = edit.text.replace('\n', &format!("{newline}{indent}{more}"));
    let at = edit.span.end + u32::try_from(end.len()).unwrap_or_default();
    edit.span = Span { start: at, end: at, ..edit.span };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    /// A text without what stands between `<` and `>`, or with a line behind `|`.
    fn after(marked: &str) -> String {
        let start = marked.find(['<', '|']).unwrap();
        let inserts = marked.as_bytes()[start] == b'|';
        let end = if inserts { start } else { marked.find('>').unwrap() - 1 };
        let text: String = marked.chars().filter(|c| !matches!(c, '<' | '>' | '|')).collect();
        let mut sources = Sources::new();
        let file = sources.add("a.ztp", text.clone());
        let span = Span::new(file, u32::try_from(start).unwrap(), u32::try_from(end).unwrap());
        let finding = Diagnostic::new(Code::E0106, span, "");
        let finding = if inserts { finding.insert_line("", span, "new") } else { finding.remove("", span) };
        let mut findings = vec![finding];
        lay_out(&mut findings, &sources);
        let edit = &findings[0].fixes[0].edits[0];
        let mut text = text;
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
        text
    }

    #[test]
    fn nothing_is_left_of_what_goes() {
        for (marked, expected) in [
            ("a\n  <b may reach c>\nd\n", "a\nd\n"),
            ("a\r\n<b>\r\nd\r\n", "a\r\nd\r\n"),
            ("a\n<b> # why\nd\n", "a\n # why\nd\n"),
            ("<a>; b\n", "b\n"),
            ("a; <b>\n", "a\n"),
            ("a may reach b, <c>, d\n", "a may reach b, d\n"),
            ("a may reach <b>, c\n", "a may reach c\n"),
            ("a may reach b except <c>\n", "a may reach b\n"),
            ("a may reach b\n    except <c> until d\n", "a may reach b until d\n"),
            ("a may reach b except <c>, d\n", "a may reach b except d\n"),
            ("a may reach b<:80> until c\n", "a may reach b until c\n"),
            ("a may reach <to> b\n", "a may reach b\n"),
            ("a may reach b <until x>\n", "a may reach b\n"),
            ("a,<\u{200B}>b\n", "a,b\n"),
        ] {
            assert_eq!(after(marked), expected, "{marked:?}");
        }
    }

    #[test]
    fn a_new_line_stands_behind_its_line() {
        for (marked, expected) in [
            ("a|\nb\n", "a\nnew\nb\n"),
            ("  a| # why\r\nb", "  a # why\r\n  new\r\nb"),
            ("namespace a| {\n}\n", "namespace a {\n  new\n}\n"),
            ("a| ; b", "a ; b\nnew"),
        ] {
            assert_eq!(after(marked), expected, "{marked:?}");
        }
    }
}
