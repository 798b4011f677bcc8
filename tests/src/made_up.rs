//! Shows and people that are made up for a test: a hall in a few letters, prices in a table.

#![expect(
    clippy::expect_used,
    reason = "a show that can't be made up ends its test at once"
)]

use std::{collections::BTreeMap, sync::Arc};

use houseful_core::{
    ids::{CommandId, OwnerRef},
    layout::SeatLayout,
    money::{Currency, Money},
    price::{Channel, PriceCard, PriceRow, TicketType},
    sale::SaleRules,
    show::{
        Actor, Ask, Command, HoldRules, OrphanRule, Party, Proof, SalesWindow, SeatPick, ShowTerms,
        Wish,
    },
    time::UtcMillis,
};
use houseful_server::chance;

/// What everything costs in.
///
/// # Panics
/// Never.
#[must_use]
pub fn gbp() -> Currency {
    "GBP".parse().expect("a currency")
}

/// So many pence.
#[must_use]
pub fn pence(minor: i64) -> Money {
    Money::new(minor, gbp())
}

/// A price card of rows: category, ticket type, pence. Ticket types come in the order of the rows
/// and are chosen by their first letter.
#[must_use]
pub fn card(rows: &[(&str, &str, i64)]) -> PriceCard {
    let mut ticket_types: Vec<TicketType> = Vec::new();
    for (_, code, _) in rows {
        if !ticket_types.iter().any(|known| known.code == *code) {
            ticket_types.push(TicketType {
                code: (*code).to_owned(),
                name: (*code).to_owned(),
                key: code.chars().next().unwrap_or('?'),
            });
        }
    }
    let row = |(category, ticket_type, minor): &(&str, &str, i64)| PriceRow {
        category: (*category).to_owned(),
        ticket_type: (*ticket_type).to_owned(),
        minor: *minor,
    };
    PriceCard {
        currency: gbp(),
        ticket_types,
        prices: rows.iter().map(row).collect(),
        fees: BTreeMap::new(),
        refunds: None,
        rules: None,
    }
}

/// The same hours on the web and at the counter.
#[must_use]
pub fn windows(opens_at: UtcMillis, closes_at: UtcMillis) -> BTreeMap<Channel, SalesWindow> {
    let window = SalesWindow {
        opens_at,
        closes_at,
    };
    BTreeMap::from([(Channel::Web, window), (Channel::Counter, window)])
}

/// A show in the hall with this drawing that sells for ever.
///
/// # Panics
/// It is no drawing of a hall.
#[must_use]
pub fn terms(hall: &str, prices: PriceCard) -> ShowTerms {
    ShowTerms {
        layout: Arc::new(SeatLayout::parse(hall).expect("a hall")),
        prices: Arc::new(prices),
        facts: None,
        starts_at: UtcMillis::MAX,
        windows: windows(UtcMillis(0), UtcMillis::MAX),
        seats_max: ShowTerms::SEATS_MAX,
        rules: SaleRules::default(),
    }
}

/// A customer on the web who proves a booking's owner by this secret.
#[must_use]
pub fn customer(secret: &str) -> Actor {
    Actor {
        owner: OwnerRef::of_secret(secret),
        staff: false,
        channel: Channel::Web,
    }
}

/// Somebody at the counter.
#[must_use]
pub fn staff(account: &str) -> Actor {
    Actor {
        owner: OwnerRef::of_staff(account),
        staff: true,
        channel: Channel::Counter,
    }
}

/// A command with a fresh id and fresh randomness.
#[must_use]
pub fn command(actor: Actor, ask: Ask) -> Command {
    Command {
        id: CommandId(chance::uuid()),
        actor,
        ask,
        rolls: chance::rolls(),
    }
}

/// A wish for these seats, whoever sits on them.
///
/// # Panics
/// That is no name of a seat.
#[must_use]
pub fn seats<S: AsRef<str>>(labels: &[S]) -> Wish {
    let pick = |label: &S| SeatPick {
        seat: label.as_ref().parse().expect("a label"),
        ticket_type: None,
    };
    Wish::Seats(labels.iter().map(pick).collect())
}

/// A wish for the best seats for so many adults.
#[must_use]
pub fn best(count: u16) -> Wish {
    Wish::Best {
        party: vec![Party {
            ticket_type: "adult".to_owned(),
            count,
        }],
        zone: houseful_core::best::Zone::Any,
        category: None,
        accessible: false,
        skip: 0,
    }
}

/// A fresh hold; single seats may be left alone.
#[must_use]
pub fn hold(actor: Actor, wish: Wish) -> Command {
    let ask = Ask::Hold {
        booking: chance::uuid(),
        wish,
        rules: HoldRules {
            orphans: OrphanRule::Allow,
            over_limit: false,
        },
        proof: Proof::default(),
    };
    command(actor, ask)
}
