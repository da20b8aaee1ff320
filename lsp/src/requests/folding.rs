//! `textDocument/foldingRange`

use crate::protocol::{FoldingRange, FoldingRangeKind, FoldingRangeParams};
use crate::snapshot::Snapshot;
use ztp::ide;

/// The folds, line by line: no client needs the columns.
pub fn answer(snapshot: &Snapshot, params: &FoldingRangeParams) -> Option<Vec<FoldingRange>> {
    let file = snapshot.file(&params.text_document.uri)?;
    let shown = |fold: ide::Fold| {
        let range = snapshot.range(fold.span);
        FoldingRange {
            start_line: range.start.line,
            end_line: range.end.line,
            kind: Some(if fold.comment { FoldingRangeKind::Comment } else { FoldingRangeKind::Region }),
            ..FoldingRange::default()
        }
    };
    Some(ide::folding(&file).into_iter().map(shown).collect())
}
