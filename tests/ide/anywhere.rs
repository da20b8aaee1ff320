//! Every question has an answer at every offset of any text, also behind its end, and the places that it names are places
//! of files. The texts are the examples and those of the parser's tests, whole and broken off.

use crate::support::{check, set};
use rayon::prelude::*;
use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use ztp::ide::{self, Workspace};
use ztp::source::Span;

/// Every how many-th place a text is broken off at, and every how many-th offset of that is asked.
const STEP: usize = 101;

#[test]
fn every_question_is_answered_at_every_offset() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let paths: Vec<PathBuf> =
        ["examples", "tests/syntax"].iter().flat_map(|folder| texts(&root.join(folder))).collect();
    let offsets: usize = paths.par_iter().map(|path| ask_of(&fs::read_to_string(path).unwrap())).sum();
    assert!(offsets > 10_000, "the texts are gone: {offsets}");
}

/// Asks of a text and of what it could be while somebody types. Returns at how many offsets.
fn ask_of(text: &str) -> usize {
    let mut workspace = Workspace::new();
    set(&mut workspace, "other.ztp", "platform\nexternal x = 10.0.0.1\nnamespace shop in shop\n");
    set(&mut workspace, "text.ztp", text);
    let mut offsets = ask_everywhere(&workspace, 1);
    // Other ends of lines, and characters of several bytes wherever letters were.
    for other in [text.replace('\n', "\r\n"), text.replace('e', "é"), text.replace("may", "mäy")] {
        set(&mut workspace, "text.ztp", &other);
        offsets += ask_everywhere(&workspace, 7);
    }
    for end in text.char_indices().map(|(at, _)| at).step_by(STEP) {
        set(&mut workspace, "text.ztp", &text[..end]);
        offsets += ask_everywhere(&workspace, STEP);
    }
    offsets
}

fn texts(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(texts(&path));
        } else if path.extension().is_some_and(|extension| extension == "ztp") {
            found.push(path);
        }
    }
    found
}

/// Asks at every `step`-th offset of the file `text.ztp`, and behind its end. Returns how many these were.
fn ask_everywhere(workspace: &Workspace, step: usize) -> usize {
    let file = workspace.file(workspace.id("text.ztp").unwrap()).unwrap();
    let good = |span: Span| {
        let file = workspace.file(span.file).unwrap();
        let text = file.source.text.get(span.start as usize..span.end as usize);
        text.unwrap_or_else(|| panic!("{span:?} is no place of {:?}", file.source.text))
    };
    let length = u32::try_from(file.source.text.len()).unwrap();
    let mut last = 0;
    for token in ide::tokens(workspace, file, None) {
        assert!(token.span.start >= last, "tokens lie over each other: {:?} in {:?}", token, file.source.text);
        assert!(!good(token.span).contains('\n') && !good(token.span).is_empty(), "{token:?} goes over lines");
        last = token.span.end;
    }
    for fold in ide::folding(file) {
        good(fold.span);
    }
    for link in ide::links(workspace, file) {
        good(link.span);
    }
    outlined(&ide::document_symbols(file), None, &good);
    let checked = OnceCell::new();
    let checked = |_| Arc::clone(checked.get_or_init(|| Arc::new(check(workspace))));
    let mut asked = 0;
    for offset in (0..length + 3).step_by(step).chain([u32::MAX]) {
        asked += 1;
        for found in ide::definition(workspace, file, offset) {
            let _ = [found.origin, found.name, found.whole].map(good);
        }
        for found in ide::references(workspace, file, offset).iter().chain(&ide::highlight(workspace, file, offset)) {
            good(found.span);
        }
        for end in ide::prepare_calls(workspace, file, offset) {
            let _ = [end.name_span, end.whole].map(good);
            for way in [ide::Way::Incoming, ide::Way::Outgoing] {
                for call in ide::calls(workspace, checked, file, offset, way) {
                    let _ = [call.end.name_span, call.end.whole].map(good);
                    assert!(!call.sentences.is_empty(), "{call:?} is said nowhere");
                }
            }
        }
        let chain = ide::selection(file, offset);
        assert!(!chain.is_empty(), "nothing is around {offset}");
        for pair in chain.windows(2) {
            assert!(good(pair[1]).len() > good(pair[0]).len() && pair[1].start <= pair[0].start, "{pair:?}");
        }
        let _ = ide::prepare_rename(workspace, file, offset);
        for edit in ide::rename(workspace, file, offset, "renamed").unwrap_or_default() {
            good(edit.span);
        }
        let within = Span::new(file.id, offset.min(length), offset.saturating_add(9).min(length));
        let all = ide::tokens(workspace, file, Some(within));
        assert!(all.iter().all(|token| token.span.start < within.end && within.start < token.span.end));
    }
    asked
}

fn outlined<'w>(parts: &[ide::Outlined], within: Option<Span>, good: &impl Fn(Span) -> &'w str) {
    for part in parts {
        let _ = [part.whole, part.name_span].map(good);
        let inside = |inner: Span, outer: Span| outer.start <= inner.start && inner.end <= outer.end;
        assert!(inside(part.name_span, part.whole), "{part:?}");
        assert!(within.is_none_or(|within| inside(part.whole, within)), "{part:?} is not in {within:?}");
        outlined(&part.parts, Some(part.whole), good);
    }
}

/// Texts that are all of one kind, at which something could take the square of its length.
#[test]
fn no_text_takes_long() {
    let names = |count: usize| (0..count).map(|number| format!("a{number}")).collect::<Vec<_>>().join(", ");
    let ports = |count: usize| (0..count).map(|number| format!("p{number}")).collect::<Vec<_>>().join(", ");
    let groups = (0..2_000).map(|number| format!("group g{number} = g{}\n", number + 1)).collect::<String>();
    let cases = [
        ("brackets", "(".repeat(50_000) + &"}".repeat(50_000)),
        ("pairs", "{[(".repeat(20_000) + &")]}".repeat(20_000)),
        ("quotes", "\"\\".repeat(50_000)),
        ("comments", "#\n".repeat(50_000)),
        ("ports", format!("namespace n\nworkload a1\na1 may reach ({}):[{}]\n", names(3_000), ports(3_000))),
        ("serves", format!("namespace n\nworkload a serves {}\n", ports(3_000).replace(',', " 80,") + " 80")),
        ("groups", format!("namespace n\nworkload a\n{groups}group g2000 = a\ng0 may reach a\n")),
        ("unread", format!("namespace n\nworkload a\n{}", "a may re ".repeat(10_000))),
    ];
    for (case, text) in cases {
        let mut workspace = Workspace::new();
        let file = set(&mut workspace, "text.ztp", &text);
        let begin = Instant::now();
        let places = [text.len() / 2, text.len() - 2].into_iter().chain(text.find("workload a").map(|at| at + 10));
        for offset in places.map(|at| u32::try_from(at).unwrap()) {
            let _ = ide::tokens(&workspace, &file, None);
            let _ = ide::folding(&file);
            let _ = ide::document_symbols(&file);
            let _ = ide::selection(&file, offset);
            let _ = ide::definition(&workspace, &file, offset);
            let _ = ide::references(&workspace, &file, offset);
            let _ = ide::rename(&workspace, &file, offset, "renamed");
            for end in ide::prepare_calls(&workspace, &file, offset) {
                let none = |_| Arc::new(ide::Checked::default());
                let _ = ide::calls(&workspace, none, &file, end.name_span.start, ide::Way::Incoming);
            }
        }
        let took = begin.elapsed();
        // Far more than it takes without optimisation on a busy machine, and far less than a square would.
        assert!(took.as_secs() < 20, "{case} took {took:?}");
    }
}
