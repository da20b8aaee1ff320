#![no_main]

#[path = "../properties/compile.rs"]
mod compile;

libfuzzer_sys::fuzz_target!(|text: &str| compile::check(text));
