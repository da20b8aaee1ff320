#![no_main]

#[path = "../properties/question.rs"]
mod question;

libfuzzer_sys::fuzz_target!(|text: &str| question::check(text));
