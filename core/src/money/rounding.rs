//! Rounding: how a fraction of a minor unit becomes a whole one, and how a sum is shared out.
//!
//! There are no floats: every fraction is a quotient of integers, taken in 128 bits, so nothing is
//! lost before it is rounded, and it is rounded once.

use serde::{Deserialize, Serialize};

/// What becomes of a fraction of a minor unit (or of a coin).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Rounding {
    /// To the nearer one, a half up: what tax offices mean unless they say otherwise.
    #[default]
    HalfUp,
    /// To the nearer one, a half to the even one.
    HalfEven,
    /// To the nearer one, a half down: cash in Chile.
    HalfDown,
    /// A fraction is dropped.
    Down,
}

impl Rounding {
    /// `over / under` as a whole number; below 0 the mirror of above. A quotient of nothing
    /// (`under` of 0 or less) is 0, one that does not fit is the largest number that does.
    #[must_use]
    pub fn quotient(self, over: i128, under: i128) -> i64 {
        if under <= 0 {
            return 0;
        }
        let (size, under) = (over.unsigned_abs(), under.unsigned_abs());
        let (whole, rest) = (size / under, size % under);
        let up = match self {
            Self::Down => false,
            Self::HalfUp => rest >= under - rest,
            Self::HalfDown => rest > under - rest,
            Self::HalfEven => rest > under - rest || (rest == under - rest && whole % 2 == 1),
        };
        let size = i64::try_from(whole + u128::from(up)).unwrap_or(i64::MAX);
        if over < 0 { -size } else { size }
    }

    /// The multiple of `step` that stands for `minor`; a step of 1 or less changes nothing.
    #[must_use]
    pub fn to_step(self, minor: i64, step: i64) -> i64 {
        if step <= 1 {
            return minor;
        }
        let steps = self.quotient(minor.into(), step.into());
        steps.saturating_mul(step)
    }
}

/// Shares `total` (0 or more) out by weight, to the last minor unit: each gets its part rounded
/// down, and what is left goes, one each, to those who lost the largest fraction by that, the first
/// of equal ones first. No share exceeds its weight as long as `total` is not above all weights
/// together. Without any weight all count alike; weights below 0 count as 0.
#[must_use]
pub fn shares(total: i64, weights: &[i64]) -> Vec<i64> {
    let all: i128 = weights.iter().map(|w| i128::from((*w).max(0))).sum();
    let alike = all == 0;
    let all = if alike {
        i128::try_from(weights.len()).unwrap_or(i128::MAX)
    } else {
        all
    };
    if all == 0 {
        return Vec::new();
    }
    let total = i128::from(total.max(0));
    let over = |w: &i64| total * if alike { 1 } else { i128::from((*w).max(0)) };
    let mut out: Vec<i128> = weights.iter().map(|w| over(w) / all).collect();
    let mut by_loss: Vec<usize> = (0..weights.len()).collect();
    // A stable sort: of equal losses the first one stays first.
    by_loss.sort_by_key(|i| std::cmp::Reverse(over(&weights[*i]) % all));
    let left = total - out.iter().sum::<i128>();
    let left = usize::try_from(left).unwrap_or(0);
    for i in by_loss.into_iter().take(left) {
        out[i] += 1;
    }
    let narrow = |share: i128| i64::try_from(share).unwrap_or(i64::MAX);
    out.into_iter().map(narrow).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn halves_go_where_the_rule_says() {
        for (over, under, up, even, down) in [
            (5, 2, 3, 2, 2),
            (7, 2, 4, 4, 3),
            (9, 4, 2, 2, 2),
            (11, 4, 3, 3, 2),
            (6, 2, 3, 3, 3),
            (1, 2, 1, 0, 0),
            (0, 7, 0, 0, 0),
            (-5, 2, -3, -2, -2),
        ] {
            assert_eq!(Rounding::HalfUp.quotient(over, under), up, "{over}/{under}");
            assert_eq!(Rounding::HalfEven.quotient(over, under), even);
            assert_eq!(Rounding::Down.quotient(over, under), down);
            let half = over * 2 % under == 0 && over % under != 0;
            let up = Rounding::HalfUp.quotient(over, under);
            let half_down = if half { down } else { up };
            assert_eq!(Rounding::HalfDown.quotient(over, under), half_down);
        }
        assert_eq!(Rounding::HalfUp.quotient(1, 0), 0);
        assert_eq!(Rounding::HalfUp.quotient(i128::MAX, 1), i64::MAX);
    }

    #[test]
    fn cash_goes_to_the_nearest_coin() {
        for (minor, step, rounded) in [
            (1_982, 5, 1_980),
            (1_983, 5, 1_985),
            (12_349, 100, 12_300),
            (12_350, 100, 12_400),
            (24, 50, 0),
            (25, 50, 50),
            (777, 1, 777),
        ] {
            assert_eq!(Rounding::HalfUp.to_step(minor, step), rounded, "{minor}");
        }
        assert_eq!(Rounding::Down.to_step(1_999, 10), 1_990);
        assert_eq!(Rounding::HalfEven.to_step(25, 10), 20);
    }

    #[test]
    fn what_is_left_goes_to_those_who_lost_most_by_rounding() {
        assert_eq!(shares(10, &[1, 1, 1]), [4, 3, 3]);
        assert_eq!(shares(100, &[50, 30, 20]), [50, 30, 20]);
        assert_eq!(shares(5, &[3, 3, 4]), [2, 1, 2]);
        assert_eq!(shares(7, &[0, 0]), [4, 3]);
        assert_eq!(shares(7, &[0, 9]), [0, 7]);
        assert_eq!(shares(7, &[]), [] as [i64; 0]);
    }

    proptest! {
        #[test]
        fn shares_make_the_whole_and_none_is_far_from_its_part(
            total in 0_i64..1_000_000,
            weights in prop::collection::vec(0_i64..1_000_000, 1..40),
        ) {
            let out = shares(total, &weights);
            prop_assert_eq!(out.iter().sum::<i64>(), total);
            let all: i64 = weights.iter().sum();
            for (share, weight) in out.iter().zip(&weights) {
                prop_assert!(*share >= 0);
                if all > 0 {
                    let exact = i128::from(total) * i128::from(*weight);
                    let off = i128::from(*share) * i128::from(all) - exact;
                    prop_assert!(off.abs() < i128::from(all));
                }
                if total <= all {
                    prop_assert!(share <= weight);
                }
            }
        }

        #[test]
        fn a_rounded_quotient_is_less_than_one_away(over in 0_i64.., under in 1_i64..) {
            for rule in [Rounding::HalfUp, Rounding::HalfEven, Rounding::HalfDown, Rounding::Down] {
                let (over, under) = (i128::from(over), i128::from(under));
                let off = i128::from(rule.quotient(over, under)) * under - over;
                let most = if rule == Rounding::Down { under - 1 } else { under / 2 };
                prop_assert!(off.abs() <= most);
            }
        }
    }
}
