//! Which pods, namespaces and nodes.

use super::Values;
use smol_str::SmolStr;

/// What is asked of one label.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Requirement {
    /// The key, without a source prefix such as `k8s:`.
    pub key: SmolStr,
    /// The test.
    pub op: Op,
}

/// Kubernetes' four tests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Op {
    /// The label is there with one of these values; never empty.
    In(Values),
    /// The label is absent or has none of these values; never empty.
    NotIn(Values),
    /// The label is there.
    Exists,
    /// The label is absent.
    DoesNotExist,
}

impl Op {
    /// The test that holds exactly where this one does not.
    #[must_use]
    pub fn negated(&self) -> Self {
        match self {
            Self::In(values) => Self::NotIn(values.clone()),
            Self::NotIn(values) => Self::In(values.clone()),
            Self::Exists => Self::DoesNotExist,
            Self::DoesNotExist => Self::Exists,
        }
    }
}

/// All requirements must hold; sorted by key. Empty selects everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LabelSelector(pub Vec<Requirement>);

impl LabelSelector {
    /// Sorts and drops repeats.
    #[must_use]
    pub fn new(mut requirements: Vec<Requirement>) -> Self {
        requirements.sort();
        requirements.dedup();
        Self(requirements)
    }

    /// `key` has exactly this value.
    #[must_use]
    pub fn is(key: impl Into<SmolStr>, value: impl Into<SmolStr>) -> Self {
        Self(vec![Requirement { key: key.into(), op: Op::In(Values::one(value)) }])
    }

    /// Both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self::new(self.0.iter().chain(&other.0).cloned().collect())
    }
}

/// Which values of something that always has exactly one: a namespace's name, a pod's service account.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueSet {
    /// Every value.
    #[default]
    Any,
    /// Only these; empty selects nothing.
    In(Values),
    /// All but these; never empty.
    NotIn(Values),
}

impl ValueSet {
    /// Only this value.
    #[must_use]
    pub fn one(value: impl Into<SmolStr>) -> Self {
        Self::In(Values::one(value))
    }

    /// The single value, if it is one.
    #[must_use]
    pub fn as_one(&self) -> Option<&SmolStr> {
        match self {
            Self::In(values) if values.len() == 1 => values.first(),
            _ => None,
        }
    }
}

/// Which namespaces: by name and by label, both must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NamespaceSelector {
    /// By name.
    pub names: ValueSet,
    /// By label.
    pub labels: LabelSelector,
}

/// Which pods. A pod has one namespace and one service account.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PodSelector {
    /// Their namespace.
    pub namespaces: NamespaceSelector,
    /// Their labels.
    pub labels: LabelSelector,
    /// Their service account.
    pub service_account: ValueSet,
}

impl PodSelector {
    /// Every pod of one namespace.
    #[must_use]
    pub fn namespace(name: impl Into<SmolStr>) -> Self {
        Self {
            namespaces: NamespaceSelector { names: ValueSet::one(name), labels: LabelSelector::default() },
            ..Self::default()
        }
    }

    /// These pods of one namespace.
    #[must_use]
    pub fn labelled(namespace: impl Into<SmolStr>, labels: LabelSelector) -> Self {
        Self { labels, ..Self::namespace(namespace) }
    }

    /// Whether these are all pods of their namespaces, whichever those are.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.labels.0.is_empty() && self.service_account == ValueSet::Any
    }

    /// The namespace of which these are all pods; `None` when they are anything else.
    #[must_use]
    pub fn whole_namespace(&self) -> Option<&SmolStr> {
        let every = self.is_whole() && self.namespaces.labels.0.is_empty();
        self.namespaces.names.as_one().filter(|_| every)
    }
}

/// Which nodes, by label.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeSelector(pub LabelSelector);

fn list(values: &Values) -> String {
    let word = |value: &'_ SmolStr| if value.is_empty() { "\"\"".into() } else { value.clone() };
    values.iter().map(word).collect::<Vec<_>>().join(", ")
}

impl std::fmt::Display for Requirement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.op {
            Op::In(values) if values.len() == 1 => write!(f, "{}: {}", self.key, list(values)),
            Op::In(values) => write!(f, "{} in ({})", self.key, list(values)),
            Op::NotIn(values) => write!(f, "{} not in ({})", self.key, list(values)),
            Op::Exists => f.write_str(&self.key),
            Op::DoesNotExist => write!(f, "!{}", self.key),
        }
    }
}

/// `{ app: api, !canary }`, as in a source.
impl std::fmt::Display for LabelSelector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        if parts.is_empty() { f.write_str("{}") } else { write!(f, "{{ {} }}", parts.join(", ")) }
    }
}

/// `shop/{ app: api }`, near to how a source would say it. Different selectors read differently.
impl std::fmt::Display for PodSelector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let set = |values: &ValueSet| match values {
            ValueSet::Any => "*".to_owned(),
            ValueSet::In(values) if values.len() == 1 => list(values),
            ValueSet::In(values) => format!("({})", list(values)),
            ValueSet::NotIn(values) => format!("!({})", list(values)),
        };
        write!(f, "{}", set(&self.namespaces.names))?;
        if !self.namespaces.labels.0.is_empty() {
            write!(f, "{}", self.namespaces.labels)?;
        }
        write!(f, "/{}", self.labels)?;
        if self.service_account != ValueSet::Any {
            write!(f, " as serviceaccount {}", set(&self.service_account))?;
        }
        Ok(())
    }
}
