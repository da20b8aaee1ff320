//! The size of an expression's program, which decides whether the proxy takes it, is never below what RE2 itself says.
//! `tests/semantics/re2_sizes.json` has what it said once; here it is asked again, of these and of random expressions.
//!
//! RE2 is asked through google-re2 of PyPI, by `python3` or the interpreter that `ZTP_PYTHON` names:
//!
//! ```sh
//! python3 -m venv target/re2 && target/re2/bin/pip install google-re2
//! ZTP_PYTHON=target/re2/bin/python3 cargo test --test conformance re2 -- --nocapture
//! ```

use super::dice::Dice;
use serde_json::Value;
use std::io::Write as _;
use std::process::{Command, Stdio};
use ztp::semantics::re2;

/// How many random expressions, unless `ZTP_RE2` says otherwise.
const RANDOM: usize = 20_000;

/// One size a line, for one expression in JSON a line; or `refused`.
const PROGRAM: &str = r#"
import json, re2, sys
options = re2.Options()
options.log_errors = False
for line in sys.stdin:
    try:
        print(re2.compile(json.loads(line), options).programsize)
    except re2.error:
        print("refused")
"#;

#[test]
fn no_size_is_below_that_of_re2() {
    let python = std::env::var("ZTP_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has_re2 = Command::new(&python).args(["-c", "import re2"]).stderr(Stdio::null()).status();
    if !has_re2.is_ok_and(|status| status.success()) {
        eprintln!("skipped: {python} has no google-re2");
        return;
    }
    let table: Value = serde_json::from_str(include_str!("../semantics/re2_sizes.json")).unwrap();
    let measured = ["ours", "any"].iter().flat_map(|part| table[part].as_object().unwrap().keys().cloned());
    let mut expressions: Vec<String> = measured.collect();
    let mut dice = Dice::new(1);
    let random = std::env::var("ZTP_RE2").map_or(RANDOM, |count| count.parse().unwrap());
    expressions.extend((0..random).map(|_| expression(&mut dice, 3)));
    // What is refused here has no size.
    expressions.retain(|expression| re2::parse(expression).is_ok());
    let (mut equal, mut wrong) = (0, Vec::new());
    for (expression, theirs) in expressions.iter().zip(sizes(&python, &expressions)) {
        let ours = re2::parse(expression).unwrap().program_size();
        match theirs {
            Some(theirs) if ours < theirs => wrong.push(format!("{expression}: {ours} here, {theirs} in RE2")),
            Some(theirs) => equal += usize::from(ours == theirs),
            None => wrong.push(format!("{expression}: RE2 refuses it")),
        }
    }
    eprintln!("{} expressions, {equal} with just RE2's size, {} with less", expressions.len(), wrong.len());
    assert!(expressions.len() > random / 2, "most can be read");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What RE2 says; `None` for what it refuses.
fn sizes(python: &str, expressions: &[String]) -> Vec<Option<u32>> {
    let child = Command::new(python).args(["-c", PROGRAM]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = child.unwrap();
    let mut to = child.stdin.take().unwrap();
    let lines: String = expressions.iter().map(|one| format!("{}\n", Value::from(one.as_str()))).collect();
    let writer = std::thread::spawn(move || to.write_all(lines.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let found: Vec<Option<u32>> = text.lines().map(|line| line.parse().ok()).collect();
    assert_eq!(found.len(), expressions.len());
    found
}

/// A random one of what people write in paths and hosts, nested so deep.
fn expression(dice: &mut Dice, depth: usize) -> String {
    if depth == 0 || dice.roll(4) == 0 {
        return dice.word(&[
            "a",
            "bc",
            "/api/v1",
            r"\.",
            "[a-z]",
            "[^/]",
            "[^/?]+",
            ".*",
            ".",
            r"\d+",
            r"\w",
            "(?i)ab",
            "ä",
            "[à-ÿ]",
            r"(\?.*)?",
            "/[^/?]+",
            "[0-9a-fA-F]{8}",
            "^",
            "$",
            r"\b",
            "é€",
            "(?s).",
        ]);
    }
    let inner = expression(dice, depth - 1);
    match dice.roll(6) {
        0 => format!("(?:{inner}){}", dice.word(&["*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "{0,1}"])),
        1 => format!("({inner}|{})", expression(dice, depth - 1)),
        2 => format!("({inner}|{inner}{}|{})", expression(dice, depth - 1), expression(dice, depth - 1)),
        3 => format!("(?:{inner})?{}", expression(dice, depth - 1)),
        _ => format!("{inner}{}", expression(dice, depth - 1)),
    }
}
