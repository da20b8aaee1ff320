//! Replayed flows as JSON; `docs/flows.md` has the fields.

use crate::cli::explain::decided;
use crate::cli::places::Places;
use serde_json::{Map, Value, json};
use ztp::explain::{Explained, Missing};
use ztp::flows::{Case, Change, Count, Replay, Tally};
use ztp::source::Sources;

pub fn replay(sources: &Sources, tally: &Tally, replay: &Replay) -> String {
    let kinds = [Change::Dropped, Change::Allowed, Change::StillDropped, Change::Passes, Change::Undecided];
    let counts: Map<String, Value> =
        kinds.iter().map(|kind| (word(*kind).to_owned(), replay.count(*kind).into())).collect();
    let value =
        json!({ "version": 1, "read": read(tally, replay), "flows": counts, "changes": cases(sources, &replay.cases) });
    format!("{value:#}\n")
}

/// Cases, one after the other.
pub fn cases(sources: &Sources, cases: &[Case]) -> Vec<Value> {
    let places = Places::new(sources);
    cases.iter().map(|case| one(&places, case)).collect()
}

/// What was read, and what of it was not taken.
pub fn read(tally: &Tally, replay: &Replay) -> Value {
    let left_out: Map<String, Value> =
        replay.left_out.iter().map(|(why, lines)| (why.as_word().to_owned(), (*lines).into())).collect();
    let bad: Vec<Value> = tally
        .bad
        .iter()
        .map(|bad| json!({ "path": bad.file.as_str(), "line": bad.line, "reason": bad.reason }))
        .collect();
    json!({
        "lines": tally.lines,
        "bad_lines": tally.bad_lines,
        "first_bad_lines": bad,
        "lost_events": tally.lost,
        "left_out": left_out,
    })
}

fn word(change: Change) -> &'static str {
    match change {
        Change::Dropped => "dropped",
        Change::Allowed => "allowed",
        Change::StillDropped => "still_dropped",
        Change::Passes => "unchanged",
        Change::Undecided => "undecided",
    }
}

fn one(places: &Places<'_>, case: &Case) -> Value {
    let known = case.decided.as_ref();
    let missing =
        |Missing { namespace, sentence }: &Missing| json!({ "namespace": namespace.as_deref(), "sentence": sentence });
    let stopped_by = case
        .stopped_by
        .iter()
        .map(|(id, cause)| json!({ "said": id.as_str(), "sentence": cause.as_ref().map(|cause| places.json(cause)) }));
    json!({
        "change": word(case.change),
        "question": case.question,
        "from": case.flow.from.to_string(),
        "to": case.flow.to.to_string(),
        "connection": case.flow.connection.to_string(),
        "flows": case.flows,
        "seen": {
            "passed": count(&case.seen.passed),
            "audited": count(&case.seen.audited),
            "dropped": count(&case.seen.dropped),
        },
        "egress": known.ok().map(|explained: &Explained| decided(places, &explained.egress)),
        "ingress": known.ok().map(|explained: &Explained| decided(places, &explained.ingress)),
        "reason": known.err(),
        "missing": case.missing.iter().map(missing).collect::<Vec<_>>(),
        "stopped_by": stopped_by.collect::<Vec<_>>(),
    })
}

fn count(count: &Count) -> Value {
    json!({ "lines": count.lines, "first": count.first.as_deref(), "last": count.last.as_deref() })
}
