//! Whether maps agree with those that np-guard's analyzers have in their own tests: which pods and addresses reach which,
//! on which ports, for plain NetworkPolicies.
//!
//! `ZTP_NCA` is a copy of github.com/np-guard/network-config-analyzer: each `*-scheme.yaml` of its
//! `tests/fw_rules_tests/policies` lists pods, policies and, for each query of a connectivity map, the expected rules.
//!
//! `ZTP_NPGUARD` is a copy of github.com/np-guard/netpol-analyzer: each `tests/NAME` that has a
//! `test_outputs/connlist/NAME_connlist_output.txt` is a case. A case counts if all policies in it are NetworkPolicies and
//! nothing else in it changes who reaches whom. Without the variables nothing is compared.
//!
//! What they leave out and a map has: what pods of one workload have to do with each other.
//!
//! | module | holds |
//! |---|---|
//! | `netpol_analyzer`, `network_config_analyzer` | the cases of each, and how it writes what it expects |
//! | `drawn` | the map of a case's manifests |
//! | `connections` | what reaches what, in the form in which both are compared |

#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "tests read files and may panic"
)]

mod connections;
mod drawn;
mod netpol_analyzer;
mod network_config_analyzer;

use connections::{Connections, cut, cuts, seen};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use ztp::map::Map;

/// How many cases, and connections in those that agree.
#[derive(Debug, Default)]
struct Counts {
    agree: usize,
    connections: usize,
    unknown: usize,
    other: usize,
}

impl Counts {
    fn take(&mut self, name: &str, compared: Compared, failures: &mut String) {
        match compared {
            Compared::Other(why) => {
                self.other += 1;
                let _ = writeln!(std::io::stderr(), "left out: {name}: {why}");
            }
            Compared::Agrees(connections) => {
                self.agree += 1;
                self.connections += connections;
            }
            Compared::Unknown(reason) => {
                self.unknown += 1;
                let _ = writeln!(std::io::stderr(), "unknown: {name}: {reason}");
            }
            Compared::Differs(how) => writeln!(failures, "{name}:\n{how}").unwrap(),
        }
    }
}

/// What came of a case.
enum Compared {
    /// All of so many connections.
    Agrees(usize),
    Differs(String),
    /// The map says that it does not know.
    Unknown(String),
    /// The case is about something else.
    Other(String),
}

/// Compares a map with what is expected, in ranges of addresses that are alike for both.
fn differences(map: &Map, expected: &Connections) -> Compared {
    let seen = seen(map, &cuts(expected));
    let expected = cut(expected);
    if seen == expected {
        return Compared::Agrees(seen.len());
    }
    let mut how = String::new();
    let keys: BTreeSet<_> = seen.keys().chain(expected.keys()).collect();
    for key in keys.into_iter().filter(|key| seen.get(key) != expected.get(key)).take(8) {
        writeln!(how, "  {key:?}\n    map  {:?}\n    they {:?}", seen.get(key), expected.get(key)).unwrap();
    }
    Compared::Differs(how)
}
