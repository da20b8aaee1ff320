//! Replayed flows as text.

use crate::cli::places::Places;
use std::fmt::Write as _;
use ztp::explain::{Decided, Missing, Outcome};
use ztp::flows::{Case, Change, Count, Replay, Tally};
use ztp::policy::Direction;
use ztp::source::Sources;

/// How many cases of a kind are shown; the others are counted.
const MOST: usize = 200;

pub fn replay(sources: &Sources, tally: &Tally, replay: &Replay) -> String {
    let places = Places::new(sources);
    let mut text = summary(tally, replay);
    let kinds = [
        (Change::Dropped, "cut off: it passed, and would be stopped"),
        (Change::Allowed, "let through: a policy stopped it, and it would pass"),
        (Change::StillDropped, "stopped as before"),
        (Change::Undecided, "not decided"),
    ];
    for (change, title) in kinds {
        let cases: Vec<&Case> = replay.of(change).collect();
        if cases.is_empty() {
            continue;
        }
        let _ = write!(text, "\n== {title}\n");
        for case in cases.iter().take(MOST) {
            one(&mut text, &places, case);
        }
        more(&mut text, cases.len());
    }
    text
}

fn summary(tally: &Tally, replay: &Replay) -> String {
    let mut parts = Vec::new();
    for (change, what) in [
        (Change::Dropped, "cut off"),
        (Change::Allowed, "let through"),
        (Change::StillDropped, "stopped as before"),
        (Change::Undecided, "not decided"),
        (Change::Passes, "pass as before"),
    ] {
        let count = replay.count(change);
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    let flows: u64 = replay.flows.values().sum();
    let lines = if tally.lines == 1 { "1 line".to_owned() } else { format!("{} lines", tally.lines) };
    let flows = if flows == 1 { "1 flow".to_owned() } else { format!("{flows} different flows") };
    let mut text = format!("{flows} in {lines}");
    if !parts.is_empty() {
        let _ = write!(text, ": {}", parts.join(", "));
    }
    text.push('\n');
    if tally.bad_lines > 0 {
        let _ = writeln!(text, "{:>8}  bad lines, see above", tally.bad_lines);
    }
    for (why, lines) in &replay.left_out {
        let _ = writeln!(text, "{lines:>8}  left out: {}", why.as_str());
    }
    text
}

/// Cases one after the other, the first of them.
pub fn cases(text: &mut String, sources: &Sources, cases: &[Case]) {
    let places = Places::new(sources);
    cases.iter().take(MOST).for_each(|case| one(text, &places, case));
    more(text, cases.len());
}

fn more(text: &mut String, cases: usize) {
    if let Some(more) = cases.checked_sub(MOST).filter(|more| *more > 0) {
        let _ = write!(text, "\nand {more} more, which `--format json` has\n");
    }
}

fn one(text: &mut String, places: &Places<'_>, case: &Case) {
    let flow = &case.flow;
    let _ = match &case.question {
        Some(question) => write!(text, "\n{question}\n"),
        None => write!(text, "\n{flow}\n"),
    };
    let _ = writeln!(text, "  {}", seen(case));
    match &case.decided {
        Err(reason) => {
            let _ = writeln!(text, "  {reason}");
        }
        Ok(decided) => {
            for (direction, end) in decided.ends() {
                let (side, who) = match direction {
                    Direction::Egress => ("out of", &flow.from),
                    Direction::Ingress => ("into", &flow.to),
                };
                let Some(what) = outcome(case.change, end) else { continue };
                let _ = writeln!(text, "  {side} {who}: {what}");
                for cause in &end.because {
                    let _ = writeln!(text, "    {}", places.cause(cause));
                }
            }
        }
    }
    for (id, cause) in &case.stopped_by {
        let _ = match cause {
            Some(cause) => writeln!(text, "  it was stopped by {}", places.cause(cause)),
            None => writeln!(text, "  it was stopped by {id}"),
        };
    }
    for Missing { namespace, sentence } in &case.missing {
        let _ = match namespace {
            Some(namespace) => writeln!(text, "  missing in a file of namespace {namespace}: {sentence}"),
            None => writeln!(text, "  missing in a platform file: {sentence}"),
        };
    }
}

/// What an end has to do with it.
fn outcome(change: Change, end: &Decided) -> Option<&'static str> {
    Some(match end.outcome {
        Outcome::NotAllowed => "not allowed: it is isolated, and nothing allows this",
        Outcome::Denied => "denied, whatever allows it",
        Outcome::Allowed if change == Change::Allowed => "allowed",
        Outcome::AllowedAuthenticated if change == Change::Allowed => "allowed after mutual authentication",
        Outcome::Open if change == Change::Allowed => "open",
        Outcome::Open | Outcome::Allowed | Outcome::AllowedAuthenticated => return None,
    })
}

/// `seen 12 times, from 2026-11-20T10:00:00Z to 2026-11-20T11:00:00Z`
fn seen(case: &Case) -> String {
    let all = case.seen.all();
    let mut text = format!("seen {}{}", times(all.lines), span(&all));
    let mut parts = Vec::new();
    for (count, what) in [(&case.seen.audited, "by audit only"), (&case.seen.dropped, "stopped")] {
        if count.lines > 0 && count.lines < all.lines {
            parts.push(format!("{} {what}", times(count.lines)));
        } else if count.lines > 0 {
            parts.push(what.to_owned());
        }
    }
    if !parts.is_empty() {
        let _ = write!(text, ": {}", parts.join(", "));
    }
    if case.flows > 1 {
        let _ = write!(text, " ({} flows)", case.flows);
    }
    text
}

/// `once`, `12 times`
fn times(lines: u64) -> String {
    if lines == 1 { "once".to_owned() } else { format!("{lines} times") }
}

fn span(count: &Count) -> String {
    match (&count.first, &count.last) {
        (Some(first), Some(last)) if first == last => format!(", at {first}"),
        (Some(first), Some(last)) => format!(", from {first} to {last}"),
        _ => String::new(),
    }
}
