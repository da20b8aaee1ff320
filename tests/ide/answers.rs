//! How each question's answer is written down.

use crate::support::{Case, edited, options, shown};
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
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

/// The outlines of all files, indented.
pub fn symbols(case: &Case) -> String {
    fn lines(case: &Case, parts: &[ide::Outlined], depth: usize, out: &mut String) {
        for part in parts {
            let file = case.workspace.file(part.whole.file).unwrap();
            let at = |offset| file.lines.line_column(&file.source.text, offset);
            let (start, end, name) = (at(part.whole.start), at(part.whole.end), at(part.name_span.start));
            let (kind, indent) = (part.kind, "  ".repeat(depth));
            let _ = writeln!(
                out,
                "{indent}{} ({kind:?}) {}:{}-{}:{} at {}:{}",
                part.name, start.line, start.column, end.line, end.column, name.line, name.column
            );
            lines(case, &part.parts, depth + 1, out);
        }
    }
    let mut out = String::new();
    for file in case.workspace.files() {
        let _ = writeln!(out, "{}", file.source.path);
        lines(case, &ide::document_symbols(file), 1, &mut out);
    }
    out
}

/// What is found for each query of the case's first line.
pub fn workspace_symbols(case: &Case) -> String {
    let mut out = String::new();
    for query in case.setting("for").expect("a case begins with `for: QUERY`, or several with ` | `").split(" | ") {
        let _ = writeln!(out, "{query}");
        for found in ide::workspace_symbols(&case.workspace, query) {
            let within = found.within.map_or(String::new(), |within| format!(" in {within}"));
            let _ = writeln!(out, "    {:?} {}{within} {}", found.kind, found.name, shown(&case.workspace, found.span));
        }
    }
    out
}

/// The folds of all files: their lines, and how they begin and end.
pub fn folding(case: &Case) -> String {
    let mut out = String::new();
    for file in case.workspace.files() {
        let _ = writeln!(out, "{}", file.source.path);
        for fold in ide::folding(file) {
            let text = &file.source.text;
            let line = |offset| file.lines.line_column(text, offset).line;
            let (start, end) = (line(fold.span.start), line(fold.span.end));
            let shown = |number| text[file.lines.line(text, number)].trim();
            let comment = if fold.comment { " comment" } else { "" };
            let _ = writeln!(out, "    {start}-{end}{comment}: {} … {}", shown(start), shown(end));
        }
    }
    out
}

/// What grows around each mark.
pub fn selection(case: &Case) -> String {
    each(case, |file, offset| {
        let spans = ide::selection(file, offset);
        spans.into_iter().map(|span| format!("{}\n", shown(&case.workspace, span))).collect()
    })
}

/// The links of all files.
pub fn links(case: &Case) -> String {
    let mut out = String::new();
    for file in case.workspace.files() {
        for link in ide::links(&case.workspace, file) {
            let to = match link.to {
                ide::Target::Code(code) => format!("the page of {}", code.as_str()),
                ide::Target::File(id) => case.workspace.file(id).unwrap().source.path.clone(),
            };
            let _ = writeln!(out, "{} to {to}", shown(&case.workspace, link.span));
        }
    }
    out
}

/// The tokens of all files, line by line.
pub fn tokens(case: &Case) -> String {
    let mut out = String::new();
    for file in case.workspace.files() {
        let _ = writeln!(out, "{}", file.source.path);
        let mut last = 0;
        for token in ide::tokens(&case.workspace, file, None) {
            let line = file.lines.line_column(&file.source.text, token.span.start).line;
            if line != last {
                let text = &file.source.text[file.lines.line(&file.source.text, line)];
                let _ = writeln!(out, "  {line}: {}", text.trim());
                last = line;
            }
            let text = &file.source.text[token.span.start as usize..token.span.end as usize];
            let declares = if token.declares { " declares" } else { "" };
            let _ = writeln!(out, "    `{text}` {:?}{declares}", token.kind);
        }
    }
    out
}

/// Who may reach what each mark names, and what that may reach.
pub fn calls(case: &Case) -> String {
    let workspace = &case.workspace;
    let options = options(workspace);
    let checked = |id| {
        let found = workspace.check_around(id, &[], &options, &AtomicBool::new(false));
        Arc::new(found.expect("nobody stops it"))
    };
    let written = |end: &ide::End| format!("{} {:?} {}", end.name, end.kind, shown(workspace, end.name_span));
    each(case, |file, offset| {
        let mut out = String::new();
        for end in ide::prepare_calls(workspace, file, offset) {
            let _ = writeln!(out, "{} of {}", written(&end), shown(workspace, end.whole));
        }
        for (way, word) in [(ide::Way::Incoming, "in"), (ide::Way::Outgoing, "out")] {
            for call in ide::calls(workspace, checked, file, offset, way) {
                let _ = writeln!(out, "{word}: {}", written(&call.end));
                for sentence in call.sentences {
                    let naming = shown(workspace, sentence.naming);
                    let _ = writeln!(out, "    {} by {naming}", shown(workspace, sentence.span));
                }
            }
        }
        out
    })
}
