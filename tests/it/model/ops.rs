//! Random steps as small numbers, to be taken modulo what there is.

use proptest::prelude::*;

use super::world::{MAX, SEATS};

/// A wish as small numbers.
#[derive(Clone, Debug)]
pub struct Raw {
    pub first: u16,
    pub many: u16,
    /// 0: adults, 1: children, 2: dogs.
    pub kind: u8,
    /// Something odd: 1 a seat that is not there, 2 a seat twice, 3 an unknown category.
    pub odd: u8,
    pub best: bool,
}

/// One step; who acts, and on which booking, is a number to be taken modulo what there is.
#[derive(Clone, Debug)]
pub enum Op {
    Hold {
        who: u8,
        fresh: bool,
        raw: Raw,
    },
    Change {
        of: u8,
        who: Option<u8>,
        raw: Raw,
    },
    Release {
        of: u8,
        who: Option<u8>,
    },
    Cash {
        of: u8,
        who: u8,
        given: Option<i64>,
        payment: u8,
    },
    News {
        of: u8,
        payment: u8,
        state: u8,
        odd: u8,
    },
    Cancel {
        of: u8,
        who: u8,
    },
    /// The seats of the booking whose bits are set, or all of it.
    Refund {
        of: u8,
        who: u8,
        bits: u8,
        waive: bool,
    },
    /// About the refund that waits, or about one that does not.
    Verdict {
        of: u8,
        who: u8,
        approve: bool,
        odd: bool,
    },
    Sales(u8),
    Block {
        raw: Raw,
        block: bool,
    },
    Expire,
    Tick(u8),
    /// The id of an earlier command again: with its words, by another, or with other words.
    Again {
        which: u8,
        twist: u8,
    },
    OpenAgain,
}

fn raw() -> impl Strategy<Value = Raw> {
    let odd = prop_oneof![24 => Just(0_u8), 1 => 1_u8..4];
    let kind = prop_oneof![12 => Just(0_u8), 4 => Just(1), 1 => Just(2)];
    (
        0..SEATS,
        0..=MAX + 1,
        kind,
        odd,
        proptest::bool::weighted(0.2),
    )
        .prop_map(|(first, many, kind, odd, best)| Raw {
            first,
            many,
            kind,
            odd,
            best,
        })
}

pub fn op() -> impl Strategy<Value = Op> {
    let who = || proptest::option::weighted(0.15, 0_u8..5);
    prop_oneof![
        14 => (0_u8..5, proptest::bool::weighted(0.9), raw())
            .prop_map(|(who, fresh, raw)| Op::Hold { who, fresh, raw }),
        5 => (any::<u8>(), who(), raw()).prop_map(|(of, who, raw)| Op::Change { of, who, raw }),
        3 => (any::<u8>(), who()).prop_map(|(of, who)| Op::Release { of, who }),
        4 => (any::<u8>(), 0_u8..5, proptest::option::of(0_i64..6000), 0_u8..12)
            .prop_map(|(of, who, given, payment)| Op::Cash { of, who, given, payment }),
        12 => (any::<u8>(), 0_u8..12, 0_u8..8, prop_oneof![9 => Just(0_u8), 1 => 1_u8..3])
            .prop_map(|(of, payment, state, odd)| Op::News { of, payment, state, odd }),
        2 => (any::<u8>(), 0_u8..5).prop_map(|(of, who)| Op::Cancel { of, who }),
        6 => (any::<u8>(), 2_u8..5, 0_u8..20, proptest::bool::weighted(0.15))
            .prop_map(|(of, who, bits, waive)| Op::Refund { of, who, bits, waive }),
        3 => (any::<u8>(), 3_u8..5, any::<bool>(), proptest::bool::weighted(0.2))
            .prop_map(|(of, who, approve, odd)| Op::Verdict { of, who, approve, odd }),
        2 => (0_u8..24).prop_map(Op::Sales),
        3 => (raw(), any::<bool>()).prop_map(|(raw, block)| Op::Block { raw, block }),
        3 => Just(Op::Expire),
        9 => (0_u8..10).prop_map(Op::Tick),
        3 => (any::<u8>(), 0_u8..4).prop_map(|(which, twist)| Op::Again { which, twist }),
        1 => Just(Op::OpenAgain),
    ]
}
