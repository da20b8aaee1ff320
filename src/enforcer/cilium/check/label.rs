//! Labels that no selector of Cilium can name.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::enforcer::EnforcerProblem;
use crate::enforcer::cilium::capability::{SOURCE_NOT_COUNTED, TOPOLOGY_LABELS_HIDDEN};
use crate::enforcer::cilium::label::NAMESPACE_LABELS;
use crate::policy::{LabelSelector, NodeSelector, Peer, PodSelector, Policy, Selects, SubjectId};
use crate::source::Span;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// What Cilium leaves out of identities unless it is configured otherwise; a key is left out if it begins so
/// (`pkg/labelsfilter/filter.go`, `defaultLabelPrefixCfg`, 1.18.4 and 1.19.4).
const HIDDEN: [&str; 13] = [
    "io.kubernetes",
    "kubernetes.io",
    "k8s.io",
    "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/controller-uid",
    "pod-template-generation",
    "pod-template-hash",
    "controller-revision-hash",
    "controller-uid",
    "annotation",
    "etcd_node",
];

/// The longest name of a label's key, without what stands before a `/` (Kubernetes, `IsQualifiedName`).
const LONGEST: usize = 63;

/// Each selector's labels, once a key.
pub fn check(policy: &Policy, found: &mut Vec<Diagnostic>) {
    let mut checker = Checker { policy, told: BTreeSet::new(), asked: vec![false; policy.subjects.len()], found };
    for isolation in &policy.isolations {
        checker.subject(isolation.subject, policy.sentence(isolation.sentence).span);
    }
    for rule in &policy.rules {
        checker.subject(rule.subject, policy.sentence(rule.sentence).span);
        checker.peer(&rule.peer, rule.span);
    }
    for boundary in &policy.boundaries {
        checker.subject(boundary.subject, policy.sentence(boundary.sentence).span);
        for permit in &boundary.permits {
            checker.peer(&permit.peer, permit.span);
        }
    }
}

struct Checker<'p> {
    policy: &'p Policy,
    /// The keys that a finding is about: one is enough.
    told: BTreeSet<SmolStr>,
    /// The subjects that were looked at.
    asked: Vec<bool>,
    found: &'p mut Vec<Diagnostic>,
}

impl Checker<'_> {
    fn subject(&mut self, subject: SubjectId, span: Span) {
        match self.asked.get_mut(subject.0 as usize) {
            Some(asked) if !*asked => *asked = true,
            _ => return,
        }
        match &self.policy.subject(subject).selects {
            Selects::Pods(pods) => self.pods(pods, span),
            Selects::Nodes(nodes) => self.nodes(nodes, span),
        }
    }

    fn peer(&mut self, peer: &Peer, span: Span) {
        match peer {
            Peer::Pods(pods) => self.pods(pods, span),
            Peer::Nodes(nodes) => self.nodes(nodes, span),
            _ => {}
        }
    }

    /// A node's labels are all there.
    fn nodes(&mut self, NodeSelector(labels): &NodeSelector, span: Span) {
        for requirement in &labels.0 {
            if let Some(reason) = self.too_long(&requirement.key, "") {
                self.tell(&requirement.key, reason, span);
            }
        }
    }

    fn pods(&mut self, pods: &PodSelector, span: Span) {
        self.labels(&pods.labels, "", span);
        self.labels(&pods.namespaces.labels, NAMESPACE_LABELS, span);
    }

    fn labels(&mut self, labels: &LabelSelector, prefix: &str, span: Span) {
        for requirement in &labels.0 {
            let key = &requirement.key;
            let hidden = if prefix.is_empty() { self.hidden(key) } else { None };
            if let Some(reason) = hidden.or_else(|| self.too_long(key, prefix)) {
                self.tell(key, reason, span);
            }
        }
    }

    fn tell(&mut self, key: &SmolStr, reason: &'static str, span: Span) {
        if self.told.insert(key.clone()) {
            self.found.push(EnforcerProblem::UnusableLabel { span, key: key.clone(), reason }.into());
        }
    }

    fn hidden(&self, key: &str) -> Option<&'static str> {
        let topology =
            self.policy.cluster.version >= TOPOLOGY_LABELS_HIDDEN && key.starts_with("topology.kubernetes.io");
        if topology || key.contains("beta.kubernetes.io") || HIDDEN.iter().any(|hidden| key.starts_with(hidden)) {
            Some(
                "Cilium keeps labels that change with every pod or node out of identities, so the policy would select nobody",
            )
        } else if key.starts_with("io.cilium.k8s.") {
            Some("Cilium puts a label of its own in its place")
        } else {
            None
        }
    }

    /// Cilium before 1.20 puts a label's source before its key and only then looks at its length.
    fn too_long(&self, key: &str, prefix: &str) -> Option<&'static str> {
        let before = if key.contains('/') {
            0
        } else if self.policy.cluster.version < SOURCE_NOT_COUNTED {
            prefix.len().max("k8s:".len())
        } else {
            prefix.len().saturating_sub("k8s:".len())
        };
        let name = key.rsplit('/').next().unwrap_or(key);
        (before + name.len() > LONGEST).then_some(
            "with what Cilium puts before it, it is longer than 63 characters, and the agent would reject the policy",
        )
    }
}
