//! The tickets of a booking: codes, seats, money.

use houseful_core::{
    money::Money,
    time::UtcMillis,
    wire::{
        booking::{Booking, Ticket},
        catalogue::Show,
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
    /// Asks whether they are still valid.
    looks: Question,
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
            looks: Question::default(),
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
    }

    /// When to look again.
    #[must_use]
    pub fn again_at(&self) -> Option<UtcMillis> {
        self.looks.again_at()
    }

    /// Takes an answer if it is this view's; `None` when it is not.
    pub fn answer(&mut self, desk: &mut Desk, answer: &Answer) -> Option<Step> {
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
