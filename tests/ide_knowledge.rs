//! What an editor is told about a place: hover, completion, hints, and what it may mend. Cases are in `tests/knowledge`.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests read files and may panic"
)]
#![allow(clippy::format_push_string, reason = "clearer than write! in tests")]

mod support {
    pub mod project;
}

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use support::project::{Project, at_cursors, cases};
use ztp::diagnostic::Edit;
use ztp::ide::lens::About;
use ztp::ide::{File, complete, fixes, format, hints, hover, lens};
use ztp::source::Span;

#[test]
fn hover_says_what_is_known() {
    cases("hover", |project: &Project| {
        at_cursors(project, |file, offset| {
            match hover::hover(&project.workspace, file, offset, &|| project.checked(file.id)) {
                Some(found) => {
                    let about = project.workspace.sources().slice(found.span);
                    format!("`{about}` → {}\n{}", found.page.unwrap_or_default(), found.text)
                }
                None => "nothing".to_owned(),
            }
        })
    });
}

#[test]
fn completion_offers_what_can_stand_there() {
    cases("complete", |project: &Project| {
        at_cursors(project, |file, offset| {
            let Some(found) = complete::complete(&project.workspace, file, offset) else { return "nothing".to_owned() };
            let slice = |span| format!("`{}`", project.workspace.sources().slice(span));
            let spans: BTreeSet<Span> =
                found.items.iter().map(|item| found.replaced(item)).chain([found.span]).collect();
            let spans: Vec<String> = spans.into_iter().map(slice).collect();
            let mut lines = vec![format!("for {}", spans.join(" or "))];
            for of_kind in found.items.chunk_by(|a, b| a.kind == b.kind) {
                let labels: Vec<String> = of_kind.iter().map(label).collect();
                lines.push(format!("{:?}: {}", of_kind[0].kind, labels.join(" · ")));
            }
            lines.join("\n")
        })
    });
}

fn label(item: &complete::Item) -> String {
    match item.kind {
        complete::Kind::Port | complete::Kind::Workload if !item.detail.is_empty() => {
            format!("{} ({})", item.label, item.detail)
        }
        _ => item.label.clone(),
    }
}

/// The whole text of each file, with what is shown within it.
fn each_file(project: &Project, shown: impl Fn(&File) -> String) -> String {
    let files = project.workspace.files();
    files.map(|file| format!("-- {}\n{}\n", file.source.path, shown(file))).collect()
}

/// A text with other text put in behind some offsets.
fn with_marks(text: &str, mut marks: Vec<(u32, String)>) -> String {
    marks.sort();
    let mut marked = text.to_owned();
    for (offset, mark) in marks.into_iter().rev() {
        marked.insert_str(offset as usize, &mark);
    }
    marked
}

#[test]
fn hints_say_what_is_left_unsaid() {
    cases("hints", |project: &Project| {
        each_file(project, |file| {
            let checked = project.checked(file.id).expect("nothing stops it");
            let all = Span::new(file.id, 0, u32::MAX);
            let hints = hints::hints(&project.workspace, file, all, &checked);
            with_marks(
                &file.source.text,
                hints.into_iter().map(|hint| (hint.offset, format!("⟨{}⟩", hint.text))).collect(),
            )
        })
    });
}

#[test]
fn lenses_say_what_comes_of_it_and_who_comes() {
    cases("lens", |project: &Project| {
        each_file(project, |file| {
            let checked = project.checked(file.id).expect("nothing stops it");
            let lenses = lens::lenses(&project.workspace, file, &checked);
            let marks = lenses.into_iter().map(|lens| {
                let about: Vec<String> = match &lens.about {
                    About::Objects(names) => names.clone(),
                    About::Sentences(spans) => {
                        spans.iter().map(|span| project.workspace.sources().slice(*span).to_owned()).collect()
                    }
                };
                (lens.span.start, format!("⟨{}: {}⟩", lens.text, about.join(" | ")))
            });
            with_marks(&file.source.text, marks.collect())
        })
    });
}

#[test]
fn formatting_edits_the_lines_that_differ() {
    cases("format", |project: &Project| {
        each_file(project, |file| {
            let Some(edits) = format::format(file) else { return "refused\n".to_owned() };
            let text = &file.source.text;
            let said: Vec<String> = edits
                .iter()
                .map(|edit| {
                    let place = file.lines.line_column(text, edit.span.start);
                    let old = project.workspace.sources().slice(edit.span);
                    format!("line {}: {old:?} → {:?}\n", place.line, edit.text)
                })
                .collect();
            let spelled = applied(text, &edits);
            assert_eq!(Some(spelled), ztp::syntax::format(file.id, text).ok(), "the edits spell it canonically");
            said.concat()
        })
    });
}

/// A text after some edits that do not overlap.
fn applied(text: &str, edits: &[Edit]) -> String {
    let mut text = text.to_owned();
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    for edit in edits.into_iter().rev() {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    text
}

#[test]
fn only_what_lies_in_a_range_is_formatted() {
    let project = Project::read("-- shop.ztp\nnamespace shop\nworkload  a\nworkload  b\nworkload  c\n");
    let file = project.workspace.files().next().expect("a file");
    let text = &file.source.text;
    let start = text.find("workload  b").expect("it is there");
    // From line to line, and within the line.
    for (first, last) in [(0, 12), (3, 3), (3, 11)] {
        let place = |at: usize| u32::try_from(start + at).expect("short");
        let edits = format::format_range(file, Span::new(file.id, place(first), place(last))).expect("it can be read");
        assert_eq!(applied(text, &edits), "namespace shop\nworkload  a\nworkload b\nworkload  c\n");
    }
}

#[test]
fn a_sentence_about_several_is_split() {
    cases("split", |project: &Project| {
        at_cursors(project, |file, offset| match fixes::split(file, offset) {
            Some(fix) => fix.edits[0].text.clone(),
            None => "nothing".to_owned(),
        })
    });
}

/// A small project in which much is written, and what is no sentence at all.
const ODD: &str = "-- odd.ztp\nnamespace shop {\n  wörkload \u{1F980} serves (http 8080,\n  \"open\n}\n} cluster x { # é\r\n\
    frontend may GET /ä/{id on [::1]:443 with header X: \"\\\"\n;;; workload\taa{ b in (c, !d\nplatform\nno no may not\n";

#[test]
fn every_place_of_every_example_has_an_answer() {
    let mut projects: Vec<Project> = vec![Project::read(ODD)];
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    for entry in std::fs::read_dir(root).expect("examples") {
        let folder = entry.expect("an entry").path();
        if folder.is_dir() {
            let mut text = String::new();
            collect(&folder, &folder, &mut text);
            projects.push(Project::read(&text));
        }
    }
    let mut places = 0;
    for project in &projects {
        for file in project.workspace.files() {
            let checked = project.checked(file.id).expect("nothing stops it");
            for offset in 0..=u32::try_from(file.source.text.len()).expect("short") + 1 {
                let _ = hover::hover(&project.workspace, file, offset, &|| Some(Arc::clone(&checked)));
                let _ = complete::complete(&project.workspace, file, offset);
                places += 1;
            }
        }
    }
    assert!(places > 10_000, "the examples were found");
}

fn collect(root: &Path, folder: &Path, text: &mut String) {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut entries: Vec<_> = entries.collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(root, &path, text);
        } else if path.extension().is_some_and(|extension| extension == "ztp") {
            let shown = path.strip_prefix(root).expect("below it").display();
            text.push_str(&format!("-- {shown}\n{}\n", std::fs::read_to_string(&path).expect("a text")));
        }
    }
}
