//! One string as a YAML scalar.
//!
//! Kubernetes reads YAML by the rules of YAML 1.1, where `no`, `0x1F`, `1_000`, `2026-11-20` and `<<` are no strings.
//! So only what is a string under every version's rules is written plain; all else is double-quoted, and there
//! everything but printable ASCII is escaped, so that no reader folds a line or drops a mark.

/// Appends `text` so that every YAML reader gives back exactly this string.
pub(super) fn scalar(out: &mut String, text: &str) {
    if is_plain(text) {
        out.push_str(text);
    } else {
        quoted(out, text);
    }
}

/// Whether a text needs no quotes: `[A-Za-z_/][A-Za-z0-9_./@+-]*`, and not a word that stands for a boolean or
/// nothing (YAML 1.1, types `bool` and `null`).
fn is_plain(text: &str) -> bool {
    let Some((first, rest)) = text.as_bytes().split_first() else { return false };
    // Folded, not asked one by one: names are short, and most are plain.
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'/' | b'@' | b'+' | b'-');
    (first.is_ascii_alphabetic() || matches!(first, b'_' | b'/'))
        && rest.iter().fold(true, |all, byte| all & plain(byte))
        && !is_word(text)
}

fn is_word(text: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "yes", "n", "no", "on", "off", "true", "false", "null"];
    text.len() <= 5 && WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn quoted(out: &mut String, text: &str) {
    out.push('"');
    if text.bytes().all(needs_no_escape) {
        out.push_str(text);
    } else {
        text.chars().for_each(|c| escaped(out, c));
    }
    out.push('"');
}

fn needs_no_escape(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')
}

/// A character within double quotes (YAML 1.2.2, section 5.7; the same in 1.1).
fn escaped(out: &mut String, c: char) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        ' '..='~' => out.push(c),
        ..='\u{ff}' => out.push_str(&format!("\\x{:02X}", u32::from(c))),
        ..='\u{ffff}' => out.push_str(&format!("\\u{:04X}", u32::from(c))),
        _ => out.push_str(&format!("\\U{:08X}", u32::from(c))),
    }
}
