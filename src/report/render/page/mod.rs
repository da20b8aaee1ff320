//! A report as a page: headings, paragraphs, lists and tables, in words.

mod closed;
mod namespaces;
mod rest;
mod text;

pub(super) use text::{Block, Inline, Text};

use crate::report::{Cluster, Direction, Expiry, Hashes, Outside, Report, SOON, Said, Way};
use text::{place, reason, reason_and_date, reason_and_owner, said, some_namespaces, traffic};

/// The whole page.
pub(super) fn of(report: &Report) -> Vec<Block> {
    let title = match &report.project {
        Some(project) => Text::plain("Who may reach whom: ").and_code(project),
        None => Text::plain("Who may reach whom"),
    };
    let mut page = vec![Block::Heading(1, title)];
    page.extend(introduction(report));
    for cluster in &report.clusters {
        part(&mut page, report, cluster);
    }
    rest::waivers(&mut page, report);
    rest::files(&mut page, report);
    page
}

fn introduction(report: &Report) -> Vec<Block> {
    let mut made = Text::plain(&format!("Made by ztp {}", report.ztp));
    made = match &report.today {
        Some(today) => made.and(&format!("; dates are compared with {today}.")),
        None => made.and("; no day was given that dates could be compared with."),
    };
    let proved = "Everything listed here was built, and the manifests of that build, read back, were proved to mean what \
                  the sentences mean: at every end, for every pod and every flow that could be. The proof is about a model \
                  of the enforcer and about this project's objects; each part ends with what it rests on.";
    let hashes = |hashes: &Hashes, what: String| {
        vec![Text::plain(&what), Text::plain(&hashes.files.len().to_string()), Text::code(&hashes.sha256)]
    };
    let mut rows = vec![hashes(&report.sources, "sentences".to_owned())];
    rows.extend(
        report.clusters.iter().map(|cluster| hashes(&cluster.manifests, format!("manifests for {}", name(cluster)))),
    );
    vec![
        Block::Paragraph(made),
        Block::Paragraph(Text::plain(proved)),
        Block::Table { head: vec!["what", "files", "SHA-256 over their SHA-256s, see the last part"], rows },
    ]
}

fn name(cluster: &Cluster) -> String {
    let enforcer = format!("{} {}", cluster.enforcer, cluster.enforcer_version);
    match &cluster.name {
        Some(name) => format!("{name}, {enforcer}"),
        None => enforcer,
    }
}

/// The part of one cluster.
fn part(page: &mut Vec<Block>, report: &Report, cluster: &Cluster) {
    page.push(Block::Heading(2, Text::plain(&format!("Cluster {}", name(cluster)))));
    not_isolated(page, cluster);
    expiring(page, report, cluster);
    namespaces::all(page, cluster);
    outside(page, cluster, Direction::Egress);
    outside(page, cluster, Direction::Ingress);
    closed::all(page, cluster);
    rest::assertions(page, cluster);
    rest::features(page, cluster);
    rest::rests_on(page, cluster);
}

fn not_isolated(page: &mut Vec<Block>, cluster: &Cluster) {
    page.push(Block::Heading(3, Text::plain("Not isolated")));
    let entry = |open: &crate::report::NotIsolated| {
        let whose = match &open.namespace {
            Some(name) => Text::code(name),
            None => Text::plain("Namespaces that the project does not declare"),
        };
        let what = match open.direction {
            Direction::Ingress => "what comes in is open: whoever nothing else stops reaches its pods",
            Direction::Egress => "what goes out is open: its pods reach whatever nothing else stops",
        };
        let text = whose.and(": ").and_strong(what);
        if open.but.is_empty() { text } else { text.and(", but for ").and_codes(&open.but) }
    };
    if !cluster.namespaces.is_empty() && cluster.not_isolated.iter().all(|open| open.namespace.is_none()) {
        page.push(Block::Paragraph(Text::plain("Every declared namespace is isolated in both directions.")));
    }
    if !cluster.not_isolated.is_empty() {
        page.push(Block::List(cluster.not_isolated.iter().map(entry).collect()));
    }
}

fn expiring(page: &mut Vec<Block>, report: &Report, cluster: &Cluster) {
    if report.today.is_none() {
        return;
    }
    page.push(Block::Heading(3, Text::plain("Past their date, or soon")));
    if cluster.expiring.is_empty() {
        let text = format!("No sentence has passed its date, and none does within {SOON} days.");
        page.push(Block::Paragraph(Text::plain(&text)));
        return;
    }
    let row = |expiring: &Said| {
        let until = expiring.until.as_deref().unwrap_or_default();
        let when = match expiring.expiry {
            Some(Expiry::Past) => Text::strong(&format!("ended {until}")),
            _ => Text::plain(&format!("ends {until}")),
        };
        vec![when, Text::code(&expiring.sentence), place(expiring), reason_and_owner(expiring)]
    };
    let rows = cluster.expiring.iter().map(row).collect();
    page.push(Block::Table { head: vec!["when", "sentence", "where", "reason and owner"], rows });
}

/// What is reached outside, or who comes in from there: a row a way.
fn outside(page: &mut Vec<Block>, cluster: &Cluster, direction: Direction) {
    let (title, open, none, list, head) = match direction {
        Direction::Egress => (
            "Destinations outside",
            "Besides, these reach everything outside, since nothing isolates them for what goes out: ",
            "No sentence leads outside.",
            &cluster.destinations,
            ["destination", "what", "who may reach it", "owner", "by", "reason and date"],
        ),
        Direction::Ingress => (
            "Entrances from outside",
            "Besides, the outside reaches these, since nothing isolates them for what comes in: ",
            "No sentence lets anything in from outside.",
            &cluster.entrances,
            ["from", "what", "whom it may reach", "owner", "by", "reason and date"],
        ),
    };
    page.push(Block::Heading(3, Text::plain(title)));
    let row = |outside: &Outside, way: &Way| {
        let owner = cluster.namespaces.iter().find(|namespace| way.own.namespaces.first() == Some(&namespace.name));
        let owner = if way.own.namespaces.len() == 1 && !way.own.others { owner } else { None };
        vec![
            Text::code(&outside.name),
            Text::code(&traffic(way)),
            Text::code(&way.own.name),
            owner.and_then(|namespace| namespace.owner.as_deref()).map(Text::code).unwrap_or_default(),
            said(&way.said),
            reason_and_date(&way.said),
        ]
    };
    let mut rows = Vec::new();
    for outside in list {
        let ways = outside.ways.iter().filter_map(|number| cluster.ways.get(number.checked_sub(1)?));
        rows.extend(ways.map(|way| row(outside, way)));
    }
    if rows.is_empty() {
        page.push(Block::Paragraph(Text::plain(none)));
    } else {
        page.push(Block::Table { head: head.to_vec(), rows });
    }
    let of = cluster.not_isolated.iter().filter(|one| one.direction == direction);
    let of: Vec<String> = of.filter_map(|one| one.namespace.clone()).collect();
    if !of.is_empty() {
        page.push(Block::Paragraph(Text::plain(open).and_codes(&of).and(".")));
    }
}

/// A row of a table of ways: the governed end, the other end and its namespaces, by what right.
fn way(way: &Way) -> Vec<Text> {
    let mut what = Text::code(&traffic(way));
    if way.mutual_auth {
        what = what.and(" after mutual authentication");
    }
    vec![
        Text::plain(&way.number.to_string()),
        Text::code(&way.own.name),
        Text::code(&way.other.name),
        some_namespaces(&way.other),
        what,
        text::by(way),
        text::consent(way),
        reason(&way.said),
    ]
}
