//! The tickets of a booking: codes, seats, money.

use houseful_core::{
    money::Money,
    wire::{
        booking::{Booking, Ticket},
        catalogue::Show,
    },
};

use super::{key::Key, keymap::Action, model::Step, payment::Tender};

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
        }
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
            Action::Accept | Action::Back => return Step::Home,
            Action::NextTicket => self.at = (self.at + 1) % tickets,
            Action::PreviousTicket => self.at = (self.at + tickets - 1) % tickets,
            _ => {}
        }
        Step::Stay
    }
}
