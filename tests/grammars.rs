//! The editors' grammars know what `grammar/ztp.pest` knows.
//!
//! - Every word of the language stands in the TextMate grammar, in the tree-sitter grammar and in Emacs' mode.
//! - What the snippets insert can be read.
//! - The tree-sitter parser in the repository is the one that its grammar gives; its corpus and its queries hold; it reads
//!   whatever the compiler reads, and stumbles where the compiler says that a sentence cannot be read.
//! - TextMate colours as keywords exactly the words that tree-sitter takes for keywords.
//!
//! All but the first two ask for the tree-sitter command (`cargo install tree-sitter-cli --locked --version 0.27.1 --root
//! target/tools`, or on the `PATH`) and a C compiler, the last one for Node and `npm ci` in lsp/editors/vscode.
//! A case more: a sentence in tests/grammars/names.ztp or an entry in grammar/tree-sitter/test/corpus.

#![allow(clippy::disallowed_methods, clippy::expect_used, clippy::panic, reason = "tests read files and may panic")]

#[path = "support/markdown.rs"]
#[allow(dead_code, reason = "other tests read the fences' attributes")]
mod markdown;

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use ztp::source::FileId;
use ztp::syntax::parse;

/// The version whose output is committed; another one writes another parser.
const TREE_SITTER: &str = "tree-sitter 0.27.1";
/// What Neovim before 0.11 and Emacs can load, too.
const ABI: &str = "14";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

// ------------------------------------------------------------------------------------------------------- words

/// Whether something is spelt as a keyword is.
fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') && text.contains(|c: char| c != '-')
}

/// The words in double quotes: `"may"`, `"except "`.
fn words_of_pest() -> BTreeSet<String> {
    let text = read("grammar/ztp.pest");
    let rules = text.lines().filter(|line| !line.starts_with("//"));
    let quoted = rules.flat_map(|line| line.split('"').skip(1).step_by(2));
    let words: BTreeSet<String> = quoted.map(|word| word.trim_end_matches("\\t").trim().to_owned()).collect();
    words.into_iter().filter(|word| is_word(word)).collect()
}

/// The literals of the grammar that are words.
fn words_of_tree_sitter() -> BTreeSet<String> {
    fn collect(rule: &Value, found: &mut BTreeSet<String>) {
        match rule {
            Value::Object(fields) => {
                let literal = fields.get("type").is_some_and(|kind| kind == "STRING");
                match fields.get("value").and_then(Value::as_str) {
                    Some(word) if literal && is_word(word) => drop(found.insert(word.to_owned())),
                    _ => fields.values().for_each(|field| collect(field, found)),
                }
            }
            Value::Array(members) => members.iter().for_each(|member| collect(member, found)),
            _ => {}
        }
    }
    let grammar: Value = serde_json::from_str(&read("grammar/tree-sitter/src/grammar.json")).expect("JSON");
    let mut found = BTreeSet::new();
    collect(grammar.get("rules").expect("rules"), &mut found);
    found
}

/// The words of all expressions.
fn words_of_text_mate() -> BTreeSet<String> {
    fn collect(rule: &Value, found: &mut BTreeSet<String>) {
        match rule {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match value.as_str() {
                        Some(expression) if ["match", "begin", "end"].contains(&name.as_str()) => {
                            found.extend(words(expression));
                        }
                        _ => collect(value, found),
                    }
                }
            }
            Value::Array(members) => members.iter().for_each(|member| collect(member, found)),
            _ => {}
        }
    }
    fn words(expression: &str) -> Vec<String> {
        // `\s` and its like are no words.
        let mut plain = String::new();
        let mut characters = expression.chars();
        while let Some(character) = characters.next() {
            if character == '\\' {
                characters.next();
                plain.push(' ');
            } else {
                plain.push(character);
            }
        }
        let mut words: Vec<String> =
            plain.split(|c: char| !(c.is_ascii_lowercase() || c == '-')).map(Into::into).collect();
        // `workloads?` is two.
        words.extend(plain.split(|c: char| !(c.is_ascii_lowercase() || c == '?')).filter_map(|word| {
            word.strip_suffix('?').map(|word| word.get(..word.len().saturating_sub(1)).unwrap_or_default().to_owned())
        }));
        words
    }
    let grammar: Value = serde_json::from_str(&read("grammar/textmate/ztp.tmLanguage.json")).expect("JSON");
    let mut found = BTreeSet::new();
    collect(&grammar, &mut found);
    found
}

/// The words of all strings.
fn words_of_emacs() -> BTreeSet<String> {
    let text = read("lsp/editors/emacs/ztp-mode.el");
    let code = text.lines().filter(|line| !line.starts_with(';'));
    let strings = code.flat_map(|line| line.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>());
    let words = strings.flat_map(|string| {
        // `\\_<` and its like are no words; `a?` is `a` or nothing.
        let plain = string.replace("\\\\_", " ");
        plain.split(|c: char| !(c.is_ascii_lowercase() || c == '-')).map(str::to_owned).collect::<Vec<_>>()
    });
    words.collect()
}

#[test]
fn every_grammar_knows_every_word() {
    let pest = words_of_pest();
    assert!(
        pest.len() > 60 && pest.contains("except") && pest.contains("egress"),
        "not what the grammar has: {pest:?}"
    );
    let missing = |known: &BTreeSet<String>| pest.difference(known).cloned().collect::<Vec<_>>().join(", ");
    let text_mate = missing(&words_of_text_mate());
    assert!(text_mate.is_empty(), "grammar/textmate does not know: {text_mate}");
    let emacs = missing(&words_of_emacs());
    assert!(emacs.is_empty(), "lsp/editors/emacs does not know: {emacs}");
    let tree_sitter = words_of_tree_sitter();
    assert!(missing(&tree_sitter).is_empty(), "grammar/tree-sitter does not know: {}", missing(&tree_sitter));
    let strange: Vec<&String> = tree_sitter.difference(&pest).collect();
    assert!(strange.is_empty(), "only grammar/tree-sitter knows: {strange:?}");
}

/// What a snippet inserts when one takes all that it proposes: `${1:shop}` is `shop`, `${2|GET,HEAD|}` is `GET`.
fn filled(body: &str) -> String {
    let mut out = String::new();
    for (index, piece) in body.replace("$0", "").split("${").enumerate() {
        match piece.split_once('}') {
            Some((place, rest)) if index > 0 => {
                let proposed = place.trim_start_matches(|c: char| c.is_ascii_digit()).trim_matches([':', '|']);
                out.push_str(proposed.split(',').next().unwrap_or_default());
                out.push_str(rest);
            }
            _ => out.push_str(piece),
        }
    }
    out
}

#[test]
fn snippets_can_be_read() {
    let snippets: Value = serde_json::from_str(&read("lsp/editors/vscode/snippets.json")).expect("JSON");
    for (name, snippet) in snippets.as_object().expect("snippets by name") {
        let body = match snippet.get("body").expect("a body") {
            Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"),
            line => line.as_str().expect("a line").to_owned(),
        };
        let text = filled(&body);
        let text = match text.split_whitespace().next().unwrap_or_default() {
            "namespace" | "platform" => text,
            "until" => format!("namespace shop\na may reach b {text}"),
            _ => format!("namespace shop\n{text}"),
        };
        let problems = parse(FileId(0), &text).problems;
        assert!(problems.is_empty(), "{name}:\n{text}\n{problems:#?}");
    }
}

// ------------------------------------------------------------------------------------------------- tree-sitter

/// The command of the right version, if there is one and a C compiler for what it writes.
fn tree_sitter() -> Option<PathBuf> {
    let runs = |command: &Path| Command::new(command).arg("--version").output().ok().map(|output| output.stdout);
    if runs(Path::new("cc")).is_none() {
        eprintln!("skipped: no C compiler");
        return None;
    }
    let tools = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tools").join("bin/tree-sitter");
    let found = [tools, PathBuf::from("tree-sitter")].into_iter().find(|command| {
        runs(command).is_some_and(|version| String::from_utf8_lossy(&version).starts_with(TREE_SITTER))
    });
    if found.is_none() {
        eprintln!("skipped: no {TREE_SITTER}");
    }
    found
}

/// Runs it in the grammar's folder; what it builds stays in a folder of the test's own.
fn run(command: &Path, test: &str, arguments: &[&str]) -> Output {
    Command::new(command)
        .args(arguments)
        .current_dir(root().join("grammar/tree-sitter"))
        .env("XDG_CACHE_HOME", scratch(test))
        .env("XDG_CONFIG_HOME", scratch(test))
        .env("NO_COLOR", "1")
        .output()
        .expect("tree-sitter runs")
}

fn assert_success(output: &Output) {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
}

/// A folder that outlives the test, for parsers that are built once.
fn scratch(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("grammars").join(test);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn text_of(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[test]
fn the_parser_is_that_of_its_grammar() {
    let Some(command) = tree_sitter() else { return };
    let folder = scratch("generate").join("src");
    assert_success(&run(&command, "generate", &["generate", "--abi", ABI, "--output", text_of(&folder)]));
    for file in ["parser.c", "grammar.json", "node-types.json", "tree_sitter/parser.h"] {
        let now = std::fs::read_to_string(folder.join(file)).expect("it was written");
        let committed = read(Path::new("grammar/tree-sitter/src").join(file));
        assert!(now == committed, "src/{file} is old: run `tree-sitter generate --abi {ABI}` in grammar/tree-sitter");
    }
}

#[test]
fn the_corpus_and_the_highlights_hold() {
    let Some(command) = tree_sitter() else { return };
    assert_success(&run(&command, "test", &["test"]));
}

#[test]
fn queries_find_something() {
    let Some(command) = tree_sitter() else { return };
    let source = root().join("tests/syntax/format/every-construct.ztp");
    let own = ["folds", "highlights", "indents", "injections", "locals"].map(|name| format!("queries/{name}.scm"));
    let zed = ["brackets", "indents", "outline"].map(|name| format!("../../lsp/editors/zed/languages/ztp/{name}.scm"));
    for query in own.iter().chain(&zed) {
        let output = run(&command, "queries", &["query", query, text_of(&source)]);
        assert_success(&output);
        let captures = String::from_utf8_lossy(&output.stdout).matches("capture: ").count();
        assert!(captures > 2, "{query} finds {captures} places");
    }
}

/// Every `.ztp` of the repository, and every fence of the documentation as a file.
fn sources(test: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open =
        vec![root().join("examples"), root().join("tests"), root().join("grammar/tree-sitter/test/highlight")];
    let mut documents = vec![root().join("README.md")];
    open.push(root().join("docs"));
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.extension().and_then(|ending| ending.to_str()) {
                Some("ztp") => found.push(path),
                Some("md") if path.starts_with(root().join("docs")) => documents.push(path),
                _ if path.is_dir() && !path.ends_with("target") => open.push(path),
                _ => {}
            }
        }
    }
    let folder = scratch(test).join("fences");
    std::fs::remove_dir_all(&folder).unwrap_or_default();
    std::fs::create_dir_all(&folder).expect("a folder");
    for document in documents {
        let name = document.file_stem().expect("a name").to_string_lossy();
        let fences = markdown::fences(&std::fs::read_to_string(&document).expect("a document"));
        for fence in fences.iter().filter(|fence| fence.language == "ztp") {
            let path = folder.join(format!("{name}-{}.ztp", fence.line));
            std::fs::write(&path, &fence.body).expect("it is written");
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Those that the compiler can read, and those with a sentence that it cannot.
fn readable_and_not(test: &str) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (mut fine, mut unreadable) = (Vec::new(), Vec::new());
    for path in sources(test) {
        let parsed = parse(FileId(0), &std::fs::read_to_string(&path).expect("UTF-8"));
        if parsed.problems.is_empty() {
            fine.push(path);
        } else if parsed.problems.iter().any(|problem| problem.code.as_str() == "E0106") {
            unreadable.push(path);
        }
    }
    assert!(fine.len() > 250 && unreadable.len() > 10, "{} and {} sources", fine.len(), unreadable.len());
    (fine, unreadable)
}

#[test]
fn tree_sitter_reads_what_the_compiler_reads() {
    let Some(command) = tree_sitter() else { return };
    let (fine, unreadable) = readable_and_not("parse");
    for (files, readable) in [(fine, true), (unreadable, false)] {
        let list = scratch("parse").join("files");
        let lines: Vec<&str> = files.iter().map(|path| text_of(path)).collect();
        std::fs::write(&list, lines.join("\n")).expect("it is written");
        let output = run(&command, "parse", &["parse", "--quiet", "--json-summary", "--paths", text_of(&list)]);
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        // Lines about files with errors come first.
        let start = out.find("\n{").map_or(0, |at| at + 1);
        let summary: Value = serde_json::from_str(out.get(start..).unwrap_or_default())
            .unwrap_or_else(|error| panic!("{error}: {out}\n{}", String::from_utf8_lossy(&output.stderr)));
        let files = summary.get("parse_summaries").and_then(Value::as_array).expect("summaries");
        assert_eq!(files.len(), lines.len());
        let wrong = files.iter().filter(|file| file.get("successful") != Some(&Value::Bool(readable)));
        let wrong: Vec<String> = wrong.map(|file| file.get("file").map(Value::to_string).unwrap_or_default()).collect();
        let what = if readable { "read by the compiler alone" } else { "not read by the compiler" };
        assert!(wrong.is_empty(), "{what}: {wrong:#?}\n{out}");
    }
}

#[test]
fn text_mate_colours_what_tree_sitter_takes_for_keywords() {
    let Some(command) = tree_sitter() else { return };
    let node = Command::new("node").arg("--version").output();
    if node.is_err() || !root().join("lsp/editors/vscode/node_modules/vscode-textmate").is_dir() {
        return eprintln!("skipped: no Node, or no `npm ci` in lsp/editors/vscode");
    }
    let (fine, _) = readable_and_not("agree");
    let output = Command::new("node")
        .arg(root().join("lsp/editors/vscode/tests/agree.mjs"))
        .arg(command)
        .args(fine)
        .env("XDG_CACHE_HOME", scratch("agree"))
        .env("XDG_CONFIG_HOME", scratch("agree"))
        .output()
        .expect("node runs");
    assert_success(&output);
}
