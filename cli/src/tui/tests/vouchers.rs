//! Vouchers at the till: what each pays, what is left, and how they come off again.

use houseful_core::{
    message::Tender as Means,
    wire::payment::{PayRequest, PaymentState},
};

use super::house::Till;
use crate::tui::{
    keymap::Place,
    model::View,
    msg::{Ask, Effect},
    payment::Tender,
    ticket::TicketView,
};

/// As a scanner types it: the code and Enter.
const FIRST: &str = "7KQM4T2XH3WZPA9D\n";
const SECOND: &str = "7kqm-4t2x-h3wz-0000\n";

/// A till with two seats for 19.00 at the payment view, and two vouchers.
fn till() -> Till {
    let mut till = Till::open();
    till.vouchers.insert("PA9D", 1_200);
    till.vouchers.insert("0000", 5_000);
    till.press("12\n");
    assert_eq!(till.model.place(), Place::Payment);
    till
}

fn ticket(till: &Till) -> &TicketView {
    match till.model.above.as_slice() {
        [View::Ticket(ticket)] => ticket,
        other => panic!("no ticket, but {other:?}"),
    }
}

/// The payment that was asked for: which means pays how much.
fn paid(till: &Till) -> Vec<(Means, Option<i64>)> {
    let pay = |ask: &Ask| match ask {
        Ask::Pay(_, request) => Some(PayRequest::clone(request)),
        _ => None,
    };
    let request = till.asked.iter().rev().find_map(pay).expect("a payment");
    assert_eq!(request.card, None);
    let tenders = request.tenders.iter();
    tenders.map(|t| (t.means(), t.amount_minor())).collect()
}

#[test]
fn a_scanned_voucher_pays_a_part_and_cash_the_rest_with_its_change() {
    let mut till = till();
    till.press("v");
    assert_eq!(till.model.place(), Place::VoucherCode);
    till.press(FIRST);
    assert_eq!(till.model.place(), Place::Payment);
    let screen = till.screen();
    assert!(screen.contains("To pay  GBP 7.00"), "{screen}");
    assert!(screen.contains("Voucher ..PA9D  -12.00"), "{screen}");
    assert!(screen.contains("voucher ..PA9D pays GBP 12.00"), "{screen}");
    till.press("10\n");
    assert_eq!(
        paid(&till),
        [(Means::Voucher, Some(1_200)), (Means::Cash, Some(700))]
    );
    let sold = ticket(&till);
    assert_eq!(sold.tender, Some(Tender::VouchersAndCash));
    assert_eq!(sold.booking.change.map(|c| c.minor), Some(300));
    let screen = till.screen();
    assert!(screen.contains("Change   3.00"), "{screen}");
}

#[test]
fn a_card_pays_what_vouchers_leave() {
    let mut till = till();
    till.press("v");
    till.press(FIRST);
    till.press("d1");
    assert_eq!(
        paid(&till),
        [(Means::Voucher, Some(1_200)), (Means::Card, Some(700))]
    );
    assert_eq!(ticket(&till).tender, Some(Tender::VouchersAndCard));
}

#[test]
fn a_voucher_that_covers_all_needs_nothing_else() {
    let mut till = till();
    till.press("v");
    till.press(SECOND);
    let screen = till.screen();
    assert!(screen.contains("To pay  GBP 0.00"), "{screen}");
    till.press("v");
    assert_eq!(till.model.place(), Place::Payment, "no other is needed");
    till.press("\n");
    assert_eq!(paid(&till), [(Means::Voucher, Some(1_900))]);
    assert_eq!(ticket(&till).tender, Some(Tender::Vouchers));
}

#[test]
fn esc_takes_the_last_voucher_off_again_and_then_goes_back() {
    let mut till = till();
    till.press("v");
    till.press(FIRST);
    till.press("v");
    till.press(SECOND);
    assert!(till.screen().contains("To pay  GBP 0.00"));
    till.press("\u{1b}");
    let screen = till.screen();
    assert!(screen.contains("To pay  GBP 7.00"), "{screen}");
    till.press("\u{1b}");
    assert!(till.screen().contains("To pay  GBP 19.00"));
    assert_eq!(till.model.place(), Place::Payment);
    till.press("\u{1b}");
    assert_eq!(till.model.place(), Place::Seats);
    assert_eq!(till.held().len(), 2, "the seats stay held");
}

#[test]
fn a_voucher_that_does_not_pay_is_refused_by_its_end_and_nothing_is_lost() {
    let mut till = till();
    till.vouchers.insert("PA9D", 0);
    till.press("v");
    till.press(FIRST);
    let screen = till.screen();
    assert!(screen.contains("voucher ..PA9D is used up"), "{screen}");
    till.press("\u{1b}v");
    till.press("0000-0000-0000-1111\n");
    assert_eq!(till.model.place(), Place::VoucherCode, "typed again");
    till.press("\u{1b}v");
    till.press("7KQM\n");
    let screen = till.screen();
    assert!(screen.contains("16 letters and digits"), "{screen}");
    till.press("\u{1b}v");
    till.press(SECOND);
    till.press("v");
    assert_eq!(till.model.place(), Place::Payment);
    till.press("\u{1b}v");
    till.press(SECOND);
    till.press("\u{1b}");
    assert!(till.screen().contains("To pay  GBP 19.00"));
}

#[test]
fn the_same_voucher_pays_once() {
    let mut till = till();
    till.press("v");
    till.press(FIRST);
    till.press("v");
    till.press(FIRST);
    let screen = till.screen();
    assert!(screen.contains("this voucher pays already"), "{screen}");
}

#[test]
fn a_declined_payment_leaves_the_vouchers_named_and_the_cash_is_handed_back() {
    let mut till = till();
    till.card = PaymentState::Declined;
    till.press("v");
    till.press(FIRST);
    till.press("\n");
    let screen = till.screen();
    assert!(screen.contains("Hand the cash back"), "{screen}");
    assert!(screen.contains("Voucher ..PA9D  -12.00"), "{screen}");
    till.card = PaymentState::Captured;
    till.press("d1");
    assert_eq!(ticket(&till).tender, Some(Tender::VouchersAndCard));
}

#[test]
fn a_line_names_a_voucher_and_a_key_pays_the_rest() {
    let mut till = Till::open();
    till.vouchers.insert("PA9D", 1_200);
    till.press(":1 2 voucher:7kqm-4t2x-h3wz-pa9d card\n");
    assert_eq!(till.model.place(), Place::Payment);
    let screen = till.screen();
    assert!(screen.contains("To pay  GBP 7.00"), "{screen}");
    till.press("d1");
    assert_eq!(
        paid(&till),
        [(Means::Voucher, Some(1_200)), (Means::Card, Some(700))]
    );
}

#[test]
fn codes_are_in_no_effect_but_the_questions_about_them() {
    let code: houseful_core::code::VoucherCode = "7KQM4T2XH3WZPA9D".parse().expect("a code");
    let effect = Effect::Ask(crate::tui::msg::Generation(1), Ask::Voucher(code));
    assert!(!format!("{effect:?}").contains("7KQM"));
}
