//! Whatever a file holds, reading it ends and its findings lie within it; and whatever is read is spelled so that it says
//! the same, once and for all.

use ztp::diagnostic::has_errors;
use ztp::source::FileId;
use ztp::syntax::{format, parse};

const FILE: FileId = FileId(0);

pub fn check(text: &str) {
    let parsed = parse(FILE, text);
    for problem in &parsed.problems {
        let labels = problem.primary.iter().chain(&problem.secondary).map(|label| label.span);
        let edits = problem.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
        for span in labels.chain(edits) {
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} of {problem:?} is not there");
        }
    }
    let formatted = match format(FILE, text) {
        Ok(formatted) => formatted,
        Err(problems) => {
            assert!(has_errors(&parsed.problems), "it can be read and not be spelled: {problems:?}");
            return;
        }
    };
    let again = parse(FILE, &formatted);
    assert_eq!(again.tree, parsed.tree, "it is spelled as\n{formatted}");
    assert_eq!(format(FILE, &formatted).as_ref(), Ok(&formatted), "spelled once more it is another");
    let [before, after] = [text, &formatted].map(comments);
    assert_eq!(after, before, "a comment moved: it is spelled as\n{formatted}");
}

/// A comment, and the word that it belongs to: the last before it on its line or, if it has a line of its own, the next.
#[derive(Debug, PartialEq)]
struct Commented {
    comment: String,
    has_own_line: bool,
    word: String,
}

/// The comments of a text that can be read, in order.
fn comments(text: &str) -> Vec<Commented> {
    let lines: Vec<(&str, Option<&str>)> = text.trim_start_matches('\u{feff}').split('\n').map(split).collect();
    let mut found = Vec::new();
    for (index, (code, comment)) in lines.iter().enumerate() {
        let Some(comment) = comment else { continue };
        // Behind a bracket or brace there is no word, and the bracket may go to another line.
        let closes = code.trim_end().ends_with(['}', ']', ')']);
        let before = if closes { None } else { words(code).pop() };
        let has_own_line = before.is_none();
        let word = before.or_else(|| lines[index + 1..].iter().find_map(|(code, _)| words(code).into_iter().next()));
        let comment = comment.trim_start_matches(['#', ' ']).trim_end().to_owned();
        found.push(Commented { comment, has_own_line, word: word.unwrap_or_default() });
    }
    found
}

/// A line, and the comment at its end.
fn split(line: &str) -> (&str, Option<&str>) {
    let (mut quoted, mut escaped, mut before) = (false, false, ' ');
    for (at, character) in line.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '#' if !quoted && " \t,;\"([{)]}".contains(before) => return (&line[..at], Some(&line[at..])),
            _ => {}
        }
        before = character;
    }
    (line, None)
}

/// The words of a line: letters and digits, whatever the quotes and brackets around them are. Of numbers, and of addresses,
/// which have several spellings, only that they are there.
fn words(code: &str) -> Vec<String> {
    let parts = code.split(|character: char| !character.is_alphanumeric()).filter(|part| !part.is_empty());
    parts
        .map(|part| if part.chars().all(|digit| digit.is_ascii_hexdigit()) { "0".to_owned() } else { part.to_owned() })
        .collect()
}
