//! What is closed for good, what was decided of it, and what it does not bind.

use super::text::{Block, SHOWN, Text, place, reason, said};
use crate::report::{Cluster, Decided, Guard, GuardKind, Touch};

/// All of it.
pub(super) fn all(page: &mut Vec<Block>, cluster: &Cluster) {
    page.push(Block::Heading(3, Text::plain("Closed for good")));
    if cluster.guards.is_empty() {
        let none = "No sentence closes anything for good: any other policy can add to what is listed here.";
        page.push(Block::Paragraph(Text::plain(none)));
        return;
    }
    let decided = if cluster.enforcer == "kubernetes" {
        "A NetworkPolicy has no denies, so nothing holds against other policies here. Of every flow that one of these sentences \
         forbids, for every pod that could be, it was decided whether the manifests of this build, read back, let it pass."
    } else {
        "Of every flow that one of these sentences forbids, for every pod that could be, it was decided whether the manifests \
         of this build, read back, deny it. A deny beats every allow of Cilium's own policies and of NetworkPolicies, of \
         this project and of others, so no such rule widens what is denied."
    };
    page.push(Block::Paragraph(Text::plain(decided)));
    for guard in &cluster.guards {
        one(page, guard);
    }
}

fn one(page: &mut Vec<Block>, guard: &Guard) {
    page.push(Block::Heading(4, Text::code(&guard.said.sentence)));
    let kind = match guard.kind {
        GuardKind::Backstop => "a backstop of the platform",
        GuardKind::Deny => "a deny of a namespace, at its own end",
        GuardKind::BoundaryOut => "a boundary: a cap on what may be reached, which opens nothing",
        GuardKind::BoundaryIn => "a boundary: a cap on who may get in, which opens nothing",
    };
    let reason = reason(&guard.said);
    let mut facts = vec![Text::plain(kind).and(", at ").and_text(place(&guard.said))];
    if !reason.0.is_empty() {
        facts.push(Text::plain("reason, date, owner: ").and_text(reason));
    }
    facts.push(Text::plain("binds ").and_all(guard.binds.iter().map(|binds| Text::plain(binds)), ", "));
    let about = match guard.kind {
        GuardKind::Backstop | GuardKind::Deny => "forbids ",
        GuardKind::BoundaryOut | GuardKind::BoundaryIn => "forbids everything but ",
    };
    facts.push(some(about, &guard.about));
    facts.push(result(&guard.decided));
    page.push(Block::List(facts));
    if guard.touched_by.is_empty() {
        page.push(Block::Paragraph(Text::plain("No sentence would allow any of what it forbids.")));
    } else {
        page.push(Block::Paragraph(Text::plain(
            "These sentences would allow some of what it forbids. It takes that part of them, such as the flow that is shown.",
        )));
        let row = |touch: &Touch| vec![said(&touch.said), Text::code(&touch.flow)];
        let rows = guard.touched_by.iter().map(row).collect();
        page.push(Block::Table { head: vec!["sentence", "a flow that it loses"], rows });
    }
    if !guard.does_not_bind.is_empty() {
        page.push(Block::Paragraph(Text::plain("It does not bind:")));
        page.push(Block::List(guard.does_not_bind.iter().map(|note| Text::marked(&note.text)).collect()));
    }
}

fn some(what: &str, all: &[String]) -> Text {
    let text = Text::plain(what).and_codes(all.get(..SHOWN).unwrap_or(all));
    match all.len().saturating_sub(SHOWN) {
        0 => text,
        more => text.and(&format!(" and {more} more")),
    }
}

fn result(decided: &Decided) -> Text {
    match decided {
        Decided::Denied { parts } => {
            let parts = if *parts == 1 { "for its rule".to_owned() } else { format!("for each of its {parts} rules") };
            Text::plain(&format!("decided {parts}: the manifests deny every such flow, whatever such policies allow"))
        }
        Decided::NotAllowed { flow } => Text::strong("any other policy can open it")
            .and(": the manifests of this project let none of it pass, but no object denies ")
            .and_code(flow),
        Decided::Passes { flow } => {
            Text::strong("some of it passes").and(" by the manifests of this project: ").and_code(flow)
        }
        Decided::Unknown { reason } => Text::strong("not decided").and(": ").and(reason),
    }
}
