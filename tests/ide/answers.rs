//! How each question's answer is written down.

use crate::support::{Case, edited, shown};
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

/// Asks with the new names that the case's first line gives, and shows the lines that change.
pub fn rename(case: &Case) -> String {
    let names = case.setting("to").expect("a case of rename begins with `to: NAME`, or several with ` | `");
    each(case, |file, offset| match ide::prepare_rename(&case.workspace, file, offset) {
        Ok(None) => String::new(),
        Ok(Some(prepared)) => {
            let answers = names.split(" | ").map(|new| renamed(&case.workspace, file, offset, new));
            format!("{}\n{}", shown(&case.workspace, prepared.span), answers.collect::<String>())
        }
        Err(refusal) => format!("not at all: {refusal}\n"),
    })
}

fn renamed(workspace: &ide::Workspace, file: &ide::File, offset: u32, new: &str) -> String {
    let edits = match ide::rename(workspace, file, offset, new) {
        Ok(edits) => edits,
        Err(refusal) => return format!("refused: {refusal}\n"),
    };
    let edits: Vec<_> = edits.into_iter().map(|edit| (edit.span, edit.text)).collect();
    let after = edited(workspace, &edits);
    let mut out = format!("{} edits\n", edits.len());
    for (before, now) in workspace.files().zip(after.files()) {
        for (number, (was, is)) in before.source.text.lines().zip(now.source.text.lines()).enumerate() {
            if was != is {
                let _ = writeln!(out, "{}:{}: {}", now.source.path, number + 1, is.trim());
            }
        }
    }
    out
}
