#![no_main]

#[path = "../properties/source.rs"]
mod source;

libfuzzer_sys::fuzz_target!(|text: &str| source::check(text));
