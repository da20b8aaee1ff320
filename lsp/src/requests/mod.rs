//! One file a request: from the protocol to [`ztp::ide`] and back.

pub mod diagnostic;
