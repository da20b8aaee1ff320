//! How long `ztp map` takes, from start to exit: `cargo bench --bench map`.
//!
//! Prints a Markdown table. The manifests are 400 Deployments and 400 NetworkPolicies; the project is that of
//! `benches/project`. With `ZTP_NCA` set to the program `nca` of network-config-analyzer, the same manifests are given to it
//! in the same run. Time is the median of the runs.

#![allow(missing_docs, clippy::disallowed_methods, reason = "a benchmark, not part of the crate")]

mod project;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Namespaces of the manifests, and Deployments of each.
const NAMESPACES: usize = 20;
const DEPLOYMENTS: usize = 20;

fn main() {
    let root = std::env::temp_dir().join(format!("ztp-bench-map-{}", std::process::id()));
    let manifests = root.join("manifests");
    write(&manifests.join("all.yaml"), &generated());
    let ztp = env!("CARGO_BIN_EXE_ztp");
    println!("| what | command | time, ms | output, MiB |");
    println!("|---|---|---:|---:|");
    let path = |path: &Path| path.display().to_string();
    let policies = "400 Deployments, 400 NetworkPolicies";
    for format in ["txt", "json"] {
        let command = [ztp, "map", &path(&manifests), "--enforcer", "kubernetes:1.30", "--format", format];
        row(policies, &format!("`ztp map --format {format}`"), &command, 9);
    }
    if let Some(nca) = std::env::var("ZTP_NCA").ok().filter(|nca| Path::new(nca).exists()) {
        row(policies, "`nca --connectivity`", &[&nca, "--connectivity", "-r", &path(&manifests)], 3);
    }
    for (namespaces, what) in [(200, "5,000 workloads, 10,000 sentences"), (400, "10,000 workloads, 20,000 sentences")]
    {
        let project = root.join(format!("project-{namespaces}"));
        for (file, text) in project::files(namespaces) {
            write(&project.join(file), &text);
        }
        for format in ["txt", "json", "dot"] {
            let command = [ztp, "map", &path(&project), "--format", format];
            row(what, &format!("`ztp map --format {format}`"), &command, 5);
        }
        let command = [ztp, "map", &path(&project), "--format", "svg", "--namespace", "team-7"];
        row(what, "`ztp map --format svg --namespace team-7`", &command, 5);
    }
    let _ = fs::remove_dir_all(root);
}

fn write(path: &Path, text: &str) {
    if let Some(parent) = path.parent() {
        let _ = fs::create_dir_all(parent);
    }
    let _ = fs::write(path, text);
}

fn row(what: &str, name: &str, command: &[&str], runs: usize) {
    match run(command, runs) {
        Some((time, bytes)) => {
            let (millis, mebibytes) = (time.as_secs_f64() * 1e3, f64::from(bytes) / f64::from(1 << 20));
            println!("| {what} | {name} | {millis:.1} | {mebibytes:.1} |");
        }
        None => println!("| {what} | {name} | failed | |"),
    }
}

/// The median time of some runs, and how much they printed.
fn run(command: &[&str], runs: usize) -> Option<(Duration, u32)> {
    let (program, arguments) = command.split_first()?;
    let mut times = Vec::new();
    let mut bytes = 0;
    for _ in 0..runs {
        let start = Instant::now();
        let output = Command::new(program).args(arguments).stderr(Stdio::null()).output().ok()?;
        times.push(start.elapsed());
        if !output.status.success() {
            return None;
        }
        bytes = u32::try_from(output.stdout.len()).ok()?;
    }
    times.sort();
    Some((*times.get(times.len() / 2)?, bytes))
}

/// Each Deployment has a policy that lets two others of its namespace reach it on one port, and the monitoring namespace
/// on another.
fn generated() -> String {
    let mut text = String::new();
    for namespace in 0..NAMESPACES {
        let _ = writeln!(
            text,
            "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: team-{namespace}\n  labels:\n    team: team-{namespace}\n---"
        );
        for number in 0..DEPLOYMENTS {
            let (one, other) = ((number + 1) % DEPLOYMENTS, (number * 7 + 3) % DEPLOYMENTS);
            let _ = write!(
                text,
                "apiVersion: apps/v1
kind: Deployment
metadata:
  namespace: team-{namespace}
  name: app-{number}
spec:
  selector:
    matchLabels:
      app: app-{number}
  template:
    metadata:
      labels:
        app: app-{number}
    spec:
      containers:
      - name: main
        image: example/app
        ports:
        - containerPort: 8080
        - containerPort: 9090
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  namespace: team-{namespace}
  name: app-{number}
spec:
  podSelector:
    matchLabels:
      app: app-{number}
  policyTypes: [Ingress]
  ingress:
  - from:
    - podSelector:
        matchLabels:
          app: app-{one}
    - podSelector:
        matchLabels:
          app: app-{other}
    ports:
    - port: 8080
  - from:
    - namespaceSelector:
        matchLabels:
          team: team-0
      podSelector:
        matchLabels:
          app: app-0
    ports:
    - port: 9090
---
"
            );
        }
    }
    text
}
