//! How the sentence is written in which something else stands than was expected: the help of errors that are no slip.
//!
//! Like the slips a guess, which changes the words of an error and nothing else.

use super::grammar::Rule;
use super::slip::{Failure, first_word};
use crate::diagnostic::problem::syntax::Form;

/// The form of what was begun, if that is plain.
pub(super) fn find(failure: &Failure<'_>) -> Option<Form> {
    let before = failure.before().trim_end();
    let last = before.rsplit([' ', '\t', '\n']).next().unwrap_or_default();
    match first_word(failure.sentence) {
        "workload" => return workload(failure, before),
        "expose" if failure.expects(&[Rule::kw_to]) => return Some(Form::Expose),
        "assert" if failure.expects(&[Rule::kw_can, Rule::kw_cannot]) => return Some(Form::Assert),
        "cluster" if failure.expects(&[Rule::facts]) => return Some(Form::Cluster),
        "namespace" if failure.expects(&[Rule::block]) => return Some(Form::Header),
        "enforcer" if failure.fact => return Some(Form::Enforcer),
        _ => {}
    }
    match last {
        "because" => return Some(Form::Because),
        "with" => return Some(Form::With),
        "tls" if before.ends_with(" with tls") => return Some(Form::With),
        _ => {}
    }
    if failure.expects(&[Rule::path, Rule::quoted_path]) {
        return Some(path(failure.found));
    }
    if failure.expects(&[Rule::kw_on]) && (failure.found.starts_with('/') || before.ends_with(',')) {
        return Some(Form::OnePath);
    }
    if failure.found == "*" && before.ends_with(':') {
        return Some(Form::EveryPort);
    }
    if before.contains(" resolve ") && matches!(failure.found, "name" | "names" | "dns") {
        return Some(Form::AnyName);
    }
    if failure.found.is_empty() && failure.expects(&[Rule::peers, Rule::peer, Rule::every_workload]) {
        return Some(Form::GoesOn);
    }
    None
}

/// What may follow a workload's name.
fn workload(failure: &Failure<'_>, before: &str) -> Option<Form> {
    if before.contains(" serves") || matches!(failure.found, "port" | "ports" | "exposes" | "listens" | "on") {
        Some(Form::Serves)
    } else if failure.expects(&[Rule::kw_serviceaccount]) || failure.found.starts_with("serviceaccount") {
        Some(Form::Account)
    } else if failure.expects(&[Rule::labels]) {
        Some(Form::Labels)
    } else {
        None
    }
}

/// What is taken for a path and is none.
fn path(found: &str) -> Form {
    if found == "*" {
        Form::EveryPath
    } else if found.starts_with(['^', '.']) {
        Form::Matching
    } else if found.contains('/') {
        Form::Slash { path: format!("/{found}").into() }
    } else {
        Form::Request
    }
}
