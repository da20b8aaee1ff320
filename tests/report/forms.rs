//! Each format read back: nothing that somebody wrote becomes markup, a formula or another field.

use super::project::{cases, examples};
use serde_json::Value;
use sha2::{Digest, Sha256};
use ztp::report::render::{Format, render};

/// Every report in a format, with its name.
fn all(format: Format) -> Vec<(String, String)> {
    let projects = cases().into_iter().chain(examples());
    projects.map(|project| (project.name.clone(), render(&project.report(), format))).collect()
}

/// The records of a text as RFC 4180 has it.
fn records(text: &str) -> Vec<Vec<String>> {
    let mut records = vec![vec![String::new()]];
    let mut chars = text.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        let field = records.last_mut().unwrap().last_mut().unwrap();
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if quoted => quoted = false,
            '"' => {
                assert!(field.is_empty(), "a quote within a field: {field}");
                quoted = true;
            }
            ',' if !quoted => records.last_mut().unwrap().push(String::new()),
            '\r' if !quoted => {
                assert_eq!(chars.next(), Some('\n'));
                records.push(vec![String::new()]);
            }
            '\n' if !quoted => panic!("a line that ends without a carriage return"),
            c => field.push(c),
        }
    }
    assert_eq!(records.pop(), Some(vec![String::new()]), "the last line ends, too");
    records
}

#[test]
fn tables_of_values_have_a_row_a_rule_and_no_formula() {
    for (project, (name, text)) in cases().into_iter().chain(examples()).zip(all(Format::Csv)) {
        let records = records(&text);
        let rules: usize = project.built.clusters.iter().map(|cluster| cluster.policy.rules.len()).sum();
        assert_eq!(records.len(), rules + 1, "{name}");
        for record in &records {
            assert_eq!(record.len(), records[0].len(), "{name}: {record:?}");
            for field in record {
                assert!(!field.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{name}: {field}");
            }
        }
    }
}

/// Every `<` begins a tag that the writer knows, tags close in order, and there are no scripts, handlers or addresses.
#[test]
fn pages_hold_no_markup_of_others() {
    const TAGS: [&str; 24] = [
        "!DOCTYPE", "html", "head", "meta", "style", "title", "body", "h1", "h2", "h3", "h4", "nav", "ul", "li", "a",
        "p", "table", "thead", "tbody", "tr", "th", "td", "code", "strong",
    ];
    for (name, text) in all(Format::Html) {
        let mut open: Vec<&str> = Vec::new();
        for part in text.split('<').skip(1) {
            let (tag, _) = part.split_once('>').unwrap_or_else(|| panic!("{name}: {part}"));
            let (word, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
            let known = word.trim_start_matches('/');
            assert!(TAGS.contains(&known), "{name}: <{tag}>");
            assert!(!attributes.starts_with("on") && !attributes.contains(" on"), "{name}: <{tag}>");
            assert!(known != "a" || attributes.starts_with("href=\"#s") || attributes.is_empty(), "{name}: <{tag}>");
            match word.strip_prefix('/') {
                Some(word) => assert_eq!(open.pop(), Some(word), "{name}"),
                None if ["!DOCTYPE", "meta"].contains(&word) => {}
                None => open.push(word),
            }
        }
        assert!(open.is_empty(), "{name}: {open:?}");
        assert!(!text.contains("http://") || name == "hostile", "{name}: nothing is fetched");
    }
}

/// The rows of every table have as many cells as its head, counted as a reader of Markdown does; and outside code nothing
/// opens a tag.
#[test]
fn markdown_keeps_its_tables() {
    for (name, text) in all(Format::Markdown) {
        let mut cells = None;
        for line in text.lines() {
            if line.starts_with('|') {
                let count = line.replace("\\|", "").matches('|').count();
                assert_eq!(*cells.get_or_insert(count), count, "{name}: {line}");
            } else {
                cells = None;
            }
            assert!(!outside_code(line).contains('<'), "{name}: {line}");
        }
    }
}

/// A line without its code: what stands between two runs of as many backticks.
fn outside_code(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('`') {
        let before = &rest[..start];
        out.push_str(before);
        if before.ends_with('\\') {
            rest = &rest[start + 1..];
            continue;
        }
        let run = rest[start..].chars().take_while(|c| *c == '`').count();
        let fence = "`".repeat(run);
        let body = &rest[start + run..];
        // The end is a run of just as many.
        let mut from = 0;
        let end = loop {
            let at = from + body[from..].find(&fence).unwrap_or_else(|| panic!("code without an end: {line}"));
            let length = body[at..].chars().take_while(|c| *c == '`').count();
            if length == run {
                break at;
            }
            from = at + length;
        };
        rest = &body[end + run..];
    }
    out.push_str(rest);
    out
}

#[test]
fn data_has_the_documented_fields() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/report.md")).unwrap();
    for (name, text) in all(Format::Json) {
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["version"], 1, "{name}");
        documented(&page, &value);
    }
}

fn documented(page: &str, value: &Value) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                assert!(page.contains(&format!("`{field}`")), "docs/report.md says nothing of `{field}`");
                assert!(field.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'), "{field}");
                documented(page, value);
            }
        }
        Value::Array(all) => all.iter().for_each(|value| documented(page, value)),
        _ => {}
    }
}

#[test]
fn hashes_are_those_of_the_files() {
    let hex = |text: &str| Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    for project in examples() {
        let report = project.report();
        let mut lines: Vec<(String, String)> =
            project.sources.iter().map(|(_, file)| (file.path.clone(), hex(&file.text))).collect();
        lines.sort();
        let lines: String = lines.iter().map(|(path, hash)| format!("{hash}  {path}\n")).collect();
        assert_eq!(report.sources.sha256, hex(&lines), "{}", project.name);
        // The committed manifests are those of the build.
        for cluster in &report.clusters {
            let several = report.clusters.len() > 1;
            for file in &cluster.manifests.files {
                let folder = project.folder.join("manifests");
                let folder = if several { folder.join(cluster.name.as_ref().unwrap()) } else { folder };
                let text = std::fs::read_to_string(folder.join(&file.path)).unwrap();
                assert_eq!(file.sha256, hex(&text), "{}: {}", project.name, file.path);
            }
        }
    }
}
