//! The 64 addresses of 10.0.0.0/26 and of fd00::/122, and one address outside of each.

use ipnet::IpNet;
use proptest::prelude::*;
use std::net::IpAddr;
use ztp::policy::{Net, private};
use ztp::semantics::nets::{self, AddressSet};

fn addresses() -> Vec<IpAddr> {
    let v4 = (0..64).map(|n| format!("10.0.0.{n}")).chain(["10.0.0.64".into()]);
    let v6 = (0..64).map(|n| format!("fd00::{n:x}")).chain(["fe00::".into()]);
    v4.chain(v6).map(|address| address.parse().expect("an address")).collect()
}

fn range() -> impl Strategy<Value = IpNet> {
    (any::<bool>(), 0..64_u8, 0..=6_u8).prop_map(|(v4, n, bits)| {
        let text = if v4 { format!("10.0.0.{n}/{}", 26 + bits) } else { format!("fd00::{n:x}/{}", 122 + bits) };
        text.parse::<IpNet>().expect("a range").trunc()
    })
}

fn net() -> impl Strategy<Value = Net> {
    (range(), proptest::collection::vec(range(), 0..4)).prop_map(|(cidr, except)| {
        let except = except.into_iter().filter(|part| *part != cidr && cidr.contains(part)).collect();
        Net { cidr, except }
    })
}

fn has(net: &Net, address: &IpAddr) -> bool {
    net.cidr.contains(address) && !net.except.iter().any(|part| part.contains(address))
}

fn any_has(nets: &[Net], address: &IpAddr) -> bool {
    nets.iter().any(|net| has(net, address))
}

fn cidrs(nets: &[Net]) -> usize {
    nets.iter().map(|net| 1 + net.except.len()).sum()
}

proptest! {
    #[test]
    fn nets_are_sets(a in net(), b in net()) {
        let (both, rest) = (nets::intersection(&a, &b), nets::difference(&a, &b));
        let (mut overlap, mut includes) = (false, true);
        for address in addresses() {
            let (in_a, in_b) = (has(&a, &address), has(&b, &address));
            prop_assert_eq!(any_has(&both, &address), in_a && in_b);
            prop_assert_eq!(any_has(&rest, &address), in_a && !in_b);
            overlap |= in_a && in_b;
            includes &= !in_b || in_a;
        }
        // The lowest address, IPv4 before IPv6.
        let only_a = AddressSet::from(&a).difference(&AddressSet::from(&b));
        let lowest = addresses().into_iter().filter(|address| has(&a, address) && !has(&b, address)).min();
        prop_assert_eq!(only_a.witness(), lowest);
        prop_assert_eq!(nets::overlap(&a, &b), overlap);
        prop_assert_eq!(nets::includes(&a, &b), includes);
    }

    #[test]
    fn a_set_comes_back_as_few_nets(
        plus in proptest::collection::vec(net(), 0..6),
        minus in proptest::collection::vec(net(), 0..6),
    ) {
        let set = AddressSet::of_nets(&plus).difference(&AddressSet::of_nets(&minus));
        let nets = set.to_nets();
        for address in addresses() {
            prop_assert_eq!(any_has(&nets, &address), any_has(&plus, &address) && !any_has(&minus, &address));
        }
        prop_assert_eq!(AddressSet::of_nets(&nets), set.clone());
        prop_assert_eq!(set.witness().is_none(), set.is_empty());
        prop_assert!(set.witness().is_none_or(|address| any_has(&nets, &address)));
        for net in &nets {
            prop_assert_eq!(net.cidr, net.cidr.trunc());
            prop_assert!(net.except.is_sorted());
            for (index, part) in net.except.iter().enumerate() {
                prop_assert!(net.cidr.contains(part) && net.cidr != *part, "{} must be a strict part", part);
                prop_assert!(!net.except.iter().skip(index + 1).any(|other| part.contains(other)));
            }
        }
        if minus.is_empty() {
            prop_assert!(cidrs(&nets) <= cidrs(&plus));
        }
    }
}

fn parse(text: &str) -> IpNet {
    text.parse().expect("a range")
}

#[test]
fn exceptions_stay_exceptions() {
    let everything = Net::whole(parse("0.0.0.0/0"));
    let set = AddressSet::from(&everything).difference(&AddressSet::of_ranges(&private()));
    let except: Vec<_> = private().into_iter().filter(|range| range.addr().is_ipv4()).collect();
    assert_eq!(set.to_nets(), [Net { cidr: everything.cidr, except }]);
}

#[test]
fn half_of_a_range_is_no_exception() {
    let (whole, low) = (Net::whole(parse("10.0.0.0/8")), Net::whole(parse("10.0.0.0/9")));
    assert_eq!(nets::difference(&whole, &low), [Net::whole(parse("10.128.0.0/9"))]);
    assert_eq!(nets::difference(&low, &whole), []);
}

#[test]
fn both_families_whole() {
    let everything = [Net::whole(parse("0.0.0.0/0")), Net::whole(parse("::/0"))];
    assert_eq!(AddressSet::all().to_nets(), everything);
    assert!(AddressSet::all().complement().is_empty());
    assert_eq!(AddressSet::of_nets(&everything), AddressSet::all());
}
