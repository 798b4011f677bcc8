//! Paying: exact cash by one key, cash with change, or a card in the simulated terminal.
//!
//! The hold's clock runs on while somebody pays. Nothing here decides what became of the money:
//! that is asked until it is known.

mod answers;
mod vouchers;

use houseful_core::{
    code::VoucherCode,
    ids::PaymentId,
    money::Money,
    time::UtcMillis,
    wire::{
        booking::{Booking, CashRequest},
        catalogue::Show,
        payment::{Card, Payment as Told, TenderWish},
    },
};
use tui_input::Input;

pub use self::vouchers::Covering;
use super::{
    desk::Desk,
    field,
    key::Key,
    keymap::{Action, Place},
    model::Step,
    msg::{Ask, Owned, Unfinished},
    overlay::Overlay,
    question::Question,
    wording,
};
use crate::wish::{PayWord, SplitWord};

/// The longest amount that can be typed.
pub const AMOUNT_CHARS_MAX: usize = 12;

/// Where a payment stands on this screen.
#[derive(Clone, Debug)]
pub enum Stage {
    /// Choosing how to pay.
    Choose,
    /// Choosing a card.
    Card,
    /// Typing a card number.
    CardNumber(Input),
    /// Typing or scanning the code of a voucher.
    Voucher(Input),
    /// Under way.
    Paying(Box<Paying>),
}

/// How it is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tender {
    /// Cash.
    Cash,
    /// Card.
    Card,
    /// Vouchers alone.
    Vouchers,
    /// Vouchers, and cash for the rest.
    VouchersAndCash,
    /// Vouchers, and a card for the rest.
    VouchersAndCard,
}

impl Tender {
    /// Whether the counter decides it, and not the payment server.
    const fn is_cash(self) -> bool {
        matches!(self, Self::Cash)
    }
}

/// A payment under way.
#[derive(Clone, Debug)]
pub struct Paying {
    /// How.
    pub tender: Tender,
    /// What the customer handed over.
    pub given: Option<Money>,
    /// Since when, locally.
    pub since: UtcMillis,
    /// The payment as the server last told it.
    pub told: Option<Told>,
    payment: PaymentId,
    card: Option<Card>,
    /// By which means together, if not by one card.
    tenders: Vec<TenderWish>,
    /// What is asked, or comes next.
    ask: Ask,
    question: Question,
}

impl Paying {
    /// Asks this now.
    fn ask(&mut self, desk: &mut Desk, ask: Ask) {
        self.ask = ask;
        self.question.ask(desk, self.ask.clone());
    }

    /// Asks this soon.
    fn ask_soon(&mut self, desk: &Desk, ask: Ask) {
        self.ask = ask;
        self.question.look_again(desk.now);
    }
}

/// The payment view.
#[derive(Clone, Debug)]
pub struct Payment {
    /// The show.
    pub show: Show,
    /// The booking, as the server last told it.
    pub booking: Booking,
    /// Its id and secret.
    pub owned: Owned,
    /// Where it stands.
    pub stage: Stage,
    /// Vouchers that pay a part of it.
    pub vouchers: Vec<Covering>,
    /// The code that is asked about, and those that a line named behind it.
    code: Option<VoucherCode>,
    codes: Vec<VoucherCode>,
    asks_voucher: Question,
    /// The cash given, as it is typed.
    pub given: String,
    /// What the last try came to.
    pub message: Option<String>,
    /// Asks whether the hold is over.
    checks: Question,
}

impl Payment {
    /// Opens the view for a booking.
    pub fn open(show: Show, owned: Owned, booking: Booking) -> Self {
        Self {
            show,
            booking,
            owned,
            stage: Stage::Choose,
            vouchers: Vec::new(),
            code: None,
            codes: Vec::new(),
            asks_voucher: Question::default(),
            given: String::new(),
            message: None,
            checks: Question::default(),
        }
    }

    /// Opens the view for a booking whose payment is under way: `payment`, when this till made it.
    pub fn settle(
        desk: &mut Desk,
        show: Show,
        owned: Owned,
        booking: Booking,
        payment: Option<PaymentId>,
    ) -> Self {
        let mut view = Self::open(show, owned, booking);
        let ask = match payment {
            Some(payment) => Ask::Payment(view.owned.clone(), payment),
            None => Ask::Booking(view.owned.clone()),
        };
        let known = payment.or(view.booking.payments.last().map(|p| p.id));
        let payment = known.unwrap_or_else(|| desk.new_payment());
        view.begin(desk, Tender::Card, payment, None, ask);
        view
    }

    /// The sale, to be taken up again later.
    #[must_use]
    pub fn unfinished(&self) -> Unfinished {
        let payment = match &self.stage {
            Stage::Paying(paying) if !paying.tender.is_cash() => Some(paying.payment),
            _ => None,
        };
        Unfinished {
            owned: self.owned.clone(),
            payment,
        }
    }

    /// Where its keys are.
    #[must_use]
    pub fn place(&self) -> Place {
        match self.stage {
            Stage::Choose => Place::Payment,
            Stage::Card => Place::Card,
            Stage::CardNumber(_) => Place::CardNumber,
            Stage::Voucher(_) => Place::VoucherCode,
            Stage::Paying(_) => Place::Paying,
        }
    }

    /// Whether money may be on its way.
    #[must_use]
    pub fn is_paying(&self) -> bool {
        matches!(self.stage, Stage::Paying(_))
    }

    /// The change for what is typed; `None` when it is no amount or too little.
    #[must_use]
    pub fn change(&self) -> Option<Money> {
        let given = self.amount().ok()?;
        let minor = given.minor.checked_sub(self.left().minor)?;
        (minor >= 0).then(|| Money::new(minor, given.currency))
    }

    fn amount(&self) -> Result<Money, houseful_core::money::MoneyError> {
        let typed = self.given.trim_end_matches('.');
        Money::parse(typed, self.booking.total.currency)
    }

    /// A key was pressed.
    pub fn act(&mut self, desk: &mut Desk, action: Action, key: Key) -> Step {
        match (&self.stage, action) {
            (Stage::Choose, Action::Digit | Action::Point) => {
                if let Key::Char(c) = key
                    && self.given.len() < AMOUNT_CHARS_MAX
                {
                    self.given.push(c);
                }
            }
            (Stage::Choose, Action::Erase) => drop(self.given.pop()),
            (Stage::Choose, Action::Accept) => self.take_cash(desk),
            (Stage::Choose, Action::Card) if self.left().minor == 0 => self.take_cash(desk),
            (Stage::Choose, Action::Card) => {
                self.stage = Stage::Card;
                self.message = None;
            }
            (Stage::Choose, Action::Voucher) => self.open_voucher(desk),
            (Stage::Voucher(typed), Action::Accept) => {
                let text = typed.value().to_owned();
                self.name_voucher(desk, &text);
            }
            (Stage::Voucher(_), Action::Back) => {
                (self.code, self.codes) = (None, Vec::new());
                self.asks_voucher = Question::default();
                self.stage = Stage::Choose;
            }
            (Stage::Choose, Action::Back) if !self.vouchers.is_empty() => {
                self.take_voucher_off(desk);
            }
            (Stage::Choose, Action::Back) => return Step::Back,
            (Stage::Card, Action::Digit) => {
                let chosen = usize::from(key.digit().unwrap_or(0)).checked_sub(1);
                match chosen.and_then(|i| wording::TEST_CARDS.get(i)) {
                    Some((number, _)) => self.take_card(desk, number),
                    None => desk.say(wording::NO_SUCH_CARD),
                }
            }
            (Stage::Card, Action::Accept) => {
                if let Some((number, _)) = wording::TEST_CARDS.first() {
                    self.take_card(desk, number);
                }
            }
            (Stage::Card, Action::CardNumber) => self.stage = Stage::CardNumber(Input::default()),
            (Stage::CardNumber(typed), Action::Accept) => {
                let number: String = typed.value().chars().filter(|c| *c != ' ').collect();
                let digits = number.bytes().all(|b| b.is_ascii_digit());
                if digits && (12..=19).contains(&number.len()) {
                    self.take_card(desk, &number);
                } else {
                    desk.say(wording::CARD_NUMBER_DIGITS);
                }
            }
            (Stage::CardNumber(_), Action::Back) => self.stage = Stage::Card,
            (Stage::Card, Action::Back) => self.stage = Stage::Choose,
            (Stage::Paying(_), Action::Back) => desk.overlays.push(Overlay::AskLeave),
            _ => {}
        }
        Step::Stay
    }

    /// Begins as the word of a quick line says: cash is taken at once, a card is chosen first.
    pub fn begin_by(&mut self, desk: &mut Desk, word: &PayWord) {
        match word {
            PayWord::Cash(given) => {
                self.given = given.clone().unwrap_or_default();
                self.take_cash(desk);
            }
            PayWord::Card => self.stage = Stage::Card,
            PayWord::Split(words) => {
                // What is left is paid by a key, once it is seen what the vouchers are worth.
                let codes = words.iter().rev().filter_map(|word| match word {
                    SplitWord::Voucher(code) => Some(*code),
                    SplitWord::Card | SplitWord::Cash { .. } => None,
                });
                self.codes = codes.collect();
                if let Some(code) = self.codes.pop() {
                    self.check_voucher(desk, code);
                }
            }
            PayWord::Hold => {}
        }
    }

    /// A key was typed into the field for the card number.
    pub fn typed(&mut self, key: Key) {
        let number = match key {
            Key::Char(c) => c.is_ascii_digit() || c == ' ',
            _ => true,
        };
        match &mut self.stage {
            Stage::CardNumber(typed) if number => {
                let _changed = field::edit(typed, key);
            }
            Stage::Voucher(typed) => Self::type_code(typed, key),
            _ => {}
        }
    }

    fn take_cash(&mut self, desk: &mut Desk) {
        let left = self.left();
        if left.minor == 0 && !self.vouchers.is_empty() {
            let tenders = self.tenders(None);
            return self.take_tenders(desk, Tender::Vouchers, tenders, None);
        }
        if !desk.takes_cash() {
            return desk.say(wording::CASH_NEEDS_CLERK);
        }
        let given = if self.given.is_empty() {
            None
        } else {
            match (self.amount(), self.change()) {
                (Ok(given), Some(_)) => Some(given),
                (Ok(given), None) => {
                    return desk.say(wording::cash_too_little(given, left));
                }
                (Err(error), _) => return desk.say(error.to_string()),
            }
        };
        match given {
            Some(given) if given.minor > left.most_given().minor => {
                desk.overlays.push(Overlay::AskCash { given, total: left });
            }
            given => self.take_given(desk, given),
        }
    }

    /// Takes the cash: exactly what is to pay, or what was given.
    pub fn take_given(&mut self, desk: &mut Desk, given: Option<Money>) {
        if !self.vouchers.is_empty() {
            let tenders = self.tenders(None);
            return self.take_tenders(desk, Tender::VouchersAndCash, tenders, given);
        }
        let payment = desk.new_payment();
        let request = CashRequest {
            command: desk.new_command(),
            payment,
            given_minor: given.map(|g| g.minor),
        };
        let ask = Ask::Cash(self.owned.clone(), request);
        self.begin(desk, Tender::Cash, payment, given, ask);
    }

    /// Takes several means together.
    fn take_tenders(
        &mut self,
        desk: &mut Desk,
        tender: Tender,
        tenders: Vec<TenderWish>,
        given: Option<Money>,
    ) {
        let payment = desk.new_payment();
        let ask = Ask::Token(self.owned.clone());
        self.begin(desk, tender, payment, given, ask);
        if let Stage::Paying(paying) = &mut self.stage {
            paying.tenders = tenders;
        }
    }

    fn take_card(&mut self, desk: &mut Desk, number: &str) {
        if !self.vouchers.is_empty() {
            let tenders = self.tenders(Some(Card::number(number)));
            return self.take_tenders(desk, Tender::VouchersAndCard, tenders, None);
        }
        let payment = desk.new_payment();
        let ask = Ask::Token(self.owned.clone());
        self.begin(desk, Tender::Card, payment, None, ask);
        if let Stage::Paying(paying) = &mut self.stage {
            paying.card = Some(Card::named(number));
        }
    }

    fn begin(
        &mut self,
        desk: &mut Desk,
        tender: Tender,
        payment: PaymentId,
        given: Option<Money>,
        ask: Ask,
    ) {
        self.message = None;
        self.stage = Stage::Paying(Box::new(Paying {
            tender,
            given,
            since: desk.now,
            told: None,
            payment,
            card: None,
            tenders: Vec::new(),
            question: Question::asked(desk, ask.clone()),
            ask,
        }));
    }

    /// Time has passed.
    pub fn tick(&mut self, desk: &mut Desk) {
        if let Stage::Paying(paying) = &mut self.stage {
            if paying.question.is_due(desk.now) {
                paying.question.ask(desk, paying.ask.clone());
            }
            return;
        }
        if self.asks_voucher.is_due(desk.now)
            && let Some(code) = self.code
        {
            self.asks_voucher.ask(desk, Ask::Voucher(code));
        }
        let over = !desk.alive(self.booking.hold_until.0);
        if self.checks.is_due(desk.now) || over && self.checks.is_quiet() {
            self.checks.ask(desk, Ask::Booking(self.owned.clone()));
            if over {
                desk.say(wording::HOLD_ENDING);
            }
        }
    }

    /// When to look again.
    #[must_use]
    pub fn again_at(&self) -> Option<UtcMillis> {
        match &self.stage {
            Stage::Paying(paying) => paying.question.again_at(),
            _ => [self.checks.again_at(), self.asks_voucher.again_at()]
                .into_iter()
                .flatten()
                .min(),
        }
    }
}
