//! A generated project of any size: what a cluster of many teams looks like.
//!
//! Each namespace has 25 workloads and 50 sentences, and a platform file holds the cluster's facts and backstops. Of
//! the sentences of a namespace half stay inside it, a fifth are requests, a fifth go outside by name or address, and
//! the rest cross into the next namespace with its consent.

use std::fmt::Write as _;

/// Workloads of one namespace.
pub const WORKLOADS: usize = 25;
/// Sentences of one namespace.
pub const SENTENCES: usize = 50;

/// The files of a project of so many namespaces: paths and texts. 200 namespaces are 5,000 workloads and 10,000
/// sentences.
pub fn files(namespaces: usize) -> Vec<(String, String)> {
    files_with(namespaces, SENTENCES)
}

/// The same with so many sentences in each namespace.
pub fn files_with(namespaces: usize, sentences: usize) -> Vec<(String, String)> {
    let mut files = vec![("platform.ztp".to_owned(), platform())];
    for index in 0..namespaces {
        files.push((format!("teams/team-{index}/team-{index}.ztp"), namespace(index, namespaces, sentences)));
    }
    files
}

fn platform() -> String {
    "platform\n\n\
     project bench\n\n\
     cluster prod {\n  enforcer cilium 1.19\n}\n\n\
     no workload may reach cloud-metadata\n"
        .to_owned()
}

fn namespace(index: usize, namespaces: usize, sentences: usize) -> String {
    let mut text = format!("namespace team-{index} owner \"team-{index}\"\n\n");
    for workload in 0..WORKLOADS {
        let _ = writeln!(text, "workload app-{workload} serves http 8080, grpc 9000, metrics 9090");
    }
    text.push('\n');
    let next = (index + 1) % namespaces;
    for sentence in 0..sentences {
        let from = sentence % WORKLOADS;
        let to = reached(sentence);
        let _ = match sentence % 10 {
            0 | 5 => {
                writeln!(text, "app-{from} may GET, HEAD /api/v1/products/{{id}}/items-{sentence} on app-{to}:http")
            }
            1 => writeln!(text, "app-{from} may reach api-{sentence}.example.com:443"),
            6 => writeln!(text, "app-{from} may reach 10.{}.0.0/16:5432 except 10.{}.5.0/24", index % 256, index % 256),
            2 => writeln!(text, "app-{from} may reach team-{next}/app-{to}:grpc"),
            // What the namespace before this one reaches here.
            7 => {
                let before = (index + namespaces - 1) % namespaces;
                let reader = (sentence - 5) % WORKLOADS;
                let read = reached(sentence - 5);
                writeln!(text, "expose app-{read}:grpc to team-{before}/app-{reader}")
            }
            _ => writeln!(text, "app-{from} may reach app-{to}:[http, metrics]"),
        };
    }
    text
}

/// Whom a sentence reaches: in the second round another workload than in the first, so that none is said twice.
fn reached(sentence: usize) -> usize {
    (sentence * 7 + 3 + sentence / WORKLOADS) % WORKLOADS
}
