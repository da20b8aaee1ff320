//! A picture, laid out by ourselves.
//!
//! ```text
//!  layers left to right ─▶      ┌ shop ───────────────────────────────┐
//!  namespaces top to bottom     │ [frontend] ─╮  8080 ─▶[ backend ]   │
//!                               │ [checkout] ─╯  8080 ─▶[         ]   │
//!                               └─────────────────────────────────────┘
//!                                                443 ─▶( world )
//! ```
//!
//! Each end of a line has a height of its own at its vertex, and its label stands on the line's last, level stretch; the
//! space between two layers is as wide as the longest label there and a curve. A line that passes a layer has a slot of
//! its own in it. So no vertex, label or box covers another.

mod layers;
mod layout;
mod write;

use super::TooLarge;
use super::picture::Picture;
use crate::map::Map;

/// The most lines that are drawn. A picture of more would not be read; and each line has a piece in each layer that it
/// passes, so pieces can grow with the square of the lines.
const MAX_EDGES: usize = 1_000;

pub(super) fn render(map: &Map) -> Result<String, TooLarge> {
    let picture = Picture::of(map);
    if picture.edges.len() > MAX_EDGES {
        return Err(TooLarge { edges: picture.edges.len() });
    }
    let layers = layers::assign(&picture);
    Ok(write::write(map, &layout::lay_out(map, &picture, &layers)))
}
