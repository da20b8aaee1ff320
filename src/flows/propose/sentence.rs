//! The sentences of a draft.

use super::ends::{Called, Declaration};
use super::paths::{self, Requests};
use crate::flows::tally::Count;
use crate::flows::words::{path_words, port_words};
use crate::policy::Protocol;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// What a sentence is about, but for its ports and requests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct About {
    /// In whose file it stands; `None` for a platform file.
    pub home: Option<SmolStr>,
    /// Whether it is a grant of the platform's to pods.
    pub always: bool,
    /// Who opens the flows.
    pub from: Called,
    /// Who answers.
    pub to: Called,
    /// Which form it has.
    pub form: Form,
}

/// See [`About`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// `reach`, with ports.
    Reach,
    /// `ping`
    Ping,
    /// Requests at this port.
    Requests(u16),
}

/// What was seen of it.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The ports.
    pub ports: BTreeSet<(Protocol, u16)>,
    /// The requests, as they were.
    pub requests: Requests,
    /// How often and when.
    pub count: Count,
    /// The flows, by their numbers.
    pub flows: Vec<usize>,
}

/// One sentence.
#[derive(Clone, Debug)]
pub struct Sentence {
    /// What it is about, or the first of several addresses.
    pub about: About,
    /// Who opens the flows, in words.
    from: BTreeSet<String>,
    /// Who answers, in words.
    to: BTreeSet<String>,
    /// `:8080`, `:[53/udp, 443]`, or nothing.
    ports: String,
    /// `GET, HEAD /x`
    lines: Vec<String>,
    /// How often and when it was seen.
    pub count: Count,
    /// The flows that call for it, by their numbers.
    pub flows: Vec<usize>,
}

/// All that is wanted as sentences: ports and methods joined, and addresses of which the same is said.
pub fn sentences(wanted: BTreeMap<About, Wanted>) -> Vec<Sentence> {
    let mut sentences: Vec<Sentence> = Vec::with_capacity(wanted.len());
    for (about, wanted) in wanted {
        let home = about.home.as_ref();
        let (from, to) = (about.from.within(home), about.to.within(home));
        let one = Sentence {
            ports: match about.form {
                Form::Reach => port_list(&wanted.ports),
                Form::Ping => String::new(),
                Form::Requests(port) => format!(":{port}"),
            },
            lines: lines(&paths::generalised(&wanted.requests)),
            from: [from].into(),
            to: [to].into(),
            count: wanted.count,
            flows: wanted.flows,
            about,
        };
        let with_address = one.about.from.is_address || one.about.to.is_address;
        match sentences.iter_mut().filter(|_| with_address).find(|other| other.joins(&one)) {
            Some(other) => {
                other.from.extend(one.from);
                other.to.extend(one.to);
                other.count.add(one.count);
                other.flows.extend(one.flows);
            }
            None => sentences.push(one),
        }
    }
    sentences
}

/// The methods of each path, in one line.
fn lines(requests: &Requests) -> Vec<String> {
    let mut by_path: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (method, path) in requests {
        by_path.entry(path).or_default().push(method);
    }
    let spelled = |path: &str| {
        // `{id}` has no place in a path that was seen, so it is spelled apart.
        let parts: Option<Vec<String>> = path
            .split("/{id}")
            .map(|part| match part {
                "" => Some(String::new()),
                part => path_words(part).map(|words| words.trim_matches('"').to_owned()),
            })
            .collect();
        parts.map(|parts| parts.join("/{id}")).unwrap_or_default()
    };
    let quoted = |path: String| {
        let bare = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/{}".contains(&byte));
        if bare { path } else { format!("\"{path}\"") }
    };
    by_path.into_iter().map(|(path, methods)| format!("{} {}", methods.join(", "), quoted(spelled(path)))).collect()
}

fn port_list(ports: &BTreeSet<(Protocol, u16)>) -> String {
    let list: Vec<String> = ports.iter().map(|(protocol, port)| port_words(*protocol, *port)).collect();
    match list.as_slice() {
        [one] => format!(":{one}"),
        several => format!(":[{}]", several.join(", ")),
    }
}

impl Sentence {
    /// Whether it says the same of other addresses.
    fn joins(&self, other: &Self) -> bool {
        let (a, b) = (&self.about, &other.about);
        let alike = (&a.home, a.always, a.form) == (&b.home, b.always, b.form)
            && (&self.ports, &self.lines) == (&other.ports, &other.lines);
        alike
            && ((a.to.is_address && b.to.is_address && a.from == b.from)
                || (a.from.is_address && b.from.is_address && a.to == b.to))
    }

    /// What has to be declared for it.
    pub fn declared(&self) -> impl Iterator<Item = &Declaration> {
        self.about.from.declared.iter().chain(&self.about.to.declared)
    }

    /// As it is written.
    pub fn text(&self) -> String {
        let from = self.from.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let may = if self.about.always { "may always" } else { "may" };
        let objects: Vec<&str> = self.to.iter().map(String::as_str).collect();
        let to = match objects.as_slice() {
            [one] => format!("{one}{}", self.ports),
            several => format!("({}){}", several.join(", "), self.ports),
        };
        match (self.about.form, self.lines.as_slice()) {
            (Form::Reach, _) => format!("{from} {may} reach {to}"),
            (Form::Ping, _) => format!("{from} {may} ping {to}"),
            (Form::Requests(_), [one]) => format!("{from} {may} {one} on {to}"),
            (Form::Requests(_), lines) => format!("{from} {may} use {to} {{\n{}\n}}", lines.join("\n")),
        }
    }

    /// The consent of the other end's namespace, if that is another: the namespace, what it exposes, and to whom.
    pub fn exposed(&self) -> Vec<(SmolStr, String, String)> {
        let About { home: Some(home), always: false, from, to, form } = &self.about else { return Vec::new() };
        let Some(there) = to.home.as_ref().filter(|there| *there != home) else { return Vec::new() };
        let (object, reader) = (to.within(Some(there)), from.within(Some(there)));
        let what = match form {
            Form::Reach => vec![format!("{object}{}", self.ports)],
            Form::Ping => vec![object],
            Form::Requests(_) => self.lines.iter().map(|line| format!("{line} on {object}{}", self.ports)).collect(),
        };
        what.into_iter().map(|what| (there.clone(), what, reader.clone())).collect()
    }
}

/// `seen 12 times, from 2026-11-20 10:00 to 2026-11-21 09:30`
pub fn remark(count: &Count) -> String {
    let times = if count.lines == 1 { "once".to_owned() } else { format!("{} times", count.lines) };
    let minute = |time: &SmolStr| time.get(..16).unwrap_or(time).replace('T', " ");
    match (&count.first, &count.last) {
        (Some(first), Some(last)) if minute(first) == minute(last) => format!("seen {times}, at {} UTC", minute(first)),
        (Some(first), Some(last)) => format!("seen {times}, from {} to {} UTC", minute(first), minute(last)),
        _ => format!("seen {times}"),
    }
}
