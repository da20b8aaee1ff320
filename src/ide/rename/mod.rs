//! A new name for something, wherever it is named, so that every sentence goes on meaning what it means.
//!
//! What is known to change the meaning is refused with its reason ([`taken`], [`unread`]). Then the change is tried: the
//! files as they would be are read, and each of their names must stand for what it stood for before ([`tried`]). A
//! workload that is its name's pods gets that label written out ([`label`]).

mod label;
mod refusal;
mod taken;
mod tried;
mod unread;

pub use refusal::Refusal;

use super::declared::{Declarations, Symbol};
use super::definition::deciding;
use super::names::{Occurrence, Role};
use super::place::name_at;
use super::references::of_symbols;
use super::workspace::{File, Workspace};
use crate::diagnostic::{Code, Diagnostic, Edit};
use crate::source::{FileId, Span};
use crate::syntax::ast::ItemKind;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// What a new name is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// The name at the place that was asked for.
    pub span: Span,
    /// As it is now.
    pub name: SmolStr,
}

/// What would be renamed at an offset; `None` where no name stands.
///
/// # Errors
/// Why nothing there can have another name.
pub fn prepare_rename(workspace: &Workspace, file: &File, offset: u32) -> Result<Option<Renamed>, Refusal> {
    let Some(asked) = name_at(file, offset) else { return Ok(None) };
    let deciding = deciding(file, asked);
    let declarations = Declarations::seen_from(workspace, file, &|name| deciding.contains(name));
    symbol(workspace, &declarations, file, asked)?;
    Ok(Some(Renamed { span: asked.span, name: asked.name.clone() }))
}

/// The replacements that give what stands at an offset a new name, in the order of the files.
///
/// # Errors
/// Why it cannot have that name.
pub fn rename(workspace: &Workspace, file: &File, offset: u32, new: &str) -> Result<Vec<Edit>, Refusal> {
    let Some(asked) = name_at(file, offset) else { return Ok(Vec::new()) };
    let mut deciding = deciding(file, asked);
    deciding.insert(new);
    deciding.extend(workloads_beside(workspace, asked, new));
    let wanted = |name: &str| deciding.contains(name);
    let declarations = Declarations::of(workspace, &wanted);
    let symbol = symbol(workspace, &declarations, file, asked)?;
    if asked.name == new {
        return Ok(Vec::new());
    }
    check_name(&symbol, new)?;
    taken::check(workspace, &declarations, &symbol, new)?;
    unread::check(workspace, &symbol, new)?;
    let label = label::needed(workspace, &declarations, &symbol)?;
    let symbols = [symbol];
    let mut edits = Vec::new();
    for file in workspace.files() {
        for occurrence in of_symbols(&declarations, file, &symbols) {
            let text = match &label {
                Some(label) if label::belongs_at(file, occurrence) => format!("{new} {label}"),
                _ => new.to_owned(),
            };
            edits.push(Edit { span: occurrence.span, text });
        }
    }
    let [symbol] = symbols;
    tried::check(workspace, &symbol, new, &edits, wanted)?;
    Ok(edits)
}

/// The workloads of lists behind which a port's old or new name stands, as in `(a, b):http`.
fn workloads_beside<'w>(workspace: &'w Workspace, asked: &Occurrence, new: &str) -> BTreeSet<&'w str> {
    let mut found = BTreeSet::new();
    if !matches!(asked.role, Role::Port(_) | Role::DeclaresPort(_)) {
        return found;
    }
    for file in workspace.files() {
        for name in file.names.iter().filter(|name| name.name == asked.name || name.name == new) {
            if let Role::Port(owners) = &name.role {
                found.extend(owners.iter().filter_map(|owner| file.names.get(*owner)).map(|owner| owner.name.as_str()));
            }
        }
    }
    found
}

/// The one thing that a name stands for.
fn symbol(
    workspace: &Workspace,
    declarations: &Declarations<'_>,
    file: &File,
    asked: &Occurrence,
) -> Result<Symbol, Refusal> {
    let name = asked.name.clone();
    if let Role::WorkloadIn(set) = &asked.role {
        return Err(Refusal::ByLabelIn { name, set: set.clone() });
    }
    let mut meaning = declarations.meaning(file, asked);
    let symbol = match (meaning.pop(), meaning.pop()) {
        (None, _) => return Err(Refusal::Unknown { name }),
        (Some(_), Some(_)) if matches!(asked.role, Role::Port(_)) => return Err(Refusal::SeveralPorts { name }),
        (Some(_), Some(_)) => return Err(Refusal::DiffersByCluster { name }),
        (Some(symbol), None) => symbol,
    };
    match &symbol {
        Symbol::Namespace(_) => return Err(Refusal::Namespace { name }),
        Symbol::Cluster(_) => return Err(Refusal::Cluster { name }),
        Symbol::Project(_) => return Err(Refusal::Project { name }),
        Symbol::Foreign { namespace, .. } if declarations.places(&symbol).is_empty() => {
            return Err(Refusal::ByLabelOf { name, namespace: namespace.clone() });
        }
        _ => {}
    }
    let places = declarations.places(&symbol);
    match places {
        [] => Err(Refusal::Unknown { name }),
        [first, second, ..] if matches!(symbol, Symbol::Own { .. } | Symbol::Set(_)) => {
            let (first, second) = (first.occurrence.span, second.occurrence.span);
            Err(Refusal::Twice { name, first: place(workspace, first), second: place(workspace, second) })
        }
        _ => Ok(symbol),
    }
}

/// Whether something can be called so: it is what the language reads where such a thing is declared.
fn check_name(symbol: &Symbol, new: &str) -> Result<(), Refusal> {
    let text = match symbol {
        Symbol::Port { .. } => format!("namespace a\nworkload a serves {new} 1\n"),
        _ => format!("namespace a\nworkload {new}\n"),
    };
    let parsed = crate::syntax::parse(FileId(0), &text);
    let items = parsed.tree.sections.first().map(|section| section.items.as_slice()).unwrap_or_default();
    let read = match items {
        [item] => match (&item.kind, symbol) {
            (ItemKind::Workload(workload), Symbol::Port { .. }) => {
                workload.serves.first().is_some_and(|serve| serve.name.value == new)
            }
            (ItemKind::Workload(workload), _) => workload.name.value == new && workload.namespace.is_none(),
            _ => false,
        },
        _ => false,
    };
    match parsed.problems.first() {
        None if read => Ok(()),
        problem => Err(Refusal::NotAName { new: new.into(), why: problem.and_then(said) }),
    }
}

/// What a finding says of a name; `None` when the text is not even one word.
fn said(problem: &Diagnostic) -> Option<SmolStr> {
    let label = problem.primary.as_ref().map(|label| label.text.as_str());
    match problem.code {
        Code::E0109 => label.map(SmolStr::from),
        Code::E0110 => Some(problem.message.as_str().into()),
        _ => None,
    }
}

/// A place as people read it: `shop/shop.ztp:3`.
fn place(workspace: &Workspace, span: Span) -> SmolStr {
    let Some(file) = workspace.file(span.file) else { return SmolStr::default() };
    let line = file.lines.line_column(&file.source.text, span.start).line;
    smol_str::format_smolstr!("{}:{line}", file.source.path)
}
