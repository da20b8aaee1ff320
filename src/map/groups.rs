//! Many units under one name, where to list each of them with each of the others would say nothing more.

use super::VertexId;
use super::classes::{ClassId, Classes};
use super::pairs::Side;
use super::profile::number;
use indexmap::{IndexMap, IndexSet};
use smol_str::SmolStr;
use std::sync::Arc;

/// The most units that are shown one by one where both ends are many.
const FEW: usize = 4;

/// The most names that are listed in a name.
const LISTED: usize = 6;

/// Which units of a side are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Shown {
    /// Those in focus.
    InFocus,
    /// Those that are not.
    Beside,
    /// All.
    All,
}

/// Several units: those that have a place in here, less a few.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Group {
    pub members: Arc<[u32]>,
    /// A position in [`Groups::sets`], for quick comparisons.
    set: u32,
    pub except: Vec<u32>,
    /// The namespace of all of them, if it is one.
    pub namespace: Option<SmolStr>,
}

/// What is known of groups.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// By unit.
    units: Vec<Info>,
    /// How many units each namespace has.
    totals: IndexMap<SmolStr, usize>,
    sets: IndexSet<Arc<[u32]>>,
    /// By the address of a list of classes, which is kept so that the address stays its own.
    bases: IndexMap<(usize, Shown), Base>,
    vertices: IndexMap<(u32, Vec<u32>), VertexId>,
}

/// A list of classes and the units of it that are shown.
#[derive(Debug)]
struct Base {
    #[expect(dead_code, reason = "kept so that its address stays its own")]
    classes: Arc<[ClassId]>,
    units: Arc<[u32]>,
}

#[derive(Debug)]
struct Info {
    name: String,
    namespace: Option<SmolStr>,
    own: bool,
    in_focus: bool,
}

impl Groups {
    /// Takes the next unit.
    pub fn add(&mut self, name: String, namespace: Option<SmolStr>, own: bool, in_focus: bool) {
        if let Some(namespace) = namespace.as_ref().filter(|_| own) {
            *self.totals.entry(namespace.clone()).or_default() += 1;
        }
        self.units.push(Info { name, namespace, own, in_focus });
    }

    /// Whether a unit is among those of whom the connections are shown.
    pub fn is_in_focus(&self, unit: u32) -> bool {
        self.units.get(unit as usize).is_some_and(|info| info.in_focus)
    }

    /// The vertex of a group that has one.
    pub fn vertex(&self, group: &Group) -> Option<VertexId> {
        self.vertices.get(&(group.set, group.except.clone())).copied()
    }

    pub fn set_vertex(&mut self, group: Group, vertex: VertexId) {
        self.vertices.insert((group.set, group.except), vertex);
    }

    /// Whether a side is shown one by one in any case.
    pub fn is_few(&mut self, classes: &Classes, side: &Side, shown: Shown) -> bool {
        let base = self.base(classes, side, shown).len();
        base.saturating_sub(self.except(classes, side, shown).len()) <= FEW
    }

    /// A side, one by one and in groups.
    pub fn of_side(
        &mut self,
        classes: &Classes,
        side: &Side,
        shown: Shown,
        few_others: bool,
    ) -> (Vec<u32>, Vec<Group>) {
        let base = self.base(classes, side, shown);
        let except = self.except(classes, side, shown);
        if base.len().saturating_sub(except.len()) <= FEW {
            let left = base.iter().copied().filter(|unit| except.binary_search(unit).is_err());
            return (left.collect(), Vec::new());
        }
        if !few_others {
            return (Vec::new(), vec![self.group(base, except)]);
        }
        // Those that are all of their namespace, and the others.
        let mut counts: IndexMap<&SmolStr, usize> = IndexMap::new();
        let left = |unit: &&u32| except.binary_search(unit).is_err();
        for unit in base.iter().filter(left) {
            if let Some(namespace) = self.units.get(*unit as usize).and_then(|info| info.namespace.as_ref()) {
                *counts.entry(namespace).or_default() += 1;
            }
        }
        let whole = |unit: &u32| {
            let info = self.units.get(*unit as usize).filter(|info| info.own);
            info.and_then(|info| info.namespace.as_ref())
                .is_some_and(|namespace| counts.get(namespace) == self.totals.get(namespace))
        };
        let (whole, singles): (Vec<u32>, Vec<u32>) = base.iter().filter(left).copied().partition(whole);
        if whole.len() <= FEW {
            let mut all = [whole, singles].concat();
            all.sort_unstable();
            return (all, Vec::new());
        }
        (singles, vec![self.group(whole.into(), Vec::new())])
    }

    fn group(&mut self, members: Arc<[u32]>, except: Vec<u32>) -> Group {
        let mut namespaces: IndexSet<Option<&SmolStr>> = IndexSet::new();
        for info in members.iter().filter_map(|unit| self.units.get(*unit as usize)) {
            namespaces.insert(info.namespace.as_ref());
            if namespaces.len() > 1 {
                break;
            }
        }
        let namespace = match namespaces.as_slice() {
            _ if namespaces.len() != 1 => None,
            _ => namespaces.first().copied().flatten().cloned(),
        };
        let set = number(self.sets.insert_full(members.clone()).0);
        Group { members, set, except, namespace }
    }

    /// What a group is called.
    pub fn name(&self, group: &Group) -> String {
        let info = |unit: &u32| self.units.get(*unit as usize);
        let mut namespaces: IndexMap<&str, usize> = IndexMap::new();
        for namespace in group.members.iter().filter_map(info).filter_map(|info| info.namespace.as_ref()) {
            *namespaces.entry(namespace.as_str()).or_default() += 1;
        }
        namespaces.sort_unstable_keys();
        let whole = namespaces.iter().all(|(name, count)| self.totals.get(*name) == Some(count));
        let names: Vec<&str> = namespaces.keys().copied().collect();
        let short = |unit: &u32| info(unit).map(|info| info.name.as_str()).unwrap_or_default();
        let mut name = if whole && names.len() == self.totals.len() {
            "every workload".to_owned()
        } else if whole {
            format!("every workload of {}", listed(&names, "namespaces"))
        } else if let ([namespace], true) = (names.as_slice(), group.members.len() <= LISTED) {
            let prefix = format!("{namespace}/");
            let mut members: Vec<&str> = group.members.iter().map(short).collect();
            members.sort_unstable();
            let own: Vec<&str> = members.iter().map(|name| name.strip_prefix(&prefix).unwrap_or(name)).collect();
            format!("{namespace}/{{{}}}", own.join(", "))
        } else {
            format!("{} workloads of {}", group.members.len(), listed(&names, "namespaces"))
        };
        if !group.except.is_empty() {
            let mut except: Vec<&str> = group.except.iter().map(short).collect();
            except.sort_unstable();
            name.push_str(" except ");
            name.push_str(&listed(&except, "workloads"));
        }
        name
    }

    /// The units of a side's base, in order.
    fn base(&mut self, classes: &Classes, side: &Side, shown: Shown) -> Arc<[u32]> {
        let key = (side.base.as_ptr().addr(), shown);
        if let Some(known) = self.bases.get(&key) {
            return known.units.clone();
        }
        let mut units = self.units_of(classes, side.base.iter(), shown);
        units.sort_unstable();
        let units: Arc<[u32]> = units.into();
        if side.base.len() > FEW {
            self.bases.insert(key, Base { classes: side.base.clone(), units: units.clone() });
        }
        units
    }

    fn except(&self, classes: &Classes, side: &Side, shown: Shown) -> Vec<u32> {
        let except = side.except.iter().filter(|class| side.base.binary_search(class).is_ok());
        let mut units = self.units_of(classes, except, shown);
        units.sort_unstable();
        units
    }

    fn units_of<'c>(&self, classes: &Classes, of: impl Iterator<Item = &'c ClassId>, shown: Shown) -> Vec<u32> {
        let units = of.filter_map(|class| classes.members.get(*class as usize)).flatten().copied();
        let fits = |unit: &u32| match shown {
            Shown::All => true,
            Shown::InFocus => self.units.get(*unit as usize).is_some_and(|info| info.in_focus),
            Shown::Beside => self.units.get(*unit as usize).is_some_and(|info| !info.in_focus),
        };
        units.filter(fits).collect()
    }
}

/// `a, b, c`, or the first of them and how many more there are.
fn listed(names: &[&str], what: &str) -> String {
    if names.len() <= LISTED {
        return names.join(", ");
    }
    let first: Vec<&str> = names.iter().take(3).copied().collect();
    format!("{} and {} more {what}", first.join(", "), names.len() - first.len())
}
