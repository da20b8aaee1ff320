//! What the policies surely did not intend, as comments at the place.

use super::frame::direction_word;
use super::halves::{Half, Halves};
use super::page::{Entry, Kind, Pages, Section};
use super::{Read, section};
use crate::enforcer::raise::{self, ProblemKind};
use crate::verdict::{CauseId, Effect};
use crate::yaml::Node;
use smol_str::SmolStr;
use std::collections::BTreeSet;

impl Read<'_> {
    /// What the policies surely did not intend.
    pub(super) fn notes(&self, halves: &Halves, dead: &[CauseId], denied: &[CauseId], pages: &mut Pages) {
        for problem in self.problems.iter().filter(|problem| problem.kind != ProblemKind::NotRead) {
            let what = match problem.kind {
                ProblemKind::Refused => "is refused, and enforces nothing",
                ProblemKind::Dropped | ProblemKind::NotRead => "has a field that is dropped",
            };
            note_of(pages, &problem.object, format!("{} {what}: {}", problem.object, problem.reason));
        }
        for one in self.found.objects.iter().filter(|one| raise::is_enforced(&one.object, self.scope)) {
            for remark in shape(one.object.node) {
                let object = raise::name(&one.object, self.scope);
                note_of(pages, &object, format!("{object}: {remark}"));
            }
        }
        let silent = "at the other end all is isolated, and nothing lets it pass";
        let idle = dead
            .iter()
            .map(|cause| (*cause, silent))
            .chain(denied.iter().map(|cause| (*cause, "a deny has all of it")));
        let mut known = BTreeSet::new();
        for (cause, why) in idle.filter(|(cause, _)| known.insert(*cause)) {
            let (_, construct) = self.construct(cause);
            let object = self.ruleset.cause(cause).object.clone().unwrap_or_default();
            note_of(pages, &object, format!("{construct} never applies: {why}"));
        }
        for isolated in &halves.isolated {
            let cause = self.ruleset.cause(isolated.cause);
            let object = cause.object.clone().unwrap_or_default();
            let same = |half: &Half| {
                half.direction == isolated.direction
                    && half.effect != Effect::Deny
                    && self.ruleset.cause(half.cause).object.as_ref() == Some(&object)
            };
            if cause.text.contains("Deny") && !halves.halves.iter().any(same) {
                let direction = direction_word(isolated.direction);
                note_of(
                    pages,
                    &object,
                    format!(
                        "{object} isolates for {direction}, though it only denies: `enableDefaultDeny` is not false"
                    ),
                );
            }
        }
    }
}

/// Adds a comment to the section of an object's namespace.
fn note_of(pages: &mut Pages, object: &str, text: String) {
    let namespace = object.split_once(' ').and_then(|(_, name)| name.split_once('/')).map(|(namespace, _)| namespace);
    let known = namespace.filter(|namespace| pages.namespaces.contains_key(*namespace)).map(SmolStr::from);
    note(section(pages, known.as_ref()), text);
}

/// Adds a comment to a section.
pub(super) fn note(section: &mut Section, text: String) {
    section.entries.push(Entry { comments: vec![format!("note: {text}")], kind: Kind::Note, ..Entry::default() });
}

/// The first of some names, and how many more there are.
pub(super) fn some(names: &[String]) -> String {
    let (shown, rest) = names.split_at_checked(5).unwrap_or((names, &[]));
    match rest.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What the shape of a policy does that its author cannot have meant.
fn shape(object: &Node<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let is_empty = |node: &Node<'_>| node.as_sequence().is_some_and(<[Node<'_>]>::is_empty);
    let specs =
        object.get("spec").into_iter().chain(object.get("specs").and_then(Node::as_sequence).unwrap_or_default());
    for spec in specs {
        let there = |key: &str| spec.get(key).is_some_and(|node| !node.is_null());
        let native = object.get("kind").and_then(Node::as_str) == Some("NetworkPolicy");
        if native && there("egress") && !there("ingress") && !there("policyTypes") {
            found.push("without `policyTypes` it isolates for ingress too".to_owned());
        }
        for (list, peers) in [("ingress", ["from", ""]), ("egress", ["to", "toFQDNs"])] {
            let rules = spec.get(list).and_then(Node::as_sequence).unwrap_or_default();
            for (index, rule) in rules.iter().enumerate() {
                let empty = peers.iter().find(|key| rule.get(key).is_some_and(is_empty));
                if let Some(key) = empty {
                    found.push(format!("in {list}[{index}] the empty `{key}` stands for everybody"));
                }
            }
        }
    }
    found
}
