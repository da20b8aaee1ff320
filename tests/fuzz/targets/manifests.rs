#![no_main]

#[path = "../properties/manifests.rs"]
mod manifests;

libfuzzer_sys::fuzz_target!(|text: &str| manifests::check(text));
