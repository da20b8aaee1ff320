//! Labels of namespaces: what the platform declares, and what the objects have.

use crate::diagnostic::problem::fit::{FitProblem, Seen};
use crate::inventory::Inventory;
use crate::syntax::ast::{ItemKind, LabelTest, Tree};
use smol_str::format_smolstr;

/// The label that holds a namespace's name: the API server sets it (KEP-2161).
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// See the module.
pub(super) fn check(inventory: &Inventory, trees: &[&Tree], found: &mut Vec<FitProblem>) {
    for item in trees.iter().flat_map(|tree| &tree.sections).flat_map(|section| &section.items) {
        let ItemKind::NamespaceDecl(declaration) = &item.kind else { continue };
        let Some(object) = inventory.namespaces.get(&declaration.name.value) else { continue };
        for requirement in declaration.labels.iter().flat_map(|labels| &labels.requirements) {
            let LabelTest::Is(value) = &requirement.test else { continue };
            let has = object.labels.get(&requirement.key.value);
            if has == Some(&value.value) || requirement.key.value == NAME_LABEL {
                continue;
            }
            found.push(FitProblem::NamespaceLabel {
                span: requirement.span.0,
                namespace: declaration.name.value.clone(),
                key: requirement.key.value.clone(),
                value: value.value.clone(),
                has: has.cloned(),
                edit: value.span,
                seen: Seen { what: format_smolstr!("Namespace `{}`", declaration.name.value), span: object.span },
            });
        }
    }
}
