//! What stands above a line in an editor: which objects come of a header or of a platform's sentence, and who names a
//! workload as what it reaches.

use super::hover::objects_of;
use super::names::{Kind, Occurrence, Role, has_objects};
use super::standing::{At, at};
use super::{Checked, Declarations, File, Symbol, Workspace};
use crate::enforcer;
use crate::manifest::Object;
use crate::source::Span;
use crate::syntax::ast::{HeaderKind, Item, ItemKind, Peers};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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
    // Of a platform file it is the objects of every namespace, and no header there asks for them.
    let objects = if file.homes.is_empty() { BTreeSet::new() } else { objects_by_namespace(checked) };
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
                let places: Vec<Span> = sentences.map(|item| item.span.0).collect();
                let mut named: Vec<BTreeSet<String>> = vec![BTreeSet::new(); places.len()];
                for cluster in &checked.clusters {
                    let of_cluster = objects_of(&cluster.policy, &places);
                    named.iter_mut().zip(of_cluster).for_each(|(named, objects)| named.extend(objects));
                }
                found.extend(places.into_iter().zip(named).map(|(place, named)| of_objects(place, named)));
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
    let declares = |name: &&Occurrence| name.role == Role::Declares(Kind::Workload) && name.home.is_some();
    let workloads: Vec<&Occurrence> = file.names.iter().filter(declares).collect();
    let names: BTreeSet<&str> = workloads.iter().map(|workload| workload.name.as_str()).collect();
    // Of the namespaces of this file it knows all that others say, too.
    let declarations = Declarations::seen_from(workspace, file, &|name: &str| names.contains(name));
    let symbol = |workload: &Occurrence| declarations.meaning(file, workload).into_iter().next();
    let mut sentences: BTreeMap<Symbol, BTreeSet<Span>> =
        workloads.iter().filter_map(|workload| Some((symbol(workload)?, BTreeSet::new()))).collect();
    let near = |other: &&Arc<File>| !other.homes.is_disjoint(&file.homes) || !other.mentions.is_disjoint(&file.homes);
    for other in workspace.files().filter(near) {
        for said in other.names.iter().filter(|said| names.contains(said.name.as_str())) {
            for meant in declarations.meaning(other, said) {
                if let Some(found) = sentences.get_mut(&meant)
                    && let Some(At::Item(item)) = at(other, said.span.start)
                    && reaches(item, said.span)
                {
                    found.insert(item.span.0);
                }
            }
        }
    }
    let lens = |workload: &Occurrence| {
        let found: Vec<Span> = sentences.get(&symbol(workload)?)?.iter().copied().collect();
        let text = match found.len() {
            0 => "reached by no sentence".to_owned(),
            1 => "reached by 1 sentence".to_owned(),
            count => format!("reached by {count} sentences"),
        };
        Some(Lens { span: workload.span, text, about: About::Sentences(found) })
    };
    workloads.into_iter().filter_map(lens).collect()
}

/// Whether a sentence allows what it says of whom it names there.
fn reaches(item: &Item, span: Span) -> bool {
    let within = |peers: &Peers| peers.span.0.start <= span.start && span.end <= peers.span.0.end;
    match &item.kind {
        ItemKind::May(may) => may.action.value.objects().is_some_and(within),
        _ => false,
    }
}
