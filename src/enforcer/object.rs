//! What the objects of every enforcer have in common: names, labels, and comments that quote the sentence.

use crate::manifest::{Comment, Metadata, object_name};
use crate::policy::{Policy, Sentence};
use smol_str::{SmolStr, format_smolstr};

/// Name, namespace and labels of an object; `stem` is what follows `ztp.` in its name. The namespace's owner becomes
/// the annotation `ztp/owner`.
#[must_use]
pub fn metadata(policy: &Policy, stem: &str, namespace: Option<&str>) -> Metadata {
    let managed_by = (SmolStr::new_static("app.kubernetes.io/managed-by"), SmolStr::new_static("ztp"));
    let project = policy.project.iter().cloned();
    let part_of = project.map(|project| (SmolStr::new_static("app.kubernetes.io/part-of"), project));
    let owner = namespace.and_then(|name| policy.namespaces.get(name)).and_then(|namespace| namespace.owner.as_ref());
    Metadata {
        name: object_name(&format_smolstr!("ztp.{stem}")).into(),
        namespace: namespace.map(SmolStr::from),
        labels: std::iter::once(managed_by).chain(part_of).collect(),
        annotations: owner.map(|owner| (SmolStr::new_static("ztp/owner"), owner.clone())).into_iter().collect(),
    }
}

/// The sentence as a comment, with its reason and its last day.
#[must_use]
pub fn comment(sentence: &Sentence) -> Comment {
    let mut lines = vec![sentence.text.to_string()];
    lines.extend(sentence.because.iter().map(|because| format!("because: {because}")));
    lines.extend(sentence.until.iter().map(|until| format!("until: {until}")));
    lines
}
