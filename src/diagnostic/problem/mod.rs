//! The facts of each finding and the wording of its message, one file a family.

pub mod assertions;
pub mod boundary;
pub mod cluster;
pub mod dates;
pub mod enforcer;
pub mod fit;
pub mod guard;
pub mod host_firewall;
pub mod import;
pub mod manifests;
pub mod meaning;
pub mod names;
pub mod network_policy;
pub mod output;
pub mod outside;
pub mod ownership;
pub mod ports;
pub mod project;
pub mod proof;
pub mod syntax;
