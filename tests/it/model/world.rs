//! The show of the model's cases, its people, and ids of small numbers.

#![expect(clippy::expect_used, reason = "a case that can't go on has to stop")]

use std::{collections::BTreeMap, sync::Arc};

use houseful_core::{
    ids::{OwnerRef, PaymentId, ShowId},
    money::Money,
    price::{Channel, PriceCard},
    refund::{RefundStep, RefundTerms},
    seat::SeatLabel,
    show::{Actor, SalesWindow, ShowTerms},
    time::UtcMillis,
};
use houseful_tests::made_up;
use uuid::Uuid;

use super::naive::Who;

pub const SHOW: ShowId = ShowId(7);
pub const NOW: i64 = 1_000_000_000;
pub const WIDTH: u16 = 5;
pub const SEATS: u16 = 15;
pub const MAX: u16 = 4;

pub fn gbp(minor: i64) -> Money {
    made_up::pence(minor)
}

pub fn terms() -> Arc<ShowTerms> {
    let hall = "name: N\ncategory o: standard \"S\"\ncategory p: premium \"P\"\n\
                A  ooooo\nB  ooooo\nC  ppppp\n";
    let prices = made_up::card(&[
        ("standard", "adult", 1000),
        ("standard", "child", 700),
        ("premium", "adult", 1500),
    ]);
    let step = |before_minutes, keep_percent| RefundStep {
        before_minutes,
        keep_percent,
    };
    let prices = PriceCard {
        refunds: Some(RefundTerms {
            steps: vec![step(30, 10), step(10, 50)],
            booking_fee_kept: true,
            clerk_max_minor: 1500,
        }),
        ..prices
    };
    let until = |ms| SalesWindow {
        opens_at: UtcMillis(0),
        closes_at: UtcMillis(NOW + ms),
    };
    Arc::new(ShowTerms {
        facts: None,
        starts_at: UtcMillis(NOW + 40 * 60_000),
        windows: BTreeMap::from([
            (Channel::Web, until(30 * 60_000)),
            (Channel::Counter, until(i64::from(i32::MAX))),
        ]),
        seats_max: MAX,
        ..made_up::terms(hall, prices)
    })
}

pub fn book_id(book: u8) -> Uuid {
    Uuid::from_u128(0xB000 + u128::from(book))
}

pub fn payment_id(payment: u8) -> PaymentId {
    PaymentId(Uuid::from_u128(0xA000 + u128::from(payment)))
}

pub fn label(seat: Option<u16>) -> SeatLabel {
    let text = seat.map_or_else(
        || "Z1".to_owned(),
        |s| {
            format!(
                "{}{}",
                ["A", "B", "C"][usize::from(s / WIDTH)],
                s % WIDTH + 1
            )
        },
    );
    text.parse().expect("a label")
}

/// The last two people are staff.
pub fn person(name: u8) -> Who {
    Who {
        name,
        staff: name >= 3,
    }
}

pub fn actor(who: Who) -> Actor {
    Actor {
        owner: OwnerRef([who.name; 16]),
        staff: who.staff,
        channel: if who.staff {
            Channel::Counter
        } else {
            Channel::Web
        },
    }
}
