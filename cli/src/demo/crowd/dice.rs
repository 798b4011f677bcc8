//! Chance that can be repeated: the same seed gives the same people with the same habits.

/// A small generator (SplitMix64). Good enough for habits, never for secrets.
#[derive(Clone, Debug)]
pub struct Dice {
    state: u64,
}

impl Dice {
    /// Dice for the person with number `who` of the crowd with this seed.
    #[must_use]
    pub fn new(seed: u64, who: u64) -> Self {
        let mut dice = Self {
            state: seed ^ who.wrapping_mul(0xD6E8_FEB8_6659_FD93),
        };
        // Seeds that lie close together would begin alike.
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`; 0 when `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % end).unwrap_or(0)
    }

    /// A number from `low` to `high`, both possible.
    pub fn between(&mut self, low: u32, high: u32) -> u32 {
        let spread = u64::from(high.saturating_sub(low)) + 1;
        low + u32::try_from(self.next() % spread).unwrap_or(0)
    }

    /// Whether something happens that happens in `share` of 1,000 cases.
    pub fn happens(&mut self, share: u32) -> bool {
        self.next() % 1000 < u64::from(share)
    }

    /// One of them, all alike.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    /// One of them, the first ones far more often: what is popular.
    pub fn popular<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let end = self.below(of.len()) + 1;
        of.get(self.below(end))
    }

    /// One of the answers by its share; the shares may add up to anything.
    pub fn weighed<T: Copy>(&mut self, of: &[(u32, T)]) -> Option<T> {
        let all: u32 = of.iter().map(|(share, _)| share).sum();
        let mut left = self.between(1, all.max(1));
        for (share, value) in of {
            if left <= *share {
                return Some(*value);
            }
            left -= share;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_person_throw_the_same() {
        let throw = |seed, who| {
            let mut dice = Dice::new(seed, who);
            (0..20).map(|_| dice.below(1_000)).collect::<Vec<_>>()
        };
        assert_eq!(throw(7, 3), throw(7, 3));
        assert_ne!(throw(7, 3), throw(7, 4));
        assert_ne!(throw(7, 3), throw(8, 3));
    }

    #[test]
    fn shares_are_kept() {
        let mut dice = Dice::new(1, 1);
        let mut seen = [0_u32; 3];
        for _ in 0..10_000 {
            let side = dice.weighed(&[(700, 0_usize), (300, 1), (0, 2)]);
            seen[side.unwrap_or(2)] += 1;
        }
        assert!(seen[0].abs_diff(7_000) < 300, "{seen:?}");
        assert_eq!(seen[2], 0);
        assert_eq!(dice.below(0), 0);
        assert_eq!(dice.one::<u8>(&[]), None);
        assert!((0..1_000).all(|_| (3..=5).contains(&dice.between(3, 5))));
    }
}
