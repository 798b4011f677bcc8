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
fn what_has_to_go_back_of_it_goes_to_the_card_first_and_the_rest_by_hand() {
    let mut account = found(ChargeStatus::Captured, CARD);
    step(&mut account, &Input::Complete(money()), 2);
    step(&mut account, &settle(AMOUNT - 100, 7), 3);
    assert_eq!(account.call(), Some(Call::Refund { total_minor: 100 }));
    let back = Input::Learned(of_card(ChargeStatus::Captured, CARD, 100));
    step(&mut account, &back, 4);
    assert!(account.is_settled());
    step(&mut account, &settle(0, 8), 5);
    let mut by_hand = 0;
    while let Some((part, Call::Refund { total_minor })) = account.next_call() {
        let (id, amount) = (part.id, Money::new(part.amount, money().currency));
        by_hand += if account.is_lost(part) {
            total_minor
        } else {
            0
        };
        let back = Charge {
            payment: id,
            amount,
            ..charge(ChargeStatus::Captured, total_minor, total_minor)
        };
        step(&mut account, &Input::Learned(back), 6);
    }
    assert!(account.is_settled() && account.refunded == AMOUNT);
    assert_eq!(by_hand, AMOUNT - CARD);
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
}
