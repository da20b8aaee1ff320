//! What an editor asks of a project: places in, plain values out. It knows nothing of any protocol.
//!
//! [`Workspace`] holds the files as they are while somebody types, and checks all of them or what stands around one;
//! [`names`] finds every name that a file says. Each question an editor has is a file of its own.

mod declared;
mod definition;
pub mod names;
mod place;
mod references;
mod rename;
mod workspace;

pub use declared::{Declarations, Declared, Symbol};
pub use definition::{Definition, definition};
pub use place::{is_block, item_at, name_at, section_at, touches, whole};
pub use references::{Reference, highlight, references};
pub use rename::{Refusal, Renamed, prepare_rename, rename};
pub use workspace::{Checked, File, Workspace};
