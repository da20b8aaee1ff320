//! The tree of an expression that was read, and the language that it stands for.

use regex_syntax::hir::{Class, ClassUnicode, Hir, Look, Repetition};

/// An expression that both readers take and read the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression(pub(super) Node);

/// A part of an expression. Greediness is left out: it changes which match is found, not whether there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// One character.
    Character(char),
    /// One of these characters; there is at least one.
    Class(ClassUnicode),
    /// A place in the string.
    Assertion(Assertion),
    /// The part as often as this.
    Repeat {
        /// What is repeated.
        node: Box<Node>,
        /// At least so often.
        min: u32,
        /// At most so often; without a limit, when not said.
        max: Option<u32>,
    },
    /// `(…)`: it means the part itself and counts in the program's size.
    Capture(Box<Node>),
    /// One after the other; the empty string if there are none.
    Concatenation(Vec<Node>),
    /// Any one of them.
    Alternation(Vec<Node>),
}

/// A place in the string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assertion {
    /// `^`, `\A`
    TextStart,
    /// `$`, `\z`
    TextEnd,
    /// `(?m)^`
    LineStart,
    /// `(?m)$`
    LineEnd,
    /// `\b`
    WordBoundary,
    /// `\B`
    NoWordBoundary,
}

impl Expression {
    /// The tree.
    #[must_use]
    pub fn node(&self) -> &Node {
        &self.0
    }

    /// The same for Rust's automata.
    #[must_use]
    pub fn to_hir(&self) -> Hir {
        self.0.to_hir()
    }

    /// Whether it asks where in the string it is (`^`, `$`, `\b`, …). Such an expression means something else once
    /// something is put before or behind it.
    #[must_use]
    pub fn has_assertions(&self) -> bool {
        self.0.any(&|node| matches!(node, Node::Assertion(_)))
    }

    /// Whether some part of it takes this character.
    #[must_use]
    pub fn may_take(&self, character: char) -> bool {
        self.0.any(&|node| match node {
            Node::Character(one) => *one == character,
            Node::Class(class) => class.iter().any(|range| (range.start()..=range.end()).contains(&character)),
            _ => false,
        })
    }
}

impl Node {
    fn to_hir(&self) -> Hir {
        let all = |nodes: &[Self]| nodes.iter().map(Self::to_hir).collect();
        match self {
            Self::Character(character) => Hir::literal(character.encode_utf8(&mut [0; 4]).as_bytes()),
            Self::Class(class) => Hir::class(Class::Unicode(class.clone())),
            Self::Assertion(assertion) => Hir::look(match assertion {
                Assertion::TextStart => Look::Start,
                Assertion::TextEnd => Look::End,
                Assertion::LineStart => Look::StartLF,
                Assertion::LineEnd => Look::EndLF,
                Assertion::WordBoundary => Look::WordAscii,
                Assertion::NoWordBoundary => Look::WordAsciiNegate,
            }),
            Self::Repeat { node, min, max } => {
                Hir::repetition(Repetition { min: *min, max: *max, greedy: true, sub: Box::new(node.to_hir()) })
            }
            Self::Capture(node) => node.to_hir(),
            Self::Concatenation(nodes) => Hir::concat(all(nodes)),
            Self::Alternation(nodes) => Hir::alternation(all(nodes)),
        }
    }

    /// Whether the empty string may be in it.
    pub(super) fn may_be_empty(&self) -> bool {
        match self {
            Self::Character(_) | Self::Class(_) => false,
            Self::Assertion(_) => true,
            Self::Repeat { node, min, .. } => *min == 0 || node.may_be_empty(),
            Self::Capture(node) => node.may_be_empty(),
            Self::Concatenation(nodes) => nodes.iter().all(Self::may_be_empty),
            Self::Alternation(nodes) => nodes.iter().any(Self::may_be_empty),
        }
    }

    /// Whether this holds for it or a part of it.
    fn any(&self, holds: &dyn Fn(&Self) -> bool) -> bool {
        holds(self)
            || match self {
                Self::Character(_) | Self::Class(_) | Self::Assertion(_) => false,
                Self::Repeat { node, .. } | Self::Capture(node) => node.any(holds),
                Self::Concatenation(nodes) | Self::Alternation(nodes) => nodes.iter().any(|node| node.any(holds)),
            }
    }
}
