//! Flows to sentences, and sentences that have much in common to one.

use super::flow::{Flow, Kind, by_home};
use super::name::Names;
use super::refusal::Refusal;
use super::request;
use super::words::{self, Action, Phrase};
use crate::policy::EnforcerName;
use crate::verdict::CauseId;
use indexmap::IndexMap;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// How many peers a list has before another sentence begins.
const LONGEST: usize = 8;

/// One sentence on its way.
#[derive(Clone, Debug)]
pub struct Sentence {
    /// In whose file it stands; `None` for a platform file.
    pub home: Option<SmolStr>,
    kind: Kind,
    subjects: Phrase,
    action: Action,
    objects: Vec<(String, String)>,
    except: Vec<String>,
    authenticated: bool,
    /// Where it was said.
    pub causes: BTreeSet<CauseId>,
    /// What stands above it.
    pub comments: Vec<String>,
}

/// All flows as sentences.
///
/// # Errors
/// What has no words.
pub fn of(
    flows: &[Flow],
    names: &Names,
    enforcer: EnforcerName,
    mut comments: impl FnMut(&BTreeSet<CauseId>) -> Vec<String>,
) -> Result<Vec<Sentence>, Vec<Refusal>> {
    let mut sentences = Vec::new();
    let mut refusals = Vec::new();
    for flow in flows {
        match of_flow(flow, names, enforcer) {
            Ok(mut found) => {
                if let Some(first) = found.first_mut() {
                    first.comments = comments(&flow.causes);
                }
                sentences.extend(found);
            }
            Err(reason) => {
                refusals.extend(flow.causes.iter().map(|cause| Refusal::new(*cause, reason.clone())));
            }
        }
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let by_home = by_home(sentences, |sentence| sentence.home.clone()).into_values();
    let joined =
        by_home.flat_map(|sentences| sorted(with_subjects_joined(sorted(with_objects_joined(sorted(sentences))))));
    Ok(joined.collect())
}

/// In one order, whatever the order of the objects was: by whom they are about.
fn sorted(mut sentences: Vec<Sentence>) -> Vec<Sentence> {
    sentences.sort_by_cached_key(Sentence::text);
    sentences
}

fn of_flow(flow: &Flow, names: &Names, enforcer: EnforcerName) -> Result<Vec<Sentence>, String> {
    let home = flow.home.as_ref();
    let from = words::end(&flow.from, names, home, enforcer)?;
    let to = words::end(&flow.to, names, home, enforcer)?;
    let actions = words::actions(&flow.connections)?;
    let mut found = Vec::new();
    for subjects in &from {
        for objects in &to {
            for action in &actions {
                let ports = match action {
                    Action::Reach(ports) | Action::Use(ports, _) | Action::Tls(ports, _) => ports.as_str(),
                    Action::Ping => "",
                };
                // The ports are the objects' now.
                let action = match action {
                    Action::Reach(ports) => {
                        Action::Reach(if ports.is_empty() { String::new() } else { ":".to_owned() })
                    }
                    Action::Use(_, lines) => Action::Use(String::new(), lines.clone()),
                    Action::Tls(_, name) => Action::Tls(String::new(), name.clone()),
                    Action::Ping => Action::Ping,
                };
                found.push(Sentence {
                    home: flow.home.clone(),
                    kind: flow.kind,
                    subjects: subjects.clone(),
                    action,
                    objects: objects.items.iter().map(|item| (item.clone(), ports.to_owned())).collect(),
                    except: objects.except.clone(),
                    authenticated: flow.authenticated,
                    causes: flow.causes.clone(),
                    comments: Vec::new(),
                });
            }
        }
    }
    Ok(found)
}

/// Sentences about the same subjects become one with several objects.
fn with_objects_joined(sentences: Vec<Sentence>) -> Vec<Sentence> {
    let mut joined: Vec<Sentence> = Vec::with_capacity(sentences.len());
    for sentence in sentences {
        let fits = |other: &&mut Sentence| {
            other.like(&sentence)
                && other.subjects == sentence.subjects
                && other.objects.len() + sentence.objects.len() <= LONGEST
        };
        match joined.iter_mut().find(fits) {
            Some(other) => {
                for object in sentence.objects {
                    if !other.objects.contains(&object) {
                        other.objects.push(object);
                    }
                }
                other.causes.extend(sentence.causes);
                other.comments.extend(sentence.comments);
            }
            None => joined.push(sentence),
        }
    }
    joined
}

/// Sentences about the same objects become one with several subjects.
fn with_subjects_joined(sentences: Vec<Sentence>) -> Vec<Sentence> {
    let mut joined: Vec<Sentence> = Vec::with_capacity(sentences.len());
    for sentence in sentences {
        let fits = |other: &&mut Sentence| {
            other.like(&sentence)
                && other.objects == sentence.objects
                && other.subjects.except.is_empty()
                && sentence.subjects.except.is_empty()
                && other.subjects.items.len() + sentence.subjects.items.len() <= LONGEST
        };
        match joined.iter_mut().find(fits) {
            Some(other) => {
                for subject in sentence.subjects.items {
                    if !other.subjects.items.contains(&subject) {
                        other.subjects.items.push(subject);
                    }
                }
                other.causes.extend(sentence.causes);
                other.comments.extend(sentence.comments);
            }
            None => joined.push(sentence),
        }
    }
    joined
}

impl Sentence {
    /// Whether they differ in their subjects and objects at most, and nothing keeps them apart.
    fn like(&self, other: &Self) -> bool {
        // What has a comment of its own keeps its line, and an exception is taken from the whole list.
        other.comments.is_empty()
            && self.except.is_empty()
            && other.except.is_empty()
            && (&self.home, self.kind, &self.action, self.authenticated)
                == (&other.home, other.kind, &other.action, other.authenticated)
    }

    /// The sentence, in one line or with its block.
    pub fn text(&self) -> String {
        let mut text = self.subjects.to_string();
        let all = matches!(self.subjects.items.as_slice(), [one] if one == "workloads in every namespace" || one == "every workload");
        match self.kind {
            Kind::Not if all && self.subjects.except.is_empty() => text = "no workload may".to_owned(),
            Kind::May => text.push_str(" may"),
            Kind::Always => text.push_str(" may always"),
            Kind::Not => text.push_str(" may not"),
        }
        let objects = self.objects();
        let auth = if self.authenticated { " with mutual auth" } else { "" };
        match &self.action {
            Action::Reach(_) => text.push_str(&format!(" reach {objects}{auth}")),
            Action::Ping => text.push_str(&format!(" ping {objects}{auth}")),
            Action::Tls(_, name) => text.push_str(&format!(" reach {objects} with tls name {name}{auth}")),
            Action::Use(_, lines) => match lines.as_slice() {
                [one] => {
                    let (request, narrowed) = request::split(one);
                    text.push_str(&format!(" {request} on {objects}{narrowed}{auth}"));
                }
                lines => {
                    text.push_str(&format!(" use {objects}{auth} {{\n"));
                    lines.iter().for_each(|line| text.push_str(&format!("  {line}\n")));
                    text.push('}');
                }
            },
        }
        text
    }

    /// `a, (b, c):443 except d`
    fn objects(&self) -> String {
        let mut by_ports: IndexMap<&str, Vec<&str>> = IndexMap::new();
        for (object, ports) in &self.objects {
            by_ports.entry(ports).or_default().push(object);
        }
        let one = |(ports, objects): (&&str, &Vec<&str>)| match objects.as_slice() {
            several if several.len() > 1 && !ports.is_empty() => format!("({}){ports}", several.join(", ")),
            several => several.iter().map(|one| format!("{one}{ports}")).collect::<Vec<_>>().join(", "),
        };
        Phrase { items: by_ports.iter().map(one).collect(), except: self.except.clone() }.to_string()
    }
}
