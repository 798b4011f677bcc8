//! What is drawn over a view and takes its keys. Overlays are a stack; the last is on top.

use houseful_core::{
    best::Relaxed,
    money::Money,
    seat::SeatLabel,
    wire::{
        booking::{SeatWish, Wish},
        problem::SeatFact,
    },
};

use super::{bookings::GiveBack, help::Help, keymap::Place};

/// What leaving means when the user says yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// Back to the view below.
    Back,
    /// To the bookings.
    Bookings,
    /// End the program.
    Quit,
}

/// Something drawn over a view.
#[derive(Clone, Debug, PartialEq)]
pub enum Overlay {
    /// The keys of a place.
    Help(Help),
    /// Asks before seats are released.
    AskRelease {
        /// The seats.
        seats: Vec<SeatLabel>,
        /// Where to afterwards.
        then: Leaving,
    },
    /// Asks before the seats of any booking are released.
    AskGiveUp {
        /// The seats.
        seats: Vec<SeatLabel>,
    },
    /// Asks before money goes back, and why it does.
    AskRefund {
        /// What goes back, and whose.
        what: String,
        /// Which of the reasons, once one was chosen.
        reason: Option<usize>,
    },
    /// Asks which tickets are given back, and why.
    AskGiveBack(GiveBack),
    /// Asks before a manager says yes to a refund.
    AskApprove {
        /// What goes back, and of what.
        what: String,
    },
    /// Asks what was done about a case.
    AskResolve,
    /// Asks before a payment under way is left alone.
    AskLeave,
    /// Somebody else was faster.
    LostRace {
        /// What happened, in the server's words.
        what: String,
        /// The seats that are gone.
        lost: Vec<SeatFact>,
        /// The seats that are still ours.
        kept: Vec<SeatLabel>,
        /// The best that are left.
        next_best: Vec<SeatWish>,
        /// What had to give way for them.
        relaxed: Vec<Relaxed>,
    },
    /// Asks whether so much cash was given.
    AskCash {
        /// What was typed.
        given: Money,
        /// What is to pay.
        total: Money,
    },
    /// Possible, but only on purpose.
    Override {
        /// What stands against it.
        what: String,
        /// What was wished.
        wish: Wish,
        /// Go on although a single seat is left alone.
        allow_orphans: bool,
        /// Go on above the limit of seats.
        over_limit: bool,
    },
    /// The hold has ended.
    HoldOver {
        /// What happened.
        what: String,
        /// The seats it had, each with its ticket type.
        seats: Vec<(SeatLabel, String)>,
    },
    /// Something went wrong.
    Trouble {
        /// What.
        what: String,
        /// What to do.
        hint: Option<String>,
        /// The stable code.
        code: String,
    },
}

impl Overlay {
    /// Whether it only asks about or explains seats that are held: once they are not, it has no
    /// meaning any more.
    #[must_use]
    pub fn needs_hold(&self) -> bool {
        match self {
            Self::Help(_)
            | Self::AskLeave
            | Self::AskCash { .. }
            | Self::LostRace { .. }
            | Self::Override { .. } => true,
            Self::AskRelease { then, .. } => *then != Leaving::Quit,
            Self::AskGiveUp { .. }
            | Self::AskRefund { .. }
            | Self::AskGiveBack(_)
            | Self::AskApprove { .. }
            | Self::AskResolve
            | Self::HoldOver { .. }
            | Self::Trouble { .. } => false,
        }
    }

    /// Where its keys are.
    #[must_use]
    pub fn place(&self) -> Place {
        match self {
            Self::Help(_) => Place::Help,
            Self::AskRelease { .. } => Place::AskRelease,
            Self::AskGiveUp { .. } => Place::AskGiveUp,
            Self::AskCash { .. } => Place::AskCash,
            Self::AskRefund { .. } => Place::AskRefund,
            Self::AskGiveBack(_) => Place::AskGiveBack,
            Self::AskApprove { .. } => Place::AskApprove,
            Self::AskResolve => Place::AskResolve,
            Self::AskLeave => Place::AskLeave,
            Self::LostRace { next_best, .. } if next_best.is_empty() => Place::NoOffer,
            Self::LostRace { .. } => Place::LostRace,
            Self::Override { .. } => Place::Override,
            Self::HoldOver { .. } => Place::HoldOver,
            Self::Trouble { .. } => Place::Trouble,
        }
    }
}
