//! The one driver: sources in, findings and objects out. The command line, the language server and the tests all
//! come through here.

use crate::check::{self, waivers};
use crate::derive::derive;
use crate::diagnostic::{self, Diagnostic};
use crate::enforcer;
use crate::fit;
use crate::manifest::{Object, yaml};
use crate::policy::{Assertion, Direction, Policy, SentenceId, SubjectId};
use crate::proof;
pub use crate::resolve::Options;
use crate::resolve::{self, Scope};
use crate::source::{FileId, Sources};
use crate::syntax::ast::Tree;
use crate::syntax::{self, Parsed};
use rayon::prelude::*;
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

/// What came of a compile.
#[derive(Debug, Default)]
pub struct Outcome {
    /// All findings, sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// One entry a cluster; empty when any finding is an error.
    pub clusters: Vec<Compiled>,
    /// Every file's tree, in the order of the files. Empty after [`build`].
    pub trees: Vec<Tree>,
}

/// One cluster's share.
#[derive(Debug)]
pub struct Compiled {
    /// The cluster's name; `None` for the one that `--enforcer` made up.
    pub name: Option<SmolStr>,
    /// What the sentences mean there, ready for lowering.
    pub policy: Policy,
    /// The objects, sorted by path. Empty after [`check()`].
    pub objects: Vec<Object>,
    /// Each object as YAML, as it was proved.
    pub manifests: Vec<String>,
    /// What was asked; empty after all but [`ask`].
    pub questions: Vec<Assertion>,
    /// Allow rules that say nothing yet, since nothing isolates their end; they are not in the policy.
    pub idle: Vec<(SubjectId, Direction, SentenceId)>,
}

/// The name of the file that a question makes.
const QUESTION: &str = "question";

/// What makes an assertion of a platform file of a question.
const BEFORE_QUESTION: &str = "platform\nassert ";

/// Reads, resolves and checks.
#[must_use]
pub fn check(sources: &Sources, options: &Options) -> Outcome {
    compile(sources, options, None)
}

/// The same, and reads a question, `A can …`, which becomes a file of the sources. It is resolved as an assertion of a
/// platform file is, and not decided.
#[must_use]
pub fn ask(sources: &mut Sources, options: &Options, question: &str) -> Outcome {
    let file = sources.add(QUESTION, format!("{BEFORE_QUESTION}{question}\n"));
    let mut outcome = compile(sources, options, Some(file));
    if outcome.clusters.is_empty() {
        show_as_asked(sources, file, &mut outcome.diagnostics);
    }
    outcome
}

/// Takes what was put before the question out of its text and out of the places in it: nobody wrote that.
fn show_as_asked(sources: &mut Sources, file: FileId, diagnostics: &mut [Diagnostic]) {
    sources.remove_start(file, BEFORE_QUESTION.len());
    let before = u32::try_from(BEFORE_QUESTION.len()).unwrap_or_default();
    for finding in diagnostics {
        let labels = finding.primary.iter_mut().chain(&mut finding.secondary).map(|label| &mut label.span);
        let edits = finding.fixes.iter_mut().flat_map(|fix| &mut fix.edits).map(|edit| &mut edit.span);
        for span in labels.chain(edits).filter(|span| span.file == file) {
            span.start = span.start.saturating_sub(before);
            span.end = span.end.saturating_sub(before);
        }
    }
}

/// The same, lowers what is free of errors, and proves that the manifests mean what the sentences mean.
#[must_use]
pub fn build(sources: &Sources, options: &Options) -> Outcome {
    let mut outcome = compile(sources, options, None);
    // Objects take the memory of the trees, which nobody asks for any more.
    std::mem::take(&mut outcome.trees).into_par_iter().for_each(drop);
    for cluster in &mut outcome.clusters {
        match enforcer::lower(&cluster.policy) {
            Ok(mut objects) => {
                objects.sort_by_cached_key(Object::path);
                cluster.manifests = objects.par_iter().map(written).collect();
                cluster.objects = objects;
            }
            Err(found) => outcome.diagnostics.extend(found),
        }
    }
    prove(&mut outcome);
    outcome
}

/// Leaves the clusters only if there is no error, and each cluster's manifests mean what its sentences mean.
fn prove(outcome: &mut Outcome) {
    if !diagnostic::has_errors(&outcome.diagnostics) {
        for cluster in &outcome.clusters {
            let proved = proof::prove(&cluster.policy, &cluster.manifests);
            outcome.diagnostics.extend(proved.err().map(Diagnostic::from));
        }
    }
    if diagnostic::has_errors(&outcome.diagnostics) {
        diagnostic::sort(&mut outcome.diagnostics);
        outcome.clusters.clear();
    }
}

fn written(object: &Object) -> String {
    let mut text = String::new();
    yaml::write(object, &mut text);
    text
}

fn compile(sources: &Sources, options: &Options, question: Option<FileId>) -> Outcome {
    let (trees, problems) = parse(sources);
    let never = AtomicBool::new(false);
    let refs: Vec<&Tree> = trees.iter().collect();
    let project = Project { trees: &refs, sources, focus: None, question, stop: &never };
    let (mut clusters, diagnostics) = analyse(&project, options, problems).unwrap_or_default();
    if diagnostic::has_errors(&diagnostics) {
        clusters.clear();
    }
    Outcome { diagnostics, clusters, trees }
}

/// A project whose files are read, and what of it is looked at.
pub struct Project<'a> {
    /// Every file's tree, in the order of the paths.
    pub trees: &'a [&'a Tree],
    /// The files.
    pub sources: &'a Sources,
    /// What is looked at; `None` is everything.
    pub focus: Option<Focus<'a>>,
    /// A file whose assertions are questions, which are not decided.
    pub question: Option<FileId>,
    /// Set by another thread, it ends the work, which then comes to nothing.
    pub stop: &'a AtomicBool,
}

/// A part of a project. What stands elsewhere is not read but for what it declares.
#[derive(Clone, Copy)]
pub struct Focus<'a> {
    /// The files of which findings are told, all those of a namespace together.
    pub files: &'a BTreeSet<FileId>,
    /// Their namespaces, and those that one of them names or that name one of them.
    pub namespaces: &'a BTreeSet<SmolStr>,
    /// The files that declare nothing for other namespaces.
    pub private: &'a BTreeSet<FileId>,
    /// What was found in other files: some findings are only for a project without errors.
    pub elsewhere: &'a [Diagnostic],
}

/// Resolves and checks what is read. Returns each cluster's policy, as far as it goes where there are errors, and all
/// findings, those of the reading among them, sorted. `None` when it was stopped.
#[must_use]
pub fn analyse(
    project: &Project<'_>,
    options: &Options,
    problems: Vec<Diagnostic>,
) -> Option<(Vec<Compiled>, Vec<Diagnostic>)> {
    let go_on = || (!project.stop.load(Ordering::Relaxed)).then_some(());
    let elsewhere = project.focus.map(|focus| focus.elsewhere).unwrap_or_default();
    let elsewhere: Vec<Diagnostic> = elsewhere.iter().filter(|found| !check::is_decision(found)).cloned().collect();
    let mut diagnostics = problems;
    let (trees, sources) = (project.trees, project.sources);
    let waivers = waivers::read(&project.told(), options.today, &mut diagnostics);
    let scope = match &project.focus {
        Some(focus) => Scope::around(focus.namespaces, focus.private, trees, sources, &mut diagnostics),
        None => Scope::collect(trees, sources, &mut diagnostics),
    };
    go_on()?;
    let policies = resolve::resolve(&scope, options, &mut diagnostics);
    let mut clusters = Vec::with_capacity(policies.len());
    let mut hints = Vec::with_capacity(policies.len());
    for policy in policies {
        go_on()?;
        let checked = check::check(&policy, &mut diagnostics);
        if let Some(inventory) = &options.running {
            fit::check(&policy, trees, inventory, &mut diagnostics);
        }
        project.leave_told(&mut diagnostics);
        go_on()?;
        if !waivers::none_can_help(&diagnostics) && !waivers::none_can_help(&elsewhere) {
            hints.push(checked.hints());
        }
        go_on()?;
        let derived = derive(policy);
        check::check_idle(&derived.policy, &derived.idle, &mut diagnostics);
        go_on()?;
        diagnostics.extend(enforcer::check(&derived.policy));
        let mut policy = derived.policy;
        let (questions, assertions) = std::mem::take(&mut policy.assertions)
            .into_iter()
            .partition(|assertion| Some(policy.sentence(assertion.sentence).span.file) == project.question);
        policy.assertions = assertions;
        let name = policy.cluster.name.clone();
        clusters.push(Compiled {
            name,
            policy,
            objects: Vec::new(),
            manifests: Vec::new(),
            questions,
            idle: derived.idle,
        });
    }
    project.leave_told(&mut diagnostics);
    if !waivers::none_can_help(&diagnostics) && !waivers::none_can_help(&elsewhere) {
        diagnostics.extend(check::common(hints));
    }
    waivers::apply(waivers, &elsewhere, options.running.is_some(), &mut diagnostics);
    // Of a policy that lacks what was refused, no assertion could be told.
    if !diagnostic::has_errors(&diagnostics) && !diagnostic::has_errors(&elsewhere) {
        for cluster in &clusters {
            go_on()?;
            check::check_assertions(&cluster.policy, &mut diagnostics);
        }
    }
    project.leave_told(&mut diagnostics);
    diagnostic::lay_out(&mut diagnostics, project.sources);
    diagnostic::sort(&mut diagnostics);
    Some((clusters, diagnostics))
}

impl<'a> Project<'a> {
    /// The trees of which findings are told.
    fn told(&self) -> Vec<&'a Tree> {
        let files = self.focus.map(|focus| focus.files);
        let file = |tree: &Tree| tree.sections.first().map(|section| section.span.0.file);
        let told = |tree: &&&Tree| files.is_none_or(|files| file(tree).is_some_and(|file| files.contains(&file)));
        self.trees.iter().filter(told).copied().collect()
    }

    /// Takes the findings out that only come of what is not looked at.
    fn leave_told(&self, diagnostics: &mut Vec<Diagnostic>) {
        if let Some(focus) = &self.focus {
            let told = |finding: &Diagnostic| {
                finding.primary.as_ref().is_some_and(|label| focus.files.contains(&label.span.file))
            };
            diagnostics.retain(told);
        }
    }
}

/// Every file's tree, in the order of the files, and what could not be read.
fn parse(sources: &Sources) -> (Vec<Tree>, Vec<Diagnostic>) {
    let files: Vec<(FileId, &str)> = sources.iter().map(|(id, file)| (id, file.text.as_str())).collect();
    let parsed: Vec<Parsed> = files.par_iter().map(|(id, text)| syntax::parse(*id, text)).collect();
    let mut trees = Vec::with_capacity(parsed.len());
    let mut diagnostics = Vec::new();
    for file in parsed {
        trees.push(file.tree);
        diagnostics.extend(file.problems);
    }
    (trees, diagnostics)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use crate::diagnostic::Code;
    use crate::policy::{EnforcerName, Version};

    #[test]
    fn what_is_not_proved_is_not_handed_on() {
        let mut sources = Sources::new();
        sources.add("shop.ztp", "namespace shop\nworkload a\nworkload b\na may reach b:8080\n");
        let enforcer = Some((EnforcerName::Cilium, Version { major: 1, minor: 19 }));
        let mut outcome = build(&sources, &Options { enforcer, ..Options::default() });
        prove(&mut outcome);
        assert_eq!(outcome.clusters.len(), 1, "{:#?}", outcome.diagnostics);

        let manifests = &mut outcome.clusters.first_mut().unwrap().manifests;
        *manifests = manifests.iter().map(|text| text.replace("8080", "8081")).collect();
        prove(&mut outcome);
        assert!(outcome.clusters.is_empty(), "there is nothing left to write");
        assert!(outcome.diagnostics.iter().any(|found| found.code == Code::E0690));
    }
}
