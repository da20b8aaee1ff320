//! `ztp init`: a small project that compiles, or one drafted from what runs.

use super::{Status, project, terminal, workloads};
use std::path::{Path, PathBuf};
use ztp::diagnostic::has_errors;
use ztp::diagnostic::render::Format;
use ztp::draft::{Draft, Wish, draft};
use ztp::policy::{EnforcerName, Version};
use ztp::syntax;
use ztp::view::manifests;
use ztp::world::{output, shown};

/// Begin a small project that compiles, or draft one from what runs
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder; it is made if it is not there
    #[arg(default_value = ".")]
    folder: PathBuf,

    /// Draft the project from what runs: a file or folder of manifests, or a dump; `-` is standard input
    ///
    /// May be given several times. Every workload is declared, and nothing is isolated until its namespace's file says so.
    #[arg(long, value_name = "PATH", help_heading = "Draft")]
    from: Vec<String>,

    /// Who is to enforce the policies of the draft: cilium:1.18, kubernetes:1.30 [default: cilium:1.19]
    #[arg(long, value_name = "NAME:VERSION", value_parser = ztp::resolve::parse_enforcer, requires = "from", help_heading = "Draft")]
    enforcer: Option<(EnforcerName, Version)>,

    /// What the project of the draft is called
    #[arg(long, value_name = "NAME", default_value = "my-project", requires = "from", help_heading = "Draft")]
    project: String,
}

/// The enforcer of a draft, as that of the small project.
const ENFORCER: (EnforcerName, Version) = (EnforcerName::Cilium, Version { major: 1, minor: 19 });

/// The files of the new project.
const FILES: [(&str, &str); 2] = [
    ("cluster.ztp", include_str!("../../examples/quickstart/cluster.ztp")),
    ("shop/shop.ztp", include_str!("../../examples/quickstart/shop/shop.ztp")),
];

pub fn run(args: &Args) -> Status {
    if !args.from.is_empty() {
        return from_what_runs(args);
    }
    match output::begin(&args.folder, &FILES) {
        Ok(()) => terminal::answer(&[greeting(&args.folder)]),
        Err(problems) => {
            terminal::findings(Default::default(), &Default::default(), &problems);
            project::status(&problems)
        }
    }
}

fn from_what_runs(args: &Args) -> Status {
    if !syntax::can_be_name(&args.project) {
        terminal::say(&format!("error: `{}` cannot be a project's name", args.project));
        return Status::Failed;
    }
    let manifests = match workloads::load(&args.from) {
        Ok(manifests) => manifests,
        Err(status) => return status,
    };
    let (inventory, findings) = manifests::inventory(&manifests, 0);
    terminal::findings(Format::Human, &manifests, &findings);
    if has_errors(&findings) {
        return Status::Findings;
    }
    if inventory.workloads.is_empty() {
        return workloads::nothing_runs();
    }
    let wish = Wish { enforcer: args.enforcer.unwrap_or(ENFORCER), project: args.project.as_str().into() };
    let draft = draft(&inventory, &wish);
    let files: Vec<(&str, &str)> = draft.files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    if let Err(problems) = output::begin(&args.folder, &files) {
        terminal::findings(Format::Human, &Default::default(), &problems);
        return project::status(&problems);
    }
    terminal::answer(&[drafted(args, &draft)])
}

/// What was drafted, what to know about it, and what comes next.
fn drafted(args: &Args, draft: &Draft) -> String {
    let mut text = wrote(&args.folder, draft.files.keys().map(String::as_str));
    let workloads = if draft.workloads == 1 { "1 workload".into() } else { format!("{} workloads", draft.workloads) };
    text.push_str(&format!("\n{workloads} declared, and nothing isolated\n"));
    for note in &draft.notes {
        text.push_str(&format!("note: {note}\n"));
    }
    let from: Vec<String> = args.from.iter().map(|path| format!(" --workloads {}", quoted(path.clone()))).collect();
    let folder = quoted(shown(&args.folder));
    text.push_str(&format!(
        "\nNow say who may reach whom, and hold it against what runs: ztp check {folder}{}\n",
        from.concat()
    ));
    text
}

fn wrote<'p>(folder: &Path, paths: impl Iterator<Item = &'p str>) -> String {
    paths.map(|path| format!("wrote {}\n", shown(&folder.join(path)))).collect()
}

/// As a shell takes it: a name with blanks stands in quotes.
fn quoted(name: String) -> String {
    if name.contains(' ') { format!("'{name}'") } else { name }
}

fn greeting(folder: &Path) -> String {
    let mut text = wrote(folder, FILES.iter().map(|(path, _)| *path));
    text.push_str(&format!("\nNow see the manifests: ztp build {}\n", quoted(shown(folder))));
    text
}
