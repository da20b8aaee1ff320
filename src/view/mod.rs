//! What some files mean, be they sentences, manifests or both: what questions are asked of.
//!
//! ```text
//!  sentences ─▶ compile ─────────▶ rules ─┐
//!  manifests ─▶ objects ─▶ raise ─▶ rules ─┴─▶ View, one a cluster
//!                     └──▶ inventory ─────────▶
//! ```
//!
//! The rules of manifests come on top of those of sentences, as they would in a cluster that has both. The cluster that the
//! sentences declare says how manifests are read; without sentences the caller does, or else the manifests themselves tell
//! who enforces them.
//!
//! Invariant: when anything is an error there is no view. What could not be read is never passed over.

pub mod manifests;
mod question;
mod running;

use crate::compile::{self, Options};
use crate::diagnostic::{self, Diagnostic};
pub use crate::enforcer::raise::Scope;
use crate::enforcer::raise::{Located, UnknownFields, raise};
use crate::inventory::{Inventory, Workload};
use crate::policy::{Assertion, EnforcerName, Namespace, Policy, Version};
use crate::semantics::Universe;
use crate::semantics::endpoints::Endpoint;
use crate::semantics::namespaces::NamespaceWitness;
use crate::semantics::pods::Pod;
use crate::source::{FileId, Sources};
use crate::verdict::{Index, Ruleset, settle_look_ups};
use indexmap::IndexMap;
use manifests::Manifests;
pub use running::running;
use smol_str::SmolStr;

/// Files to be read.
#[derive(Debug, Default)]
pub struct Input {
    /// `.ztp` files.
    pub sentences: Sources,
    /// Manifests, as YAML or JSON.
    pub manifests: Sources,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// All files: those of sentences, then those of manifests.
    pub sources: Sources,
    /// When any is an error, all findings; else only those about manifests, since of sentences `check` tells.
    pub diagnostics: Vec<Diagnostic>,
    /// One a cluster; none when any finding is an error.
    pub views: Vec<View>,
    /// The enforcer for which manifests were read, where nobody said one.
    pub assumed: Option<(EnforcerName, Version)>,
}

/// What the files mean on one cluster.
#[derive(Debug)]
pub struct View {
    /// The cluster's name, if a source gives one.
    pub cluster: Option<SmolStr>,
    /// How manifests are read for it.
    pub scope: Scope,
    /// What the sentences say; `None` where there are none.
    pub policy: Option<Policy>,
    /// What is known of namespaces: by declarations, and by `Namespace` objects where these say more.
    pub namespaces: IndexMap<SmolStr, Namespace>,
    /// The rules of sentences and manifests together.
    pub ruleset: Ruleset,
    /// What runs, as far as the manifests tell.
    pub inventory: Inventory,
    /// What was asked.
    pub questions: Vec<Question>,
}

/// Something that was asked: `A can …`.
#[derive(Clone, Debug)]
pub struct Question {
    /// What it means.
    pub assertion: Assertion,
    /// Its canonical spelling, without `assert`.
    pub text: SmolStr,
}

impl View {
    /// What sentences mean alone.
    #[must_use]
    pub fn of_policy(policy: Policy, inventory: Inventory) -> Self {
        let mut view = Self {
            cluster: policy.cluster.name.clone(),
            scope: lenient(Scope::of_cluster(&policy.cluster)),
            namespaces: policy.namespaces.clone(),
            ruleset: Ruleset::of_policy(&policy),
            inventory,
            questions: Vec::new(),
            policy: Some(policy),
        };
        view.learn_namespaces();
        view
    }

    /// What objects mean alone.
    #[must_use]
    pub fn of_objects(objects: &[Located<'_, '_>], scope: &Scope, inventory: &Inventory) -> Self {
        let mut view = Self {
            cluster: None,
            scope: scope.clone(),
            policy: None,
            namespaces: IndexMap::new(),
            ruleset: raise(objects, scope).rules,
            inventory: inventory.clone(),
            questions: Vec::new(),
        };
        view.learn_namespaces();
        view
    }

    /// Its rules, ready for questions.
    #[must_use]
    pub fn index(&self) -> Index<'_> {
        Index::new(&self.ruleset, Universe::new(&self.namespaces))
    }
}

/// A pod of a workload, with the labels of its manifest and no others.
#[must_use]
pub fn pod_of(view: &View, workload: &Workload) -> Endpoint {
    let labels = view.namespaces.get(&workload.namespace).map(|namespace| &namespace.labels);
    let labels: Vec<_> = labels.into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect();
    Endpoint::Pod(Pod {
        namespace: NamespaceWitness { name: workload.namespace.clone(), labels: labels.into_iter().collect() },
        labels: workload.labels.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        service_account: workload.service_account.clone(),
    })
}

/// Reads files.
#[must_use]
pub fn read(input: Input, options: &Options) -> Outcome {
    read_with(input, options, None, None)
}

/// Reads manifests as such a cluster takes them.
#[must_use]
pub fn read_manifests(manifests: Sources, scope: &Scope) -> Outcome {
    read_with(Input { sentences: Sources::new(), manifests }, &Options::default(), None, Some(scope))
}

/// Reads files and a question about them: a sentence with `can`. Its names are those that the sentences declare; where
/// there are only manifests, those of their workloads.
#[must_use]
pub fn ask(input: Input, options: &Options, question: &str) -> Outcome {
    read_with(input, options, Some(question), None)
}

fn read_with(input: Input, options: &Options, question: Option<&str>, scope: Option<&Scope>) -> Outcome {
    let Input { sentences, manifests } = input;
    // The question is a file of its own, behind the sentences.
    let shift = u32::try_from(sentences.len()).unwrap_or(u32::MAX).saturating_add(u32::from(question.is_some()));
    let texts = manifests::read(&manifests, FileId(0), shift);
    let found = Manifests::new(&texts);
    let mut outcome = if sentences.is_empty() {
        of_manifests(&found, options, question, scope)
    } else {
        of_both(sentences, &found, options, question)
    };
    outcome.diagnostics.extend(found.diagnostics);
    drop(texts);
    outcome.sources.append(manifests);
    diagnostic::sort(&mut outcome.diagnostics);
    if diagnostic::has_errors(&outcome.diagnostics) {
        outcome.views.clear();
    }
    outcome
}

/// Manifests alone. A question is read last: the names in it are theirs.
fn of_manifests(
    found: &Manifests<'_, '_>,
    options: &Options,
    question: Option<&str>,
    scope: Option<&Scope>,
) -> Outcome {
    let said = options.enforcer.map(|(enforcer, version)| Scope::new(enforcer, version)).or_else(|| scope.cloned());
    let assumed = said.is_none().then(|| found.enforcer());
    let scope = said.unwrap_or_else(|| {
        let (enforcer, version) = found.enforcer();
        Scope::new(enforcer, version)
    });
    let scope = Scope { running: running(&found.inventory), ..lenient(scope) };
    let (enforcer, version) = (scope.enforcer, scope.version);
    let raised = raise(&found.objects, &scope);
    let mut outcome = Outcome { assumed, diagnostics: manifests::problems(raised.problems), ..Outcome::default() };
    let mut view = View {
        cluster: None,
        scope,
        policy: None,
        namespaces: IndexMap::new(),
        ruleset: raised.rules,
        inventory: found.inventory.clone(),
        questions: Vec::new(),
    };
    view.learn_namespaces();
    if let Some(question) = question {
        let options = Options { enforcer: Some((enforcer, version)), cluster: None, ..options.clone() };
        let text = question::with_declarations(question, &view);
        let asked = compile::ask(&mut outcome.sources, &options, &text);
        if asked.clusters.is_empty() {
            outcome.diagnostics.extend(asked.diagnostics);
        }
        view.questions = asked.clusters.into_iter().flat_map(questions).collect();
    }
    outcome.views.push(view);
    outcome
}

/// Sentences, and manifests if there are any.
fn of_both(sources: Sources, found: &Manifests<'_, '_>, options: &Options, question: Option<&str>) -> Outcome {
    let mut outcome = Outcome { sources, ..Outcome::default() };
    let compiled = match question {
        Some(question) => compile::ask(&mut outcome.sources, options, question),
        None => compile::check(&outcome.sources, options),
    };
    if compiled.clusters.is_empty() {
        outcome.diagnostics = compiled.diagnostics;
        return outcome;
    }
    for mut cluster in compiled.clusters {
        let asked = std::mem::take(&mut cluster.questions);
        let questions = in_words(&cluster.policy, asked);
        let mut view = View::of_policy(cluster.policy, found.inventory.clone());
        view.scope.running = running(&found.inventory);
        let raised = raise(&found.objects, &view.scope);
        outcome.diagnostics.extend(manifests::problems(raised.problems));
        view.ruleset.extend(raised.rules);
        if view.scope.enforcer == EnforcerName::Cilium {
            settle_look_ups(&mut view.ruleset);
        }
        view.questions = questions;
        outcome.views.push(view);
    }
    outcome
}

/// Fields that no version knows are dropped, as the API server does it for all that do not ask it to refuse them; who
/// wrote them is told.
#[must_use]
pub fn lenient(scope: Scope) -> Scope {
    Scope { unknown_fields: UnknownFields::Drop, ..scope }
}

fn questions(cluster: compile::Compiled) -> Vec<Question> {
    in_words(&cluster.policy, cluster.questions)
}

fn in_words(policy: &Policy, questions: Vec<Assertion>) -> Vec<Question> {
    let question = |assertion: Assertion| {
        let text = &policy.sentence(assertion.sentence).text;
        Question { text: text.strip_prefix("assert ").unwrap_or(text).into(), assertion }
    };
    questions.into_iter().map(question).collect()
}

impl View {
    /// Adds what `Namespace` objects say and no declaration does.
    fn learn_namespaces(&mut self) {
        for (name, known) in &self.inventory.namespaces {
            let namespace = self.namespaces.entry(name.clone()).or_insert_with(|| Namespace {
                labels: IndexMap::new(),
                owner: None,
                has_files: false,
                span: known.span,
            });
            for (key, value) in &known.labels {
                namespace.labels.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
    }
}
