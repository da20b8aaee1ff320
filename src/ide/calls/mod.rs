//! Who may reach this, and what may this reach, sentence by sentence.
//!
//! For a workload of the project the rules of its policy say so ([`by_rules`]): groups, labels, sets, consent and what a
//! platform grants are in them. For what nobody governs (externals, nodes, workloads of other namespaces) and for groups
//! the sentences say so that name it ([`by_names`]), for these open one end and that is all there is to know.
//!
//! Denies are no part of the answer, nor are the look-ups that are derived. Where neither end is isolated, no sentence
//! opens anything, and none is told.

mod by_names;
mod by_rules;

use super::declared::{Declarations, Symbol};
use super::definition::whole;
use super::names::{Kind, Occurrence};
use super::place::{item_at, name_at, section_at};
use super::workspace::{Checked, File, Workspace};
use crate::source::{FileId, Span};
use crate::syntax::ast::{Item, ItemKind, May, Peers};
use indexmap::IndexMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Somebody who reaches or is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// `shop/api`, `stripe`, `every workload`
    pub name: String,
    /// What it is; `None` for what is not declared.
    pub kind: Option<Kind>,
    /// Its name where it is declared, or else the place that names it.
    pub name_span: Span,
    /// The whole declaration, or else the sentence.
    pub whole: Span,
}

/// An end and the sentences that open the way between it and what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The other end.
    pub end: End,
    /// The sentences, in the order of their files' ids.
    pub sentences: Vec<Said>,
}

/// A sentence that opens a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// The whole sentence.
    pub span: Span,
    /// The name of the other end in it, or the sentence when it has another word for it.
    pub naming: Span,
}

/// Which way is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Who may reach this.
    Incoming,
    /// What this may reach.
    Outgoing,
}

/// The other end of a sentence, before it is known where that is declared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Other {
    /// Something with a name.
    Named(Symbol),
    /// A peer by label or address, or a word for it, and where it stands.
    Written(String, Span),
}

/// What at an offset may reach or be reached: several where a name differs from cluster to cluster.
#[must_use]
pub fn prepare_calls(workspace: &Workspace, file: &File, offset: u32) -> Vec<End> {
    let Some(asked) = name_at(file, offset) else { return Vec::new() };
    let declarations = Declarations::seen_from(workspace, file, &|name| name == asked.name);
    let symbols = meant(&declarations, file, asked);
    symbols.map(|symbol| end(&declarations, &Other::Named(symbol), asked.span)).collect()
}

/// The calls of what stands at an offset. `checked` is what came of a check around a file.
#[must_use]
pub fn calls(
    workspace: &Workspace,
    checked: impl Fn(FileId) -> Arc<Checked>,
    file: &File,
    offset: u32,
    way: Way,
) -> Vec<Call> {
    let Some(asked) = name_at(file, offset) else { return Vec::new() };
    let declarations = Declarations::seen_from(workspace, file, &|name| name == asked.name);
    let mut found: IndexMap<Other, BTreeSet<Span>> = IndexMap::new();
    for symbol in meant(&declarations, file, asked) {
        let governed = declarations.kind(&symbol) == Some(Kind::Workload) && matches!(symbol, Symbol::Own { .. });
        let declared = declarations.counting(&symbol).first().filter(|_| governed);
        match declared {
            Some(declared) => by_rules::find(workspace, &checked(declared.file.id), &symbol, way, &mut found),
            None => by_names::find(workspace, &symbol, way, &mut found),
        }
    }
    let names: BTreeSet<&str> = found
        .keys()
        .filter_map(|other| match other {
            Other::Named(symbol) => Some(symbol.name().as_str()),
            Other::Written(..) => None,
        })
        .collect();
    let declarations = Declarations::of(workspace, &|name| names.contains(name));
    let call = |(other, sentences): (&Other, &BTreeSet<Span>)| {
        let said = |span: &Span| Said { span: *span, naming: naming(workspace, &declarations, other, *span) };
        let sentences: Vec<Said> = sentences.iter().map(said).collect();
        Some(Call { end: end(&declarations, other, sentences.first()?.naming), sentences })
    };
    found.iter().filter_map(call).collect()
}

/// Where a sentence names an end.
fn naming(workspace: &Workspace, declarations: &Declarations<'_>, other: &Other, sentence: Span) -> Span {
    let symbol = match other {
        Other::Written(_, at) if at.file == sentence.file && sentence.start <= at.start && at.end <= sentence.end => {
            return *at;
        }
        Other::Written(..) => return sentence,
        Other::Named(symbol) => symbol,
    };
    let Some((file, item)) = sentence_at(workspace, sentence) else { return sentence };
    let mut names = by_names::names_of(file, item).filter(|name| name.name == *symbol.name());
    names.find(|name| declarations.meaning(file, name).contains(symbol)).map_or(sentence, |name| name.span)
}

/// What a name stands for, as far as it can reach or be reached.
fn meant(declarations: &Declarations<'_>, file: &File, asked: &Occurrence) -> impl Iterator<Item = Symbol> {
    declarations.meaning(file, asked).into_iter().filter(is_end)
}

/// Whether something can reach or be reached.
fn is_end(symbol: &Symbol) -> bool {
    matches!(symbol, Symbol::Own { .. } | Symbol::Fact(_) | Symbol::Foreign { .. })
}

/// An end with its declaration, or with the place that names it.
fn end(declarations: &Declarations<'_>, other: &Other, named: Span) -> End {
    match other {
        Other::Written(text, at) => End { name: text.clone(), kind: None, name_span: *at, whole: *at },
        Other::Named(symbol) => {
            let name = match symbol {
                Symbol::Own { home: Some(namespace), name } | Symbol::Foreign { namespace, name } => {
                    format!("{namespace}/{name}")
                }
                symbol => symbol.name().to_string(),
            };
            match declarations.counting(symbol).first() {
                Some(declared) => {
                    End { name, kind: Some(declared.kind), name_span: declared.occurrence.span, whole: whole(declared) }
                }
                None => End { name, kind: None, name_span: named, whole: named },
            }
        }
    }
}

/// The sentence at a place, with its item.
fn sentence_at(workspace: &Workspace, at: Span) -> Option<(&Arc<File>, &Item)> {
    let file = workspace.file(at.file)?;
    Some((file, item_at(section_at(&file.tree, at.start)?, at.start)?))
}

/// What an item says of who may, and whom; `None` for what opens nothing.
fn lists(item: &Item) -> Option<(&Peers, &Peers)> {
    let ItemKind::May(May { subjects, action, .. }) = &item.kind else { return None };
    Some((subjects, action.value.objects()?))
}
