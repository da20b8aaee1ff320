//! `assert …`: whom it is about, and what may or may not pass.

use super::peers::Role;
use super::sentence::{Builder, Saying};
use super::traffic::{objects, towards};
use crate::diagnostic::problem::assertions::AssertionProblem;
use crate::policy::{Assertion, AssertionKind};
use crate::syntax::ast::{Assert, AssertKind};

impl Builder<'_, '_> {
    pub fn assert(&mut self, saying: Saying<'_>, assert: &Assert) {
        let from = assert.subjects.as_ref().map(|subjects| self.terms(subjects, saying.home, Role::Subject));
        let Some((list, kind)) = objects(&assert.action.value, &mut self.part.diagnostics) else {
            self.part.diagnostics.push(AssertionProblem::LookUp { span: assert.action.span }.into());
            return;
        };
        let to = self.terms(list, saying.home, Role::Object);
        let (Some(from), Some(to)) = (from.unwrap_or_else(|| Some(Vec::new())), to) else { return };
        let mut reached = Vec::with_capacity(to.len());
        for object in to {
            let Some(traffic) = towards(&kind, &object, &mut self.part.diagnostics) else { return };
            reached.push((object.peer, traffic));
        }
        self.part.assertions.push(Assertion {
            kind: match assert.kind {
                AssertKind::Can => AssertionKind::Can,
                AssertKind::Cannot => AssertionKind::Cannot,
                AssertKind::OnlyCan => AssertionKind::OnlyCan,
                AssertKind::NothingCan => AssertionKind::NothingCan,
            },
            from: from.into_iter().map(|term| term.peer).collect(),
            to: reached,
            sentence: saying.id,
        });
    }
}
