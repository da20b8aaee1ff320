//! Runs the `console` blocks of a document, in order, in a folder of their own, and compares what they show.
//!
//! A block holds commands after `$ `, each followed by its output, or by none when that is not shown. A line `…` stands
//! for any lines. All commands but the last must succeed; the last exits with `exit=N`, which is 0 when it is not said.
//! What lies in the folder beside the document that has its name (`docs/walk-through/`) is in the folder from the start.
//! A shell runs them; `ztp` and `cargo run --release --` are the binary under test. A block with `file=PATH`, in whatever
//! language, is written before what follows. The `ztp` steps of a workflow in a `yaml` block are run, too, and must succeed.

use crate::support::markdown::{Fence, fences};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Commands that a reader runs and the tests do not: they are these tests, or install what is tested.
const NOT_RUN: [&str; 2] = ["cargo test --workspace", "cargo install --path ."];

/// What came of a document's blocks.
pub struct Ran {
    /// The document; with UPDATE set, with the output that its commands have.
    pub text: String,
    /// What the document shows and is not so.
    pub failures: Vec<String>,
}

/// Runs a document's blocks.
pub fn run(document: &str, text: &str) -> Ran {
    let fences = fences(text);
    let mut ran = Ran { text: text.to_owned(), failures: Vec::new() };
    if fences.iter().all(|fence| fence.language != "console") {
        return ran;
    }
    let folder = scratch(document, fences.iter().any(|fence| fence.body.contains("examples/")));
    for fence in fences {
        if let Some(path) = fence.get("file") {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder is made");
            std::fs::write(path, &fence.body).expect("a file is written");
        } else if fence.language == "console" {
            fence.refuse_unknown_attributes(document, &["exit"]);
            let body = run_block(document, &fence, &folder, &mut ran.failures);
            ran.text = ran.text.replacen(&format!("\n{}```", fence.body), &format!("\n{body}```"), 1);
        } else if fence.language == "yaml" {
            for command in workflow_commands(&fence.body) {
                let (output, exit) = run_command(&command, &folder);
                if exit != "0" {
                    ran.failures.push(format!("{document}:{}: {command}\nexits with {exit}:\n{output}", fence.line));
                }
            }
        }
    }
    ran
}

/// A folder with what the document has beside it, and with a copy of `examples/` for documents that speak of it.
fn scratch(document: &str, with_examples: bool) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("documents").join(document.replace(['/', '.'], "-"));
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("an old folder is removed");
    }
    std::fs::create_dir_all(&folder).expect("a folder is made");
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join(document.trim_end_matches(".md"));
    if beside.is_dir() {
        copy(&beside, &folder);
    }
    if with_examples {
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"), &folder.join("examples"));
    }
    folder
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder is made");
    for entry in std::fs::read_dir(from).expect("a folder is read") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a file is copied");
        }
    }
}

/// Runs one block and returns it with the output as it should be shown.
fn run_block(document: &str, fence: &Fence, folder: &Path, failures: &mut Vec<String>) -> String {
    let update = std::env::var_os("UPDATE").is_some();
    let commands = commands(&fence.body);
    let mut body = String::new();
    for (index, (command, shown)) in commands.iter().enumerate() {
        let place = format!("{document}:{}: $ {command}", fence.line);
        body.push_str(&format!("$ {command}\n"));
        if NOT_RUN.contains(&command.as_str()) {
            continue;
        }
        let (output, exit) = run_command(command, folder);
        let expected = if index + 1 == commands.len() { fence.get("exit").unwrap_or("0") } else { "0" };
        if exit != expected {
            failures.push(format!("{place}\nexits with {exit}, not with {expected}; its output is\n{output}"));
            body.push_str(shown);
        } else if shown.is_empty() || matches(shown, &output) {
            body.push_str(shown);
        } else if update {
            body.push_str(&output);
        } else {
            failures.push(format!("{place}\nis shown with\n{shown}and its output is (UPDATE=1 puts it in)\n{output}"));
        }
    }
    body
}

/// The commands of a block, each with the output that is shown for it.
fn commands(body: &str) -> Vec<(String, String)> {
    let mut commands: Vec<(String, String)> = Vec::new();
    for line in body.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            commands.push((command.to_owned(), String::new()));
        } else {
            let (_, shown) = commands.last_mut().expect("a console block begins with a command");
            shown.push_str(line);
            shown.push('\n');
        }
    }
    commands
}

/// What the steps of a GitHub workflow run of `ztp`.
fn workflow_commands(workflow: &str) -> Vec<String> {
    let steps = workflow.lines().filter_map(|line| line.trim().strip_prefix("- run: "));
    let commands = steps.map(|step| step.split(" #").next().unwrap_or(step).trim().to_owned());
    commands.filter(|command| command.starts_with("ztp ")).collect()
}

/// What a command prints, on both streams, and its exit code. The shell runs it, with the binary under test as `ztp`.
fn run_command(command: &str, folder: &Path) -> (String, String) {
    let command = command.replace("cargo run --release -- ", "ztp ");
    assert!(!command.contains("cargo "), "the documentation's tests cannot run `{command}`");
    let mut path = Path::new(env!("CARGO_BIN_EXE_ztp")).parent().expect("a folder").as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {command}; }} 2>&1")])
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("PATH", path)
        .output()
        .expect("the shell runs");
    let exit = output.status.code().map_or_else(|| "a signal".to_owned(), |code| code.to_string());
    (String::from_utf8(output.stdout).expect("the output is UTF-8"), exit)
}

/// Whether the output is what is shown, with `…` for any lines.
fn matches(shown: &str, output: &str) -> bool {
    let shown: Vec<&str> = shown.lines().map(str::trim_end).collect();
    let output: Vec<&str> = output.lines().map(str::trim_end).collect();
    let mut parts = shown.split(|line| *line == "…");
    let Some(first) = parts.next() else { return output.is_empty() };
    let Some(mut rest) = output.strip_prefix(first) else { return false };
    let mut parts: Vec<&[&str]> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let found = (0..=rest.len()).find_map(|start| rest.get(start..)?.strip_prefix(part));
        let Some(after) = found else { return false };
        rest = after;
    }
    rest.ends_with(last)
}
