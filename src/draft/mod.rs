//! The beginning of a project, drafted from what runs.
//!
//! ```text
//!  inventory ─▶ workload: pods that one name can stand for, and their labels
//!                  │
//!                  ├─▶ server: who answers DNS
//!                  └─▶ page: cluster.ztp, and a file for each namespace
//! ```
//!
//! Nothing is isolated by a draft, so nothing is cut off by it: what may reach what is for its reader to say.
//!
//! Invariants: the text is as `ztp fmt` has it; it compiles; held against the same inventory, it has no warning and no
//! error; and it is the same whatever the order of the manifests was.

mod page;
mod server;
mod workload;

use crate::inventory::Inventory;
use crate::policy::{EnforcerName, Version};
use crate::source::FileId;
use crate::syntax::{self, can_be_namespace};
use page::Page;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use workload::Workloads;

/// What the caller decides.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Who is to enforce the policies.
    pub enforcer: (EnforcerName, Version),
    /// What the project is to be called.
    pub project: SmolStr,
}

/// A project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Its files, by their paths.
    pub files: BTreeMap<String, String>,
    /// How many workloads it declares.
    pub workloads: usize,
    /// What its reader has to know, each in a sentence.
    pub notes: Vec<String>,
}

/// Drafts a project.
#[must_use]
pub fn draft(inventory: &Inventory, wish: &Wish) -> Draft {
    let mut draft = Draft::default();
    let running = inventory.workloads.iter().map(|workload| &workload.namespace);
    let (namespaces, odd): (BTreeSet<&SmolStr>, BTreeSet<&SmolStr>) =
        running.chain(inventory.namespaces.keys()).partition(|name| can_be_namespace(name));
    draft.notes.extend(odd.iter().map(|name| format!("namespace {name} is left out: its name cannot be written")));
    let by = workload::usual_key(inventory);
    let mut declared = Vec::new();
    for namespace in namespaces {
        let found = Workloads::of(inventory, namespace, &by);
        draft.workloads += found.declared.len();
        draft.notes.extend(found.notes.iter().map(|note| format!("{namespace}: {note}")));
        // One of which only the object is there is declared and has no file: nothing of it could be said.
        if !found.is_empty() {
            draft.files.insert(format!("{namespace}/{namespace}.ztp"), page::namespace(namespace, &found).finish());
        }
        declared.push((namespace, found.is_empty()));
    }
    let servers = server::servers(inventory);
    draft.files.insert("cluster.ztp".to_owned(), page::cluster(inventory, wish, &by, &servers, &declared).finish());
    draft
}

impl Page {
    /// As the formatter has it.
    fn finish(self) -> String {
        let text = self.text;
        syntax::format(FileId(0), &text).unwrap_or(text)
    }
}
