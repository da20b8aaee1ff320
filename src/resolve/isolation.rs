//! What is isolated: headers, `enforce`, and nodes with a host firewall.

use super::labels;
use super::peers::Role;
use super::sentence::{Builder, Saying};
use crate::diagnostic::problem::ownership::OwnershipProblem;
use crate::policy::{Direction, Isolation, NodeSelector, PodSelector, Selects, Sentence, Subject};
use crate::semantics::{Universe, pods};
use crate::source::Span;
use crate::syntax::ast::{self, Enforce, HeaderKind, ItemKind, Node};
use indexmap::IndexMap;
use smol_str::SmolStr;

/// Which pods are isolated, for quick questions.
#[derive(Default)]
pub(super) struct Isolated {
    /// Namespaces isolated as a whole, with the header that says so.
    whole: IndexMap<(SmolStr, Direction), Span>,
    /// Everything else.
    parts: Vec<(Direction, PodSelector)>,
}

impl Isolated {
    /// Whether all these pods are isolated in this direction.
    pub fn covers(&self, universe: Universe<'_>, selector: &PodSelector, direction: Direction) -> bool {
        if let Some(one) = selector.namespaces.names.as_one()
            && self.whole.contains_key(&(one.clone(), direction))
        {
            return true;
        }
        let mut candidates = self.parts.iter().filter(|(d, part)| *d == direction && !pods::apart(part, selector));
        candidates.any(|(_, part)| pods::includes(universe, part, selector))
    }
}

/// The model's direction for a written one.
pub(super) fn direction(direction: ast::Direction) -> Direction {
    match direction {
        ast::Direction::Ingress => Direction::Ingress,
        ast::Direction::Egress => Direction::Egress,
    }
}

/// The directions of an `enforcing` clause; both when nothing is said.
fn directions(enforcing: Option<&Node<Vec<Node<ast::Direction>>>>) -> Vec<Direction> {
    match enforcing {
        Some(said) => said.value.iter().map(|word| direction(word.value)).collect(),
        None => vec![Direction::Ingress, Direction::Egress],
    }
}

impl Builder<'_, '_> {
    /// Reads what isolates: headers, nodes, `enforce`.
    pub fn isolations(&mut self) -> Isolated {
        let scope = self.scope;
        let mut isolated = Isolated::default();
        for (name, namespace) in scope.read_namespaces() {
            // Declared only: no file of it is here, so nothing isolates it.
            let headers = namespace.sections.iter().filter_map(|section| section.header.as_ref());
            let saying = |header: &&ast::Header| match &header.kind {
                HeaderKind::Namespace { enforcing, .. } => enforcing.as_ref() == namespace.enforcing,
                HeaderKind::Platform => false,
            };
            let Some(header) = headers.clone().find(saying).or_else(|| headers.clone().next()) else { continue };
            let text = match namespace.enforcing {
                None => format!("namespace {name}"),
                Some(said) if said.value.is_empty() => format!("namespace {name} enforcing nothing"),
                Some(said) => {
                    let words: Vec<&str> = said
                        .value
                        .iter()
                        .map(|word| if word.value == ast::Direction::Ingress { "ingress" } else { "egress" })
                        .collect();
                    format!("namespace {name} enforcing {}", words.join(", "))
                }
            };
            let sentence = self.sentence(Sentence::new(text.into(), header.span.0, Some(name.clone())));
            let stem = SmolStr::new_static("every-workload");
            let subject = self.subject(PodSelector::namespace(name.clone()), Some(&stem), Some(name));
            for direction in directions(namespace.enforcing) {
                isolated.whole.insert((name.clone(), direction), header.span.0);
                self.isolation(Isolation { subject, direction, sentence });
            }
        }
        for (set, item) in scope.nodes.values() {
            let Some(enforcing) = &set.enforcing else { continue };
            let Some(saying) = self.say(item, None, None) else { continue };
            let name = SmolStr::from(format!("nodes.{}", set.name.value));
            let selects = Selects::Nodes(NodeSelector(labels::resolve(&set.labels)));
            let subject = self.intern(Subject { name, namespace: None, selects });
            for direction in directions(Some(enforcing)) {
                self.isolation(Isolation { subject, direction, sentence: saying.id });
            }
        }
        let platform = scope.platform_sections.iter().map(|section| (None, *section));
        let namespaces = scope
            .read_namespaces()
            .flat_map(|(name, namespace)| namespace.sections.iter().map(move |section| (Some(name), *section)));
        for (home, section) in platform.chain(namespaces) {
            for item in &section.items {
                if let ItemKind::Enforce(enforce) = &item.kind
                    && let Some(saying) = self.say(item, home, None)
                {
                    self.enforce(saying, enforce, &mut isolated);
                }
            }
        }
        isolated
    }

    fn enforce(&mut self, saying: Saying<'_>, enforce: &Enforce, isolated: &mut Isolated) {
        if let Some(home) = saying.home {
            for word in &enforce.directions {
                let key = (home.clone(), direction(word.value));
                if let Some(header) = isolated.whole.get(&key) {
                    let needless = if enforce.directions.len() > 1 { word.span } else { saying.span };
                    let problem = OwnershipProblem::EnforcedAlready { span: word.span, header: *header, needless };
                    self.part.diagnostics.push(problem.into());
                    return;
                }
            }
        }
        let Some(terms) = self.terms(&enforce.subjects, saying.home, Role::Subject) else { return };
        for term in terms {
            let Some(selector) = self.named_pods(&term.peer, saying.home) else {
                self.part.diagnostics.push(OwnershipProblem::CannotEnforce { span: term.span }.into());
                continue;
            };
            for word in &enforce.directions {
                let direction = direction(word.value);
                isolated.parts.push((direction, selector.clone()));
                let subject = self.subject(selector.clone(), term.stem.as_ref(), saying.home);
                self.isolation(Isolation { subject, direction, sentence: saying.id });
            }
        }
    }
}
