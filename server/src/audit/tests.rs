//! Each count is shown to be right in a healthy house, and to move when the house is harmed.

mod money;
mod refunds;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use houseful_core::{
    ids::{BookingId, CommandId, OwnerRef, PaymentId, ShowId},
    layout::SeatLayout,
    message::{Announcement, Settle, Tender},
    money::Money,
    price::{Channel, PriceCard, PriceRow, TicketType},
    refund::{RefundStep, RefundTerms},
    show::{
        Actor, Ask, Command, HoldRules, OrphanRule, Proof, SalesWindow, SeatPick, ShowTerms, Wish,
    },
    time::{DAY_MS, UtcMillis},
    wire::{admin::Audit, payment::PaymentState},
};
use uuid::Uuid;

use super::{SqliteBooks, sweep};
use crate::{
    bus::Bus,
    chance,
    clock::{Clock, ClockKind},
    hub::Hub,
    lane::{Lane, LaneError, Plans},
    store::{
        StoreError,
        sqlite::{Database, SqliteStore},
    },
};

const SHOW: ShowId = ShowId(7);
const MINUTE: i64 = 60_000;

/// Remembers what booking asked of payment; no payment role runs here.
#[derive(Default)]
struct Deaf(Mutex<Vec<Settle>>);

impl Bus for Deaf {
    fn announce(&self, _: Announcement) {}
    fn settle(&self, ask: Settle) {
        self.0.lock().expect("settles").push(ask);
    }
}

/// A show of nine seats, two of them kept back, with a lane and a clock that is moved by hand.
struct House {
    folder: PathBuf,
    db: Database,
    lane: Lane,
    clock: Clock,
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn terms(now: UtcMillis) -> Arc<ShowTerms> {
    let layout = SeatLayout::parse("name: Test\n\nA  ooo oox\nB  o%_o\n").expect("layout");
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
        fees: BTreeMap::from([(Channel::Web, 50)]),
        refunds: Some(RefundTerms {
            steps: vec![RefundStep {
                before_minutes: 60,
                keep_percent: 50,
            }],
            booking_fee_kept: true,
            clerk_max_minor: 0,
        }),
        rules: None,
    };
    let window = SalesWindow {
        opens_at: now.plus_ms(-DAY_MS),
        closes_at: now.plus_ms(DAY_MS),
    };
    Arc::new(ShowTerms {
        layout: Arc::new(layout),
        prices: Arc::new(prices),
        facts: None,
        starts_at: now.plus_ms(DAY_MS),
        windows: BTreeMap::from([(Channel::Web, window), (Channel::Counter, window)]),
        seats_max: 10,
        rules: houseful_core::sale::SaleRules::default(),
    })
}

impl House {
    async fn open() -> Self {
        let folder = std::env::temp_dir().join(format!("houseful-audit-{}", chance::uuid()));
        std::fs::create_dir(&folder).expect("folder");
        let db = Database::open(&folder.join("cinema.db")).expect("open");
        let clock = Clock::start(ClockKind::Manual, db.latest_time());
        let store = Arc::new(SqliteStore::new(db.clone()));
        let bus = Arc::new(Deaf::default());
        let lane = Lane::start(store, bus, Hub::new(), clock.clone(), Plans::none());
        let house = Self {
            folder,
            db,
            lane,
            clock,
        };
        let terms = terms(house.clock.now());
        house.must(Ask::Open(terms)).await;
        house
    }

    async fn ask(&self, ask: Ask) -> Result<(), LaneError> {
        let command = Command {
            id: CommandId(chance::uuid()),
            actor: Actor {
                owner: OwnerRef::of_staff("till"),
                staff: true,
                channel: Channel::Counter,
            },
            ask,
            rolls: chance::rolls(),
        };
        self.lane.ask(SHOW, command).await.map(|_| ())
    }

    async fn must(&self, ask: Ask) {
        self.ask(ask).await.expect("granted");
    }

    async fn hold(&self, seats: &[&str]) -> Uuid {
        let booking = chance::uuid();
        let pick = |seat: &&str| SeatPick {
            seat: seat.parse().expect("seat"),
            ticket_type: None,
        };
        self.must(Ask::Hold {
            booking,
            wish: Wish::Seats(seats.iter().map(pick).collect()),
            rules: HoldRules {
                orphans: OrphanRule::Allow,
                over_limit: false,
            },
            proof: Proof::default(),
        })
        .await;
        booking
    }

    async fn cash(&self, booking: Uuid) -> PaymentId {
        let payment = PaymentId(chance::uuid());
        self.must(Ask::PayCash {
            booking,
            payment,
            given_minor: None,
        })
        .await;
        payment
    }

    /// Payment says where a card payment for `booking` stands.
    async fn announce(&self, payment: PaymentId, booking: Uuid, state: PaymentState) {
        let id = BookingId {
            show: SHOW,
            uuid: booking,
        };
        let look = move |show: &houseful_core::show::ShowState, _, _| {
            let record = show.booking(booking).expect("booking");
            (record.quote(id), record.total())
        };
        let (quote, amount) = self.lane.read(SHOW, look).await.expect("look");
        self.must(Ask::Announced(Announcement {
            payment,
            booking: id,
            quote,
            amount,
            tender: Tender::Card,
            state,
            settled_ver: None,
            refunded_minor: 0,
            reopened_at: None,
        }))
        .await;
    }

    /// Writes a payment as the payment role would have it.
    async fn payment(&self, payment: PaymentId, booking: Uuid, took: i64, gave: i64) {
        let now = self.clock.now().0;
        self.harm(move |conn| {
            conn.execute(
                "INSERT OR REPLACE INTO payment (payment, show_id, booking, quote, fingerprint, tender,
                     state, amount, currency, captured, ordered_back, refunded, settled, tries,
                     created_at, updated_at)
                 VALUES (?1, 7, ?2, x'', x'', 'card', 'captured', ?3, 'GBP', ?3, ?4, ?4, 1, 0, ?5, ?5)",
                (payment.0.as_bytes(), booking.as_bytes(), took, gave, now),
            )
        })
        .await;
    }

    async fn harm(
        &self,
        harm: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<usize> + Send + 'static,
    ) {
        let changed = self.db.write(move |conn| Ok(harm(conn)?)).await;
        assert!(changed.expect("harm") > 0, "nothing was changed");
    }

    async fn sweep(&self) -> Result<Audit, StoreError> {
        let books = SqliteBooks::new(self.db.clone());
        sweep(&books, &books, self.clock.now()).await
    }

    async fn audit(&self) -> Audit {
        self.sweep().await.expect("audit")
    }

    async fn later(&self, minutes: i64) {
        assert!(self.clock.advance(minutes * MINUTE));
    }
}

fn sick(audit: &Audit) -> (u64, u64, u64) {
    (audit.double_sold, audit.money_mismatch, audit.stuck_seats)
}

#[tokio::test]
async fn a_healthy_house_is_counted_and_nothing_is_wrong() {
    let house = House::open().await;
    let sold = house.hold(&["A1", "A2"]).await;
    let till = house.cash(sold).await;
    house.payment(till, sold, 1_800, 0).await;
    let given_up = house.hold(&["A3"]).await;
    house.must(Ask::Release { booking: given_up }).await;
    house
        .must(Ask::Release {
            booking: chance::uuid(),
        })
        .await;
    house.hold(&["A3"]).await;
    let block = Ask::Block {
        seats: vec!["A4".parse().expect("seat")],
        reason: houseful_core::layout::BlockReason::House,
    };
    house.must(block).await;
    let back = house.hold(&["B1"]).await;
    let refund = house.cash(back).await;
    let cancel = Ask::Cancel {
        booking: back,
        reason: String::new(),
    };
    house.must(cancel).await;
    house.payment(refund, back, 900, 900).await;
    house.later(6).await;
    house.must(Ask::Expire).await;
    // Another one that ran out and is not written down: it keeps nothing.
    house.hold(&["B1"]).await;
    house.later(6).await;
    let audit = house.audit().await;
    assert_eq!((audit.shows, audit.holds, audit.confirmed), (1, 5, 2));
    assert_eq!((audit.expired, audit.released, audit.refunded), (1, 1, 1));
    assert!(audit.events >= 14);
    assert_eq!(sick(&audit), (0, 0, 0));
}

#[tokio::test]
async fn a_seat_with_two_owners_is_seen_in_the_journal() {
    let house = House::open().await;
    house.hold(&["A1"]).await;
    let other = house.hold(&["A2"]).await;
    house
        .harm(move |conn| {
            conn.execute_batch("DROP TRIGGER show_event_no_update")?;
            // The second hold takes seat 0 as well.
            conn.execute(
                "UPDATE show_event SET body = replace(body, '\"seat\":1', '\"seat\":0')
                 WHERE body LIKE '%' || ?1 || '%'",
                [other.to_string()],
            )
        })
        .await;
    let audit = house.audit().await;
    assert_eq!(audit.double_sold, 1);
    // The head counts a seat that nobody has now.
    assert_eq!(audit.stuck_seats, 1);
}

#[tokio::test]
async fn a_ticket_that_the_journal_does_not_know_is_seen() {
    let house = House::open().await;
    let sold = house.hold(&["A1", "A2"]).await;
    house.cash(sold).await;
    assert_eq!(house.audit().await.double_sold, 0);
    house
        .harm(|conn| {
            let sql = "INSERT INTO ticket VALUES (7, 1, 2, 'A3', zeroblob(16), 1)";
            conn.execute(sql, [])
        })
        .await;
    assert_eq!(house.audit().await.double_sold, 1);
    house
        .harm(|conn| conn.execute("DROP INDEX ticket_one_a_seat", []).map(|_| 1))
        .await;
    house
        .harm(|conn| {
            let sql = "INSERT INTO ticket VALUES (7, 2, 1, 'A2', zeroblob(16), 1)";
            conn.execute(sql, [])
        })
        .await;
    assert_eq!(house.audit().await.double_sold, 2);
    house
        .harm(|conn| conn.execute("UPDATE ticket SET valid = 0 WHERE seat = 0", []))
        .await;
    assert_eq!(house.audit().await.double_sold, 3);
}

#[tokio::test]
async fn a_hold_without_an_end_is_stuck() {
    let house = House::open().await;
    let booking = house.hold(&["A1", "A2"]).await;
    let until = house.clock.now().plus_ms(300_000).0;
    house.later(1).await;
    assert_eq!(house.audit().await.stuck_seats, 0);
    house
        .harm(move |conn| {
            conn.execute_batch("DROP TRIGGER show_event_no_update")?;
            conn.execute(
                "UPDATE show_event SET body = replace(body, ?1, ?2) WHERE body LIKE '%' || ?3 || '%'",
                (until.to_string(), (until * 2).to_string(), booking.to_string()),
            )
        })
        .await;
    assert_eq!(
        house.audit().await.stuck_seats,
        0,
        "its five minutes are not over"
    );
    house.later(6).await;
    assert_eq!(house.audit().await.stuck_seats, 2);
}

#[tokio::test]
async fn a_journal_that_makes_no_sense_stops_the_count_and_is_named() {
    let house = House::open().await;
    house.hold(&["A1"]).await;
    house
        .harm(|conn| {
            let sql = "INSERT INTO show_event VALUES (7, 3, 0, 'later', 2, '{\"later\":{}}', 0)";
            conn.execute(sql, [])
        })
        .await;
    let error = house.sweep().await.expect_err("unreadable");
    assert!(error.to_string().contains("shw_7 at version 3"), "{error}");
    house
        .harm(|conn| conn.execute("DELETE FROM show_head", []))
        .await;
    assert!(house.sweep().await.is_err());
}

/// Money is counted by what it is, not by how much was asked.
#[test]
fn amounts_are_read_as_they_are_written() {
    let money = Money::new(900, "GBP".parse().expect("GBP"));
    let text = serde_json::to_string(&money).expect("text");
    let read: super::facts::Amount = serde_json::from_str(&text).expect("amount");
    assert_eq!((read.minor, read.currency.as_str()), (900, "GBP"));
}
