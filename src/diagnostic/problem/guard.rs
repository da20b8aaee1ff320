//! Backstops and boundaries: what nothing overrides.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use smol_str::SmolStr;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the facts of the message beside them; `span` is where it points")]
pub enum GuardProblem {
    /// A deny of what comes from the local node.
    DeniesHost { span: Span },
    /// A boundary around something that has no pods here.
    CapsNoPods { span: Span },
    /// A boundary over a label that no namespace declares.
    UndeclaredLabel { span: Span, key: SmolStr },
    /// A boundary over labels that no namespace declares all at once, or not with these values.
    NoMember { span: Span, labels: String },
    /// A deny for or of namespaces with labels that no declared namespace has.
    DeniesNobody { span: Span, labels: String },
    /// A `may` of which denies or boundaries leave nothing; `own` when they stand in the same namespace, `flow` for example.
    Voided { span: Span, by: Vec<Span>, boundary: bool, own: bool, flow: String },
    /// A `may` of which a deny or boundary takes a part, such as `flow`.
    PartlyVoided { span: Span, by: Span, boundary: bool, lost: Option<String>, flow: String },
    /// A boundary that permits everything.
    CapsNothing { span: Span },
    /// A boundary of which denies or other boundaries leave nothing, such as not `flow`.
    Contradictory { span: Span, by: Vec<Span>, boundary: bool, flow: String },
    /// A permit of a boundary of which denies or other boundaries leave nothing.
    DeadPermit { span: Span, by: Vec<Span>, boundary: bool, flow: String },
    /// A namespace's deny voids a platform's grant.
    VoidsGrant { span: Span, grant: Span },
    /// A platform's deny voids its own grant.
    ContradictsGrant { span: Span, deny: Span },
}

impl From<GuardProblem> for Diagnostic {
    fn from(problem: GuardProblem) -> Self {
        match problem {
            GuardProblem::DeniesHost { span } => Self::new(Code::E0702, span, "the local node always reaches its pods")
                .label("the local node is among these")
                .note("the kubelet's probes come from there; denying it makes healthy pods restart")
                .help("name who is meant: `remote-node, world, workloads in every namespace may not reach …`"),
            GuardProblem::CapsNoPods { span } => {
                Self::new(Code::E0703, span, "a boundary binds pods that its file governs, and these are none").help(
                    "name workloads: `workloads in SET may only reach …`, `nothing but … may reach NAMESPACE/NAME`",
                )
            }
            GuardProblem::UndeclaredLabel { span, key } => {
                Self::new(Code::E0704, span, format!("no declared namespace has the label `{key}`"))
                    .note("a boundary rests on who sets the label; say in a platform file which namespaces have it")
                    .help(format!("`namespace NAME labels {{ {key}: \"…\" }}`"))
            }
            GuardProblem::NoMember { span, labels } => {
                Self::new(Code::E0704, span, format!("no declared namespace has the labels `{labels}`"))
                    .note("a boundary around nobody would look like one that holds")
                    .help("give the labels to a namespace in a platform file, or mend the set")
            }
            GuardProblem::DeniesNobody { span, labels } => {
                Self::new(Code::H0702, span, format!("no declared namespace has the labels `{labels}`"))
                    .note("as far as this project knows, nobody is denied anything here")
                    .help("give the labels to a namespace in a platform file, or mend the set")
            }
            GuardProblem::CapsNothing { span } => Self::new(Code::W0702, span, "this boundary permits everything")
                .label("caps nothing")
                .note("a boundary around nothing would look like one that holds")
                .help("name only what may pass, or remove it")
                .remove("remove the sentence", span),
            GuardProblem::Contradictory { span, by, boundary, flow } => {
                let finding =
                    Self::new(Code::W0701, span, format!("{} nothing of what this permits", leaving(boundary, &by)))
                        .label("cuts its pods off")
                        .note(format!("for example {flow}"))
                        .help("let them have something in common, or keep the one that is meant");
                by.into_iter().fold(finding, |finding, by| finding.also(by, "denied here"))
            }
            GuardProblem::DeadPermit { span, by, boundary, flow } => {
                let finding = Self::new(Code::H0703, span, format!("{} nothing of this", leaving(boundary, &by)))
                    .label("permitted here, and never passes")
                    .note(format!("for example {flow}"))
                    .help("permit it there too, or remove it here");
                by.into_iter().fold(finding, |finding, by| finding.also(by, "denied here"))
            }
            GuardProblem::Voided { span, by, boundary, own, flow } => {
                let help = match (own, boundary) {
                    (true, false) => "these contradict each other: keep the one that is meant",
                    (_, true) => "let the boundary name this too, or remove it here",
                    (false, false) => "remove one of the two",
                };
                let finding = Self::new(Code::E0705, span, format!("{} nothing of this", leaving(boundary, &by)))
                    .label("never allowed")
                    .note(format!("for example {flow}"))
                    .help(help);
                by.into_iter().fold(finding, |finding, by| finding.also(by, "this wins over every `may`"))
            }
            GuardProblem::PartlyVoided { span, by, boundary, lost, flow } => {
                let what = if boundary { "a boundary" } else { "a deny" };
                let lost = lost.unwrap_or_else(|| "a part of this".to_owned());
                Self::new(Code::H0701, span, format!("{what} takes away {lost}"))
                    .also(by, "this wins over every `may`")
                    .note(format!("for example {flow}"))
            }
            GuardProblem::VoidsGrant { span, grant } => {
                Self::new(Code::E0706, span, "this denies what the platform grants")
                    .also(grant, "granted here with `may always`")
                    .help("leave the granted flow out of the deny")
            }
            GuardProblem::ContradictsGrant { span, deny } => {
                Self::new(Code::E0707, span, "a deny of the platform forbids this grant")
                    .also(deny, "this wins over every `may`, `may always` too")
                    .help("leave the granted flow out of the deny")
            }
        }
    }
}

/// Who wins over a sentence, and what that does to it.
fn leaving(boundary: bool, by: &[Span]) -> &'static str {
    match (boundary, by) {
        (true, [_]) => "a boundary leaves",
        (false, [_]) => "a deny leaves",
        (true, _) => "boundaries leave",
        (false, _) => "denies leave",
    }
}
