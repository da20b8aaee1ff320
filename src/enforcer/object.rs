//! What the objects of every enforcer have in common: names, labels, and comments that quote the sentence.

use crate::manifest::{Comment, Metadata};
use crate::policy::{Policy, Sentence};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The longest name of an object: a DNS-1123 subdomain (Kubernetes, `NameIsDNSSubdomain`).
const MAX_NAME: usize = 253;

/// Name, namespace and labels of an object; `stem` is what follows `ztp.` in its name. A stem that is too long is cut
/// and ends in a hash of the whole. The namespace's owner becomes the annotation `ztp/owner`.
#[must_use]
pub fn metadata(policy: &Policy, stem: &str, namespace: Option<&str>) -> Metadata {
    let mut labels = BTreeMap::from([("app.kubernetes.io/managed-by".to_owned(), "ztp".to_owned())]);
    if let Some(project) = &policy.project {
        labels.insert("app.kubernetes.io/part-of".to_owned(), project.to_string());
    }
    let owner = namespace.and_then(|name| policy.namespaces.get(name)).and_then(|namespace| namespace.owner.as_ref());
    Metadata {
        name: name(stem),
        namespace: namespace.map(str::to_owned),
        labels,
        annotations: owner.map(|owner| ("ztp/owner".to_owned(), owner.to_string())).into_iter().collect(),
    }
}

fn name(stem: &str) -> String {
    let name = format!("ztp.{stem}");
    if name.len() <= MAX_NAME {
        return name;
    }
    let kept: String = name.chars().take(MAX_NAME - 18).collect();
    format!("{}.h{}", kept.trim_end_matches(['.', '-']), hash(stem, 16))
}

/// The first `digits` hexadecimal digits of a hash of the text.
#[must_use]
pub fn hash(text: &str, digits: usize) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .take(digits)
        .filter_map(|d| char::from_digit(d.into(), 16))
        .collect()
}

/// The sentence as a comment, with its reason and its last day.
#[must_use]
pub fn comment(sentence: &Sentence) -> Comment {
    let mut lines = vec![sentence.text.to_string()];
    lines.extend(sentence.because.iter().map(|because| format!("because: {because}")));
    lines.extend(sentence.until.iter().map(|until| format!("until: {until}")));
    lines
}
