//! Random commands by several people against a naive model: who has which seat, where each
//! booking stands, what is refused and why, what is kept of each payment.

mod naive;
mod ops;
mod run;
mod world;

use std::cell::RefCell;

use proptest::{
    collection::vec,
    test_runner::{Config, TestRunner},
};

use self::{
    ops::op,
    run::{Met, run},
};

const CASES: u32 = 2_000;

#[test]
fn the_rules_do_what_the_naive_model_does() {
    let met = RefCell::new(Met::default());
    let mut runner = TestRunner::new(Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    });
    let result = runner.run(&vec(op(), 50), |ops| run(&ops, &met));
    result.unwrap_or_else(|failure| panic!("{failure}"));
    let met = met.into_inner();
    // A run in which little happens proves little.
    assert!(
        met.won * 5 >= met.holds,
        "{} of {} holds won",
        met.won,
        met.holds
    );
    let codes = [
        "already_paid",
        "booking_cancelled",
        "cash_too_little",
        "duplicate_seats",
        "forbidden",
        "hold_expired",
        "hold_released",
        "id_reused",
        "no_seats",
        "not_enough_seats",
        "not_found",
        "not_in_booking",
        "not_on_sale",
        "not_paid",
        "not_sold_in_category",
        "opened_already",
        "orphan_seat",
        "seats_sold",
        "seats_taken",
        "show_cancelled",
        "too_many_seats",
        "unknown_category",
        "unknown_seats",
        "unknown_ticket_type",
    ];
    let missed: Vec<_> = codes
        .iter()
        .filter(|c| !met.refusals.contains(*c))
        .collect();
    assert!(missed.is_empty(), "no case met {missed:?}");
    let words = [
        "booked_again",
        "booking_unknown",
        "cancelled",
        "capture_overdue",
        "capture_refused",
        "not_on_sale",
        "paid_already",
        "quote_changed",
        "refunded",
        "released",
        "seats_gone",
        "show_cancelled",
        "too_late",
        "wrong_amount",
    ];
    let missed: Vec<_> = words.iter().filter(|w| !met.returns.contains(*w)).collect();
    assert!(
        missed.is_empty(),
        "no money went back because of {missed:?}"
    );
}
