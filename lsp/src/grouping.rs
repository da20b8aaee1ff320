//! Which files belong together: the projects of an editor's folders.
//!
//! A project is what the command line would read together: some root folders, with platform files at their top. Without
//! settings these are found by what the files say, as docs/language-server.md has it; two projects are never made one
//! on a guess. Invariant: a root belongs to one project, and a file to that of the innermost root that holds it.

use crate::document::Document;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// What a text says that decides to which project its file belongs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gist {
    /// Whether its first header is `platform`.
    pub platform: bool,
    /// The namespaces that it declares for others.
    declares: BTreeSet<String>,
    /// The namespaces that it has headers for.
    holds: BTreeSet<String>,
}

impl Gist {
    /// Reads a text line by line: it may be half-typed, and a wrong guess is put right by the next change.
    pub fn of(text: &str) -> Self {
        let mut gist = Self::default();
        let mut lines =
            text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).peekable();
        gist.platform = lines.peek().is_some_and(|line| line.split_whitespace().next() == Some("platform"));
        for line in lines {
            let mut words = line.split_whitespace();
            let (Some("namespace"), Some(name)) = (words.next(), words.next()) else { continue };
            let declares = gist.platform && !line.ends_with('{');
            let names = if declares { &mut gist.declares } else { &mut gist.holds };
            names.insert(name.trim_end_matches('{').to_owned());
        }
        gist
    }
}

/// Where a project lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its root folders, as the arguments of the command; a file may be one, too. Never empty.
    roots: BTreeSet<PathBuf>,
    /// The folder from which paths are shown, as if the command were started there.
    base: PathBuf,
}

impl Place {
    /// A project with one root.
    fn one(root: &Path, base: &Path) -> Self {
        Self { roots: BTreeSet::from([root.to_owned()]), base: base.to_owned() }
    }

    /// A project of several roots that lie in some of the editor's folders.
    fn of(roots: BTreeSet<PathBuf>, folders: &[PathBuf]) -> Self {
        let holding: BTreeSet<&Path> =
            roots.iter().map(|root| folder_of(folders, root).unwrap_or_else(|| parent(root))).collect();
        let base = shared(holding.into_iter());
        Self { roots, base }
    }

    /// A path as it is shown.
    pub fn shown(&self, path: &Path) -> String {
        below(path, &self.base)
    }

    /// A path below its root.
    pub fn relative(&self, path: &Path) -> String {
        let root = path.ancestors().find(|above| self.roots.contains(*above)).unwrap_or(&self.base);
        // A root that is a file lies in itself.
        below(path, if root == path { parent(path) } else { root })
    }
}

/// All projects: by each root its project's place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grouping(BTreeMap<PathBuf, Arc<Place>>);

impl Grouping {
    /// The name of the project that a file belongs to: its first root.
    pub fn project_of(&self, path: &Path) -> Option<&PathBuf> {
        path.ancestors().find_map(|above| self.0.get(above))?.roots.first()
    }

    /// Every project, by its name.
    pub fn projects(&self) -> BTreeMap<&PathBuf, &Arc<Place>> {
        self.0.values().filter_map(|place| Some((place.roots.first()?, place))).collect()
    }

    fn add(&mut self, place: Place) {
        let place = Arc::new(place);
        for root in &place.roots {
            self.0.insert(root.clone(), Arc::clone(&place));
        }
    }
}

/// Divides all files among projects. `roots` are those that the user names.
pub fn group(folders: &[PathBuf], roots: &BTreeSet<PathBuf>, documents: &BTreeMap<PathBuf, Document>) -> Grouping {
    let mut grouping = Grouping::default();
    if !roots.is_empty() {
        grouping.add(Place::of(roots.clone(), folders));
    }
    let named = |path: &Path| path.ancestors().any(|above| roots.contains(above));
    let files: Vec<Filed<'_>> = documents
        .iter()
        .filter(|(path, _)| !named(path))
        .map(|(path, document)| {
            let folder = folder_of(folders, path).unwrap_or_else(|| parent(path));
            Filed { path, folder, gist: &document.gist }
        })
        .collect();
    let tops: BTreeSet<&Path> = files.iter().filter(|file| file.gist.platform).map(|file| parent(file.path)).collect();
    // The outermost: a platform file below another one's folder is misplaced, which `ztp check` says.
    let platform_of = |file: &Filed<'_>| {
        let above = parent(file.path).ancestors().take_while(|above| above.starts_with(file.folder));
        above.filter(|above| tops.contains(above)).last().map(Path::to_owned)
    };
    let (mut platforms, mut loose): (BTreeMap<PathBuf, Platform<'_>>, Vec<Filed<'_>>) = Default::default();
    for file in files {
        match platform_of(&file) {
            Some(root) => platforms.entry(root).or_insert_with(|| Platform::new(file.folder)).take(file.gist),
            None => loose.push(file),
        }
    }
    let joined = siblings(&platforms, &loose, folders);
    for (root, platform) in &platforms {
        let mut roots = joined.get(root).cloned().unwrap_or_default();
        if roots.is_empty() {
            grouping.add(Place::one(root, platform.folder));
        } else {
            roots.insert(root.clone());
            grouping.add(Place::of(roots, folders));
        }
    }
    for file in loose {
        let belongs = file.path.ancestors().take_while(|above| above.starts_with(file.folder));
        if !belongs.into_iter().any(|above| grouping.0.contains_key(above)) {
            grouping.add(Place::one(file.folder, file.folder));
        }
    }
    grouping
}

/// A file, the editor's folder that it lies in, and what it says.
#[derive(Clone, Copy)]
struct Filed<'f> {
    path: &'f Path,
    folder: &'f Path,
    gist: &'f Gist,
}

/// A folder with platform files, and what all files in it and below say.
struct Platform<'f> {
    folder: &'f Path,
    declares: BTreeSet<&'f str>,
    holds: BTreeSet<&'f str>,
}

impl<'f> Platform<'f> {
    fn new(folder: &'f Path) -> Self {
        Self { folder, declares: BTreeSet::new(), holds: BTreeSet::new() }
    }

    fn take(&mut self, gist: &'f Gist) {
        if gist.platform {
            self.declares.extend(gist.declares.iter().map(String::as_str));
        }
        self.holds.extend(gist.holds.iter().map(String::as_str));
    }

    /// The namespaces that it declares and has no file for.
    fn awaits(&self) -> impl Iterator<Item = &'f str> {
        self.declares.difference(&self.holds).copied()
    }
}

/// What stands beside platform folders and has the files that one of them waits for: by the platform's folder the roots
/// that join it. Beside a folder stands all that its parent holds and, if it is an editor's folder, the editor's others.
fn siblings(
    platforms: &BTreeMap<PathBuf, Platform<'_>>,
    loose: &[Filed<'_>],
    folders: &[PathBuf],
) -> BTreeMap<PathBuf, BTreeSet<PathBuf>> {
    // `None` stands for the editor, which holds its folders.
    let above = |root: &Path| (!folders.iter().any(|folder| folder == root)).then(|| parent(root).to_owned());
    let mut awaiting: BTreeMap<(Option<PathBuf>, &str), Vec<&PathBuf>> = BTreeMap::new();
    for (root, platform) in platforms {
        for name in platform.awaits() {
            awaiting.entry((above(root), name)).or_default().push(root);
        }
    }
    let parents: BTreeSet<&Option<PathBuf>> = awaiting.keys().map(|(parent, _)| parent).collect();
    // Whatever has a platform folder in it has a project of its own.
    let busy: BTreeSet<&Path> = platforms.keys().flat_map(|root| root.ancestors()).collect();
    let mut holding: BTreeMap<(Option<PathBuf>, &str), BTreeSet<&Path>> = BTreeMap::new();
    for file in loose.iter().filter(|file| folders.iter().any(|folder| folder == file.folder)) {
        let outermost =
            file.path.ancestors().take_while(|above| above.starts_with(file.folder) && !busy.contains(above));
        let Some(unit) = outermost.last() else { continue };
        let within = above(unit);
        if parents.contains(&within) {
            for name in &file.gist.holds {
                holding.entry((within.clone(), name)).or_default().insert(unit);
            }
        }
    }
    let mut claims: BTreeMap<&Path, BTreeSet<&PathBuf>> = BTreeMap::new();
    for (name, units) in &holding {
        // Two that have it may be two versions of one, of which the command line is given one.
        if let (Some(roots), Some(unit), 1) = (awaiting.get(name), units.first(), units.len()) {
            claims.entry(unit).or_default().extend(roots);
        }
    }
    let mut joined: BTreeMap<PathBuf, BTreeSet<PathBuf>> = BTreeMap::new();
    for (unit, roots) in claims {
        if let (Some(root), 1) = (roots.first(), roots.len()) {
            joined.entry((*root).clone()).or_default().insert(unit.to_owned());
        }
    }
    joined
}

/// The folders that a user's `roots` name: relative ones lie in the editor's folder or, with several, in the first of
/// them that has such files, or else in the folder that holds them all. With those that hold no file.
pub fn named_roots(
    said: &[String],
    folders: &[PathBuf],
    documents: &BTreeMap<PathBuf, Document>,
) -> (BTreeSet<PathBuf>, Vec<String>) {
    let (mut found, mut missing) = (BTreeSet::new(), Vec::new());
    let together = shared(folders.iter().map(PathBuf::as_path));
    for text in said {
        let places = folders.iter().map(PathBuf::as_path).chain((folders.len() > 1).then_some(together.as_path()));
        let mut candidates = places.map(|place| plain(&place.join(text)));
        match candidates.find(|root| at(documents, root).next().is_some()) {
            Some(root) => {
                found.insert(root);
            }
            None => missing.push(text.clone()),
        }
    }
    (found, missing)
}

/// The files at a path and below it.
pub fn at<'d>(
    documents: &'d BTreeMap<PathBuf, Document>,
    path: &Path,
) -> impl Iterator<Item = (&'d PathBuf, &'d Document)> + use<'d> {
    let (first, path) = ((Bound::Included(path), Bound::Unbounded), path.to_owned());
    documents.range::<Path, _>(first).take_while(move |(known, _)| known.starts_with(&path))
}

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

/// The innermost folder that holds all of some.
fn shared<'p>(mut paths: impl Iterator<Item = &'p Path>) -> PathBuf {
    let Some(first) = paths.next() else { return PathBuf::new() };
    paths
        .fold(first, |held, path| held.ancestors().find(|above| path.starts_with(above)).unwrap_or(Path::new("")))
        .to_owned()
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

/// A path below a folder, with `/` between its parts.
fn below(path: &Path, folder: &Path) -> String {
    let rest = path.strip_prefix(folder).unwrap_or(path);
    ztp::world::shown(rest)
}

/// The innermost of the editor's folders that holds a path.
pub fn folder_of<'f>(folders: &'f [PathBuf], path: &Path) -> Option<&'f Path> {
    let holding = folders.iter().filter(|folder| path.starts_with(folder));
    holding.max_by_key(|folder| folder.components().count()).map(PathBuf::as_path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The projects of some files, each as its roots: `platform+teams`.
    fn projects(folders: &[&str], roots: &[&str], files: &[(&str, &str)]) -> Vec<String> {
        let folders: Vec<PathBuf> = folders.iter().map(PathBuf::from).collect();
        let uri = || "file:///x.ztp".parse().unwrap();
        let documents: BTreeMap<PathBuf, Document> = files
            .iter()
            .map(|(path, text)| (PathBuf::from(path), Document::new(uri(), &text.replace("; ", "\n"), None)))
            .collect();
        let said: Vec<String> = roots.iter().map(|root| (*root).to_owned()).collect();
        let (roots, missing) = named_roots(&said, &folders, &documents);
        assert_eq!(missing, Vec::<String>::new());
        let grouping = group(&folders, &roots, &documents);
        for path in documents.keys() {
            assert!(grouping.project_of(path).is_some(), "{} is lost", path.display());
        }
        let shown = |place: &&Arc<Place>| {
            let roots: Vec<String> = place.roots.iter().map(|root| root.display().to_string()).collect();
            roots.join("+")
        };
        grouping.projects().values().map(shown).collect()
    }

    const DECLARES: &str = "platform; namespace shop in shop/; namespace bank in bank/ owner \"x\"";

    #[test]
    fn a_folder_with_platform_files_is_a_project() {
        let files = [("/e/one/p.ztp", "platform"), ("/e/one/a/a.ztp", "namespace a"), ("/e/b.ztp", "namespace b")];
        assert_eq!(projects(&["/e"], &[], &files), ["/e", "/e/one"]);
        assert_eq!(projects(&["/e"], &[], &[("/e/platform/p.ztp", DECLARES)]), ["/e/platform"]);
        let top = [("/e/p.ztp", DECLARES), ("/e/shop/p.ztp", "platform"), ("/e/shop/s.ztp", "namespace shop")];
        assert_eq!(projects(&["/e"], &[], &top), ["/e"]);
    }

    #[test]
    fn what_a_platform_waits_for_joins_it() {
        let teams = [
            ("/e/policies/platform/p.ztp", DECLARES),
            ("/e/policies/teams/shop/s.ztp", "# what; namespace shop {"),
            ("/e/policies/teams/new/n.ztp", "namespace new"),
            ("/e/demo/d.ztp", "namespace demo"),
        ];
        assert_eq!(projects(&["/e"], &[], &teams), ["/e", "/e/policies/platform+/e/policies/teams"]);
        let flat = [
            ("/e/platform/p.ztp", DECLARES),
            ("/e/shop/s.ztp", "namespace shop"),
            ("/e/bank.ztp", "namespace bank"),
            ("/e/demo/d.ztp", "namespace demo"),
        ];
        assert_eq!(projects(&["/e"], &[], &flat), ["/e", "/e/bank.ztp+/e/platform+/e/shop"]);
    }

    #[test]
    fn clones_side_by_side_are_one_where_one_waits_for_the_other() {
        let clones =
            [("/s/platform/p.ztp", DECLARES), ("/s/shop/s.ztp", "namespace shop"), ("/s/x/x.ztp", "namespace x")];
        assert_eq!(projects(&["/s/platform", "/s/shop", "/s/x"], &[], &clones), ["/s/platform+/s/shop", "/s/x"]);
        assert_eq!(projects(&["/s/shop"], &[], &clones[1..2]), ["/s/shop"]);
    }

    #[test]
    fn nothing_joins_on_a_guess() {
        // Two that wait for it.
        let two = [("/e/a/p.ztp", DECLARES), ("/e/b/p.ztp", DECLARES), ("/e/shop/s.ztp", "namespace shop")];
        assert_eq!(projects(&["/e"], &[], &two), ["/e", "/e/a", "/e/b"]);
        // One that has it already.
        let has = [("/e/a/p.ztp", DECLARES), ("/e/a/shop/s.ztp", "namespace shop"), ("/e/q/s.ztp", "namespace shop")];
        assert_eq!(projects(&["/e"], &[], &has), ["/e", "/e/a"]);
        // Two that could be meant.
        let both = [("/e/p/p.ztp", DECLARES), ("/e/t/s.ztp", "namespace shop"), ("/e/old/s.ztp", "namespace shop")];
        assert_eq!(projects(&["/e"], &[], &both), ["/e", "/e/p"]);
        // One with a platform of its own.
        let own = [("/e/p/p.ztp", DECLARES), ("/e/t/p.ztp", "platform"), ("/e/t/s.ztp", "namespace shop")];
        assert_eq!(projects(&["/e"], &[], &own), ["/e/p", "/e/t"]);
        let deep = [("/e/p/p.ztp", DECLARES), ("/e/t/u/p.ztp", "platform"), ("/e/t/s.ztp", "namespace shop")];
        assert_eq!(projects(&["/e"], &[], &deep), ["/e", "/e/p", "/e/t/u"]);
    }

    #[test]
    fn roots_that_are_named_are_a_project() {
        let files = [
            ("/e/a/p.ztp", "platform"),
            ("/e/b/s.ztp", "namespace shop"),
            ("/e/c/p.ztp", "platform"),
            ("/e/d.ztp", "namespace d"),
        ];
        assert_eq!(projects(&["/e"], &["a", "./b/"], &files), ["/e", "/e/a+/e/b", "/e/c"]);
        assert_eq!(projects(&["/e/a", "/e/b"], &["a", "b"], &files[..2]), ["/e/a+/e/b"]);
    }

    #[test]
    fn paths_are_those_of_the_command() {
        let roots = ["/s/platform", "/s/shop"].map(PathBuf::from);
        let place = Place::of(BTreeSet::from(roots.clone()), &roots);
        let path = Path::new("/s/shop/web/w.ztp");
        assert_eq!((place.shown(path).as_str(), place.relative(path).as_str()), ("shop/web/w.ztp", "web/w.ztp"));
        let place = Place::of(BTreeSet::from(["/e/x/platform", "/e/x/s.ztp"].map(PathBuf::from)), &["/e".into()]);
        let path = Path::new("/e/x/s.ztp");
        assert_eq!((place.shown(path).as_str(), place.relative(path).as_str()), ("x/s.ztp", "s.ztp"));
    }
}
