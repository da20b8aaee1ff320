//! Standard output and standard error.

use super::Status;
use clap::ValueEnum;
use std::io::{self, BufWriter, ErrorKind, Write};
use ztp::diagnostic::Diagnostic;
use ztp::diagnostic::render::{Format, render};
use ztp::source::Sources;

/// How an answer is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum AnswerFormat {
    /// For people
    #[default]
    Human,
    /// One JSON object
    Json,
}

/// Writes to standard output. That nobody reads on (`ztp build | head`) is no failure.
pub fn answer(pieces: impl IntoIterator<Item: AsRef<str>>) -> Status {
    let mut out = io::stdout().lock();
    let written = pieces.into_iter().try_for_each(|piece| out.write_all(piece.as_ref().as_bytes()));
    match written.and_then(|()| out.flush()) {
        Ok(()) => Status::Clean,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Status::Clean,
        Err(error) => {
            say(&format!("error: standard output cannot be written: {error}"));
            Status::Failed
        }
    }
}

/// Shows findings on standard error, with colours where they are wanted (`NO_COLOR` and friends). If it cannot be
/// written there is nowhere to say so; the exit code still tells.
pub fn findings(format: Format, sources: &Sources, diagnostics: &[Diagnostic]) {
    let _ = if format == Format::Human {
        let mut out = BufWriter::new(anstream::AutoStream::auto(io::stderr()));
        render(format, sources, diagnostics, &mut out).and_then(|()| out.flush())
    } else {
        let mut out = BufWriter::new(io::stderr());
        render(format, sources, diagnostics, &mut out).and_then(|()| out.flush())
    };
}

/// Says one thing on standard error.
pub fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
