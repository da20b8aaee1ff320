//! The cases of netpol-analyzer: a folder of manifests each, and lines `a => b : TCP 80,90-100,UDP 53`.

use super::connections::{Connections, End, port_set};
use super::drawn::map_of;
use super::{Compared, Counts, differences};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use ztp::map::Passes;

#[test]
fn maps_agree_with_netpol_analyzer() {
    let Some(root) = std::env::var_os("ZTP_NPGUARD").map(PathBuf::from) else {
        let _ = writeln!(std::io::stderr(), "skipped: ZTP_NPGUARD is not set");
        return;
    };
    let mut counts = Counts::default();
    let mut failures = String::new();
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(root.join("tests")).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    for case in cases {
        let name = case.file_name().unwrap().to_str().unwrap();
        let expected = root.join(format!("test_outputs/connlist/{name}_connlist_output.txt"));
        let Ok(expected) = std::fs::read_to_string(expected) else { continue };
        counts.take(name, compare(&case, &expected), &mut failures);
    }
    let _ = writeln!(std::io::stderr(), "{counts:?}");
    assert!(failures.is_empty(), "{failures}");
    assert!(counts.agree > 0, "no case in {}", root.display());
}

fn compare(case: &Path, expected: &str) -> Compared {
    let expected = match parse(expected) {
        Ok(expected) => expected,
        Err(line) => return Compared::Other(format!("a line of another form: {line}")),
    };
    let mut files = Vec::new();
    gather(case, &mut files);
    let (map, _) = match map_of(&files) {
        Ok(map) => map,
        Err(why) => return Compared::Other(why),
    };
    for edge in &map.edges {
        if let Passes::Unknown(reason) = &edge.passes {
            return Compared::Unknown(reason.clone());
        }
    }
    differences(&map, &expected)
}

/// Their lines: `a => b : TCP 80,90-100,UDP 53`, an end being a workload, or a range of addresses.
fn parse(text: &str) -> Result<Connections, String> {
    let mut found = Connections::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let other = || line.to_owned();
        let (ends, carried) = line.split_once(" : ").ok_or_else(other)?;
        let (from, to) = ends.split_once(" => ").ok_or_else(other)?;
        // What the Ingress controller reaches follows from Ingress objects, which are no policies.
        if from == "{ingress-controller}" {
            continue;
        }
        let (from, to) = (end(from).ok_or_else(other)?, end(to).ok_or_else(other)?);
        found.insert((from, to), port_set(carried).ok_or_else(other)?);
    }
    Ok(found)
}

fn end(text: &str) -> Option<End> {
    if let Some((first, last)) = text.trim_end_matches("[External]").split_once('-')
        && let (Ok(first), Ok(last)) = (first.parse(), last.parse())
    {
        return Some(End::Addresses(first, last));
    }
    (text.contains('/') && text.ends_with(']')).then(|| End::Workload(text.to_owned()))
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            gather(&path, files);
        } else if path.extension().is_some_and(|end| end == "yaml" || end == "yml" || end == "json") {
            files.push(path);
        }
    }
}
