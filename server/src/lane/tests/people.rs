//! What people ask for, drawn from a seed.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use houseful_core::{
    best::Zone,
    ids::{BookingId, CommandId, OwnerRef, PaymentId, ShowId},
    layout::SeatLayout,
    message::{Announcement, Tender},
    price::{Channel, PriceCard, PriceRow, TicketType},
    show::{
        Actor, Ask, BookingRecord, Command, HoldRules, OrphanRule, Party, Proof, Rolls,
        SalesWindow, SeatPick, ShowState, ShowTerms, Wish,
    },
    time::UtcMillis,
    wire::payment::PaymentState,
};
use uuid::Uuid;

/// SplitMix64: small, good enough, and the same everywhere.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }

    /// A number below `n`.
    pub(super) fn below(&mut self, n: usize) -> usize {
        let n = u64::try_from(n.max(1)).unwrap_or(1);
        usize::try_from(self.roll() % n).unwrap_or(0)
    }

    /// Once in `n` times.
    pub(super) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn uuid(&mut self) -> Uuid {
        Uuid::from_u64_pair(self.roll(), self.roll())
    }
}

/// The terms of every show here, made once.
pub(super) fn terms() -> &'static Arc<ShowTerms> {
    static TERMS: OnceLock<Arc<ShowTerms>> = OnceLock::new();
    TERMS.get_or_init(make_terms)
}

fn make_terms() -> Arc<ShowTerms> {
    let layout = SeatLayout::parse("name: N\nA  oooo\nB  oooo\n").expect("a hall");
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
            minor: 900,
        }],
        fees: BTreeMap::new(),
        refunds: None,
        rules: None,
    };
    let always = SalesWindow {
        opens_at: UtcMillis(0),
        closes_at: UtcMillis::MAX,
    };
    Arc::new(ShowTerms {
        layout: Arc::new(layout),
        prices: Arc::new(prices),
        facts: None,
        starts_at: UtcMillis::MAX,
        windows: BTreeMap::from([(Channel::Web, always), (Channel::Counter, always)]),
        seats_max: 10,
        rules: houseful_core::sale::SaleRules::default(),
    })
}

pub(super) fn command(dice: &mut Dice, ask: Ask) -> Command {
    let name = u8::try_from(dice.below(3)).unwrap_or(0);
    let mut tickets = [0; 32];
    tickets[..8].copy_from_slice(&dice.roll().to_be_bytes());
    Command {
        id: CommandId(dice.uuid()),
        actor: Actor {
            owner: OwnerRef([name; 16]),
            staff: name == 2,
            channel: if name == 2 {
                Channel::Counter
            } else {
                Channel::Web
            },
        },
        ask,
        rolls: Rolls {
            code: dice.roll(),
            tickets,
        },
    }
}

/// Something that somebody may ask of a show that stands like this.
pub(super) fn ask(dice: &mut Dice, show: ShowId, stands: &ShowState) -> Ask {
    let known: Vec<Uuid> = stands.bookings().map(|(id, _)| id).collect();
    let some = known.get(dice.below(known.len())).copied();
    let booking = some.unwrap_or_else(|| dice.uuid());
    let rules = HoldRules {
        orphans: OrphanRule::Allow,
        over_limit: false,
    };
    match dice.below(20) {
        0..=8 => {
            let booking = dice.uuid();
            let wish = wish(dice);
            Ask::Hold {
                booking,
                wish,
                rules,
                proof: Proof::default(),
            }
        }
        9..=10 => {
            let wish = wish(dice);
            Ask::ChangeSeats {
                booking,
                wish,
                rules,
                proof: Proof::default(),
            }
        }
        11..=12 => Ask::Release { booking },
        13 => Ask::PayCash {
            booking,
            payment: PaymentId(dice.uuid()),
            given_minor: None,
        },
        14..=16 => Ask::Announced(news(dice, show, stands, booking)),
        17 => Ask::Cancel {
            booking,
            reason: "it rained".into(),
        },
        _ => Ask::Expire,
    }
}

fn wish(dice: &mut Dice) -> Wish {
    if dice.once_in(4) {
        return Wish::Best {
            party: vec![Party {
                ticket_type: "adult".into(),
                count: 2,
            }],
            zone: Zone::Any,
            category: None,
            accessible: false,
            skip: 0,
        };
    }
    let (row, first) = (["A", "B"][dice.below(2)], 1 + dice.below(3));
    let pick = |n: usize| SeatPick {
        seat: format!("{row}{}", first + n).parse().expect("a label"),
        ticket_type: None,
    };
    Wish::Seats((0..=dice.below(2)).map(pick).collect())
}

/// A new payment's news, or an old one's.
fn news(dice: &mut Dice, show: ShowId, stands: &ShowState, booking: Uuid) -> Announcement {
    let id = BookingId {
        show,
        uuid: booking,
    };
    let record = stands.booking(booking);
    let known: Vec<PaymentId> = stands.payments().map(|(id, _)| id).collect();
    let old = known.get(dice.below(known.len() * 2)).copied();
    let payment = old.unwrap_or_else(|| PaymentId(dice.uuid()));
    let states = [
        PaymentState::Authorised,
        PaymentState::Captured,
        PaymentState::CaptureRefused,
    ];
    Announcement {
        payment,
        booking: id,
        quote: record.map_or(houseful_core::ids::QuoteHash(Uuid::nil()), |r| r.quote(id)),
        amount: record.map_or_else(
            || houseful_core::money::Money::new(900, terms().prices.currency),
            BookingRecord::total,
        ),
        tender: Tender::Card,
        state: states[dice.below(3)],
        settled_ver: stands
            .settle(payment)
            .map(|s| s.ver)
            .filter(|_| dice.once_in(2)),
        refunded_minor: 0,
        reopened_at: None,
    }
}

/// A hold of one seat.
pub(super) fn hold(booking: Uuid, label: &str) -> Ask {
    let pick = SeatPick {
        seat: label.parse().expect("a label"),
        ticket_type: None,
    };
    Ask::Hold {
        booking,
        wish: Wish::Seats(vec![pick]),
        rules: HoldRules {
            orphans: OrphanRule::Allow,
            over_limit: false,
        },
        proof: Proof::default(),
    }
}

/// What the one payment for a booking says.
pub(super) fn news_of(stands: &ShowState, booking: Uuid, state: PaymentState) -> Announcement {
    let id = BookingId {
        show: stands.show(),
        uuid: booking,
    };
    let record = stands.booking(booking).expect("a booking");
    Announcement {
        payment: PaymentId(booking),
        booking: id,
        quote: record.quote(id),
        amount: record.total(),
        tender: Tender::Card,
        state,
        settled_ver: None,
        refunded_minor: 0,
        reopened_at: None,
    }
}
