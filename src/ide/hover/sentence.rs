//! What a sentence becomes, what is derived from it, and what it needs.

use super::{Asked, lowered, needs};
use crate::diagnostic::Severity;
use crate::enforcer;
use crate::enforcer::capability::Feature;
use crate::ide::look_ups::LookUps;
use crate::ide::names::has_objects;
use crate::policy::{Policy, SentenceId};
use crate::source::Span;
use crate::syntax::ast::{Item, ItemKind};
use std::fmt::Write as _;

/// How many lines of a manifest are shown.
const MAX_LINES: usize = 40;

/// How many names that are looked up are listed.
const MAX_NAMES: usize = 8;

/// All of it; `None` for what is no sentence.
pub(super) fn hover(asked: &Asked<'_>, item: &Item) -> Option<String> {
    let mut text = match &item.kind {
        ItemKind::Bad => return None,
        kind if has_objects(kind) => becomes(asked, item.span.0).unwrap_or_default(),
        _ => String::new(),
    };
    let needs = needs::lines(&item.kind);
    if !needs.is_empty() {
        let _ = write!(text, "{}Needs:\n{needs}", if text.is_empty() { "" } else { "\n\n" });
    }
    (!text.is_empty()).then_some(text)
}

/// The objects of a sentence, or of a header, by its place: in full for the first cluster in which there are any, and the
/// names of those in which they are others. Where something is wrong with the sentence, that.
pub(super) fn becomes(asked: &Asked<'_>, span: Span) -> Option<String> {
    let checked = (asked.checked)()?;
    let wrong = checked.diagnostics.iter().find(|finding| {
        let there = |at: Span| at.file == span.file && at.start < span.end && span.start < at.end.max(at.start + 1);
        finding.severity() == Severity::Error && finding.primary.as_ref().is_some_and(|label| there(label.span))
    });
    if let Some(wrong) = wrong {
        return Some(format!("Nothing is written while this stands: {}: {}", wrong.code, wrong.message));
    }
    let mut said: Vec<(Vec<String>, String)> = Vec::new();
    for cluster in &checked.clusters {
        let policy = &cluster.policy;
        let text = in_cluster(policy, &policy.sentences_at(span));
        let facts = format!("{} {}", policy.cluster.enforcer.as_str(), policy.cluster.version);
        let name = cluster.name.as_ref().map_or(facts.clone(), |name| format!("`{name}` ({facts})"));
        match said.iter_mut().find(|(_, known)| *known == text) {
            Some((clusters, _)) => clusters.push(name),
            None => said.push((vec![name], text)),
        }
    }
    let mut said = said.into_iter().filter(|(_, text)| !text.is_empty());
    let (clusters, text) = said.next()?;
    let mut text = format!("In {}:\n\n{text}", clusters.join(", "));
    let others: Vec<String> = said.flat_map(|(clusters, _)| clusters).collect();
    if !others.is_empty() {
        let _ = write!(text, "\n\nOther objects in {}", others.join(", "));
    }
    Some(text)
}

fn in_cluster(policy: &Policy, sentences: &[SentenceId]) -> String {
    let mut text = excerpt(&lowered::objects(policy, sentences));
    let names = LookUps::of(policy).because_of(sentences);
    if names.is_empty() {
        return text;
    }
    let mut shown: Vec<String> = names.iter().take(MAX_NAMES).map(|name| format!("`{name}`")).collect();
    if names.len() > MAX_NAMES {
        shown.push(format!("{} more", names.len() - MAX_NAMES));
    }
    let between = if text.is_empty() { "" } else { "\n\n" };
    let _ = write!(text, "{between}Derived, for who reaches something by its name looks it up first: ");
    if enforcer::has(&policy.cluster, Feature::LookUps) {
        text.push_str(&shown.join(", "));
    } else {
        // There is no rule for single names: who may ask a server may ask for each.
        text.push_str("the cluster's DNS servers");
    }
    text
}

/// The objects as one block of YAML, cut to a length.
fn excerpt(objects: &[(String, String)]) -> String {
    let lines = objects.iter().flat_map(|(title, spec)| {
        let title = format!("# {title}");
        std::iter::once(title).chain(spec.lines().map(str::to_owned))
    });
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        return String::new();
    }
    let mut shown: Vec<String> = lines.iter().take(MAX_LINES).cloned().collect();
    if lines.len() > MAX_LINES {
        shown.push(format!("# … and {} more lines", lines.len() - MAX_LINES));
    }
    format!("```yaml\n{}\n```", shown.join("\n"))
}
