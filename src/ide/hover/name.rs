//! What a name stands for.

use super::{Asked, Hover, sentence};
use crate::ide::names::{Kind, Occurrence, Role};
use crate::ide::standing::{Declaration, Named, all, declared};
use crate::ide::{File, section_at};
use crate::policy::Policy;
use crate::syntax::ast::{Comment, FactKind, HeaderKind, ItemKind, NamespaceDecl, Peers, Serve};
use crate::syntax::format;
use smol_str::SmolStr;
use std::fmt::Write as _;

/// How many declarations of one name are shown.
const MAX_SHOWN: usize = 4;

/// What is known of a name; `None` where nothing declares it.
pub(super) fn hover(asked: &Asked<'_>, said: &Occurrence) -> Option<Hover> {
    let found = declared(asked.workspace, asked.file, said);
    let (text, section) = match &said.role {
        Role::Declares(Kind::Namespace) | Role::Namespace => {
            (namespace(asked, said, &found)?, "namespaces-sets-and-nodes")
        }
        Role::DeclaresPort(_) | Role::Port(_) => (port(said, &found)?, "ports"),
        _ => {
            let shown: Vec<String> = found.iter().take(MAX_SHOWN).map(|one| declaration(asked, one)).collect();
            let mut text = shown.join("\n\n---\n\n");
            if let Role::WorkloadIn(set) = &said.role {
                let _ = write!(
                    text,
                    "\n\nThe pods of this workload label in every namespace of `{set}`, whoever declares them"
                );
            }
            (text, section_of(found.first()?))
        }
    };
    (!text.trim().is_empty()).then(|| Hover { span: said.span, text, page: Some(format!("language.md#{section}")) })
}

fn section_of(found: &Named<'_>) -> &'static str {
    match found.name.role {
        Role::Declares(Kind::Workload) | Role::DeclaresForeign(_) => "workloads",
        Role::Declares(Kind::External) => "externals",
        Role::Declares(Kind::Group) => "groups",
        Role::Declares(Kind::Project | Kind::Cluster) => "clusters-and-their-facts",
        _ => "namespaces-sets-and-nodes",
    }
}

/// A declaration as it is written, and what it selects.
fn declaration(asked: &Asked<'_>, found: &Named<'_>) -> String {
    let (comments, written) = match found.declaration() {
        Some(Declaration::Item(item)) => (&item.comments, format::sentence(&item.kind)),
        Some(Declaration::Fact(fact)) => {
            let FactKind::External(external) = &fact.kind else { return String::new() };
            (&fact.comments, format::sentence(&ItemKind::External(external.clone())))
        }
        Some(Declaration::Header(_)) | None => return String::new(),
    };
    let mut text = format!("```ztp\n{written}\n```");
    documentation(comments, &mut text);
    let Some(Declaration::Item(item)) = found.declaration() else { return text };
    match &item.kind {
        ItemKind::Workload(_) => workload(asked, found, &mut text),
        ItemKind::Group(group) => members(asked, found, &group.members, &mut text),
        ItemKind::NamespaceSet(set) => {
            let within = namespaces_of(asked, &set.name.value);
            if !within.is_empty() {
                let _ = write!(text, "\n\nIn it: {}", within.join(", "));
            }
        }
        _ => {}
    }
    if let Some(home) = &found.name.home
        && Some(home) != home_of(asked)
    {
        let _ = write!(text, "\n\nOf namespace `{home}`");
    } else if found.name.home.is_none() && !matches!(found.name.role, Role::DeclaresForeign(_)) {
        text.push_str("\n\nOf the platform");
    }
    text
}

fn home_of<'w>(asked: &'w Asked<'_>) -> Option<&'w SmolStr> {
    crate::ide::names::home(section_at(&asked.file.tree, asked.offset)?)
}

/// The `##` comments above a declaration.
fn documentation(comments: &[Comment], text: &mut String) {
    let said: Vec<&str> = comments.iter().filter(|comment| comment.doc).map(|comment| comment.text.as_str()).collect();
    if !said.is_empty() {
        let _ = write!(text, "\n\n{}", said.join("\n"));
    }
}

/// The pods, which differ where clusters name workloads by different labels.
fn workload(asked: &Asked<'_>, found: &Named<'_>, text: &mut String) {
    let Some(checked) = (asked.checked)() else { return };
    let mut pods: Vec<String> = Vec::new();
    let mut owner = None;
    for policy in checked.clusters.iter().map(|cluster| &cluster.policy) {
        for workload in policy.workloads.iter().filter(|workload| workload.span == found.name.span) {
            let selector = workload.selector.to_string();
            if !pods.contains(&selector) {
                pods.push(selector);
            }
            owner = owner.or_else(|| owner_of(policy, &workload.namespace));
        }
    }
    if !pods.is_empty() {
        let pods: Vec<String> = pods.iter().map(|pods| format!("`{pods}`")).collect();
        let _ = write!(text, "\n\nPods: {}", pods.join(" or "));
    }
    if let Some(owner) = owner {
        let _ = write!(text, "\n\nOwner: {owner}");
    }
}

fn owner_of(policy: &Policy, namespace: &SmolStr) -> Option<SmolStr> {
    policy.namespaces.get(namespace)?.owner.clone()
}

/// The members of a group that are names, one a line.
fn members(asked: &Asked<'_>, found: &Named<'_>, members: &Peers, text: &mut String) {
    let within = members.span.0;
    let said = found.file.names.iter().filter(|name| within.start <= name.span.start && name.span.end <= within.end);
    let said = said.filter(|name| !matches!(name.role, Role::Namespace | Role::Port(_)));
    for member in said {
        let Some(one) = declared(asked.workspace, found.file, member).into_iter().next() else { continue };
        let written = match one.declaration() {
            Some(Declaration::Item(item)) => format::sentence(&item.kind),
            Some(Declaration::Fact(_) | Declaration::Header(_)) | None => continue,
        };
        let _ = write!(text, "\n- `{written}`");
    }
}

/// The declared namespaces of a set, as the policy has them.
fn namespaces_of(asked: &Asked<'_>, set: &SmolStr) -> Vec<String> {
    let sets =
        all(asked.workspace, File::is_platform, |name| name.name == *set && name.role == Role::Declares(Kind::Set));
    let Some(Declaration::Item(item)) = sets.first().and_then(Named::declaration) else { return Vec::new() };
    let ItemKind::NamespaceSet(set) = &item.kind else { return Vec::new() };
    let declared = all(asked.workspace, File::is_platform, |name| name.role == Role::Declares(Kind::Namespace));
    let within = declared.iter().filter_map(|one| match one.declaration()? {
        Declaration::Item(item) => match &item.kind {
            ItemKind::NamespaceDecl(namespace) if fits(namespace, set) => Some(format!("`{}`", namespace.name.value)),
            _ => None,
        },
        _ => None,
    });
    within.collect()
}

/// Whether the labels that a platform gives a namespace are all that a set asks for by value.
fn fits(namespace: &NamespaceDecl, set: &crate::syntax::ast::NamespaceSet) -> bool {
    let own = namespace.labels.as_ref().map(|labels| labels.requirements.as_slice()).unwrap_or_default();
    set.labels.requirements.iter().all(|wanted| own.contains(wanted))
}

/// A namespace: its owner, labels, folder, and what its header isolates.
fn namespace(asked: &Asked<'_>, said: &Occurrence, found: &[Named<'_>]) -> Option<String> {
    let mut text = format!("**namespace {}**", said.name);
    let mut folders = Vec::new();
    let mut isolates = "not isolated: no file of it is here".to_owned();
    let mut owner = None;
    let mut has_file = false;
    for one in found {
        match one.declaration() {
            Some(Declaration::Header(header)) => {
                documentation(&header.comments, &mut text);
                let HeaderKind::Namespace { owner: own, enforcing, .. } = &header.kind else { continue };
                owner = owner.or(own.as_ref());
                has_file = true;
                isolates = match enforcing {
                    None => "ingress and egress of all its pods".to_owned(),
                    Some(said) if said.value.is_empty() => "nothing yet".to_owned(),
                    Some(said) => {
                        let words: Vec<&str> = said.value.iter().map(|word| direction(word.value)).collect();
                        format!("{} of all its pods", words.join(" and "))
                    }
                };
            }
            Some(Declaration::Item(item)) => {
                documentation(&item.comments, &mut text);
                let ItemKind::NamespaceDecl(declared) = &item.kind else { continue };
                owner = owner.or(declared.owner.as_ref());
                folders.push(format::sentence(&item.kind));
            }
            Some(Declaration::Fact(_)) | None => {}
        }
    }
    for declared in folders {
        let _ = write!(text, "\n\n```ztp\n{declared}\n```");
    }
    if let Some(owner) = owner {
        let _ = write!(text, "\n\nOwner: {}", owner.value);
    }
    if found.is_empty() {
        text.push_str("\n\nNo file declares it");
    } else if has_file {
        let _ = write!(text, "\n\nIsolated: {isolates}");
    } else {
        let _ = write!(text, "\n\n{isolates}");
    }
    if said.role == Role::Declares(Kind::Namespace)
        && let Some(crate::ide::standing::At::Header(header)) = crate::ide::standing::at(asked.file, said.span.start)
        && let Some(becomes) = sentence::becomes(asked, header.span.0)
    {
        let _ = write!(text, "\n\n{becomes}");
    }
    Some(text)
}

fn direction(direction: crate::syntax::ast::Direction) -> &'static str {
    match direction {
        crate::syntax::ast::Direction::Ingress => "ingress",
        crate::syntax::ast::Direction::Egress => "egress",
    }
}

/// A port's number, at each workload that serves it.
fn port(said: &Occurrence, found: &[Named<'_>]) -> Option<String> {
    let mut lines = Vec::new();
    for one in found {
        let Some(Declaration::Item(item)) = one.declaration() else { continue };
        let ItemKind::Workload(workload) = &item.kind else { continue };
        let served = workload.serves.iter().filter(|serve| serve.name.value == said.name);
        lines.extend(served.map(|serve| format!("`{}` is {} of `{}`", said.name, number(serve), workload.name.value)));
    }
    (!lines.is_empty()).then(|| lines.join("\n\n"))
}

/// `8080/tcp`
pub(crate) fn number(serve: &Serve) -> String {
    use crate::syntax::ast::Protocol;
    let protocol = match serve.protocol.as_ref().map(|protocol| protocol.value) {
        None | Some(Protocol::Tcp) => "tcp",
        Some(Protocol::Udp) => "udp",
        Some(Protocol::Sctp) => "sctp",
        Some(Protocol::Any) => "any",
    };
    format!("{}/{protocol}", serve.port.value)
}
