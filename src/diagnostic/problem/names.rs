//! Names that are not there, are there twice, or are no names.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use smol_str::SmolStr;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the facts of the message beside them; `span` is where it points")]
pub enum NameProblem {
    /// A name, or a fact, is declared twice.
    Twice { span: Span, name: SmolStr, first: Span },
    /// Nothing of this name is in scope.
    Unknown {
        span: Span,
        name: SmolStr,
        /// The nearest names in scope, best first.
        nearest: Vec<SmolStr>,
        /// The language's word for what other languages call so.
        meant: Option<&'static str>,
        /// Workloads of that name in other namespaces, as `ns/name`.
        elsewhere: Vec<SmolStr>,
        is_namespace: bool,
        is_set: bool,
        in_platform: bool,
        /// Behind what it could be declared.
        behind: Option<Span>,
    },
    /// The namespace is there, the workload is not.
    UnknownWorkload { span: Span, namespace: SmolStr, name: SmolStr, nearest: Vec<SmolStr>, behind: Option<Span> },
    /// No `namespaces NAME { … }`.
    UnknownSet {
        span: Span,
        name: SmolStr,
        nearest: Vec<SmolStr>,
        is_namespace: bool,
        /// Where `workloads in` begins, if that stands before it.
        workloads_in: Option<u32>,
    },
    /// A declared namespace whose files are not part of the build.
    FolderMissing { span: Span, namespace: SmolStr, folder: Option<SmolStr>, declared: Span },
    /// A group that is a member of itself.
    ContainsItself { span: Span, name: SmolStr },
    /// A DNS name as the subject of a sentence.
    NameAsSubject { span: Span, name: SmolStr },
    /// A list or sentence that comes to too much.
    TooMany { span: Span, limit: usize },
    /// All sentences together come to too much.
    TooManyInAll { span: Span, limit: usize },
    /// `every workload` in a platform file.
    EveryWorkloadOfWhat { span: Span },
    /// A name that another cluster has.
    MissingInCluster { span: Span, name: SmolStr, has: SmolStr, lacks: SmolStr },
    /// `workload ns/name` of a namespace whose own files are part of the build.
    ForeignOfDeclared { span: Span, namespace: SmolStr, header: Span },
    /// Requirements of a label selector that contradict each other.
    Contradiction { span: Span },
    /// A namespace that nothing declares, with a name next to a declared one.
    UndeclaredNamespace { span: Span, namespace: SmolStr, nearest: SmolStr },
}

impl From<NameProblem> for Diagnostic {
    fn from(problem: NameProblem) -> Self {
        match problem {
            NameProblem::Twice { span, name, first } => {
                Self::new(Code::E0201, span, format!("`{name}` is declared twice"))
                    .label("declared again")
                    .also(first, "first declared here")
                    .help("keep one of them, or give one another name")
            }
            NameProblem::Unknown {
                span,
                name,
                nearest,
                meant,
                elsewhere,
                is_namespace,
                is_set,
                in_platform,
                behind,
            } => {
                let diagnostic =
                    Self::new(Code::E0203, span, format!("`{name}` is not declared")).label("unknown name");
                let diagnostic = suggest(diagnostic, span, &nearest);
                let diagnostic = if nearest.is_empty() && is_namespace {
                    diagnostic.help(format!("`{name}` is a namespace: write `{name}/*` for all its pods"))
                } else if nearest.is_empty() && is_set {
                    diagnostic.help(format!("`{name}` is a set of namespaces: write `workloads in {name}`"))
                } else if let Some(first) = elsewhere.first() {
                    diagnostic.help(format!("a workload of another namespace is named with it: `{first}`"))
                } else if let Some(meant) = meant.filter(|_| nearest.is_empty()) {
                    diagnostic.help(format!("did you mean `{meant}`?")).fix(format!("change to `{meant}`"), span, meant)
                } else if nearest.is_empty() && in_platform {
                    diagnostic.help(format!("a platform file names workloads with their namespace: `NAMESPACE/{name}`"))
                } else if nearest.is_empty() {
                    diagnostic
                        .help(format!("declare it: `workload {name}`, or `external {name} = …` for what is outside"))
                } else {
                    diagnostic
                };
                let known = is_namespace || is_set || !elsewhere.is_empty() || (meant.is_some() && nearest.is_empty());
                match behind.filter(|_| !known) {
                    Some(behind) => declare(diagnostic, behind, &name),
                    None => diagnostic,
                }
            }
            NameProblem::UnknownWorkload { span, namespace, name, nearest, behind } => {
                let message = format!("namespace `{namespace}` declares no workload `{name}`");
                let diagnostic = suggest(Self::new(Code::E0204, span, message), span, &nearest);
                let diagnostic = if nearest.is_empty() {
                    diagnostic.help(format!("declare it in a file of `{namespace}`: `workload {name}`"))
                } else {
                    diagnostic
                };
                match behind {
                    Some(behind) => declare(diagnostic, behind, &name),
                    None => diagnostic,
                }
            }
            NameProblem::UnknownSet { span, name, nearest, is_namespace, workloads_in } => {
                let diagnostic = Self::new(Code::E0205, span, format!("`{name}` is not a set of namespaces"));
                if is_namespace {
                    let diagnostic =
                        diagnostic.help(format!("`{name}` is a single namespace: write `{name}/*` or `{name}/NAME`"));
                    return match workloads_in {
                        Some(start) => {
                            diagnostic.fix(format!("change to `{name}/*`"), Span { start, ..span }, format!("{name}/*"))
                        }
                        None => diagnostic,
                    };
                }
                let diagnostic = suggest(diagnostic, span, &nearest);
                diagnostic.help(format!("declare it in a platform file: `namespaces {name} {{ label: \"value\" }}`"))
            }
            NameProblem::FolderMissing { span, namespace, folder, declared } => {
                let diagnostic = Self::new(
                    Code::E0206,
                    span,
                    format!("namespace `{namespace}` is declared, but no file of it is part of this build"),
                )
                .also(declared, "declared here")
                .note("without its files nobody can tell whether it consents");
                match folder {
                    Some(folder) => diagnostic.help(format!("name its folder too: `ztp build … {folder}/`")),
                    None => diagnostic.help("name its folder on the command line too"),
                }
            }
            NameProblem::ContainsItself { span, name } => {
                Self::new(Code::E0207, span, format!("group `{name}` contains itself"))
                    .help(format!("list the members of `{name}` without it"))
            }
            NameProblem::NameAsSubject { span, name } => {
                Self::new(Code::E0208, span, format!("the DNS name `{name}` cannot open a connection"))
                    .note("who connects is told by an address; a name only tells where to connect to")
                    .help("name an address range: `203.0.113.0/24 may reach …`")
            }
            NameProblem::TooMany { span, limit } => {
                Self::new(Code::E0209, span, format!("this comes to more than {limit} parts"))
                    .help("select with labels instead of listing, or split the sentence")
            }
            NameProblem::TooManyInAll { span, limit } => {
                Self::new(Code::E0209, span, format!("with this sentence the project comes to more than {limit} parts"))
                    .help("select with labels instead of listing what many sentences are about")
            }
            NameProblem::EveryWorkloadOfWhat { span } => {
                Self::new(Code::E0210, span, "`every workload` is of one namespace, and a platform file has none")
                    .help("write `workloads in every namespace`, or `NAMESPACE/*`")
                    .fix("write `workloads in every namespace`", span, "workloads in every namespace")
            }
            NameProblem::MissingInCluster { span, name, has, lacks } => {
                Self::new(Code::E0211, span, format!("cluster `{lacks}` does not say what `{name}` is"))
                    .note(format!("cluster `{has}` does"))
                    .help(format!("add `external {name} = …` to `cluster {lacks}`"))
            }
            NameProblem::ForeignOfDeclared { span, namespace, header } => {
                Self::new(Code::E0212, span, format!("`{namespace}` names its workloads itself"))
                    .also(header, "its own file is part of this build")
                    .help(format!("remove this line and declare the workload in a file of `{namespace}`"))
            }
            NameProblem::Contradiction { span } => {
                Self::new(Code::E0213, span, "these labels contradict each other, so they select nothing")
                    .help("where one of several values will do, write `key in (a, b)`")
            }
            NameProblem::UndeclaredNamespace { span, namespace, nearest } => {
                Self::new(Code::W0201, span, format!("no file declares a namespace `{namespace}`"))
                    .help(format!("did you mean `{nearest}`?"))
                    .fix(format!("change to `{nearest}`"), span, nearest)
            }
        }
    }
}

/// Offers to declare a workload.
fn declare(diagnostic: Diagnostic, behind: Span, name: &str) -> Diagnostic {
    diagnostic.insert_line(format!("declare `workload {name}`"), behind, &format!("workload {name}"))
}

/// Did you mean …?
fn suggest(diagnostic: Diagnostic, span: Span, nearest: &[SmolStr]) -> Diagnostic {
    let mut diagnostic = diagnostic;
    for near in nearest {
        diagnostic = diagnostic.fix(format!("change to `{near}`"), span, near.as_str());
    }
    match nearest.first() {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}
