//! What the shape of a word says it is.
//!
//! Sources of the limits: RFC 1123 §2.1 and RFC 1035 §2.3.4 (DNS labels and names), Kubernetes'
//! "Labels and Selectors" and "Object Names and IDs" (labels, names), RFC 6335 §5.1 (port names).

use crate::diagnostic::problem::syntax::{DnsFault, NameFault};

/// A lower-case DNS label with at least one letter: `a-z`, `0-9` and `-`, no `-` at either end, at most 63 characters.
pub fn check_name(text: &str) -> Result<(), NameFault> {
    if let Some(odd) = text.chars().find(|c| !matches!(c, 'a'..='z' | 'A'..='Z' | '0'..='9' | '-')) {
        return Err(NameFault::Character(odd));
    }
    if text.starts_with('-') || text.ends_with('-') {
        return Err(NameFault::Hyphen);
    }
    if text.len() > 63 {
        return Err(NameFault::Long(63));
    }
    if !text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return Err(NameFault::NoLetter);
    }
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(NameFault::UpperCase);
    }
    Ok(())
}

/// A DNS name or pattern: labels of letters, digits, `-`, `_` and `*`; `**` only as the first label.
pub fn check_dns_name(text: &str) -> Result<(), DnsFault> {
    let name = text.strip_suffix('.').unwrap_or(text);
    let labels = name.strip_prefix("**.").unwrap_or(name);
    if let Some(odd) = labels.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '*' | '.')) {
        return Err(DnsFault::Character(odd));
    }
    if labels.contains("**") {
        return Err(DnsFault::Stars);
    }
    for label in labels.split('.') {
        if label.is_empty() {
            return Err(DnsFault::EmptyLabel);
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Err(DnsFault::Hyphen);
        }
        if label.len() > 63 {
            return Err(DnsFault::Long);
        }
    }
    if name.len() > 253 {
        return Err(DnsFault::Long);
    }
    let last = labels.rsplit('.').next().unwrap_or_default();
    if last.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(DnsFault::Number);
    }
    if last.bytes().all(|byte| byte == b'*') {
        return Err(DnsFault::EveryName);
    }
    Ok(())
}

/// A label's value: empty, or letters, digits, `-`, `_` and `.` with a letter or digit at both ends, at most 63.
pub fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_label_name(text)
}

/// A label's key: a name as above and, before a `/`, a DNS name in lower case.
pub fn is_label_key(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => {
            is_label_name(name)
                && !prefix.contains('_')
                && !prefix.contains('*')
                && !prefix.ends_with('.')
                && !prefix.bytes().any(|byte| byte.is_ascii_uppercase())
                && check_dns_name(prefix).is_ok()
        }
        None => is_label_name(text),
    }
}

fn is_label_name(text: &str) -> bool {
    let alphanumeric = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    text.len() <= 63
        && alphanumeric(bytes.first())
        && alphanumeric(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// Whether a word is meant as an IPv4 address or range: four groups of digits, or digits and dots alone.
pub fn looks_like_ipv4(text: &str) -> bool {
    let address = text.split_once('/').map_or(text, |(address, _)| address);
    address.contains('.') && address.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// Words that a sentence is made of, so that nothing can be called so.
pub fn is_reserved(word: &str) -> bool {
    RESERVED.binary_search(&word).is_ok()
}

/// Sorted. Those that later versions will need are among them.
const RESERVED: &[&str] = &[
    "accept",
    "always",
    "any",
    "anything",
    "assert",
    "at",
    "because",
    "but",
    "can",
    "cannot",
    "cidrgroup",
    "cloud-metadata",
    "cluster",
    "else",
    "enforce",
    "enforcing",
    "every",
    "except",
    "expose",
    "external",
    "for",
    "group",
    "health",
    "host",
    "in",
    "ingress",
    "init",
    "kube-apiserver",
    "may",
    "mesh",
    "namespace",
    "namespaces",
    "no",
    "nodes",
    "not",
    "nothing",
    "on",
    "only",
    "platform",
    "private",
    "remote-node",
    "service",
    "to",
    "unmanaged",
    "until",
    "with",
    "without",
    "workload",
    "workloads",
    "world",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserved_words_are_sorted() {
        assert!(RESERVED.is_sorted());
        assert!(is_reserved("world") && !is_reserved("noworld"));
    }
}
