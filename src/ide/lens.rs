//! What stands above a line in an editor: which objects come of a header or of a platform's sentence, and who names a
//! workload as what it reaches.

use super::hover::objects_of;
use super::names::{Kind, Occurrence, Role, has_objects, objects};
use super::standing::{At, at};
use super::{Checked, File, Workspace};
use crate::enforcer;
use crate::manifest::Object;
use crate::policy::Policy;
use crate::source::Span;
use crate::syntax::ast::{HeaderKind, Item, ItemKind, Peers};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// Something to show above a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// The place.
    pub span: Span,
    /// What is shown.
    pub text: String,
    /// What it is about.
    pub about: About,
}

/// See [`Lens::about`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// The objects, as kind and name, sorted.
    Objects(Vec<String>),
    /// Sentences that reach a workload.
    Sentences(Vec<Span>),
}

/// The lenses of a file, in the order of their places. `checked` is what stands around it.
#[must_use]
pub fn lenses(workspace: &Workspace, file: &File, checked: &Checked) -> Vec<Lens> {
    let mut found = Vec::new();
    let objects = objects_by_namespace(checked);
    for section in &file.tree.sections {
        let Some(header) = &section.header else { continue };
        match &header.kind {
            HeaderKind::Namespace { name, .. } => {
                let own = |(home, object): &(Option<SmolStr>, String)| {
                    (home.as_ref() == Some(&name.value)).then(|| object.clone())
                };
                found.push(of_objects(header.span.0, objects.iter().filter_map(own).collect()));
            }
            HeaderKind::Platform => {
                let sentences = section.items.iter().filter(|item| has_objects(&item.kind));
                for item in sentences {
                    let of_cluster = |policy: &Policy| objects_of(policy, item.span.0);
                    let named: BTreeSet<String> =
                        checked.clusters.iter().flat_map(|cluster| of_cluster(&cluster.policy)).collect();
                    found.push(of_objects(item.span.0, named));
                }
            }
        }
    }
    found.extend(reached(workspace, file));
    found.sort_by_key(|lens| lens.span);
    found
}

fn of_objects(span: Span, objects: BTreeSet<String>) -> Lens {
    let text = match objects.len() {
        0 => "no object".to_owned(),
        1 => "1 object".to_owned(),
        count => format!("{count} objects"),
    };
    Lens { span, text, about: About::Objects(objects.into_iter().collect()) }
}

/// Every object of the policies, with its namespace.
fn objects_by_namespace(checked: &Checked) -> BTreeSet<(Option<SmolStr>, String)> {
    let lowered = checked.clusters.iter().filter_map(|cluster| enforcer::lower(&cluster.policy).ok()).flatten();
    lowered.map(|object: Object| (object.metadata().namespace.clone(), super::hover::title(&object))).collect()
}

/// Who names the workloads of a file as what is reached: sentences of all files that allow it.
fn reached(workspace: &Workspace, file: &File) -> Vec<Lens> {
    let mut sentences: BTreeMap<&SmolStr, Vec<(&Occurrence, BTreeSet<Span>)>> = BTreeMap::new();
    for name in &file.names {
        if name.role == Role::Declares(Kind::Workload) && name.home.is_some() {
            sentences.entry(&name.name).or_default().push((name, BTreeSet::new()));
        }
    }
    for other in workspace.files() {
        for said in &other.names {
            let Some(workloads) = sentences.get_mut(&said.name) else { continue };
            for (_, found) in workloads.iter_mut().filter(|(workload, _)| means(said, workload)) {
                if let Some(At::Item(item)) = at(other, said.span.start)
                    && reaches(item, said.span)
                {
                    found.insert(item.span.0);
                }
            }
        }
    }
    let workloads = sentences.into_values().flatten();
    workloads
        .map(|(name, sentences)| {
            let text = match sentences.len() {
                0 => "reached by no sentence".to_owned(),
                1 => "reached by 1 sentence".to_owned(),
                count => format!("reached by {count} sentences"),
            };
            Lens { span: name.span, text, about: About::Sentences(sentences.into_iter().collect()) }
        })
        .collect()
}

/// Whether a name says this workload by its name.
fn means(said: &Occurrence, workload: &Occurrence) -> bool {
    match &said.role {
        Role::Peer => said.home == workload.home,
        Role::WorkloadOf(namespace) => workload.home.as_ref() == Some(namespace),
        _ => false,
    }
}

/// Whether a sentence allows what it says of whom it names there.
fn reaches(item: &Item, span: Span) -> bool {
    let within = |peers: &Peers| peers.span.0.start <= span.start && span.end <= peers.span.0.end;
    match &item.kind {
        ItemKind::May(may) => objects(&may.action.value).is_some_and(within),
        _ => false,
    }
}
