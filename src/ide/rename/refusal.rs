//! Why something keeps its name.

use smol_str::SmolStr;
use std::fmt;

/// See the module. A place is a path and a line: `shop/shop.ztp:3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A namespace.
    Namespace {
        /// Its name.
        name: SmolStr,
    },
    /// A cluster.
    Cluster {
        /// Its name.
        name: SmolStr,
    },
    /// The project.
    Project {
        /// Its name.
        name: SmolStr,
    },
    /// `api in cde`
    ByLabelIn {
        /// The label's value.
        name: SmolStr,
        /// The set.
        set: SmolStr,
    },
    /// `payments/api`, of a namespace that nothing declares.
    ByLabelOf {
        /// The label's value.
        name: SmolStr,
        /// The namespace.
        namespace: SmolStr,
    },
    /// Nothing declares it.
    Unknown {
        /// The name.
        name: SmolStr,
    },
    /// A port's name that stands behind several workloads.
    SeveralPorts {
        /// The name.
        name: SmolStr,
    },
    /// A name that is an external on one cluster and nodes on another.
    DiffersByCluster {
        /// The name.
        name: SmolStr,
    },
    /// It is declared twice, which is an error.
    Twice {
        /// The name.
        name: SmolStr,
        /// The declaration that counts.
        first: SmolStr,
        /// The other.
        second: SmolStr,
    },
    /// The new name is none.
    NotAName {
        /// The new name.
        new: SmolStr,
        /// What the parser says of it.
        why: Option<SmolStr>,
    },
    /// Something else has the new name, or would be hidden by it.
    Taken {
        /// The new name.
        new: SmolStr,
        /// Its declaration.
        at: SmolStr,
    },
    /// A sentence says the new name already, and would come to mean this.
    Captures {
        /// The new name.
        new: SmolStr,
        /// Where.
        at: SmolStr,
    },
    /// A DNS name is written like one of the workload's Service.
    DnsName {
        /// It.
        dns: SmolStr,
        /// Where.
        at: SmolStr,
    },
    /// A sentence that cannot be read says the name.
    Unread {
        /// The name.
        name: SmolStr,
        /// Where.
        at: SmolStr,
    },
    /// A workload is its name's pods by labels that differ.
    LabelsDiffer {
        /// The workload.
        name: SmolStr,
        /// The labels.
        keys: Vec<SmolStr>,
    },
    /// Something could not be read any more.
    Unreadable {
        /// Where.
        at: SmolStr,
        /// What the parser would say.
        why: SmolStr,
    },
    /// Something would be read otherwise.
    Changes {
        /// The new name.
        new: SmolStr,
        /// Where.
        at: SmolStr,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Namespace { name } => {
                write!(f, "`{name}` is what the cluster calls the namespace, which keeps its name")
            }
            Self::Cluster { name } => {
                write!(f, "`{name}` is what commands and output folders call the cluster, which keeps its name")
            }
            Self::Project { name } => {
                write!(f, "`{name}` is in the labels by which old objects are found, which would be left behind")
            }
            Self::ByLabelIn { name, set } => {
                write!(f, "`{name} in {set}` selects pods by their workload label, whatever declares them")
            }
            Self::ByLabelOf { name, namespace } => {
                write!(f, "`{namespace}/{name}` selects pods by their workload label: nothing declares this workload")
            }
            Self::Unknown { name } => write!(f, "nothing declares `{name}`"),
            Self::SeveralPorts { name } => {
                write!(f, "`{name}` is a port of several workloads here; rename each where it is declared")
            }
            Self::DiffersByCluster { name } => write!(f, "`{name}` is not the same on every cluster"),
            Self::Twice { name, first, second } => {
                write!(f, "`{name}` is declared twice, at {first} and at {second}")
            }
            Self::NotAName { new, why: Some(why) } => write!(f, "`{new}` cannot be a name: {why}"),
            Self::NotAName { new, why: None } => write!(f, "`{new}` cannot be a name"),
            Self::Taken { new, at } => write!(f, "`{new}` is declared already, at {at}"),
            Self::Captures { new, at } => {
                write!(f, "`{new}` at {at} stands for something else, and would come to mean this")
            }
            Self::DnsName { dns, at } => {
                write!(f, "`{dns}` at {at} is a name outside the cluster, and would be taken for this workload's")
            }
            Self::Unread { name, at } => {
                write!(f, "the sentence at {at} speaks of `{name}` and cannot be read; mend it first")
            }
            Self::LabelsDiffer { name, keys } => {
                let keys = keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" and ");
                write!(f, "`{name}` is its name's pods by {keys}, as the cluster has it; write its labels first")
            }
            Self::Unreadable { at, why } => write!(f, "what stands at {at} could not be read: {why}"),
            Self::Changes { new, at } => write!(f, "with `{new}` what stands at {at} would mean something else"),
        }
    }
}
