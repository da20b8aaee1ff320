//! Kubernetes' own reader of YAML, without a server.

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::Write as _;
use std::process::{Command, Stdio};

/// An object as kubectl understands it: a kind that it knows goes through Kubernetes' types, so a field that they do not
/// have is gone. `None` when kubectl is not there.
#[allow(clippy::disallowed_methods, reason = "tests start programs")]
pub fn read(yaml: &str) -> Option<serde_json::Value> {
    let mut kubectl = Command::new("kubectl")
        .args(["patch", "--local", "-f", "-", "--type", "merge", "-p", "{}", "-o", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    kubectl.stdin.take().expect("it is piped").write_all(yaml.as_bytes()).expect("kubectl reads all");
    let output = kubectl.wait_with_output().expect("kubectl ends");
    assert!(output.status.success(), "{}\n{yaml}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).expect("kubectl writes JSON"))
}
