//! The one canonical spelling of a file, as edits of the lines that differ.

use super::File;
use crate::diagnostic::Edit;
use crate::source::Span;
use crate::syntax;
use std::ops::Range;

/// How many lines two texts may have, multiplied, to be compared line by line between what they begin and end with.
const MOST_COMPARED: usize = 4_000_000;

/// The edits that spell a file canonically; `None` if it has a sentence that cannot be read, as for `ztp fmt`. Lines that
/// stay are not touched, so that a cursor in them stays as well; how lines end is the editor's to decide, and stays.
#[must_use]
pub fn format(file: &File) -> Option<Vec<Edit>> {
    let text = &file.source.text;
    let wanted = syntax::format(file.id, text).ok()?;
    let first_end = text.find('\n').and_then(|at| text.get(..at));
    let wanted = if first_end.is_some_and(|line| line.ends_with('\r')) { wanted.replace('\n', "\r\n") } else { wanted };
    Some(edits(file, &wanted))
}

/// Those edits that lie within the lines of a part of a file.
#[must_use]
pub fn format_range(file: &File, within: Span) -> Option<Vec<Edit>> {
    let text = &file.source.text;
    let before = text.get(..within.start as usize)?;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let behind = text.get(within.end as usize..)?;
    // A range that ends where a line begins does not reach into it.
    let starts_line = within.end > within.start && text.get(..within.end as usize)?.ends_with('\n');
    let length = if starts_line { 0 } else { behind.find('\n').map_or(behind.len(), |at| at + 1) };
    let end = within.end as usize + length;
    let mut found = format(file)?;
    found.retain(|edit| start <= edit.span.start as usize && edit.span.end as usize <= end);
    Some(found)
}

/// What turns the file's text into another one, by lines.
fn edits(file: &File, wanted: &str) -> Vec<Edit> {
    let old: Vec<&str> = file.source.text.split_inclusive('\n').collect();
    let new: Vec<&str> = wanted.split_inclusive('\n').collect();
    let starts: Vec<usize> = old
        .iter()
        .scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some(start)
        })
        .chain([file.source.text.len()])
        .collect();
    let place = |line: usize| {
        let at = starts.get(line).copied().unwrap_or(file.source.text.len());
        u32::try_from(at).unwrap_or(u32::MAX)
    };
    let edit = |(old, lines): (Range<usize>, Range<usize>)| {
        let text = new.get(lines).unwrap_or_default().concat();
        Edit { span: Span::new(file.id, place(old.start), place(old.end)), text }
    };
    changes(&old, &new).into_iter().map(edit).collect()
}

/// The lines that differ, by number: as many for as many are replaced each by itself.
fn changes(old: &[&str], new: &[&str]) -> Vec<(Range<usize>, Range<usize>)> {
    let mut found = Vec::new();
    let (mut left, mut right) = (0, 0);
    for (i, j) in common(old, new).into_iter().chain([(old.len(), new.len())]) {
        if i - left == j - right {
            found.extend((left..i).zip(right..j).map(|(left, right)| (left..left + 1, right..right + 1)));
        } else {
            found.push((left..i, right..j));
        }
        (left, right) = (i + 1, j + 1);
    }
    found
}

/// The places of a longest common subsequence. What both begin and end with is found first; if the rest is too long, it
/// has none.
fn common(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let rest = |lines: &[&str]| lines.len() - start;
    let most = rest(old).min(rest(new));
    let end = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let middle = |lines: &[&str]| start..lines.len() - end;
    let (rows, columns) = (middle(old), middle(new));
    let mut found: Vec<(usize, usize)> = (0..start).map(|at| (at, at)).collect();
    if rows.len().saturating_mul(columns.len()) <= MOST_COMPARED {
        let inner = longest(old.get(rows.clone()).unwrap_or_default(), new.get(columns.clone()).unwrap_or_default());
        found.extend(inner.into_iter().map(|(i, j)| (i + start, j + start)));
    }
    found.extend((0..end).map(|at| (rows.end + at, columns.end + at)));
    found
}

/// By the usual table of lengths.
fn longest(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    let mut lengths = vec![0_u32; width * (old.len() + 1)];
    let get = |lengths: &[u32], i: usize, j: usize| lengths.get(i * width + j).copied().unwrap_or_default();
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            let best = if a == b {
                get(&lengths, i + 1, j + 1) + 1
            } else {
                get(&lengths, i + 1, j).max(get(&lengths, i, j + 1))
            };
            if let Some(slot) = lengths.get_mut(i * width + j) {
                *slot = best;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut found = Vec::new();
    while let (Some(a), Some(b)) = (old.get(i), new.get(j)) {
        if a == b {
            found.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if get(&lengths, i + 1, j) >= get(&lengths, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    found
}
