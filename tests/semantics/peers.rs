//! Each statement of the table at the head of the module, and the laws that hold for all pairs.

use indexmap::IndexMap;
use ztp::policy::{DnsPattern, Entity, LabelSelector, Net, NodeSelector, Peer, PodSelector};
use ztp::semantics::{Universe, peers};

const ENTITIES: [Entity; 9] = [
    Entity::World,
    Entity::Cluster,
    Entity::Host,
    Entity::RemoteNode,
    Entity::KubeApiserver,
    Entity::Ingress,
    Entity::Health,
    Entity::Init,
    Entity::Unmanaged,
];

fn net(text: &str) -> Peer {
    Peer::Net(Net::whole(text.parse().expect("a range")))
}

fn name(text: &str) -> Peer {
    Peer::Name(DnsPattern::parse(text))
}

fn pods(namespace: &str) -> Peer {
    Peer::Pods(PodSelector::namespace(namespace))
}

fn workers() -> Peer {
    Peer::Nodes(NodeSelector(LabelSelector::is("role", "worker")))
}

fn every_node() -> Peer {
    Peer::Nodes(NodeSelector::default())
}

fn some_of_all() -> Vec<Peer> {
    let mut all: Vec<_> = ENTITIES.into_iter().map(Peer::Entity).collect();
    all.extend(["10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0", "::/0"].map(net));
    all.extend(["a.io", "b.io", "*.io", "*"].map(name));
    all.extend([
        pods("shop"),
        pods("pay"),
        Peer::Pods(PodSelector::default()),
        workers(),
        every_node(),
        Peer::Anything,
    ]);
    all
}

#[test]
fn who_lies_in_whom() {
    let namespaces = IndexMap::new();
    let includes = |outer: &Peer, inner: &Peer| peers::includes(Universe::new(&namespaces), outer, inner);
    let entity = Peer::Entity;
    for inside in ENTITIES.into_iter().filter(|entity| *entity != Entity::World) {
        assert!(includes(&entity(Entity::Cluster), &entity(inside)), "{inside:?}");
        assert!(!includes(&entity(Entity::World), &entity(inside)), "{inside:?}");
    }
    for inside in [pods("shop"), workers(), every_node()] {
        assert!(includes(&entity(Entity::Cluster), &inside), "{inside:?}");
        assert!(!includes(&entity(Entity::World), &inside), "{inside:?}");
        assert!(!includes(&net("0.0.0.0/0"), &inside), "{inside:?}");
        assert!(!includes(&name("*"), &inside), "{inside:?}");
    }
    for outside in [net("10.0.0.0/8"), name("a.io"), name("*")] {
        assert!(includes(&entity(Entity::World), &outside), "{outside:?}");
        assert!(!includes(&entity(Entity::Cluster), &outside), "{outside:?}");
    }
    assert!(!includes(&every_node(), &entity(Entity::Host)) && includes(&every_node(), &entity(Entity::RemoteNode)));
    assert!(!includes(&workers(), &entity(Entity::RemoteNode)) && includes(&entity(Entity::RemoteNode), &workers()));
    assert!(!includes(&net("0.0.0.0/0"), &name("a.io")), "it may have an IPv6 address");
    assert!(!includes(&name("*"), &net("10.0.0.0/8")), "an address need not have a name");
    assert!(includes(&name("*.io"), &name("a.io")) && includes(&net("10.0.0.0/8"), &net("10.1.0.0/16")));
}

#[test]
fn who_meets_whom() {
    let namespaces = IndexMap::new();
    let overlap = |a: &Peer, b: &Peer| peers::overlap(Universe::new(&namespaces), a, b);
    let entity = Peer::Entity;
    assert!(overlap(&name("a.io"), &net("10.0.0.0/8")), "a name may resolve to any address");
    assert!(overlap(&entity(Entity::KubeApiserver), &net("10.0.0.0/8")), "it may stand outside");
    assert!(overlap(&entity(Entity::KubeApiserver), &workers()), "it may stand on a node");
    assert!(!overlap(&entity(Entity::Host), &entity(Entity::RemoteNode)));
    assert!(!overlap(&pods("shop"), &pods("pay")));
    assert!(!overlap(&name("a.io"), &name("b.io")));
    for outside in [entity(Entity::World), net("0.0.0.0/0"), name("*")] {
        for inside in
            [pods("shop"), workers(), entity(Entity::Host), entity(Entity::Ingress), entity(Entity::Unmanaged)]
        {
            assert!(!overlap(&outside, &inside), "{outside:?} {inside:?}");
        }
    }
}

#[test]
fn laws() {
    let namespaces = IndexMap::new();
    let universe = Universe::new(&namespaces);
    for a in some_of_all() {
        assert!(peers::includes(universe, &a, &a) && peers::overlap(universe, &a, &a), "{a:?}");
        for b in some_of_all() {
            assert_eq!(peers::overlap(universe, &a, &b), peers::overlap(universe, &b, &a), "{a:?} {b:?}");
            for c in some_of_all() {
                if peers::includes(universe, &a, &b) {
                    let (in_b, in_a) = (peers::includes(universe, &b, &c), peers::includes(universe, &a, &c));
                    assert!(!in_b || in_a, "{c:?} in {b:?} in {a:?}");
                    let (meets_b, meets_a) = (peers::overlap(universe, &b, &c), peers::overlap(universe, &a, &c));
                    assert!(!meets_b || meets_a, "{c:?} meets {b:?} in {a:?}");
                }
            }
        }
    }
    let nobody =
        Peer::Pods(PodSelector { service_account: ztp::policy::ValueSet::In([].into()), ..PodSelector::default() });
    for other in some_of_all() {
        assert!(peers::includes(universe, &other, &nobody) && !peers::overlap(universe, &other, &nobody), "{other:?}");
    }
}
