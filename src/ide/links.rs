//! Where words of a file lead to: the page of a code, the files of a folder.

use super::workspace::{File, Workspace};
use crate::diagnostic::Code;
use crate::source::{FileId, Span};
use crate::syntax::ast::{Item, ItemKind};

/// A word that leads somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The word.
    pub span: Span,
    /// Where to.
    pub to: Target,
}

/// See [`Link`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A code's page of the error index.
    Code(Code),
    /// A file of the project.
    File(FileId),
}

/// The links of a file, in order.
#[must_use]
pub fn links(workspace: &Workspace, file: &File) -> Vec<Link> {
    let items = file.tree.sections.iter().flat_map(|section| &section.items);
    items.filter_map(|item| link(workspace, item)).collect()
}

fn link(workspace: &Workspace, item: &Item) -> Option<Link> {
    match &item.kind {
        ItemKind::Accept(accept) => {
            let code = Code::ALL.iter().find(|code| code.as_str() == accept.code.value)?;
            Some(Link { span: accept.code.span, to: Target::Code(*code) })
        }
        ItemKind::NamespaceDecl(declared) => {
            let folder = declared.folder.as_ref()?;
            let inside =
                |path: &str| path.strip_prefix(folder.value.as_str()).is_some_and(|rest| rest.starts_with('/'));
            let there = || workspace.files().filter(|file| inside(&file.source.path) || inside(&file.source.relative));
            let own = there().find(|file| file.homes.contains(&declared.name.value));
            let file = own.or_else(|| there().next())?;
            Some(Link { span: folder.span, to: Target::File(file.id) })
        }
        _ => None,
    }
}
