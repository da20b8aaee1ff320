//! The command line, through the real binary. Each file in `tests/cli/` is a case: prose, files, and commands with all that
//! they print. Run with `UPDATE=1` to write what they print into the cases.
//!
//! ```text
//! Why this is so, in a sentence.
//! == shop/shop.ztp
//! namespace shop
//! $ ztp check shop
//! | a line on standard output
//! ! a line on standard error
//! ? 1
//! ```
//!
//! A command is run by `sh` in a folder of its own, which goes on from command to command. `?` is the exit code when it
//! is not 0. A first line `needs: …` names what not every machine has: `git`, `mount` (a small file system), `user`
//! (somebody who is not root and can run `ztp`; root becomes one). The system's own messages are Linux's.
#![cfg(target_os = "linux")]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    reason = "tests read files and may panic"
)]

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

#[test]
fn commands_print_what_the_cases_say() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli");
    let mut paths: Vec<PathBuf> = fs::read_dir(cases).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut failures = String::new();
    for path in paths {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let expected = fs::read_to_string(&path).unwrap();
        let needs = expected.strip_prefix("needs: ").and_then(|rest| rest.lines().next());
        if let Some(needs) = needs.filter(|needs| !is_there(needs)) {
            skipped(&format!("tests/cli/{name}.txt needs {needs}"));
            continue;
        }
        let seen = run(name, &expected);
        if seen == expected {
            continue;
        }
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, &seen).unwrap();
        } else {
            let (expected, seen) = first_difference(&expected, &seen);
            writeln!(failures, "tests/cli/{name}.txt: expected\n{expected}\nand saw\n{seen}\n").unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}(UPDATE=1 puts it in)");
}

/// Says what was not run, past the harness, which keeps what a passing test prints to itself.
fn skipped(what: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "skipped: {what}");
}

/// Runs a case and returns it with what was printed.
fn run(name: &str, case: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let as_user = case.starts_with("needs: user\n");
    let mut seen = String::new();
    let mut lines = case.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(command) = line.strip_prefix("$ ") {
            writeln!(seen, "{line}").unwrap();
            while lines.next_if(|line| is_output(line)).is_some() {}
            print(&mut seen, &shell(command, &folder, as_user));
        } else if let Some(path) = line.strip_prefix("== ") {
            writeln!(seen, "{line}").unwrap();
            let mut text = String::new();
            while let Some(line) = lines.next_if(|line| !line.starts_with("$ ") && !line.starts_with("== ")) {
                writeln!(text, "{line}").unwrap();
            }
            seen.push_str(&text);
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        } else {
            writeln!(seen, "{line}").unwrap();
        }
    }
    seen
}

/// Whether a line of a case is something that a command printed.
fn is_output(line: &str) -> bool {
    ["|", "!", "?"].iter().any(|mark| line == *mark || line.starts_with(&format!("{mark} ")))
}

/// Somebody who may do nothing.
const NOBODY: u32 = 65534;

fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// Has `sh` run a command; `as_user`, and if these tests run as root, as somebody else, whose all files in `folder` become.
fn shell(command: &str, folder: &Path, as_user: bool) -> Output {
    let binary = Path::new(env!("CARGO_BIN_EXE_ztp"));
    let mut search = vec![binary.parent().unwrap().to_owned()];
    search.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let mut shell = Command::new("sh");
    if as_user && is_root() {
        let owned = Command::new("chown").args(["-R", &NOBODY.to_string()]).arg(folder).status();
        assert!(owned.unwrap().success());
        shell.uid(NOBODY).gid(NOBODY);
    }
    shell
        .args(["-c", command])
        .current_dir(folder)
        .env("PATH", std::env::join_paths(search).unwrap())
        .env("LC_ALL", "C")
        .env_remove("CLICOLOR_FORCE")
        .env_remove("COLUMNS")
        .env_remove("RUST_BACKTRACE")
        .output()
        .unwrap()
}

fn print(seen: &mut String, output: &Output) {
    for (mark, bytes) in [("|", &output.stdout), ("!", &output.stderr)] {
        for line in String::from_utf8_lossy(bytes).lines() {
            writeln!(seen, "{}", format!("{mark} {line}").trim_end()).unwrap();
        }
    }
    match output.status.code() {
        Some(0) => {}
        Some(code) => writeln!(seen, "? {code}").unwrap(),
        None => writeln!(seen, "? killed").unwrap(),
    }
}

/// The first lines that differ, with what is around them.
fn first_difference(expected: &str, seen: &str) -> (String, String) {
    let same = expected.lines().zip(seen.lines()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| text.lines().skip(same.saturating_sub(3)).take(12).collect::<Vec<_>>().join("\n");
    (around(expected), around(seen))
}

/// Whether the machine has what a case needs.
fn is_there(needs: &str) -> bool {
    let here = Path::new(env!("CARGO_TARGET_TMPDIR"));
    match needs {
        "git" => shell("git --version", here, false).status.success(),
        "user" => {
            let probe = here.join("user-probe");
            fs::create_dir_all(&probe).unwrap();
            shell("test $(id -u) -ne 0 && ztp --version", &probe, true).status.success()
        }
        "mount" => {
            let probe =
                "test $(id -u) -eq 0 && mkdir -p probe && mount -t tmpfs -o size=64k tmpfs probe && umount probe";
            shell(probe, here, false).status.success()
        }
        other => panic!("nobody knows what `{other}` is"),
    }
}
