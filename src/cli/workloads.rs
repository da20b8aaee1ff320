//! What runs, for the commands that hold a project against it.

use super::project::{ProjectArgs, status};
use super::{Status, terminal};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use ztp::diagnostic::render::Format;
use ztp::diagnostic::{self, Diagnostic};
use ztp::inventory::Inventory;
use ztp::source::Sources;
use ztp::view::manifests;
use ztp::world::disk::{self, Disk};
use ztp::world::{Kind, Loaded, World};

/// Standard input, in place of a path.
const STDIN: &str = "-";

/// Where it is said what runs.
#[derive(Debug, clap::Args)]
pub struct WorkloadsArgs {
    /// Hold the sentences against what runs: a file or folder of manifests, or a dump; `-` is standard input
    ///
    /// May be given several times. Deployments, StatefulSets, DaemonSets, ReplicaSets, Jobs, CronJobs, Pods, Services,
    /// Namespaces and ServiceAccounts are looked at. A namespace of which they hold no workload is not judged.
    #[arg(long, value_name = "PATH", help_heading = "Workloads")]
    workloads: Vec<String>,
}

/// What runs, and what was found while it was read.
#[derive(Default)]
pub struct Running {
    /// `None` where nobody asked.
    pub inventory: Option<Arc<Inventory>>,
    /// Findings about the manifests.
    diagnostics: Vec<Diagnostic>,
    /// The manifests, whose files come behind the project's.
    manifests: Sources,
}

impl Running {
    /// Puts the manifests behind the project's files, and what was found in them to what was found there, for a report.
    pub fn join(self, sources: &mut Sources, diagnostics: &mut Vec<Diagnostic>) {
        sources.append(self.manifests);
        diagnostics.extend(self.diagnostics);
        diagnostic::sort(diagnostics);
    }
}

impl WorkloadsArgs {
    /// Reads what runs beside these files of a project. When it could not be read, that has been reported.
    pub fn load(&self, project: &ProjectArgs, sources: &mut Sources) -> Result<Running, Status> {
        if self.workloads.is_empty() {
            return Ok(Running::default());
        }
        let manifests = load(&self.workloads)?;
        let shift = u32::try_from(sources.len()).unwrap_or(u32::MAX);
        let (inventory, diagnostics) = manifests::inventory(&manifests, shift);
        if diagnostic::has_errors(&diagnostics) {
            sources.append(manifests);
            return Err(project.report(sources, &diagnostics));
        }
        if inventory.workloads.is_empty() {
            return Err(nothing_runs());
        }
        Ok(Running { inventory: Some(Arc::new(inventory)), diagnostics, manifests })
    }
}

/// Reads manifests, whatever else lies beside them.
pub fn load(paths: &[String]) -> Result<Sources, Status> {
    let mut all = Sources::new();
    let mut take = |loaded: Loaded| {
        if !loaded.problems.is_empty() {
            terminal::findings(Format::Human, &loaded.sources, &loaded.problems);
            return Err(status(&loaded.problems));
        }
        all.append(loaded.sources);
        Ok(())
    };
    let (stdin, roots): (Vec<&String>, Vec<&String>) = paths.iter().partition(|path| *path == STDIN);
    if !stdin.is_empty() {
        take(disk::read_input(Kind::Manifests, "<stdin>", &mut io::stdin().lock()))?;
    }
    if !roots.is_empty() {
        let roots: Vec<PathBuf> = roots.into_iter().map(PathBuf::from).collect();
        take(Disk.load(Kind::Manifests, &roots))?;
    }
    Ok(all)
}

/// Says that there is nothing to hold a project against: a wrong path must not look like a project without faults.
pub fn nothing_runs() -> Status {
    terminal::say(
        "error: no workload is in these manifests\n\
         help: name the manifests that you apply, or what `kubectl get … -A -o yaml` prints of workloads",
    );
    Status::Failed
}
