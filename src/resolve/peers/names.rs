//! Names: what a bare or qualified one stands for, and what to say when it stands for nothing. `ide::declared` follows the
//! same steps for editors, and `tests/ide.rs` holds it to these.

use super::{Expansion, PeerResolver, Role, Term};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::names::NameProblem;
use crate::policy::{LabelSelector, NamespaceSelector, NodeSelector, Peer, PodSelector, ValueSet};
use crate::resolve::labels;
use crate::resolve::nearest::nearest;
use crate::resolve::scope::Names;
use crate::resolve::workloads;
use crate::source::Span;
use crate::syntax::ast::{self, Name, Workload};
use smol_str::{SmolStr, format_smolstr};

impl<'t> PeerResolver<'_, 't> {
    /// A bare name: what the namespace declares, then what the platform and the cluster give to everybody.
    pub(super) fn bare(
        &mut self,
        name: &Name,
        home: Option<&SmolStr>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<(Vec<Term>, Option<&'t Workload>)> {
        let scope = self.scope;
        let own = home.and_then(|home| Some((home, &scope.namespaces.get(home)?.names)));
        if let Some((home, names)) = own {
            if let Some(workload) = names.workloads.get(&name.value) {
                let term = self.workload(home, workload, name.span);
                return Some((vec![term], Some(workload)));
            }
            if let Some(terms) = self.expand(names, name, Some(home), diagnostics) {
                return Some((terms?, None));
            }
        }
        if let Some(terms) = self.expand(&scope.platform, name, None, diagnostics) {
            return Some((terms?, None));
        }
        if let Some(external) = self.facts.externals.get(&name.value) {
            let terms = self.cached(name, None, diagnostics, |resolver, diagnostics| {
                resolver.peers(&external.targets, None, Role::External, diagnostics)
            })?;
            return Some((terms, None));
        }
        if let Some((nodes, _)) = scope.nodes.get(&name.value) {
            let stem = Some(format!("nodes.{}", name.value).into());
            let peer = Peer::Nodes(NodeSelector(labels::resolve(&nodes.labels)));
            return Some((vec![Term { peer, ports: None, span: name.span, stem }], None));
        }
        if !scope.broken.contains(&name.value) {
            diagnostics.push(self.unknown(name, own.map(|(_, names)| names), home).into());
        }
        None
    }

    /// A group or an external of these names: `None` when there is none, `Some(None)` after a finding.
    fn expand(
        &mut self,
        names: &Names<'t>,
        name: &Name,
        home: Option<&SmolStr>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Option<Vec<Term>>> {
        if let Some(external) = names.externals.get(&name.value) {
            return Some(self.cached(name, home, diagnostics, |resolver, diagnostics| {
                resolver.peers(&external.targets, home, Role::External, diagnostics)
            }));
        }
        let group = names.groups.get(&name.value)?;
        let terms = self.cached(name, home, diagnostics, |resolver, diagnostics| {
            resolver.peers(&group.members, home, Role::Member, diagnostics)
        });
        Some(terms)
    }

    /// Expands once; a group that is asked for while it is expanded contains itself.
    fn cached(
        &mut self,
        name: &Name,
        home: Option<&SmolStr>,
        diagnostics: &mut Vec<Diagnostic>,
        expand: impl FnOnce(&mut Self, &mut Vec<Diagnostic>) -> Option<Vec<Term>>,
    ) -> Option<Vec<Term>> {
        let key = (home.cloned(), name.value.clone());
        let terms = match self.expanded.get(&key) {
            Some(Expansion::Done(terms)) => terms.clone(),
            Some(Expansion::Failed) => return None,
            Some(Expansion::Open) => {
                diagnostics.push(NameProblem::ContainsItself { span: name.span, name: name.value.clone() }.into());
                return None;
            }
            None => {
                self.expanded.to_mut().insert(key.clone(), Expansion::Open);
                let Some(terms) = expand(self, diagnostics) else {
                    self.expanded.to_mut().insert(key, Expansion::Failed);
                    return None;
                };
                self.expanded.to_mut().insert(key, Expansion::Done(terms.clone()));
                terms
            }
        };
        // The place is where the group is used, not where its member stands.
        Some(terms.into_iter().map(|term| Term { span: name.span, ..term }).collect())
    }

    /// The pods of a declared workload.
    pub fn workload(&self, namespace: &SmolStr, workload: &Workload, span: Span) -> Term {
        Term {
            peer: Peer::Pods(workloads::selector(self.scope, self.facts, namespace, workload)),
            ports: None,
            span,
            stem: Some(format_smolstr!("workload.{}", workload.name.value)),
        }
    }

    pub(super) fn qualified(
        &mut self,
        namespace: &Name,
        name: &Name,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<(Vec<Term>, Option<&'t Workload>)> {
        let span = namespace.span.to(name.span);
        let scope = self.scope;
        if let Some(workload) = scope.foreign.get(&(namespace.value.clone(), name.value.clone())) {
            return Some((vec![self.workload(&namespace.value, workload, span)], Some(workload)));
        }
        let declared = self.reachable(namespace, diagnostics)?;
        if !declared {
            let labels = LabelSelector::is(self.facts.cluster.workload_label.clone(), name.value.clone());
            let peer = Peer::Pods(PodSelector::labelled(namespace.value.clone(), labels));
            return Some((vec![Term { peer, ports: None, span, stem: None }], None));
        }
        let declaring = scope.namespaces.get(&namespace.value)?;
        let names = &declaring.names;
        if let Some(workload) = names.workloads.get(&name.value) {
            return Some((vec![self.workload(&namespace.value, workload, span)], Some(workload)));
        }
        if scope.broken.contains(&name.value) {
            return None;
        }
        let nearest = nearest(&name.value, names.workloads.keys().map(SmolStr::as_str));
        diagnostics.push(
            NameProblem::UnknownWorkload {
                span: name.span,
                namespace: namespace.value.clone(),
                name: name.value.clone(),
                nearest: nearest.into_iter().map(SmolStr::from).collect(),
                behind: declaring.behind_workloads(name.span.file),
            }
            .into(),
        );
        None
    }

    /// Whether a namespace is declared; `None` after the finding that its folder is not part of the build.
    pub(super) fn reachable(&self, name: &Name, diagnostics: &mut Vec<Diagnostic>) -> Option<bool> {
        match self.scope.namespaces.get(&name.value) {
            Some(namespace) if namespace.sections.is_empty() => {
                diagnostics.push(
                    NameProblem::FolderMissing {
                        span: name.span,
                        namespace: name.value.clone(),
                        folder: namespace.declaration.and_then(|d| d.folder.as_ref()).map(|f| f.value.clone()),
                        declared: namespace.span,
                    }
                    .into(),
                );
                None
            }
            Some(_) => Some(true),
            None => {
                self.suspect(name, diagnostics);
                Some(false)
            }
        }
    }

    /// Reports a namespace that nothing declares if it is spelt nearly like one that is.
    pub(super) fn suspect(&self, name: &Name, diagnostics: &mut Vec<Diagnostic>) {
        if self.scope.namespaces.contains_key(&name.value) {
            return;
        }
        let known = self.scope.namespaces.keys().map(SmolStr::as_str);
        if let Some(near) = nearest(&name.value, known).first() {
            let (span, namespace, nearest) = (name.span, name.value.clone(), SmolStr::from(*near));
            diagnostics.push(NameProblem::UndeclaredNamespace { span, namespace, nearest }.into());
        }
    }

    /// `workloads_in` is where these words begin, if they stand before it.
    pub(super) fn set(
        &self,
        name: &Name,
        workloads_in: Option<u32>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<NamespaceSelector> {
        if let Some(set) = self.scope.sets.get(&name.value) {
            return Some(NamespaceSelector { names: ValueSet::Any, labels: labels::resolve(&set.labels) });
        }
        if self.scope.broken.contains(&name.value) {
            return None;
        }
        let sets = self.scope.sets.keys().map(SmolStr::as_str);
        diagnostics.push(
            NameProblem::UnknownSet {
                span: name.span,
                name: name.value.clone(),
                nearest: nearest(&name.value, sets).into_iter().map(SmolStr::from).collect(),
                is_namespace: self.scope.namespaces.contains_key(&name.value),
                workloads_in,
            }
            .into(),
        );
        None
    }

    fn unknown(&self, name: &Name, own: Option<&Names<'t>>, home: Option<&SmolStr>) -> NameProblem {
        let scope = self.scope;
        let candidates = own
            .into_iter()
            .flat_map(Names::all)
            .chain(scope.platform.all())
            .chain(self.facts.externals.keys().map(SmolStr::as_str))
            .chain(PEER_WORDS.iter().copied());
        let near: Vec<SmolStr> = nearest(&name.value, candidates).into_iter().map(SmolStr::from).collect();
        let elsewhere = scope.declaring(&name.value).into_iter();
        let elsewhere: Vec<SmolStr> = elsewhere
            .filter(|namespace| home.is_none_or(|home| home != namespace))
            .map(|namespace| format!("{namespace}/{}", name.value).into())
            .take(3)
            .collect();
        let other_clusters = scope
            .clusters
            .iter()
            .filter(|(_, cluster)| {
                cluster.facts.iter().any(
                    |fact| matches!(&fact.kind, ast::FactKind::External(external) if external.name.value == name.value),
                )
            })
            .map(|(cluster, _)| cluster.clone())
            .next();
        match (other_clusters, &self.facts.cluster.name) {
            (Some(has), Some(lacks)) if has != *lacks => {
                NameProblem::MissingInCluster { span: name.span, name: name.value.clone(), has, lacks: lacks.clone() }
            }
            _ => NameProblem::Unknown {
                span: name.span,
                name: name.value.clone(),
                nearest: near,
                meant: meant(&name.value),
                elsewhere,
                is_namespace: scope.namespaces.contains_key(&name.value),
                is_set: scope.sets.contains_key(&name.value),
                in_platform: home.is_none(),
                behind: home
                    .and_then(|home| scope.namespaces.get(home))
                    .and_then(|namespace| namespace.behind_workloads(name.span.file)),
            },
        }
    }
}

/// The words that stand for a peer.
const PEER_WORDS: &[&str] = &[
    "anything",
    "cloud-metadata",
    "cluster",
    "health",
    "host",
    "ingress",
    "kube-apiserver",
    "nodes",
    "private",
    "remote-node",
    "unmanaged",
    "world",
];

/// What somebody means who knows other words for a peer.
fn meant(name: &str) -> Option<&'static str> {
    Some(match name {
        "internet" | "outside" | "public" => "world",
        "all" | "everything" | "everyone" | "everybody" | "anyone" | "anybody" => "anything",
        "apiserver" | "api-server" | "kube-api" | "kubernetes" => "kube-apiserver",
        "metadata" | "imds" => "cloud-metadata",
        "kubelet" | "node" => "nodes",
        "pods" => "every workload",
        _ => return None,
    })
}
