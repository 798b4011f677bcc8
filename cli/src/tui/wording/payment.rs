//! What is said while somebody pays.

use houseful_core::{
    money::{Currency, Money},
    price::TaxTotal,
    wire::voucher::{Voucher, VoucherState},
};

/// A payment came to nothing and money goes back.
pub const MONEY_BACK: &str =
    "that payment was not taken, money goes back; the seats are still held";
/// Cash that the server knows nothing of.
pub const CASH_NOT_BOOKED: &str =
    "the cash was not booked; the seats are still held, take it again";
/// A charge that never came to the bank.
pub const NOT_CHARGED: &str = "the card was not charged; pay again, or another way";
/// A payment came too late.
pub const OVER_CASH_BACK: &str =
    "The payment came too late and the seats are gone; vouchers are given back by themselves.";
/// The same where nothing of it is in the hand of whoever sells.
pub const OVER_MONEY_BACK: &str =
    "the payment came too late and the seats are gone; the money goes back by itself";

/// The cards of the simulated terminal, with what they do.
pub const TEST_CARDS: [(&str, &str); 5] = [
    ("4242424242424242", "approved"),
    ("4000000000000002", "declined"),
    ("4000000000000069", "approved, slowly"),
    ("4000000000000259", "approved too late"),
    ("4000000000000119", "bank silent, charged"),
];

/// What happens to late money.
pub const LATE_MONEY: &str = "If the bank answers too late: the same seats again if they are still free, else the money goes back. Nobody pays for seats they do not get.";

/// Too little cash.
#[must_use]
pub fn cash_too_little(given: Money, total: Money) -> String {
    format!("{given} is too little, {total} is to pay")
}

/// A card that was declined.
#[must_use]
pub fn declined(reason: Option<&str>) -> String {
    let why = reason.unwrap_or("the card was declined");
    format!("{why}; the seats stay held, pay another way")
}

/// The payment view.
pub const PAYMENT: &str = "PAYMENT";
/// No change with the exact amount.
pub const EXACT: &str = "none, exact";
/// What is typed does not cover the total.
pub const TOO_LITTLE: &str = "too little yet";
/// What the keys of the payment view do, beside the amounts.
pub const PAYMENT_KEYS: [&str; 4] = [
    "⟨payment.accept⟩  exact cash, or the amount",
    "⟨payment.digit⟩ ⟨payment.point⟩  cash given, then ⟨payment.accept⟩",
    "⟨payment.card⟩  card",
    "⟨payment.voucher⟩  voucher",
];
/// Before the field for the code of a voucher.
pub const VOUCHER_CODE: &str = "Voucher code, typed or scanned:";
/// Every penny is paid by vouchers.
pub const NOTHING_LEFT_TO_PAY: &str = "nothing is left to pay; ⟨payment.accept⟩ makes the tickets";
/// The same code once more.
pub const VOUCHER_NAMED: &str = "this voucher pays already";
/// A code is looked up.
pub const VOUCHER_ASKED: &str = "asking about the voucher ...";

/// A voucher pays a part.
#[must_use]
pub fn voucher_pays(label: &str, pays: Money, left: Money) -> String {
    if left.minor == 0 {
        format!("voucher ..{label} pays {pays}; nothing is left to pay")
    } else {
        format!("voucher ..{label} pays {pays}; {left} is left to pay")
    }
}

/// A voucher was taken off.
#[must_use]
pub fn voucher_off(label: &str) -> String {
    format!("voucher ..{label} was taken off")
}

/// A voucher that does not pay.
#[must_use]
pub fn voucher_refused(voucher: &Voucher, currency: Currency) -> String {
    let why = match voucher.state {
        VoucherState::Good => format!("is in {}, not in {currency}", voucher.value.currency),
        VoucherState::NotYet => "is not good yet".to_owned(),
        VoucherState::Over => "is over".to_owned(),
        VoucherState::UsedUp => "is used up".to_owned(),
        VoucherState::Cancelled => "was taken back".to_owned(),
    };
    format!("voucher ..{} {why}", voucher.label)
}

/// The line of a voucher: which, and what it pays.
#[must_use]
pub fn voucher_line(label: &str, pays: Money) -> String {
    format!("Voucher ..{label}  -{}", pays.plain())
}

/// Nothing was taken, and there is cash on the counter.
#[must_use]
pub fn hand_back(why: &str) -> String {
    format!("{why} Hand the cash back.")
}
/// The card terminal.
pub const CARD_TERMINAL: &str = "SIMULATED CARD TERMINAL";
/// Typing another card's number.
pub const OTHER_CARD: &str = "⟨card.card_number⟩  type a card number";
/// Before the field for it.
pub const CARD_NUMBER: &str = "Card number:";
/// Cash is on its way to the server.
pub const BOOKING_CASH: &str = "booking the cash ...";
/// Vouchers are on their way to the server.
pub const TENDERS_ASKED: &str = "taking the vouchers ...";
/// The card is on its way to the server.
pub const CARD_ASKED: &str = "card: asking the bank ...";
/// The bank has not answered.
pub const BANK_SILENT: &str = "card: the bank has not answered yet";

/// What is to pay.
#[must_use]
pub fn to_pay(total: Money) -> String {
    format!("To pay  {} {}", total.currency, total.plain())
}

/// What was given.
#[must_use]
pub fn given(given: &str) -> String {
    format!("Given   {given}")
}

/// What goes back.
#[must_use]
pub fn change(change: &str) -> String {
    format!("Change  {change}")
}

/// A payment's state while it is under way.
#[must_use]
pub fn payment_state(state: &str) -> String {
    format!("card: {state}, waiting for the tickets ...")
}

/// How long a payment has been under way.
#[must_use]
pub fn waiting_for(seconds: i64) -> String {
    format!("for {seconds} s; ⟨paying.back⟩ leaves it alone")
}

/// A tax that is in a total.
#[must_use]
pub fn tax(tax: &TaxTotal) -> String {
    format!("in it {} {}%", tax.name, tax.percent)
}
