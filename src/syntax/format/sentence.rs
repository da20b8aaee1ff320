//! The spelling of sentences. What has a block is written up to its brace, which the caller sees to.

use super::clause::Clause;
use super::writer::Writer;
use crate::syntax::ast::{
    Action, Assert, AssertKind, Direction, Enforce, Expose, ItemKind, May, MayNot, Node, Peers, Request,
};

impl Writer {
    /// A sentence or declaration, without the block that it may have.
    pub(super) fn item(&mut self, kind: &ItemKind) {
        match kind {
            ItemKind::May(sentence) => self.may(sentence),
            ItemKind::MayNot(sentence) => self.may_not(sentence),
            ItemKind::OnlyReach(sentence) => {
                self.peers(&sentence.subjects);
                self.text(" may only reach ");
                self.peers(&sentence.objects);
                self.clauses(Clause::of(&sentence.clauses));
            }
            ItemKind::NothingBut(sentence) => {
                self.text("nothing but ");
                self.peers(&sentence.subjects);
                self.text(" may reach ");
                self.peers(&sentence.objects);
                self.clauses(Clause::of(&sentence.clauses));
            }
            ItemKind::Expose(sentence) => self.expose(sentence),
            ItemKind::Enforce(sentence) => self.enforce(sentence),
            ItemKind::Assert(sentence) => self.assertion(sentence),
            ItemKind::Accept(sentence) => {
                self.text("accept ");
                self.text(&sentence.code.value);
                self.clauses(Clause::of(&sentence.clauses));
            }
            _ => self.declaration(kind),
        }
    }

    fn may(&mut self, sentence: &May) {
        self.peers(&sentence.subjects);
        self.text(if sentence.always { " may always " } else { " may " });
        self.action(&sentence.action.value);
        self.clauses(narrowing(&sentence.action.value).chain(Clause::of(&sentence.clauses)));
    }

    fn may_not(&mut self, sentence: &MayNot) {
        if sentence.no {
            self.text("no ");
            self.peers_after(&sentence.subjects, "workload");
            self.text(" may ");
        } else {
            self.peers(&sentence.subjects);
            self.text(" may not ");
        }
        self.action(&sentence.action.value);
        self.clauses(narrowing(&sentence.action.value).chain(Clause::of(&sentence.clauses)));
    }

    fn expose(&mut self, sentence: &Expose) {
        self.text("expose ");
        if let Some(request) = &sentence.request {
            self.requested(request);
            self.on(&sentence.objects);
        } else {
            self.peers(&sentence.objects);
        }
        let narrowing = sentence.request.iter().flat_map(|request| Clause::narrowing(request));
        self.clauses(narrowing.chain([Clause::To(&sentence.to)]).chain(Clause::of(&sentence.clauses)));
    }

    fn enforce(&mut self, sentence: &Enforce) {
        self.text("enforce ");
        self.directions(&sentence.directions);
        self.text(" for ");
        self.peers(&sentence.subjects);
    }

    /// `ingress, egress`
    pub(super) fn directions(&mut self, directions: &[Node<Direction>]) {
        self.list(
            directions,
            |direction| direction.span,
            |writer, direction| {
                writer.text(match direction.value {
                    Direction::Ingress => "ingress",
                    Direction::Egress => "egress",
                });
            },
        );
    }

    fn assertion(&mut self, sentence: &Assert) {
        self.text("assert ");
        match sentence.kind {
            AssertKind::OnlyCan => self.text("only "),
            AssertKind::NothingCan => self.text("nothing"),
            AssertKind::Can | AssertKind::Cannot => {}
        }
        if let Some(subjects) = &sentence.subjects {
            self.peers(subjects);
        }
        self.text(if sentence.kind == AssertKind::Cannot { " cannot " } else { " can " });
        self.action(&sentence.action.value);
        self.clauses(narrowing(&sentence.action.value));
    }

    /// Without what narrows it.
    fn action(&mut self, action: &Action) {
        match action {
            Action::Reach(objects) => {
                self.text("reach ");
                self.peers(objects);
            }
            Action::Request { request, objects } => {
                self.requested(request);
                self.on(objects);
            }
            Action::Use(used) => {
                self.text("use ");
                self.peers(&used.objects);
            }
            Action::Call { methods, objects } => {
                self.text("call ");
                self.list(methods, |method| method.span, |writer, method| writer.grpc_method(&method.value));
                self.on(objects);
            }
            Action::Resolve(names) if names.is_empty() => self.text("resolve any name"),
            Action::Resolve(names) => {
                self.text("resolve ");
                self.names(names);
            }
            Action::Ping(objects) => {
                self.text("ping ");
                self.peers(objects);
            }
        }
    }

    fn on(&mut self, objects: &Peers) {
        self.joint(objects.span.0);
        self.text("on ");
        self.peers(objects);
    }
}

/// What narrows the request of an action.
fn narrowing(action: &Action) -> impl Iterator<Item = Clause<'_>> {
    let request: Option<&Request> = match action {
        Action::Request { request, .. } => Some(request),
        _ => None,
    };
    request.into_iter().flat_map(Clause::narrowing)
}
