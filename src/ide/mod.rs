//! What an editor asks of a project: places in, plain values out. It knows nothing of any protocol.
//!
//! [`Workspace`] holds the files as they are while somebody types, and checks all of them or what stands around one;
//! [`names`] finds every name that a file says. Each question an editor has is a file of its own.

pub mod names;
mod workspace;

pub use workspace::{Checked, File, Workspace};
