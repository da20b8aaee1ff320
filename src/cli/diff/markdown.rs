//! Changes as Markdown, for a comment on a pull request.

use super::Compared;
use super::human::summary;
use super::reasons::Sides;
use ztp::diff::Undecided;
use ztp::verdict::ChangeKind;

pub fn text(compared: &[Compared<'_>]) -> String {
    let mut text = String::new();
    for one in compared {
        let cluster = one.cluster.as_ref().map(|name| format!(" in cluster {name}")).unwrap_or_default();
        text.push_str(&format!("### Who may reach whom{cluster}: {}\n", summary(&one.diff)));
        body(one, &mut text);
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn body(compared: &Compared<'_>, text: &mut String) {
    let sides = Sides::new(compared);
    for group in &compared.diff.groups {
        text.push_str(&format!("\n**{}**\n\n| | | why |\n|---|---|---|\n", escaped(&group.name)));
        for entry in &group.entries {
            let why: Vec<String> = sides.lines(entry).iter().map(|line| escaped(line)).collect();
            let text_of_entry = escaped(&entry.text);
            text.push_str(&format!("| {} | {text_of_entry} | {} |\n", word(entry.kind), why.join("<br>")));
        }
    }
    let others = compared.diff.namespaces.iter().map(|line| escaped(line));
    let undecided = compared
        .diff
        .undecided
        .iter()
        .map(|Undecided { what, reason, .. }| format!("not decided: {}: {}", escaped(what), escaped(reason)));
    let others: Vec<String> = others.chain(undecided).collect();
    if !others.is_empty() {
        text.push('\n');
    }
    for line in others {
        text.push_str(&format!("- {line}\n"));
    }
}

fn word(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Gained => "**gained**",
        ChangeKind::Lost => "**lost**",
        ChangeKind::Weakened => "weakened",
        ChangeKind::Strengthened => "strengthened",
    }
}

/// Text that Markdown shows as it is, in a table too.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '|' | '*' | '_' | '<' | '>' | '`' | '[' | ']' | '\\' | '#' | '@') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
