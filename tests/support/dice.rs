//! Numbers that look random, the same for the same seed everywhere.

/// See the module.
pub struct Dice(u64);

impl Dice {
    /// Seeds that follow each other give numbers that have nothing in common (SplitMix64).
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        usize::try_from(self.next() % sides as u64).unwrap()
    }

    /// Whether it happens, that often of a hundred times.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.roll(100) < percent
    }

    /// One of these.
    pub fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.roll(from.len())]
    }

    /// One of these texts.
    pub fn word(&mut self, from: &[&str]) -> String {
        (*self.pick(from)).to_owned()
    }

    /// Some of these texts, at least one, in their order.
    pub fn some(&mut self, from: &[&str], most: usize) -> Vec<String> {
        let mut left = 1 + self.roll(most.min(from.len()));
        let mut chosen = Vec::new();
        for (index, text) in from.iter().enumerate() {
            if self.roll(from.len() - index) < left {
                chosen.push((*text).to_owned());
                left -= 1;
            }
        }
        chosen
    }
}
