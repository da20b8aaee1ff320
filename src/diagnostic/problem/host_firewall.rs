//! Host firewalls that would cut off the node itself.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use smol_str::SmolStr;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostFirewallProblem {
    /// Isolated nodes that not all essentials can reach.
    Essentials {
        /// Where they are isolated.
        span: Span,
        /// Their name.
        nodes: SmolStr,
        /// What is missing: who needs it, and the port.
        missing: Vec<Essential>,
    },
}

/// Something without which a node is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Essential {
    /// What it is.
    pub what: &'static str,
    /// Its port as a sentence has it.
    pub port: &'static str,
    /// Who must reach it, as a sentence has it; `None` if only the reader knows.
    pub from: Option<&'static str>,
}

impl From<HostFirewallProblem> for Diagnostic {
    fn from(problem: HostFirewallProblem) -> Self {
        match problem {
            HostFirewallProblem::Essentials { span, nodes, missing } => {
                let what: Vec<String> = missing.iter().map(|m| format!("{} ({})", m.what, m.port)).collect();
                let mut diagnostic =
                    Self::new(Code::E0701, span, format!("the host firewall of `{nodes}` leaves out essentials"))
                        .label("isolated here")
                        .note(format!("no sentence lets anybody reach: {}", what.join(", ")));
                let mut froms: Vec<Option<&str>> = Vec::new();
                for essential in &missing {
                    if !froms.contains(&essential.from) {
                        froms.push(essential.from);
                    }
                }
                for from in froms {
                    let ports: Vec<&str> = missing.iter().filter(|m| m.from == from).map(|m| m.port).collect();
                    let ports = match ports.as_slice() {
                        [only] => (*only).to_owned(),
                        several => format!("[{}]", several.join(", ")),
                    };
                    diagnostic = match from {
                        Some(from) => {
                            let sentence = format!("{from} may reach {nodes}:{ports}");
                            let title = format!("add `{sentence}`");
                            diagnostic.help(title.clone()).insert_line(title, span, &sentence)
                        }
                        None => diagnostic.help(format!(
                            "add `{nodes}:{ports}` to what your way in may reach: `lan may reach {nodes}:{ports}`"
                        )),
                    };
                }
                diagnostic.help("or, if the nodes can do without, write above the line: `accept E0701 because \"…\"`")
            }
        }
    }
}
