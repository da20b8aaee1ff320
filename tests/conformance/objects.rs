//! Every manifest that the compiler writes is an object that Kubernetes and Cilium take.

use super::judge::{Judge, Object, programs};
use super::{files, folder};
use serde_json::json;
use std::fs;
use ztp::policy::Version;

/// The manifests that are committed, each with the oldest Cilium that it is for: those of the examples, and those of
/// `tests/manifests`.
fn committed() -> Vec<(Version, String, String)> {
    let mut found = Vec::new();
    let examples = files(&folder("examples"), "yaml").into_iter().filter(|path| !path.ends_with("kustomization.yaml"));
    for path in examples.chain(files(&folder("tests/manifests"), "yaml")) {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(folder("")).unwrap().display().to_string();
        found.push((oldest(&name), name, text));
    }
    found
}

/// `tests/manifests/cilium-1.20/…`. The examples say their version in a `cluster`, the oldest of which is this.
fn oldest(path: &str) -> Version {
    let minor = path.split_once("cilium-1.").and_then(|(_, rest)| rest.split('/').next());
    Version { major: 1, minor: minor.map_or(18, |minor| minor.parse().unwrap()) }
}

/// What is said of a stream of manifests where every feature is on that a project can name.
fn objects(judge: &mut Judge, manifests: &str) -> Vec<Object> {
    Object::all(&judge.ask(&json!({ "manifests": manifests, "nodeLabels": true })).unwrap())
}

#[test]
fn what_is_written_is_accepted() {
    let committed = committed();
    for judge in &mut Judge::start_all(programs()) {
        let (version, mut judged, mut refused) = (judge.version, 0, Vec::new());
        for (_, path, text) in committed.iter().filter(|(oldest, ..)| *oldest <= version) {
            for object in objects(judge, text) {
                judged += 1;
                refused.extend(object.refused().into_iter().map(|why| format!("{path}: {}: {why}", object.name)));
            }
        }
        eprintln!("Cilium {}: {judged} objects judged, {} refused", judge.version, refused.len());
        assert!(refused.is_empty(), "Cilium {} refuses\n{}", judge.version, refused.join("\n"));
        assert!(judged > 100);
    }
}

/// The judge refuses what has to be refused: each of these, and by what.
#[test]
fn what_is_wrong_is_refused() {
    let policy = |spec: &str| {
        format!(
            "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {{name: a, namespace: shop}}\nspec: {spec}\n"
        )
    };
    let network_policy = |spec: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: a, namespace: shop}}\nspec: {spec}\n"
        )
    };
    let cases = [
        (policy("{endpointSelector: {}, ingress: [{}], inress: []}"), "unknown field"),
        (policy("{endpointSelector: {}, ingress: [{}], endpointSelector: {}}"), "already set in map"),
        (policy("{endpointSelector: {}, ingress: []}"), "at least one of Ingress"),
        (policy("{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: 80}]}]}]}"), "must be of type string"),
        (policy("{endpointSelector: {}, ingress: [{fromEntities: [internet]}]}"), "Unsupported value"),
        (policy("{endpointSelector: {}, egress: [{toCIDR: [10.0.0.0]}]}"), "must be of type cidr"),
        (policy("{ingress: [{}]}"), "must validate one and only one schema"),
        (
            policy("{endpointSelector: {}, ingress: [{}], log: {value: \"0123456789012345678901234567890123\"}}"),
            "may not be more than 32",
        ),
        (network_policy("{podSelector: {}, ingres: []}"), "unknown field"),
        (network_policy("{podSelector: {}, ingress: [{from: [{}]}]}"), "must specify a peer"),
        (network_policy("{podSelector: {}, ingress: [{ports: [{port: 70000}]}]}"), "must be between 1 and 65535"),
        (
            network_policy("{podSelector: {}, egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/9]}}]}]}"),
            "must be a strict subset",
        ),
    ];
    for judge in &mut Judge::start_all(programs()) {
        for (text, why) in &cases {
            let objects = objects(judge, text);
            let found = objects[0].refused();
            assert!(found.iter().any(|found| found.contains(why)), "Cilium {}: {found:?}\n{text}", judge.version);
        }
        let objects = objects(judge, &policy("{endpointSelector: {}, ingress: [{}]}"));
        assert!(objects[0].refused().is_empty(), "{:?}", objects[0].refused());
    }
}
