//! What commands read that ask what files mean: projects, manifests and revisions, in any mixture.

use super::project::{ClusterArgs, status};
use super::{Status, terminal};
use std::io;
use std::path::{Path, PathBuf};
use ztp::compile::Options;
use ztp::diagnostic::problem::project::ProjectProblem;
use ztp::diagnostic::render::Format;
use ztp::diagnostic::{Diagnostic, sort};
use ztp::source::Sources;
use ztp::view::{Input, Outcome};
use ztp::world::disk::{self, Disk};
use ztp::world::git::{Place, is_revision};
use ztp::world::{Kind, Loaded, World};

/// Standard input, in place of a path.
const STDIN: &str = "-";

/// What is read, for which cluster, on which day.
#[derive(Debug, clap::Args)]
pub struct InputArgs {
    /// Projects, manifests or both, read together
    ///
    /// A folder with .ztp files in it or below is a project, and its manifests are not read; any other folder, or a
    /// .yaml, .yml or .json file, is manifests. `-` is manifests on standard input. REVISION:PATH is a file or folder
    /// of a git revision, REVISION: all of it.
    #[arg(default_value = ".", value_name = "PATH")]
    pub paths: Vec<String>,

    #[command(flatten)]
    cluster: ClusterArgs,
}

impl InputArgs {
    /// Reads the files. When some could not be read, that has been reported.
    pub fn load(&self) -> Result<Input, Status> {
        load(&self.paths)
    }

    /// What the compiler needs to know.
    pub fn options(&self) -> Options {
        self.cluster.options()
    }
}

/// Reads what paths name. When some of it could not be read, that has been reported.
pub fn load(paths: &[String]) -> Result<Input, Status> {
    let mut reading = Reading::default();
    for path in paths {
        reading.path(path)?;
    }
    reading.finish()
}

/// Shows what was found, for people, on standard error.
pub fn report(outcome: &Outcome) -> Status {
    terminal::findings(Format::Human, &outcome.sources, &outcome.diagnostics);
    status(&outcome.diagnostics)
}

/// Says as whose manifests were read, where nobody said it.
pub fn say_assumed(outcome: &Outcome) {
    if let Some((enforcer, version)) = outcome.assumed.filter(|_| !outcome.views.is_empty()) {
        terminal::say(&format!(
            "note: read as {} {version} takes them; another is said by `--enforcer NAME:VERSION`",
            enforcer.as_str()
        ));
    }
}

/// Files that are being read.
#[derive(Default)]
struct Reading {
    input: Input,
    /// Projects, and manifests, on the disk. They are read together, so that no file is read twice.
    projects: Vec<PathBuf>,
    manifests: Vec<PathBuf>,
}

impl Reading {
    fn path(&mut self, name: &str) -> Result<(), Status> {
        let path = Path::new(name);
        if name == STDIN {
            self.take(Kind::Manifests, disk::read_input(Kind::Manifests, "<stdin>", &mut io::stdin().lock()))
        } else if path.is_dir() {
            let kind = if disk::holds(Kind::Sources, path) { Kind::Sources } else { Kind::Manifests };
            self.later(kind, path);
            Ok(())
        } else if !path.exists() && Place::is_named(name) {
            let place = Place::find(name).map_err(|problem| failed(&Sources::new(), vec![problem.into()]))?;
            let kind = if place.holds(Kind::Sources) { Kind::Sources } else { Kind::Manifests };
            self.take(kind, place.load(kind))
        } else if !path.exists() && is_revision(name) {
            Err(failed(&Sources::new(), vec![ProjectProblem::RevisionAlone { name: name.to_owned() }.into()]))
        } else {
            self.later(if Kind::Sources.fits(path) { Kind::Sources } else { Kind::Manifests }, path);
            Ok(())
        }
    }

    fn later(&mut self, kind: Kind, path: &Path) {
        match kind {
            Kind::Sources => self.projects.push(path.to_owned()),
            Kind::Manifests => self.manifests.push(path.to_owned()),
        }
    }

    fn take(&mut self, kind: Kind, loaded: Loaded) -> Result<(), Status> {
        if !loaded.problems.is_empty() {
            return Err(failed(&loaded.sources, loaded.problems));
        }
        match kind {
            Kind::Sources => self.input.sentences.append(loaded.sources),
            Kind::Manifests => self.input.manifests.append(loaded.sources),
        };
        Ok(())
    }

    fn finish(mut self) -> Result<Input, Status> {
        for (kind, roots) in [
            (Kind::Sources, std::mem::take(&mut self.projects)),
            (Kind::Manifests, std::mem::take(&mut self.manifests)),
        ] {
            if !roots.is_empty() {
                self.take(kind, Disk.load(kind, &roots))?;
            }
        }
        Ok(self.input)
    }
}

fn failed(sources: &Sources, mut problems: Vec<Diagnostic>) -> Status {
    sort(&mut problems);
    terminal::findings(Format::Human, sources, &problems);
    status(&problems)
}
