//! How each question's answer is written down.

use crate::support::{Case, shown};
use std::fmt::Write as _;
use ztp::ide;

/// Answers at every mark, each below the line that it stands in.
fn each(case: &Case, answer: impl Fn(&ide::File, u32) -> String) -> String {
    assert!(!case.marks.is_empty(), "no place is marked");
    let mut out = String::new();
    for (file, offset) in &case.marks {
        let text = &file.source.text;
        let at = file.lines.line_column(text, *offset);
        let line = &text[file.lines.line(text, at.line)];
        let column = usize::try_from(at.column - 1).unwrap();
        let marked: String = line.chars().take(column).chain(['▮']).chain(line.chars().skip(column)).collect();
        let _ = writeln!(out, "{}:{}: {}", file.source.path, at.line, marked.trim());
        let answer = answer(file, *offset);
        let answer = if answer.is_empty() { "(nothing)\n".to_owned() } else { answer };
        for line in answer.lines() {
            let _ = writeln!(out, "    {line}");
        }
    }
    out
}

pub fn definition(case: &Case) -> String {
    each(case, |file, offset| {
        let mut out = String::new();
        for found in ide::definition(&case.workspace, file, offset) {
            let (name, whole) = (shown(&case.workspace, found.name), shown(&case.workspace, found.whole));
            let _ = writeln!(out, "{:?} {name} of {whole}", found.kind);
        }
        out
    })
}

fn places(case: &Case, found: Vec<ide::Reference>) -> String {
    let line = |one: ide::Reference| {
        let declares = if one.declares { " declares" } else { "" };
        format!("{}{declares}\n", shown(&case.workspace, one.span))
    };
    found.into_iter().map(line).collect()
}

pub fn references(case: &Case) -> String {
    each(case, |file, offset| places(case, ide::references(&case.workspace, file, offset)))
}

pub fn highlight(case: &Case) -> String {
    each(case, |file, offset| places(case, ide::highlight(&case.workspace, file, offset)))
}
