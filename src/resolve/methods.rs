//! Methods of requests: a misspelt one is a legal method, too, and would allow nothing that anybody sends.

use super::nearest::nearest;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::ports::PortProblem;
use crate::syntax::ast::Name;

/// The registered methods: IANA, "Hypertext Transfer Protocol (HTTP) Method Registry", as of 2026-06-17, without `*`,
/// which is no method (RFC 9110, 18.2).
const REGISTERED: [&str; 40] = [
    "ACL",
    "BASELINE-CONTROL",
    "BIND",
    "CHECKIN",
    "CHECKOUT",
    "CONNECT",
    "COPY",
    "DELETE",
    "GET",
    "HEAD",
    "LABEL",
    "LINK",
    "LOCK",
    "MERGE",
    "MKACTIVITY",
    "MKCALENDAR",
    "MKCOL",
    "MKREDIRECTREF",
    "MKWORKSPACE",
    "MOVE",
    "OPTIONS",
    "ORDERPATCH",
    "PATCH",
    "POST",
    "PRI",
    "PROPFIND",
    "PROPPATCH",
    "PUT",
    "QUERY",
    "REBIND",
    "REPORT",
    "SEARCH",
    "TRACE",
    "UNBIND",
    "UNCHECKOUT",
    "UNLINK",
    "UNLOCK",
    "UPDATE",
    "UPDATEREDIRECTREF",
    "VERSION-CONTROL",
];

/// Warns of a method that is nearly a registered one. One that is far from all is somebody's own, and is taken.
pub(super) fn check(method: &Name, diagnostics: &mut Vec<Diagnostic>) {
    if REGISTERED.contains(&method.value.as_str()) {
        return;
    }
    if let Some(&near) = nearest(&method.value, REGISTERED.into_iter()).first() {
        let (span, method) = (method.span, method.value.clone());
        diagnostics.push(PortProblem::UnusualMethod { span, method, near: near.into() }.into());
    }
}
