//! The files as they would be: everything in them must stand for what it stands for now.

use super::super::declared::{Declarations, Symbol};
use super::super::names::Occurrence;
use super::super::workspace::Workspace;
use super::{Refusal, place};
use crate::diagnostic::{Code, Diagnostic, Edit};
use crate::source::{SourceFile, Span};
use smol_str::SmolStr;

/// See the module.
pub(super) fn check(
    workspace: &Workspace,
    symbol: &Symbol,
    new: &str,
    edits: &[Edit],
    wanted: impl Fn(&str) -> bool,
) -> Result<(), Refusal> {
    let after = changed(workspace, edits);
    let (then, now) = (Declarations::of(workspace, &wanted), Declarations::of(&after, &wanted));
    // A name that nothing declares may select by label, and would not once something does.
    let declared = |known: &Declarations<'_>, meaning: &Symbol| known.kind(meaning).is_some();
    let refused = |before: &Occurrence, at: SmolStr| match before.name == new {
        true => Refusal::Captures { new: new.into(), at },
        false => Refusal::Changes { new: new.into(), at },
    };
    for file in workspace.files() {
        let Some(as_changed) = after.file(file.id) else { continue };
        if let Some(problem) = new_problem(&file.problems, &as_changed.problems) {
            let at = problem.primary.as_ref().map(|label| place(&after, label.span)).unwrap_or_default();
            return Err(Refusal::Unreadable { at, why: problem.message.as_str().into() });
        }
        if file.names.len() != as_changed.names.len() {
            return Err(Refusal::Changes { new: new.into(), at: place(workspace, Span::new(file.id, 0, 0)) });
        }
        let concerned = |name: &Occurrence| name.name == *symbol.name() || name.name == new;
        let pairs = file.names.iter().zip(&as_changed.names);
        for (before, behind) in pairs.filter(|(before, behind)| concerned(before) || concerned(behind)) {
            let meant = then.meaning(file, before).into_iter();
            let meant = meant.map(|meant| (declared(&then, &meant), renamed(meant, symbol, new)));
            let means = now.meaning(as_changed, behind).into_iter().map(|means| (declared(&now, &means), means));
            if !meant.eq(means) {
                return Err(refused(before, place(workspace, before.span)));
            }
        }
    }
    Ok(())
}

/// The first problem of a file that it did not have before. One that goes is none: what was no name may become one.
fn new_problem<'p>(before: &[Diagnostic], behind: &'p [Diagnostic]) -> Option<&'p Diagnostic> {
    let mut old: Vec<Code> = before.iter().map(|problem| problem.code).collect();
    behind.iter().find(|problem| {
        let known = old.iter().position(|code| *code == problem.code);
        known.map(|at| old.swap_remove(at)).is_none()
    })
}

/// What a symbol is called afterwards.
fn renamed(meant: Symbol, symbol: &Symbol, new: &str) -> Symbol {
    let name = SmolStr::from(new);
    match meant {
        meant if meant == *symbol => match meant {
            Symbol::Own { home, .. } => Symbol::Own { home, name },
            Symbol::Foreign { namespace, .. } => Symbol::Foreign { namespace, name },
            Symbol::Port { of, .. } => Symbol::Port { of, name },
            Symbol::Fact(_) => Symbol::Fact(name),
            Symbol::Set(_) => Symbol::Set(name),
            // These keep their names.
            Symbol::Namespace(_) | Symbol::Cluster(_) | Symbol::Project(_) => meant,
        },
        Symbol::Port { of, name } => Symbol::Port { of: Box::new(renamed(*of, symbol, new)), name },
        other => other,
    }
}

/// The project with the edits.
fn changed(workspace: &Workspace, edits: &[Edit]) -> Workspace {
    let mut after = workspace.clone();
    for file in workspace.files() {
        let own: Vec<&Edit> = edits.iter().filter(|edit| edit.span.file == file.id).collect();
        if own.is_empty() {
            continue;
        }
        let text = apply(&file.source.text, &own);
        let source = SourceFile { path: file.source.path.clone(), relative: file.source.relative.clone(), text };
        after.set(source);
    }
    after
}

/// A text with some edits, which stand in its order.
fn apply(text: &str, edits: &[&Edit]) -> String {
    let mut changed = String::with_capacity(text.len());
    let mut from = 0;
    for edit in edits {
        changed.push_str(text.get(from..edit.span.start as usize).unwrap_or_default());
        changed.push_str(&edit.text);
        from = edit.span.end as usize;
    }
    changed.push_str(text.get(from..).unwrap_or_default());
    changed
}
