//! The tickets of a booking: codes, seats, money.

use houseful_core::{
    ids::PaymentId,
    money::Money,
    time::UtcMillis,
    wire::{
        booking::{AppliedPayment, Booking, Ticket},
        catalogue::Show,
        payment::Payment,
    },
};

use super::{
    desk::Desk,
    key::Key,
    keymap::Action,
    model::Step,
    msg::{Answer, Ask, Owned, Reply},
    payment::Tender,
    question::Question,
};

/// The tickets of one booking.
#[derive(Clone, Debug)]
pub struct TicketView {
    /// The show.
    pub show: Show,
    /// The booking, confirmed.
    pub booking: Booking,
    /// How it was paid, if that was here and now.
    pub tender: Option<Tender>,
    /// The cash that was handed over, if it was typed.
    pub given: Option<Money>,
    /// Which ticket's code is drawn.
    pub at: usize,
    /// Whether they were sold before and are only looked at.
    pub is_again: bool,
    /// What paid them, once it is here; asked for where it was several means.
    pub payment: Option<Payment>,
    /// Asks whether they are still valid.
    looks: Question,
    /// Asks what each means paid.
    asks_payment: Question,
}

impl TicketView {
    /// The tickets of a confirmed booking.
    #[must_use]
    pub fn new(show: Show, booking: Booking, tender: Option<Tender>, given: Option<Money>) -> Self {
        Self {
            show,
            booking,
            tender,
            given,
            at: 0,
            is_again: false,
            payment: None,
            looks: Question::default(),
            asks_payment: Question::default(),
        }
    }

    /// Tickets that were sold before. Somebody may have returned them since, so that is asked.
    pub fn again(desk: &mut Desk, show: Show, booking: Booking) -> Self {
        let mut view = Self::new(show, booking, None, None);
        view.look_again(desk);
        view
    }

    /// They are shown once more.
    pub fn look_again(&mut self, desk: &mut Desk) {
        self.is_again = true;
        self.at = 0;
        self.ask(desk);
    }

    fn ask(&mut self, desk: &mut Desk) {
        let (id, secret) = (self.booking.id, None);
        self.looks.ask(desk, Ask::Booking(Owned { id, secret }));
    }

    /// Time has passed.
    pub fn tick(&mut self, desk: &mut Desk) {
        if self.looks.is_due(desk.now) {
            self.ask(desk);
        }
        let due = self.asks_payment.is_quiet() || self.asks_payment.is_due(desk.now);
        if let (None, true, Some(payment)) = (&self.payment, due, several(&self.booking)) {
            let (id, secret) = (self.booking.id, None);
            let ask = Ask::Payment(Owned { id, secret }, payment);
            self.asks_payment.ask(desk, ask);
        }
    }

    /// When to look again.
    #[must_use]
    pub fn again_at(&self) -> Option<UtcMillis> {
        let all = [self.looks.again_at(), self.asks_payment.again_at()];
        all.into_iter().flatten().min()
    }

    /// Takes an answer if it is this view's; `None` when it is not.
    pub fn answer(&mut self, desk: &mut Desk, answer: &Answer) -> Option<Step> {
        if self.asks_payment.takes(answer.generation) {
            match &answer.result {
                Ok(Reply::Payment(payment)) => self.payment = Some((**payment).clone()),
                Ok(_) => {}
                // The tickets are good without it.
                Err(failure) => drop(self.asks_payment.failed(failure, desk.now)),
            }
            return Some(Step::Stay);
        }
        if !self.looks.takes(answer.generation) {
            return None;
        }
        match &answer.result {
            Ok(Reply::Booking(booking)) => {
                self.looks.answered();
                let change = self.booking.change;
                self.booking = (**booking).clone();
                // Only the answer that took the cash tells it.
                self.booking.change = change;
                self.at = self.at.min(self.booking.tickets.len().max(1) - 1);
            }
            Ok(_) => {}
            Err(failure) => {
                if let Some(why) = self.looks.failed(failure, desk.now) {
                    desk.say(why);
                }
            }
        }
        Some(Step::Stay)
    }

    /// The ticket whose code is drawn.
    #[must_use]
    pub fn ticket(&self) -> Option<&Ticket> {
        self.booking.tickets.get(self.at)
    }

    /// A key was pressed.
    pub fn act(&mut self, action: Action, key: Key) -> Step {
        let tickets = self.booking.tickets.len().max(1);
        match action {
            Action::Digit => return Step::SellNext(key),
            Action::Accept | Action::Back if self.is_again => return Step::Back,
            Action::Accept | Action::Back => return Step::Home,
            Action::NextTicket => self.at = (self.at + 1) % tickets,
            Action::PreviousTicket => self.at = (self.at + tickets - 1) % tickets,
            _ => {}
        }
        Step::Stay
    }
}

/// The payment whose money is in the seats, or was.
#[must_use]
pub fn paid_with(booking: &Booking) -> Option<&AppliedPayment> {
    let kept = |p: &&AppliedPayment| p.keep.minor > 0;
    let mut all = booking.payments.iter();
    all.clone().find(kept).or_else(|| all.next_back())
}

/// The payment that paid a booking, if it was several means: what each of them paid only the
/// payment server knows.
#[must_use]
pub fn several(booking: &Booking) -> Option<PaymentId> {
    let paid = paid_with(booking)?;
    let several = matches!(paid.tender.as_deref(), Some("split" | "voucher"));
    several.then_some(paid.id)
}
