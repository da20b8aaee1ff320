//! Characters that are refused wherever they stand.

/// The first character, with its offset, that Kubernetes' reader refuses or takes for something that nobody sees:
///
/// - control characters, surrogates' neighbours U+FFFE and U+FFFF: refused (go.yaml.in/yaml v2.4.3, `readerc.go`);
/// - U+0085, U+2028, U+2029 and a lone carriage return: they end a line there (`yamlprivateh.go`, `is_break`), so a
///   comment could end in the middle of what looks like one;
/// - U+FEFF: a byte order mark within a text;
/// - a blank beyond ASCII at the very beginning: it decides there whether kubectl tries to read JSON.
pub(super) fn refused(text: &str) -> Option<(usize, char)> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
        return None;
    }
    let blanks = text.len() - text.trim_start_matches([' ', '\t', '\r', '\n']).len();
    if let Some(c) = text.get(blanks..).and_then(|text| text.chars().next()).filter(|c| c.is_whitespace()) {
        return Some((blanks, c));
    }
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let fine = match c {
            '\n' | '\t' | ' '..='~' => true,
            '\r' => matches!(characters.peek(), Some((_, '\n'))),
            _ => !matches!(c, '\0'..'\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'),
        };
        if !fine {
            return Some((at, c));
        }
    }
    None
}
