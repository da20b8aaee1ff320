//! Changes as text.

use super::Compared;
use super::reasons::Sides;
use ztp::diff::{Diff, Undecided};
use ztp::verdict::ChangeKind;

/// Nothing to see here.
pub const SAME: &str = "no change in meaning";

pub fn text(compared: &[Compared<'_>]) -> String {
    let mut text = String::new();
    for (index, one) in compared.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        let cluster = one.cluster.as_ref().map(|name| format!("cluster {name}: ")).unwrap_or_default();
        text.push_str(&format!("{cluster}{}\n", summary(&one.diff)));
        changes(&one.diff, &Sides::new(one), &mut text);
    }
    text
}

/// All changes, by whom they are about.
pub fn changes(diff: &Diff, sides: &Sides<'_>, text: &mut String) {
    for group in &diff.groups {
        text.push_str(&format!("\n{}\n", group.name));
        for entry in &group.entries {
            text.push_str(&format!("  {} {}\n", mark(entry.kind), entry.text));
            for line in sides.lines(entry) {
                text.push_str(&format!("      {line}\n"));
            }
            text.push_str(&format!("      for example {}\n", entry.example));
        }
    }
    if !diff.namespaces.is_empty() {
        text.push_str("\nnamespaces, whose labels decide whom a rule is about\n");
    }
    for line in &diff.namespaces {
        text.push_str(&format!("  ~ {line}\n"));
    }
    if !diff.undecided.is_empty() {
        text.push_str("\nnot decided\n");
    }
    for Undecided { what, reason, cause } in &diff.undecided {
        let place = cause.as_ref().map(|(is_new, cause)| {
            let places = if *is_new { &sides.new } else { &sides.old };
            format!(" ({})", places.cause(cause))
        });
        text.push_str(&format!("  ? {what}: {reason}{}\n", place.unwrap_or_default()));
    }
}

/// What stands before a change.
pub fn mark(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Gained => "+",
        ChangeKind::Lost => "-",
        ChangeKind::Weakened | ChangeKind::Strengthened => "~",
    }
}

/// `2 gained, 1 lost`, or that nothing changes.
pub fn summary(diff: &Diff) -> String {
    if diff.is_empty() {
        return SAME.to_owned();
    }
    let counts = [
        (diff.count(ChangeKind::Gained), "gained"),
        (diff.count(ChangeKind::Lost), "lost"),
        (diff.count(ChangeKind::Weakened), "weakened"),
        (diff.count(ChangeKind::Strengthened), "strengthened"),
        (diff.namespaces.len(), "of namespaces' labels"),
        (diff.undecided.len(), "not decided"),
    ];
    let counts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    counts.join(", ")
}
