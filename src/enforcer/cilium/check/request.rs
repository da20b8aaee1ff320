//! Requests that the proxy would refuse to look for.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::enforcer::EnforcerProblem;
use crate::enforcer::cilium::lower::http_rules;
use crate::policy::{PathPattern, Policy, Traffic};
use crate::semantics;
use smol_str::SmolStr;

/// Envoy rejects an expression whose RE2 program has more instructions than its limit, and with it all rules of the
/// workload (cilium/cilium#41314).
pub fn check(policy: &Policy, found: &mut Vec<Diagnostic>) {
    let budget = policy.cluster.regex_budget;
    for rule in &policy.rules {
        let Traffic::Http { requests, .. } = &rule.traffic else { continue };
        for request in requests {
            if let PathPattern::Matching(expression) = &request.path
                && let Err((part, reason)) = readable(expression)
            {
                found.push(EnforcerProblem::Expression { span: rule.span, part, reason }.into());
            }
        }
        for lowered in requests.iter().flat_map(http_rules) {
            for expression in [lowered.method, lowered.path, lowered.host].into_iter().flatten() {
                let size = program_size(&expression);
                if size > budget {
                    found.push(EnforcerProblem::RegexBudget { span: rule.span, expression, size, budget }.into());
                }
            }
        }
    }
}

/// Whether both of the expression's readers take it for the same paths: the proxy matches it together with the query, so
/// it must neither take the `?` before a query nor say where the text ends.
fn readable(text: &SmolStr) -> Result<(), (SmolStr, String)> {
    let expression = semantics::re2::parse(text).map_err(|refused| (refused.part, refused.reason.to_string()))?;
    if expression.has_assertions() {
        let reason = "the whole path is matched anyway: leave out `^`, `$`, `\\A`, `\\z` and `\\b`";
        return Err((text.clone(), reason.to_owned()));
    }
    if expression.may_take('?') {
        let reason =
            "it can match a `?`, and so some of the query, which is matched with the path: write `[^?]` instead of `.`";
        return Err((text.clone(), reason.to_owned()));
    }
    Ok(())
}

/// About the number of RE2's instructions for one of our own expressions, never less: a byte is one, a class about
/// ten, and the frame four (measured with RE2's `programsize`: `(\?.*)?` is 12, `[^/]{1,64}` is 582).
fn program_size(expression: &str) -> u32 {
    let mut size = 4;
    let mut characters = expression.chars();
    while let Some(c) = characters.next() {
        size += match c {
            '\\' => {
                characters.next();
                1
            }
            '[' => {
                characters.by_ref().find(|&c| c == ']');
                10
            }
            '.' => 10,
            _ => 1,
        };
    }
    size
}
