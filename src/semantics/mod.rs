//! The exact algebra over the policy model: which pods, ports, addresses, names and requests fit one selector, both, or
//! only the one and not the other.
//!
//! | module | sets of | questions |
//! |---|---|---|
//! | [`labels`] | label maps, by [`LabelSelector`](crate::policy::LabelSelector); those of nodes too | `matches`, `satisfiable`, `overlap`, `includes`, `intersection`, `difference`, `simplified`, `witness` |
//! | [`namespaces`] | namespaces that could exist, given the declared ones ([`namespaces::Universe`]) | the same |
//! | [`pods`] | pods that could exist | the same |
//! | [`values`] | values of something that always has exactly one | `contains`, `includes`, `intersection`, `complement`, `witness` |
//! | [`ports`] | ports of the three protocols | `all`, `union`, `intersection`, `complement`, `difference`, `includes`, `overlap`, `witness` |
//! | [`nets`] | addresses: [`nets::AddressSet`] with `to_nets` for the way back | the same, and `overlap`, `includes`, `intersection`, `difference` of two [`Net`](crate::policy::Net)s |
//! | [`names`] | DNS names | `matches`, `includes`, `includes_union`, `disjoint` |
//! | [`paths`] | paths, by [`PathPattern`](crate::policy::PathPattern) | `matches`, `includes`, `disjoint`, `intersection` |
//! | [`requests`] | HTTP requests, by [`Request`](crate::policy::Request) | `includes`, `includes_union`, `disjoint`, `intersection` |
//! | [`re2`] | regular expressions: `parse` reads what Go and RE2 read alike | `to_hir`, `program_size`, `has_assertions`, `may_take` |
//! | [`traffic`] | what can pass, by [`Traffic`](crate::policy::Traffic) | `includes`, `includes_union`, `disjoint`, `overlap`, `intersection` |
//! | [`peers`] | endpoints, by [`Peer`](crate::policy::Peer) | `includes`, `overlap` |
//! | [`endpoints`] | endpoints of every kind ([`places`]), as products | `overlap`, `includes`, `intersection`, `difference`, `matches`, `witness` |
//! | [`connections`] | what passes between endpoints, as far as policies tell it apart | `contains`, `find`, `overlap`, `includes`, `includes_union`; `find` for [requests](connections::request_set) alone |
//! | [`flows`] | flows between pods: from, to, traffic | `includes_union` |
//! | [`language`] | strings of a regular language | `shortest` string in all of these and none of those; `strings` asks for those of one kind |
//!
//! [`traffic`], [`requests`] and [`peers`] are about the model's own terms, [`connections`] and [`endpoints`] about all that a
//! manifest can say (expressions, ICMP types, server names, places). Only the former have an answer that is a term of the
//! model again, which consent is cut to and boundaries are lowered from; only the latter can tell a raised rule apart.
//!
//! `includes(outer, inner)` asks whether all of `inner` is in `outer`; so an empty `inner` is in everything.
//! Answers are exact. Where a question can be too large to decide, the result is an [`Answer`] with a third case and
//! never a guess, and each function's documentation says so where it errs on purpose.

pub mod answer;
pub mod connections;
mod cover;
pub mod endpoints;
pub mod flows;
pub mod labels;
pub mod language;
pub mod names;
pub mod namespaces;
pub mod nets;
pub mod paths;
pub mod peers;
pub mod places;
pub mod pods;
pub mod ports;
pub mod re2;
pub mod requests;
mod strings;
pub mod traffic;
pub mod values;

pub use answer::Answer;
pub use namespaces::Universe;
pub use places::{Place, Places};
