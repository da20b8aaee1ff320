//! What an editor asks of a project: places in, plain values out. It knows nothing of any protocol.
//!
//! [`Workspace`] holds the files as they are while somebody types, and checks all of them or what stands around one;
//! [`names`] finds every name that a file says. Each question an editor has is a file of its own.

mod calls;
pub mod complete;
mod declared;
mod definition;
pub mod fixes;
mod folding;
pub mod format;
pub mod hints;
pub mod hover;
pub mod lens;
mod lex;
mod links;
pub mod look_ups;
pub mod names;
mod place;
mod references;
mod rename;
mod selection;
pub mod standing;
mod symbols;
mod tokens;
mod walk;
pub mod words;
mod workspace;

pub use calls::{Call, End, Said, Way, calls, prepare_calls};
pub use declared::{Declarations, Declared, Symbol};
pub use definition::{Definition, definition};
pub use folding::{Fold, folding};
pub use lex::{Lexeme, LexemeKind, lex};
pub use links::{Link, Target, links};
pub use place::{is_block, item_at, name_at, section_at, touches, whole};
pub use references::{Reference, highlight, references};
pub use rename::{Refusal, Renamed, prepare_rename, rename};
pub use selection::selection;
pub use symbols::{Found, MOST, OutlineKind, Outlined, document_symbols, workspace_symbols};
pub use tokens::{Token, TokenKind, tokens};
pub use workspace::{Checked, File, Workspace};
