//! `ztp fmt`: the one canonical spelling.

use super::project::status;
use super::{Status, terminal};
use std::io;
use std::path::{Path, PathBuf};
use ztp::diagnostic::render::Format;
use ztp::diagnostic::{Diagnostic, sort};
use ztp::source::Sources;
use ztp::syntax;
use ztp::world::disk::{self, Disk};
use ztp::world::{Kind, World, output};

/// Write files in their one canonical spelling
///
/// Prints the names of the files that it changes. A file with a sentence that cannot be read is left as it is.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folders of .ztp files, or single files; `-` alone formats standard input to standard output
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,

    /// Write nothing, and fail if a file is spelled otherwise
    #[arg(long)]
    check: bool,
}

pub fn run(args: &Args) -> Status {
    let from_input = args.paths == [Path::new("-")];
    let mut loaded = if from_input {
        disk::read_input(Kind::Sources, "standard input", &mut io::stdin().lock())
    } else {
        Disk.load(Kind::Sources, &args.paths)
    };
    let mut answer = String::new();
    let mut worst = Status::Clean;
    let mut problems = std::mem::take(&mut loaded.problems);
    if problems.is_empty() {
        for (path, text, formatted) in format(&loaded.sources, &mut problems) {
            let changed = text != formatted;
            if changed && args.check {
                worst = Status::Findings;
            }
            if from_input && !args.check {
                answer.push_str(&formatted);
            } else if changed {
                answer.push_str(path);
                answer.push('\n');
                if !args.check {
                    problems.extend(output::rewrite(Path::new(path), &formatted).err().unwrap_or_default());
                }
            }
        }
    }
    sort(&mut problems);
    terminal::findings(Format::Human, &loaded.sources, &problems);
    worst.max(status(&problems)).max(terminal::answer(&[answer]))
}

/// Each file's path and text with its canonical spelling. A file with errors is left out, and its findings are added.
fn format<'a>(sources: &'a Sources, problems: &mut Vec<Diagnostic>) -> Vec<(&'a str, &'a str, String)> {
    let mut formatted = Vec::new();
    for (id, file) in sources.iter() {
        match syntax::format(id, &file.text) {
            Ok(text) => formatted.push((&*file.path, &*file.text, text)),
            Err(found) => problems.extend(found),
        }
    }
    formatted
}
