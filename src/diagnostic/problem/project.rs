//! The project as a whole: its files and its clusters.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use smol_str::SmolStr;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProjectProblem {
    /// A folder has no source file.
    NoFiles {
        /// The folder.
        folder: String,
        /// What was looked for.
        kind: &'static str,
    },
    /// A file is not UTF-8.
    NotUtf8 {
        /// The first place that is not, in the text with U+FFFD there.
        span: Span,
        /// The file.
        path: String,
        /// The byte there.
        byte: u8,
    },
    /// A file is larger than what is read.
    TooLarge {
        /// The file.
        path: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// A symbolic link leads to a folder that it lies in, or to itself.
    LinkLoop {
        /// The link.
        path: String,
    },
    /// A file or folder cannot be read.
    Unreadable {
        /// Which.
        path: String,
        /// Why, in the system's words.
        reason: String,
        /// Who was asked for it.
        from: Store,
    },
    /// A git revision was named, without what is to be read of it.
    RevisionAlone {
        /// The revision.
        name: String,
    },
    /// Manifests of several clusters would go into one stream.
    SeveralClusters {
        /// The clusters.
        names: Vec<SmolStr>,
    },
    /// Two projects are compared that have other clusters.
    ClustersDiffer {
        /// The clusters of the one with more.
        names: Vec<SmolStr>,
    },
}

/// Where files are read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// The disk, or standard input.
    Disk,
    /// A git revision.
    Revision,
    /// A git revision, and git could not be started.
    NoGit,
    /// A git revision that has a symbolic link there.
    LinkInRevision,
}

impl Store {
    fn help(self) -> &'static str {
        match self {
            Self::Disk => "correct the path, or make readable what is there",
            Self::Revision => {
                "name a revision and a path that it has, such as `main:policies`, or `main:` for all of it"
            }
            Self::NoGit => "install git, or name files on the disk",
            Self::LinkInRevision => "put a file in its place, or name the paths beside it",
        }
    }
}

impl From<ProjectProblem> for Diagnostic {
    fn from(problem: ProjectProblem) -> Self {
        match problem {
            ProjectProblem::NoFiles { folder, kind } => Self::global(Code::E0901, format!("`{folder}` has no {kind}"))
                .note("hidden folders and files are not searched")
                .help(format!("name the project's folder, or begin one: `ztp init {folder}`")),
            ProjectProblem::NotUtf8 { span, path, byte } => {
                Self::new(Code::E0902, span, format!("`{path}` is not UTF-8"))
                    .label(format!("byte 0x{byte:02x} at offset {}", span.start))
                    .help("save the file as UTF-8")
            }
            ProjectProblem::TooLarge { path, limit } => {
                Self::global(Code::E0903, format!("`{path}` is larger than {} MiB", limit >> 20))
                    .help("divide it: the files of a namespace are read together")
            }
            ProjectProblem::LinkLoop { path } => {
                Self::global(Code::E0904, format!("the symbolic link `{path}` leads back to where it lies"))
                    .help("remove the link, or name the folders that belong to the project")
            }
            ProjectProblem::Unreadable { path, reason, from } => {
                Self::global(Code::E0905, format!("`{path}` cannot be read: {reason}")).help(from.help())
            }
            ProjectProblem::RevisionAlone { name } => {
                Self::global(Code::E0905, format!("`{name}` cannot be read: it is a git revision, and no path")).help(
                    format!("write `{name}:policies` for the folder `policies` of it, or `{name}:` for all of it"),
                )
            }
            ProjectProblem::SeveralClusters { names } => {
                Self::global(Code::E0906, format!("the project has {} clusters, and one stream holds one", names.len()))
                    .note(format!("the clusters are {}", listed(&names)))
                    .help("choose one with `--cluster NAME`, or write all of them with `-o DIR`")
            }
            ProjectProblem::ClustersDiffer { names } => {
                Self::global(Code::E0906, "the two sides do not have the same clusters")
                    .note(format!("one of them has {}", listed(&names)))
                    .help("choose one with `--cluster NAME`")
            }
        }
    }
}

/// Names in backticks with commas between them.
fn listed(names: &[SmolStr]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
