//! Sets of ICMP types, 256 of each family.

use std::fmt;

/// ICMP types by family: bit `n` of word `n / 64` is type `n`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IcmpTypes {
    v4: [u64; 4],
    v6: [u64; 4],
}

impl IcmpTypes {
    /// Every type of both families.
    pub const ALL: Self = Self { v4: [u64::MAX; 4], v6: [u64::MAX; 4] };

    /// One type of one family.
    #[must_use]
    pub fn one(v6: bool, number: u8) -> Self {
        let mut types = Self::default();
        let words = if v6 { &mut types.v6 } else { &mut types.v4 };
        if let Some(word) = words.get_mut(usize::from(number / 64)) {
            *word |= 1 << (number % 64);
        }
        types
    }

    /// Every type of one family.
    #[must_use]
    pub fn family(v6: bool) -> Self {
        if v6 { Self { v6: [u64::MAX; 4], ..Self::default() } } else { Self { v4: [u64::MAX; 4], ..Self::default() } }
    }

    /// An echo request of both families: type 8 of ICMP (RFC 792), type 128 of ICMPv6 (RFC 4443).
    #[must_use]
    pub fn echo() -> Self {
        Self::one(false, 8).union(&Self::one(true, 128))
    }

    /// Those in one of them.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    /// Those in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    /// Those in this and not in the other.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & !b)
    }

    /// Those not in it.
    #[must_use]
    pub fn complement(&self) -> Self {
        Self::ALL.difference(self)
    }

    /// Whether none is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether this type of this family is in it.
    #[must_use]
    pub fn contains(&self, v6: bool, number: u8) -> bool {
        !self.intersection(&Self::one(v6, number)).is_empty()
    }

    /// Each with whether it is ICMPv6: those of ICMP first, in order.
    pub fn iter(&self) -> impl Iterator<Item = (bool, u8)> {
        [(false, self.v4), (true, self.v6)].into_iter().flat_map(|(v6, words)| {
            let numbers = (0..=u8::MAX).zip(words.into_iter().flat_map(|word| (0..64).map(move |bit| word >> bit & 1)));
            numbers.filter(|(_, bit)| *bit == 1).map(move |(number, _)| (v6, number))
        })
    }

    fn zip(&self, other: &Self, word: impl Fn(u64, u64) -> u64) -> Self {
        let words = |a: [u64; 4], b: [u64; 4]| {
            std::array::from_fn(|index| a.get(index).zip(b.get(index)).map_or(0, |(a, b)| word(*a, *b)))
        };
        Self { v4: words(self.v4, other.v4), v6: words(self.v6, other.v6) }
    }
}

/// `ping`, `ICMPv4, ICMPv6`, `ICMPv4 type 3, 9-12`
impl fmt::Display for IcmpTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::echo() {
            return f.write_str("ping");
        }
        if self.is_empty() {
            return f.write_str("no ICMP");
        }
        let mut between = "";
        for (v6, name) in [(false, "ICMPv4"), (true, "ICMPv6")] {
            let ranges = ranges(self.iter().filter(|(of, _)| *of == v6).map(|(_, number)| number));
            if ranges.is_empty() {
                continue;
            }
            write!(f, "{between}{name}")?;
            between = ", ";
            if ranges != [(0, u8::MAX)] {
                let ranges = ranges
                    .iter()
                    .map(|(first, last)| if first == last { first.to_string() } else { format!("{first}-{last}") });
                write!(f, " type {}", ranges.collect::<Vec<_>>().join(", "))?;
            }
        }
        Ok(())
    }
}

/// Numbers in order, those that follow each other in one range.
fn ranges(numbers: impl Iterator<Item = u8>) -> Vec<(u8, u8)> {
    let mut ranges: Vec<(u8, u8)> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    ranges
}
