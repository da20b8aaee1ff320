//! Who may write what, consent, and isolation.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use smol_str::SmolStr;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the facts of the message beside them; `span` is where it points")]
pub enum OwnershipProblem {
    /// A `may` into a declared namespace that does not expose it.
    NoConsent { span: Span, namespace: SmolStr, lines: Vec<String>, header: Option<Span>, behind: Option<Span> },
    /// A sentence of a namespace file about others only.
    NeitherEnd { subject: Span, object: Span, home: SmolStr },
    /// A sentence whose subject lives in another declared namespace.
    NotYourSubject { span: Span, namespace: SmolStr, home: SmolStr },
    /// A platform file opens pods without `always`.
    NeedsAlways { span: Span, action: Span },
    /// A platform sentence with no end in the cluster.
    NothingToOpen { subject: Span, object: Span },
    /// A platform file in a folder below a root.
    PlatformBelowRoot { span: Span },
    /// Something that only platform files say.
    OnlyInPlatform { span: Span, what: &'static str },
    /// Something that platform files do not say.
    NotInPlatform { span: Span, what: &'static str },
    /// A header outside the namespace's folder.
    OutsideItsFolder { span: Span, namespace: SmolStr, folder: SmolStr, declared: Span },
    /// Two headers of one namespace enforce differently.
    EnforcingTwice { span: Span, first: Span },
    /// `enforce` where the header isolates already.
    EnforcedAlready { span: Span, header: Span, needless: Span },
    /// `enforce` for something that has no pods here.
    CannotEnforce { span: Span },
    /// `expose` of something that is not the namespace's.
    ExposesOthers { span: Span },
    /// `expose` to somebody who writes no files.
    ExposeNeedsNoConsent { span: Span },
    /// An `expose` that no sentence uses, or can use: a flow for example, and what denies all of them.
    UnusedExpose { span: Span, by: Option<(String, Span)> },
    /// Sentences that nothing enforces yet.
    NotEnforcedYet { span: Span, place: String, direction: &'static str, count: usize },
}

impl From<OwnershipProblem> for Diagnostic {
    fn from(problem: OwnershipProblem) -> Self {
        match problem {
            OwnershipProblem::NoConsent { span, namespace, lines, header, behind } => {
                let mut diagnostic =
                    Self::new(Code::E0301, span, format!("namespace `{namespace}` does not expose this"))
                        .label("no `expose` covers it")
                        .note("both ends must let a flow through, and each file opens only its own")
                        .help(format!("add to a file of `{namespace}`: `{}`", lines.join("; ")));
                if let Some(behind) = behind {
                    let title = format!("add the `expose` to a file of `{namespace}`");
                    diagnostic = diagnostic.insert_line(title, behind, &lines.join("\n"));
                }
                if let Some(header) = header {
                    diagnostic = diagnostic.also(header, format!("the files of `{namespace}` decide who gets in"));
                }
                diagnostic
            }
            OwnershipProblem::NeitherEnd { subject, object, home } => {
                Self::new(Code::E0302, object, format!("neither end of this sentence is in namespace `{home}`"))
                    .also(subject, "the one end")
                    .label("the other end")
                    .help("write it in the file of the namespace whose pods it is about, or in a platform file")
            }
            OwnershipProblem::NotYourSubject { span, namespace, home } => {
                Self::new(Code::E0303, span, format!("this opens pods of `{namespace}`, and this file is of `{home}`"))
                    .note("a `may` stands in the file of its subject's namespace")
                    .help(format!("move it to a file of `{namespace}`, and write `expose … to {namespace}/…` here"))
            }
            OwnershipProblem::NeedsAlways { span, action } => {
                Self::new(Code::E0304, span, "a platform file opens pods only with `may always`")
                    .note("it reaches into namespaces without their consent, so it says so")
                    .help("write `may always`, or move the sentence to the namespace's own file")
                    .fix("write `may always`", Span { end: action.start, ..action }, "always ")
            }
            OwnershipProblem::NothingToOpen { subject, object } => {
                Self::new(Code::E0312, object, "neither end of this sentence is governed by a policy")
                    .also(subject, "the one end")
                    .label("the other end")
                    .help("name nodes by a set: `nodes worker { … }`, and pods with their namespace")
            }
            OwnershipProblem::PlatformBelowRoot { span } => {
                Self::new(Code::E0305, span, "a platform file lies in a root folder, not below one")
                    .note("otherwise every team could write for the whole cluster")
                    .help("move the file up, or name its folder on the command line as a root of its own")
            }
            OwnershipProblem::OnlyInPlatform { span, what } => {
                Self::new(Code::E0306, span, format!("{what} stands in a platform file"))
                    .help("move it to a file with the header `platform`")
            }
            OwnershipProblem::NotInPlatform { span, what } => {
                Self::new(Code::E0307, span, format!("{what} does not stand in a platform file"))
                    .help("move it to a file with the header `namespace NAME`")
            }
            OwnershipProblem::OutsideItsFolder { span, namespace, folder, declared } => Self::new(
                Code::E0308,
                span,
                format!("the files of `{namespace}` lie in `{folder}`, and this one does not"),
            )
            .also(declared, "said here")
            .help(format!("move the file to `{folder}`, or change the folder in the platform file")),
            OwnershipProblem::EnforcingTwice { span, first } => {
                Self::new(Code::E0309, span, "two headers of this namespace enforce differently")
                    .also(first, "the other one")
                    .note("a header without `enforcing` isolates both directions")
                    .help("say the same in every header of the namespace")
            }
            OwnershipProblem::EnforcedAlready { span, header, needless } => {
                Self::new(Code::E0310, span, "the namespace isolates all its pods in this direction already")
                    .also(header, "here")
                    .help("remove this, or let the header say `enforcing nothing`")
                    .remove("remove this", needless)
                    .certain()
            }
            OwnershipProblem::CannotEnforce { span } => {
                Self::new(Code::E0311, span, "only pods that this file governs can be isolated here").help(
                    "name workloads of this namespace; nodes are isolated by `nodes NAME { … } enforcing ingress`",
                )
            }
            OwnershipProblem::ExposesOthers { span } => {
                Self::new(Code::E0313, span, "a file exposes workloads of its own namespace only")
                    .help("name a workload of this namespace")
            }
            OwnershipProblem::ExposeNeedsNoConsent { span } => Self::new(
                Code::E0314,
                span,
                "an `expose` consents to a sentence in another file, and these have no file",
            )
            .help("open it from here instead: `… may reach …`"),
            OwnershipProblem::UnusedExpose { span, by: None } => {
                Self::new(Code::H0301, span, "no sentence uses this yet, so it opens nothing")
            }
            OwnershipProblem::UnusedExpose { span, by: Some((flow, by)) } => {
                Self::new(Code::H0301, span, "no sentence uses this, and none ever can")
                    .also(by, "this wins over every `may`")
                    .note(format!("for example {flow}"))
                    .help("remove it, or have it left out there")
                    .remove("remove the `expose`", span)
            }
            OwnershipProblem::NotEnforcedYet { span, place, direction, count } => {
                let (sentences, take) = if count == 1 { ("sentence", "takes") } else { ("sentences", "take") };
                Self::new(
                    Code::H0302,
                    span,
                    format!("{count} {direction} {sentences} {place} {take} effect when `{direction}` is enforced"),
                )
            }
        }
    }
}
