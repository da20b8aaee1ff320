//! Whether a cluster holds what a project says: what its objects mean, held against what the sentences mean.
//!
//! | an object of the cluster | is |
//! |---|---|
//! | that the project makes too | ours; if it means something else than the one that is made, changed |
//! | that carries the project's labels, and that it no longer makes | left over |
//! | else, if it can govern pods of the project's namespaces | foreign |
//! | else | left aside |
//!
//! What only the API server writes (`status`, `managedFields`, …) means nothing and so makes no difference.

use crate::compile::{self, Compiled, Options};
use crate::diagnostic::problem::project::ProjectProblem;
use crate::diagnostic::{self, Diagnostic};
use crate::diff::{Diff, Side, diff, diff_named_by};
use crate::enforcer::raise::{self, Located, Scope, raise};
use crate::manifest::Object;
use crate::policy::Policy;
use crate::semantics::Universe;
use crate::source::{FileId, Sources, Span};
use crate::verdict::{Index, Ruleset, changes};
use crate::view::manifests::{self, Manifests};
use crate::view::{self, View};
use crate::yaml;
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeMap;

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// All files: the project's, then the cluster's.
    pub sources: Sources,
    /// What is wrong with them.
    pub diagnostics: Vec<Diagnostic>,
    /// The comparison; `None` when any finding is an error.
    pub drift: Option<Drift>,
}

/// In what a cluster differs from its source.
#[derive(Debug, Default)]
pub struct Drift {
    /// Objects that the cluster lacks.
    pub missing: Vec<SmolStr>,
    /// Objects that mean something else than those which the project makes.
    pub changed: Vec<Found>,
    /// Objects of the project that it no longer makes.
    pub left_over: Vec<Found>,
    /// Objects that somebody else wrote.
    pub foreign: Vec<Found>,
    /// How many objects there are as the project makes them.
    pub same: usize,
    /// How many policies of namespaces that the project does not declare are left aside.
    pub aside: usize,
    /// What changes from the sentences to the cluster's objects, the foreign ones left aside.
    pub ours: Diff,
    /// What the foreign objects change.
    pub theirs: Diff,
}

/// An object of the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// `CiliumNetworkPolicy shop/ztp.workload.backend`
    pub object: SmolStr,
    /// Where it stands.
    pub span: Span,
}

impl Drift {
    /// Whether the cluster is what the source says. A foreign object that changes nothing is no drift.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.missing.is_empty()
            && self.changed.is_empty()
            && self.left_over.is_empty()
            && self.ours.is_empty()
            && self.theirs.is_empty()
    }
}

/// Compiles a project and holds a cluster's manifests against it.
#[must_use]
pub fn verify(project: Sources, cluster: Sources, options: &Options) -> Outcome {
    let built = compile::build(&project, options);
    let mut sources = project;
    let compiled = match built.clusters.as_slice() {
        [] => return Outcome { sources, diagnostics: built.diagnostics, drift: None },
        [compiled] => compiled,
        several => {
            let names = several.iter().filter_map(|cluster| cluster.name.clone()).collect();
            return Outcome {
                sources,
                diagnostics: vec![ProjectProblem::SeveralClusters { names }.into()],
                drift: None,
            };
        }
    };
    let first = sources.append(cluster);
    let texts = manifests::read(&sources, FileId(first), 0);
    let found = Manifests::new(&texts);
    let scope = view::lenient(Scope::of_cluster(&compiled.policy.cluster));
    let mut diagnostics = found.diagnostics.clone();
    diagnostics.extend(manifests::problems(raise(&found.objects, &scope).problems));
    diagnostic::sort(&mut diagnostics);
    let drift = (!diagnostic::has_errors(&diagnostics)).then(|| drift(compiled, &found, &scope, &sources));
    drop(texts);
    Outcome { sources, diagnostics, drift }
}

/// Kind, namespace, name.
type Key = (SmolStr, Option<SmolStr>, SmolStr);

fn drift(compiled: &Compiled, found: &Manifests<'_, '_>, scope: &Scope, sources: &Sources) -> Drift {
    let policy = &compiled.policy;
    let mut wanted: BTreeMap<Key, (&Object, &str)> = BTreeMap::new();
    for (object, text) in compiled.objects.iter().zip(&compiled.manifests) {
        let metadata = object.metadata();
        wanted.insert((object.kind().into(), metadata.namespace.clone(), metadata.name.clone()), (object, text));
    }
    let mut drift = Drift::default();
    let (mut ours, mut all) = (Vec::new(), Vec::new());
    for one in found.objects.iter().filter(|one| raise::is_enforced(&one.object, scope)) {
        let here = Found { object: raise::name(&one.object, scope), span: one.object.node.range.span(one.file) };
        if let Some((_, text)) = wanted.remove(&key(one, scope)) {
            if means_the_same(text, one, scope) {
                drift.same += 1;
            } else {
                drift.changed.push(here);
            }
            ours.push(*one);
        } else if is_of(policy, one) {
            drift.left_over.push(here);
            ours.push(*one);
        } else if concerns(policy, one, scope) {
            drift.foreign.push(here);
        } else {
            drift.aside += 1;
            continue;
        }
        all.push(*one);
    }
    let missing = |(kind, namespace, name): Key| match namespace {
        Some(namespace) => format_smolstr!("{kind} {namespace}/{name}"),
        None => format_smolstr!("{kind} {name}"),
    };
    drift.missing = wanted.into_keys().map(missing).collect();
    let said = View::of_policy(policy.clone(), found.inventory.clone());
    let side = |view| Side { view, sources };
    let mended = View::of_objects(&ours, scope, &found.inventory);
    drift.ours = diff(side(&said), side(&mended));
    if !drift.foreign.is_empty() {
        let all = View::of_objects(&all, scope, &found.inventory);
        drift.theirs = diff_named_by(&[&said], side(&mended), side(&all));
    }
    drift
}

fn key(one: &Located<'_, '_>, scope: &Scope) -> Key {
    let object = &one.object;
    let namespace =
        (!raise::is_cluster_wide(object)).then(|| object.namespace.unwrap_or(&scope.default_namespace).into());
    (object.kind.into(), namespace, object.name.unwrap_or_default().into())
}

/// Whether an object carries the labels of what the project makes.
fn is_of(policy: &Policy, one: &Located<'_, '_>) -> bool {
    let labels = one.object.node.get("metadata").and_then(|metadata| metadata.get("labels"));
    let label = |key| labels.and_then(|labels| labels.get(key)).and_then(yaml::Node::as_str);
    label("app.kubernetes.io/managed-by") == Some("ztp")
        && label("app.kubernetes.io/part-of") == policy.project.as_deref()
}

/// Whether an object can govern pods of the project's namespaces, or nodes.
fn concerns(policy: &Policy, one: &Located<'_, '_>, scope: &Scope) -> bool {
    let namespace = one.object.namespace.unwrap_or(&scope.default_namespace);
    raise::is_cluster_wide(&one.object) || policy.namespaces.contains_key(namespace)
}

/// Whether an object means what the text means that the project makes in its place. Both are read alone; what only the
/// objects around them decide is left to the comparison of all.
fn means_the_same(text: &str, one: &Located<'_, '_>, scope: &Scope) -> bool {
    // The build has read it back and found no gaps in it. Were that ever otherwise, it would be a change, not the same.
    let Ok(documents) = yaml::read(text).into_iter().collect::<Result<Vec<_>, _>>() else { return false };
    let Ok(made) = documents.iter().flat_map(yaml::objects).collect::<Result<Vec<_>, _>>() else { return false };
    let made: Vec<_> = made.into_iter().map(|object| Located { object, file: FileId(u32::MAX) }).collect();
    let alone = |objects: &[Located<'_, '_>]| -> Ruleset { raise(objects, scope).rules };
    let (made, there) = (alone(&made), alone(&[*one]));
    if !made.gaps.is_empty() || !there.gaps.is_empty() {
        return false;
    }
    let index = |rules| Index::new(rules, Universe::unknown());
    let changes = changes(&index(&made), &index(&there));
    changes.found.is_empty() && changes.undecided.is_empty()
}
