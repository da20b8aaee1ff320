//! Text to tree, and tree to text.
//!
//! [`parse`] is total: for any text it gives a tree and the problems; a sentence that could not be read costs one
//! error and leaves its neighbours alone. [`format`] writes the one canonical spelling.

pub mod ast;
