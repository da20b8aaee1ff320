//! Ports 1 to 8 and the two ends of the range, for two protocols.

use proptest::prelude::*;
use ztp::policy::{PortRange, PortSet, Protocol};
use ztp::semantics::ports;

const PORTS: [u16; 12] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 65533, 65534, 65535];

fn port_set() -> impl Strategy<Value = PortSet> {
    let port = || proptest::sample::select(&PORTS[..]);
    let range = (prop_oneof![Just(Protocol::Tcp), Just(Protocol::Udp)], port(), port())
        .prop_map(|(protocol, a, b)| PortRange { protocol, first: a.min(b), last: a.max(b) });
    proptest::collection::vec(range, 0..4).prop_map(PortSet::new)
}

fn has(set: &PortSet, protocol: Protocol, port: u16) -> bool {
    set.ranges().iter().any(|range| range.protocol == protocol && (range.first..=range.last).contains(&port))
}

proptest! {
    #[test]
    fn port_sets_are_sets(a in port_set(), b in port_set()) {
        let (union, both, rest) = (ports::union(&a, &b), ports::intersection(&a, &b), ports::difference(&a, &b));
        let not_a = ports::complement(&a);
        let (mut overlap, mut includes) = (false, true);
        for protocol in Protocol::ALL {
            for port in PORTS.into_iter().chain([100]) {
                let (in_a, in_b) = (has(&a, protocol, port), has(&b, protocol, port));
                prop_assert_eq!(has(&union, protocol, port), in_a || in_b);
                prop_assert_eq!(has(&both, protocol, port), in_a && in_b);
                prop_assert_eq!(has(&rest, protocol, port), in_a && !in_b);
                prop_assert_eq!(has(&not_a, protocol, port), !in_a);
                overlap |= in_a && in_b;
                includes &= !in_b || in_a;
            }
        }
        prop_assert_eq!(ports::overlap(&a, &b), overlap);
        prop_assert_eq!(ports::includes(&a, &b), includes);
        prop_assert_eq!(ports::complement(&not_a), a.clone());
        prop_assert_eq!(ports::witness(&a).is_none(), a.is_empty());
        if let Some((protocol, port)) = ports::witness(&a) {
            prop_assert!(has(&a, protocol, port));
            let lower = |one: Protocol| (1..=if one < protocol { u16::MAX } else { port - 1 }).find(|port| has(&a, one, *port));
            prop_assert_eq!(Protocol::ALL.into_iter().filter(|one| *one <= protocol).find_map(lower), None);
        }
    }
}

#[test]
fn all_ports_are_three_full_ranges() {
    assert_eq!(ports::complement(&PortSet::default()), ports::all());
    assert!(ports::complement(&ports::all()).is_empty());
    assert_eq!(ports::all().ranges().len(), 3);
}
