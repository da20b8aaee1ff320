//! Reading sources: the cases are files under `tests/syntax`.

#![expect(clippy::disallowed_methods, reason = "tests read their cases from files")]

use std::path::Path;
use ztp::source::FileId;
use ztp::syntax::parse;

#[test]
fn the_accepted_files_have_no_problems() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/syntax/accepted");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let parsed = parse(FileId(0), &text);
        assert!(parsed.problems.is_empty(), "{}: {:#?}", path.display(), parsed.problems);
        count += 1;
    }
    assert!(count > 2, "no cases");
}
