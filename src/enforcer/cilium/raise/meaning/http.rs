//! Rules for requests.
//!
//! `path`, `method` and `host` are RE2 and must match the whole of `:path` (with the query), `:method` and `:authority`
//! (with the port) (`getHTTPRule` in `pkg/envoy/policy/envoy_l7_rules_translator.go`, 1.20.2).

use super::expression;
use crate::enforcer::cilium::raise::form::Http;
use crate::enforcer::raise::Scope;
use crate::policy::{LabelSelector, Op, Requirement, Values};
use crate::semantics::connections::{Authority, Methods, RequestSet, Target};
use crate::semantics::re2;
use smol_str::SmolStr;

/// The requests that fit a rule; or why it is not known which do.
pub fn requests(rule: &Http<'_>, scope: &Scope) -> Result<Option<RequestSet>, String> {
    if rule.secret {
        return Err("a header is compared with a secret, which only the cluster knows".to_owned());
    }
    let mut requests = RequestSet::all();
    if let Some(method) = rule.method {
        requests.methods = match expression::literal(method).filter(|literal| is_small(literal, scope)) {
            Some(literal) => Methods::In([literal].into()),
            None => match expression::literals(&read(method, scope)?) {
                Some(literals) => Methods::In(literals),
                None => Methods::Matching(method.into()),
            },
        };
    }
    if let Some(path) = rule.path {
        requests.target = match expression::plain_path(path) {
            Some((path, query, size)) if size <= scope.regex_budget => Target::Path { path, query },
            _ => expression::target(path, &read(path, scope)?),
        };
    }
    if let Some(host) = rule.host {
        requests.authority = match expression::host(host) {
            Some(host) if is_small(&host, scope) => Authority::Host(host),
            known => {
                read(host, scope)?;
                known.map_or_else(|| Authority::Matching(host.into()), Authority::Host)
            }
        };
    }
    let mut headers = Vec::with_capacity(rule.headers.len());
    for &(name, value) in &rule.headers {
        if name.starts_with(':') {
            return Err(format!("the header `{name}` stands for a part of the request line"));
        }
        let op = value.map_or(Op::Exists, |value| Op::In(Values::one(value)));
        headers.push(Requirement { key: SmolStr::from(name.to_ascii_lowercase()), op });
    }
    requests.headers = LabelSelector::new(headers);
    Ok(Some(requests))
}

/// Whether the proxy is sure to take the expression for a literal, be it with a port behind it: one instruction a byte, and
/// never 40 more.
fn is_small(literal: &str, scope: &Scope) -> bool {
    u32::try_from(literal.len()).is_ok_and(|length| length.saturating_add(40) <= scope.regex_budget)
}

/// An expression that both of its readers take, and the proxy too: it refuses one whose program is too large, and with
/// it more than this rule (cilium/cilium#41314).
fn read(text: &str, scope: &Scope) -> Result<re2::Expression, String> {
    let expression = re2::parse(text)
        .map_err(|refused| format!("the expression `{text}`: `{}`: {}", refused.part, refused.reason))?;
    let size = expression.program_size();
    if size > scope.regex_budget {
        let most = scope.regex_budget;
        return Err(format!(
            "the proxy refuses the expression `{text}`: its program has size {size}, of {most} at most"
        ));
    }
    Ok(expression)
}
