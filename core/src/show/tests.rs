//! A small show for the tests of the rules. Most of them are scenarios (`fixtures/scenarios`);
//! here is what needs to look inside.

mod cases;
mod gone;
mod guards;
mod moves;
mod planned;
mod priced;
mod refunds;
mod rows;
mod said;
mod sale;
mod views;

use std::{collections::BTreeMap, sync::Arc};

use uuid::Uuid;

use super::{
    Actor, Ask, Command, Event, HoldRules, OrphanRule, Proof, Rolls, SalesWindow, SeatPick,
    ShowState, ShowTerms, Wish,
};
use crate::{
    ids::{BookingId, CommandId, OwnerRef, PaymentId, ShowId},
    layout::SeatLayout,
    message::{Announcement, Tender},
    price::{Channel, PriceCard, PriceRow, TicketType},
    refusal::Refusal,
    time::UtcMillis,
    wire::payment::PaymentState,
};

const NOW: UtcMillis = UtcMillis(1_000_000_000);

fn terms() -> Arc<ShowTerms> {
    let layout = SeatLayout::parse("name: N\nA  oooooo\nB  oo%%oo\n").expect("a hall");
    let prices = PriceCard {
        currency: "GBP".parse().expect("GBP"),
        ticket_types: vec![TicketType {
            code: "adult".into(),
            name: "Adult".into(),
            key: 'a',
        }],
        prices: vec![PriceRow {
            category: "standard".into(),
            ticket_type: "adult".into(),
            minor: 950,
        }],
        fees: BTreeMap::from([(Channel::Web, 75)]),
        refunds: None,
        rules: None,
    };
    let window = SalesWindow {
        opens_at: UtcMillis(0),
        closes_at: UtcMillis::MAX,
    };
    Arc::new(ShowTerms {
        layout: Arc::new(layout),
        prices: Arc::new(prices),
        facts: None,
        starts_at: UtcMillis::MAX,
        windows: BTreeMap::from([(Channel::Web, window)]),
        seats_max: 10,
        rules: crate::sale::SaleRules::default(),
    })
}

fn command(n: u128, ask: Ask) -> Command {
    Command {
        id: CommandId(Uuid::from_u128(n)),
        actor: Actor {
            owner: OwnerRef([7; 16]),
            staff: false,
            channel: Channel::Web,
        },
        ask,
        rolls: Rolls {
            code: 5,
            tickets: [9; 32],
        },
    }
}

fn hold(n: u128, booking: u128, seats: &[&str]) -> Command {
    let pick = |label: &&str| SeatPick {
        seat: label.parse().expect("a label"),
        ticket_type: None,
    };
    command(
        n,
        Ask::Hold {
            booking: Uuid::from_u128(booking),
            wish: Wish::Seats(seats.iter().map(pick).collect()),
            rules: HoldRules {
                orphans: OrphanRule::Allow,
                over_limit: false,
            },
            proof: Proof::default(),
        },
    )
}

/// A payment's news about a booking that is there.
fn news(state: &ShowState, booking: u128, payment: u128, at: PaymentState) -> Command {
    let uuid = Uuid::from_u128(booking);
    let id = BookingId {
        show: state.show(),
        uuid,
    };
    let record = state.booking(uuid).expect("a booking");
    command(
        0,
        Ask::Announced(Announcement {
            payment: PaymentId(Uuid::from_u128(payment)),
            booking: id,
            quote: record.quote(id),
            amount: record.total(),
            tender: Tender::Card,
            state: at,
            settled_ver: None,
            refunded_minor: 0,
            reopened_at: None,
        }),
    )
}

fn opened() -> ShowState {
    let mut state = ShowState::new(ShowId(1));
    does(&mut state, &command(1, Ask::Open(terms())), NOW).expect("opened");
    state
}

/// Decides and folds.
fn does(state: &mut ShowState, command: &Command, now: UtcMillis) -> Result<Vec<Event>, Refusal> {
    let events = state.decide(command, now)?;
    for event in &events {
        state.apply(now, event);
        assert_eq!(state.check(), Ok(()));
    }
    Ok(events)
}
