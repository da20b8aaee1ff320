//! The parser that pest makes of `grammar/ztp.pest`.

use pest_derive::Parser;

/// See the grammar.
#[derive(Parser)]
#[grammar = "grammar/ztp.pest"]
pub struct Grammar;
