//! What the specs of an object mean, given what all objects together make so.
//!
//! Selectors first get what the agent adds to them (`getEndpointSelector` and `ParseToCiliumRule` in
//! `pkg/k8s/apis/cilium.io/utils/utils.go`, 1.20.2), then they are sets of endpoints.

pub mod expression;
pub mod facts;
mod http;
mod names;
mod network_policy;
mod peers;
pub mod region;
mod traffic;

use super::form::{Authentication, List, Rule, Selector, Source, Spec, Subject};
use crate::enforcer::raise::{ByName, Origin, Raised};
use crate::policy::{Direction, DnsPattern, Op, Values, Version};
use crate::semantics::connections::{Connections, RequestSet};
use crate::semantics::endpoints::Endpoints;
use crate::verdict::{self, Effect, Gap, Isolation, Ruleset, SubjectId};
use region::{Hidden, World};
use smol_str::{SmolStr, format_smolstr};
use traffic::Which;

/// How many rules one entry of a policy may come to, if it has several peers and several ways to look into connections: each
/// with each. A long list of either alone is as long as its text.
const MOST_RULES: usize = 20_000;

/// Since when rules for requests and look-ups leave everything else alone where nothing isolates the endpoint
/// (`ensureWildcard` in `pkg/policy/l4.go`: in 1.18.0 and 1.16.19, not in 1.16.0 and 1.17.0).
const WILDCARDS: Version = Version { major: 1, minor: 18 };

/// An object on its way.
pub struct Meaning<'w> {
    /// What is known.
    pub world: World<'w>,
    /// What its causes have in common.
    pub origin: &'w Origin,
    /// The namespace; `None` of a cluster-wide object.
    pub namespace: Option<&'w str>,
}

/// What a rule comes to.
pub struct Parts<T> {
    /// What can be told.
    pub told: Vec<T>,
    /// Why the rest cannot.
    pub gaps: Vec<String>,
}

impl<T> Parts<T> {
    /// Nothing.
    pub fn none() -> Self {
        Self { told: Vec::new(), gaps: Vec::new() }
    }

    /// What can all be told.
    pub fn told(told: Vec<T>) -> Self {
        Self { told, gaps: Vec::new() }
    }

    /// What cannot be told at all.
    pub fn gap(reason: impl Into<String>) -> Self {
        Self { told: Vec::new(), gaps: vec![reason.into()] }
    }
}

impl Meaning<'_> {
    /// Adds what a spec means.
    pub fn add(&self, spec: &Spec<'_>, raised: &mut Raised) {
        let (governed, gap) = match self.governed(&spec.subject) {
            Ok(governed) => (governed, None),
            // Whom it governs is not known; all the pods it could are.
            Err(hidden) => (vec![self.all_pods()], Some(hidden)),
        };
        let subjects: Vec<SubjectId> = governed.into_iter().map(|one| raised.rules.intern(one)).collect();
        if let Some(Hidden(reason)) = gap {
            let cause = self.origin.cause(&mut raised.rules, place(spec, ""), spec.range);
            let gap = |subject| Gap::new(subject, None, reason.clone(), cause);
            raised.rules.gaps.extend(subjects.into_iter().map(gap));
            return;
        }
        for direction in [Direction::Ingress, Direction::Egress] {
            self.isolation(spec, direction, &subjects, raised);
        }
        for rule in &spec.rules {
            self.rule(spec, rule, &subjects, raised);
        }
    }

    fn all_pods(&self) -> Endpoints {
        use crate::policy::PodSelector;
        Endpoints::Pods(self.namespace.map_or_else(PodSelector::default, PodSelector::namespace))
    }

    /// Whom a spec governs. In a namespace the agent overwrites whatever `matchLabels` say of the namespace with the
    /// source `k8s`, in silence (`cilium-verdicts` S7d); what is said in any other way stays, and both must hold.
    fn governed(&self, subject: &Subject<'_>) -> Result<Vec<Endpoints>, Hidden> {
        let selector = match subject {
            Subject::Nodes(selector) => return Ok(self.world.nodes(selector).into_iter().collect()),
            Subject::Endpoints(selector) => selector,
        };
        let Some(namespace) = self.namespace else { return self.world.subjects(selector) };
        let overwritten = |one: &super::form::Requirement<'_>| {
            one.is_match && one.source == Source::K8s && one.key == region::NAMESPACE
        };
        let mut selector = Selector(selector.0.iter().filter(|one| !overwritten(one)).cloned().collect());
        selector.0.push(is(region::NAMESPACE, namespace));
        self.world.subjects(&selector)
    }

    /// A spec isolates in a direction only through a rule for it (`RulesToPolicyEntries` in
    /// `pkg/policy/utils/parserules.go`), allow or deny, even one that selects nothing.
    fn isolation(&self, spec: &Spec<'_>, direction: Direction, subjects: &[SubjectId], raised: &mut Raised) {
        let mut rules = spec.rules.iter().filter(|rule| direction_of(rule.list) == direction);
        let Some(first) = rules.next().filter(|_| isolates(spec, direction)) else { return };
        let cause = self.origin.cause(&mut raised.rules, place(spec, first.list.key()), first.range);
        let isolation = |&subject| Isolation { subject, direction, cause };
        raised.rules.isolations.extend(subjects.iter().map(isolation));
    }

    fn rule(&self, spec: &Spec<'_>, rule: &Rule<'_>, subjects: &[SubjectId], raised: &mut Raised) {
        let peers = self.peers(spec, rule);
        let mut connections = traffic::connections(&rule.traffic, Which::Numbers, self.world);
        let mut names: Vec<&str> = traffic::names(&rule.traffic).collect();
        let mut gaps = peers.gaps;
        let mut effect = if rule.list.denies() { Effect::Deny } else { Effect::Allow };
        match rule.authentication {
            None => {}
            Some(Authentication::Required) => effect = Effect::AllowAuthenticated,
            // What is said in so many words is not overruled by another rule's `required`, which a ruleset cannot say.
            Some(Authentication::Disabled) if self.world.facts.authenticates => {
                let reason = "beside rules that require authentication the mode `disabled` holds for some selectors, and \
                              for others the agent cannot compute the policy";
                gaps.push(reason.to_owned());
                connections.told.clear();
                names.clear();
            }
            Some(Authentication::Disabled) => {}
            Some(Authentication::AlwaysFail) => {
                gaps.push("`authentication.mode: test-always-fail` is for tests of the agent".to_owned());
                connections.told.clear();
                names.clear();
            }
        }
        if !peers.told.is_empty() || !gaps.is_empty() {
            gaps.extend(connections.gaps);
        }
        let (peers_told, ways) = (peers.told.len(), connections.told.len());
        if ways > 1 && peers_told.saturating_mul(ways) > MOST_RULES {
            gaps.push("too many peers and ports in one rule to tell them apart".to_owned());
            connections.told.clear();
        }
        let direction = direction_of(rule.list);
        if self.world.scope.version < WILDCARDS
            && !isolates(spec, direction)
            && connections.told.iter().any(looks_into_some)
        {
            gaps.push(
                "before 1.18 it depends on the patch whether rules that isolate nobody leave other requests alone"
                    .to_owned(),
            );
        }
        if gaps.is_empty() && (peers.told.is_empty() || (connections.told.is_empty() && names.is_empty())) {
            return;
        }
        let text = place(spec, &format_smolstr!("{}[{}]", rule.list.key(), rule.index));
        let cause = self.origin.cause(&mut raised.rules, text, rule.range);
        for reason in gaps {
            let gap = |&subject| Gap::new(subject, Some(direction), reason.clone(), cause);
            raised.rules.gaps.extend(subjects.iter().map(gap));
        }
        let push = |rules: &mut Ruleset, subject, peers: &Endpoints, connections: Vec<Connections>| {
            let (peers, except) = (peers.clone(), Vec::new());
            let rule =
                verdict::Rule { subject, direction, effect, peers, connections: Connections::All, except, cause };
            rules.rules.extend(connections.into_iter().map(|of| verdict::Rule { connections: of, ..rule.clone() }));
        };
        for &subject in subjects {
            for peers in &peers.told {
                push(&mut raised.rules, subject, peers, connections.told.clone());
                if names.is_empty() {
                    continue;
                }
                let by_name = ByName { direction, subject, peers };
                for (subject, peers, running) in by_name.known(self.world.scope, &mut raised.rules) {
                    let named = traffic::connections(&rule.traffic, Which::Names(running), self.world);
                    push(&mut raised.rules, subject, &peers, named.told);
                }
                raised.rules.gaps.extend(names.iter().map(|name| by_name.gap(name, self.world.scope, cause)));
            }
        }
    }
}

/// Whether a spec isolates in a direction for which it has a rule.
fn isolates(spec: &Spec<'_>, direction: Direction) -> bool {
    match direction {
        Direction::Ingress => spec.isolates_ingress,
        Direction::Egress => spec.isolates_egress,
    }
}

/// Whether some of what could pass on these ports is not in here.
fn looks_into_some(connections: &Connections) -> bool {
    match connections {
        Connections::Requests { requests, .. } => !requests.contains(&RequestSet::all()),
        Connections::LookUps { names, .. } => !names.contains(&DnsPattern::Any),
        Connections::All
        | Connections::Ports(_)
        | Connections::Icmp(_)
        | Connections::Other
        | Connections::Tls { .. } => false,
    }
}

fn direction_of(list: List) -> Direction {
    if list.is_ingress() { Direction::Ingress } else { Direction::Egress }
}

/// `ingress[0]`, in `specs` with the index of the spec before it.
fn place(spec: &Spec<'_>, text: &str) -> SmolStr {
    match (spec.index, text) {
        (None, "") => "spec".into(),
        (None, text) => text.into(),
        (Some(index), "") => format_smolstr!("specs[{index}]"),
        (Some(index), text) => format_smolstr!("specs[{index}].{text}"),
    }
}

/// `k8s:KEY` has exactly this value.
fn is<'n>(key: &'n str, value: &str) -> super::form::Requirement<'n> {
    super::form::Requirement { source: Source::K8s, key, op: Op::In(Values::one(value)), is_match: true }
}
