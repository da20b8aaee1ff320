//! Colours, as escape sequences.

use codespan_reporting::diagnostic::{LabelStyle, Severity};
use codespan_reporting::term::WriteStyle;
use std::io::{self, Write};

/// Writes through, with colours.
pub struct Styled<'a>(pub &'a mut dyn Write);

impl Styled<'_> {
    fn set(&mut self, code: &str) -> io::Result<()> {
        write!(self.0, "\x1b[{code}m")
    }
}

/// Foreground colours of ECMA-48.
fn colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Bug | Severity::Error => "31",
        Severity::Warning => "33",
        Severity::Note => "32",
        Severity::Help => "36",
    }
}

const BORDER: &str = "34";

impl Write for Styled<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl WriteStyle for Styled<'_> {
    fn set_header(&mut self, severity: Severity) -> io::Result<()> {
        write!(self.0, "\x1b[1;{}m", colour(severity))
    }

    fn set_header_message(&mut self) -> io::Result<()> {
        self.set("0;1")
    }

    fn set_line_number(&mut self) -> io::Result<()> {
        self.set(BORDER)
    }

    fn set_note_bullet(&mut self) -> io::Result<()> {
        self.set(BORDER)
    }

    fn set_source_border(&mut self) -> io::Result<()> {
        self.set(BORDER)
    }

    fn set_label(&mut self, severity: Severity, style: LabelStyle) -> io::Result<()> {
        self.set(match style {
            LabelStyle::Primary => colour(severity),
            LabelStyle::Secondary => BORDER,
        })
    }

    fn reset(&mut self) -> io::Result<()> {
        self.set("0")
    }
}
