//! Paying: exact cash by one key, cash with change, or a card in the simulated terminal.
//!
//! The hold's clock runs on while somebody pays. Nothing here decides what became of the money:
//! that is asked until it is known.

use houseful_core::{
    ids::PaymentId,
    money::Money,
    time::UtcMillis,
    wire::{
        booking::{Booking, BookingState, CashRequest},
        catalogue::Show,
        payment::{Card, PayRequest, Payment as Told, PaymentState},
        problem::Problem,
    },
};
use tui_input::Input;

use super::{
    desk::Desk,
    field,
    key::Key,
    keymap::{Action, Place},
    model::Step,
    msg::{Answer, Ask, Failure, Generation, Owned, Reply},
    overlay::Overlay,
    ticket::TicketView,
    wording,
};

/// How long to wait before asking again what became of it.
const POLL_MS: i64 = 400;
/// How long to wait after no answer.
const RETRY_MS: i64 = 1_000;
/// The longest amount that can be typed.
const AMOUNT_CHARS_MAX: usize = 12;

/// Where a payment stands on this screen.
#[derive(Clone, Debug)]
pub enum Stage {
    /// Choosing how to pay.
    Choose,
    /// Choosing a card.
    Card,
    /// Typing a card number.
    CardNumber(Input),
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
    /// The question that is out or comes next.
    ask: Ask,
    asked: Option<Generation>,
    /// When to ask (again).
    again_at: Option<UtcMillis>,
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
    /// The cash given, as it is typed.
    pub given: String,
    /// What the last try came to.
    pub message: Option<String>,
    checking: Option<Generation>,
    check_at: Option<UtcMillis>,
}

impl Payment {
    /// Opens the view for a booking.
    pub fn open(_desk: &mut Desk, show: Show, owned: Owned, booking: Booking) -> Self {
        Self {
            show,
            booking,
            owned,
            stage: Stage::Choose,
            given: String::new(),
            message: None,
            checking: None,
            check_at: None,
        }
    }

    /// Opens the view for a booking whose payment is under way.
    pub fn settle(desk: &mut Desk, show: Show, owned: Owned, booking: Booking) -> Self {
        let mut view = Self::open(desk, show, owned, booking);
        let payment = view.booking.payments.last().map(|p| p.id);
        let payment = payment.unwrap_or_else(|| desk.new_payment());
        let ask = Ask::Booking(view.owned.clone());
        view.begin(desk, Tender::Card, payment, None, ask);
        view
    }

    /// Where its keys are.
    #[must_use]
    pub fn place(&self) -> Place {
        match self.stage {
            Stage::Choose => Place::Payment,
            Stage::Card => Place::Card,
            Stage::CardNumber(_) => Place::CardNumber,
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
        let minor = given.minor.checked_sub(self.booking.total.minor)?;
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
            (Stage::Choose, Action::Card) => {
                self.stage = Stage::Card;
                self.message = None;
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

    /// A key was typed into the field for the card number.
    pub fn typed(&mut self, key: Key) {
        let number = match key {
            Key::Char(c) => c.is_ascii_digit() || c == ' ',
            _ => true,
        };
        if let (Stage::CardNumber(field), true) = (&mut self.stage, number) {
            field::edit(field, key);
        }
    }

    fn take_cash(&mut self, desk: &mut Desk) {
        if !desk.takes_cash() {
            return desk.say(wording::CASH_NEEDS_CLERK);
        }
        let given = if self.given.is_empty() {
            None
        } else {
            match (self.amount(), self.change()) {
                (Ok(given), Some(_)) => Some(given),
                (Ok(given), None) => {
                    return desk.say(wording::cash_too_little(given, self.booking.total));
                }
                (Err(error), _) => return desk.say(error.to_string()),
            }
        };
        let payment = desk.new_payment();
        let request = CashRequest {
            command: desk.new_command(),
            payment,
            given_minor: given.map(|g| g.minor),
        };
        let ask = Ask::Cash(self.owned.clone(), request);
        self.begin(desk, Tender::Cash, payment, given, ask);
    }

    fn take_card(&mut self, desk: &mut Desk, number: &str) {
        let payment = desk.new_payment();
        let ask = Ask::Token(self.owned.clone());
        self.begin(desk, Tender::Card, payment, None, ask);
        if let Stage::Paying(paying) = &mut self.stage {
            paying.card = Some(Card {
                number: number.to_owned(),
            });
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
            asked: Some(desk.ask(ask.clone())),
            ask,
            again_at: None,
        }));
    }

    /// Time has passed.
    pub fn tick(&mut self, desk: &mut Desk) {
        if let Stage::Paying(paying) = &mut self.stage {
            if paying.again_at.is_some_and(|at| at <= desk.now) {
                paying.again_at = None;
                paying.asked = Some(desk.ask(paying.ask.clone()));
            }
            return;
        }
        let rested = self.check_at.is_none_or(|at| at <= desk.now);
        if rested && self.checking.is_none() && !desk.alive(self.booking.hold_until.0) {
            self.checking = Some(desk.ask(Ask::Booking(self.owned.clone())));
            desk.say(wording::HOLD_ENDING);
        }
    }

    /// When to look again.
    #[must_use]
    pub fn retry_at(&self) -> Option<UtcMillis> {
        match &self.stage {
            Stage::Paying(paying) => paying.again_at,
            _ => self.check_at,
        }
    }

    /// Takes an answer if it is this view's; `None` when it is not.
    pub fn answer(&mut self, desk: &mut Desk, answer: &Answer) -> Option<Step> {
        let generation = Some(answer.generation);
        if self.checking == generation {
            self.checking = None;
            return Some(self.answer_to_check(desk, &answer.result));
        }
        let Stage::Paying(paying) = &mut self.stage else {
            return None;
        };
        if paying.asked != generation {
            return None;
        }
        paying.asked = None;
        Some(match &answer.result {
            Ok(Reply::Booking(booking)) => self.booking_told(desk, booking),
            Ok(Reply::Payment(told)) => self.payment_told(desk, told),
            Ok(Reply::Token(token)) => {
                if let Some(card) = paying.card.clone() {
                    let request = PayRequest {
                        payment: paying.payment,
                        token: token.token.clone(),
                        card,
                    };
                    paying.ask = Ask::Pay(self.owned.clone(), Box::new(request));
                    paying.asked = Some(desk.ask(paying.ask.clone()));
                }
                Step::Stay
            }
            Ok(_) => Step::Stay,
            Err(Failure::NoAnswer(_)) => {
                paying.again_at = Some(desk.now.plus_ms(RETRY_MS));
                Step::Stay
            }
            Err(Failure::Refused(problem)) => self.refused(desk, problem),
            Err(Failure::Broken(why)) => {
                self.stage = Stage::Choose;
                desk.say(why.clone());
                Step::Stay
            }
        })
    }

    fn answer_to_check(&mut self, desk: &mut Desk, result: &Result<Reply, Failure>) -> Step {
        match result {
            Ok(Reply::Booking(booking)) => match booking.state {
                BookingState::Held => {
                    self.booking = (**booking).clone();
                    self.check_at = Some(desk.now.plus_ms(RETRY_MS));
                }
                BookingState::Confirmed => return self.sold(booking),
                _ => return self.hold_over(booking, None),
            },
            Err(Failure::Refused(problem)) => {
                return self.hold_over(&self.booking.clone(), Some(problem.detail.clone()));
            }
            _ => self.check_at = Some(desk.now.plus_ms(RETRY_MS)),
        }
        Step::Stay
    }

    fn sold(&self, booking: &Booking) -> Step {
        let given = match &self.stage {
            Stage::Paying(paying) => paying.given,
            _ => None,
        };
        let tender = match &self.stage {
            Stage::Paying(paying) => Some(paying.tender),
            _ => None,
        };
        Step::Sold(Box::new(TicketView::new(
            self.show.clone(),
            booking.clone(),
            tender,
            given,
        )))
    }

    fn hold_over(&self, booking: &Booking, what: Option<String>) -> Step {
        Step::HoldOver {
            booking: Box::new(booking.clone()),
            what: what.or_else(|| self.message.clone()),
        }
    }

    fn booking_told(&mut self, desk: &mut Desk, booking: &Booking) -> Step {
        let Stage::Paying(paying) = &mut self.stage else {
            return Step::Stay;
        };
        let state = paying.told.as_ref().map(|t| t.state);
        let money_is_back = matches!(
            state,
            Some(PaymentState::Voided | PaymentState::RefundDue | PaymentState::Refunded)
        );
        let returned = booking
            .payments
            .iter()
            .any(|p| p.id == paying.payment && p.returned_because.is_some());
        match booking.state {
            BookingState::Confirmed => return self.sold(booking),
            BookingState::Held if money_is_back || returned => {
                self.booking = booking.clone();
                self.message = Some(wording::MONEY_BACK.to_owned());
                self.stage = Stage::Choose;
            }
            BookingState::Held | BookingState::Secured => {
                self.booking = booking.clone();
                paying.ask = Ask::Booking(self.owned.clone());
                paying.again_at = Some(desk.now.plus_ms(POLL_MS));
            }
            _ if money_is_back || returned => {
                return self.hold_over(booking, Some(wording::OVER_MONEY_BACK.to_owned()));
            }
            // The seats went back; what became of the money is still to be told.
            _ if state.is_some() => {
                paying.ask = Ask::Payment(self.owned.clone(), paying.payment);
                paying.again_at = Some(desk.now.plus_ms(POLL_MS));
            }
            _ => return self.hold_over(booking, None),
        }
        Step::Stay
    }

    fn payment_told(&mut self, desk: &mut Desk, told: &Told) -> Step {
        let Stage::Paying(paying) = &mut self.stage else {
            return Step::Stay;
        };
        paying.told = Some(told.clone());
        match told.state {
            PaymentState::Pending => {
                paying.ask = Ask::Payment(self.owned.clone(), paying.payment);
                paying.again_at = Some(desk.now.plus_ms(POLL_MS));
            }
            PaymentState::Declined | PaymentState::CaptureRefused => {
                self.message = Some(wording::declined(told.reason.as_deref()));
                self.stage = Stage::Choose;
            }
            PaymentState::Authorised
            | PaymentState::Captured
            | PaymentState::Voided
            | PaymentState::RefundDue
            | PaymentState::Refunded => {
                paying.ask = Ask::Booking(self.owned.clone());
                paying.asked = Some(desk.ask(paying.ask.clone()));
            }
        }
        Step::Stay
    }

    fn refused(&mut self, desk: &mut Desk, problem: &Problem) -> Step {
        let Stage::Paying(paying) = &mut self.stage else {
            return Step::Stay;
        };
        match problem.code.as_str() {
            "hold_expired" | "hold_released" | "booking_not_held" => {
                let (booking, what) = (self.booking.clone(), problem.detail.clone());
                return self.hold_over(&booking, Some(what));
            }
            "already_paid" => {
                paying.ask = Ask::Booking(self.owned.clone());
                paying.asked = Some(desk.ask(paying.ask.clone()));
            }
            _ => {
                self.stage = Stage::Choose;
                desk.tell_problem(problem);
            }
        }
        Step::Stay
    }
}
