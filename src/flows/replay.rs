//! What a project makes of flows that were seen.
//!
//! A flow is decided at both ends, whichever end it was seen at. It *was* stopped if it was so at an end where it was seen
//! last. That a connection was let through says nothing of what it carried: where the project lets only some requests
//! through, the requests are decided by themselves, and where none were seen the connection is not decided. What passes at
//! the cluster's DNS servers is left out, since it is derived; what would be stopped there is told.

use super::event::{Fate, Interest};
use super::left_out::LeftOut;
use super::tally::{Count, Tally};
use super::words;
use crate::explain::{self, Answer, Explained, Explanation, Missing, Outcome};
use crate::policy::{Direction, DnsServer, LabelSelector, Policy, PortSet, Protocol};
use crate::semantics::connections::{Connection, Connections};
use crate::semantics::endpoints::{self, Endpoint};
use crate::semantics::ports;
use crate::verdict::{Cause, Effect, Flow, Index, Ruleset};
use crate::view::View;
use indexmap::IndexMap;
use rayon::prelude::*;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// What changes for a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// It passed, and the project stops it.
    Dropped,
    /// A policy stopped it, and the project lets it pass.
    Allowed,
    /// A policy stopped it, and so does the project.
    StillDropped,
    /// It passed, and does.
    Passes,
    /// It is not known.
    Undecided,
}

/// How a flow was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Let through.
    pub passed: Count,
    /// Let through, because policies were only audited.
    pub audited: Count,
    /// Stopped by a policy.
    pub dropped: Count,
    /// For each end at which it was seen: when last, and whether it was stopped then.
    last: BTreeMap<Option<Direction>, (Option<SmolStr>, bool)>,
}

impl Seen {
    /// All of it.
    #[must_use]
    pub fn all(&self) -> Count {
        let mut all = self.passed.clone();
        all.add(self.audited.clone());
        all.add(self.dropped.clone());
        all
    }

    /// Whether it was stopped when it was seen last. What comes to the end that answers has passed at the other one, and what
    /// passes there was stopped nowhere.
    #[must_use]
    pub fn was_stopped(&self) -> bool {
        let behind = self.last.get(&Some(Direction::Ingress));
        self.last.iter().any(|(at, (when, stopped))| {
            let overtaken = behind.is_some_and(|(later, stopped_behind)| match at {
                Some(Direction::Egress) => later > when,
                Some(Direction::Ingress) => false,
                None => later > when && !stopped_behind,
            });
            *stopped && !overtaken
        })
    }

    fn add(&mut self, at: Option<Direction>, fate: Fate, count: &Count) {
        let stopped = fate == Fate::Dropped;
        let last = self.last.entry(at).or_insert_with(|| (count.last.clone(), stopped));
        // At the same second it counts as let through: a drop too many is told rather than one too few.
        if count.last > last.0 || (count.last == last.0 && !stopped) {
            *last = (count.last.clone(), stopped);
        }
        let kind = match fate {
            Fate::Passed => &mut self.passed,
            Fate::Audited => &mut self.audited,
            Fate::Dropped => &mut self.dropped,
        };
        kind.add(count.clone());
    }

    /// Adds what was seen of another flow of which the same is said.
    fn join(&mut self, other: Self) {
        self.passed.add(other.passed);
        self.audited.add(other.audited);
        self.dropped.add(other.dropped);
    }
}

/// A flow, and what the project makes of it; also of others that differ from it in nothing that the project names.
#[derive(Clone, Debug)]
pub struct Case {
    /// What changes.
    pub change: Change,
    /// `shop/frontend can reach shop/backend:8080`; `None` where there are no words.
    pub question: Option<String>,
    /// The flow, or the first of them.
    pub flow: Flow,
    /// How they were seen.
    pub seen: Seen,
    /// How many flows these are.
    pub flows: u64,
    /// What is decided, or why nothing is.
    pub decided: Result<Explained, String>,
    /// The sentences that would let them pass.
    pub missing: Vec<Missing>,
    /// What stopped it when it was seen: what the agent tells, and the project's sentence of that id.
    pub stopped_by: Vec<(SmolStr, Option<Cause>)>,
}

/// What a project makes of flows.
#[derive(Debug, Default)]
pub struct Replay {
    /// All but those that pass as before, by what changes and in the order in which they were seen.
    pub cases: Vec<Case>,
    /// How many flows there are of each kind.
    pub flows: BTreeMap<Change, u64>,
    /// How many lines are left out, all reasons together.
    pub left_out: BTreeMap<LeftOut, u64>,
}

impl Replay {
    /// The cases of a kind.
    pub fn of(&self, change: Change) -> impl Iterator<Item = &Case> {
        self.cases.iter().filter(move |case| case.change == change)
    }

    /// How many flows there are of a kind.
    #[must_use]
    pub fn count(&self, change: Change) -> u64 {
        self.flows.get(&change).copied().unwrap_or_default()
    }
}

impl Interest {
    /// What these rules ask for.
    #[must_use]
    pub fn of(ruleset: &Ruleset) -> Self {
        let sets = ruleset.rules.iter().flat_map(|rule| {
            let except = rule.except.iter().map(|except| &except.connections);
            std::iter::once(&rule.connections).chain(except)
        });
        let requests = sets.filter_map(|set| match set {
            Connections::Requests { requests, .. } => Some(requests),
            _ => None,
        });
        Self {
            headers: requests.flatten().flat_map(|one| one.headers.0.iter().map(|header| header.key.clone())).collect(),
        }
    }
}

/// A flow that was seen, with its ends as the project knows them.
#[derive(Clone, Debug)]
pub struct Observed {
    /// The flow.
    pub flow: Flow,
    /// How it was seen.
    pub seen: Seen,
    /// Whether requests between the same ends at the same port were seen.
    pub with_requests: bool,
    /// Whether it is about the cluster's DNS servers: which look-ups are allowed is derived from what is reached.
    pub look_up: bool,
}

/// The flows of a tally, each once.
#[must_use]
pub fn observed(view: &View, tally: &Tally) -> Vec<Observed> {
    let ends: Vec<Endpoint> = tally.ends.iter().map(|end| placed(end, view)).collect();
    let end = |index: u32| ends.get(index as usize);
    let servers = dns_servers(view.policy.as_ref());
    let at_servers = |to: &Endpoint, what: &Connection| servers.iter().any(|server| server.answers(to, what));
    let mut found: IndexMap<(u32, u32, &Connection), Seen> = IndexMap::new();
    let mut requests: BTreeSet<(u32, u32, Protocol, u16)> = BTreeSet::new();
    for (key, count) in &tally.flows {
        found.entry((key.from, key.to, &key.connection)).or_default().add(key.at, key.fate, count);
        match &key.connection {
            Connection::Request(_, port) => requests.insert((key.from, key.to, Protocol::Tcp, *port)),
            Connection::LookUp(_, protocol, port) => requests.insert((key.from, key.to, *protocol, *port)),
            _ => false,
        };
    }
    let observed = found.into_iter().filter_map(|((from, to, connection), seen)| {
        let flow = Flow { from: end(from)?.clone(), to: end(to)?.clone(), connection: connection.clone() };
        let with_requests = match connection {
            Connection::Port(protocol, port) => requests.contains(&(from, to, *protocol, *port)),
            _ => false,
        };
        let look_up = at_servers(&flow.to, connection);
        Some(Observed { flow, seen, with_requests, look_up })
    });
    observed.collect()
}

/// Decides all flows.
#[must_use]
pub fn replay(view: &View, tally: &Tally) -> Replay {
    let observed = observed(view, tally);
    let index = view.index();
    let sentences = Sentences::of(view.policy.as_ref());
    let decided: Vec<(bool, Case)> = observed
        .into_par_iter()
        .map(|one| (one.look_up, case(&index, view.policy.as_ref(), &sentences, one)))
        .collect();
    let mut replay = Replay { left_out: tally.left_out.clone(), ..Replay::default() };
    let mut known: IndexMap<(Change, String), Case> = IndexMap::new();
    for (look_up, case) in decided {
        if look_up && case.change == Change::Passes {
            *replay.left_out.entry(LeftOut::LookUp).or_default() += case.seen.all().lines;
            continue;
        }
        *replay.flows.entry(case.change).or_default() += 1;
        if case.change == Change::Passes {
            continue;
        }
        // Pods of one workload differ in labels of which no sentence speaks.
        let about = case.question.clone().unwrap_or_else(|| case.flow.to_string());
        let because = case.decided.as_ref().map_or_else(Clone::clone, |decided| format!("{:?}", outcomes(decided)));
        match known.entry((case.change, format!("{about}\n{because}"))) {
            indexmap::map::Entry::Occupied(mut other) => {
                let other = other.get_mut();
                other.flows += 1;
                other.seen.join(case.seen);
                for one in case.stopped_by {
                    if !other.stopped_by.contains(&one) {
                        other.stopped_by.push(one);
                    }
                }
            }
            indexmap::map::Entry::Vacant(new) => {
                new.insert(case);
            }
        }
    }
    replay.cases = known.into_values().collect();
    replay.cases.sort_by_key(|case| case.change);
    replay
}

/// What is decided at both ends, and by whom.
fn outcomes(decided: &Explained) -> [(Outcome, Vec<&str>); 2] {
    [&decided.egress, &decided.ingress]
        .map(|end| (end.outcome, end.because.iter().map(|one| one.text.as_str()).collect()))
}

fn case(index: &Index<'_>, policy: Option<&Policy>, sentences: &Sentences<'_>, observed: Observed) -> Case {
    let Observed { flow, seen, with_requests, look_up } = observed;
    let was_stopped = seen.was_stopped();
    let decided = explain::explain_flow(index, flow.clone()).map_err(|unknown| unknown.to_string());
    let (change, decided) = match decided {
        Err(reason) => (Change::Undecided, Err(reason)),
        Ok(decided) if decided.passes() => (if was_stopped { Change::Allowed } else { Change::Passes }, Ok(decided)),
        Ok(decided) if opens_some(index, &decided) => {
            if was_stopped {
                (Change::Undecided, Err("it was stopped; the project lets some requests through".to_owned()))
            } else if with_requests || look_up {
                (Change::Passes, Ok(decided))
            } else {
                let reason = "only some requests pass here, and these flows do not tell what was asked";
                (Change::Undecided, Err(reason.to_owned()))
            }
        }
        Ok(decided) if was_stopped => (Change::StillDropped, Ok(decided)),
        Ok(decided) => (Change::Dropped, Ok(decided)),
    };
    let question = question(&flow, policy);
    let missing = match (policy, &question, &decided, change) {
        (Some(policy), Some(question), Ok(decided), Change::Dropped | Change::StillDropped) => {
            let stopped = Some(decided.clone());
            explain::missing(policy, question, &Explanation { answer: Answer::No, passing: None, stopped })
        }
        _ => Vec::new(),
    };
    let stopped_by = seen.all().stopped_by.into_iter().map(|id| (id.clone(), sentences.find(&id))).collect();
    Case { change, question, flow, seen, flows: 1, decided, missing, stopped_by }
}

/// A flow as a question.
fn question(flow: &Flow, policy: Option<&Policy>) -> Option<String> {
    let (from, to) = (words::end(&flow.from, policy)?, words::end(&flow.to, policy)?);
    Some(format!("{from} can {}", words::action(&flow.connection, &to)?))
}

/// Whether what stops a connection lets through connections to the same port that carry something else.
pub fn opens_some(index: &Index<'_>, decided: &Explained) -> bool {
    let Connection::Port(protocol, port) = decided.flow.connection else { return false };
    let ends = [
        (Direction::Egress, &decided.egress, &decided.flow.from, &decided.flow.to),
        (Direction::Ingress, &decided.ingress, &decided.flow.to, &decided.flow.from),
    ];
    ends.into_iter().all(|(direction, end, subject, peer)| match end.outcome {
        Outcome::Open | Outcome::Allowed | Outcome::AllowedAuthenticated => true,
        Outcome::Denied => false,
        Outcome::NotAllowed => index.governing_one(subject).any(|governing| {
            governing.rules(direction).any(|rule| {
                let carries = matches!(
                    rule.connections,
                    Connections::Requests { .. } | Connections::LookUps { .. } | Connections::Tls { .. }
                );
                rule.effect != Effect::Deny
                    && carries
                    && rule.connections.ports().is_some_and(|set| ports::contains(set, protocol, port))
                    && endpoints::matches(&rule.peers, peer)
            })
        }),
    })
}

/// An end with what the project says of its namespace beside what was seen.
fn placed(end: &Endpoint, view: &View) -> Endpoint {
    let mut end = end.clone();
    if let Endpoint::Pod(pod) = &mut end
        && let Some(declared) = view.namespaces.get(&pod.namespace.name)
    {
        for (key, value) in &declared.labels {
            pod.namespace.labels.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    end
}

/// A DNS server of the cluster.
struct Server {
    who: Vec<endpoints::Endpoints>,
    ports: PortSet,
}

impl Server {
    fn of(server: &DnsServer) -> Self {
        Self { who: endpoints::of_peer(&server.peer()), ports: server.ports().clone() }
    }

    fn answers(&self, to: &Endpoint, connection: &Connection) -> bool {
        let (protocol, port) = match connection {
            Connection::Port(protocol, port) | Connection::LookUp(_, protocol, port) => (*protocol, *port),
            _ => return false,
        };
        ports::contains(&self.ports, protocol, port) && self.who.iter().any(|who| endpoints::matches(who, to))
    }
}

/// Those of the project; without one, the usual.
fn dns_servers(policy: Option<&Policy>) -> Vec<Server> {
    match policy {
        Some(policy) => policy.cluster.dns.iter().map(Server::of).collect(),
        None => {
            let one = |protocol| crate::policy::PortRange { protocol, first: 53, last: 53 };
            let ports = PortSet::new(vec![one(Protocol::Tcp), one(Protocol::Udp)]);
            let labels = LabelSelector::is("k8s-app", "kube-dns");
            vec![Server::of(&DnsServer::Pods { namespace: "kube-system".into(), labels, ports })]
        }
    }
}

/// The project's sentences by their ids, which manifests carry as `log.value`.
struct Sentences<'p>(BTreeMap<&'p SmolStr, Cause>);

impl<'p> Sentences<'p> {
    fn of(policy: Option<&'p Policy>) -> Self {
        let all = policy.into_iter().flat_map(|policy| &policy.sentences);
        Self(all.map(|one| (one.id(), Cause { text: one.text.clone(), object: None, span: Some(one.span) })).collect())
    }

    fn find(&self, id: &SmolStr) -> Option<Cause> {
        self.0.get(id).cloned()
    }
}
