//! Label selectors: from the source's to the model's, with Kubernetes' rules for keys and values.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::names::NameProblem;
use crate::policy::{LabelSelector, Op, Requirement};
use crate::syntax::ast::{self, LabelTest, Name};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// The selector, or `None` after a finding.
pub(super) fn resolve(selector: &ast::LabelSelector, diagnostics: &mut Vec<Diagnostic>) -> Option<LabelSelector> {
    let mut good = true;
    let mut requirements = Vec::with_capacity(selector.requirements.len());
    for requirement in &selector.requirements {
        good &= check(&requirement.key, is_label_key, "label key", diagnostics);
        let values = match &requirement.test {
            LabelTest::Is(value) => std::slice::from_ref(value),
            LabelTest::In(values) | LabelTest::NotIn(values) => values.as_slice(),
            LabelTest::Exists | LabelTest::Absent => &[],
        };
        for value in values {
            good &= check(value, is_label_value, "label value", diagnostics);
        }
        let set = || values.iter().map(|value| value.value.clone()).collect::<BTreeSet<SmolStr>>();
        let op = match &requirement.test {
            LabelTest::Is(_) | LabelTest::In(_) => Op::In(set()),
            LabelTest::NotIn(_) => Op::NotIn(set()),
            LabelTest::Exists => Op::Exists,
            LabelTest::Absent => Op::DoesNotExist,
        };
        requirements.push(Requirement { key: requirement.key.value.clone(), op });
    }
    good.then(|| LabelSelector::new(requirements))
}

/// Reports a name that Kubernetes would refuse.
pub(super) fn check(
    name: &Name,
    rule: fn(&str) -> bool,
    what: &'static str,
    diagnostics: &mut Vec<Diagnostic>,
) -> bool {
    let good = rule(&name.value);
    if !good {
        diagnostics.push(NameProblem::Malformed { span: name.span, what, text: name.value.clone() }.into());
    }
    good
}

/// `[prefix/]name`: the prefix a DNS subdomain of at most 253 characters, the name 1 to 63 of `[A-Za-z0-9_.-]` that
/// begins and ends alphanumeric (Kubernetes' apimachinery, `IsQualifiedName`).
pub(super) fn is_label_key(text: &str) -> bool {
    let (prefix, name) = match text.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, text),
    };
    prefix.is_none_or(is_dns_subdomain) && !name.is_empty() && is_label_value(name)
}

/// Empty, or at most 63 of `[A-Za-z0-9_.-]` that begin and end alphanumeric (`IsValidLabelValue`).
pub(super) fn is_label_value(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        && bytes.first().is_none_or(u8::is_ascii_alphanumeric)
        && bytes.last().is_none_or(u8::is_ascii_alphanumeric)
}

/// At most 63 of `[a-z0-9-]` that begin and end alphanumeric (`IsDNS1123Label`).
pub(super) fn is_dns_label(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
        && bytes.first().is_some_and(|b| *b != b'-')
        && bytes.last().is_some_and(|b| *b != b'-')
}

/// Labels with dots between them, at most 253 characters (`IsDNS1123Subdomain`).
pub(super) fn is_dns_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_dns_label)
}
