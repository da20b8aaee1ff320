//! The facts of a cluster.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use smol_str::SmolStr;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the facts of the message beside them; `span` is where it points")]
pub enum ClusterProblem {
    /// Nobody says who enforces.
    NoEnforcer { platform: Option<Span> },
    /// Said in the source and on the command line.
    EnforcerTwice { span: Span },
    /// A word that is none of a few.
    UnknownWord { span: Span, what: &'static str, word: SmolStr, nearest: Option<SmolStr>, known: Vec<SmolStr> },
    /// `enforcer cilium latest`
    NoVersion { span: Span, text: SmolStr },
    /// `--cluster NAME` of a cluster that is not there.
    NoSuchCluster { name: SmolStr, nearest: Option<SmolStr>, all: Vec<SmolStr> },
    /// Cluster-wide objects need a project's name.
    NoProject { span: Span },
}

impl From<ClusterProblem> for Diagnostic {
    fn from(problem: ClusterProblem) -> Self {
        match problem {
            ClusterProblem::NoEnforcer { platform } => {
                let message = "nothing says who enforces these sentences";
                let (diagnostic, add) = match platform {
                    Some(span) => (Self::new(Code::E0640, span, message), "add to the platform file:"),
                    None => (Self::global(Code::E0640, message), "add a file with the header `platform` and the line"),
                };
                let part = "or name the whole project, if this is a part of it: the folder with the `platform` file";
                let diagnostic = diagnostic
                    .note("the same sentence becomes different objects for different enforcers, so there is no default")
                    .help(format!("{add} `cluster prod {{ enforcer cilium 1.18 }}`, or try `--enforcer cilium:1.18`"));
                if platform.is_none() { diagnostic.help(part) } else { diagnostic }
            }
            ClusterProblem::EnforcerTwice { span } => {
                Self::new(Code::E0641, span, "the enforcer is said here and on the command line")
                    .help("leave `--enforcer` out")
            }
            ClusterProblem::UnknownWord { span, what, word, nearest, known } => {
                let known: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
                let diagnostic = Self::new(Code::E0642, span, format!("unknown {what} `{word}`"));
                match nearest {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(
                        format!("change to `{near}`"),
                        span,
                        near,
                    ),
                    None => diagnostic.help(format!("known are {}", known.join(", "))),
                }
            }
            ClusterProblem::NoVersion { span, text } => {
                Self::new(Code::E0602, span, format!("`{text}` is not a version"))
                    .note("what is emitted depends on the version, so `latest` and the like would change by themselves")
                    .help("write its first two numbers, as in `enforcer cilium 1.18`")
            }
            ClusterProblem::NoSuchCluster { name, nearest, all } => {
                let all: Vec<String> = all.iter().map(|name| format!("`{name}`")).collect();
                let diagnostic = Self::global(Code::E0643, format!("no cluster `{name}` is declared"));
                match nearest {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None if all.is_empty() => diagnostic
                        .help(format!("declare it in a platform file: `cluster {name} {{ enforcer cilium 1.18 }}`")),
                    None => diagnostic.help(format!("declared are {}", all.join(", "))),
                }
            }
            ClusterProblem::NoProject { span } => {
                Self::new(Code::E0644, span, "this becomes a cluster-wide object, and the project has no name")
                    .note("the name keeps the objects of two projects in one cluster apart")
                    .help("add to a platform file: `project NAME`")
            }
        }
    }
}
