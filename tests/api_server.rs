//! What a real API server says of the examples' manifests: whether it takes them, and gives them back as they were.
//! `tests/conformance/api-server/run` starts one and then this; alone it is skipped.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and starts programs"
)]

use serde_json::Value as Json;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use ztp::compile::{self, Compiled, Options};
use ztp::policy::EnforcerName;
use ztp::syntax::ast::Date;
use ztp::world::disk::Disk;
use ztp::world::{Kind, World};

/// What the policies of a cluster are.
const POLICIES: &str = "networkpolicies,ciliumnetworkpolicies,ciliumclusterwidenetworkpolicies";

/// A day on which no sentence of the examples has expired.
const TODAY: Date = Date { year: 2026, month: 11, day: 20 };

/// A server that was started for this.
struct Server {
    /// With a `kubeconfig`, and Cilium's schemas in `crds/VERSION/`.
    folder: PathBuf,
    kubectl: PathBuf,
}

impl Server {
    fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut kubectl = Command::new(&self.kubectl)
            .args(arguments)
            .env("KUBECONFIG", self.folder.join("kubeconfig"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("kubectl starts");
        kubectl.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        kubectl.wait_with_output().unwrap()
    }

    /// What kubectl prints.
    fn kubectl(&self, arguments: &[&str], input: &str) -> String {
        let output = self.run(arguments, input);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Every policy that it has, in the order of [`key`].
    fn policies(&self) -> Vec<Json> {
        let list: Json = serde_json::from_str(&self.kubectl(&["get", POLICIES, "-A", "-o", "json"], "")).unwrap();
        sorted(list["items"].as_array().unwrap().iter().cloned().map(without_the_servers_own).collect())
    }
}

/// Which object it is.
fn key(object: &Json) -> [String; 3] {
    ["/kind", "/metadata/namespace", "/metadata/name"]
        .map(|path| object.pointer(path).and_then(Json::as_str).unwrap_or_default().to_owned())
}

fn sorted(mut objects: Vec<Json>) -> Vec<Json> {
    objects.sort_by_cached_key(key);
    objects
}

/// An object without what the server says of every object.
fn without_the_servers_own(mut object: Json) -> Json {
    let metadata = object["metadata"].as_object_mut().unwrap();
    for field in ["creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"] {
        metadata.remove(field);
    }
    object
}

fn folders(parent: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(parent).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders
}

/// The roots of a project: as in `tests/examples.rs`.
fn roots(project: &Path) -> Vec<PathBuf> {
    if !project.join("platform").is_dir() {
        return vec![project.to_owned()];
    }
    folders(project).into_iter().filter(|folder| !folder.ends_with("manifests")).collect()
}

/// The projects of `examples/`, each with its clusters.
fn examples() -> Vec<(PathBuf, Vec<Compiled>)> {
    let projects = folders(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"));
    let compiled = projects.into_iter().map(|path| {
        let loaded = Disk.load(Kind::Sources, &roots(&path));
        let built = compile::build(&loaded.sources, &Options { today: Some(TODAY), ..Options::default() });
        assert!(!built.clusters.is_empty(), "{}", path.display());
        (path, built.clusters)
    });
    compiled.collect()
}

/// Asks the server about one cluster of a project, and returns how many objects that were.
fn ask(server: &Server, project: &Path, cluster: &Compiled, folder: &Path) -> usize {
    let folder = folder.to_str().unwrap();
    let wanted = sorted(cluster.manifests.iter().map(|text| serde_yaml::from_str(text).unwrap()).collect());
    for object in &wanted {
        let Some(namespace) = object.pointer("/metadata/namespace").and_then(Json::as_str) else { continue };
        let namespace = serde_json::json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
        server.kubectl(&["apply", "-f", "-"], &namespace.to_string());
    }

    let tried = server.kubectl(&["apply", "--dry-run=server", "-k", folder], "");
    assert_eq!(tried.matches("created (server dry run)").count(), wanted.len(), "{tried}");
    assert!(server.policies().is_empty());
    server.kubectl(&["apply", "--server-side", "-k", folder], "");
    assert_eq!(server.policies(), wanted, "{folder}: what comes back is not what went in");

    assert_eq!(verify(server, project, cluster), (Some(0), format!("no drift: {} as built\n", objects(wanted.len()))));
    // Or else it would find nothing here either.
    let one = &wanted[0];
    let [kind, namespace, name] = key(one);
    server.kubectl(&["delete", &kind, &name, "-n", &namespace], "");
    let (exit, said) = verify(server, project, cluster);
    assert!(exit == Some(1) && said.starts_with("drift: ") && said.contains("1 object missing"), "{said}");

    server.kubectl(&["delete", "--ignore-not-found", "-k", folder], "");
    wanted.len()
}

fn objects(count: usize) -> String {
    if count == 1 { "1 object".to_owned() } else { format!("{count} objects") }
}

/// What `ztp verify` says of the server's policies.
fn verify(server: &Server, project: &Path, cluster: &Compiled) -> (Option<i32>, String) {
    let dump = server.folder.join("dump.yaml");
    fs::write(&dump, server.kubectl(&["get", POLICIES, "-A", "-o", "yaml"], "")).unwrap();
    let mut ztp = Command::new(env!("CARGO_BIN_EXE_ztp"));
    ztp.arg("verify").arg(dump).args(["--today", &TODAY.to_string()]);
    for root in roots(project) {
        ztp.arg("--project").arg(root);
    }
    if let Some(name) = &cluster.name {
        ztp.args(["--cluster", name]);
    }
    let output = ztp.output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

/// The version of a folder's name: `1.19.4`.
fn version(folder: &Path) -> Vec<u16> {
    folder.file_name().unwrap().to_str().unwrap().split('.').map(|part| part.parse().unwrap()).collect()
}

#[test]
fn the_examples_go_in_and_come_back_unchanged() {
    let Some(folder) = std::env::var_os("ZTP_API_SERVER").map(PathBuf::from) else {
        eprintln!("skipped: there is no API server; tests/conformance/api-server/run starts one");
        return;
    };
    let kubectl = std::env::var_os("ZTP_KUBECTL").map_or_else(|| "kubectl".into(), PathBuf::from);
    let server = Server { folder, kubectl };
    let kubernetes: Json = serde_json::from_str(&server.kubectl(&["version", "-o", "json"], "")).unwrap();
    let kubernetes = kubernetes.pointer("/serverVersion/gitVersion").and_then(Json::as_str).unwrap().to_owned();

    let mut schemas: Vec<PathBuf> =
        fs::read_dir(server.folder.join("crds")).unwrap().map(|entry| entry.unwrap().path()).collect();
    schemas.sort_by_key(|path| version(path));
    let mut table = format!("| API server {kubernetes} with the schemas of | example | objects |\n|---|---|---|\n");
    let mut total = 0;
    for (index, schema) in schemas.iter().enumerate() {
        server.kubectl(&["apply", "--server-side", "--force-conflicts", "-f", schema.to_str().unwrap()], "");
        server.kubectl(&["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"], "");
        refuses_an_unknown_field(&server);
        let cilium = version(schema);
        for (project, clusters) in examples() {
            for cluster in &clusters {
                let needs = &cluster.policy.cluster;
                let is_cilium = needs.enforcer == EnforcerName::Cilium;
                // An older Cilium's manifests are a newer one's too; NetworkPolicies have nothing to do with it.
                let older = cilium.as_slice() < [needs.version.major, needs.version.minor].as_slice();
                if if is_cilium { older } else { index > 0 } {
                    continue;
                }
                let manifests = match (&cluster.name, clusters.len()) {
                    (Some(name), 2..) => project.join("manifests").join(name),
                    _ => project.join("manifests"),
                };
                let count = ask(&server, &project, cluster, &manifests);
                total += count;
                let with = schema.file_name().unwrap().to_str().unwrap();
                let with = if is_cilium { format!("Cilium {with}") } else { "Kubernetes alone".to_owned() };
                let shown = manifests.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().display();
                writeln!(table, "| {with} | {shown} | {count} |").unwrap();
            }
        }
    }
    assert!(total > 0);
    println!("{table}\n{total} objects: all taken, come back unchanged, and `ztp verify` finds no drift");
}

/// That objects are taken means something only if others are not.
fn refuses_an_unknown_field(server: &Server) {
    let object = serde_json::json!({
        "apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy", "metadata": {"name": "a", "namespace": "default"},
        "spec": {"endpointSelector": {}, "ingres": []},
    });
    let output = server.run(&["apply", "--dry-run=server", "-f", "-"], &object.to_string());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("unknown field \"spec.ingres\""), "{said}");
}
