//! Reads an object as the agent does: what passes its checks, in its own terms, or why it enforces nothing.
//!
//! The checks are those of `Rule.Sanitize` and what it calls (`pkg/policy/api/rule_validation.go`, 1.20.2, unless
//! another place is named) and of the objects' `Parse` (`pkg/k8s/apis/cilium.io/v2/cnp_types.go`, `ccnp_types.go`). The
//! first that fails voids the whole object with all its specs, `enableDefaultDeny` included. What the API server's
//! schema asks for beyond that is not checked, but for types and for fields that do not exist: an object in a cluster
//! may be older than the schema.

mod l7;
mod peers;
mod selector;
mod traffic;

use super::form::{Authentication, List, Rule, Spec, Subject};
use crate::enforcer::raise::{Fields, Notes, Refusal, Scope, fields};
use crate::policy::Version;
use crate::yaml::{Node, Object};

/// What is known while an object is read.
pub struct Reading {
    /// What is noted.
    pub notes: Notes,
    /// The version of Cilium.
    pub version: Version,
    /// Whether nodes can be peers.
    pub node_labels: bool,
    /// Whether the rules at hand are for nodes.
    pub host_policy: bool,
}

impl Reading {
    /// Of an object in a cluster.
    pub fn new(scope: &Scope) -> Self {
        Self {
            notes: Notes::new(scope.unknown_fields),
            version: scope.version,
            node_labels: scope.node_labels,
            host_policy: false,
        }
    }

    fn before(&self, minor: u16) -> bool {
        self.version < Version { major: 1, minor }
    }
}

/// The specs of an object.
pub fn object<'n>(object: &Object<'n, 'n>, reading: &mut Reading) -> Result<Vec<Spec<'n>>, Refusal> {
    let clusterwide = object.kind == "CiliumClusterwideNetworkPolicy";
    let known = ["apiVersion", "kind", "metadata", "spec", "specs", "status"];
    let all = fields(object.node, &known, &mut reading.notes)?;
    if object.name.is_none() {
        return Err(Refusal::new(all.range(), "the policy has no name"));
    }
    let mut specs = Vec::new();
    if let Some(node) = all.get("spec") {
        specs.push(spec(node, None, clusterwide, reading)?);
    }
    let listed = all.list("specs")?;
    if specs.is_empty() && listed.is_none() {
        return Err(Refusal::new(all.range(), "the policy has neither `spec` nor `specs`"));
    }
    for (index, node) in listed.unwrap_or_default().iter().enumerate() {
        specs.push(spec(node, Some(index), clusterwide, reading)?);
    }
    Ok(specs)
}

fn spec<'n>(
    node: &'n Node<'n>,
    index: Option<usize>,
    clusterwide: bool,
    reading: &mut Reading,
) -> Result<Spec<'n>, Refusal> {
    let known = [
        "endpointSelector",
        "nodeSelector",
        "ingress",
        "ingressDeny",
        "egress",
        "egressDeny",
        "enableDefaultDeny",
        "labels",
        "description",
        "log",
    ];
    let spec = fields(node, &known, &mut reading.notes)?;
    // These say nothing about traffic. `log` shows in flow logs.
    spec.string("description")?;
    for label in spec.entries("labels")? {
        // A label can be written as one string, too (`Label.UnmarshalJSON` in `pkg/labels/labels.go`).
        if label.as_str().is_none() {
            fields(label, &["key", "value", "source"], &mut reading.notes)?;
        }
    }
    if let Some(log) = spec.get("log") {
        fields(log, &["value"], &mut reading.notes)?.string("value")?;
    }

    let subject = subject(spec, clusterwide, reading)?;
    reading.host_policy = matches!(subject, Subject::Nodes(_));
    let mut rules = Vec::new();
    for list in List::ALL {
        for (index, node) in spec.entries(list.key())?.iter().enumerate() {
            rules.push(rule(node, list, index, reading)?);
        }
    }
    if rules.is_empty() {
        let reason = "none of `ingress`, `ingressDeny`, `egress` and `egressDeny` has an entry";
        return Err(Refusal::new(spec.range(), reason));
    }
    let (ingress, egress) = match spec.get("enableDefaultDeny") {
        None => (None, None),
        Some(node) => {
            let isolates = fields(node, &["ingress", "egress"], &mut reading.notes)?;
            (isolates.bool("ingress")?, isolates.bool("egress")?)
        }
    };
    // What is not said follows from the lists, deny rules included, and says nothing where there is no rule.
    Ok(Spec {
        index,
        range: spec.range(),
        subject,
        isolates_ingress: ingress.unwrap_or(true),
        isolates_egress: egress.unwrap_or(true),
        rules,
    })
}

fn subject<'n>(spec: Fields<'n>, clusterwide: bool, reading: &mut Reading) -> Result<Subject<'n>, Refusal> {
    match (spec.get("endpointSelector"), spec.get("nodeSelector")) {
        (Some(node), None) => Ok(Subject::Endpoints(selector::selector(node, reading)?)),
        (None, Some(node)) if clusterwide => Ok(Subject::Nodes(selector::selector(node, reading)?)),
        (None, Some(node)) => Err(Refusal::new(node.range, "only a cluster-wide policy takes a `nodeSelector`")),
        (None, None) => Err(Refusal::new(spec.range(), "there is neither an `endpointSelector` nor a `nodeSelector`")),
        (Some(_), Some(node)) => {
            Err(Refusal::new(node.range, "`endpointSelector` and `nodeSelector` exclude each other"))
        }
    }
}

fn rule<'n>(node: &'n Node<'n>, list: List, index: usize, reading: &mut Reading) -> Result<Rule<'n>, Refusal> {
    let known: &[&str] = match list {
        List::Ingress => &[
            "fromEndpoints",
            "fromEntities",
            "fromCIDR",
            "fromCIDRSet",
            "fromNodes",
            "fromGroups",
            "fromRequires",
            "toPorts",
            "icmps",
            "authentication",
        ],
        List::IngressDeny => &[
            "fromEndpoints",
            "fromEntities",
            "fromCIDR",
            "fromCIDRSet",
            "fromNodes",
            "fromGroups",
            "fromRequires",
            "toPorts",
            "icmps",
        ],
        List::Egress => &[
            "toEndpoints",
            "toEntities",
            "toCIDR",
            "toCIDRSet",
            "toNodes",
            "toGroups",
            "toRequires",
            "toServices",
            "toFQDNs",
            "toPorts",
            "icmps",
            "authentication",
        ],
        List::EgressDeny => &[
            "toEndpoints",
            "toEntities",
            "toCIDR",
            "toCIDRSet",
            "toNodes",
            "toGroups",
            "toRequires",
            "toServices",
            "toPorts",
            "icmps",
        ],
    };
    let rule = fields(node, known, &mut reading.notes)?;
    Ok(Rule {
        list,
        index,
        range: rule.range(),
        peers: peers::peers(rule, list, reading)?,
        traffic: traffic::traffic(rule, list, reading)?,
        // Under `Drop` an unknown field may still be there.
        authentication: if list.denies() { None } else { authentication(rule, reading)? },
    })
}

fn authentication(rule: Fields<'_>, reading: &mut Reading) -> Result<Option<Authentication>, Refusal> {
    let Some(node) = rule.get("authentication") else { return Ok(None) };
    match fields(node, &["mode"], &mut reading.notes)?.string("mode")? {
        Some("required") => Ok(Some(Authentication::Required)),
        Some("disabled") => Ok(Some(Authentication::Disabled)),
        Some("test-always-fail") => Ok(Some(Authentication::AlwaysFail)),
        _ => Err(Refusal::new(node.range, "the mode is `required`, `disabled` or `test-always-fail`")),
    }
}
