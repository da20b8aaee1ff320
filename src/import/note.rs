//! Comments: those of the manifests, and what the manifests surely did not intend.
//!
//! A comment belongs to the entry of a list that it stands in, or right above; else to its object. One comment of an
//! object stands above the first sentence that came of it; of one that only isolates, above its namespace's header.

use crate::enforcer::raise::{self, Located, Scope};
use crate::source::{FileId, Sources};
use crate::verdict::{CauseId, Ruleset};
use crate::view::manifests::Text;
use crate::yaml::{self, Node, Range};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// Annotations whose text is for people (the first is Kubernetes' own: "Well-Known Labels, Annotations and Taints").
const ANNOTATIONS: [&str; 3] = ["kubernetes.io/description", "description", "policy.cilium.io/description"];

/// The comments of all manifests.
#[derive(Debug, Default)]
pub struct Comments {
    of_causes: BTreeMap<CauseId, Vec<String>>,
    of_objects: BTreeMap<SmolStr, Vec<String>>,
}

impl Comments {
    /// Collects them.
    pub fn new(
        texts: &[Text<'_>],
        objects: &[Located<'_, '_>],
        ruleset: &Ruleset,
        sources: &Sources,
        scope: &Scope,
    ) -> Self {
        let mut comments = Self::default();
        let by_file = anchors(objects, ruleset, scope);
        for text in texts {
            let file = text.file();
            let (Some(source), Some(of_file)) = (sources.get(file), by_file.get(&file)) else { continue };
            for document in text.documents().iter().flatten() {
                let found = document.comments(&source.text);
                let found: Vec<_> = found.iter().filter(|comment| comment.alone).collect();
                if found.is_empty() {
                    continue;
                }
                let first = of_file.partition_point(|anchor| anchor.start < document.range.start);
                let behind = of_file.partition_point(|anchor| anchor.start < document.range.end);
                let anchors = of_file.get(first..behind).unwrap_or_default();
                for comment in found {
                    comments.add(comment, anchors, &source.text);
                }
            }
        }
        for one in objects.iter().filter(|one| raise::is_enforced(&one.object, scope)) {
            let described = described(one.object.node);
            if !described.is_empty() && !is_ours(one.object.node) {
                comments.of_objects.entry(raise::name(&one.object, scope)).or_default().extend(described);
            }
        }
        comments
    }

    fn add(&mut self, comment: &yaml::Comment<'_>, anchors: &[Anchor], text: &str) {
        let at = comment.range.start;
        let around = anchors.iter().filter(|anchor| anchor.start <= at && at < anchor.end);
        let inner = around.min_by_key(|anchor| anchor.end - anchor.start);
        let next = anchors.iter().find(|anchor| anchor.start > at).filter(|next| {
            let between = Range { start: comment.range.end, end: next.start };
            between.of(text).lines().all(|line| {
                let line = line.trim();
                line.is_empty() || line.starts_with('#') || line.chars().all(|c| c == '-')
            })
        });
        let anchor = match (next, inner) {
            (Some(next), _) => next,
            (None, Some(inner)) => inner,
            (None, None) => match anchors.first().filter(|first| first.start > at).or_else(|| anchors.last()) {
                Some(anchor) => anchor,
                None => return,
            },
        };
        if anchor.ours {
            return;
        }
        let line = comment.text.trim().trim_start_matches('#').trim();
        if line.is_empty() || line.chars().all(|c| !c.is_alphanumeric()) {
            return;
        }
        let line = plain(line);
        let list = match anchor.cause {
            Some(cause) => self.of_causes.entry(cause).or_default(),
            None => self.of_objects.entry(anchor.object.clone()).or_default(),
        };
        list.push(line);
    }

    /// Takes the comments of some places, each once.
    pub fn take(&mut self, causes: &BTreeSet<CauseId>, ruleset: &Ruleset) -> Vec<String> {
        let mut found = Vec::new();
        for cause in causes {
            if let Some(object) = &ruleset.cause(*cause).object {
                found.extend(self.of_objects.remove(object).unwrap_or_default());
            }
        }
        for cause in causes {
            found.extend(self.of_causes.remove(cause).unwrap_or_default());
        }
        found
    }
}

/// What a comment can belong to.
struct Anchor {
    start: u32,
    end: u32,
    cause: Option<CauseId>,
    object: SmolStr,
    ours: bool,
}

/// The places to which comments can belong, by file and in order.
fn anchors(objects: &[Located<'_, '_>], ruleset: &Ruleset, scope: &Scope) -> BTreeMap<FileId, Vec<Anchor>> {
    let mut ours = BTreeSet::new();
    let mut anchors: BTreeMap<FileId, Vec<Anchor>> = BTreeMap::new();
    for one in objects.iter().filter(|one| raise::is_enforced(&one.object, scope)) {
        let range = one.object.node.range;
        let object = raise::name(&one.object, scope);
        let is_ours = is_ours(one.object.node);
        if is_ours {
            ours.insert(object.clone());
        }
        let anchor = Anchor { start: range.start, end: range.end, cause: None, object, ours: is_ours };
        anchors.entry(one.file).or_default().push(anchor);
    }
    for (id, cause) in ruleset.causes() {
        let (Some(span), Some(object)) = (cause.span, &cause.object) else { continue };
        // The cause of an isolation is its object; that of a rule is an entry.
        if cause.text.contains('[') {
            let (start, end, ours) = (span.start, span.end, ours.contains(object));
            let anchor = Anchor { start, end, cause: Some(id), object: object.clone(), ours };
            anchors.entry(span.file).or_default().push(anchor);
        }
    }
    for anchors in anchors.values_mut() {
        anchors.sort_by_key(|anchor| anchor.start);
    }
    anchors
}

/// Whether `ztp build` wrote an object: its comments are the sentences from which it came.
fn is_ours(object: &Node<'_>) -> bool {
    let labels = object.get("metadata").and_then(|metadata| metadata.get("labels"));
    labels.and_then(|labels| labels.get("app.kubernetes.io/managed-by")).and_then(Node::as_str) == Some("ztp")
}

/// What an object's author says of it.
fn described(object: &Node<'_>) -> Vec<String> {
    let annotations = object.get("metadata").and_then(|metadata| metadata.get("annotations"));
    let annotations = ANNOTATIONS.iter().filter_map(|key| annotations?.get(key)?.as_str());
    let spec = object.get("spec").and_then(|spec| spec.get("description")).and_then(Node::as_str);
    let mut lines: Vec<String> =
        annotations.chain(spec).flat_map(str::lines).map(plain).filter(|line| !line.is_empty()).collect();
    lines.dedup();
    lines
}

/// A line that can be a comment.
fn plain(line: &str) -> String {
    line.trim().chars().filter(|c| !c.is_control() && *c != '\u{feff}').collect()
}
