//! Paying by words and numbers.

use houseful_core::money::Money;

use super::{Heard, key_of, typed};
use crate::tui::{
    key::Key,
    keymap::{Action, Place},
    model::{Model, View},
    msg::Msg,
    payment::{AMOUNT_CHARS_MAX, Payment},
    wording::{self, plain},
};

/// Digits from which on a number is that of a card.
const CARD_DIGITS_MIN: usize = 12;

/// A number at the question how to pay: a choice, or the cash that was given.
pub(super) fn number(line: &str, model: &Model, payment: &Payment) -> Heard {
    match line {
        "1" if model.desk.takes_cash() => pay_exactly(model, payment),
        "2" if model.desk.takes_cash() => Heard::AskAmount,
        "3" => Heard::keys(key_of(model, Place::Payment, Action::Card)),
        _ => give(line, model, payment),
    }
}

/// `50.00`, `cash`, `cash 50`.
pub(super) fn hear(line: &str, model: &Model, payment: &Payment) -> Option<Heard> {
    let lower = line.to_lowercase();
    let words: Vec<&str> = lower.split(' ').collect();
    match words.as_slice() {
        ["cash" | "exact"] | ["cash", "exact"] => Some(pay_exactly(model, payment)),
        ["cash", "other"] | ["other"] | ["other", "amount"] if model.desk.takes_cash() => {
            Some(Heard::AskAmount)
        }
        ["cash", amount] | [amount] if is_amount(amount) => Some(give(amount, model, payment)),
        _ => None,
    }
}

/// The amount that was asked for; `None` when something else was said.
pub(super) fn amount(line: &str, model: &Model) -> Option<Heard> {
    let Some(View::Payment(payment)) = model.above.last() else {
        return None;
    };
    match line {
        "" | "back" | "cancel" => Some(Heard::Tell(super::Tell::Again)),
        amount if is_amount(amount) => Some(give(amount, model, payment)),
        _ => None,
    }
}

fn is_amount(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_digit())
        && bytes.all(|b| b.is_ascii_digit() || b == b'.' || b == b',')
}

/// Exact cash.
pub(super) fn pay_exactly(model: &Model, payment: &Payment) -> Heard {
    Heard::keys(erased(model, payment).chain([Key::Enter]))
}

/// Takes this much cash.
fn give(text: &str, model: &Model, payment: &Payment) -> Heard {
    let text = text.replace(',', ".");
    let currency = payment.booking.total.currency;
    if text.len() > AMOUNT_CHARS_MAX || Money::parse(text.trim_end_matches('.'), currency).is_err()
    {
        return Heard::say(plain::no_amount(&text));
    }
    let amount = text.chars().map(Key::Char);
    Heard::keys(erased(model, payment).chain(amount).chain([Key::Enter]))
}

/// What was typed for an earlier try is taken back first.
fn erased(model: &Model, payment: &Payment) -> impl Iterator<Item = Key> {
    let erase = key_of(model, Place::Payment, Action::Erase);
    std::iter::repeat_n(erase, payment.given.len()).flatten()
}

/// One of the test cards, or a card's number.
pub(super) fn card(line: &str, model: &Model) -> Heard {
    if line.len() >= CARD_DIGITS_MIN {
        return type_card(line, model);
    }
    match line.parse::<u8>() {
        Ok(1..=9) => Heard::keys(line.chars().map(Key::Char)),
        _ => Heard::say(plain::notice(wording::NO_SUCH_CARD)),
    }
}

/// `4242 4242 4242 4242`.
pub(super) fn card_number(line: &str, model: &Model) -> Option<Heard> {
    let digits: String = line.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let is_number = digits.len() >= CARD_DIGITS_MIN && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| type_card(&digits, model))
}

fn type_card(digits: &str, model: &Model) -> Heard {
    let open = key_of(model, Place::Card, Action::CardNumber).map(Msg::Key);
    match typed(digits) {
        Heard::Do(msgs) => Heard::Do(open.into_iter().chain(msgs).collect()),
        other => other,
    }
}
