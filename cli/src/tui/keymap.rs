//! The one table from keys to actions. Footers and the `?` page are drawn from it, so they can't
//! tell anything else than what the keys do.
//!
//! Letters, digits, Enter, Esc, Space, Tab, arrows and Ctrl with a letter only: every keyboard has
//! those. Capitals open what staff have everywhere, and ask before money goes back. In a place with a text field, what is not in the table is typed.

mod bound;
mod names;
mod settings;
mod table;
#[cfg(test)]
mod tests;

pub use bound::{BoundKeys, BoundLine, Keymap};
#[cfg(test)]
pub use names::key_named;
pub use table::TABLE;

use super::key::Key;

/// Where a key is pressed: the view or the overlay on top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The numbered next shows.
    Home,
    /// Typing the filter of the next shows.
    Filter,
    /// City, movie, show.
    Browse,
    /// Typing the search box of Browse.
    BrowseFilter,
    /// The seat grid.
    Seats,
    /// Typing seat names.
    GoTo,
    /// Typing a code or a membership.
    Code,
    /// Choosing a range of seats.
    Range,
    /// Choosing how to pay.
    Payment,
    /// Choosing a card for the simulated terminal.
    Card,
    /// Typing a card number.
    CardNumber,
    /// Typing or scanning the code of a voucher.
    VoucherCode,
    /// Typing a whole sale in one line.
    QuickLine,
    /// Looking for something to do.
    Palette,
    /// A payment is under way.
    Paying,
    /// The tickets.
    Ticket,
    /// The list of bookings.
    Bookings,
    /// Typing what bookings are searched by.
    BookingsSearch,
    /// One booking.
    BookingDetail,
    /// Typing who a booking is for.
    ContactForm,
    /// The live board of a show.
    Live,
    /// The late-payments desk.
    Late,
    /// One case of it.
    LateCase,
    /// Typing a note about a case.
    CaseNote,
    /// The page of keys.
    Help,
    /// Asks before seats are released.
    AskRelease,
    /// Asks before the seats of any booking are released.
    AskGiveUp,
    /// Asks whether so much cash was given.
    AskCash,
    /// Asks before money goes back, and why.
    AskRefund,
    /// Asks which tickets are given back.
    AskGiveBack,
    /// Asks before a manager says yes to a refund.
    AskApprove,
    /// Asks what was done about a case.
    AskResolve,
    /// Asks before a payment is left alone.
    AskLeave,
    /// Seats were taken by somebody else, and others are offered.
    LostRace,
    /// Seats were taken by somebody else, and there is nothing to offer.
    NoOffer,
    /// Possible, but only on purpose.
    Override,
    /// The hold has ended.
    HoldOver,
    /// Something went wrong.
    Trouble,
}

impl Place {
    /// Whether letters and digits are typed into a field here.
    #[must_use]
    pub fn is_text(self) -> bool {
        matches!(
            self,
            Self::Filter
                | Self::BrowseFilter
                | Self::GoTo
                | Self::Code
                | Self::CardNumber
                | Self::VoucherCode
                | Self::QuickLine
                | Self::Palette
                | Self::BookingsSearch
                | Self::ContactForm
                | Self::CaseNote
        )
    }

    /// Whether it is drawn over a view.
    #[must_use]
    pub fn is_overlay(self) -> bool {
        matches!(
            self,
            Self::Help
                | Self::AskRelease
                | Self::AskGiveUp
                | Self::AskCash
                | Self::AskRefund
                | Self::AskGiveBack
                | Self::AskApprove
                | Self::AskResolve
                | Self::AskLeave
                | Self::LostRace
                | Self::NoOffer
                | Self::Override
                | Self::HoldOver
                | Self::Trouble
        )
    }
}

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Shows the keys of this place.
    Help,
    /// One step up.
    Back,
    /// As `Back`; ends the program on the first view.
    Quit,
    /// Ends the program when it comes twice.
    Interrupt,
    /// Draws everything again.
    Redraw,
    /// Gives the terminal to the shell for a while.
    Suspend,
    /// Asks the server again.
    Refresh,
    /// Moves the cursor up.
    Up,
    /// Moves the cursor down.
    Down,
    /// Moves the cursor left.
    Left,
    /// Moves the cursor right.
    Right,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the first.
    First,
    /// To the last.
    Last,
    /// To the next column, or over the aisle.
    Next,
    /// To the column before, or back over the aisle.
    Previous,
    /// A number: a line, a party, money, a card.
    Digit,
    /// The decimal point of an amount.
    Point,
    /// Takes the last digit back.
    Erase,
    /// Opens the marked thing, ends typing, takes the money.
    Accept,
    /// Types into the filter.
    Filter,
    /// The next day.
    NextDay,
    /// The day before.
    PreviousDay,
    /// Takes up a held booking again.
    Resume,
    /// Opens city, movie, show.
    Browse,
    /// Picks or drops the seat under the cursor.
    Pick,
    /// The next best seats for the party.
    NextBest,
    /// The next zone.
    Zone,
    /// Only wheelchair places for the party, or no longer.
    Accessible,
    /// Begins a range of seats.
    Range,
    /// Draws seats larger.
    ZoomIn,
    /// Draws seats smaller.
    ZoomOut,
    /// Types seat names.
    GoTo,
    /// Types a code or a membership for another price.
    Code,
    /// Sets a ticket type by its key.
    TicketType,
    /// Changes the ticket type of the seat under the cursor.
    TurnTicketType,
    /// Takes the last change of seats back.
    Undo,
    /// Pays by card.
    Card,
    /// Types a card number.
    CardNumber,
    /// Pays a part by a voucher.
    Voucher,
    /// The ticket of the next seat.
    NextTicket,
    /// The ticket of the seat before.
    PreviousTicket,
    /// Opens the bookings.
    Bookings,
    /// Opens the live board of the show.
    Live,
    /// Shows the tickets of the last sale again.
    LastSale,
    /// Gives the seats of the open booking back.
    GiveUp,
    /// Gives the money of the open booking back.
    Refund,
    /// Gives single tickets of the open booking back.
    GiveBack,
    /// Opens the late-payments desk.
    Late,
    /// Lists what has ended, or what needs somebody.
    Turn,
    /// Lists what ended before.
    Older,
    /// Says yes to the refund that waits.
    Approve,
    /// Says no to it.
    Refuse,
    /// Says what was done about the open case.
    Resolve,
    /// Sells other seats to whoever was left without.
    SellOthers,
    /// Changes who the open booking is for.
    EditContact,
    /// Shows the tickets of the open booking.
    Tickets,
    /// Yes.
    Yes,
    /// Keeps the seats and leaves.
    Keep,
    /// Types a whole sale in one line.
    Quick,
    /// Lists everything that can be done here.
    Palette,
    /// Copies the present thing as a command.
    Copy,
    /// Listens to the mouse, or not.
    Mouse,
}

/// The keys of a binding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Keys {
    /// Each of these.
    Any(&'static [Key]),
    /// 1 to 9.
    OneToNine,
    /// 0 to 9.
    Digits,
    /// Any small letter that no line above takes.
    Letters,
}

impl Keys {
    fn has(self, key: Key) -> bool {
        match self {
            Self::Any(keys) => keys.contains(&key),
            Self::OneToNine => key.digit().is_some_and(|d| d > 0),
            Self::Digits => key.digit().is_some(),
            Self::Letters => matches!(key, Key::Char(c) if c.is_lowercase()),
        }
    }
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// Where it holds.
    pub places: &'static [Place],
    /// Which keys.
    pub keys: Keys,
    /// The keys as they are written on the screen.
    pub shown: &'static str,
    /// What they do.
    pub action: Action,
    /// For the footer; empty when only the `?` page tells.
    pub label: &'static str,
    /// For the `?` page.
    pub help: &'static str,
    /// Which of them the footer does without when it has not room for all.
    pub rank: Rank,
}

/// How much a footer needs a key: the greatest leave it first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Nobody gets on without it.
    Must,
    /// Used often.
    Often,
    /// The `?` page is enough for it.
    Seldom,
}
