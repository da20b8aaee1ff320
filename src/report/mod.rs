//! What an auditor asks of a project: every way in and out with its reason and owner, what is closed for good, and what
//! all of it rests on.
//!
//! ```text
//!  compile::build ─▶ policy, proved manifests ─┐
//!                    manifests ─▶ read back ───┤
//!  trees ─▶ comments, waivers ─────────────────┴─▶ Report ─▶ render: markdown, html, csv, json
//! ```
//!
//! A [`Report`] holds facts in words of the language; `render` lays them out. Its fields are those of the JSON form, as
//! `docs/report.md` describes them.
//!
//! Invariants: it is only made of a build that was proved; every rule of the policy is one [`Way`], and no other way is
//! there; what is said of a backstop or a boundary was decided here, over the manifests; the same input gives the same
//! report.

mod assertions;
mod ground;
mod guards;
mod hashes;
mod isolation;
mod model;
mod names;
mod outside;
pub mod render;
mod said;
mod ways;

use crate::compile::{Compiled, Outcome};
use crate::source::Sources;
use crate::syntax::ast::Date;
pub use model::*;
use said::Book;

/// The form of the JSON: it grows when a field changes its meaning, not when one comes.
const FORM: u32 = 1;

/// How many days before its end a sentence is told of.
pub const SOON: u32 = 30;

/// Reports what was built of some sources. `today` is the day that the build was made for.
///
/// A build with errors has no clusters, and then nothing is reported of any.
#[must_use]
pub fn report(sources: &Sources, built: &Outcome, today: Option<Date>) -> Report {
    let book = Book::new(sources, today);
    let waivers = ground::waivers(&book, &built.clusters);
    let part = |compiled: &Compiled| cluster(&book, compiled, &waivers);
    Report {
        version: FORM,
        ztp: env!("CARGO_PKG_VERSION"),
        project: built.clusters.iter().find_map(|cluster| cluster.policy.project.as_deref()).map(str::to_owned),
        today: today.map(|today| today.to_string()),
        sources: hashes::of(sources.iter().map(|(_, file)| (file.path.clone(), file.text.as_str()))),
        clusters: built.clusters.iter().map(part).collect(),
        waivers,
    }
}

fn cluster(book: &Book<'_>, compiled: &Compiled, waivers: &[Waiver]) -> Cluster {
    let policy = &compiled.policy;
    let names = names::Names::new(policy);
    let ways = ways::all(book, policy, &names);
    let namespaces = isolation::namespaces(book, compiled, &names, &ways);
    let manifests = guards::Manifests::read_back(compiled);
    let paths = compiled.objects.iter().map(crate::manifest::Object::path);
    Cluster {
        name: policy.cluster.name.as_deref().map(str::to_owned),
        enforcer: policy.cluster.enforcer.as_str(),
        enforcer_version: policy.cluster.version.to_string(),
        manifests: hashes::of(paths.zip(compiled.manifests.iter().map(String::as_str))),
        not_isolated: isolation::open(policy, &names, &namespaces),
        expiring: said::expiring(book, policy, waivers),
        cluster_wide: ways::cluster_wide(policy),
        destinations: outside::destinations(policy, &names),
        entrances: outside::entrances(policy, &names),
        guards: guards::all(book, policy, &names, &manifests),
        assertions: assertions::all(book, policy),
        features: ground::features(book, policy),
        rests_on: ground::all(book, policy),
        namespaces,
        ways,
    }
}
