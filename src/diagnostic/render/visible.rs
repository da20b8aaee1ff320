//! Text that is safe to show on a terminal.

/// The longest message, note or help text that is shown, in characters.
const LONGEST: usize = 2000;

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
    let mut characters = text.chars();
    let mut shown: String = characters.by_ref().take(LONGEST).map(show).collect();
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
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
        assert_eq!(one_line(&"x".repeat(5000)).chars().count(), LONGEST + 1);
    }
}
