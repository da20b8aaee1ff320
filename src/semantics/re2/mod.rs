//! RE2's regular expressions, as Cilium hands them to Envoy.
//!
//! An expression passes two readers: Go's `regexp/syntax` in Cilium's agent (which does not enforce a policy with an
//! expression that it cannot read) and RE2 in Envoy (`safe_regex`, default options: UTF-8, the whole string must match).
//! [`parse()`] reads what both read the same way and refuses the rest, with a [`Reason`] that says what to write instead.
//! Rust's own regular expressions read much of it otherwise, so their parser is not used:
//!
//! | written | here, as in RE2 | in Rust |
//! |---|---|---|
//! | `\d` `\w` `\s` `\b` | ASCII; `\s` without `\v` | Unicode; with `\v` |
//! | `[a&&b]`, `[a~~b]`, `[a[b]` | the characters themselves | operations on classes, nested classes |
//! | `\Q…\E` | the text itself | refused |
//! | `(?i)k` | `k`, `K` and the Kelvin sign: simple folding; refused for what is not ASCII, since tables differ | Unicode's tables |
//! | `x{1001}`, or more once nested counts are multiplied | refused | accepted |
//! | `x{,3}`, `x{`, a lone `{` | refused: the readers differ, or a slip | error or a range |
//! | `**`, `a{2}{3}` | refused | accepted |
//! | `(?=x)`, `\1`, `\Z`, `(?x)` | refused | refused, or accepted |
//! | `\pN`, `\p{Greek}` | refused: each reader has its own Unicode version | accepted |
//! | `\C`, `\012` | refused: not in both, or easily misread | refused |
//! | `(?P<n>x)`, `(?<n>x)` | refused: the second is new, and Go refuses one name twice | accepted |
//! | `\A`, `\z`, `[[:alpha:]]`, `\x{7F}`, `(?s)`, `(?m)`, `(?U)` | read | read |

mod parse;
mod refused;
mod size;
mod tree;

pub use parse::parse;
pub use refused::{Reason, Refused};
pub use tree::{Assertion, Expression, Node};
