//! Paths, generalised only where the data asks for it.
//!
//! Where at least [`MANY`] different segments stand at the same position behind the same segments, and each looks like an id
//! (a number, a UUID, or at least eight hexadecimal digits with a decimal one among them), they become `{id}`. Nothing else
//! is generalised.

use std::collections::{BTreeMap, BTreeSet};

/// How many different ids make a pattern.
pub const MANY: usize = 3;

/// Requests: methods and paths.
pub type Requests = BTreeSet<(String, String)>;

/// What stands for an id.
const ID: &str = "{id}";

/// The segments that follow.
#[derive(Default)]
struct Tree {
    next: BTreeMap<String, Tree>,
    /// The methods with which the path ends here.
    methods: BTreeSet<String>,
}

/// The requests as patterns, none of which lies within another.
pub fn generalised(requests: &Requests) -> Requests {
    let mut tree = Tree::default();
    for (method, path) in requests {
        let mut at = &mut tree;
        for segment in path.split('/') {
            at = at.next.entry(segment.to_owned()).or_default();
        }
        at.methods.insert(method.clone());
    }
    let mut found = Requests::new();
    tree.generalise();
    tree.collect("", true, &mut found);
    let within = |one: &(String, String)| {
        found.iter().any(|other| other != one && other.0 == one.0 && includes(&other.1, &one.1))
    };
    found.iter().filter(|one| !within(one)).cloned().collect()
}

impl Tree {
    fn generalise(&mut self) {
        let ids: Vec<String> = self.next.keys().filter(|segment| is_id(segment)).cloned().collect();
        if ids.len() >= MANY {
            let mut all = Tree::default();
            ids.iter().filter_map(|id| self.next.remove(id)).for_each(|one| all.merge(one));
            self.next.insert(ID.to_owned(), all);
        }
        self.next.values_mut().for_each(Tree::generalise);
    }

    fn merge(&mut self, other: Self) {
        self.methods.extend(other.methods);
        for (segment, below) in other.next {
            self.next.entry(segment).or_default().merge(below);
        }
    }

    fn collect(&self, path: &str, first: bool, found: &mut Requests) {
        found.extend(self.methods.iter().map(|method| (method.clone(), path.to_owned())));
        for (segment, below) in &self.next {
            let path = if first { segment.clone() } else { format!("{path}/{segment}") };
            below.collect(&path, false, found);
        }
    }
}

fn is_id(segment: &str) -> bool {
    let digits = || segment.bytes();
    if segment.is_empty() {
        return false;
    }
    if digits().all(|byte| byte.is_ascii_digit()) {
        return true;
    }
    let groups: Vec<usize> = segment.split('-').map(str::len).collect();
    let is_uuid = groups == [8, 4, 4, 4, 12] && digits().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    let is_hex = segment.len() >= 8
        && digits().all(|byte| byte.is_ascii_hexdigit())
        && digits().any(|byte| byte.is_ascii_digit());
    is_uuid || is_hex
}

/// Whether a pattern takes all that another takes.
fn includes(outer: &str, inner: &str) -> bool {
    outer.split('/').count() == inner.split('/').count()
        && outer
            .split('/')
            .zip(inner.split('/'))
            .all(|(outer, inner)| outer == inner || (outer == ID && !inner.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(paths: &[&str]) -> Vec<String> {
        let requests = paths.iter().map(|path| ("GET".to_owned(), (*path).to_owned())).collect();
        generalised(&requests).into_iter().map(|(_, path)| path).collect()
    }

    #[test]
    fn many_ids_at_one_position_become_a_pattern() {
        assert_eq!(of(&["/a/1", "/a/2"]), ["/a/1", "/a/2"], "two are not many");
        assert_eq!(of(&["/a/1", "/a/2", "/a/3"]), ["/a/{id}"]);
        assert_eq!(of(&["/a/1/x", "/a/2/y", "/a/3/x"]), ["/a/{id}/x", "/a/{id}/y"]);
        assert_eq!(of(&["/a/b", "/a/c", "/a/d", "/a/e"]).len(), 4, "words are no ids");
        assert_eq!(of(&["/1/a", "/2/b", "/3/c"]), ["/{id}/a", "/{id}/b", "/{id}/c"]);
        assert_eq!(of(&["/a/1", "/a/2", "/a/3", "/a/new", "/a"]), ["/a", "/a/{id}"], "what lies within is not said");
        assert_eq!(of(&["/a/1", "/b/2", "/c/3"]).len(), 3, "of different positions");
        assert_eq!(of(&["/u/6f1e2a3b4c", "/u/00ff00ff", "/u/9e107d9d-372b-4b2c-8f27-7f3f1f0f1f0f"]), ["/u/{id}"]);
        assert_eq!(of(&["/a/", "/"]), ["/", "/a/"]);
    }
}
