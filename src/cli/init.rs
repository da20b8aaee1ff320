//! `ztp init`: a small project that compiles.

use super::{Status, project, terminal};
use std::path::{Path, PathBuf};
use ztp::world::{output, shown};

/// Begin a small project that compiles
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder; it is made if it is not there
    #[arg(default_value = ".")]
    folder: PathBuf,
}

/// The files of the new project.
const FILES: [(&str, &str); 2] = [
    ("cluster.ztp", include_str!("../../examples/quickstart/cluster.ztp")),
    ("shop/shop.ztp", include_str!("../../examples/quickstart/shop/shop.ztp")),
];

pub fn run(args: &Args) -> Status {
    match output::begin(&args.folder, &FILES) {
        Ok(()) => terminal::answer(&[greeting(&args.folder)]),
        Err(problems) => {
            terminal::findings(Default::default(), &Default::default(), &problems);
            project::status(&problems)
        }
    }
}

fn greeting(folder: &Path) -> String {
    let folder = shown(folder);
    let mut text = String::new();
    for (path, _) in FILES {
        text.push_str(&format!("wrote {}\n", shown(&Path::new(&folder).join(path))));
    }
    // For shells a folder's name with blanks stands in quotes.
    let folder = if folder.contains(' ') { format!("'{folder}'") } else { folder };
    text.push_str(&format!("\nNow see the manifests: ztp build {folder}\n"));
    text
}
