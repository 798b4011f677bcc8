//! Vouchers beside the other means: what each pays, and what is left for a card or cash.
//!
//! A voucher that is named here is only looked at; it is reserved with all the rest, when that is
//! paid. So leaving the view leaves nothing behind.

use houseful_core::{
    code::VoucherCode,
    money::Money,
    wire::{
        payment::{Card, TenderWish},
        voucher::{Voucher, VoucherState},
    },
};
use tui_input::Input;

use super::{Payment, Stage};
use crate::tui::{
    desk::Desk,
    field,
    key::Key,
    model::Step,
    msg::{Ask, Failure, Reply},
    wording,
};

/// A voucher that pays a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covering {
    /// Its code.
    code: VoucherCode,
    /// The last characters of it.
    pub label: String,
    /// How much it pays.
    pub pays: Money,
}

impl Payment {
    /// What the vouchers leave to pay.
    #[must_use]
    pub fn left(&self) -> Money {
        let total = self.booking.total;
        let covered: i64 = self.vouchers.iter().map(|v| v.pays.minor).sum();
        Money::new((total.minor - covered).max(0), total.currency)
    }

    /// A voucher can be named now.
    pub(super) fn open_voucher(&mut self, desk: &mut Desk) {
        if self.left().minor == 0 {
            return desk.say(wording::NOTHING_LEFT_TO_PAY);
        }
        self.message = None;
        self.stage = Stage::Voucher(Input::default());
    }

    /// A key was typed into the field for the code.
    pub(super) fn type_code(typed: &mut Input, key: Key) {
        let fits = match key {
            Key::Char(c) => c.is_ascii_alphanumeric() || matches!(c, ' ' | '-'),
            _ => true,
        };
        if fits {
            let _changed = field::edit(typed, key);
        }
    }

    /// Asks what the code is worth that was typed or scanned.
    pub(super) fn name_voucher(&mut self, desk: &mut Desk, text: &str) {
        match text.parse::<VoucherCode>() {
            Ok(code) if self.vouchers.iter().any(|v| v.code == code) => {
                desk.say(wording::VOUCHER_NAMED);
            }
            Ok(code) => self.check_voucher(desk, code),
            Err(error) => desk.say(error.to_string()),
        }
    }

    /// Asks what a code is worth.
    pub(super) fn check_voucher(&mut self, desk: &mut Desk, code: VoucherCode) {
        self.code = Some(code);
        self.asks_voucher.ask(desk, Ask::Voucher(code));
        desk.say(wording::VOUCHER_ASKED);
    }

    /// Takes the voucher off again that was named last.
    pub(super) fn take_voucher_off(&mut self, desk: &mut Desk) {
        if let Some(voucher) = self.vouchers.pop() {
            self.given.clear();
            desk.say(wording::voucher_off(&voucher.label));
        }
    }

    /// What the server says a code is worth.
    pub(super) fn voucher_told(
        &mut self,
        desk: &mut Desk,
        result: &Result<Reply, Failure>,
    ) -> Step {
        match result {
            Ok(Reply::Voucher(voucher)) => {
                self.asks_voucher.answered();
                self.cover(desk, voucher);
            }
            Ok(_) => {}
            Err(Failure::Refused(problem)) => {
                self.asks_voucher.answered();
                (self.code, self.codes) = (None, Vec::new());
                desk.say(problem.detail.clone());
            }
            Err(failure) => {
                if let Some(why) = self.asks_voucher.failed(failure, desk.now) {
                    desk.say(why);
                }
            }
        }
        Step::Stay
    }

    fn cover(&mut self, desk: &mut Desk, voucher: &Voucher) {
        let Some(code) = self.code.take() else {
            return;
        };
        let left = self.left();
        if voucher.state != VoucherState::Good || voucher.left.currency != left.currency {
            self.codes.clear();
            return desk.say(wording::voucher_refused(voucher, left.currency));
        }
        let pays = Money::new(voucher.left.minor.min(left.minor), left.currency);
        if pays.minor == 0 {
            return desk.say(wording::NOTHING_LEFT_TO_PAY);
        }
        self.vouchers.push(Covering {
            code,
            label: voucher.label.clone(),
            pays,
        });
        self.given.clear();
        if matches!(self.stage, Stage::Voucher(_)) {
            self.stage = Stage::Choose;
        }
        desk.say(wording::voucher_pays(&voucher.label, pays, self.left()));
        // A line may have named several.
        if self.left().minor > 0
            && let Some(next) = self.codes.pop()
        {
            self.check_voucher(desk, next);
        }
    }

    /// The vouchers and what pays the rest, if anything is left.
    pub(super) fn tenders(&self, card: Option<Card>) -> Vec<TenderWish> {
        let left = self.left().minor;
        let amount_minor = Some(left);
        let rest = match card {
            _ if left == 0 => None,
            Some(card) => Some(TenderWish::Card { card, amount_minor }),
            None => Some(TenderWish::Cash { amount_minor }),
        };
        let vouchers = self.vouchers.iter().map(|v| TenderWish::Voucher {
            code: v.code,
            amount_minor: Some(v.pays.minor),
        });
        vouchers.chain(rest).collect()
    }
}
