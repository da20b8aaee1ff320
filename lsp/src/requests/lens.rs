//! `textDocument/codeLens`: which objects come of a line, and who reaches a workload.

use crate::protocol::{CodeLens, CodeLensParams, Command, LSPAny, Location};
use crate::snapshot::Snapshot;
use ztp::ide::lens::{self, About, Lens};

/// What a client that knows it does when a lens of sentences is clicked: it shows the places that it is given, after the
/// file and the position.
pub const SHOW: &str = "ztp.showReferences";

/// How many objects are named; the rest is counted.
const MAX_NAMES: usize = 3;

/// The lenses of a file.
pub fn answer(snapshot: &Snapshot, params: &CodeLensParams) -> Option<Vec<CodeLens>> {
    let file = snapshot.file(&params.text_document.uri)?;
    let checked = snapshot.checked_around(file.id);
    let lenses = lens::lenses(&snapshot.workspace, &file, &checked);
    Some(lenses.into_iter().map(|lens| shown(snapshot, lens)).collect())
}

fn shown(snapshot: &Snapshot, lens: Lens) -> CodeLens {
    let range = snapshot.range(lens.span);
    let command = match &lens.about {
        About::Objects(names) => Command { title: objects(&lens.text, names), command: String::new(), arguments: None },
        About::Sentences(spans) if spans.is_empty() => {
            Command { title: lens.text, command: String::new(), arguments: None }
        }
        About::Sentences(spans) => {
            let places: Vec<Location> = spans.iter().filter_map(|span| snapshot.location(*span)).collect();
            let arguments = [
                serde_json::to_value(snapshot.uri(lens.span.file)),
                serde_json::to_value(range.start),
                serde_json::to_value(places),
            ];
            let arguments: Vec<LSPAny> = arguments.into_iter().filter_map(Result::ok).collect();
            Command { title: lens.text, command: SHOW.to_owned(), arguments: Some(arguments) }
        }
    };
    CodeLens { range, command: Some(command), data: None }
}

/// `2 objects: ztp.default-deny, ztp.workload.api`
fn objects(text: &str, names: &[String]) -> String {
    let mut shown: Vec<&str> = names.iter().take(MAX_NAMES).filter_map(|name| name.rsplit([' ', '/']).next()).collect();
    if names.len() > MAX_NAMES {
        shown.push("…");
    }
    if shown.is_empty() { text.to_owned() } else { format!("{text}: {}", shown.join(", ")) }
}
