//! Giving single tickets back: which seats, why, and what the server says goes back.
//!
//! The sum is never computed here: each choice of seats is asked for, and only what was told for
//! the very seats that are chosen can be confirmed.

use houseful_core::{
    refund::RefundReason,
    seat::SeatLabel,
    wire::{
        booking::Booking,
        refund::{RefundQuote, RefundSeat},
    },
};

/// The dialog.
#[derive(Clone, Debug, PartialEq)]
pub struct GiveBack {
    /// The seats of the booking, and whether they are chosen.
    pub seats: Vec<(SeatLabel, bool)>,
    /// Which is marked.
    pub at: usize,
    /// The reason, once one was chosen.
    pub reason: Option<RefundReason>,
    /// What the server says goes back for the chosen seats.
    pub quote: Quoted,
}

/// What is known of what goes back.
#[derive(Clone, Debug, PartialEq)]
pub enum Quoted {
    /// It is being asked.
    Asked,
    /// It was told.
    Told(Box<RefundQuote>),
    /// Nothing can go back; why.
    Refused(String),
    /// No seat is chosen.
    Nothing,
}

impl GiveBack {
    /// All seats of a booking, all of them chosen.
    #[must_use]
    pub fn new(booking: &Booking) -> Self {
        Self {
            seats: booking.lines.iter().map(|l| (l.seat, true)).collect(),
            at: 0,
            reason: None,
            quote: Quoted::Asked,
        }
    }

    /// The chosen seats.
    #[must_use]
    pub fn chosen(&self) -> Vec<SeatLabel> {
        let chosen = self.seats.iter().filter(|(_, chosen)| *chosen);
        chosen.map(|(seat, _)| *seat).collect()
    }

    /// Moves the mark.
    pub fn step(&mut self, down: bool) {
        let last = self.seats.len().saturating_sub(1);
        self.at = if down {
            (self.at + 1).min(last)
        } else {
            self.at.saturating_sub(1)
        };
    }

    /// Chooses the marked seat, or no longer.
    pub fn turn(&mut self) {
        if let Some((_, chosen)) = self.seats.get_mut(self.at) {
            *chosen = !*chosen;
        }
        self.quote = if self.chosen().is_empty() {
            Quoted::Nothing
        } else {
            Quoted::Asked
        };
    }

    /// What was told about one seat.
    #[must_use]
    pub fn told(&self, seat: SeatLabel) -> Option<&RefundSeat> {
        match &self.quote {
            Quoted::Told(quote) => quote.lines.iter().find(|line| line.seat == seat),
            _ => None,
        }
    }
}
