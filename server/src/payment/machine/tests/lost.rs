//! A payment by several tenders of which the database knows the card alone, or nothing.

use super::*;

const CARD: i64 = 1_000;

/// What booking asks about the whole payment.
fn ask(keep_minor: i64) -> Settle {
    let account = fresh();
    Settle {
        payment: account.id,
        booking: account.booking,
        amount: account.amount,
        tender: Tender::Split,
        keep_minor,
        ver: 7,
        reopened_at: None,
    }
}

/// What the provider has of its card.
fn of_card(status: ChargeStatus, captured: i64, refunded: i64) -> Charge {
    Charge {
        amount: Money::new(CARD, money().currency),
        ..charge(status, captured, refunded)
    }
}

/// The card as the provider's list told of it.
fn found(status: ChargeStatus, captured: i64) -> Account {
    let charge = of_card(status, captured, 0);
    let mut account = Account::found(&charge, UtcMillis(0));
    step(&mut account, &Input::Heard(charge), 1);
    account
}

fn whole(account: &Account) {
    assert_eq!(account.tender(), Tender::Split);
    assert_eq!(account.amount, money());
    assert!(account.reason.is_some(), "a person is told");
}

#[test]
fn a_card_that_was_found_becomes_the_whole_payment_when_booking_says_so() {
    let mut account = found(ChargeStatus::Captured, CARD);
    assert_eq!(account.announcement().tender, Tender::Card);
    assert!(account.is_remnant_of(&ask(AMOUNT)));
    let done = step(&mut account, &Input::Complete(money()), 2);
    assert!(done.lost && done.announce);
    whole(&account);
    step(&mut account, &settle(AMOUNT, 7), 3);
    assert!(account.is_settled(), "{account:?}");
    assert_eq!((account.captured, account.refunded), (AMOUNT, 0));
    // Nothing more is a part of it.
    assert!(!account.is_remnant_of(&ask(AMOUNT)));
    step(&mut account, &Input::Complete(money()), 4);
    assert_eq!(account.parts.len(), 2);
}

#[test]
fn what_has_to_go_back_of_it_goes_to_the_card_first_and_the_rest_stays_owed() {
    let mut account = found(ChargeStatus::Captured, CARD);
    step(&mut account, &Input::Complete(money()), 2);
    step(&mut account, &settle(AMOUNT - 100, 7), 3);
    assert_eq!(account.call(), Some(Call::Refund { total_minor: 100 }));
    let back = Input::Learned(of_card(ChargeStatus::Captured, CARD, 100));
    step(&mut account, &back, 4);
    assert!(account.is_settled());
    step(&mut account, &settle(0, 8), 5);
    let back = Input::Learned(of_card(ChargeStatus::Captured, CARD, CARD));
    step(&mut account, &back, 6);
    // Nobody can be asked for the rest: it stays owed until a person has seen to it.
    let (part, call) = account.next_call().expect("the rest");
    assert!(account.is_lost(part));
    let total_minor = AMOUNT - CARD;
    assert_eq!(call, Call::Refund { total_minor });
    assert!(!account.is_settled() && account.refund_due() == total_minor);
    // Another sum than the one that was told is not taken for it.
    let seen = |minor| Input::SeenTo {
        minor,
        said: "not_owed m: the voucher".to_owned(),
    };
    for other in [0, 1, total_minor + 1, -total_minor] {
        let done = step(&mut account, &seen(other), 7);
        assert!(
            !done.seen_to && !done.notable,
            "the trail tells what happened"
        );
        assert_eq!(account.owed_of_lost(), total_minor);
    }
    let done = step(&mut account, &seen(total_minor), 8);
    assert!(done.announce && done.seen_to && account.is_settled());
    assert_eq!((account.owed_of_lost(), account.refunded), (0, AMOUNT));
    let again = step(&mut account, &seen(total_minor), 9);
    assert!(!again.announce && !again.seen_to && !again.notable, "once");
}

#[test]
fn nobody_can_say_that_a_card_was_given_back() {
    let mut account = after(&[
        learned(ChargeStatus::Authorised, 0, 0),
        settle(AMOUNT, 5),
        learned(ChargeStatus::Captured, AMOUNT, 0),
        settle(0, 6),
    ]);
    let seen = Input::SeenTo {
        minor: AMOUNT,
        said: "paid_back m: by hand".to_owned(),
    };
    step(&mut account, &seen, 7);
    assert_eq!((account.owed_of_lost(), account.refunded), (0, 0));
    assert_eq!(
        account.call(),
        Some(Call::Refund {
            total_minor: AMOUNT
        })
    );
}

#[test]
fn what_went_back_before_it_was_lost_is_not_owed_again() {
    let charge = of_card(ChargeStatus::Captured, CARD, CARD);
    let mut account = Account::found(&charge, UtcMillis(0));
    step(&mut account, &Input::Heard(charge), 1);
    step(&mut account, &Input::Complete(money()), 2);
    step(&mut account, &settle(0, 7), 3);
    assert!(account.is_settled() && account.refunded == AMOUNT);
}

#[test]
fn a_payment_without_a_card_is_owed_where_booking_does_not_keep_it_whole() {
    let lost = |keep: i64| {
        let mut account = Account::unheard(&ask(keep), UtcMillis(0));
        step(&mut account, &settle(keep, 7), 1);
        // The provider of cards never heard of it.
        let never = charge(ChargeStatus::Never, 0, 0);
        let done = step(&mut account, &Input::Learned(never), 2);
        (account, done)
    };
    for keep in [0, 900] {
        let (account, done) = lost(keep);
        assert!(done.lost && !account.is_settled(), "{account:?}");
        assert_eq!(account.refund_due(), AMOUNT - keep);
        assert!(account.reason.is_some());
    }
    // What is asked for as a whole is not taken yet.
    let (account, done) = lost(AMOUNT);
    assert_eq!((account.state, done.lost), (PaymentState::Declined, false));
}

#[test]
fn a_payment_that_booking_spoke_of_first_is_told_apart_when_its_card_is_found() {
    let mut account = Account::unheard(&ask(AMOUNT), UtcMillis(0));
    step(&mut account, &settle(AMOUNT, 7), 1);
    assert_eq!(account.call(), Some(Call::Resolve));
    let card = Input::Learned(of_card(ChargeStatus::Captured, CARD, 0));
    let done = step(&mut account, &card, 2);
    assert!(done.lost);
    whole(&account);
    assert!(account.is_settled());
    assert_eq!((account.captured, account.refunded), (AMOUNT, 0));
}

#[test]
fn a_card_that_was_only_promised_is_let_go_with_what_was_lost() {
    let mut account = Account::unheard(&ask(AMOUNT), UtcMillis(0));
    step(&mut account, &settle(AMOUNT, 7), 1);
    let card = Input::Learned(of_card(ChargeStatus::Authorised, 0, 0));
    step(&mut account, &card, 2);
    assert_eq!(account.call(), Some(Call::Void));
    let voided = Input::Learned(of_card(ChargeStatus::Voided, 0, 0));
    step(&mut account, &voided, 3);
    assert_eq!((account.call(), account.captured), (None, 0));
}

#[test]
fn a_charge_over_another_amount_than_its_tender_is_not_learned() {
    let mut account = fresh();
    let cheap = Input::Learned(of_card(ChargeStatus::Authorised, 0, 0));
    step(&mut account, &cheap, 1);
    assert_eq!(account.state, PaymentState::Pending);
}

#[test]
fn a_voucher_that_only_booking_knows_of_keeps_nothing_open() {
    let of_voucher = Settle {
        tender: Tender::Voucher,
        ..ask(0)
    };
    let mut account = Account::unheard(&of_voucher, UtcMillis(0));
    step(&mut account, &settle(0, 7), 1);
    assert!(account.is_settled() && account.call().is_none());
    assert_eq!(account.announcement().tender, Tender::Voucher);
    // A seat of it was given back: what is kept was used, and nothing is owed.
    let of_voucher = Settle {
        keep_minor: 900,
        ..of_voucher
    };
    let mut account = Account::unheard(&of_voucher, UtcMillis(0));
    step(&mut account, &settle(900, 8), 1);
    assert!(account.is_settled() && account.reason.is_some());
    assert_eq!((account.captured, account.refunded), (900, 0));
    // The other seat, too: the voucher has its value again, so there is nobody to ask.
    step(&mut account, &settle(0, 9), 2);
    assert!(
        account.is_settled() && account.call().is_none(),
        "{account:?}"
    );
    assert_eq!((account.captured, account.refunded), (900, 900));
}

#[test]
fn a_promise_that_stands_although_it_was_called_off_is_given_back() {
    let mut account = fresh();
    step(&mut account, &settle(0, 7), 1);
    let never = Input::Learned(charge(ChargeStatus::Never, 0, 0));
    step(&mut account, &never, 2);
    assert!(account.is_settled());
    // The list has it: the line of the book was lost with the database of then.
    let promised = Input::Heard(charge(ChargeStatus::Authorised, 0, 0));
    step(&mut account, &promised, 3);
    assert_eq!(account.call(), Some(Call::Void));
}

#[test]
fn one_over_another_amount_that_is_over_keeps_nothing_open() {
    let mut account = after(&[settle(0, 7)]);
    assert_eq!(account.call(), Some(Call::Void));
    let voided = Input::Learned(of_card(ChargeStatus::Voided, 0, 0));
    step(&mut account, &voided, 9);
    assert!(account.is_settled());
}
