//! The proof namespace by namespace, which is quick and takes little memory: nearly always the manifests of each say the
//! same as its sentences in nearly the same words. Where that is not plain, the whole is compared.
//!
//! Any division would do: all that is said, on both sides, is in one part or another, and parts that agree make wholes
//! that do. Only what objects mean together, and not each by itself, has to be left to the whole.

use super::{keep_what_counts, read_back, universe};
use crate::policy::{Policy, SubjectId};
use crate::verdict::{PolicyPart, Ruleset, agree};
use indexmap::IndexMap;

/// What makes an object's meaning depend on others: labels that addresses have only while some rule names them (with
/// which goes what [`look_ups`](super::look_ups) finds), and ways to look into connections that may not meet.
const TOGETHER: [&str; 4] = ["\"fqdn:", "\"cidr:", "authentication:", "serverNames:"];

/// The same in objects that meet those of every namespace.
const TOGETHER_CLUSTERWIDE: [&str; 2] = ["http:", "dns:"];

/// What is said of one namespace, or of the whole cluster, on both sides.
#[derive(Default)]
pub(super) struct Part<'p> {
    said: PolicyPart<'p>,
    manifests: Vec<&'p str>,
}

/// Whether each object means by itself what it means together with the others.
pub(super) fn independent(manifests: &[&str]) -> bool {
    let clusterwide = || manifests.iter().filter(|text| namespace(text).is_none());
    let has = |text: &str, marks: &[&str]| marks.iter().any(|mark| text.contains(mark));
    if manifests.iter().any(|text| has(text, &TOGETHER)) || clusterwide().any(|text| has(text, &TOGETHER_CLUSTERWIDE)) {
        return false;
    }
    // What lets everything pass to a DNS server means less beside look-ups by name (`verdict::settle_look_ups`).
    !clusterwide().any(|text| lets_out(text)) || !manifests.iter().any(|text| text.contains("dns:"))
}

/// Whether an object has a rule for egress that allows something: `- {}` only isolates.
fn lets_out(text: &str) -> bool {
    // The column of the `egress:` in whose list the lines are. Its entries begin in that column or further in.
    let mut list = None;
    for line in text.lines() {
        let content = line.trim_start_matches(' ');
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let column = line.len() - content.len();
        if list.is_some_and(|key| column > key || (column == key && content.starts_with('-'))) {
            if content != "- {}" {
                return true;
            }
        } else {
            let key = line.trim_start_matches([' ', '-']);
            list = (key == "egress:").then(|| line.len() - key.len());
        }
    }
    false
}

/// A policy and its manifests, divided.
pub(super) fn of<'p>(policy: &'p Policy, manifests: &[&'p str]) -> Vec<Part<'p>> {
    let mut parts: IndexMap<Option<&str>, Part<'p>> = IndexMap::new();
    for text in manifests {
        parts.entry(namespace(text)).or_default().manifests.push(text);
    }
    let home = |subject: SubjectId| policy.subject(subject).namespace.as_deref();
    for isolation in &policy.isolations {
        parts.entry(home(isolation.subject)).or_default().said.isolations.push(isolation);
    }
    for rule in &policy.rules {
        parts.entry(home(rule.subject)).or_default().said.rules.push(rule);
    }
    for boundary in &policy.boundaries {
        parts.entry(home(boundary.subject)).or_default().said.boundaries.push(boundary);
    }
    parts.into_values().collect()
}

/// The namespace of an object, as its text begins.
fn namespace(text: &str) -> Option<&str> {
    text.lines().take_while(|line| *line != "spec:").find_map(|line| line.strip_prefix("  namespace: "))
}

impl Part<'_> {
    /// Whether both sides plainly say the same.
    pub(super) fn agrees(&self, policy: &Policy) -> bool {
        let Ok(mut raised) = read_back(policy, &self.manifests) else { return false };
        let mut said = Ruleset::of_part(policy, &self.said);
        keep_what_counts(policy, [&mut raised, &mut said]);
        agree(universe(policy), &said, &raised)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOK_UPS: &str = "metadata:\n  namespace: shop\nspec:\n  egress:\n    - rules:\n        dns:\n";

    #[test]
    fn what_lets_out_of_every_namespace_is_not_taken_apart_from_look_ups() {
        let allows = "metadata:\n  name: a\nspec:\n  egress:\n    - toEntities:\n        - cluster\n";
        let in_a_list = "metadata:\n  name: a\nspecs:\n  - egress:\n      - toEntities:\n          - cluster\n";
        let isolates = "metadata:\n  name: a\nspec:\n  egress:\n    - {}\n";
        assert!(!independent(&[allows, LOOK_UPS]));
        assert!(!independent(&[in_a_list, LOOK_UPS]));
        assert!(independent(&[allows]));
        assert!(independent(&[isolates, LOOK_UPS]));
    }

    #[test]
    fn any_entry_for_egress_lets_out_but_an_empty_one() {
        let allows = [
            "spec:\n  egress:\n    - {}\n    - toEntities:\n        - cluster\n",
            "spec:\n  egress:\n  - {}\n  - toEntities:\n    - cluster\n",
            "spec:\n  egress:\n    # why\n    - {}\n\n    - toEntities:\n",
            "specs:\n  - egress:\n      - {}\n  - egress:\n      - {}\n      - toEntities:\n",
            "specs:\n- egress:\n  - {}\n- egress:\n  - toEntities:\n",
        ];
        for text in allows {
            assert!(lets_out(text), "{text}");
        }
        let isolates = [
            "spec:\n  egress:\n    - {}\n    - {}\n  ingress:\n    - fromEntities:\n",
            "spec:\n  egress:\n  - {}\n  ingress:\n  - fromEntities:\n",
            "specs:\n  - egress:\n      - {}\n  - ingress:\n      - fromEntities:\n",
            "spec:\n  enableDefaultDeny:\n    egress: true\n  egressDeny:\n    - toEntities:\n",
        ];
        for text in isolates {
            assert!(!lets_out(text), "{text}");
        }
    }
}
