//! How large RE2's program for an expression is.
//!
//! RE2 compiles to instructions and then flattens them into lists (`compile.cc` and `prog.cc` of RE2 2025-11-05): an
//! instruction that is reached from several places, or after one that takes a byte, begins a list, and a branch to
//! such a place costs one instruction more. So:
//!
//! ```text
//! a(b|cd)?e    [fail]  [any byte, > start]  [a]  [b, c, > e]  [d]  [e]  [match]     (b ends at e, d too)
//! ```
//!
//! The count here is never below RE2's and is equal to it for the expressions that are made from path patterns. It is
//! above where RE2 simplifies first: it merges single characters of an alternation into a class, takes out common
//! prefixes, and shares the bytes of characters beyond ASCII.

use super::tree::{Expression, Node};
use regex_syntax::hir::ClassUnicode;
use regex_syntax::utf8::Utf8Sequences;

/// Where the count stops. RE2's own limit for memory lies around here too, a proxy's far below.
const MAX_SIZE: u32 = 10_000;

impl Expression {
    /// RE2's `ProgramSize` for it, or somewhat more; 10,000 for all that are larger.
    #[must_use]
    pub fn program_size(&self) -> u32 {
        let mut program = Program::default();
        let end = program.take(None);
        let start = program.compile(&self.0, end);
        // A search may begin anywhere: any byte may come before.
        let search = program.branch(Vec::new());
        let skip = program.take(Some(search));
        program.set_branch(search, vec![skip, start]);
        if program.is_full() { MAX_SIZE } else { program.size(&[search, start]).min(MAX_SIZE) }
    }
}

/// Index of an instruction.
type Id = usize;

enum Instruction {
    /// Takes a byte, tests a place or notes a capture, and goes on there; or, with nowhere to go on, matches.
    Take(Option<Id>),
    /// Goes on in one of these ways without taking anything.
    Branch(Vec<Id>),
}

/// Built from the end, so that what follows is always known.
#[derive(Default)]
struct Program {
    instructions: Vec<Instruction>,
    /// How many alternations are open.
    alternations: usize,
}

impl Program {
    fn push(&mut self, instruction: Instruction) -> Id {
        self.instructions.push(instruction);
        self.instructions.len() - 1
    }

    fn take(&mut self, next: Option<Id>) -> Id {
        self.push(Instruction::Take(next))
    }

    fn branch(&mut self, ways: Vec<Id>) -> Id {
        self.push(Instruction::Branch(ways))
    }

    fn set_branch(&mut self, branch: Id, ways: Vec<Id>) {
        if let Some(instruction) = self.instructions.get_mut(branch) {
            *instruction = Instruction::Branch(ways);
        }
    }

    fn is_full(&self) -> bool {
        self.instructions.len() > MAX_SIZE as usize
    }

    /// The instruction at which `node`, with `next` after it, begins. Gives up, and returns `next`, once the program is
    /// larger than anybody asks.
    fn compile(&mut self, node: &Node, next: Id) -> Id {
        if self.is_full() {
            return next;
        }
        match node {
            Node::Character(character) => (0..character.len_utf8()).fold(next, |next, _| self.take(Some(next))),
            Node::Class(class) => self.class(class, next),
            Node::Assertion(_) => self.take(Some(next)),
            Node::Capture(node) => {
                let close = self.take(Some(next));
                let inner = self.compile(node, close);
                self.take(Some(inner))
            }
            Node::Concatenation(nodes) => {
                // RE2 makes `x*x` one `x+`, which may branch in one place more.
                let merges = |pair: &&[Node]| matches!(pair, [a, b] if operand(a) == operand(b) && (operand(a) != a || operand(b) != b));
                nodes.windows(2).filter(merges).for_each(|_| _ = self.take(None));
                nodes.iter().rev().fold(next, |next, node| self.compile(node, next))
            }
            Node::Alternation(nodes) => {
                // Of `ab|ac*` RE2 makes `a(?:b|c*)`, and an alternation in a place of its own may branch twice more.
                let factors = |pair: &&[Node]| matches!(pair, [a, b] if parts(a).first() == parts(b).first());
                nodes.windows(2).filter(factors).for_each(|_| {
                    self.take(None);
                    self.take(None);
                });
                self.alternations += 1;
                let ways = nodes.iter().map(|node| self.compile(node, next)).collect();
                self.alternations -= 1;
                self.branch(ways)
            }
            Node::Repeat { node, min, max } => self.repeat(node, *min, *max, next),
        }
    }

    /// `x{2,}` is `xx+`, `x{2,4}` is `xx(x(x)?)?`, and `x*` of what can be empty is `(x+)?`.
    ///
    /// RE2 makes `(?:x?)+` one star, and lists what begins `(?:x+y)*` twice: room is left for that.
    fn repeat(&mut self, node: &Node, min: u32, max: Option<u32>, next: Id) -> Id {
        for part in parts(node) {
            if matches!(part, Node::Repeat { .. }) {
                let spare = self.branch(Vec::new());
                self.compile(part, spare);
            }
            if !part.may_be_empty() {
                break;
            }
        }
        let mut at = next;
        let copies = match max {
            Some(max) => {
                for _ in min..max {
                    let once = self.compile(node, at);
                    at = self.branch(vec![once, next]);
                }
                min
            }
            None => {
                let again = self.branch(Vec::new());
                let body = self.compile(node, again);
                self.set_branch(again, vec![body, next]);
                at = match min {
                    0 if node.may_be_empty() => self.branch(vec![body, next]),
                    0 => again,
                    _ => body,
                };
                min.saturating_sub(1)
            }
        };
        (0..copies).fold(at, |at, _| self.compile(node, at))
    }

    /// A way for each run of bytes. All of Unicode above ASCII is six instructions, and a letter in both cases is one,
    /// unless RE2 may have merged the class with others of an alternation that have a letter in one case.
    fn class(&mut self, class: &ClassUnicode, next: Id) -> Id {
        let folds = self.alternations == 0 && folds_ascii(class);
        let mut ways = Vec::new();
        for range in class.iter() {
            let (low, high) = (range.start(), range.end());
            if folds && low.is_ascii_uppercase() && high.is_ascii_uppercase() {
                continue;
            }
            if low.is_ascii() {
                ways.push(self.take(Some(next)));
            }
            if low <= '\u{80}' && high == char::MAX {
                let mut rest = next;
                for _ in 0..3 {
                    rest = self.take(Some(rest));
                    ways.push(self.take(Some(rest)));
                }
            } else if !high.is_ascii() {
                for sequence in Utf8Sequences::new(low.max('\u{80}'), high) {
                    if self.is_full() {
                        return next;
                    }
                    ways.push((0..sequence.len()).fold(next, |next, _| self.take(Some(next))));
                }
            }
        }
        match ways.as_slice() {
            [only] => *only,
            _ => self.branch(ways),
        }
    }

    /// One for failure, one for each that takes something, and one for each way of a branch that leads to the begin of
    /// a list.
    fn size(&self, starts: &[Id]) -> u32 {
        let mut reached = vec![0_usize; self.instructions.len()];
        let mut reach = |id: Id, times: usize| {
            if let Some(count) = reached.get_mut(id) {
                *count += times;
            }
        };
        starts.iter().for_each(|start| reach(*start, 2));
        for instruction in &self.instructions {
            match instruction {
                Instruction::Take(next) => next.iter().for_each(|id| reach(*id, 2)),
                Instruction::Branch(ways) => ways.iter().for_each(|id| reach(*id, 1)),
            }
        }
        let begins_list = |id: &&Id| reached.get(**id).is_some_and(|count| *count > 1);
        let cost = |instruction: &Instruction| match instruction {
            Instruction::Take(_) => 1,
            Instruction::Branch(ways) => ways.iter().filter(begins_list).count(),
        };
        u32::try_from(1 + self.instructions.iter().map(cost).sum::<usize>()).unwrap_or(u32::MAX)
    }
}

/// What stands one after the other.
fn parts(node: &Node) -> &[Node] {
    match node {
        Node::Concatenation(nodes) => nodes,
        node => std::slice::from_ref(node),
    }
}

/// What is repeated, or the part itself.
fn operand(node: &Node) -> &Node {
    match node {
        Node::Repeat { node, .. } => node,
        node => node,
    }
}

/// Whether the class has the same letters in both cases, and at least one.
fn folds_ascii(class: &ClassUnicode) -> bool {
    let has = |letter: char| class.iter().any(|range| (range.start()..=range.end()).contains(&letter));
    let mut some = false;
    ('a'..='z').all(|letter| {
        some |= has(letter);
        has(letter) == has(letter.to_ascii_uppercase())
    }) && some
}
