//! What a file declares and says, as an outline; and what a project declares, by a part of its name.

use super::names::{Kind, Role};
use super::workspace::{File, Workspace};
use crate::source::Span;
use crate::syntax::ast::{Action, Cluster, Fact, FactKind, HeaderKind, Item, ItemKind, Name, RequestLine, Section};
use crate::syntax::format;
use smol_str::{SmolStr, format_smolstr};

/// How many symbols of a project are named at once.
pub const MOST: usize = 512;

/// How many characters of a sentence an outline shows.
const SHOWN: usize = 80;

/// A line of an outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlined {
    /// What it is called, or what it says.
    pub name: String,
    /// What it is.
    pub kind: OutlineKind,
    /// The whole of it.
    pub whole: Span,
    /// Its name, or where else a cursor is to go. It lies within the whole.
    pub name_span: Span,
    /// What it is made of.
    pub parts: Vec<Outlined>,
}

/// What a line of an outline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutlineKind {
    /// The sentences of the platform, or of nobody.
    Section,
    /// A declaration, or the section of a namespace.
    Declares(Kind),
    /// A port that a workload serves.
    Port,
    /// A fact of a cluster.
    Fact,
    /// A sentence.
    Sentence,
    /// A line of a `use` block.
    Request,
}

/// A name of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The name.
    pub name: SmolStr,
    /// The namespace that it belongs to.
    pub within: Option<SmolStr>,
    /// What it is.
    pub kind: Kind,
    /// Where it is declared.
    pub span: Span,
}

/// The outline of a file.
#[must_use]
pub fn document_symbols(file: &File) -> Vec<Outlined> {
    file.tree.sections.iter().map(|found| section(file, found)).collect()
}

fn section(file: &File, section: &Section) -> Outlined {
    let header = section.header.as_ref();
    let (name, kind, name_span) = match header.map(|header| (&header.kind, header.span.0)) {
        Some((HeaderKind::Namespace { name, .. }, _)) => {
            (name.value.to_string(), OutlineKind::Declares(Kind::Namespace), name.span)
        }
        Some((HeaderKind::Platform, span)) => ("platform".to_owned(), OutlineKind::Section, span),
        None => {
            let start = section.items.first().map_or(section.span.0, |item| item.span.0);
            ("(no header)".to_owned(), OutlineKind::Section, start)
        }
    };
    let parts = section.items.iter().filter_map(|found| item(file, found)).collect();
    Outlined { name, kind, whole: super::place::whole(section).to(name_span), name_span, parts }
}

fn item(file: &File, item: &Item) -> Option<Outlined> {
    let declares = |name: &Name, kind: Kind, parts: Vec<Outlined>| {
        let (whole, name_span) = (item.span.0, name.span);
        Some(Outlined { name: name.value.to_string(), kind: OutlineKind::Declares(kind), whole, name_span, parts })
    };
    match &item.kind {
        ItemKind::Project(name) => declares(name, Kind::Project, Vec::new()),
        ItemKind::Cluster(cluster) => declares(&cluster.name, Kind::Cluster, facts(cluster)),
        ItemKind::NamespaceDecl(declared) => declares(&declared.name, Kind::Namespace, Vec::new()),
        ItemKind::NamespaceSet(set) => declares(&set.name, Kind::Set, Vec::new()),
        ItemKind::NodeSet(nodes) => declares(&nodes.name, Kind::Nodes, Vec::new()),
        ItemKind::External(external) => declares(&external.name, Kind::External, Vec::new()),
        ItemKind::Group(group) => declares(&group.name, Kind::Group, Vec::new()),
        ItemKind::Workload(workload) => {
            let ports = workload.serves.iter().map(|serve| Outlined {
                name: format!("{} {}", serve.name.value, serve.port.value),
                kind: OutlineKind::Port,
                whole: serve.name.span.to(serve.port.span),
                name_span: serve.name.span,
                parts: Vec::new(),
            });
            let mut outlined = declares(&workload.name, Kind::Workload, ports.collect())?;
            if let Some(namespace) = &workload.namespace {
                outlined.name = format!("{}/{}", namespace.value, outlined.name);
            }
            Some(outlined)
        }
        ItemKind::Bad => None,
        kind => {
            let parts = match kind {
                ItemKind::May(may) => requests(file, &may.action.value),
                ItemKind::Assert(assert) => requests(file, &assert.action.value),
                _ => Vec::new(),
            };
            let (whole, name_span) = (item.span.0, item.span.0);
            Some(Outlined { name: sentence(kind), kind: OutlineKind::Sentence, whole, name_span, parts })
        }
    }
}

fn facts(cluster: &Cluster) -> Vec<Outlined> {
    let external = |fact: &FactKind| match fact {
        FactKind::External(external) => Some(external.name.clone()),
        _ => None,
    };
    let outlined = |fact: &Fact| match (&fact.kind, external(&fact.kind)) {
        (FactKind::Bad, _) => None,
        (_, Some(name)) => Some(Outlined {
            name: name.value.to_string(),
            kind: OutlineKind::Declares(Kind::External),
            whole: fact.span.0,
            name_span: name.span,
            parts: Vec::new(),
        }),
        (kind, None) => Some(Outlined {
            name: fact_word(kind).to_owned(),
            kind: OutlineKind::Fact,
            whole: fact.span.0,
            name_span: fact.span.0,
            parts: Vec::new(),
        }),
    };
    cluster.facts.iter().filter_map(outlined).collect()
}

/// The words with which a fact begins.
fn fact_word(kind: &FactKind) -> &'static str {
    match kind {
        FactKind::Enforcer { .. } => "enforcer",
        FactKind::Features(_) => "features",
        FactKind::Dns { .. } => "dns",
        FactKind::Domain(_) => "domain",
        FactKind::Search(_) => "search",
        FactKind::Pods(_) => "pods",
        FactKind::Apiserver { .. } => "apiserver",
        FactKind::WorkloadsBy(_) => "workloads by",
        FactKind::MeshName(_) => "mesh-name",
        FactKind::RegexBudget(_) => "regex-budget",
        FactKind::Cloud(_) => "cloud",
        FactKind::External(_) => "external",
        FactKind::Bad => "",
    }
}

fn requests(file: &File, action: &Action) -> Vec<Outlined> {
    let Action::Use(used) = action else { return Vec::new() };
    let outlined = |line: &RequestLine| {
        let span = line.span.0;
        let text = file.source.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
        Outlined { name, kind: OutlineKind::Request, whole: span, name_span: span, parts: Vec::new() }
    };
    used.requests.iter().map(outlined).collect()
}

/// The beginning of a sentence.
fn sentence(kind: &ItemKind) -> String {
    let text = format::sentence(kind);
    let uses = matches!(kind, ItemKind::May(may) if matches!(may.action.value, Action::Use(_)));
    let first = if uses { text.split(" {").next().unwrap_or_default() } else { &text };
    match first.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", first.get(..end).unwrap_or_default()),
        None => first.to_owned(),
    }
}

/// What the project declares under names that have the letters of a query in its order, the nearest ones first, at most
/// [`MOST`]. A query `shop/api` asks for a name and its namespace.
#[must_use]
pub fn workspace_symbols(workspace: &Workspace, query: &str) -> Vec<Found> {
    let query = query.to_lowercase();
    let mut found = Vec::new();
    for file in workspace.files() {
        for occurrence in &file.names {
            let (kind, within) = match &occurrence.role {
                Role::Declares(Kind::Namespace) => (Kind::Namespace, None),
                Role::Declares(kind) => (*kind, occurrence.home.clone()),
                Role::DeclaresForeign(namespace) => (Kind::Workload, Some(namespace.clone())),
                _ => continue,
            };
            let rank = match &within {
                Some(within) if query.contains('/') => rank(&query, &format_smolstr!("{within}/{}", occurrence.name)),
                _ => rank(&query, &occurrence.name),
            };
            if let Some(rank) = rank {
                let name = occurrence.name.clone();
                found.push((rank, found.len(), Found { name, within, kind, span: occurrence.span }));
            }
        }
    }
    found.sort_by_key(|(rank, order, _)| (*rank, *order));
    found.into_iter().take(MOST).map(|(_, _, found)| found).collect()
}

/// How far a name is from a query, and how long it is; `None` when it does not have its letters.
fn rank(query: &str, name: &str) -> Option<(u8, usize)> {
    let mut letters = query.chars().peekable();
    for letter in name.chars() {
        letters.next_if(|wanted| *wanted == letter);
    }
    let nearness = match name.find(query) {
        Some(0) if name.len() == query.len() => 0,
        Some(0) => 1,
        Some(_) => 2,
        None if letters.peek().is_none() => 3,
        None => return None,
    };
    Some((nearness, name.len()))
}
