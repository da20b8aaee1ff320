//! Numbers in the documents which tests count.
//!
//! A row of a table is found by its first cell; its numbers are the words of its second cell that are digits, with
//! commas between thousands: versions, which have dots, are none. UPDATE=1 writes what was counted.

use std::path::Path;

/// Holds that the numbers of a row are these, in order.
pub fn hold(document: &str, row: &str, counted: &[usize]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(document);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{document}: {error}"));
    let start = format!("| {row} | ");
    let line =
        text.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("{document}: no row `{row}`"));
    let written: Vec<&str> =
        line.split_whitespace().skip(start.split_whitespace().count()).filter_map(number).collect();
    let counted: Vec<String> = counted.iter().map(|number| with_commas(*number)).collect();
    if written == counted {
        return;
    }
    assert!(
        std::env::var_os("UPDATE").is_some() && written.len() == counted.len(),
        "{document}: the row `{row}` has the numbers {written:?}, and counted are {counted:?} (UPDATE=1 puts them in)"
    );
    let mut counted = counted.into_iter();
    let words = line.strip_prefix(&start).unwrap_or_default().split(' ').map(|word| match number(word) {
        Some(old) => word.replacen(old, &counted.next().unwrap_or_default(), 1),
        None => word.to_owned(),
    });
    let new = format!("{start}{}", words.collect::<Vec<_>>().join(" "));
    std::fs::write(&path, text.replace(line, &new)).unwrap_or_else(|error| panic!("{document}: {error}"));
}

/// The number that a word is, without what punctuation stands around it.
fn number(word: &str) -> Option<&str> {
    let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    (!word.is_empty() && word.chars().all(|c| c.is_ascii_digit() || c == ',')).then_some(word)
}

/// `5,981`
fn with_commas(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
