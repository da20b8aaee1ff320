//! What manifests say of workloads. Each `tests/inventory/NAME.yaml` is a case, what is read from it stands in `NAME.txt`;
//! run with `UPDATE=1` to write it.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read files and may panic")]

use std::fmt::Write;
use std::path::Path;
use ztp::inventory::{Inventory, Reader};
use ztp::source::Sources;
use ztp::yaml;

#[test]
fn manifests_are_read_as_the_cases_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inventory");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    assert!(!paths.is_empty());
    let mut failures = String::new();
    for path in paths {
        let seen = read(&std::fs::read_to_string(&path).unwrap());
        let expected = path.with_extension("txt");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&expected, &seen).unwrap();
        }
        if std::fs::read_to_string(&expected).ok().as_ref() != Some(&seen) {
            write!(failures, "{}: saw\n{seen}\n", path.display()).unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}(UPDATE=1 puts it in)");
}

fn read(text: &str) -> String {
    let mut sources = Sources::new();
    let file = sources.add("case.yaml", text);
    let mut reader = Reader::new();
    let mut out = String::new();
    for document in yaml::read(text) {
        for object in yaml::objects(&document.unwrap()) {
            let object = object.unwrap();
            match reader.add(&object, file) {
                Ok(true) => {}
                Ok(false) => writeln!(out, "not taken: {}", object.kind).unwrap(),
                Err(refused) => {
                    let place = sources.slice(refused.span).lines().next().unwrap_or_default();
                    writeln!(out, "refused: {refused} ({place})").unwrap();
                }
            }
        }
    }
    show(&reader.finish(), &sources, &mut out);
    out
}

fn show(inventory: &Inventory, sources: &Sources, out: &mut String) {
    for workload in &inventory.workloads {
        let node = if workload.host_network { " on the host network" } else { "" };
        writeln!(out, "{} {}/{}{node}", workload.kind, workload.namespace, workload.name).unwrap();
        writeln!(out, "  labels {:?}", workload.labels).unwrap();
        if !workload.selector.is_empty() {
            writeln!(out, "  selected by {:?}", workload.selector).unwrap();
        }
        writeln!(out, "  account {}", workload.service_account).unwrap();
        for port in &workload.ports {
            writeln!(out, "  port {} {} {:?}", port.number, port.protocol.as_str(), port.name).unwrap();
        }
        if !workload.probed.is_empty() {
            writeln!(out, "  probed {:?}", workload.probed).unwrap();
        }
        writeln!(out, "  at {}", sources.slice(workload.span)).unwrap();
    }
    for (name, namespace) in &inventory.namespaces {
        writeln!(out, "Namespace {name} {:?}", namespace.labels).unwrap();
    }
    for service in &inventory.services {
        writeln!(out, "Service {}/{} {:?}", service.namespace, service.name, service.selector).unwrap();
        if service.headless {
            writeln!(out, "  headless").unwrap();
        }
        if let Some(name) = &service.external_name {
            writeln!(out, "  stands for {name}").unwrap();
        }
        for port in &service.ports {
            writeln!(out, "  {:?} {} {} to {:?}", port.name, port.number, port.protocol.as_str(), port.target).unwrap();
        }
    }
    for account in &inventory.accounts {
        writeln!(out, "ServiceAccount {}/{}", account.namespace, account.name).unwrap();
    }
}
