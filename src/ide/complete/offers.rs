//! What is offered, by name.

use super::before::Before;
use super::paths;
use super::shape::Shape;
use super::snippets::{Place, SNIPPETS};
use super::table::Offer;
use super::{Here, Insert, Item, Kind};
use crate::check::waivers;
use crate::diagnostic::Code;
use crate::enforcer::capability::Support;
use crate::enforcer::{cilium, newest};
use crate::ide::File;
use crate::ide::fixes::is_name;
use crate::ide::names::{self, Occurrence, Role};
use crate::ide::standing::{Declaration, Named, all, holds_names_of, workloads};
use crate::ide::words;
use crate::policy::EnforcerName;
use crate::syntax::ast::{ItemKind, PeerKind};
use crate::syntax::format;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// Methods of requests, those first that most requests have.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// Words that stand for peers and are no entities.
const PEER_WORDS: [&str; 4] = ["anything", "private", "cloud-metadata", "every workload"];

/// Everything that some offers come to.
pub(super) fn items(here: &Here<'_>, offers: &[Offer], shape: &Shape<'_>, before: &Before<'_>) -> Vec<Item> {
    let mut found = Vec::new();
    for offer in offers {
        // Behind the comma of a list only another of its kind can stand.
        let lists = matches!(offer, Offer::Peers | Offer::Own | Offer::Others | Offer::Namespaces | Offer::Sets);
        if !shape.goes_on || lists {
            found.extend(of_offer(here, *offer, shape, before));
        }
    }
    found
}

fn of_offer(here: &Here<'_>, offer: Offer, shape: &Shape<'_>, before: &Before<'_>) -> Vec<Item> {
    let tokens = before.tokens.as_slice();
    let in_namespace = here.home.is_some();
    match offer {
        // Nothing stands before a header.
        Offer::Words(_) | Offer::Peers if here.headless && shape.symbols.is_empty() => Vec::new(),
        Offer::Words(words) => keywords(words),
        Offer::OfPlatform(words) if here.platform => keywords(words),
        Offer::OfNamespace(words) if in_namespace => keywords(words),
        Offer::OfPlatform(_) | Offer::OfNamespace(_) => Vec::new(),
        Offer::Clauses(words) => {
            let new = words.iter().filter(|word| !shape.said.iter().any(|said| word.split(' ').next() == Some(*said)));
            new.map(|word| keyword(word)).collect()
        }
        Offer::Sentences => sentences(here),
        Offer::Peers => peers(here),
        Offer::Own => own(here),
        Offer::Others => others(here),
        Offer::Undeclared => undeclared(here),
        Offer::Sets => declared(here, names::Kind::Set, Kind::Set),
        Offer::Namespaces if tokens == ["namespace"] && !here.platform => headers(here),
        Offer::Namespaces => namespaces(here, ""),
        Offer::Paths => paths::items(here, before.block),
        Offer::Methods => METHODS.iter().map(|method| plain(method, Kind::Method, "HTTP method")).collect(),
        Offer::Codes => {
            let codes = Code::ALL.iter().copied().filter(|code| waivers::can_accept(*code));
            codes.map(|code| plain(code.as_str(), Kind::Code, code.title())).collect()
        }
        Offer::Braces => vec![Item {
            label: "{ … }".to_owned(),
            kind: Kind::Snippet,
            detail: "by labels".to_owned(),
            insert: Some(Insert::Snippet("{ ${1:key}: ${2:value} }")),
        }],
        Offer::Enforcers => {
            let known = [EnforcerName::Cilium, EnforcerName::Kubernetes];
            known.iter().map(|name| plain(name.as_str(), Kind::Value, "enforcer")).collect()
        }
        Offer::Versions => versions(tokens.last().copied().unwrap_or_default()),
        Offer::Features => features(),
    }
}

fn plain(label: &str, kind: Kind, detail: &str) -> Item {
    Item { label: label.to_owned(), kind, detail: detail.to_owned(), insert: None }
}

fn keywords(words: &[&'static str]) -> Vec<Item> {
    words.iter().map(|word| keyword(word)).collect()
}

fn keyword(word: &str) -> Item {
    let known = words::find(word).or_else(|| words::find(&format!("may {word}")));
    plain(word, Kind::Keyword, known.map_or("", |word| word.says))
}

fn sentences(here: &Here<'_>) -> Vec<Item> {
    let place = match here {
        Here { headless: true, .. } => Place::Headless,
        Here { platform: true, .. } => Place::Platform,
        Here { .. } => Place::Namespace,
    };
    let fitting = SNIPPETS.iter().filter(|snippet| snippet.place == place);
    fitting
        .map(|snippet| Item {
            insert: Some(Insert::Snippet(snippet.text)),
            ..plain(snippet.label, Kind::Snippet, snippet.detail)
        })
        .collect()
}

/// Those of this namespace, then the platform's, other namespaces, and words.
fn peers(here: &Here<'_>) -> Vec<Item> {
    let mut found = names_of(here, here.home);
    if here.home.is_some() {
        found.extend(names_of(here, None));
    }
    found.extend(namespaces(here, "/"));
    let entities = words::ENTITIES.iter().map(|(_, word)| word);
    let words = PEER_WORDS.iter().filter_map(|word| words::find(word));
    let words = words.filter(|word| here.home.is_some() || word.text != "every workload");
    found.extend(entities.chain(words).map(|word| plain(word.text, Kind::Entity, word.says)));
    found.push(plain("workloads in every namespace", Kind::Entity, "pods of all namespaces, never nodes"));
    let sets = declared(here, names::Kind::Set, Kind::Set);
    found.extend(sets.into_iter().map(|set| Item { label: format!("workloads in {}", set.label), ..set }));
    found
}

/// Pods of this namespace.
fn own(here: &Here<'_>) -> Vec<Item> {
    let mut found = names_of(here, here.home);
    found.retain(|item| matches!(item.kind, Kind::Workload | Kind::Group));
    found
}

/// Names that the sentences of this namespace, or of the platform, say and nothing declares.
fn undeclared(here: &Here<'_>) -> Vec<Item> {
    let declares =
        |name: &Occurrence| kind_of(&name.role).is_some() && (name.home.is_none() || name.home.as_ref() == here.home);
    let files = |file: &File| holds_names_of(None)(file) || holds_names_of(here.home)(file);
    let known: BTreeSet<&str> = all(here.workspace, files, declares).iter().map(|one| one.name.name.as_str()).collect();
    let says = |name: &Occurrence| name.role == Role::Peer && name.home.as_ref() == here.home;
    let said = all(here.workspace, holds_names_of(here.home), says);
    let labels: BTreeSet<&str> = said.iter().map(|one| one.name.name.as_str()).collect();
    labels.difference(&known).map(|label| plain(label, Kind::Workload, "not declared yet")).collect()
}

/// Other namespaces, for consent.
fn others(here: &Here<'_>) -> Vec<Item> {
    let mut found = namespaces(here, "/");
    found.extend(declared(here, names::Kind::Group, Kind::Group));
    found
}

/// What a namespace, or the platform, declares and is a peer.
fn names_of(here: &Here<'_>, home: Option<&SmolStr>) -> Vec<Item> {
    let fits = |name: &Occurrence| name.home.as_ref() == home && kind_of(&name.role).is_some();
    let mut found: Vec<Item> = all(here.workspace, holds_names_of(home), fits).iter().filter_map(item).collect();
    found.sort_by(|a, b| (a.kind, &a.label).cmp(&(b.kind, &b.label)));
    found.dedup();
    found
}

fn kind_of(role: &Role) -> Option<Kind> {
    match role {
        Role::Declares(names::Kind::Workload) => Some(Kind::Workload),
        Role::Declares(names::Kind::Group) => Some(Kind::Group),
        Role::Declares(names::Kind::External) => Some(Kind::External),
        Role::Declares(names::Kind::Nodes) => Some(Kind::Nodes),
        _ => None,
    }
}

/// A declaration, as it is written.
fn item(found: &Named<'_>) -> Option<Item> {
    let kind = match &found.name.role {
        Role::DeclaresForeign(_) => Kind::Workload,
        role => kind_of(role)?,
    };
    let detail = match found.declaration() {
        Some(Declaration::Item(item)) => format::sentence(&item.kind),
        _ => String::new(),
    };
    Some(Item { label: found.name.name.to_string(), kind, detail, insert: None })
}

/// The names of this kind that the platform declares.
fn declared(here: &Here<'_>, kind: names::Kind, shown: Kind) -> Vec<Item> {
    let fits = |name: &Occurrence| {
        name.role == Role::Declares(kind) && (name.home.is_none() || name.home.as_ref() == here.home)
    };
    let files = |file: &File| holds_names_of(None)(file) || holds_names_of(here.home)(file);
    let found = all(here.workspace, files, fits);
    let labels: BTreeSet<&str> = found.iter().map(|one| one.name.name.as_str()).collect();
    labels.into_iter().map(|label| plain(label, shown, "")).collect()
}

/// What the header of a file can name: first what is declared and has no file yet, and of that what the file or its folder
/// is called; then these names by themselves, and all others.
fn headers(here: &Here<'_>) -> Vec<Item> {
    let others = here.workspace.files().filter(|file| file.id != here.file.id);
    let held: BTreeSet<&str> = others.flat_map(|file| &file.homes).map(SmolStr::as_str).collect();
    let parts = here.file.source.path.rsplit('/').map(|part| part.strip_suffix(".ztp").unwrap_or(part));
    let own: Vec<&str> = parts.take(2).filter(|part| is_name(part)).collect();
    let mut known: Vec<Item> = namespaces(here, "");
    known.retain(|item| here.home.is_none_or(|home| *home != item.label));
    let mut awaited = BTreeSet::new();
    for item in known.iter_mut().filter(|item| !held.contains(item.label.as_str())) {
        item.detail = "declared, and no file has it yet".to_owned();
        awaited.insert(item.label.clone());
    }
    for name in own.iter().rev() {
        if !known.iter().any(|item| item.label == *name) {
            known.push(plain(name, Kind::Namespace, "as the file or its folder is called"));
        }
    }
    known.sort_by_key(|item| {
        let own = own.contains(&item.label.as_str());
        match awaited.contains(&item.label) {
            true => u8::from(!own),
            false => 2 + u8::from(!own),
        }
    });
    known
}

/// Namespaces by name, each with `end` behind it; its own is named without.
fn namespaces(here: &Here<'_>, end: &str) -> Vec<Item> {
    let mut labels: BTreeSet<&str> = BTreeSet::new();
    for file in here.workspace.files() {
        labels.extend(file.homes.iter().map(SmolStr::as_str));
        if file.private {
            continue;
        }
        for name in file.declaring.iter().filter_map(|index| file.names.get(*index)) {
            match &name.role {
                Role::DeclaresForeign(namespace) => labels.insert(namespace),
                Role::Declares(names::Kind::Namespace) => labels.insert(&name.name),
                _ => false,
            };
        }
    }
    let others = labels.into_iter().filter(|label| end.is_empty() || here.home.is_none_or(|home| home != label));
    others.map(|label| plain(&format!("{label}{end}"), Kind::Namespace, "namespace")).collect()
}

/// The workloads of another namespace, those first that it exposes.
pub(super) fn of_namespace(here: &Here<'_>, namespace: &str) -> Vec<Item> {
    let namespace = SmolStr::new(namespace);
    let exposed = exposed(here, &namespace);
    let mut found: Vec<Item> = workloads(here.workspace, &namespace, |_| true).iter().filter_map(item).collect();
    found.sort_by_key(|item| (!exposed.contains(item.label.as_str()), item.label.clone()));
    found.dedup();
    if !found.is_empty() {
        found.push(plain("*", Kind::Workload, "all its pods"));
    }
    found
}

/// The names that the files of a namespace expose.
fn exposed<'w>(here: &Here<'w>, namespace: &SmolStr) -> BTreeSet<&'w str> {
    let files = here.workspace.files().filter(|file| file.homes.contains(namespace));
    let sections = files.flat_map(|file| &file.tree.sections).filter(|section| names::home(section) == Some(namespace));
    let mut found = BTreeSet::new();
    for item in sections.flat_map(|section| &section.items) {
        let ItemKind::Expose(expose) = &item.kind else { continue };
        for peer in &expose.objects.items {
            let one = std::slice::from_ref(peer);
            let several = if let PeerKind::Several(members) = &peer.kind { members.as_slice() } else { one };
            found.extend(several.iter().filter_map(|member| match &member.kind {
                PeerKind::Name(name) => Some(name.value.as_str()),
                _ => None,
            }));
        }
    }
    found
}

/// The versions of an enforcer that are known, the newest first.
fn versions(enforcer: &str) -> Vec<Item> {
    let known = [EnforcerName::Cilium, EnforcerName::Kubernetes];
    let Some(name) = known.into_iter().find(|name| name.as_str() == enforcer) else { return Vec::new() };
    let newest = newest(name);
    let oldest = match name {
        EnforcerName::Cilium => cilium::capability::KNOWN.0,
        EnforcerName::Kubernetes => crate::enforcer::kubernetes::capability::OLDEST,
    };
    let minors = (oldest.minor..=newest.minor).rev();
    minors.map(|minor| plain(&format!("{}.{minor}", newest.major), Kind::Value, enforcer)).collect()
}

fn features() -> Vec<Item> {
    let flags = cilium::capability::TABLE.iter().filter_map(|row| match row.support {
        Support::In { flag: Some(flag), .. } => Some((flag, row.feature)),
        _ => None,
    });
    flags.map(|(flag, feature)| plain(flag, Kind::Value, feature.what())).collect()
}
