//! How long the whole command takes, from start to exit: `cargo bench --bench process`.
//!
//! Prints a Markdown table for the generated project of `benches/project` at two sizes: `check`, `build` to standard
//! output, `build -o` into an empty folder, a program that only writes the same files, `explain`, `diff` and `verify` over
//! source and output, and `kubectl kustomize` over what came out, where kubectl is there. Time is the median of the runs, memory the largest resident set of one run,
//! measured by a process of its own.

#![allow(missing_docs, clippy::disallowed_methods, reason = "a benchmark, not part of the crate")]

mod project;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 7;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--measure", command @ ..] => measure(command),
        ["--write-only", from, to] => write_only(Path::new(from), Path::new(to)),
        _ => report(),
    }
}

/// Runs a command and prints its time in microseconds and its largest resident set in kilobytes.
fn measure(command: &[&str]) {
    let Some((program, arguments)) = command.split_first() else { return };
    let start = Instant::now();
    let status = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let time = start.elapsed();
    let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_CHILDREN);
    let memory = usage.map_or(0, |usage| usage.max_rss());
    let good = status.is_ok_and(|status| status.success());
    println!("{} {memory} {good}", time.as_micros());
}

/// Reads every file of a folder and writes it again: what writing alone costs. Reading is done before the clock of
/// the caller matters little: the files are in the page cache.
fn write_only(from: &Path, to: &Path) {
    for file in walk(from) {
        let Ok(text) = fs::read(&file) else { continue };
        let target = to.join(file.strip_prefix(from).unwrap_or(&file));
        if let Some(parent) = target.parent() {
            let _ = fs::create_dir_all(parent);
        }
        let _ = fs::write(target, text);
    }
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { open.push(path) } else { files.push(path) }
        }
    }
    files
}

/// The median time and the largest memory of some runs; `prepare` runs before each, outside the clock.
fn run(command: &[&str], runs: usize, mut prepare: impl FnMut()) -> Option<(Duration, u64)> {
    let this = std::env::current_exe().ok()?;
    let mut times = Vec::new();
    let mut memory = 0;
    for _ in 0..runs {
        prepare();
        let output = Command::new(&this).arg("--measure").args(command).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let mut words = text.split_whitespace();
        let micros: u64 = words.next()?.parse().ok()?;
        let kilobytes: u64 = words.next()?.parse().ok()?;
        if words.next()? != "true" {
            return None;
        }
        times.push(Duration::from_micros(micros));
        memory = memory.max(kilobytes);
    }
    times.sort();
    Some((*times.get(times.len() / 2)?, memory))
}

fn report() {
    let ztp = env!("CARGO_BIN_EXE_ztp");
    let this = std::env::current_exe().map(|path| path.display().to_string()).unwrap_or_default();
    println!("| sentences | command | time, ms | memory, MiB | source, MiB | output, MiB |");
    println!("|---:|---|---:|---:|---:|---:|");
    for namespaces in [200, 2000] {
        let root = std::env::temp_dir().join(format!("ztp-bench-{}-{namespaces}", std::process::id()));
        let source = root.join("source");
        let mut bytes = 0;
        for (path, text) in project::files(namespaces) {
            let path = source.join(path);
            if let Some(parent) = path.parent() {
                let _ = fs::create_dir_all(parent);
            }
            bytes += text.len();
            let _ = fs::write(path, text);
        }
        let (source, out, copy) = (
            source.display().to_string(),
            root.join("out").display().to_string(),
            root.join("copy").display().to_string(),
        );
        let _ = Command::new(ztp).args(["build", &source, "-o", &out]).output();
        let written: u64 =
            walk(Path::new(&out)).iter().filter_map(|file| fs::metadata(file).ok()).map(|m| m.len()).sum();
        // Moved aside and not removed: ext4 does not give out an inode again soon after it was freed, so whatever writes
        // right after a removal would pay for looking past them.
        let aside = std::cell::Cell::new(0);
        let clean = |folder: &str| {
            aside.set(aside.get() + 1);
            let _ = fs::rename(folder, root.join(format!("aside-{}", aside.get())));
        };
        let line = |name: &str, result: Option<(Duration, u64)>| match result {
            Some((time, memory)) => println!(
                "| {} | {name} | {:.1} | {:.1} | {:.1} | {:.1} |",
                namespaces * project::SENTENCES,
                time.as_secs_f64() * 1e3,
                memory as f64 / 1024.0,
                bytes as f64 / 1048576.0,
                written as f64 / 1048576.0
            ),
            None => println!("| {} | {name} | failed or not there | | | |", namespaces * project::SENTENCES),
        };
        line("`ztp check`", run(&[ztp, "check", &source], RUNS, || {}));
        line("`ztp build` to stdout", run(&[ztp, "build", &source], RUNS, || {}));
        line("only writing the same files", run(&[&this, "--write-only", &out, &copy], RUNS, || clean(&copy)));
        line("`ztp build -o`, empty folder", run(&[ztp, "build", &source, "-o", &copy], RUNS, || clean(&copy)));
        line("`ztp build -o`, nothing changed", run(&[ztp, "build", &source, "-o", &out], RUNS, || {}));
        let question = "team-0/app-0 can GET /x on team-0/app-3:8080";
        line("`ztp explain` a flow", run(&[ztp, "explain", question, &source], RUNS, || {}));
        line("`ztp diff` of source and output", run(&[ztp, "diff", &source, &out], RUNS, || {}));
        line("`ztp verify` the output", run(&[ztp, "verify", &out, "--project", &source], RUNS, || {}));
        if namespaces == 200 {
            line("`kubectl kustomize` over the output", run(&["kubectl", "kustomize", &out], 3, || {}));
        }
        let _ = fs::remove_dir_all(&root);
    }
}
