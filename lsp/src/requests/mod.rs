//! One file a request: from the protocol to [`ztp::ide`] and back.

pub mod calls;
pub mod definition;
pub mod diagnostic;
pub mod folding;
pub mod highlight;
pub mod links;
pub mod references;
pub mod rename;
pub mod selection;
pub mod symbols;
pub mod tokens;
