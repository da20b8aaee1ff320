//! One file a request: from the protocol to [`ztp::ide`] and back.

pub mod actions;
pub mod calls;
pub mod completion;
pub mod definition;
pub mod diagnostic;
pub mod folding;
pub mod format;
pub mod highlight;
pub mod hints;
pub mod hover;
pub mod lens;
pub mod links;
pub mod references;
pub mod rename;
pub mod selection;
pub mod symbols;
pub mod tokens;
