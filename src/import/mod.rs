//! Existing policies to sentences that a person would have written, with proof.
//!
//! ```text
//!  manifests ─▶ raise ─▶ halves ─▶ meet: flows ─▶ name, words ─▶ sentence: joined ─▶ page ─▶ compile ─▶ prove
//!                 │                    │                             ▲                            ▲
//!                 │                    └─▶ look_up: only what nobody derives                      │
//!                 └─▶ note: comments ────────────────────────────────┘        what the policies mean
//! ```
//!
//! It begins with what the policies *mean* ([`crate::verdict::Ruleset`]) and not with their YAML: so a NetworkPolicy and a
//! CiliumNetworkPolicy go one way, what an agent drops in silence is dropped here too, and the proof compares with the
//! very thing from which the sentences came.
//!
//! Invariant: there is text only if it is proved to mean what the policies mean; else there is the construct and its place.

mod halves;
mod look_up;
mod meet;
mod name;
mod note;
mod page;
mod prove;
mod refusal;
mod sentence;
mod words;

use crate::compile::{self, Compiled, Options};
use crate::diagnostic::problem::import::ImportProblem;
use crate::diagnostic::{self, Code, Diagnostic, Severity};
use crate::enforcer::raise::{self, Located, Problem, ProblemKind, raise};
use crate::policy::{Direction, EnforcerName, Namespace, PodSelector, Version};
use crate::semantics::Universe;
use crate::source::{FileId, Sources, Span};
use crate::syntax;
use crate::verdict::{CauseId, Ruleset};
use crate::view::manifests::{self, Manifests};
use crate::view::{self, Scope};
use halves::{Halves, Subject};
use indexmap::IndexMap;
use meet::{Flow, Met};
use name::Names;
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
}

/// Turns manifests into a project.
#[must_use]
pub fn import(manifests: Sources, wish: &Wish) -> Outcome {
    let texts = manifests::read(&manifests, FileId(0), 0);
    let found = Manifests::new(&texts);
    let assumed = wish.enforcer.is_none().then(|| found.enforcer());
    let (enforcer, version) = wish.enforcer.unwrap_or_else(|| found.enforcer());
    let scope = view::lenient(Scope { running: view::running(&found.inventory), ..Scope::new(enforcer, version) });
    let raised = raise(&found.objects, &scope);
    let mut diagnostics = found.diagnostics.clone();
    diagnostics.extend(unread(&raised.problems));
    let read = Read { scope: &scope, wish, found: &found, ruleset: &raised.rules, problems: &raised.problems };
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
}

type Problems = Vec<ImportProblem>;

impl Read<'_> {
    fn project(&self, mut comments: Comments) -> Result<Project, Problems> {
        let namespaces = self.namespaces();
        let universe = Universe::new(&namespaces);
        self.no_gaps()?;
        let halves = halves::of(self.ruleset, universe).map_err(|found| self.problems_of(&found))?;
        let Met { mut flows, dead, denied } = meet::meet(&halves, universe);
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
        let Some(compiled) = self.compiled(&mut pages, true)? else { return Err(Vec::new()) };
        let mut look_ups = Vec::new();
        for (namespace, who) in prove::more_look_ups(self.ruleset, &compiled.policy, universe) {
            let text = format!("look-ups are derived for {}, and the policies do not allow all of these", some(&who));
            let known = namespace.as_ref().filter(|namespace| pages.namespaces.contains_key(*namespace));
            note(section(&mut pages, known), text);
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

    /// Headers, declarations and isolations.
    fn pages(
        &self,
        halves: &Halves,
        names: &Names,
        look_ups: &look_up::LookUps,
        comments: &mut Comments,
    ) -> Result<Pages, Problems> {
        let mut pages = Pages::default();
        self.platform(halves, names, look_ups, &mut pages);
        for (home, declared) in &names.sections {
            let mut section = Section::default();
            let mut whole = Vec::new();
            let mut parts: IndexMap<Direction, Vec<(&PodSelector, CauseId)>> = IndexMap::new();
            for isolated in &halves.isolated {
                match &isolated.subject {
                    Subject::Pods(namespace, pods) if namespace == home => {
                        if pods.is_whole() {
                            whole.push(isolated.direction);
                            section.causes.insert(isolated.cause);
                        } else {
                            parts.entry(isolated.direction).or_default().push((pods, isolated.cause));
                        }
                    }
                    _ => {}
                }
            }
            section.comments = comments.take(&section.causes, self.ruleset);
            section.enforcing = enforcing(&whole);
            if let Some(by) = &declared.by {
                section.entries.push(Entry::new(Kind::Declaration, format!("workloads by {by}")));
            }
            for (pods, workload) in &declared.workloads {
                let mut text = format!("workload {}", workload.name);
                if !workload.plain {
                    if !pods.labels.0.is_empty() {
                        text.push_str(&format!(" {}", name::braces(&pods.labels)));
                    }
                    if let Some(account) = pods.service_account.as_one() {
                        text.push_str(&format!(" as serviceaccount {account}"));
                    }
                }
                section.entries.push(Entry::new(Kind::Declaration, text));
            }
            section.entries.extend(self.externals(Some(home), names));
            parts.retain(|direction, _| !whole.contains(direction));
            self.enforce(home, &parts, names, comments, &mut section)?;
            pages.namespaces.insert(home.clone(), section);
        }
        Ok(pages)
    }

    /// The names of what stands outside that a file gives.
    fn externals(&self, home: Option<&SmolStr>, names: &Names) -> Vec<Entry> {
        let of_home = names.externals.iter().filter(|((of, _), _)| of.as_ref() == home);
        let texts = of_home.filter_map(|((_, others), name)| {
            words::external(others, self.scope.enforcer).map(|list| format!("external {name} = {list}"))
        });
        texts.map(|text| Entry::new(Kind::Declaration, text)).collect()
    }

    fn enforce(
        &self,
        home: &SmolStr,
        parts: &IndexMap<Direction, Vec<(&PodSelector, CauseId)>>,
        names: &Names,
        comments: &mut Comments,
        section: &mut Section,
    ) -> Result<(), Problems> {
        let mut sentences: IndexMap<Vec<String>, (Vec<&str>, BTreeSet<CauseId>)> = IndexMap::new();
        for (direction, pods) in parts {
            let mut words: Vec<String> = Vec::new();
            let mut causes = BTreeSet::new();
            for (pods, cause) in pods {
                let (found, _) =
                    names.pods(pods, Some(home)).map_err(|reason| self.problems_of(&[Refusal::new(*cause, reason)]))?;
                words.extend(found.into_iter().filter(|word| !words.contains(word)).collect::<Vec<_>>());
                causes.insert(*cause);
            }
            words.sort();
            let entry = sentences.entry(words).or_default();
            entry.0.push(direction_word(*direction));
            entry.1.extend(causes);
        }
        sentences.sort_keys();
        for (words, (mut directions, causes)) in sentences {
            directions.sort_unstable_by(|a, b| b.cmp(a));
            let comments = comments.take(&causes, self.ruleset);
            let text = format!("enforce {} for {}", directions.join(", "), words.join(", "));
            section.entries.push(Entry { comments, causes, ..Entry::new(Kind::Enforce, text) });
        }
        Ok(())
    }

    fn platform(&self, halves: &Halves, names: &Names, look_ups: &look_up::LookUps, pages: &mut Pages) {
        let entries = &mut pages.platform.entries;
        let project = self.wish.project.clone().unwrap_or_else(|| SmolStr::new_static("imported"));
        entries.push(Entry::new(Kind::Project, format!("project {project}")));
        let (enforcer, version) = (self.scope.enforcer.as_str(), self.scope.version);
        let mut facts = format!("cluster imported {{\n  enforcer {enforcer} {version}\n");
        let host_firewall = halves.isolated.iter().any(|one| matches!(one.subject, Subject::Nodes(_)))
            || halves.halves.iter().any(|half| matches!(half.subject, Subject::Nodes(_)));
        let mut features = Vec::new();
        if host_firewall {
            features.push("host-firewall");
        }
        if halves.halves.iter().any(|half| {
            half.others.iter().any(|other| matches!(other, crate::semantics::endpoints::Endpoints::Nodes { .. }))
        }) {
            features.push("node-selector-labels");
        }
        if !features.is_empty() {
            facts.push_str(&format!("  features {}\n", features.join(", ")));
        }
        look_ups.servers.iter().for_each(|server| facts.push_str(&format!("  {server}\n")));
        if !look_ups.search.is_empty() {
            let domains: Vec<&str> = look_ups.search.iter().map(String::as_str).collect();
            facts.push_str(&format!("  search {}\n", domains.join(", ")));
        }
        if names.by != "app" {
            facts.push_str(&format!("  workloads by {}\n", names.by));
        }
        facts.push('}');
        entries.push(Entry::new(Kind::Cluster, facts));
        let mut push = |text: String, causes: BTreeSet<CauseId>| {
            let kind = if text.starts_with("enforce") { Kind::Enforce } else { Kind::Declaration };
            entries.push(Entry { causes, ..Entry::new(kind, text) });
        };
        if !names.sets.is_empty() {
            for (name, known) in &self.found.inventory.namespaces {
                let known: Vec<String> = known
                    .labels
                    .iter()
                    .filter(|(key, _)| key.as_str() != "kubernetes.io/metadata.name")
                    .map(|(key, value)| format!("{key}: {}", words::quoted(value)))
                    .collect();
                if names.sections.contains_key(name) && !known.is_empty() {
                    push(format!("namespace {name} labels {{ {} }}", known.join(", ")), BTreeSet::new());
                }
            }
        }
        for external in self.externals(None, names) {
            push(external.text, BTreeSet::new());
        }
        for (labels, name) in &names.sets {
            push(format!("namespaces {name} {}", name::braces(labels)), BTreeSet::new());
        }
        for (labels, name) in &names.nodes {
            let of = |one: &&halves::Isolated| one.subject == Subject::Nodes(labels.clone());
            let isolated: Vec<_> = halves.isolated.iter().filter(of).collect();
            let directions: Vec<&str> = isolated.iter().map(|one| direction_word(one.direction)).collect();
            let enforcing =
                if directions.is_empty() { String::new() } else { format!(" enforcing {}", directions.join(", ")) };
            let causes = isolated.iter().map(|one| one.cause).collect();
            push(format!("nodes {name} {}{enforcing}", name::braces(labels)), causes);
        }
        for isolated in &halves.isolated {
            if let Subject::Everywhere(pods) = &isolated.subject
                && let Ok((words, except)) = names.pods(pods, None)
            {
                let mut text = format!("enforce {} for {}", direction_word(isolated.direction), words.join(", "));
                if !except.is_empty() {
                    text.push_str(&format!(" except {}", except.join(", ")));
                }
                push(text, [isolated.cause].into());
            }
        }
    }

    /// The other namespaces' signatures.
    fn consent(&self, flows: &[Flow], names: &Names, pages: &mut Pages) -> Result<(), Problems> {
        let mut exposed: IndexMap<(SmolStr, String), (Vec<String>, BTreeSet<CauseId>)> = IndexMap::new();
        for flow in flows.iter().filter(|flow| flow.kind == meet::Kind::May) {
            let Some(home) = &flow.home else { continue };
            for to in &flow.to.pods {
                let Some(there) = to.namespaces.names.as_one() else { continue };
                if there == home || !names.sections.contains_key(there) {
                    continue;
                }
                let refuse = |reason: String| {
                    let refusals: Vec<_> =
                        flow.causes.iter().map(|cause| Refusal::new(*cause, reason.clone())).collect();
                    self.problems_of(&refusals)
                };
                let (objects, _) = names.pods(to, Some(there)).map_err(refuse)?;
                let enforcer = self.scope.enforcer;
                let readers = words::end(&flow.from, names, Some(there), enforcer).map_err(refuse)?;
                let ports = flow.connections.ports().map(words::port_list).unwrap_or_default();
                // A ping is no port's, and what is exposed as a whole has it.
                let ports = if ports == ":[]" { String::new() } else { ports };
                for object in objects {
                    let entry = exposed.entry((there.clone(), format!("{object}{ports}"))).or_default();
                    for reader in readers.iter().flat_map(|phrase| &phrase.items) {
                        if !entry.0.contains(reader) {
                            entry.0.push(reader.clone());
                        }
                    }
                    entry.1.extend(flow.causes.iter().copied());
                }
            }
        }
        for ((there, object), (readers, causes)) in exposed {
            let text = format!("expose {object} to {}", readers.join(", "));
            section(pages, Some(&there)).entries.push(Entry { causes, ..Entry::new(Kind::Expose, text) });
        }
        Ok(())
    }

    /// What the policies surely did not intend.
    fn notes(&self, halves: &Halves, dead: &[CauseId], denied: &[CauseId], pages: &mut Pages) {
        for problem in self.problems.iter().filter(|problem| problem.kind != ProblemKind::NotRead) {
            let what = match problem.kind {
                ProblemKind::Refused => "is refused, and enforces nothing",
                ProblemKind::Dropped | ProblemKind::NotRead => "has a field that is dropped",
            };
            note_of(pages, &problem.object, format!("{} {what}: {}", problem.object, problem.reason));
        }
        let silent = "at the other end all is isolated, and nothing lets it pass";
        let idle = dead
            .iter()
            .map(|cause| (*cause, silent))
            .chain(denied.iter().map(|cause| (*cause, "a deny has all of it")));
        let mut known = BTreeSet::new();
        for (cause, why) in idle.filter(|(cause, _)| known.insert(*cause)) {
            let (_, construct) = self.construct(cause);
            let object = self.ruleset.cause(cause).object.clone().unwrap_or_default();
            note_of(pages, &object, format!("{construct} never applies: {why}"));
        }
        for isolated in &halves.isolated {
            let cause = self.ruleset.cause(isolated.cause);
            let object = cause.object.clone().unwrap_or_default();
            let same = |half: &halves::Half| {
                half.direction == isolated.direction
                    && half.effect != crate::verdict::Effect::Deny
                    && self.ruleset.cause(half.cause).object.as_ref() == Some(&object)
            };
            if cause.text.contains("Deny") && !halves.halves.iter().any(same) {
                let direction = direction_word(isolated.direction);
                note_of(
                    pages,
                    &object,
                    format!(
                        "{object} isolates for {direction}, though it only denies: `enableDefaultDeny` is not false"
                    ),
                );
            }
        }
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

/// Puts a waiver before the first set of nodes; `false` if there is one already.
fn accept(pages: &mut Pages) -> bool {
    let entries = &mut pages.platform.entries;
    if entries.iter().any(|entry| entry.text.starts_with("accept E0701")) {
        return false;
    }
    let Some(at) = entries.iter().position(|entry| entry.text.starts_with("nodes ")) else { return false };
    entries.insert(at, Entry::new(Kind::Declaration, "accept E0701 because \"imported as it was\""));
    true
}

/// Adds a comment to the section of an object's namespace.
fn note_of(pages: &mut Pages, object: &str, text: String) {
    let namespace = object.split_once(' ').and_then(|(_, name)| name.split_once('/')).map(|(namespace, _)| namespace);
    let known = namespace.filter(|namespace| pages.namespaces.contains_key(*namespace)).map(SmolStr::from);
    note(section(pages, known.as_ref()), text);
}

/// Adds a comment to a section.
fn note(section: &mut Section, text: String) {
    section.entries.push(Entry { comments: vec![format!("note: {text}")], kind: Kind::Note, ..Entry::default() });
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
    names.name_externals(flows.iter().flat_map(spoken));
    names.externals.retain(|(_, others), _| words::external(others, enforcer).is_some());
    for flow in flows {
        for other in flow.from.others.iter().chain(&flow.to.others) {
            if let crate::semantics::endpoints::Endpoints::Nodes { labels, .. } = other {
                names.name_nodes(labels);
            }
        }
    }
    names
}

/// The first of some names, and how many more there are.
fn some(names: &[String]) -> String {
    let (shown, rest) = names.split_at_checked(5).unwrap_or((names, &[]));
    match rest.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn direction_word(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "ingress",
        Direction::Egress => "egress",
    }
}

fn enforcing(whole: &[Direction]) -> String {
    match (whole.contains(&Direction::Ingress), whole.contains(&Direction::Egress)) {
        (true, true) => String::new(),
        (true, false) => " enforcing ingress".to_owned(),
        (false, true) => " enforcing egress".to_owned(),
        (false, false) => " enforcing nothing".to_owned(),
    }
}

/// The canonical spelling. That it cannot be spelled would be a fault of ours.
fn formatted(text: &str) -> Result<String, Problems> {
    syntax::format(FileId(0), text).map_err(|problems| {
        let reason = problems.into_iter().next().map(|problem| problem.message).unwrap_or_default().into();
        vec![ImportProblem::Unsayable { span: None, construct: "the project".into(), reason }]
    })
}
