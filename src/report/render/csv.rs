//! One row a rule, as RFC 4180 has it: lines end with CRLF, and a field with a comma, a quote or a line's end stands in
//! quotes.
//!
//! A spreadsheet takes a field for a formula that begins with `=`, `+`, `-`, `@`, a tab or a line's end, in quotes or not.
//! Such a field gets a `'` in front.

use crate::report::{Cluster, Consent, Direction, Effect, End, Expiry, Origin, Report, Way};

const HEAD: [&str; 21] = [
    "cluster",
    "number",
    "direction",
    "effect",
    "own",
    "own_namespaces",
    "other",
    "other_namespaces",
    "traffic",
    "mutual_auth",
    "origin",
    "consent",
    "sentence",
    "path",
    "line",
    "because",
    "until",
    "expiry",
    "namespace",
    "owner",
    "comment",
];

pub(super) fn write(report: &Report) -> String {
    let mut out = String::new();
    row(&mut out, &HEAD.map(str::to_owned));
    for cluster in &report.clusters {
        for way in &cluster.ways {
            row(&mut out, &cells(cluster, way));
        }
    }
    out
}

fn cells(cluster: &Cluster, way: &Way) -> [String; 21] {
    let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
    let said = &way.said;
    [
        or_empty(&cluster.name),
        way.number.to_string(),
        match way.direction {
            Direction::Ingress => "ingress",
            Direction::Egress => "egress",
        }
        .to_owned(),
        match way.effect {
            Effect::Allow => "allow",
            Effect::Deny => "deny",
        }
        .to_owned(),
        way.own.name.clone(),
        namespaces(&way.own),
        way.other.name.clone(),
        namespaces(&way.other),
        way.traffic.clone(),
        way.mutual_auth.to_string(),
        match way.origin {
            Origin::Said => "said",
            Origin::PlatformGrant => "platform_grant",
            Origin::Derived => "derived",
        }
        .to_owned(),
        way.consent.as_ref().map(consent).unwrap_or_default(),
        said.sentence.clone(),
        said.path.clone(),
        said.line.to_string(),
        or_empty(&said.because),
        or_empty(&said.until),
        said.expiry.map(expiry).unwrap_or_default().to_owned(),
        or_empty(&said.namespace),
        or_empty(&said.owner),
        or_empty(&said.comment),
    ]
}

/// The namespaces of an end; `*` for those that are not listed.
fn namespaces(end: &End) -> String {
    let mut all: Vec<&str> = end.namespaces.iter().map(String::as_str).collect();
    all.extend(end.others.then_some("*"));
    all.join(" ")
}

fn consent(consent: &Consent) -> String {
    match consent {
        Consent::SameNamespace => "same_namespace".to_owned(),
        Consent::NobodyToAsk => "nobody_to_ask".to_owned(),
        Consent::Exposed { by } => {
            let places = by.iter().map(|said| format!("{}:{}: {}", said.path, said.line, said.sentence));
            places.collect::<Vec<_>>().join("; ")
        }
        Consent::PlatformGrant => "platform_grant".to_owned(),
        Consent::OwnEndOnly => "own_end_only".to_owned(),
        Consent::Derived => "derived".to_owned(),
    }
}

fn expiry(expiry: Expiry) -> &'static str {
    match expiry {
        Expiry::Past => "past",
        Expiry::Soon => "soon",
        Expiry::Later => "later",
    }
}

fn row(out: &mut String, cells: &[String]) {
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        field(out, cell);
    }
    out.push_str("\r\n");
}

fn field(out: &mut String, text: &str) {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { "'" } else { "" };
    if text.contains([',', '"', '\r', '\n']) {
        out.push('"');
        out.push_str(guard);
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(guard);
        out.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_and_no_formula() {
        let known = [
            ("plain text", "plain text"),
            ("a, b", "\"a, b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("=HYPERLINK(\"x\", \"y\")", "\"'=HYPERLINK(\"\"x\"\", \"\"y\"\")\""),
            ("", ""),
        ];
        for (text, expected) in known {
            let mut out = String::new();
            field(&mut out, text);
            assert_eq!(out, expected);
        }
    }
}
