//! How fast flows are read: `cargo bench --bench flows`.
//!
//! 64 MB of lines of the size that Hubble's have, of 2,000 workloads that reach 8 others each; a sixteenth are replies.

#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::fmt::Write as _;
use std::hint::black_box;
use ztp::flows::{Interest, Tally, read};

/// About as many bytes.
const SIZE: usize = 64 << 20;

fn flows(criterion: &mut Criterion) {
    let mut text = String::with_capacity(SIZE);
    let mut number = 0_usize;
    while text.len() < SIZE {
        line(&mut text, number);
        number += 1;
    }
    let mut group = criterion.benchmark_group("flows");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("read", |bencher| {
        bencher.iter(|| {
            let mut tally = Tally::default();
            let done = read(&"flows".into(), &mut text.as_bytes(), &Interest::default(), &mut tally, &mut |_| {});
            assert!(done.is_ok() && tally.bad_lines == 0, "{:?}", tally.bad.first());
            black_box(tally)
        });
    });
    group.finish();
}

fn line(text: &mut String, number: usize) {
    let (from, to) = (number % 2000, (number % 2000 + 1 + number / 2000 % 8) % 2000);
    let time = format!("2026-11-20T{:02}:{:02}:{:02}.{number:09}Z", number / 3600 % 24, number / 60 % 60, number % 60);
    let _ = write!(
        text,
        r#"{{"flow":{{"time":"{time}","uuid":"6a3e9c1c-52f7-4e0b-9d5e-{number:012}","verdict":"FORWARDED","#
    );
    let _ = write!(
        text,
        r#""ethernet":{{"source":"72:8c:3b:1d:0e:4f","destination":"ce:21:7a:90:bb:02"}},"IP":{{"source":"10.0.{}.{}","destination":"10.1.{}.{}","ipVersion":"IPv4"}},"#,
        from / 256,
        from % 256,
        to / 256,
        to % 256
    );
    let port = 32768 + number % 28000;
    let _ = write!(text, r#""l4":{{"TCP":{{"source_port":{port},"destination_port":8080,"flags":{{"SYN":true}}}}}},"#);
    for (key, who) in [("source", from), ("destination", to)] {
        let _ = write!(
            text,
            r#""{key}":{{"ID":{},"identity":{},"cluster_name":"default","namespace":"team-{}","labels":["k8s:app.kubernetes.io/component=server","k8s:app.kubernetes.io/instance=w{who}","k8s:app.kubernetes.io/managed-by=Helm","k8s:app=w{who}","k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name=team-{}","k8s:io.cilium.k8s.namespace.labels.team=t{}","k8s:io.cilium.k8s.policy.cluster=default","k8s:io.cilium.k8s.policy.serviceaccount=w{who}","k8s:io.kubernetes.pod.namespace=team-{}","k8s:topology.kubernetes.io/region=eu-central-1","k8s:topology.kubernetes.io/zone=eu-central-1a"],"pod_name":"w{who}-7d9c5b6f4d-{:05}","workloads":[{{"name":"w{who}","kind":"Deployment"}}]}},"#,
            if key == "source" { 1000 + who } else { 0 },
            20_000 + who,
            who % 50,
            who % 50,
            who % 50,
            who % 50,
            number % 3,
        );
    }
    let _ = writeln!(
        text,
        r#""Type":"L3_L4","node_name":"default/ip-10-0-12-7.eu-central-1.compute.internal","event_type":{{"type":4,"sub_type":4}},"traffic_direction":"EGRESS","trace_observation_point":"TO_OVERLAY","trace_reason":"NEW","is_reply":{},"Summary":"TCP Flags: SYN","interface":{{"index":4,"name":"cilium_vxlan"}}}},"node_name":"default/ip-10-0-12-7.eu-central-1.compute.internal","time":"{time}"}}"#,
        number.is_multiple_of(16)
    );
}

criterion_group!(benches, flows);
criterion_main!(benches);
