//! What the objects of every enforcer have in common: names, labels, and comments that quote the sentence.

use crate::manifest::{Comment, Metadata, object_name};
use crate::policy::{Policy, Sentence};
use std::collections::BTreeMap;

/// Name, namespace and labels of an object; `stem` is what follows `ztp.` in its name. The namespace's owner becomes
/// the annotation `ztp/owner`.
#[must_use]
pub fn metadata(policy: &Policy, stem: &str, namespace: Option<&str>) -> Metadata {
    let mut labels = BTreeMap::from([("app.kubernetes.io/managed-by".to_owned(), "ztp".to_owned())]);
    if let Some(project) = &policy.project {
        labels.insert("app.kubernetes.io/part-of".to_owned(), project.to_string());
    }
    let owner = namespace.and_then(|name| policy.namespaces.get(name)).and_then(|namespace| namespace.owner.as_ref());
    Metadata {
        name: object_name(&format!("ztp.{stem}")),
        namespace: namespace.map(str::to_owned),
        labels,
        annotations: owner.map(|owner| ("ztp/owner".to_owned(), owner.to_string())).into_iter().collect(),
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
