//! From flows that passed to the sentences that let them pass.
//!
//! ```text
//!  flows that pass ─▶ not allowed yet? ─▶ ends: named ─▶ sentence: joined ─▶ page ─▶ compile ─▶ what is needless goes
//! ```
//!
//! What a draft is for is a project that enforces: a namespace that does not yet is taken as if it did.
//!
//! Invariant: there is a draft only if it compiles together with the project. Replayed on both, no flow is cut off that is not
//! told as left, and every sentence is needed by some flow.

mod ends;
mod needed;
mod page;
mod paths;
mod sentence;

use super::left_out::LeftOut;
use super::replay::{Observed, observed, opens_some};
use super::steps::enforced;
use super::tally::{Count, Tally};
use super::words::{self, naming_label};
use crate::compile::{self, Options};
use crate::diagnostic::{self, Diagnostic, Severity};
use crate::explain::{Explained, Outcome, explain_flow};
use crate::inventory::Inventory;
use crate::policy::{EnforcerName, Protocol, Version};
use crate::semantics::connections::Connection;
use crate::semantics::endpoints::Endpoint;
use crate::source::{FileId, Sources};
use crate::syntax;
use crate::verdict::Flow;
use crate::view::View;
use ends::Ends;
use indexmap::IndexSet;
use needed::{needless, needs, refused};
use page::{Frames, Page, Said};
use rayon::prelude::*;
use sentence::{About, Form, Wanted};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

pub use paths::MANY;

/// The namespace that nobody drafts policies for who has not said so: the cluster's own.
const SYSTEM: &str = "kube-system";

/// What the caller decides.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// The namespaces that get files, beside those that the project has; if none is said and the project has none, all
    /// whose pods were seen but `kube-system`.
    pub namespaces: BTreeSet<SmolStr>,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Proposal {
    /// The project's files, and those of the draft.
    pub sources: Sources,
    /// What is wrong with them.
    pub diagnostics: Vec<Diagnostic>,
    /// The draft; `None` when any finding is an error.
    pub draft: Option<Draft>,
}

/// A draft that compiles.
#[derive(Debug, Default)]
pub struct Draft {
    /// All of it in one text.
    pub whole: String,
    /// The same as a file a namespace, by path from the project's root.
    pub files: BTreeMap<String, String>,
    /// How many sentences there are.
    pub sentences: usize,
    /// How many flows they let pass.
    pub flows: usize,
    /// How many flows pass without them.
    pub passing: usize,
    /// The namespaces that do not enforce both directions yet, and were taken as if they did.
    pub as_enforcing: BTreeSet<SmolStr>,
    /// Flows that passed and for which nothing was drafted, and why.
    pub left: Vec<Left>,
    /// Lines that are no flows that are decided.
    pub left_out: BTreeMap<LeftOut, u64>,
}

/// A flow for which nothing was drafted.
#[derive(Clone, Debug)]
pub struct Left {
    /// The flow.
    pub flow: Flow,
    /// Why.
    pub reason: String,
    /// How often it was seen.
    pub count: Count,
}

/// Drafts sentences. The project may be nothing.
#[must_use]
pub fn propose(project: &Sources, options: &Options, wish: &Wish, tally: &Tally) -> Proposal {
    let as_it_is = compile::check(project, options);
    let ours = |name: &str| name != SYSTEM || wish.namespaces.contains(name);
    let (sources, as_enforcing) = enforced(project, &as_it_is.trees, ours);
    let (base, facts) = match base(&sources, options) {
        Ok(base) => base,
        Err(diagnostics) => return Proposal { sources, diagnostics, draft: None },
    };
    let Some(policy) = &base.policy else { return Proposal { sources, ..Proposal::default() } };
    let (mut all, mut left_out) = (observed(&base, tally), tally.left_out.clone());
    // The look-ups that the drafted sentences need come with them.
    for one in all.extract_if(.., |one| one.look_up) {
        *left_out.entry(LeftOut::LookUp).or_default() += one.seen.all().lines;
    }
    all.retain(|one| !one.seen.was_stopped());
    let mut new = wish.namespaces.clone();
    if sources.is_empty() && new.is_empty() {
        new.extend(all.iter().flat_map(|one| [&one.flow.from, &one.flow.to]).filter_map(namespace).cloned());
        new.remove(SYSTEM);
    }
    new.retain(|name| {
        !policy.namespaces.get(name).is_some_and(|known| known.has_files) && syntax::can_be_namespace(name)
    });
    let by = facts.as_ref().map_or_else(|| policy.cluster.workload_label.clone(), |_| key_of_most(&all, &new));
    let facts = facts
        .map(|facts| facts.replace(BY, &if by == "app" { String::new() } else { format!("  workloads by {by}\n") }));
    let mut draft = Draft { left_out, as_enforcing, ..Draft::default() };
    let wanted = wanted(&base, &all, Ends::new(policy, &new, by), &new, &mut draft);
    let sentences = sentence::sentences(wanted);
    let frames = Frames { policy, sources: &sources, facts };
    let mut kept: BTreeSet<usize> = (0..sentences.len()).collect();
    // Those for which the compiler asks the other namespace's consent: the project may have it already.
    let mut consent: BTreeSet<usize> = BTreeSet::new();
    loop {
        let said: Vec<Said<'_>> = sentences
            .iter()
            .enumerate()
            .filter(|(number, _)| kept.contains(number))
            .map(|(number, sentence)| Said { number, sentence, consent: consent.contains(&number) })
            .collect();
        let files = page::files(&said, &new, &frames);
        let (tried, first) = together(&sources, &files);
        let outcome = compile::build(&tried, options);
        let errors = diagnostic::has_errors(&outcome.diagnostics);
        let compiled = outcome.clusters.into_iter().next().filter(|_| !errors);
        let Some(compiled) = compiled else {
            let errors: Vec<Diagnostic> =
                outcome.diagnostics.into_iter().filter(|one| one.severity() == Severity::Error).collect();
            let (asking, refused) = refused(&errors, &files, first, &consent);
            if asking.is_empty() && refused.is_empty() {
                return Proposal { sources: tried, diagnostics: errors, draft: None };
            }
            consent.extend(asking);
            for (number, reason) in refused {
                kept.remove(&number);
                let flows = sentences.get(number).into_iter().flat_map(|one| &one.flows);
                for one in flows.filter_map(|flow| all.get(*flow)) {
                    draft.flows = draft.flows.saturating_sub(1);
                    draft.left.push(Left { flow: one.flow.clone(), reason: reason.clone(), count: one.seen.all() });
                }
            }
            continue;
        };
        let view = View::of_policy(compiled.policy, Inventory::default());
        let needs = needs(&view, &all, &files, first);
        let needless = needless(&needs.of_flows, &said);
        if needless.is_empty() {
            let known: IndexSet<Flow> = draft.left.iter().map(|left| left.flow.clone()).collect();
            for (one, reason) in needs.cut_off.into_iter().filter(|(one, _)| !known.contains(&one.flow)) {
                draft.left.push(Left { flow: one.flow.clone(), reason, count: one.seen.all() });
            }
            draft.sentences = said.len();
            // What it was tried on enforces more than the project, whose headers are to stay.
            let policy = as_it_is.clusters.first().map_or(policy, |compiled| &compiled.policy);
            let frames = Frames { policy, sources: project, facts: frames.facts.clone() };
            draft.whole = formatted(&page::whole(&said, &new, &frames));
            let files = page::files(&said, &new, &frames);
            draft.files = files.into_iter().map(|(path, page)| (path, formatted(&page.text))).collect();
            return Proposal { sources: tried, diagnostics: Vec::new(), draft: Some(draft) };
        }
        kept.retain(|number| !needless.contains(number));
    }
}

/// Where the line about the label of workloads goes.
const BY: &str = "{by}";

/// What the project means as it is, and the facts of a project that there is none of yet.
fn base(sources: &Sources, options: &Options) -> Result<(View, Option<String>), Vec<Diagnostic>> {
    let facts = sources.is_empty().then(|| {
        let (enforcer, version): (EnforcerName, Version) =
            options.enforcer.unwrap_or_else(|| (EnforcerName::Cilium, crate::enforcer::newest(EnforcerName::Cilium)));
        format!("project drafted\n\ncluster drafted {{\n  enforcer {} {version}\n{BY}}}", enforcer.as_str())
    });
    let outcome = match &facts {
        Some(facts) => {
            let mut made = Sources::new();
            made.add("cluster.ztp", format!("platform\n{}\n", facts.replace(BY, "")));
            compile::check(&made, options)
        }
        None => compile::check(sources, options),
    };
    match outcome.clusters.into_iter().next() {
        Some(compiled) => Ok((View::of_policy(compiled.policy, Inventory::default()), facts)),
        None => Err(outcome.diagnostics),
    }
}

fn namespace(end: &Endpoint) -> Option<&SmolStr> {
    match end {
        Endpoint::Pod(pod) => Some(&pod.namespace.name),
        _ => None,
    }
}

/// The label that names most pods of these namespaces.
fn key_of_most(all: &[Observed], new: &BTreeSet<SmolStr>) -> SmolStr {
    let mut count: BTreeMap<&str, BTreeSet<(&SmolStr, &SmolStr)>> = BTreeMap::new();
    for end in all.iter().flat_map(|one| [&one.flow.from, &one.flow.to]) {
        if let Endpoint::Pod(pod) = end
            && new.contains(&pod.namespace.name)
            && let Some((key, value)) = naming_label(&pod.labels, "app")
        {
            count.entry(key).or_default().insert((&pod.namespace.name, value));
        }
    }
    let likeliest = words::KEYS.iter().max_by_key(|key| (count.get(**key).map_or(0, BTreeSet::len), **key == "app"));
    likeliest.map_or_else(|| "app".into(), |key| (*key).into())
}

/// What the flows call for, and which of them cannot be helped.
fn wanted(
    base: &View,
    all: &[Observed],
    mut ends: Ends<'_>,
    new: &BTreeSet<SmolStr>,
    draft: &mut Draft,
) -> BTreeMap<About, Wanted> {
    let index = base.index();
    let decided: Vec<Result<Explained, String>> = all
        .par_iter()
        .map(|one| explain_flow(&index, one.flow.clone()).map_err(|unknown| unknown.to_string()))
        .collect();
    let is_new = |end: &Endpoint| namespace(end).is_some_and(|name| new.contains(name));
    let mut open: Vec<Open<'_>> = Vec::new();
    for (number, (one, decided)) in all.iter().zip(&decided).enumerate() {
        let mut leave = |reason: String| {
            draft.left.push(Left { flow: one.flow.clone(), reason, count: one.seen.all() });
        };
        match decided {
            Err(reason) => leave(format!("not decided: {reason}")),
            Ok(decided) => {
                let denied = decided.ends().into_iter().find(|(_, end)| end.outcome == Outcome::Denied);
                let shut = |end: &crate::explain::Decided| end.outcome == Outcome::NotAllowed;
                let egress = shut(&decided.egress) || is_new(&one.flow.from);
                let ingress = shut(&decided.ingress) || is_new(&one.flow.to);
                if let Some((_, end)) = denied {
                    let by = end.because.first().map(|cause| cause.text.as_str()).unwrap_or_default();
                    leave(format!("denied, whatever allows it: {by}"));
                } else if !egress && !ingress {
                    draft.passing += 1;
                } else if one.with_requests {
                    // The requests that it carried are drafted.
                    draft.flows += 1;
                } else if !decided.passes() && opens_some(&index, decided) {
                    leave("only some requests pass here, and these flows do not tell what was asked".to_owned());
                } else {
                    open.push(Open { number, one, egress, ingress });
                }
            }
        }
    }
    let names = Chosen::new(&open, &ends);
    let mut found: BTreeMap<About, Wanted> = BTreeMap::new();
    let mut of_requests: BTreeSet<About> = BTreeSet::new();
    let mut named: Vec<(Open<'_>, About)> = Vec::new();
    let enforcer = base.policy.as_ref().map_or(EnforcerName::Cilium, |policy| policy.cluster.enforcer);
    for open in open {
        match about(&open, &mut ends, &names, enforcer) {
            Err(reason) => {
                draft.left.push(Left { flow: open.one.flow.clone(), reason, count: open.one.seen.all() });
            }
            Ok(about) => {
                if let Form::Requests(_) = about.form {
                    of_requests.insert(about.clone());
                }
                named.push((open, about));
            }
        }
    }
    for (Open { number, one, .. }, about) in named {
        // A plain sentence beside one about requests would void it (E0606).
        if let (Form::Reach, Connection::Port(Protocol::Tcp, port)) = (about.form, &one.flow.connection)
            && of_requests.contains(&About { form: Form::Requests(*port), ..about.clone() })
        {
            let reason =
                "other pods of this workload sent requests there, and what this one sent is not told".to_owned();
            draft.left.push(Left { flow: one.flow.clone(), reason, count: one.seen.all() });
            continue;
        }
        draft.flows += 1;
        let wanted = found.entry(about).or_default();
        wanted.count.add(one.seen.all());
        wanted.flows.push(number);
        match &one.flow.connection {
            Connection::Request(line, _) if enforcer == EnforcerName::Cilium => {
                let path = line.target.split_once('?').map_or(line.target.as_str(), |(path, _)| path);
                wanted.requests.insert((line.method.to_string(), path.to_owned()));
            }
            Connection::Request(_, port) => _ = wanted.ports.insert((Protocol::Tcp, *port)),
            Connection::Port(protocol, port) | Connection::LookUp(_, protocol, port) => {
                wanted.ports.insert((*protocol, *port));
            }
            Connection::Icmp { .. } | Connection::Tls(..) | Connection::Other => {}
        }
    }
    found
}

/// A flow that is not allowed yet.
struct Open<'o> {
    number: usize,
    one: &'o Observed,
    /// Whether that is so at the end that opens it, and at the one that answers.
    egress: bool,
    ingress: bool,
}

/// What a flow's sentence is about.
fn about(open: &Open<'_>, ends: &mut Ends<'_>, names: &Chosen, enforcer: EnforcerName) -> Result<About, String> {
    let flow = &open.one.flow;
    let form = match &flow.connection {
        Connection::Port(..) | Connection::LookUp(..) => Form::Reach,
        Connection::Request(..) if enforcer == EnforcerName::Kubernetes => Form::Reach,
        Connection::Request(line, port) => {
            let path = line.target.split_once('?').map_or(line.target.as_str(), |(path, _)| path);
            let method = !line.method.is_empty() && line.method.bytes().all(|byte| byte.is_ascii_uppercase());
            if !method || words::path_words(path).is_none() {
                return Err("a request for which there is no word".to_owned());
            }
            Form::Requests(*port)
        }
        Connection::Icmp { v6: false, number: 8 } | Connection::Icmp { v6: true, number: 128 } => Form::Ping,
        Connection::Icmp { .. } => return Err("ICMP of a type for which there is no word".to_owned()),
        Connection::Tls(..) | Connection::Other => return Err("a protocol without ports".to_owned()),
    };
    // Who opens a flow is told by addresses: names are looked up on the way to them.
    let from = ends.call(&flow.from, |_| None)?;
    let to = ends.call(&flow.to, |candidates| names.choose(candidates))?;
    let (home, always) = match (ends.home(&flow.from), ends.home(&flow.to)) {
        (Some(from), Some(_)) => (Some(from.clone()), false),
        (Some(from), None) if !open.ingress => (Some(from.clone()), false),
        (None, Some(to)) if !open.egress => (Some(to.clone()), false),
        _ => (None, [&flow.from, &flow.to].iter().any(|end| matches!(end, Endpoint::Pod(_)))),
    };
    Ok(About { home, always, from, to, form })
}

/// The names that sentences name, where an address has several.
struct Chosen(BTreeSet<SmolStr>);

impl Chosen {
    /// Those that are the only one of some address first; then, where an address has none of these, its first.
    fn new(open: &[Open<'_>], ends: &Ends<'_>) -> Self {
        let names = open.iter().filter_map(|open| match &open.one.flow.to {
            Endpoint::Outside { names, .. } => {
                Some(names.iter().filter(|name| ends.can_be_said(name)).collect::<Vec<_>>())
            }
            _ => None,
        });
        let mut candidates: Vec<Vec<&SmolStr>> = names.filter(|names| !names.is_empty()).collect();
        candidates.sort_by_key(Vec::len);
        let mut chosen = BTreeSet::new();
        for names in candidates {
            if !names.iter().any(|name| chosen.contains(*name)) {
                chosen.extend(names.into_iter().next().cloned());
            }
        }
        Self(chosen)
    }

    fn choose(&self, candidates: &[SmolStr]) -> Option<SmolStr> {
        candidates.iter().find(|name| self.0.contains(*name)).cloned()
    }
}

/// The project's files and the draft's, and the id of the first of the draft.
fn together(sources: &Sources, files: &BTreeMap<String, Page>) -> (Sources, FileId) {
    let mut all = sources.clone();
    let first = FileId(u32::try_from(all.len()).unwrap_or(u32::MAX));
    for (path, page) in files {
        all.add(path.clone(), page.text.clone());
    }
    (all, first)
}

/// The canonical spelling; what has been compiled has one.
fn formatted(text: &str) -> String {
    syntax::format(FileId(0), text).unwrap_or_else(|_| text.to_owned())
}
