//! The show of the model's cases, its people, and ids of small numbers.

#![expect(clippy::expect_used, reason = "a case that can't go on has to stop")]

use std::{collections::BTreeMap, sync::Arc};

use houseful_core::{
    ids::{OwnerRef, PaymentId, ShowId},
    layout::SeatLayout,
    money::Money,
    price::{Channel, PriceCard, PriceRow, TicketType},
    seat::SeatLabel,
    show::{Actor, SalesWindow, ShowTerms},
    time::UtcMillis,
};
use uuid::Uuid;

use super::naive::Who;

pub const SHOW: ShowId = ShowId(7);
pub const NOW: i64 = 1_000_000_000;
pub const WIDTH: u16 = 5;
pub const SEATS: u16 = 15;
pub const MAX: u16 = 4;

pub fn gbp(minor: i64) -> Money {
    Money::new(minor, "GBP".parse().expect("GBP"))
}

pub fn terms() -> Arc<ShowTerms> {
    let hall = "name: N\ncategory o: standard \"S\"\ncategory p: premium \"P\"\n\
                A  ooooo\nB  ooooo\nC  ppppp\n";
    let row = |category: &str, ticket_type: &str, minor| PriceRow {
        category: category.into(),
        ticket_type: ticket_type.into(),
        minor,
    };
    let kind = |code: &str, key| TicketType {
        code: code.into(),
        name: code.into(),
        key,
    };
    let prices = PriceCard {
        currency: gbp(0).currency,
        ticket_types: vec![kind("adult", 'a'), kind("child", 'c')],
        prices: vec![
            row("standard", "adult", 1000),
            row("standard", "child", 700),
            row("premium", "adult", 1500),
        ],
        fees: BTreeMap::new(),
    };
    let until = |ms| SalesWindow {
        opens_at: UtcMillis(0),
        closes_at: UtcMillis(NOW + ms),
    };
    Arc::new(ShowTerms {
        layout: Arc::new(SeatLayout::parse(hall).expect("a hall")),
        prices: Arc::new(prices),
        starts_at: UtcMillis(NOW + 40 * 60_000),
        windows: BTreeMap::from([
            (Channel::Web, until(30 * 60_000)),
            (Channel::Counter, until(i64::from(i32::MAX))),
        ]),
        seats_max: MAX,
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
