//! How long each stage takes: `cargo bench --bench stages`.
//!
//! The project is that of `benches/project`: 200 namespaces, 5,000 workloads, 10,000 sentences.

#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

mod project;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use ztp::compile::{Options, build, check};
use ztp::manifest::yaml;
use ztp::proof;
use ztp::source::Sources;
use ztp::syntax;
use ztp::yaml as reader;

fn stages(criterion: &mut Criterion) {
    let mut sources = Sources::new();
    for (path, text) in project::files(200) {
        sources.add(path, text);
    }
    let bytes: usize = sources.iter().map(|(_, file)| file.text.len()).sum();
    let options = Options::default();
    let built = build(&sources, &options).clusters;
    let objects: Vec<_> = built.iter().flat_map(|cluster| cluster.objects.iter().cloned()).collect();
    let mut yaml = String::new();
    objects.iter().for_each(|object| yaml::write(object, &mut yaml));

    let mut group = criterion.benchmark_group("10,000 sentences");
    group.sample_size(20);
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("parse, one thread", |bencher| {
        bencher.iter(|| {
            for (id, file) in sources.iter() {
                black_box(syntax::parse(id, &file.text));
            }
        });
    });
    group.bench_function("check", |bencher| bencher.iter(|| black_box(check(&sources, &options))));
    group.bench_function("build", |bencher| bencher.iter(|| black_box(build(&sources, &options))));
    group.throughput(Throughput::Bytes(yaml.len() as u64));
    group.bench_function("prove, a part of build", |bencher| {
        bencher.iter(|| {
            for cluster in &built {
                black_box(proof::prove(&cluster.policy, &cluster.manifests).is_ok());
            }
        });
    });
    let stream = {
        let mut out = String::with_capacity(yaml.len());
        yaml::write_stream(&objects, &mut out);
        out
    };
    group.bench_function("read YAML, one thread", |bencher| {
        bencher.iter(|| {
            for piece in reader::pieces(&stream).into_iter().flatten() {
                black_box(piece.read().is_ok());
            }
        });
    });
    group.bench_function("read YAML, all trees at once", |bencher| {
        bencher.iter(|| black_box(reader::read(&stream)));
    });
    group.bench_function("write YAML", |bencher| {
        bencher.iter(|| {
            let mut out = String::with_capacity(yaml.len());
            objects.iter().for_each(|object| yaml::write(object, &mut out));
            black_box(out)
        });
    });
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
