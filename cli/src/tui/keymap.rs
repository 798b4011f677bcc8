//! The one table from keys to actions. Footers and the `?` page are drawn from it, so they can't
//! tell anything else than what the keys do.
//!
//! Letters, digits, Enter, Esc, Space, Tab, arrows and Ctrl with a letter only: every keyboard has
//! those. Capitals open what staff have everywhere, and ask before money goes back. In a place with a text field, what is not in the table is typed.

mod bound;
mod names;
mod settings;
#[cfg(test)]
mod tests;

pub use bound::{BoundKeys, BoundLine, Keymap};

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
    /// Choosing a range of seats.
    Range,
    /// Choosing how to pay.
    Payment,
    /// Choosing a card for the simulated terminal.
    Card,
    /// Typing a card number.
    CardNumber,
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
    /// Asks before a payment is left alone.
    AskLeave,
    /// Seats were taken by somebody else.
    LostRace,
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
                | Self::CardNumber
                | Self::QuickLine
                | Self::Palette
                | Self::BookingsSearch
                | Self::ContactForm
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
                | Self::AskLeave
                | Self::LostRace
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
}

const fn on(
    places: &'static [Place],
    keys: &'static [Key],
    shown: &'static str,
    action: Action,
    label: &'static str,
    help: &'static str,
) -> Binding {
    Binding {
        places,
        keys: Keys::Any(keys),
        shown,
        action,
        label,
        help,
    }
}

const fn many(
    places: &'static [Place],
    keys: Keys,
    shown: &'static str,
    action: Action,
    label: &'static str,
    help: &'static str,
) -> Binding {
    Binding {
        places,
        keys,
        shown,
        action,
        label,
        help,
    }
}

use Place::{
    AskCash, AskGiveUp, AskLeave, AskRefund, AskRelease, BookingDetail, Bookings, BookingsSearch,
    Browse, BrowseFilter, Card, CardNumber, ContactForm, Filter, GoTo, Help, HoldOver, Home, Live,
    LostRace, Override, Palette, Paying, Payment, QuickLine, Range, Seats, Ticket, Trouble,
};

const ANYWHERE: &[Place] = &[
    Home,
    Filter,
    Browse,
    BrowseFilter,
    Seats,
    GoTo,
    Range,
    Payment,
    Card,
    CardNumber,
    QuickLine,
    Palette,
    Paying,
    Ticket,
    Bookings,
    BookingsSearch,
    BookingDetail,
    ContactForm,
    Live,
    Help,
    AskRelease,
    AskGiveUp,
    AskCash,
    AskRefund,
    AskLeave,
    LostRace,
    Override,
    HoldOver,
    Trouble,
];
const VIEWS: &[Place] = &[
    Home,
    Browse,
    Seats,
    Range,
    Payment,
    Card,
    Paying,
    Ticket,
    Bookings,
    BookingDetail,
    Live,
];
const LISTS: &[Place] = &[Home, Browse];
const MOVING: &[Place] = &[Home, Browse, Seats, Bookings, Live];
const ROWS: &[Place] = &[Home, Browse, Seats, Range, Bookings, Live];
const FIELDS: &[Place] = &[Filter, BrowseFilter, GoTo, CardNumber, BookingsSearch];

const fn c(c: char) -> Key {
    Key::Char(c)
}

/// The table. The first line that matches holds.
#[rustfmt::skip]
pub const TABLE: &[Binding] = &[
    // Selling.
    many(&[Home], Keys::OneToNine, "1-9", Action::Digit, "sell", "sell that show"),
    many(&[Browse], Keys::OneToNine, "1-9", Action::Digit, "sell", "sell that show"),
    many(&[Seats], Keys::OneToNine, "1-9", Action::Digit, "best seats", "best seats for a party"),
    many(&[Payment], Keys::Digits, "0-9", Action::Digit, "cash given", "type the cash given"),
    many(&[Card], Keys::OneToNine, "1-5", Action::Digit, "card", "pay with that test card"),
    many(&[Ticket], Keys::OneToNine, "1-9", Action::Digit, "next sale", "sell that show next"),
    on(&[Home], &[Key::Enter], "Enter", Action::Accept, "sell the marked show", "sell the marked show"),
    on(&[Browse], &[Key::Enter], "Enter", Action::Accept, "choose", "next column, or sell"),
    on(&[Seats], &[Key::Char('b')], "b", Action::NextBest, "next best", "next best for the party"),
    on(&[Seats], &[Key::Char('z')], "z", Action::Zone, "zone", "any, front, middle, rear"),
    on(&[Seats], &[Key::Char(' ')], "Space", Action::Pick, "pick", "pick or drop this seat"),
    on(&[Seats], &[Key::Char('g')], "g", Action::GoTo, "go to", "by name: h8-9 or h8,j3"),
    on(&[Seats], &[Key::Char('u')], "u", Action::Undo, "undo", "take the last change back"),
    on(&[Seats], &[Key::Enter], "Enter", Action::Accept, "pay", "pay; open a block"),
    on(&[Seats], &[Key::Esc, c('q')], "Esc", Action::Back, "release, back", "release, back (also q)"),
    many(&[Seats], Keys::Any(&[]), "+/-", Action::ZoomIn, "zoom", ""),
    on(&[Seats], &[c('+'), c('=')], "+", Action::ZoomIn, "", "larger seats"),
    on(&[Seats], &[c('-')], "-", Action::ZoomOut, "", "smaller seats, blocks"),
    on(&[Seats], &[Key::Char('v')], "v", Action::Range, "range", "a range: v, move, v"),
    on(&[Seats], &[c('w')], "w", Action::Accessible, "wheelchair", "wheelchair places, or any"),
    on(&[Range], &[Key::Char(' '), c('v'), Key::Enter], "Space", Action::Pick, "pick what is free", "pick its free seats (also v)"),
    many(&[Range], Keys::Any(&[]), "Left/Right", Action::Right, "move its end", ""),
    on(&[Payment], &[Key::Enter], "Enter", Action::Accept, "take cash", "exact cash or the amount"),
    on(&[Payment], &[Key::Char('.')], ".", Action::Point, "", "the decimal point of the amount"),
    on(&[Payment], &[Key::Backspace], "Backspace", Action::Erase, "", "take the last digit back"),
    on(&[Payment], &[Key::Char('d')], "d", Action::Card, "card", "pay by card"),
    on(&[Card], &[Key::Enter], "Enter", Action::Accept, "card 1", "pay with the first card"),
    on(&[Card], &[Key::Char('n')], "n", Action::CardNumber, "type a number", "type a card number"),
    on(&[Ticket], &[Key::Enter], "Enter", Action::Accept, "next customer", "back to the next shows"),
    on(&[Ticket], &[Key::Char(']'), Key::Right, Key::Down], "]", Action::NextTicket, "next ticket", "the code of the next seat"),
    on(&[Ticket], &[Key::Char('['), Key::Left, Key::Up], "[", Action::PreviousTicket, "", "the code of the seat before"),
    on(&[Bookings], &[Key::Enter], "Enter", Action::Accept, "open", "open the marked booking"),
    on(&[Bookings], &[c('/')], "/", Action::Filter, "find", "by code, ticket, name, number"),
    on(&[BookingDetail], &[c('r')], "r", Action::Resume, "resume", "take the hold up here"),
    on(&[BookingDetail], &[c('x')], "x", Action::GiveUp, "release", "give its seats back"),
    on(&[BookingDetail], &[c('R')], "R", Action::Refund, "refund", "give its money back, asks"),
    on(&[BookingDetail], &[c('t')], "t", Action::Tickets, "tickets", "its tickets with their codes"),
    on(&[BookingDetail], &[c('e')], "e", Action::EditContact, "name and phone", "who it is for"),
    on(&[Live], &[Key::Enter], "Enter", Action::Accept, "open", "open the marked booking"),
    // Dialogs.
    many(&[AskRefund], Keys::OneToNine, "1-4", Action::Digit, "reason", "choose the reason"),
    on(&[AskRefund], &[Key::Enter], "Enter", Action::Accept, "refund", "give the money back"),
    on(&[AskRefund], &[Key::Esc, c('n')], "Esc", Action::Back, "leave it", "leave it as it is"),
    on(&[AskGiveUp], &[c('y')], "y", Action::Yes, "release", "give the seats back"),
    on(&[AskGiveUp], &[c('n'), Key::Esc, Key::Enter], "n", Action::Back, "leave it", "leave it as it is"),
    on(&[AskCash], &[c('y')], "y", Action::Yes, "it was given", "take the cash and give change"),
    on(&[AskCash], &[c('n'), Key::Esc, Key::Enter], "n", Action::Back, "type it again", "back to the amount"),
    on(&[LostRace], &[c('b')], "b", Action::NextBest, "take the next best", "hold the seats that are offered"),
    on(&[LostRace], &[Key::Enter], "Enter", Action::Accept, "choose other seats", "keep what is held and choose other seats"),
    on(&[LostRace], &[Key::Esc], "Esc", Action::Back, "release", "give up what is held"),
    on(&[Override], &[Key::Enter], "Enter", Action::Accept, "do it all the same", "take the seats all the same"),
    on(&[Override], &[c('b')], "b", Action::NextBest, "next best", "hold the next best seats instead"),
    on(&[Override], &[Key::Esc], "Esc", Action::Back, "leave it", "leave it as it was"),
    on(&[HoldOver], &[c('r')], "r", Action::Resume, "try the same seats again", "hold the same seats again if they are free"),
    on(&[HoldOver], &[Key::Enter, Key::Esc], "Enter", Action::Accept, "choose other seats", "choose other seats"),
    on(&[AskRelease], &[c('y')], "y", Action::Yes, "release", "release the seats and leave"),
    on(&[AskRelease], &[c('k')], "k", Action::Keep, "keep them and leave", "leave; r on the first view takes it up again"),
    on(&[AskRelease], &[c('n'), Key::Esc, Key::Enter], "n", Action::Back, "stay", "stay here"),
    on(&[AskLeave], &[c('y')], "y", Action::Yes, "leave", "leave; r on the first view takes it up again"),
    on(&[AskLeave], &[c('n'), Key::Esc, Key::Enter], "n", Action::Back, "stay", "stay here"),
    on(&[Trouble], &[Key::Enter, Key::Esc], "Enter", Action::Back, "go on", "close this"),
    on(&[Help], &[Key::Esc, Key::Enter, c('?'), c('q')], "Esc", Action::Back, "close", "close this page"),
    // Typing.
    on(FIELDS, &[Key::Enter], "Enter", Action::Accept, "done", "take what was typed"),
    on(FIELDS, &[Key::Esc], "Esc", Action::Back, "cancel", "leave the field"),
    on(&[QuickLine], &[Key::Enter], "Enter", Action::Accept, "do it", "do what the line says"),
    on(&[QuickLine], &[Key::Esc], "Esc", Action::Back, "cancel", "leave the line"),
    on(&[QuickLine], &[Key::Up], "Up", Action::Up, "line before", "the line before"),
    on(&[QuickLine], &[Key::Down], "Down", Action::Down, "line after", "the line after"),
    on(&[Palette], &[Key::Enter], "Enter", Action::Accept, "do it", "do the marked thing"),
    on(&[Palette], &[Key::Esc, Key::Ctrl('p')], "Esc", Action::Back, "close", "close the list"),
    on(&[Palette], &[Key::Up], "Up", Action::Up, "", "up"),
    on(&[Palette], &[Key::Down], "Down", Action::Down, "", "down"),
    on(&[Palette], &[Key::PageUp], "PgUp", Action::PageUp, "", "a page up"),
    on(&[Palette], &[Key::PageDown], "PgDn", Action::PageDown, "", "a page down"),
    on(&[BookingsSearch], &[Key::Up], "Up", Action::Up, "", "up"),
    on(&[BookingsSearch], &[Key::Down], "Down", Action::Down, "", "down"),
    on(&[ContactForm], &[Key::Enter], "Enter", Action::Accept, "keep", "write it down"),
    on(&[ContactForm], &[Key::Tab, Key::BackTab, Key::Up, Key::Down], "Tab", Action::Next, "other field", "the other field"),
    on(&[ContactForm], &[Key::Esc], "Esc", Action::Back, "cancel", "leave it as it was"),
    // Around.
    on(LISTS, &[c('/')], "/", Action::Filter, "filter", "filter, forgives mistakes"),
    on(&[Home], &[c('n')], "n", Action::NextDay, "", "the next day"),
    on(&[Home], &[c('p')], "p", Action::PreviousDay, "", "the day before"),
    many(&[Home], Keys::Any(&[]), "n/p", Action::NextDay, "day", ""),
    on(&[Home], &[c('b')], "b", Action::Browse, "browse", "by city, movie and show"),
    on(&[Home], &[c('r')], "r", Action::Resume, "resume", "take up a held booking"),
    on(&[Home, Browse, Ticket], &[c(':')], ":", Action::Quick, "quick line", "one line: 1 2a h8-9 card"),
    on(&[Seats], &[c(':')], ":", Action::Quick, "", "one line: 1 2a h8-9 card"),
    on(MOVING, &[Key::Up, c('k')], "Up", Action::Up, "", "up (also k)"),
    on(MOVING, &[Key::Down, c('j')], "Down", Action::Down, "", "down (also j)"),
    on(&[Browse, Seats, Range], &[Key::Left, c('h')], "Left", Action::Left, "", "left (also h)"),
    on(&[Browse, Seats, Range], &[Key::Right, c('l')], "Right", Action::Right, "", "right (also l)"),
    many(&[Seats], Keys::Any(&[]), "arrows", Action::Up, "", ""),
    many(&[Browse], Keys::Any(&[]), "Tab/arrows", Action::Next, "column", ""),
    on(&[Browse], &[Key::Tab], "Tab", Action::Next, "", "the next column"),
    on(&[Browse], &[Key::BackTab], "Shift-Tab", Action::Previous, "", "the column before"),
    on(&[Seats, Range], &[Key::Tab], "Tab", Action::Next, "", "over the aisle, right"),
    on(&[Seats, Range], &[Key::BackTab], "Shift-Tab", Action::Previous, "", "over the aisle, left"),
    on(MOVING, &[Key::PageUp], "PgUp", Action::PageUp, "", "a page up"),
    on(MOVING, &[Key::PageDown], "PgDn", Action::PageDown, "", "a page down"),
    on(ROWS, &[Key::Home], "Home", Action::First, "", "to the first"),
    on(ROWS, &[Key::End], "End", Action::Last, "", "to the last"),
    on(&[Seats], &[c('t')], "t", Action::TurnTicketType, "type", "this seat's ticket type"),
    on(&[Home], &[c('.')], ".", Action::LastSale, "", "the last tickets again"),
    on(&[Home, Browse, Ticket, Live], &[c('B')], "B", Action::Bookings, "bookings", "find a booking"),
    on(&[Seats, Payment, Card], &[c('B')], "B", Action::Bookings, "", "find a booking"),
    on(&[Home, Browse, BookingDetail], &[c('L')], "L", Action::Live, "live", "who holds what of the show"),
    on(&[Seats, Bookings, Ticket], &[c('L')], "L", Action::Live, "", "who holds what of the show"),
    // Everywhere.
    on(VIEWS, &[c('?'), Key::F1], "?", Action::Help, "help", "all keys of this view"),
    on(VIEWS, &[c('y')], "y", Action::Copy, "", "copy as a command"),
    on(VIEWS, &[Key::Ctrl('p')], "Ctrl-P", Action::Palette, "", "find any of these"),
    on(VIEWS, &[], "", Action::Mouse, "", "mouse on or off"),
    on(&[Home], &[c('q')], "q", Action::Quit, "quit", "quit"),
    on(&[Home], &[Key::Esc], "Esc", Action::Back, "", "clear the filter"),
    on(&[Browse, Payment, Card, Ticket, Bookings, BookingDetail, Live], &[Key::Esc, c('q')], "Esc", Action::Back, "back", "one step back (also q)"),
    on(&[Range], &[Key::Esc, c('q')], "Esc", Action::Back, "cancel", "no range (also q)"),
    on(&[Paying], &[Key::Esc, c('q')], "Esc", Action::Back, "leave", "leave it alone (also q)"),
    on(ANYWHERE, &[Key::Ctrl('c')], "Ctrl-C", Action::Interrupt, "", "twice: release and quit"),
    on(ANYWHERE, &[Key::Ctrl('l')], "Ctrl-L", Action::Redraw, "", "draw everything again"),
    on(ANYWHERE, &[Key::Ctrl('z')], "Ctrl-Z", Action::Suspend, "", "stand aside, fg returns"),
    on(VIEWS, &[Key::Ctrl('r')], "Ctrl-R", Action::Refresh, "", "ask the server again"),
    many(&[Seats], Keys::Letters, "a c ..", Action::TicketType, "", "ticket type, see prices"),
];
