//! Rules of any origin.

use crate::policy::Direction;
use crate::semantics::connections::Connections;
use crate::semantics::endpoints::{self, Endpoints};
use crate::semantics::{Place, Places};
use crate::source::Span;
use indexmap::IndexSet;
use smol_str::SmolStr;
use std::sync::Arc;

/// Everything that governs the endpoints of one cluster.
#[derive(Clone, Debug, Default)]
pub struct Ruleset {
    /// Whose ends are governed; a [`SubjectId`] is an index. Nodes are local and remote, as the other end may see them.
    subjects: IndexSet<Endpoints>,
    /// Where it all comes from; a [`CauseId`] is an index.
    causes: Vec<Cause>,
    /// What is isolated.
    pub isolations: Vec<Isolation>,
    /// What is allowed and denied.
    pub rules: Vec<Rule>,
    /// What could not be read into rules. Who asks about an end that a gap governs gets no answer.
    pub gaps: Vec<Gap>,
}

/// Index of a subject of one [`Ruleset`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubjectId(pub(super) u32);

impl SubjectId {
    /// It, as a position.
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Index of a cause of one [`Ruleset`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CauseId(u32);

/// Where a rule comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The sentence as it is written, or the place in an object: `ingress[0]`.
    pub text: SmolStr,
    /// The object that it is part of, as `CiliumNetworkPolicy shop/backend`; `None` for a sentence.
    pub object: Option<SmolStr>,
    /// Where it stands, in the sources that were read.
    pub span: Option<Span>,
}

/// In this direction these endpoints let through only what a rule allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Isolation {
    /// Whose.
    pub subject: SubjectId,
    /// Which direction.
    pub direction: Direction,
    /// Why.
    pub cause: CauseId,
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// It may pass.
    Allow,
    /// It may pass after mutual authentication, also where another rule does not ask for that (`cilium-verdicts` T4b,
    /// T4c), or where nothing isolates the end (Cilium's engine, 1.20.2).
    AllowAuthenticated,
    /// It never passes.
    Deny,
}

/// One rule: flows between a subject and its peers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The governed end.
    pub subject: SubjectId,
    /// Which direction, as seen from the subject.
    pub direction: Direction,
    /// Allowed or denied.
    pub effect: Effect,
    /// The other end.
    pub peers: Endpoints,
    /// What passes.
    pub connections: Connections,
    /// What of that the rule is not about.
    pub except: Vec<Exception>,
    /// Why.
    pub cause: CauseId,
}

/// Flows that a rule leaves alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exception {
    /// The other end.
    pub peers: Endpoints,
    /// What passes.
    pub connections: Connections,
}

/// Something that governs an end and could not be modelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The governed end, or more.
    pub subject: SubjectId,
    /// Which direction; both, when not said.
    pub direction: Option<Direction>,
    /// Which other ends; all, when not said.
    pub peers: Option<Endpoints>,
    /// Which of those that answer it is not about: all pods of a closed world, if there are any.
    pub known: Arc<[Endpoints]>,
    /// The port whose number is not known, if that is what it is about: `http`.
    pub port: Option<SmolStr>,
    /// What it is about, in the words of a message: `` `toServices` needs the cluster's Services ``.
    pub reason: String,
    /// Where it is.
    pub cause: CauseId,
}

impl Gap {
    /// One about everything that an end does.
    #[must_use]
    pub fn new(subject: SubjectId, direction: Option<Direction>, reason: impl Into<String>, cause: CauseId) -> Self {
        Self { subject, direction, peers: None, known: Arc::default(), port: None, reason: reason.into(), cause }
    }

    /// Whether it is about flows in this direction, between these ends or some of them.
    pub(super) fn may_be_about(
        &self,
        direction: Direction,
        overlap: impl Fn(&Endpoints) -> bool,
        answered_within: impl Fn(&Endpoints) -> bool,
    ) -> bool {
        self.direction.is_none_or(|of| of == direction)
            && self.peers.as_ref().is_none_or(overlap)
            && !self.known.iter().any(answered_within)
    }
}

impl Ruleset {
    /// One that governs nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a cause.
    pub fn add_cause(&mut self, cause: Cause) -> CauseId {
        let id = CauseId(u32::try_from(self.causes.len()).unwrap_or(u32::MAX));
        self.causes.push(cause);
        id
    }

    /// The id of a subject, which is added if it is not there yet.
    pub fn intern(&mut self, subject: Endpoints) -> SubjectId {
        let (index, _) = self.subjects.insert_full(subject);
        SubjectId(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// The id of a subject, if it is there.
    #[must_use]
    pub fn find(&self, subject: &Endpoints) -> Option<SubjectId> {
        self.subjects.get_index_of(subject).and_then(|index| u32::try_from(index).ok()).map(SubjectId)
    }

    /// The subject of an id that this set gave out.
    ///
    /// # Panics
    /// Never for ids of this set.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "ids are made together with what they index")]
    pub fn subject(&self, id: SubjectId) -> &Endpoints {
        &self.subjects[id.0 as usize]
    }

    /// The cause of an id that this set gave out.
    ///
    /// # Panics
    /// Never for ids of this set.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "ids are made together with what they index")]
    pub fn cause(&self, id: CauseId) -> &Cause {
        &self.causes[id.0 as usize]
    }

    /// Every cause with its id.
    pub fn causes(&self) -> impl Iterator<Item = (CauseId, &Cause)> {
        (0_u32..).map(CauseId).zip(&self.causes)
    }

    /// Every subject with its id.
    pub fn subjects(&self) -> impl Iterator<Item = (SubjectId, &Endpoints)> {
        (0_u32..).map(SubjectId).zip(&self.subjects)
    }

    /// Isolates endpoints that have no labels yet (`init`), as Cilium does whatever policies say
    /// (`computePolicyEnforcementAndRules` in `pkg/policy/repository.go`, 1.16.0 to 1.20.2).
    pub fn isolate_unlabelled(&mut self) {
        let subject = self.intern(Endpoints::Single(Places::of(&[Place::Init])));
        let text = "an endpoint without labels, which Cilium isolates by itself".into();
        let cause = self.add_cause(Cause { text, object: None, span: None });
        let directions = [Direction::Ingress, Direction::Egress].into_iter();
        self.isolations.extend(directions.map(|direction| Isolation { subject, direction, cause }));
    }

    /// Leaves only rules about other ends that stand in these places.
    pub fn keep_places(&mut self, places: Places) {
        self.rules.retain_mut(|rule| match endpoints::within(&rule.peers, places) {
            Some(peers) => {
                rule.peers = peers;
                true
            }
            None => false,
        });
    }

    /// Adds all that another set says.
    pub fn extend(&mut self, other: Self) {
        let shift = u32::try_from(self.causes.len()).unwrap_or(u32::MAX);
        let cause = |id: CauseId| CauseId(id.0.saturating_add(shift));
        let subjects: Vec<SubjectId> = other.subjects.into_iter().map(|subject| self.intern(subject)).collect();
        let subject = |id: SubjectId| subjects.get(id.0 as usize).copied().unwrap_or(id);
        self.causes.extend(other.causes);
        self.isolations.extend(other.isolations.into_iter().map(|isolation| Isolation {
            subject: subject(isolation.subject),
            cause: cause(isolation.cause),
            ..isolation
        }));
        let rules = other.rules.into_iter();
        self.rules.extend(rules.map(|rule| Rule { subject: subject(rule.subject), cause: cause(rule.cause), ..rule }));
        let gaps = other.gaps.into_iter();
        self.gaps.extend(gaps.map(|gap| Gap { subject: subject(gap.subject), cause: cause(gap.cause), ..gap }));
    }
}
