//! What a revision of a git repository holds: the only place that starts `git`.
//!
//! `REVISION:PATH` is a file or folder of a revision, as git has it: the path begins at the top of the repository, or, with
//! `./`, where `ztp` was started; `REVISION:` is all of it. Nothing is checked out: `git` lists the files and prints them.
//!
//! As on a disk, hidden files and folders are skipped. A symbolic link in place of a file is refused, since what it leads to
//! may be no part of the revision; submodules are other repositories and are not looked into.
#![expect(clippy::disallowed_methods, reason = "this is the one place that starts git")]

use super::disk::{self, Failure};
use super::{Kind, Loaded};
use crate::diagnostic::problem::project::{ProjectProblem, Store};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// A file or folder of a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// As it was written: `main:policies`.
    name: String,
    /// Whether it is a folder.
    folder: bool,
    /// Its files; one without a path, if it is a file.
    entries: Vec<Entry>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    path: String,
    object: String,
    link: bool,
}

impl Place {
    /// Whether a name is of the form `REVISION:PATH`.
    #[must_use]
    pub fn is_named(name: &str) -> bool {
        name.split_once(':').is_some_and(|(revision, _)| !revision.is_empty() && !revision.starts_with('-'))
    }

    /// Looks a place up.
    ///
    /// # Errors
    /// When git cannot be started, this is no repository, or it has no such revision or path.
    pub fn find(name: &str) -> Result<Self, ProjectProblem> {
        let unreadable = |Failed { reason, from }| ProjectProblem::Unreadable { path: name.to_owned(), reason, from };
        let kind = git(&["cat-file", "-t", name]).map_err(unreadable)?;
        let object = git(&["rev-parse", "--verify", name]).map_err(unreadable)?.trim_ascii_end().to_owned();
        let folder = kind.trim_ascii_end() == "tree";
        let entries = if folder {
            let listed = git(&["ls-tree", "-r", "-z", "--full-tree", &object]).map_err(unreadable)?;
            listed.split('\0').filter_map(Entry::read).collect()
        } else {
            vec![Entry { path: String::new(), object, link: false }]
        };
        Ok(Self { name: name.to_owned(), folder, entries })
    }

    /// Whether it is a file or has one of a kind, in it or below.
    #[must_use]
    pub fn holds(&self, kind: Kind) -> bool {
        self.wanted(kind).next().is_some()
    }

    /// Reads all files of a kind.
    #[must_use]
    pub fn load(&self, kind: Kind) -> Loaded {
        let mut loaded = Loaded::default();
        let wanted: Vec<&Entry> = self.wanted(kind).collect();
        if wanted.is_empty() {
            let folder = self.name.clone();
            loaded.problems.push(ProjectProblem::NoFiles { folder, kind: kind.as_str() }.into());
        } else if let Err(error) = self.read(kind, &wanted, &mut loaded) {
            let reason = format!("git broke off: {error}");
            let path = self.name.clone();
            loaded.problems.push(ProjectProblem::Unreadable { path, reason, from: Store::Revision }.into());
        }
        loaded
    }

    fn wanted(&self, kind: Kind) -> impl Iterator<Item = &Entry> {
        let hidden = |path: &str| path.split('/').any(|part| part.starts_with('.'));
        let fits = move |path: &str| kind.fits(Path::new(path)) && !hidden(path);
        self.entries.iter().filter(move |entry| {
            if self.folder { fits(&entry.path) } else { kind.fits(Path::new(&self.name)) || kind == Kind::Manifests }
        })
    }

    /// Has git print the files, one after the other. The names go to it from a thread of their own: git would not read on
    /// while nobody reads what it prints.
    fn read(&self, kind: Kind, wanted: &[&Entry], loaded: &mut Loaded) -> io::Result<()> {
        let mut child = Command::new("git")
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (Some(mut asks), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        std::thread::scope(|scope| {
            scope.spawn(move || {
                // When git breaks off, what it printed tells.
                wanted.iter().try_for_each(|entry| writeln!(asks, "{}", entry.object))
            });
            let mut answers = BufReader::new(answers);
            wanted.iter().try_for_each(|entry| self.read_one(kind, entry, &mut answers, loaded))
        })?;
        child.wait()?;
        Ok(())
    }

    /// Reads `OBJECT blob SIZE`, a newline, the file and another newline.
    fn read_one(&self, kind: Kind, entry: &Entry, answers: &mut impl BufRead, loaded: &mut Loaded) -> io::Result<()> {
        let mut heading = String::new();
        answers.read_line(&mut heading)?;
        let size: Option<u64> = heading.trim_ascii_end().rsplit(' ').next().and_then(|size| size.parse().ok());
        let size = size.ok_or_else(|| io::Error::other(format!("it has no {}", entry.object)))?;
        let mut content = answers.by_ref().take(size + 1);
        let text = if size > kind.limit() {
            Err(Failure::TooLarge)
        } else {
            disk::read(&mut content.by_ref().take(size), usize::try_from(size).unwrap_or_default(), kind.limit())
        };
        io::copy(&mut content, &mut io::sink())?;
        let (path, relative) = self.shown(entry);
        if entry.link {
            let reason = "it is a symbolic link, and these are not followed in a revision".to_owned();
            loaded.problems.push(ProjectProblem::Unreadable { path, reason, from: Store::LinkInRevision }.into());
        } else {
            disk::add(loaded, kind, path, relative, text);
        }
        Ok(())
    }

    /// The path that is shown, and the one below the place.
    fn shown(&self, entry: &Entry) -> (String, String) {
        if !self.folder {
            let file = self.name.rsplit(['/', ':']).next().unwrap_or_default();
            return (self.name.clone(), file.to_owned());
        }
        let between = if self.name.ends_with([':', '/']) { "" } else { "/" };
        (format!("{}{between}{}", self.name, entry.path), entry.path.clone())
    }
}

impl Entry {
    /// Reads `MODE TYPE OBJECT`, a tab and the path.
    fn read(line: &str) -> Option<Self> {
        let (facts, path) = line.split_once('\t')?;
        let mut facts = facts.split(' ');
        let (mode, kind, object) = (facts.next()?, facts.next()?, facts.next()?);
        (kind == "blob").then(|| Self { path: path.to_owned(), object: object.to_owned(), link: mode == "120000" })
    }
}

/// Whether a name is that of a revision. Where git cannot tell, it is not.
#[must_use]
pub fn is_revision(name: &str) -> bool {
    let all = format!("{name}:");
    Place::is_named(&all) && git(&["rev-parse", "--verify", &all]).is_ok()
}

/// Why git does not say what it was asked.
struct Failed {
    reason: String,
    from: Store,
}

/// Runs git and returns what it prints, or in its own words why it fails. Paths that are not UTF-8 have U+FFFD in them.
fn git(args: &[&str]) -> Result<String, Failed> {
    let output = Command::new("git").args(args).stdin(Stdio::null()).output();
    let output = output.map_err(|error| {
        let reason = match error.kind() {
            io::ErrorKind::NotFound => "there is no `git` command".to_owned(),
            _ => format!("git cannot be started: {error}"),
        };
        Failed { reason, from: Store::NoGit }
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next().unwrap_or_default();
    let reason = format!("git says `{}`", said.strip_prefix("fatal: ").unwrap_or(said));
    Err(Failed { reason, from: Store::Revision })
}
