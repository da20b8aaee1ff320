//! The files of a draft.

use super::sentence::{Sentence, remark};
use crate::policy::Policy;
use crate::source::Sources;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// A text, and which sentence stands where.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The text, as it is compiled.
    pub text: String,
    /// For each sentence the bytes at which it begins and ends, and its number; in their order.
    places: Vec<(usize, usize, usize)>,
}

impl Page {
    /// The number of the sentence in which this byte is.
    pub fn sentence_at(&self, byte: u32) -> Option<usize> {
        let byte = byte as usize;
        let behind = self.places.partition_point(|(start, ..)| *start <= byte);
        let (_, end, number) = self.places.get(behind.checked_sub(1)?)?;
        (byte < *end).then_some(*number)
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }
}

/// A sentence of the draft.
#[derive(Clone, Copy, Debug)]
pub struct Said<'s> {
    /// Its number.
    pub number: usize,
    /// It.
    pub sentence: &'s Sentence,
    /// Whether the other namespace's consent has to be drafted, too.
    pub consent: bool,
}

impl Said<'_> {
    /// See [`Sentence::exposed`].
    fn exposed(&self) -> Vec<(SmolStr, String, String)> {
        if self.consent { self.sentence.exposed() } else { Vec::new() }
    }
}

/// What stands around the sentences of a file.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// Its header: `namespace shop enforcing ingress`, `platform`.
    pub header: String,
    /// What follows the header before all else: facts of the cluster.
    pub facts: String,
    /// The file, as it will be called.
    pub path: String,
}

/// The frames of all files: those of the project's namespaces are beside the files that these have.
pub struct Frames<'p> {
    /// The project.
    pub policy: &'p Policy,
    /// Its files.
    pub sources: &'p Sources,
    /// What the platform's part of a project begins with that has none yet.
    pub facts: Option<String>,
}

impl Frames<'_> {
    /// That of a namespace, or of the platform.
    pub fn of(&self, home: Option<&SmolStr>) -> Frame {
        let Some(name) = home else {
            let facts = self.facts.clone().unwrap_or_default();
            let path = if self.facts.is_some() { "cluster.ztp" } else { "flows.ztp" };
            return Frame { header: "platform".to_owned(), facts, path: path.to_owned() };
        };
        let plain = format!("namespace {name}");
        let is_header = |text: &str| {
            text.strip_prefix(&plain).is_some_and(|rest| rest.is_empty() || rest.starts_with(" enforcing"))
        };
        let known =
            self.policy.sentences.iter().find(|one| one.namespace.as_ref() == Some(name) && is_header(&one.text));
        match known {
            Some(known) => {
                let relative = self.sources.get(known.span.file).map_or("", |file| file.relative.as_str());
                let folder = relative.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
                // Several namespaces may share a folder, and a draft may have been taken over before.
                let numbered = (2_u32..).map(|number| format!("{folder}flows-{name}-{number}.ztp"));
                let mut paths = std::iter::once(format!("{folder}flows-{name}.ztp")).chain(numbered);
                let is_free = |path: &String| !self.sources.iter().any(|(_, file)| file.relative == *path);
                let path = paths.find(is_free).unwrap_or_default();
                Frame { header: known.text.to_string(), facts: String::new(), path }
            }
            None => Frame { header: plain, facts: String::new(), path: format!("{name}/{name}.ztp") },
        }
    }
}

/// The files, by their paths.
pub fn files(said: &[Said<'_>], new: &BTreeSet<SmolStr>, frames: &Frames<'_>) -> BTreeMap<String, Page> {
    let page = |home: Option<SmolStr>| {
        let frame = frames.of(home.as_ref());
        let mut page = Page::default();
        page.line(&frame.header);
        write(&mut page, home.as_ref(), &frame.facts, said);
        (frame.path, page)
    };
    homes(said, new, frames).into_iter().map(page).collect()
}

/// All of it in one text.
pub fn whole(said: &[Said<'_>], new: &BTreeSet<SmolStr>, frames: &Frames<'_>) -> String {
    let mut page = Page::default();
    for home in homes(said, new, frames) {
        let frame = frames.of(home.as_ref());
        if home.is_some() {
            page.line(&format!("{} {{", frame.header));
        } else {
            page.line(&frame.header);
        }
        write(&mut page, home.as_ref(), &frame.facts, said);
        page.line(if home.is_some() { "}\n" } else { "" });
    }
    page.text
}

/// Whose files there are.
fn homes(said: &[Said<'_>], new: &BTreeSet<SmolStr>, frames: &Frames<'_>) -> BTreeSet<Option<SmolStr>> {
    let mut homes: BTreeSet<Option<SmolStr>> = new.iter().cloned().map(Some).collect();
    homes.extend(frames.facts.is_some().then_some(None));
    for one in said {
        homes.insert(one.sentence.about.home.clone());
        homes.extend(one.exposed().into_iter().map(|(there, ..)| Some(there)));
        homes.extend(one.sentence.declared().map(|(there, _)| Some(there.clone())));
    }
    homes
}

/// Everything below a header.
fn write(page: &mut Page, home: Option<&SmolStr>, facts: &str, said: &[Said<'_>]) {
    if !facts.is_empty() {
        page.line("");
        page.line(facts);
    }
    let declared = said.iter().flat_map(|one| one.sentence.declared());
    let declared: BTreeSet<&String> = declared.filter(|(there, _)| Some(there) == home).map(|(_, text)| text).collect();
    if !declared.is_empty() {
        page.line("");
        declared.iter().for_each(|text| page.line(text));
    }
    for Said { number, sentence, .. } in said.iter().filter(|one| one.sentence.about.home.as_ref() == home) {
        page.line("");
        page.line(&format!("# {}", remark(&sentence.count)));
        let start = page.text.len();
        page.line(&sentence.text());
        page.places.push((start, page.text.len(), *number));
    }
    let mut exposed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (there, what, reader) in said.iter().flat_map(Said::exposed) {
        if Some(&there) == home {
            exposed.entry(what).or_default().insert(reader);
        }
    }
    // Whoever may ping may use what is exposed as a whole, and needs no other consent.
    let wholes: Vec<(String, BTreeSet<String>)> = exposed
        .iter()
        .filter(|(what, _)| !what.contains([':', ' ']))
        .map(|(what, readers)| (what.clone(), readers.clone()))
        .collect();
    for (what, readers) in &mut exposed {
        for (whole, of_whole) in wholes.iter().filter(|(whole, _)| whole != what) {
            let object = what.rsplit_once(' ').map_or(what.as_str(), |(_, object)| object);
            if object.split(':').next() == Some(whole) {
                readers.retain(|reader| !of_whole.contains(reader));
            }
        }
    }
    exposed.retain(|_, readers| !readers.is_empty());
    if !exposed.is_empty() {
        page.line("");
    }
    for (what, readers) in exposed {
        page.line(&format!("expose {what} to {}", readers.into_iter().collect::<Vec<_>>().join(", ")));
    }
}
