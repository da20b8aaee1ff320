//! Label selectors: from the source's to the model's. Keys and values are what Kubernetes takes: the parser saw to it.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::names::NameProblem;
use crate::policy::{LabelSelector, Op, Requirement, Values};
use crate::semantics::labels;
use crate::syntax::ast::{self, LabelTest, Name};

/// The selector in the model's form.
pub(crate) fn resolve(selector: &ast::LabelSelector) -> LabelSelector {
    let set = |values: &[Name]| values.iter().map(|value| value.value.clone()).collect::<Values>();
    let requirements = selector.requirements.iter().map(|requirement| Requirement {
        key: requirement.key.value.clone(),
        op: match &requirement.test {
            LabelTest::Is(value) => Op::In(set(std::slice::from_ref(value))),
            LabelTest::In(values) => Op::In(set(values)),
            LabelTest::NotIn(values) => Op::NotIn(set(values)),
            LabelTest::Exists => Op::Exists,
            LabelTest::Absent => Op::DoesNotExist,
        },
    });
    LabelSelector::new(requirements.collect())
}

/// Reports a selector whose requirements contradict each other.
pub(super) fn check(selector: &ast::LabelSelector, diagnostics: &mut Vec<Diagnostic>) {
    if !labels::satisfiable(&resolve(selector)) {
        diagnostics.push(NameProblem::Contradiction { span: selector.span.0 }.into());
    }
}
