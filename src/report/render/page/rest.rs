//! Assertions, features, waivers, and what all of it rests on.

use super::text::{Block, SHOWN, Text, place, reason, said, some};
use crate::report::{Assertion, AssertionResult, Cluster, Feature, FileHash, Ground, Hashes, Report, Waiver};

/// What is asserted.
pub(super) fn assertions(page: &mut Vec<Block>, cluster: &Cluster) {
    page.push(Block::Heading(3, Text::plain("Assertions")));
    if cluster.assertions.is_empty() {
        page.push(Block::Paragraph(Text::plain("Nothing is asserted.")));
        return;
    }
    let row = |assertion: &Assertion| {
        let result = match assertion.result {
            AssertionResult::Holds => "holds",
        };
        vec![said(&assertion.said), Text::plain(result), Text::plain(&assertion.over), reason(&assertion.said)]
    };
    let rows = cluster.assertions.iter().map(row).collect();
    page.push(Block::Table { head: vec!["assertion", "result", "decided over", "reason, date, owner"], rows });
}

/// What the cluster must have turned on.
pub(super) fn features(page: &mut Vec<Block>, cluster: &Cluster) {
    if cluster.features.is_empty() {
        return;
    }
    page.push(Block::Heading(3, Text::plain("What the cluster must have turned on")));
    let row = |feature: &Feature| {
        let on = match (&feature.declared, feature.on_by_default) {
            (Some(place), _) => Text::plain("declared at ").and_code(&format!("{}:{}", place.path, place.line)),
            (None, true) => Text::plain("on by default"),
            (None, false) => Text::strong("off by default, and not declared"),
        };
        vec![Text::code(feature.name), Text::marked(feature.what), on, some(&feature.needed_by)]
    };
    let rows = cluster.features.iter().map(row).collect();
    page.push(Block::Table { head: vec!["setting", "for", "is", "needed by"], rows });
}

/// What all of it rests on.
pub(super) fn rests_on(page: &mut Vec<Block>, cluster: &Cluster) {
    page.push(Block::Heading(3, Text::plain("What all of this rests on")));
    let entry = |ground: &Ground| {
        let mut text = Text::marked(&ground.note.text);
        if !ground.details.is_empty() {
            let shown = ground.details.get(..SHOWN).unwrap_or(&ground.details);
            text = text.and(" Here: ").and_all(shown.iter().map(|detail| Text::marked(detail)), "; ").and(".");
        }
        if !ground.used_by.is_empty() {
            text = text.and(" Used by ").and_text(some(&ground.used_by)).and(".");
        }
        text
    };
    page.push(Block::List(cluster.rests_on.iter().map(entry).collect()));
}

/// What is accepted in spite of a finding.
pub(super) fn waivers(page: &mut Vec<Block>, report: &Report) {
    page.push(Block::Heading(2, Text::plain("Waivers")));
    if report.waivers.is_empty() {
        page.push(Block::Paragraph(Text::plain("No finding is accepted.")));
        return;
    }
    let row = |waiver: &Waiver| {
        let force = if waiver.in_force { Text::plain("in force") } else { Text::strong("ended") };
        vec![
            Text::code(&waiver.code).and(" ").and_text(Text::marked(&waiver.title)),
            Text::code(&waiver.of),
            place(&waiver.said),
            force,
            reason(&waiver.said),
        ]
    };
    let rows = report.waivers.iter().map(row).collect();
    page.push(Block::Table { head: vec!["finding", "accepted of", "where", "is", "reason, date, owner"], rows });
}

/// The hashes of all files.
pub(super) fn files(page: &mut Vec<Block>, report: &Report) {
    page.push(Block::Heading(2, Text::plain("Files")));
    page.push(Block::Paragraph(
        Text::plain("As ")
            .and_code("sha256sum")
            .and(" prints them. The hash over several files is that of these lines, in this order."),
    ));
    list(page, "Sentences", &report.sources);
    for cluster in &report.clusters {
        let of = cluster.name.as_ref().map(|name| format!(" for {name}")).unwrap_or_default();
        let title = format!("Manifests{of}, by their paths in the folder of ztp build");
        list(page, &title, &cluster.manifests);
    }
}

fn list(page: &mut Vec<Block>, title: &str, hashes: &Hashes) {
    page.push(Block::Heading(3, Text::plain(title)));
    if hashes.files.is_empty() {
        page.push(Block::Paragraph(Text::plain("None.")));
        return;
    }
    let row = |file: &FileHash| vec![Text::code(&file.sha256), Text::code(&file.path)];
    page.push(Block::Table { head: vec!["SHA-256", "file"], rows: hashes.files.iter().map(row).collect() });
}
