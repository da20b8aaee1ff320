//! Existing policies to sentences that a person would have written, with proof.
//!
//! ```text
//!  manifests ─▶ raise ─▶ halves ─▶ meet: flows, grant ─▶ name, words ─▶ sentence: joined ─▶ page ─▶ compile ─▶ prove
//!                 │                    │                                    ▲                            ▲
//!                 │                    └─▶ look_up: only what nobody derives                             │
//!                 └─▶ note: comments ───────────────────────────────────────┘       what the policies mean
//! ```
//!
//! It begins with what the policies *mean* ([`crate::verdict::Ruleset`]) and not with their YAML: so a NetworkPolicy and a
//! CiliumNetworkPolicy go one way, what an agent drops in silence is dropped here too, and the proof compares with the
//! very thing from which the sentences came.
//!
//! Invariant: there is text only if it is proved to mean what the policies mean; else there is the construct and its place.

mod flow;
mod frame;
mod grant;
mod halves;
mod look_up;
mod meet;
mod name;
mod named_port;
mod note;
mod page;
mod prove;
mod refusal;
mod remark;
mod request;
mod sentence;
mod words;

use crate::compile::{self, Compiled, Options};
use crate::diagnostic::problem::import::ImportProblem;
use crate::diagnostic::{self, Code, Diagnostic, Severity};
use crate::enforcer::raise::{self, Located, Problem, ProblemKind, raise};
use crate::policy::{EnforcerName, Namespace, PodSelector, Version};
use crate::semantics::Universe;
use crate::source::{FileId, Sources, Span};
use crate::syntax;
use crate::verdict::{CauseId, Ruleset};
use crate::view::manifests::{self, Manifests};
use crate::view::{self, Scope};
use flow::Flow;
use halves::{Halves, Subject};
use indexmap::IndexMap;
use meet::Met;
use name::Names;
use named_port::Taken;
use note::Comments;
use page::{Entry, Kind, Pages, Section, Text};
use refusal::Refusal;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// What the caller decides.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Who enforces the policies; if not said, as the kinds of the objects tell.
    pub enforcer: Option<(EnforcerName, Version)>,
    /// What the project is to be called; if not said, `imported`.
    pub project: Option<SmolStr>,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The manifests.
    pub sources: Sources,
    /// What is wrong with them, or has no sentence.
    pub diagnostics: Vec<Diagnostic>,
    /// The project; `None` when any finding is an error.
    pub project: Option<Project>,
    /// The enforcer for which the manifests were read, where nobody said one.
    pub assumed: Option<(EnforcerName, Version)>,
}

/// A project that was proved.
#[derive(Debug)]
pub struct Project {
    /// All of it in one file.
    pub whole: String,
    /// The same as a file for the platform and one for each namespace, by their paths.
    pub files: BTreeMap<String, String>,
    /// How many policies it says.
    pub policies: usize,
    /// Who may look up names that the policies do not let them: look-ups are derived, and nobody writes them.
    pub look_ups: Vec<String>,
    /// Which ports by name are taken for which numbers, for all pods that a policy picks: so the workloads beside it have
    /// them, and of other pods it is an assumption.
    pub named_ports: Vec<String>,
}

/// Turns manifests into a project.
#[must_use]
pub fn import(manifests: Sources, wish: &Wish) -> Outcome {
    let texts = manifests::read(&manifests, FileId(0), 0);
    let found = Manifests::new(&texts);
    let assumed = wish.enforcer.is_none().then(|| found.enforcer());
    let (enforcer, version) = wish.enforcer.unwrap_or_else(|| found.enforcer());
    let mut scope = view::lenient(Scope::new(enforcer, version));
    let mut raised = raise(&found.objects, &scope);
    let taken = Taken::of(&raised.rules, &found.inventory);
    if !taken.is_empty() {
        scope = taken.scope(&scope);
        raised = raise(&found.objects, &scope);
        taken.close(&mut raised.rules);
    }
    let mut diagnostics = found.diagnostics.clone();
    diagnostics.extend(unread(&raised.problems));
    let read =
        Read { scope: &scope, wish, found: &found, ruleset: &raised.rules, problems: &raised.problems, taken: &taken };
    let comments = Comments::new(&texts, &found.objects, &raised.rules, &manifests, &scope);
    let mut project = None;
    if !diagnostic::has_errors(&diagnostics) {
        match read.project(comments) {
            Ok(done) => project = Some(done),
            Err(problems) => diagnostics.extend(problems.into_iter().map(Diagnostic::from)),
        }
    }
    let read = raised.problems.into_iter().filter(|problem| problem.kind != ProblemKind::NotRead);
    diagnostics.extend(manifests::problems(read.collect()));
    drop(texts);
    diagnostic::sort(&mut diagnostics);
    Outcome { sources: manifests, diagnostics, project, assumed }
}

/// What is a policy, and means something of which nothing is known here.
fn unread(problems: &[Problem]) -> Vec<Diagnostic> {
    let unread = problems.iter().filter(|problem| problem.kind == ProblemKind::NotRead);
    unread
        .map(|problem| {
            let (construct, reason) = (problem.object.clone(), problem.reason.clone().into());
            ImportProblem::Unsayable { span: Some(problem.span), construct, reason }.into()
        })
        .collect()
}

/// What was read.
struct Read<'r> {
    scope: &'r Scope,
    wish: &'r Wish,
    found: &'r Manifests<'r, 'r>,
    ruleset: &'r Ruleset,
    problems: &'r [Problem],
    taken: &'r Taken,
}

type Problems = Vec<ImportProblem>;

impl Read<'_> {
    fn project(&self, mut comments: Comments) -> Result<Project, Problems> {
        let namespaces = self.namespaces();
        let universe = Universe::new(&namespaces);
        self.no_gaps()?;
        let halves = halves::of(self.ruleset, universe).map_err(|found| self.problems_of(&found))?;
        let Met { mut flows, dead, denied } = meet::meet(&halves, universe);
        flows = grant::over_all(flows, &halves, universe);
        let aside = look_up::set_aside(&mut flows, self.scope.enforcer).map_err(|found| self.problems_of(&found))?;
        let names = names(&halves, &flows, &aside.all, self.scope.enforcer);
        let sentences = sentence::of(&flows, &names, self.scope.enforcer, |causes| comments.take(causes, self.ruleset))
            .map_err(|found| self.problems_of(&found))?;
        let mut pages = self.pages(&halves, &names, &aside, &mut comments)?;
        for sentence in &sentences {
            let mut entry = Entry { causes: sentence.causes.clone(), ..Entry::new(Kind::Sentence, sentence.text()) };
            entry.comments.clone_from(&sentence.comments);
            section(&mut pages, sentence.home.as_ref()).entries.push(entry);
        }
        self.consent(&flows, &names, &mut pages)?;
        let derived = self.compiled(&mut pages, false)?;
        let missing = look_up::missing(&aside, derived.as_ref().map(|compiled| &compiled.policy), universe, &names)
            .map_err(|found| self.problems_of(&found))?;
        for look_up::Resolve { home, text, causes } in missing {
            section(&mut pages, home.as_ref()).entries.push(Entry { causes, ..Entry::new(Kind::Sentence, text) });
        }
        self.notes(&halves, &dead, &denied, &mut pages);
        let mut named_ports = Vec::new();
        for (namespace, text) in self.taken.told() {
            let known = namespace.filter(|namespace| pages.namespaces.contains_key(namespace));
            remark::note(section(&mut pages, known.as_ref()), text.clone());
            named_ports.push(text);
        }
        let Some(compiled) = self.compiled(&mut pages, true)? else { return Err(Vec::new()) };
        let mut look_ups = Vec::new();
        for (namespace, who) in prove::more_look_ups(self.ruleset, &compiled.policy, universe) {
            let text =
                format!("look-ups are derived for {}, and the policies do not allow all of these", remark::some(&who));
            let known = namespace.as_ref().filter(|namespace| pages.namespaces.contains_key(*namespace));
            remark::note(section(&mut pages, known), text);
            let home = namespace.map(|namespace| format!("{namespace}/")).unwrap_or_default();
            look_ups.extend(who.iter().map(|name| format!("{home}{name}")));
        }
        let text = pages.whole();
        let differences = prove::differences(self.ruleset, &compiled.policy, &namespaces);
        if !differences.is_empty() {
            return Err(differences.into_iter().map(|difference| self.difference(difference, &text)).collect());
        }
        let files = pages.files().into_iter().map(|(path, text)| Ok((path, formatted(&text.text)?)));
        Ok(Project {
            whole: formatted(&text.text)?,
            files: files.collect::<Result<_, Problems>>()?,
            policies: self.policies(),
            look_ups,
            named_ports,
        })
    }

    fn policies(&self) -> usize {
        self.found.objects.iter().filter(|one: &&Located<'_, '_>| raise::is_enforced(&one.object, self.scope)).count()
    }

    /// What is known of namespaces.
    fn namespaces(&self) -> IndexMap<SmolStr, Namespace> {
        let known = self.found.inventory.namespaces.iter().map(|(name, known)| {
            let labels = known.labels.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
            (name.clone(), Namespace { labels, owner: None, has_files: false, span: known.span })
        });
        known.collect()
    }

    fn no_gaps(&self) -> Result<(), Problems> {
        let gaps: Vec<Refusal> =
            self.ruleset.gaps.iter().map(|gap| Refusal::new(gap.cause, gap.reason.as_str())).collect();
        if gaps.is_empty() { Ok(()) } else { Err(self.problems_of(&gaps)) }
    }

    fn problems_of(&self, refusals: &[Refusal]) -> Problems {
        let mut problems: Problems = Vec::new();
        let mut known = BTreeSet::new();
        for Refusal { cause, reason } in refusals {
            // One reason once an object.
            let object = self.ruleset.cause(*cause).object.as_ref();
            if !known.insert((object, reason)) {
                continue;
            }
            let (span, construct) = self.construct(*cause);
            problems.push(ImportProblem::Unsayable { span, construct, reason: reason.clone() });
        }
        problems
    }

    /// A place in an object, in words.
    fn construct(&self, cause: CauseId) -> (Option<Span>, SmolStr) {
        let cause = self.ruleset.cause(cause);
        let object = cause.object.clone().unwrap_or_default();
        (cause.span, format!("{} of {object}", cause.text).into())
    }

    fn difference(&self, difference: prove::Difference, text: &Text) -> ImportProblem {
        let mut causes = difference.policies;
        // The look-ups that were added to what the policies say have causes of their own, behind theirs.
        let known = self.ruleset.causes().count();
        causes.retain(|cause| self.ruleset.causes().take(known).any(|(id, _)| id == *cause));
        causes.extend(difference.sentences.iter().flat_map(|byte| text.causes_at(*byte)));
        let places: Vec<_> = causes.iter().map(|cause| self.construct(*cause)).collect();
        let construct = places.first().map_or_else(|| "the policies".into(), |(_, construct)| construct.clone());
        let spans = places.into_iter().filter_map(|(span, _)| span).collect();
        ImportProblem::Differs { spans, construct, reason: difference.reason }
    }

    /// Compiles what is written; where a waiver is needed for what the policies lack, it is put in.
    fn compiled(&self, pages: &mut Pages, last: bool) -> Result<Option<Compiled>, Problems> {
        let text = pages.whole();
        let mut sources = Sources::new();
        sources.add("imported.ztp", text.text.as_str());
        let mut outcome = if last {
            compile::build(&sources, &Options::default())
        } else {
            compile::check(&sources, &Options::default())
        };
        let errors: Vec<&Diagnostic> =
            outcome.diagnostics.iter().filter(|found| found.severity() == Severity::Error).collect();
        if errors.iter().any(|found| found.code == Code::E0701) && accept(pages) {
            return self.compiled(pages, last);
        }
        // The first time it may miss look-ups that are still to be said.
        if !last {
            return Ok(outcome.clusters.pop());
        }
        let mut problems = Problems::new();
        for error in errors {
            let byte = error.primary.as_ref().map(|label| label.span.start);
            let causes = byte.map(|byte| text.causes_at(byte)).unwrap_or_default();
            let reason: SmolStr = format!("{}: {}", error.code, error.message).into();
            if causes.is_empty() {
                problems.push(ImportProblem::Unsayable { span: None, construct: "the policies".into(), reason });
            } else {
                let refusals: Vec<_> = causes.iter().map(|cause| Refusal::new(*cause, reason.clone())).collect();
                problems.extend(self.problems_of(&refusals));
            }
        }
        if problems.is_empty() { Ok(outcome.clusters.pop()) } else { Err(problems) }
    }
}

/// Puts a waiver before each set of nodes that is isolated; `false` if they are there already.
fn accept(pages: &mut Pages) -> bool {
    const WAIVER: &str = "accept E0701 because \"imported as it was\"";
    let entries = std::mem::take(&mut pages.platform.entries);
    let is_new = !entries.iter().any(|entry| entry.text == WAIVER);
    for entry in entries {
        if is_new && entry.text.starts_with("nodes ") && entry.text.contains(" enforcing ") {
            pages.platform.entries.push(Entry::new(Kind::Declaration, WAIVER));
        }
        pages.platform.entries.push(entry);
    }
    is_new
}

/// The section of a namespace, or of the platform.
fn section<'p>(pages: &'p mut Pages, home: Option<&SmolStr>) -> &'p mut Section {
    match home {
        Some(home) => pages.namespaces.entry(home.clone()).or_default(),
        None => &mut pages.platform,
    }
}

/// Names for everybody of whom something is said.
fn names(halves: &Halves, flows: &[Flow], look_ups: &[look_up::LookUp], enforcer: EnforcerName) -> Names {
    let subjects = || {
        let isolated = halves.isolated.iter().map(|isolated| &isolated.subject);
        isolated.chain(halves.halves.iter().map(|half| &half.subject))
    };
    let mut pods: BTreeSet<&PodSelector> = subjects().filter_map(Subject::pods).collect();
    for flow in flows {
        for end in [&flow.from, &flow.to] {
            pods.extend(end.pods.iter().chain(&end.except));
        }
    }
    pods.extend(look_ups.iter().map(|look_up| &look_up.subject));
    let mut names = Names::new(subjects(), &pods);
    let spoken = |flow: &Flow| {
        let ends = [&flow.from, &flow.to].into_iter().filter(|end| !end.others.is_empty());
        ends.map(|end| (flow.home.clone(), end.others.clone())).collect::<Vec<_>>()
    };
    names.sets.sort_by(|_, a, _, b| a.cmp(b));
    names.name_externals(flows.iter().flat_map(spoken));
    names.externals.retain(|(_, others), _| words::external(others, enforcer).is_some());
    for flow in flows {
        for other in flow.from.others.iter().chain(&flow.to.others) {
            if let crate::semantics::endpoints::Endpoints::Nodes { labels, .. } = other {
                names.name_nodes(labels);
            }
        }
    }
    names.nodes.sort_by(|_, a, _, b| a.cmp(b));
    names
}

/// The canonical spelling. That it cannot be spelled would be a fault of ours.
fn formatted(text: &str) -> Result<String, Problems> {
    syntax::format(FileId(0), text).map_err(|problems| {
        let reason = problems.into_iter().next().map(|problem| problem.message).unwrap_or_default().into();
        vec![ImportProblem::Unsayable { span: None, construct: "the project".into(), reason }]
    })
}
