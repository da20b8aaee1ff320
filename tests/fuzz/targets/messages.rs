#![no_main]

#[path = "../properties/messages.rs"]
mod messages;

libfuzzer_sys::fuzz_target!(|text: &str| messages::check(text));
