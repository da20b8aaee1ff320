//! The smallest project and flow that still show a disagreement: lines go, then words, then what the flow has too much.

use super::project::Project;
use std::collections::BTreeSet;
use ztp::semantics::connections::Connection;
use ztp::semantics::endpoints::Endpoint;
use ztp::verdict::Flow;

/// How often it is tried; a project is compiled each time.
const TRIES: usize = 3_000;

struct Shrinker<'f> {
    shows: &'f mut dyn FnMut(&Project, Option<&Flow>) -> bool,
    left: usize,
}

/// Makes both smaller, as long as they show it. There is no flow where the compiler's own proof fails.
pub fn shrink(
    mut project: Project,
    mut flow: Option<Flow>,
    shows: &mut dyn FnMut(&Project, Option<&Flow>) -> bool,
) -> (Project, Option<Flow>) {
    let mut shrinker = Shrinker { shows, left: TRIES };
    loop {
        let before = project.to_string().len();
        shrinker.lines(&mut project, flow.as_ref());
        shrinker.words(&mut project, flow.as_ref());
        if project.to_string().len() == before || shrinker.left == 0 {
            break;
        }
    }
    if let Some(flow) = &mut flow {
        shrinker.flow(&project, flow);
    }
    project.0.retain(|(_, lines)| !lines.is_empty());
    (project, flow)
}

impl Shrinker<'_> {
    fn tries(&mut self, project: &Project, flow: Option<&Flow>) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        (self.shows)(project, flow)
    }

    /// Runs of lines, the longest first.
    fn lines(&mut self, project: &mut Project, flow: Option<&Flow>) {
        let mut length = project.lines();
        while length > 0 {
            let mut start = 0;
            loop {
                let places: Vec<(usize, usize)> = project
                    .0
                    .iter()
                    .enumerate()
                    .flat_map(|(file, (_, lines))| (0..lines.len()).map(move |line| (file, line)))
                    .collect();
                if start >= places.len() {
                    break;
                }
                let gone: BTreeSet<_> = places.iter().skip(start).take(length).copied().collect();
                let smaller = project.without(&gone);
                if self.tries(&smaller, flow) {
                    *project = smaller;
                } else {
                    start += length;
                }
            }
            length /= 2;
        }
    }

    /// Runs of up to four words.
    fn words(&mut self, project: &mut Project, flow: Option<&Flow>) {
        for file in 0..project.0.len() {
            for line in 0..project.0[file].1.len() {
                for length in (1..=4).rev() {
                    let mut start = 0;
                    loop {
                        let words: Vec<&str> = project.0[file].1[line].split(' ').collect();
                        if start + length > words.len() {
                            break;
                        }
                        let left = [&words[..start], &words[start + length..]].concat().join(" ");
                        let mut smaller = project.clone();
                        // `a, b` without `b` leaves no comma.
                        smaller.0[file].1[line] = left.trim_end_matches([',', ' ']).to_owned();
                        if self.tries(&smaller, flow) {
                            *project = smaller;
                        } else {
                            start += 1;
                        }
                    }
                }
            }
        }
    }

    fn flow(&mut self, project: &Project, flow: &mut Flow) {
        for simpler in simpler_ends() {
            loop {
                let mut changed = flow.clone();
                if !simpler(&mut changed) || !self.tries(project, Some(&changed)) {
                    break;
                }
                *flow = changed;
            }
        }
        // Labels and names one by one: the first may be the one that matters.
        for from in [true, false] {
            for number in (0..8).rev() {
                let mut changed = flow.clone();
                let end = if from { &mut changed.from } else { &mut changed.to };
                if drop_one(end, number) && self.tries(project, Some(&changed)) {
                    *flow = changed;
                }
            }
        }
    }
}

/// What makes a flow plainer; each says whether it did.
fn simpler_ends() -> [fn(&mut Flow) -> bool; 3] {
    [
        |flow| match &mut flow.connection {
            Connection::Request(line, _) => line.headers.pop_first().is_some() || line.authority.take().is_some(),
            _ => false,
        },
        |flow| account(&mut flow.from),
        |flow| account(&mut flow.to),
    ]
}

fn account(end: &mut Endpoint) -> bool {
    match end {
        Endpoint::Pod(pod) | Endpoint::MeshPod { pod, .. } if pod.service_account != "default" => {
            pod.service_account = "default".into();
            true
        }
        _ => false,
    }
}

/// Takes away the label, label of the namespace or name of this number.
fn drop_one(end: &mut Endpoint, number: usize) -> bool {
    match end {
        Endpoint::Pod(pod) | Endpoint::MeshPod { pod, .. } => {
            if let Some(key) = pod.labels.keys().nth(number).cloned() {
                return pod.labels.remove(&key).is_some();
            }
            let key = number.checked_sub(pod.labels.len()).and_then(|rest| pod.namespace.labels.keys().nth(rest));
            key.cloned().is_some_and(|key| pod.namespace.labels.remove(&key).is_some())
        }
        Endpoint::Node { labels, .. } => {
            labels.keys().nth(number).cloned().is_some_and(|key| labels.remove(&key).is_some())
        }
        Endpoint::Outside { names, .. } if number < names.len() => {
            names.remove(number);
            true
        }
        Endpoint::Outside { .. } | Endpoint::Single(_) => false,
    }
}
