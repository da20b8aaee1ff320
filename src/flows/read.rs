//! Files of flows, as a stream: pieces of a buffer are read side by side, and counted in the order of the file.
//!
//! Memory is that of the buffer and of the distinct flows, however long the file is.

use super::event::{Interest, event};
use super::left_out::LeftOut;
use super::line::{Flow, Line};
use super::tally::{Counter, Tally};
use rayon::prelude::*;
use smol_str::SmolStr;
use std::io::{self, Read};

/// How much is read at once. No line may be longer.
const BUFFER: usize = 16 << 20;

/// About how long a piece is that one thread reads.
const PIECE: usize = 512 << 10;

/// How files begin that gzip made (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Why a file cannot be read.
#[derive(Debug)]
pub enum Failure {
    /// The system says so.
    Io(io::Error),
    /// It is compressed.
    Compressed,
}

/// Reads one file to its end. `progress` is told how many bytes have been read.
///
/// # Errors
/// When it cannot be read. What was counted until then remains.
pub fn read(
    file: &SmolStr,
    input: &mut dyn Read,
    interest: &Interest,
    tally: &mut Tally,
    progress: &mut dyn FnMut(u64),
) -> Result<(), Failure> {
    let mut buffer = vec![0; BUFFER];
    let (mut filled, mut lines, mut bytes) = (0, 0, 0_u64);
    let mut within_long_line = false;
    loop {
        let more = fill(input, &mut buffer, filled).map_err(Failure::Io)?;
        if bytes == 0 && buffer.starts_with(&GZIP) {
            return Err(Failure::Compressed);
        }
        bytes += (more - filled) as u64;
        progress(bytes);
        let at_end = more < buffer.len();
        filled = more;
        let read = buffer.get(..filled).unwrap_or_default();
        let whole = match read.iter().rposition(|byte| *byte == b'\n') {
            Some(last) => last + 1,
            None if at_end => filled,
            None => {
                if !within_long_line {
                    tally.lines += 1;
                    tally.bad(file, lines + 1, format!("it is longer than {} MB", BUFFER >> 20));
                }
                within_long_line = true;
                filled = 0;
                continue;
            }
        };
        let whole = if at_end { filled } else { whole };
        let mut text = read.get(..whole).unwrap_or_default();
        if within_long_line {
            // What is left of it belongs to the line that was told already.
            let rest = text.iter().position(|byte| *byte == b'\n').map_or(text.len(), |end| end + 1);
            text = text.get(rest..).unwrap_or_default();
            lines += 1;
            within_long_line = false;
        }
        let counted: Vec<(Tally, u64)> =
            pieces(text).into_par_iter().map(|piece| count(file, piece, interest)).collect();
        for (part, of_part) in counted {
            tally.merge(part, lines);
            lines += of_part;
        }
        buffer.copy_within(whole..filled, 0);
        filled -= whole;
        if at_end {
            return Ok(());
        }
    }
}

/// Reads until the buffer is full or the input ends; how much of it is filled then.
fn fill(input: &mut dyn Read, buffer: &mut [u8], mut filled: usize) -> io::Result<usize> {
    while let Some(free) = buffer.get_mut(filled..).filter(|free| !free.is_empty()) {
        match input.read(free) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Cuts a text behind ends of lines.
fn pieces(mut text: &[u8]) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    while !text.is_empty() {
        let behind = text.get(PIECE..).and_then(|rest| rest.iter().position(|byte| *byte == b'\n'));
        let cut = behind.map_or(text.len(), |end| PIECE + end + 1);
        let (piece, rest) = text.split_at_checked(cut).unwrap_or((text, &[]));
        pieces.push(piece);
        text = rest;
    }
    pieces
}

/// Counts what is in a piece, and its lines.
fn count(file: &SmolStr, piece: &[u8], interest: &Interest) -> (Tally, u64) {
    let mut counter = Counter::default();
    let mut lines = 0;
    for line in piece.split_inclusive(|byte| *byte == b'\n') {
        lines += 1;
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        counter.tally.lines += 1;
        if let Err(reason) = count_line(line, interest, &mut counter) {
            counter.tally.bad(file, lines, reason);
        }
    }
    (counter.tally, lines)
}

fn count_line<'l>(line: &'l [u8], interest: &Interest, counter: &mut Counter<'l>) -> Result<(), String> {
    if !line.starts_with(b"{") {
        return Err("it is no JSON object".to_owned());
    }
    let read: Line<'l> = serde_json::from_slice(line).map_err(|error| reason(&error))?;
    let (flow, time) = match read {
        Line { flow: Some(flow), time, .. } => (flow, time),
        Line { lost_events: Some(lost), .. } => {
            counter.tally.lost = counter.tally.lost.saturating_add(lost.num_events_lost);
            counter.tally.leave_out(LeftOut::Event, 1);
            return Ok(());
        }
        Line { node_status, agent_event, debug_event, .. } => {
            if node_status.is_some() || agent_event.is_some() || debug_event.is_some() {
                counter.tally.leave_out(LeftOut::Event, 1);
                return Ok(());
            }
            // The flow alone.
            let flow: Flow<'l> = serde_json::from_slice(line).map_err(|error| reason(&error))?;
            if flow.verdict.is_none() && flow.ip.is_none() && flow.source.is_none() {
                return Err("there is no flow in it".to_owned());
            }
            (flow, None)
        }
    };
    match event(flow, time, interest) {
        Ok(event) => counter.count(event),
        Err(why) => counter.tally.leave_out(why, 1),
    }
    Ok(())
}

/// What is wrong with a line. It is one line, so of the place the column is enough.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    format!("{what} (column {})", error.column())
}
