//! What stands around the sentences: headers, declarations, isolations and consent.

use super::flow::{self, Flow};
use super::halves::{self, Halves, Subject};
use super::look_up::LookUps;
use super::name::{self, Names};
use super::note::Comments;
use super::page::{Entry, Kind, Pages, Section};
use super::refusal::Refusal;
use super::{Problems, Read, request, section, words};
use crate::policy::{Direction, PodSelector};
use crate::semantics::endpoints::Endpoints;
use crate::verdict::CauseId;
use indexmap::IndexMap;
use smol_str::SmolStr;
use std::collections::BTreeSet;

impl Read<'_> {
    /// Headers, declarations and isolations.
    pub(super) fn pages(
        &self,
        halves: &Halves,
        names: &Names,
        look_ups: &LookUps,
        comments: &mut Comments,
    ) -> Result<Pages, Problems> {
        let mut pages = Pages::default();
        self.platform(halves, names, look_ups, &mut pages);
        for (home, declared) in &names.sections {
            let mut section = Section::default();
            let mut whole = Vec::new();
            let mut parts: IndexMap<Direction, Vec<(&PodSelector, CauseId)>> = IndexMap::new();
            for isolated in &halves.isolated {
                match &isolated.subject {
                    Subject::Pods(namespace, pods) if namespace == home => {
                        if pods.is_whole() {
                            whole.push(isolated.direction);
                            section.causes.insert(isolated.cause);
                        } else {
                            parts.entry(isolated.direction).or_default().push((pods, isolated.cause));
                        }
                    }
                    _ => {}
                }
            }
            section.comments = comments.take(&section.causes, self.ruleset);
            section.enforcing = enforcing(&whole);
            if let Some(by) = &declared.by {
                section.entries.push(Entry::new(Kind::Declaration, format!("workloads by {by}")));
            }
            for (pods, workload) in &declared.workloads {
                let mut text = format!("workload {}", workload.name);
                if !workload.plain {
                    if !pods.labels.0.is_empty() {
                        text.push_str(&format!(" {}", name::braces(&pods.labels)));
                    }
                    if let Some(account) = pods.service_account.as_one() {
                        text.push_str(&format!(" as serviceaccount {account}"));
                    }
                }
                section.entries.push(Entry::new(Kind::Declaration, text));
            }
            section.entries.extend(self.externals(Some(home), names));
            parts.retain(|direction, _| !whole.contains(direction));
            self.enforce(home, &parts, names, comments, &mut section)?;
            pages.namespaces.insert(home.clone(), section);
        }
        Ok(pages)
    }

    /// The names of what stands outside that a file gives.
    fn externals(&self, home: Option<&SmolStr>, names: &Names) -> Vec<Entry> {
        let of_home = names.externals.iter().filter(|((of, _), _)| of.as_ref() == home);
        let texts = of_home.filter_map(|((_, others), name)| {
            words::external(others, self.scope.enforcer).map(|list| format!("external {name} = {list}"))
        });
        texts.map(|text| Entry::new(Kind::Declaration, text)).collect()
    }

    fn enforce(
        &self,
        home: &SmolStr,
        parts: &IndexMap<Direction, Vec<(&PodSelector, CauseId)>>,
        names: &Names,
        comments: &mut Comments,
        section: &mut Section,
    ) -> Result<(), Problems> {
        let mut sentences: IndexMap<Vec<String>, (Vec<&str>, BTreeSet<CauseId>)> = IndexMap::new();
        for (direction, pods) in parts {
            let mut words: Vec<String> = Vec::new();
            let mut causes = BTreeSet::new();
            for (pods, cause) in pods {
                let (found, _) =
                    names.pods(pods, Some(home)).map_err(|reason| self.problems_of(&[Refusal::new(*cause, reason)]))?;
                words.extend(found.into_iter().filter(|word| !words.contains(word)).collect::<Vec<_>>());
                causes.insert(*cause);
            }
            words.sort();
            let entry = sentences.entry(words).or_default();
            entry.0.push(direction_word(*direction));
            entry.1.extend(causes);
        }
        sentences.sort_keys();
        for (words, (mut directions, causes)) in sentences {
            directions.sort_unstable_by(|a, b| b.cmp(a));
            let comments = comments.take(&causes, self.ruleset);
            let text = format!("enforce {} for {}", directions.join(", "), words.join(", "));
            section.entries.push(Entry { comments, causes, ..Entry::new(Kind::Enforce, text) });
        }
        Ok(())
    }

    fn platform(&self, halves: &Halves, names: &Names, look_ups: &LookUps, pages: &mut Pages) {
        let entries = &mut pages.platform.entries;
        let project = self.wish.project.clone().unwrap_or_else(|| SmolStr::new_static("imported"));
        entries.push(Entry::new(Kind::Project, format!("project {project}")));
        let (enforcer, version) = (self.scope.enforcer.as_str(), self.scope.version);
        let mut facts = format!("cluster imported {{\n  enforcer {enforcer} {version}\n");
        let host_firewall = halves.isolated.iter().any(|one| matches!(one.subject, Subject::Nodes(_)))
            || halves.halves.iter().any(|half| matches!(half.subject, Subject::Nodes(_)));
        let mut features = Vec::new();
        if host_firewall {
            features.push("host-firewall");
        }
        if halves.halves.iter().any(|half| half.others.iter().any(|other| matches!(other, Endpoints::Nodes { .. }))) {
            features.push("node-selector-labels");
        }
        if !features.is_empty() {
            facts.push_str(&format!("  features {}\n", features.join(", ")));
        }
        look_ups.servers.iter().for_each(|server| facts.push_str(&format!("  {server}\n")));
        if !look_ups.search.is_empty() {
            let domains: Vec<&str> = look_ups.search.iter().map(String::as_str).collect();
            facts.push_str(&format!("  search {}\n", domains.join(", ")));
        }
        if names.by != "app" {
            facts.push_str(&format!("  workloads by {}\n", names.by));
        }
        facts.push('}');
        entries.push(Entry::new(Kind::Cluster, facts));
        let mut push = |text: String, causes: BTreeSet<CauseId>| {
            let kind = if text.starts_with("enforce") { Kind::Enforce } else { Kind::Declaration };
            entries.push(Entry { causes, ..Entry::new(kind, text) });
        };
        if !names.sets.is_empty() {
            for (name, known) in &self.found.inventory.namespaces {
                let known: Vec<String> = known
                    .labels
                    .iter()
                    .filter(|(key, _)| key.as_str() != "kubernetes.io/metadata.name")
                    .map(|(key, value)| format!("{key}: {}", request::quoted(value)))
                    .collect();
                if names.sections.contains_key(name) && !known.is_empty() {
                    push(format!("namespace {name} labels {{ {} }}", known.join(", ")), BTreeSet::new());
                }
            }
        }
        for external in self.externals(None, names) {
            push(external.text, BTreeSet::new());
        }
        for (labels, name) in &names.sets {
            push(format!("namespaces {name} {}", name::braces(labels)), BTreeSet::new());
        }
        for (labels, name) in &names.nodes {
            let of = |one: &&halves::Isolated| one.subject == Subject::Nodes(labels.clone());
            let isolated: Vec<_> = halves.isolated.iter().filter(of).collect();
            let directions: Vec<&str> = isolated.iter().map(|one| direction_word(one.direction)).collect();
            let enforcing =
                if directions.is_empty() { String::new() } else { format!(" enforcing {}", directions.join(", ")) };
            let causes = isolated.iter().map(|one| one.cause).collect();
            push(format!("nodes {name} {}{enforcing}", name::braces(labels)), causes);
        }
        for isolated in &halves.isolated {
            if let Subject::Everywhere(pods) = &isolated.subject
                && let Ok((words, except)) = names.pods(pods, None)
            {
                let mut text = format!("enforce {} for {}", direction_word(isolated.direction), words.join(", "));
                if !except.is_empty() {
                    text.push_str(&format!(" except {}", except.join(", ")));
                }
                push(text, [isolated.cause].into());
            }
        }
    }

    /// The other namespaces' signatures.
    pub(super) fn consent(&self, flows: &[Flow], names: &Names, pages: &mut Pages) -> Result<(), Problems> {
        let mut exposed: IndexMap<(SmolStr, String), (Vec<String>, BTreeSet<CauseId>)> = IndexMap::new();
        for flow in flows.iter().filter(|flow| flow.kind == flow::Kind::May) {
            let Some(home) = &flow.home else { continue };
            for to in &flow.to.pods {
                let Some(there) = to.namespaces.names.as_one() else { continue };
                if there == home || !names.sections.contains_key(there) {
                    continue;
                }
                let refuse = |reason: String| {
                    let refusals: Vec<_> =
                        flow.causes.iter().map(|cause| Refusal::new(*cause, reason.clone())).collect();
                    self.problems_of(&refusals)
                };
                let (objects, _) = names.pods(to, Some(there)).map_err(refuse)?;
                let enforcer = self.scope.enforcer;
                let readers = words::end(&flow.from, names, Some(there), enforcer).map_err(refuse)?;
                let wanted = words::exposed(&flow.connections).map_err(refuse)?;
                for (request, ports) in wanted {
                    for object in &objects {
                        let entry = exposed.entry((there.clone(), format!("{request}{object}{ports}"))).or_default();
                        for reader in readers.iter().flat_map(|phrase| &phrase.items) {
                            if !entry.0.contains(reader) {
                                entry.0.push(reader.clone());
                            }
                        }
                        entry.1.extend(flow.causes.iter().copied());
                    }
                }
            }
        }
        for ((there, object), (readers, causes)) in exposed {
            let text = format!("expose {object} to {}", readers.join(", "));
            section(pages, Some(&there)).entries.push(Entry { causes, ..Entry::new(Kind::Expose, text) });
        }
        Ok(())
    }
}

pub(super) fn direction_word(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "ingress",
        Direction::Egress => "egress",
    }
}

fn enforcing(whole: &[Direction]) -> String {
    match (whole.contains(&Direction::Ingress), whole.contains(&Direction::Egress)) {
        (true, true) => String::new(),
        (true, false) => " enforcing ingress".to_owned(),
        (false, true) => " enforcing egress".to_owned(),
        (false, false) => " enforcing nothing".to_owned(),
    }
}
