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
            let own = match &request.path {
                PathPattern::Segments { .. } => true,
                PathPattern::Matching(expression) => {
                    if let Err((part, reason)) = readable(expression) {
                        found.push(EnforcerProblem::Expression { span: rule.span, part, reason }.into());
                        continue;
                    }
                    false
                }
            };
            for lowered in http_rules(request) {
                for expression in [lowered.method, lowered.path, lowered.host].into_iter().flatten() {
                    if own && at_most(&expression) <= budget {
                        continue;
                    }
                    // What cannot be read for its size alone, as by how deep it nests, is too large.
                    let size = semantics::re2::parse(&expression).map_or(u32::MAX, |tree| tree.program_size());
                    if size > budget {
                        found.push(EnforcerProblem::RegexBudget { span: rule.span, expression, size, budget }.into());
                    }
                }
            }
        }
    }
}

/// A quick look at an expression that we made ourselves, of literals, `[^/?]+`, `.*` and the like: never less than its
/// size, and enough for nearly all.
fn at_most(expression: &str) -> u32 {
    let size = |byte| match byte {
        b'.' | b'[' => 10,
        _ => 1,
    };
    4 + expression.bytes().map(size).sum::<u32>()
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
