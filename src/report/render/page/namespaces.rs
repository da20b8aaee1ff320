//! The declared namespaces, and what is said over several of them.

use super::text::{Block, Text, place, reason, said};
use super::way;
use crate::report::{Cluster, Direction, Effect, Extent, Isolation, Namespace, Way};

/// What stands above ways of a direction.
fn head(direction: Direction) -> Vec<&'static str> {
    let (own, other) = match direction {
        Direction::Ingress => ("to", "from"),
        Direction::Egress => ("from", "to"),
    };
    vec!["no.", own, other, "of namespace", "what", "by", "consent", "reason, date, owner"]
}

/// All of them.
pub(super) fn all(page: &mut Vec<Block>, cluster: &Cluster) {
    page.push(Block::Heading(3, Text::plain("Namespaces")));
    if cluster.namespaces.is_empty() {
        page.push(Block::Paragraph(Text::plain("The project declares none.")));
    } else {
        page.push(Block::Paragraph(Text::plain(
            "A sentence is a rule at each end that is isolated, and both have to let a flow through: a way out at who opens \
             it, a way in at who answers. Requests are told apart at one of them.",
        )));
    }
    for namespace in &cluster.namespaces {
        one(page, cluster, namespace);
    }
    let directions = [
        (Direction::Ingress, "Ways in, over several namespaces and at nodes"),
        (Direction::Egress, "Ways out, over several namespaces and at nodes"),
    ];
    for (direction, title) in directions {
        let wide = ways(cluster, &cluster.cluster_wide);
        let wide = wide.filter(|way| way.effect == Effect::Allow && way.direction == direction);
        let rows: Vec<Vec<Text>> = wide.map(way).collect();
        if !rows.is_empty() {
            page.push(Block::Heading(3, Text::plain(title)));
            page.push(Block::Table { head: head(direction), rows });
        }
    }
}

fn ways<'c>(cluster: &'c Cluster, numbers: &'c [usize]) -> impl Iterator<Item = &'c Way> {
    numbers.iter().filter_map(|number| cluster.ways.get(number.checked_sub(1)?))
}

fn one(page: &mut Vec<Block>, cluster: &Cluster, namespace: &Namespace) {
    page.push(Block::Heading(4, Text::code(&namespace.name)));
    let mut facts = Vec::new();
    facts.push(match &namespace.owner {
        Some(owner) => Text::plain("owner: ").and_code(owner),
        None => Text::plain("owner: ").and_strong("nobody is named"),
    });
    facts.push(isolated("what comes in", &namespace.ingress));
    facts.push(isolated("what goes out", &namespace.egress));
    let declared = Text::plain("declared at ").and_code(&format!("{}:{}", namespace.path, namespace.line));
    facts.push(if namespace.has_files { declared } else { declared.and(", without a file of its own") });
    if !namespace.labels.is_empty() {
        facts.push(Text::plain("labels: ").and_codes(&namespace.labels));
    }
    if !namespace.workloads.is_empty() {
        let workloads = namespace.workloads.iter();
        let workload = |one: &crate::report::Workload| Text::code(&one.name).and(" ").and_code(&one.selects);
        facts.push(Text::plain("workloads: ").and_all(workloads.map(workload), ", "));
    }
    page.push(Block::List(facts));
    let lists = [
        (Direction::Ingress, "Ways in", "No sentence lets anything in.", &namespace.ways_in, namespace.ingress.extent),
        (Direction::Egress, "Ways out", "No sentence lets anything out.", &namespace.ways_out, namespace.egress.extent),
    ];
    for (direction, title, none, numbers, extent) in lists {
        let rows: Vec<Vec<Text>> = ways(cluster, numbers).map(way).collect();
        if rows.is_empty() && extent == Extent::All {
            page.push(Block::Paragraph(Text::plain(none)));
        } else if !rows.is_empty() {
            page.push(Block::Paragraph(Text::plain(title)));
            page.push(Block::Table { head: head(direction), rows });
        }
    }
    let denied: Vec<Vec<Text>> = ways(cluster, &namespace.denied).map(denied).collect();
    if !denied.is_empty() {
        page.push(Block::Paragraph(Text::plain("Denied")));
        let head = vec!["no.", "direction", "own end", "other end", "what", "by", "reason, date, owner"];
        page.push(Block::Table { head, rows: denied });
    }
    if !namespace.waiting.is_empty() {
        page.push(Block::Paragraph(Text::plain(
            "Said, but nothing isolates that direction yet, so that everything passes",
        )));
        let row = |waiting: &crate::report::Waiting| {
            vec![Text::plain(does(waiting.direction)), said(&waiting.said), reason(&waiting.said)]
        };
        let rows = namespace.waiting.iter().map(row).collect();
        page.push(Block::Table { head: vec!["direction", "by", "reason, date, owner"], rows });
    }
}

fn does(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "comes in",
        Direction::Egress => "goes out",
    }
}

fn denied(way: &Way) -> Vec<Text> {
    vec![
        Text::plain(&way.number.to_string()),
        Text::plain(does(way.direction)),
        Text::code(&way.own.name),
        Text::code(&way.other.name),
        Text::code(&way.traffic),
        said(&way.said),
        reason(&way.said),
    ]
}

fn isolated(what: &str, isolation: &Isolation) -> Text {
    let text = Text::plain(what).and(": ");
    let by = |isolated: &crate::report::Isolated| match isolation.extent {
        Extent::All => Text::code(&isolated.said.sentence).and(" (").and_text(place(&isolated.said)).and(")"),
        Extent::Some | Extent::None => Text::code(&isolated.pods).and(" by ").and_text(said(&isolated.said)),
    };
    let all = isolation.by.iter().map(by);
    match isolation.extent {
        Extent::All => text.and("all pods are isolated, by ").and_all(all, ", "),
        Extent::Some => text.and_strong("only some pods are isolated").and(": ").and_all(all, ", "),
        Extent::None => text.and_strong("not isolated"),
    }
}
