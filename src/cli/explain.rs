//! `ztp explain`: a page of the error index.

use super::{Status, terminal};
use ztp::diagnostic::Code;

/// Print what a finding means, with an example that fails and one that does not
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The finding's code, such as E0203
    code: String,
}

pub fn run(args: &Args) -> Status {
    if let Some(code) = Code::parse(&args.code) {
        return terminal::answer(&[code.page()]);
    }
    let mut text = format!("error: there is no finding `{}`", args.code.escape_debug());
    match Code::nearest(&args.code) {
        Some(near) => text.push_str(&format!("\nhelp: did you mean `{near}` ({})?", near.title())),
        None => text.push_str("\nhelp: a code is a letter and four digits, such as `E0203`"),
    }
    terminal::say(&text);
    Status::Failed
}
