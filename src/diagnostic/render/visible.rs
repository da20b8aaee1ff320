//! Text that is safe to show on a terminal: nothing that steers it, and not more than anybody reads.

use std::borrow::Cow;

/// The longest message, note or help text that is shown, in characters.
const LONGEST: usize = 2000;

/// The most that is shown of what stands between two backticks, which is what a user wrote, in characters.
const QUOTED: usize = 120;

/// What is shown for a character. Control characters have pictures of their own; those that would reorder the text
/// around them (Unicode's bidirectional controls) or are not visible at all become U+FFFD.
pub fn character(c: char) -> char {
    match c {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}' => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

/// A text on one line.
pub fn one_line(text: &str) -> String {
    shortened(text, character)
}

/// A text that may have several lines.
pub fn lines(text: &str) -> String {
    shortened(text, |c| if c == '\n' { c } else { character(c) })
}

fn shortened(text: &str, show: impl Fn(char) -> char) -> String {
    let pieces = text.split('`').enumerate();
    let pieces: Vec<_> =
        pieces.map(|(at, piece)| if at % 2 == 1 { clipped(piece, QUOTED) } else { piece.into() }).collect();
    clipped(&pieces.join("`"), LONGEST).chars().map(show).collect()
}

/// A text of at most `most` characters: of a longer one, its two ends.
fn clipped(text: &str, most: usize) -> Cow<'_, str> {
    if text.chars().nth(most).is_none() {
        return text.into();
    }
    let half = most / 2;
    let end = text.char_indices().nth(half).map_or(text.len(), |(at, _)| at);
    let start = text.char_indices().rev().take(half).last().map_or(text.len(), |(at, _)| at);
    format!("{}…{}", text.get(..end).unwrap_or_default(), text.get(start..).unwrap_or_default()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_raw() {
        assert_eq!(one_line("a\u{1b}[31mb\nc\u{202e}\u{9b}\u{7f}"), "a␛[31mb␊c\u{fffd}\u{fffd}␡");
        assert_eq!(lines("a\nb\r"), "a\nb␍");
    }

    #[test]
    fn a_long_text_is_cut() {
        let long = "é".repeat(1_000_000);
        let half = "é".repeat(QUOTED / 2);
        let whole = "é".repeat(QUOTED);
        let cases = [
            (format!("`{whole}` is unknown"), format!("`{whole}` is unknown")),
            (format!("`{whole}é` is unknown"), format!("`{half}…{half}` is unknown")),
            (format!("`a` and `{long}`"), format!("`a` and `{half}…{half}`")),
            (format!("`{long}"), format!("`{half}…{half}")),
            (long, format!("{0}…{0}", "é".repeat(LONGEST / 2))),
            ("`".repeat(1_000_000), format!("{0}…{0}", "`".repeat(LONGEST / 2))),
        ];
        for (text, expected) in cases {
            assert_eq!(one_line(&text), expected);
            assert_eq!(lines(&text), expected);
        }
    }
}
