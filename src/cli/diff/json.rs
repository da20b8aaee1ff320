//! Changes as JSON; `docs/questions.md` has the fields.

use super::Compared;
use super::reasons::{Sides, reasons};
use crate::cli::places::Places;
use serde_json::{Value, json};
use ztp::diff::{Diff, Entry, Undecided};
use ztp::explain::Explained;
use ztp::verdict::ChangeKind;

pub fn text(compared: &[Compared<'_>]) -> String {
    let clusters: Vec<Value> = compared.iter().map(one).collect();
    format!("{:#}\n", json!({ "version": 1, "clusters": clusters }))
}

fn one(compared: &Compared<'_>) -> Value {
    let mut object = diff(&compared.diff, &Sides::new(compared));
    if let Some(fields) = object.as_object_mut() {
        fields.insert("cluster".to_owned(), json!(compared.new.view.cluster.as_deref()));
    }
    object
}

/// The changes from one side to the other.
pub fn diff(diff: &Diff, sides: &Sides<'_>) -> Value {
    let changes: Vec<Value> = diff
        .groups
        .iter()
        .flat_map(|group| group.entries.iter().map(|entry| (group.name.as_str(), entry)))
        .map(|(group, entry)| change(sides, group, entry))
        .collect();
    let undecided = |Undecided { what, reason, .. }: &Undecided| json!({ "what": what, "reason": reason });
    json!({
        "same": diff.is_empty(),
        "summary": {
            "gained": diff.count(ChangeKind::Gained),
            "lost": diff.count(ChangeKind::Lost),
            "weakened": diff.count(ChangeKind::Weakened),
            "strengthened": diff.count(ChangeKind::Strengthened),
        },
        "changes": changes,
        "namespaces": diff.namespaces,
        "undecided": diff.undecided.iter().map(undecided).collect::<Vec<_>>(),
    })
}

fn change(sides: &Sides<'_>, group: &str, entry: &Entry) -> Value {
    let kind = match entry.kind {
        ChangeKind::Gained => "gained",
        ChangeKind::Lost => "lost",
        ChangeKind::Weakened => "weakened",
        ChangeKind::Strengthened => "strengthened",
    };
    json!({
        "kind": kind,
        "about": group,
        "text": entry.text,
        "example": {
            "from": entry.example.from.to_string(),
            "to": entry.example.to.to_string(),
            "connection": entry.example.connection.to_string(),
        },
        "before": side(&sides.old, entry.old.as_ref(), entry.new.as_ref()),
        "now": side(&sides.new, entry.new.as_ref(), entry.old.as_ref()),
    })
}

/// What decides about the example on one side.
fn side(places: &Places<'_>, explained: Option<&Explained>, other: Option<&Explained>) -> Value {
    let Some(explained) = explained else { return Value::Null };
    let because: Vec<Value> = reasons(explained, other)
        .iter()
        .flat_map(|reasons| reasons.causes.iter().map(|cause| places.json(cause)))
        .collect();
    json!({ "passes": explained.passes(), "because": because })
}
