//! The `ztp` command.

fn main() {}
