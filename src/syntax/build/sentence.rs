//! Sentences: what may, what may not, and what is proved.

use super::Builder;
use super::clauses::{Gathered, Takes};
use super::peer::Position;
use crate::diagnostic::problem::syntax::SyntaxProblem;
use crate::syntax::ast::{
    Accept, Action, Assert, AssertKind, Clauses, Direction, Enforce, Expose, ItemKind, May, MayNot, Node, NothingBut,
    OnlyReach, Peers, Place, RequestLine, Use,
};
use crate::syntax::grammar::Rule;
use pest::iterators::Pair;

/// What most sentences are made of.
#[derive(Default)]
struct Parts {
    /// Lists of peers in the order in which they stand.
    peers: Vec<Peers>,
    action: Option<Node<Action>>,
    gathered: Gathered,
    /// The rule of the keyword that decides which sentence it is.
    decisive: Option<Rule>,
}

impl Parts {
    /// The next list of peers.
    fn next_peers(&mut self) -> Option<Peers> {
        if self.peers.is_empty() { None } else { Some(self.peers.remove(0)) }
    }
}

impl Builder<'_> {
    fn parts(&mut self, pair: Pair<'_, Rule>, position: Position) -> Parts {
        let mut parts = Parts::default();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::peers => parts.peers.push(self.peers_at(part, position)),
                Rule::action => parts.action = self.action(part, &mut parts.gathered),
                Rule::kw_only | Rule::kw_not | Rule::kw_always | Rule::kw_nothing | Rule::kw_cannot => {
                    parts.decisive = Some(part.as_rule());
                }
                _ => self.gather(&mut parts.gathered, part),
            }
        }
        parts
    }

    /// The clauses of a sentence with an action; what narrows requests goes into its request.
    fn sentence_clauses(&mut self, mut gathered: Gathered, action: Option<&mut Node<Action>>, takes: Takes) -> Clauses {
        let request = match action.map(|action| &mut action.value) {
            Some(Action::Request { request, .. }) => Some(request.as_mut()),
            _ => None,
        };
        self.narrow(&mut gathered, request);
        self.clauses(gathered, takes)
    }

    /// `A may …`, `A may always …`, `A may not …`, `A may only reach …`
    pub(super) fn permit(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let mut parts = self.parts(pair, Position::Ordinary);
        let subjects = parts.next_peers()?;
        let takes = match (parts.decisive, parts.action.as_ref().map(|action| &action.value)) {
            (Some(Rule::kw_only | Rule::kw_not), _) | (_, Some(Action::Resolve(_))) => Takes::Reasons,
            _ => Takes::All,
        };
        let clauses = self.sentence_clauses(parts.gathered, parts.action.as_mut(), takes);
        Some(match parts.decisive {
            Some(Rule::kw_only) => {
                let objects = parts.peers.pop()?;
                ItemKind::OnlyReach(OnlyReach { subjects, objects, clauses })
            }
            Some(Rule::kw_not) => ItemKind::MayNot(MayNot { no: false, subjects, action: parts.action?, clauses }),
            always => ItemKind::May(May { subjects, always: always.is_some(), action: parts.action?, clauses }),
        })
    }

    /// `no A may …`
    pub(super) fn forbid(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let mut parts = self.parts(pair, Position::AfterNo);
        let subjects = parts.next_peers()?;
        let clauses = self.sentence_clauses(parts.gathered, parts.action.as_mut(), Takes::Reasons);
        Some(ItemKind::MayNot(MayNot { no: true, subjects, action: parts.action?, clauses }))
    }

    /// `nothing but A may reach B`
    pub(super) fn nothing_but(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let mut parts = self.parts(pair, Position::Ordinary);
        let (subjects, objects) = (parts.next_peers()?, parts.next_peers()?);
        let clauses = self.sentence_clauses(parts.gathered, None, Takes::Reasons);
        Some(ItemKind::NothingBut(NothingBut { subjects, objects, clauses }))
    }

    /// `enforce ingress for A`
    pub(super) fn enforce(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let mut directions = Vec::new();
        let mut subjects = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::directions => directions = self.directions(part),
                Rule::peers => subjects = Some(self.peers(part)),
                _ => {}
            }
        }
        Some(ItemKind::Enforce(Enforce { directions, subjects: subjects? }))
    }

    /// `ingress, egress`
    pub(super) fn directions(&self, pair: Pair<'_, Rule>) -> Vec<Node<Direction>> {
        let parts = pair.into_inner().filter(|part| part.as_rule() == Rule::direction);
        let direction = |text: &str| if text == "ingress" { Direction::Ingress } else { Direction::Egress };
        parts.map(|part| Node::new(direction(part.as_str()), self.span(&part))).collect()
    }

    /// `expose GET /api/** on B to C`
    pub(super) fn expose(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let asks = pair.clone().into_inner().find(|part| part.as_rule() == Rule::requested);
        let mut request = match asks {
            Some(part) => Some(Box::new(self.requested(part)?)),
            None => None,
        };
        let mut parts = self.parts(pair, Position::Ordinary);
        self.narrow(&mut parts.gathered, request.as_deref_mut());
        let clauses = self.clauses(std::mem::take(&mut parts.gathered), Takes::Reasons);
        let (objects, to) = (parts.next_peers()?, parts.next_peers()?);
        Some(ItemKind::Expose(Expose { request, objects, to, clauses }))
    }

    /// `assert A can …`, `assert A cannot …`, `assert only A can …`, `assert nothing can …`
    pub(super) fn assertion(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let mut parts = self.parts(pair, Position::Ordinary);
        self.sentence_clauses(parts.gathered, parts.action.as_mut(), Takes::Nothing);
        let kind = match parts.decisive {
            Some(Rule::kw_only) => AssertKind::OnlyCan,
            Some(Rule::kw_nothing) => AssertKind::NothingCan,
            Some(Rule::kw_cannot) => AssertKind::Cannot,
            _ => AssertKind::Can,
        };
        Some(ItemKind::Assert(Assert { kind, subjects: parts.peers.pop(), action: parts.action? }))
    }

    /// `accept E0203 because "…"`
    pub(super) fn accept(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let code = pair.clone().into_inner().find(|part| part.as_rule() == Rule::atom);
        let code = self.word(&code?);
        let mut parts = self.parts(pair, Position::Ordinary);
        self.narrow(&mut parts.gathered, None);
        let clauses = self.clauses(parts.gathered, Takes::Reasons);
        Some(ItemKind::Accept(Accept { code, clauses }))
    }

    fn action(&mut self, pair: Pair<'_, Rule>, gathered: &mut Gathered) -> Option<Node<Action>> {
        let span = self.span(&pair);
        let pair = pair.into_inner().next()?;
        let rule = pair.as_rule();
        let mut objects = None;
        let mut request = None;
        let mut methods = Vec::new();
        let mut names = Vec::new();
        let mut block = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::peers => objects = Some(self.peers(part)),
                Rule::requested => request = self.requested(part).map(Box::new),
                Rule::grpc_method => methods.extend(self.grpc_method(&part)),
                Rule::dns_name => names.extend(self.dns_name(part.as_str(), self.span(&part))),
                Rule::requests => block = Some(self.requests(part)),
                _ => self.gather(gathered, part),
            }
        }
        let action = match rule {
            Rule::resolve => Action::Resolve(names),
            Rule::ping => Action::Ping(objects?),
            Rule::call => Action::Call { methods, objects: objects? },
            Rule::request => Action::Request { request: request?, objects: objects? },
            Rule::use_block => {
                let (requests, trailing) = block?;
                Action::Use(Box::new(Use { objects: objects?, requests, trailing }))
            }
            _ => Action::Reach(objects?),
        };
        Some(Node::new(action, span))
    }

    fn requests(&mut self, pair: Pair<'_, Rule>) -> (Vec<RequestLine>, Vec<crate::syntax::ast::Comment>) {
        let open = self.open_block(&pair);
        let mut lines = Vec::new();
        let problems = self.problems.len();
        let mut end = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::request_line => {
                    let span = self.span(&part);
                    let comments = self.comments_before(span.start);
                    let request = self.request_line(part);
                    let span = self.end_sentence(span);
                    let line_comment = self.line_comment(span.end);
                    if let Some(request) = request {
                        lines.push(RequestLine { comments, request, span: Place(span), line_comment });
                    }
                }
                Rule::bad => self.bad_line(&part, Rule::lone_request),
                Rule::close => end = Some(self.span(&part).start),
                _ => {}
            }
        }
        let explained =
            self.problems.len() > problems || end.is_some_and(|end| self.has_bad_character(open.start, end));
        if lines.is_empty() && end.is_some() && !explained {
            self.report(SyntaxProblem::EmptyUse { span: open });
        }
        (lines, self.close_block(open, end))
    }

    fn request_line(&mut self, pair: Pair<'_, Rule>) -> Option<crate::syntax::ast::Request> {
        let mut request = None;
        let mut gathered = Gathered::default();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::requested => request = self.requested(part),
                _ => self.gather(&mut gathered, part),
            }
        }
        self.narrow(&mut gathered, request.as_mut());
        self.clauses(gathered, Takes::Nothing);
        request
    }
}
