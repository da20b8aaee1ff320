//! What Cilium's engine said when it was asked once (1.20-pre.4): the cases of `cilium-verdicts`, under
//! `ZTP_CORPUS/../reference`.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

/// The files of cases.
const FILES: [&str; 10] = ["a", "b", "c", "d", "e", "r", "r1b", "r2", "r3", "r4"];

/// One case.
#[derive(Deserialize)]
pub struct Case {
    /// The file that it is in.
    #[serde(skip)]
    pub file: &'static str,
    /// Its name, which begins with a number: `S4 toServices`.
    pub name: String,
    /// Objects, most of them without an `apiVersion`.
    policies: String,
    /// A flow each: `checkout backend 8080/tcp both`.
    pub flows: Vec<String>,
    /// Labels of endpoints that only this case has.
    #[serde(default)]
    pub extra: BTreeMap<String, Vec<String>>,
    /// What the engine said: a line for each object that it refuses, then each flow with its verdicts.
    #[serde(skip)]
    pub said: Vec<String>,
}

/// All of them; or nothing and a line about it, where they are not.
pub fn cases() -> Option<Vec<Case>> {
    let corpus = std::env::var_os("ZTP_CORPUS").map(PathBuf::from);
    let folder = corpus.map(|corpus| corpus.join("../reference/cilium-verdicts")).filter(|folder| folder.exists());
    let Some(folder) = folder else {
        eprintln!("skipped: no ../reference/cilium-verdicts under ZTP_CORPUS");
        return None;
    };
    let mut all = Vec::new();
    for file in FILES {
        let mut said = said(&fs::read_to_string(folder.join(format!("{file}.verdicts.txt"))).unwrap());
        let text = fs::read_to_string(folder.join(format!("{file}.yaml"))).unwrap();
        for case in serde_yaml::from_str::<Vec<Case>>(&text).unwrap() {
            let said = said.remove(&case.name).unwrap();
            all.push(Case { file, said, ..case });
        }
    }
    Some(all)
}

/// The lines below each `=== name`.
fn said(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut cases: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut name = String::new();
    for line in text.lines() {
        match line.strip_prefix("=== ") {
            Some(next) => {
                next.clone_into(&mut name);
                cases.entry(name.clone()).or_default();
            }
            // What the filters look like inside.
            None if line.starts_with("      ") => {}
            None => cases.get_mut(&name).unwrap().push(line.to_owned()),
        }
    }
    cases
}

impl Case {
    /// Its objects, each with its `apiVersion`.
    pub fn manifests(&self) -> String {
        let with_version = |document: &str| {
            let kind = document.lines().find_map(|line| line.trim().strip_prefix("kind: ")).unwrap_or_default();
            let version = match kind {
                "NetworkPolicy" => "networking.k8s.io/v1",
                "ClusterNetworkPolicy" => "policy.networking.k8s.io/v1alpha2",
                _ => "cilium.io/v2",
            };
            if document.contains("apiVersion:") {
                document.to_owned()
            } else {
                format!("apiVersion: {version}\n{document}")
            }
        };
        let documents = self.policies.split("---\n").filter(|document| !document.trim().is_empty());
        documents.map(with_version).collect::<Vec<_>>().join("\n---\n")
    }
}
