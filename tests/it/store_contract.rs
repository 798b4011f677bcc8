//! What every backend of the store promises, clause by clause. A backend's own file runs
//! [`contract`] on it.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

mod contacts;
mod others;
mod readers;
mod tickets;
mod versions;

use std::{future::Future, sync::Arc};

use houseful_core::{
    code::{BookingCode, TicketCode},
    ids::{BookingId, CommandId, Fingerprint, OwnerRef, PaymentId, ShowId},
    message::Tender,
    price::Channel,
    seat::SeatNo,
    show::{Event, Line, ShowTerms},
    time::UtcMillis,
    wire::seats::Version,
};
use houseful_server::store::{Head, Outcome, Projection, SalesWord, ShowCommit, Store};
use houseful_tests::made_up;
use uuid::Uuid;

const START: UtcMillis = UtcMillis(1_800_000_000_000);

/// Runs every clause, each on a store of its own that `make` makes.
pub async fn contract<F, S>(make: F)
where
    F: Fn() -> S,
    S: Future<Output = Arc<dyn Store>>,
{
    versions::a_show_without_a_journal_is_empty(&*make().await).await;
    versions::what_is_committed_is_loaded(&*make().await).await;
    versions::only_the_expected_version_and_tip_move(&*make().await).await;
    versions::a_show_is_opened_once(&*make().await).await;
    versions::a_repeated_yes_moves_nothing(&*make().await).await;
    versions::a_lost_show_leaves_its_neighbours_alone(&*make().await).await;
    versions::of_two_on_one_version_one_is_lost(&*make().await).await;
    versions::one_of_many_at_once_wins(make().await).await;
    versions::rows_are_numbered_without_gaps(&*make().await).await;
    tickets::a_seat_has_one_valid_ticket(&*make().await).await;
    tickets::a_ticket_code_belongs_to_one_booking(&*make().await).await;
    tickets::a_seat_changes_hands_in_one_commit(&*make().await).await;
    readers::what_is_due_is_taken_by_one(make().await).await;
    others::where_shows_stand_is_told(&*make().await).await;
    others::a_journal_goes_on_from_a_version_on_its_line(&*make().await).await;
    others::a_fence_stands_only_where_the_head_stands(&*make().await).await;
    others::who_has_a_show_alone_cannot_lose_it(make().await).await;
    others::a_show_that_was_given_free_unwritten_is_as_it_was(&*make().await).await;
    others::a_show_is_opened_alone(&*make().await).await;
    others::of_many_who_want_it_alone_each_has_it_once(make().await).await;
    readers::all_heads_are_told(&*make().await).await;
    readers::the_journal_is_told_from_a_version_on(&*make().await).await;
    readers::the_desk_is_told_its_rows_alone_page_by_page(&*make().await).await;
    tickets::bookings_and_tickets_are_found_by_code(&*make().await).await;
    contacts::the_bookings_that_changed_last_come_first(&*make().await).await;
    contacts::a_booking_is_found_by_the_beginning_of_its_code(&*make().await).await;
    contacts::a_contact_is_found_replaced_and_taken_away(&*make().await).await;
}

/// Terms of a small hall; `minor` makes another price card.
pub fn terms(minor: i64) -> Arc<ShowTerms> {
    let prices = made_up::card(&[("standard", "adult", minor)]);
    Arc::new(made_up::terms("name: Small\n\nA  oooo\nB  o%xo\n", prices))
}

/// The version numbered `ver` of a made-up show; its tip is large, as random ones are.
pub fn version(ver: u64) -> Version {
    let tip = u64::MAX - ver;
    Version { ver, tip }
}

fn head(show: ShowId, ver: u64) -> Head {
    Head {
        show,
        version: version(ver),
        next_due: None,
        taken: 2,
        total: 8,
        sales: SalesWord::Open,
    }
}

/// The commit that opens a show.
pub fn opening(show: ShowId, terms: &Arc<ShowTerms>) -> ShowCommit {
    let event = Event::Opened {
        command: CommandId(Uuid::from_u128(show.0.into())),
        terms: Arc::clone(terms),
    };
    ShowCommit {
        expect: None,
        rows: vec![(START, event.to_row())],
        opened: vec![event],
        projections: Vec::new(),
        head: head(show, 1),
    }
}

/// A hold of one seat; `n` names command and booking.
pub fn held(n: u64) -> Event {
    Event::Held {
        command: CommandId(Uuid::from_u128(n.into())),
        fingerprint: Fingerprint(Uuid::nil()),
        booking: Uuid::from_u128(n.into()),
        owner: OwnerRef([1; 16]),
        channel: Channel::Web,
        lines: vec![Line {
            seat: SeatNo(0),
            ticket_type: "adult".into(),
            minor: 900,
            quoted: None,
        }],
        fee_minor: 0,
        hold_until: START.plus_ms(300_000),
        relaxed: Vec::new(),
    }
}

/// What comes after version `after`: one event for each of `events`.
pub fn adding(show: ShowId, after: u64, events: &[Event]) -> ShowCommit {
    let rows = (after + 1..).zip(events);
    let rows: Vec<_> = rows
        .map(|(ver, e)| (START.plus_ms(ver.cast_signed()), e.to_row()))
        .collect();
    let ver = after + u64::try_from(rows.len()).expect("few");
    ShowCommit {
        expect: Some(version(after)),
        rows,
        opened: Vec::new(),
        projections: Vec::new(),
        head: head(show, ver),
    }
}

/// One more hold, written together with `projections`.
fn with(show: ShowId, after: u64, projections: Vec<Projection>) -> ShowCommit {
    ShowCommit {
        projections,
        ..adding(show, after, &[held(after + 1)])
    }
}

fn booking(show: ShowId, n: u128) -> BookingId {
    let uuid = Uuid::from_u128(n);
    BookingId { show, uuid }
}

fn ticket(show: ShowId, seat: u16, code: u64, n: u128, valid: bool) -> Projection {
    Projection::Ticket {
        seat: SeatNo(seat),
        label: format!("A{}", seat + 1).parse().expect("label"),
        code: TicketCode::from_bits(code),
        booking: booking(show, n),
        valid,
    }
}

fn booking_row(show: ShowId, n: u128, code: u64, state: &'static str) -> Projection {
    Projection::Booking {
        booking: booking(show, n),
        code: BookingCode::from_bits(code),
        state,
        total: made_up::pence(900),
        at: START,
    }
}

fn money_row(show: ShowId, n: u128, minor: i64) -> Projection {
    Projection::Money {
        payment: PaymentId(Uuid::from_u128(n)),
        booking: booking(show, n),
        tender: Tender::Card,
        amount: made_up::pence(minor),
        at: START,
    }
}

async fn commit(store: &dyn Store, batch: Vec<ShowCommit>) -> Vec<Outcome> {
    store.commit(batch).await.expect("commit")
}

async fn open(store: &dyn Store, shows: impl IntoIterator<Item = u64>) {
    let terms = terms(900);
    let batch: Vec<_> = shows
        .into_iter()
        .map(|n| opening(ShowId(n), &terms))
        .collect();
    let outcomes = commit(store, batch).await;
    assert!(
        outcomes.iter().all(|o| *o == Outcome::Committed),
        "{outcomes:?}"
    );
}

/// The version a show stands at, and how many events it has.
async fn stands(store: &dyn Store, show: ShowId) -> (Version, usize) {
    let loaded = store.load(show).await.expect("load");
    (loaded.head.expect("head").version, loaded.events.len())
}
