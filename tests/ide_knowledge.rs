//! What an editor is told about a place: hover, completion, hints, and what it may mend. Cases are in `tests/ide_knowledge`.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests read files and may panic"
)]
#![allow(clippy::format_push_string, reason = "clearer than write! in tests")]

mod support {
    pub mod project;
}

use support::project::{Project, at_cursors, cases};
use ztp::ide::{complete, hover};

#[test]
fn hover_says_what_is_known() {
    cases("hover", |project: &Project| {
        at_cursors(project, |file, offset| {
            match hover::hover(&project.workspace, file, offset, &|| project.checked(file.id)) {
                Some(found) => {
                    let about = project.workspace.sources().slice(found.span);
                    format!("`{about}` → {}\n{}", found.page.unwrap_or_default(), found.text)
                }
                None => "nothing".to_owned(),
            }
        })
    });
}

#[test]
fn completion_offers_what_can_stand_there() {
    cases("complete", |project: &Project| {
        at_cursors(project, |file, offset| {
            let Some(found) = complete::complete(&project.workspace, file, offset) else { return "nothing".to_owned() };
            let mut lines = vec![format!("for `{}`", project.workspace.sources().slice(found.span))];
            for of_kind in found.items.chunk_by(|a, b| a.kind == b.kind) {
                let labels: Vec<String> = of_kind.iter().map(label).collect();
                lines.push(format!("{:?}: {}", of_kind[0].kind, labels.join(" · ")));
            }
            lines.join("\n")
        })
    });
}

fn label(item: &complete::Item) -> String {
    match item.kind {
        complete::Kind::Port | complete::Kind::Workload if !item.detail.is_empty() => {
            format!("{} ({})", item.label, item.detail)
        }
        _ => item.label.clone(),
    }
}
