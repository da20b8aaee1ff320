//! Sentences that cannot be read, and what stands below no header: what they say of a name would stay as it is.

use super::super::declared::Symbol;
use super::super::place::is_block;
use super::super::workspace::{File, Workspace};
use super::{Refusal, place};
use crate::source::Span;
use crate::syntax::ast::{FactKind, ItemKind, Section};

/// Whether such a sentence names what is renamed, or what it is renamed to.
pub(super) fn check(workspace: &Workspace, symbol: &Symbol, new: &str) -> Result<(), Refusal> {
    for file in workspace.files() {
        for section in &file.tree.sections {
            for span in unread(section) {
                let text = file.source.text.get(span.start as usize..span.end as usize).unwrap_or_default();
                for name in [symbol.name().as_str(), new] {
                    if says(text, name, symbol, file, section) {
                        return Err(Refusal::Unread { name: name.into(), at: place(workspace, span) });
                    }
                }
            }
        }
    }
    Ok(())
}

/// What of a section does not count.
fn unread(section: &Section) -> Vec<Span> {
    let headless = section.header.is_none();
    let mut found = Vec::new();
    for item in &section.items {
        match &item.kind {
            ItemKind::Cluster(cluster) if !headless => {
                let bad = cluster.facts.iter().filter(|fact| fact.kind == FactKind::Bad);
                found.extend(bad.map(|fact| fact.span.0));
            }
            kind if headless || *kind == ItemKind::Bad => found.push(item.span.0),
            _ => {}
        }
    }
    found
}

/// Whether a text has a name as a word, where it would be this symbol's.
fn says(text: &str, name: &str, symbol: &Symbol, file: &File, section: &Section) -> bool {
    let home = match symbol {
        // A port's name is a common word; what speaks of this one names its workload.
        Symbol::Port { of, .. } if !says(text, of.name(), of, file, section) => return false,
        Symbol::Own { home, .. } => home.as_ref(),
        Symbol::Foreign { namespace, .. } => Some(namespace),
        _ => None,
    };
    let sees = match (symbol, home) {
        (Symbol::Foreign { .. }, _) => false,
        // What stands below no header may be anybody's. A sentence after a broken block may be the block's.
        (_, Some(home)) => section.header.is_none() || is_block(section) || file.homes.contains(home),
        (_, None) => true,
    };
    let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '/')));
    words.any(|word| match word.split_once('/') {
        Some((namespace, workload)) => home.is_some_and(|home| home == namespace) && workload == name,
        None => sees && word == name,
    })
}
