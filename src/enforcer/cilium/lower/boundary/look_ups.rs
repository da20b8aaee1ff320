//! The look-ups of bound pods that nothing isolates.

use super::MAX_TERMS;
use super::denies::less;
use crate::diagnostic::problem::boundary::BoundaryProblem;
use crate::enforcer::cilium::label;
use crate::enforcer::cilium::lower::spec::{NOT_ISOLATING, empty, merged, rule};
use crate::enforcer::cilium::lower::{peer, traffic};
use crate::enforcer::object;
use crate::manifest::cilium::{Rule, Spec, Subject};
use crate::policy::{
    self, Boundary, Direction, DnsPattern, DnsServer, LabelSelector, PodSelector, Policy, Selects, SubjectId,
};
use crate::semantics;

/// Lets the pods that the boundary binds and that nothing isolates for egress look up any name, by way of the proxy
/// that sees the answers. Isolated pods have their own look-ups, which this would widen.
pub fn look_ups(policy: &Policy, boundary: &Boundary) -> Result<Vec<Spec>, Vec<BoundaryProblem>> {
    let sentence = policy.sentence(boundary.sentence);
    let mut open = pods(policy, boundary.subject).into_iter().collect::<Vec<_>>();
    for isolation in policy.isolations.iter().filter(|isolation| isolation.direction == Direction::Egress) {
        let Some(isolated) = pods(policy, isolation.subject) else { continue };
        if !apart(policy, isolation.subject, &open) {
            open = less(&open, std::iter::once(&isolated))
                .ok_or_else(|| vec![BoundaryProblem::Intricate { span: sentence.span, most: MAX_TERMS }])?;
        }
    }
    let rules = merged(policy.cluster.dns.iter().filter_map(look_up_rule).collect());
    let mut comment =
        vec!["derived: look-ups of bound pods that nothing isolates, so that their names are seen".to_owned()];
    comment.extend(object::comment(sentence));
    Ok(open
        .iter()
        .map(|term| {
            let mut spec = empty(Subject::Endpoints(label::selector(term)), comment.clone());
            spec.enable_default_deny = Some(NOT_ISOLATING);
            spec.egress = rules.clone();
            spec
        })
        .collect())
}

fn look_up_rule(server: &DnsServer) -> Option<Rule> {
    let names = policy::Traffic::Dns { ports: server.ports().clone(), names: vec![DnsPattern::Any] };
    Some(rule(peer::allowed(&server.peer(), None)?, traffic::traffic(&names, None)?))
}

fn pods(policy: &Policy, subject: SubjectId) -> Option<LabelSelector> {
    match &policy.subject(subject).selects {
        Selects::Pods(selector) => label::pods(selector),
        Selects::Nodes(_) => None,
    }
}

/// Whether the labels that its namespace is declared with keep a subject out of all of these.
fn apart(policy: &Policy, subject: SubjectId, terms: &[LabelSelector]) -> bool {
    let Selects::Pods(selector) = &policy.subject(subject).selects else { return true };
    let Some(namespace) = selector.namespaces.names.as_one().and_then(|name| policy.namespaces.get(name)) else {
        return false;
    };
    let labels = namespace.labels.iter().fold(LabelSelector::default(), |labels, (key, value)| {
        labels.and(&LabelSelector::is(key.clone(), value.clone()))
    });
    let mut declared = PodSelector::default();
    declared.namespaces.labels = labels;
    label::pods(&declared).is_some_and(|declared| !terms.iter().any(|term| semantics::labels::overlap(term, &declared)))
}
