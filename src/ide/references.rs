//! Where a name stands for the same thing as here.

use super::declared::{Declarations, Symbol};
use super::definition::deciding;
use super::names::Occurrence;
use super::place::name_at;
use super::workspace::{File, Workspace};
use crate::source::Span;

/// A name that stands for what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where.
    pub span: Span,
    /// Whether it declares it.
    pub declares: bool,
}

/// Every name in the project that stands for what the name at an offset does, in the order of the files.
#[must_use]
pub fn references(workspace: &Workspace, file: &File, offset: u32) -> Vec<Reference> {
    let files: Vec<&File> = workspace.files().map(AsRef::as_ref).collect();
    among(&files, file, offset, |wanted| Declarations::of(workspace, wanted))
}

/// The same of the file itself.
#[must_use]
pub fn highlight(workspace: &Workspace, file: &File, offset: u32) -> Vec<Reference> {
    among(&[file], file, offset, |wanted| Declarations::seen_from(workspace, file, wanted))
}

fn among<'w>(
    files: &[&File],
    file: &File,
    offset: u32,
    declarations: impl FnOnce(&dyn Fn(&str) -> bool) -> Declarations<'w>,
) -> Vec<Reference> {
    let Some(asked) = name_at(file, offset) else { return Vec::new() };
    let deciding = deciding(file, asked);
    let declarations = declarations(&|name| deciding.contains(name));
    let symbols = declarations.meaning(file, asked);
    if symbols.is_empty() {
        // Nothing says what it is; it is itself all the same.
        return vec![Reference { span: asked.span, declares: asked.declares() }];
    }
    let mut found = Vec::new();
    for file in files {
        for occurrence in of_symbols(&declarations, file, &symbols) {
            found.push(Reference { span: occurrence.span, declares: occurrence.declares() });
        }
    }
    found
}

/// The names of a file that stand for one of some symbols.
pub(super) fn of_symbols<'f>(
    declarations: &Declarations<'_>,
    file: &'f File,
    symbols: &[Symbol],
) -> impl Iterator<Item = &'f Occurrence> {
    let same = |occurrence: &&Occurrence| {
        symbols.iter().any(|symbol| *symbol.name() == occurrence.name)
            && declarations.meaning(file, occurrence).iter().any(|meaning| symbols.contains(meaning))
    };
    file.names.iter().filter(same)
}
