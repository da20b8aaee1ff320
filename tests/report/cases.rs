//! What is reported of the cases.

use super::project::cases;
use std::fmt::Write;
use ztp::report::render::{Format, render};

const FORMATS: [(&str, Format); 4] = [
    ("report.md", Format::Markdown),
    ("report.html", Format::Html),
    ("report.csv", Format::Csv),
    ("report.json", Format::Json),
];

#[test]
fn reports_are_as_the_cases_say() {
    let mut failures = String::new();
    for case in cases() {
        let report = case.report();
        let update = std::env::var_os("UPDATE").is_some();
        let is_new = FORMATS.iter().all(|(file, _)| !case.folder.join(file).exists());
        assert!(update || !is_new, "{}: no report is expected", case.name);
        for (file, format) in FORMATS {
            let path = case.folder.join(file);
            if !is_new && !path.exists() {
                continue;
            }
            let seen = render(&report, format);
            if update {
                std::fs::write(&path, seen).unwrap();
            } else if seen != std::fs::read_to_string(&path).unwrap() {
                writeln!(failures, "{}: saw\n{seen}", path.display()).unwrap();
            }
        }
    }
    assert!(failures.is_empty(), "{failures}(UPDATE=1 puts it in)");
}

#[test]
fn the_same_project_gives_the_same_bytes() {
    for case in cases() {
        for (_, format) in FORMATS {
            assert_eq!(render(&case.report(), format), render(&case.report(), format), "{}", case.name);
        }
    }
}
