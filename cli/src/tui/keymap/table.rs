//! The lines of the table of keys. What they say is in `wording::keys`.

use super::{Action, Binding, Keys, Place, Rank};
use crate::tui::{
    key::Key,
    wording::keys::{self as words, Words},
};

const fn on(
    places: &'static [Place],
    keys: &'static [Key],
    shown: &'static str,
    action: Action,
    words: Words,
) -> Binding {
    many(places, Keys::Any(keys), shown, action, words)
}

const fn many(
    places: &'static [Place],
    keys: Keys,
    shown: &'static str,
    action: Action,
    words: Words,
) -> Binding {
    Binding {
        places,
        keys,
        shown,
        action,
        label: words.label,
        help: words.help,
        rank: Rank::Often,
    }
}

impl Binding {
    /// The footer has room for it whenever it has room for anything.
    const fn must(mut self) -> Self {
        self.rank = Rank::Must;
        self
    }

    /// The first to leave a footer that has not room for all.
    const fn seldom(mut self) -> Self {
        self.rank = Rank::Seldom;
        self
    }
}

use Place::{
    AskApprove, AskCash, AskGiveBack, AskGiveUp, AskLeave, AskRefund, AskRelease, AskResolve,
    BookingDetail, Bookings, BookingsSearch, Browse, BrowseFilter, Card, CardNumber, CaseNote,
    Code, ContactForm, Filter, GoTo, Help, HoldOver, Home, Late, LateCase, Live, LostRace, NoOffer,
    Override, Palette, Paying, Payment, QuickLine, Range, Seats, Ticket, Trouble, VoucherCode,
};

const ANYWHERE: &[Place] = &[
    Home,
    Filter,
    Browse,
    BrowseFilter,
    Seats,
    GoTo,
    Code,
    Range,
    Payment,
    Card,
    CardNumber,
    VoucherCode,
    QuickLine,
    Palette,
    Paying,
    Ticket,
    Bookings,
    BookingsSearch,
    BookingDetail,
    ContactForm,
    Live,
    Late,
    LateCase,
    CaseNote,
    Help,
    AskRelease,
    AskGiveUp,
    AskCash,
    AskRefund,
    AskGiveBack,
    AskApprove,
    AskResolve,
    AskLeave,
    LostRace,
    NoOffer,
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
    Late,
    LateCase,
];
const LISTS: &[Place] = &[Home, Browse];
const MOVING: &[Place] = &[Home, Browse, Seats, Bookings, Live, Late];
const ROWS: &[Place] = &[Home, Browse, Seats, Range, Bookings, Live, Late];
const FIELDS: &[Place] = &[
    Filter,
    BrowseFilter,
    GoTo,
    Code,
    CardNumber,
    VoucherCode,
    BookingsSearch,
];

const fn c(c: char) -> Key {
    Key::Char(c)
}

/// The table. The first line that matches holds.
#[rustfmt::skip]
pub const TABLE: &[Binding] = &[
    // Selling.
    many(&[Home], Keys::OneToNine, "1-9", Action::Digit, words::HOME_DIGIT).must(),
    many(&[Browse], Keys::OneToNine, "1-9", Action::Digit, words::HOME_DIGIT).must(),
    many(&[Seats], Keys::OneToNine, "1-9", Action::Digit, words::SEATS_DIGIT).must(),
    many(&[Payment], Keys::Digits, "0-9", Action::Digit, words::PAYMENT_DIGIT).must(),
    many(&[Card], Keys::OneToNine, "1-5", Action::Digit, words::CARD_DIGIT).must(),
    many(&[Ticket], Keys::OneToNine, "1-9", Action::Digit, words::TICKET_DIGIT).must(),
    on(&[Home], &[Key::Enter], "Enter", Action::Accept, words::HOME_ACCEPT).must(),
    on(&[Browse], &[Key::Enter], "Enter", Action::Accept, words::BROWSE_ACCEPT).must(),
    on(&[Seats], &[Key::Char('b')], "b", Action::NextBest, words::SEATS_NEXT_BEST),
    on(&[Seats], &[Key::Char('z')], "z", Action::Zone, words::ZONE).seldom(),
    on(&[Seats], &[Key::Char(' ')], "Space", Action::Pick, words::SEATS_PICK),
    on(&[Seats], &[Key::Char('g')], "g", Action::GoTo, words::GO_TO),
    on(&[Seats], &[Key::Char('u')], "u", Action::Undo, words::UNDO),
    on(&[Seats], &[Key::Enter], "Enter", Action::Accept, words::SEATS_ACCEPT).must(),
    on(&[Seats], &[Key::Esc, c('q')], "Esc", Action::Back, words::SEATS_BACK).must(),
    many(&[Seats], Keys::Any(&[]), "+/-", Action::ZoomIn, words::SEATS_ZOOM_IN_SUM).seldom(),
    on(&[Seats], &[c('+'), c('=')], "+", Action::ZoomIn, words::SEATS_ZOOM_IN),
    on(&[Seats], &[c('-')], "-", Action::ZoomOut, words::ZOOM_OUT),
    on(&[Seats], &[Key::Char('v')], "v", Action::Range, words::RANGE),
    on(&[Seats], &[c('w')], "w", Action::Accessible, words::ACCESSIBLE).seldom(),
    on(&[Seats], &[c('%')], "%", Action::Code, words::CODE).seldom(),
    on(&[Range], &[Key::Char(' '), c('v'), Key::Enter], "Space", Action::Pick, words::RANGE_PICK),
    many(&[Range], Keys::Any(&[]), "Left/Right", Action::Right, words::RANGE_RIGHT_SUM),
    on(&[Payment], &[Key::Enter], "Enter", Action::Accept, words::PAYMENT_ACCEPT).must(),
    on(&[Payment], &[Key::Char('.')], ".", Action::Point, words::POINT),
    on(&[Payment], &[Key::Backspace], "Backspace", Action::Erase, words::ERASE),
    on(&[Payment], &[Key::Char('d')], "d", Action::Card, words::CARD),
    on(&[Payment], &[Key::Char('v')], "v", Action::Voucher, words::VOUCHER),
    on(&[Card], &[Key::Enter], "Enter", Action::Accept, words::CARD_ACCEPT).must(),
    on(&[Card], &[Key::Char('n')], "n", Action::CardNumber, words::CARD_NUMBER),
    on(&[Ticket], &[Key::Enter], "Enter", Action::Accept, words::TICKET_ACCEPT).must(),
    on(&[Ticket], &[Key::Char(']'), Key::Right, Key::Down], "]", Action::NextTicket, words::NEXT_TICKET),
    on(&[Ticket], &[Key::Char('['), Key::Left, Key::Up], "[", Action::PreviousTicket, words::PREVIOUS_TICKET),
    on(&[Bookings], &[Key::Enter], "Enter", Action::Accept, words::BOOKINGS_ACCEPT).must(),
    on(&[Bookings], &[c('/')], "/", Action::Filter, words::BOOKINGS_FILTER),
    on(&[BookingDetail], &[c('r')], "r", Action::Resume, words::BOOKING_DETAIL_RESUME),
    on(&[BookingDetail], &[c('x')], "x", Action::GiveUp, words::GIVE_UP),
    on(&[BookingDetail], &[c('R')], "R", Action::Refund, words::REFUND),
    on(&[BookingDetail], &[c('g')], "g", Action::GiveBack, words::GIVE_BACK),
    on(&[BookingDetail], &[c('t')], "t", Action::Tickets, words::TICKETS),
    on(&[BookingDetail], &[c('e')], "e", Action::EditContact, words::EDIT_CONTACT),
    on(&[Live], &[Key::Enter], "Enter", Action::Accept, words::BOOKINGS_ACCEPT).must(),
    on(&[Late], &[Key::Enter], "Enter", Action::Accept, words::LATE_ACCEPT).must(),
    on(&[Late], &[c('e'), Key::Tab], "e", Action::Turn, words::LATE_TURN),
    on(&[Late], &[c('o')], "o", Action::Older, words::OLDER),
    on(&[LateCase], &[c('a')], "a", Action::Approve, words::APPROVE),
    on(&[LateCase], &[c('x')], "x", Action::Refuse, words::REFUSE),
    on(&[LateCase], &[c('d')], "d", Action::Resolve, words::RESOLVE),
    on(&[LateCase], &[c('n')], "n", Action::SellOthers, words::SELL_OTHERS),
    on(&[LateCase], &[Key::Enter], "Enter", Action::Accept, words::CASE_ACCEPT).must(),
    // Dialogs.
    on(&[AskApprove], &[c('y')], "y", Action::Yes, words::ASK_APPROVE_YES).must(),
    on(&[AskApprove], &[c('n'), Key::Esc, Key::Enter], "n", Action::Back, words::ASK_REFUND_BACK).must(),
    many(&[AskResolve], Keys::OneToNine, "1-4", Action::Digit, words::ASK_RESOLVE_DIGIT).must(),
    on(&[AskResolve], &[Key::Esc, c('n')], "Esc", Action::Back, words::ASK_REFUND_BACK).must(),
    on(&[CaseNote], &[Key::Enter], "Enter", Action::Accept, words::CONTACT_FORM_ACCEPT).must(),
    on(&[CaseNote], &[Key::Esc], "Esc", Action::Back, words::CONTACT_FORM_BACK).must(),
    many(&[AskRefund], Keys::OneToNine, "1-4", Action::Digit, words::ASK_REFUND_DIGIT).must(),
    on(&[AskRefund], &[Key::Enter], "Enter", Action::Accept, words::ASK_REFUND_ACCEPT).must(),
    on(&[AskRefund], &[Key::Esc, c('n')], "Esc", Action::Back, words::ASK_REFUND_BACK).must(),
    on(&[AskGiveBack], &[Key::Char(' ')], "Space", Action::Pick, words::GIVE_BACK_PICK).must(),
    many(&[AskGiveBack], Keys::OneToNine, "1-6", Action::Digit, words::ASK_REFUND_DIGIT).must(),
    on(&[AskGiveBack], &[Key::Enter], "Enter", Action::Accept, words::GIVE_BACK_ACCEPT).must(),
    on(&[AskGiveBack], &[Key::Esc, c('n')], "Esc", Action::Back, words::ASK_REFUND_BACK).must(),
    on(&[AskGiveBack], &[Key::Up, c('k')], "Up", Action::Up, words::HELP_UP),
    on(&[AskGiveBack], &[Key::Down, c('j')], "Down", Action::Down, words::HELP_DOWN),
    on(&[AskGiveUp], &[c('y')], "y", Action::Yes, words::ASK_GIVE_UP_YES).must(),
    on(&[AskGiveUp], &[c('n'), Key::Esc, Key::Enter], "n", Action::Back, words::ASK_REFUND_BACK).must(),
    on(&[AskCash], &[c('y')], "y", Action::Yes, words::ASK_CASH_YES).must(),
    on(&[AskCash], &[c('n'), Key::Esc, Key::Enter], "n", Action::Back, words::ASK_CASH_BACK).must(),
    on(&[LostRace], &[c('b')], "b", Action::NextBest, words::LOST_RACE_NEXT_BEST),
    on(&[LostRace, NoOffer], &[Key::Enter], "Enter", Action::Accept, words::LOST_RACE_ACCEPT).must(),
    on(&[LostRace, NoOffer], &[Key::Esc], "Esc", Action::Back, words::LOST_RACE_BACK).must(),
    on(&[Override], &[Key::Enter], "Enter", Action::Accept, words::OVERRIDE_ACCEPT).must(),
    on(&[Override], &[c('b')], "b", Action::NextBest, words::OVERRIDE_NEXT_BEST),
    on(&[Override], &[Key::Esc], "Esc", Action::Back, words::OVERRIDE_BACK).must(),
    on(&[HoldOver], &[c('r')], "r", Action::Resume, words::HOLD_OVER_RESUME),
    on(&[HoldOver], &[Key::Enter, Key::Esc], "Enter", Action::Accept, words::HOLD_OVER_ACCEPT).must(),
    on(&[AskRelease], &[c('y')], "y", Action::Yes, words::ASK_RELEASE_YES).must(),
    on(&[AskRelease], &[c('k')], "k", Action::Keep, words::KEEP).must(),
    on(&[AskRelease], &[c('n'), Key::Esc, Key::Enter], "n", Action::Back, words::ASK_RELEASE_BACK).must(),
    on(&[AskLeave], &[c('y')], "y", Action::Yes, words::ASK_LEAVE_YES).must(),
    on(&[AskLeave], &[c('n'), Key::Esc, Key::Enter], "n", Action::Back, words::ASK_RELEASE_BACK).must(),
    on(&[Trouble], &[Key::Enter, Key::Esc], "Enter", Action::Back, words::TROUBLE_BACK).must(),
    on(&[Help], &[Key::Esc, Key::Enter, c('?'), c('q')], "Esc", Action::Back, words::HELP_BACK).must(),
    many(&[Help], Keys::Any(&[]), "Up/Down", Action::Down, words::HELP_DOWN_SUM),
    on(&[Help], &[Key::Up, c('k')], "Up", Action::Up, words::HELP_UP),
    on(&[Help], &[Key::Down, c('j'), c(' ')], "Down", Action::Down, words::HELP_DOWN),
    on(&[Help], &[Key::PageUp], "PgUp", Action::PageUp, words::PAGE_UP),
    on(&[Help], &[Key::PageDown], "PgDn", Action::PageDown, words::PAGE_DOWN),
    on(&[Help], &[Key::Home], "Home", Action::First, words::FIRST),
    on(&[Help], &[Key::End], "End", Action::Last, words::LAST),
    // Typing.
    on(FIELDS, &[Key::Enter], "Enter", Action::Accept, words::FIELDS_ACCEPT).must(),
    on(FIELDS, &[Key::Esc], "Esc", Action::Back, words::FIELDS_BACK).must(),
    on(&[QuickLine], &[Key::Enter], "Enter", Action::Accept, words::QUICK_LINE_ACCEPT).must(),
    on(&[QuickLine], &[Key::Esc], "Esc", Action::Back, words::QUICK_LINE_BACK).must(),
    on(&[QuickLine], &[Key::Up], "Up", Action::Up, words::QUICK_LINE_UP),
    on(&[QuickLine], &[Key::Down], "Down", Action::Down, words::QUICK_LINE_DOWN),
    on(&[Palette], &[Key::Enter], "Enter", Action::Accept, words::PALETTE_ACCEPT).must(),
    on(&[Palette], &[Key::Esc, Key::Ctrl('p')], "Esc", Action::Back, words::PALETTE_BACK).must(),
    on(&[Palette], &[Key::Up], "Up", Action::Up, words::PALETTE_UP),
    on(&[Palette], &[Key::Down], "Down", Action::Down, words::PALETTE_DOWN),
    on(&[Palette], &[Key::PageUp], "PgUp", Action::PageUp, words::PAGE_UP),
    on(&[Palette], &[Key::PageDown], "PgDn", Action::PageDown, words::PAGE_DOWN),
    on(&[BookingsSearch], &[Key::Up], "Up", Action::Up, words::PALETTE_UP),
    on(&[BookingsSearch], &[Key::Down], "Down", Action::Down, words::PALETTE_DOWN),
    on(&[ContactForm], &[Key::Enter], "Enter", Action::Accept, words::CONTACT_FORM_ACCEPT).must(),
    on(&[ContactForm], &[Key::Tab, Key::BackTab, Key::Up, Key::Down], "Tab", Action::Next, words::CONTACT_FORM_NEXT),
    on(&[ContactForm], &[Key::Esc], "Esc", Action::Back, words::CONTACT_FORM_BACK).must(),
    // Around.
    on(LISTS, &[c('/')], "/", Action::Filter, words::LISTS_FILTER),
    on(&[Home], &[c('n')], "n", Action::NextDay, words::HOME_NEXT_DAY),
    on(&[Home], &[c('p')], "p", Action::PreviousDay, words::PREVIOUS_DAY),
    many(&[Home], Keys::Any(&[]), "n/p", Action::NextDay, words::HOME_NEXT_DAY_SUM),
    on(&[Home], &[c('b')], "b", Action::Browse, words::BROWSE),
    on(&[Home], &[c('r')], "r", Action::Resume, words::HOME_RESUME).seldom(),
    on(&[Home, Browse, Ticket], &[c(':')], ":", Action::Quick, words::HOME_QUICK).seldom(),
    on(&[Seats], &[c(':')], ":", Action::Quick, words::SEATS_QUICK),
    on(MOVING, &[Key::Up, c('k')], "Up", Action::Up, words::HELP_UP),
    on(MOVING, &[Key::Down, c('j')], "Down", Action::Down, words::HELP_DOWN),
    on(&[Browse, Seats, Range], &[Key::Left, c('h')], "Left", Action::Left, words::LEFT),
    on(&[Browse, Seats, Range], &[Key::Right, c('l')], "Right", Action::Right, words::BROWSE_RIGHT),
    many(&[Browse], Keys::Any(&[]), words::TAB_ARROWS, Action::Next, words::BROWSE_NEXT_SUM),
    on(&[Browse], &[Key::Tab], "Tab", Action::Next, words::BROWSE_NEXT),
    on(&[Browse], &[Key::BackTab], "Shift-Tab", Action::Previous, words::BROWSE_PREVIOUS),
    on(&[Seats, Range], &[Key::Tab], "Tab", Action::Next, words::SEATS_NEXT),
    on(&[Seats, Range], &[Key::BackTab], "Shift-Tab", Action::Previous, words::SEATS_PREVIOUS),
    on(MOVING, &[Key::PageUp], "PgUp", Action::PageUp, words::PAGE_UP),
    on(MOVING, &[Key::PageDown], "PgDn", Action::PageDown, words::PAGE_DOWN),
    on(ROWS, &[Key::Home], "Home", Action::First, words::FIRST),
    on(ROWS, &[Key::End], "End", Action::Last, words::LAST),
    on(&[Seats], &[c('t')], "t", Action::TurnTicketType, words::TURN_TICKET_TYPE),
    on(&[Home], &[c('.')], ".", Action::LastSale, words::LAST_SALE),
    on(&[Home, Browse, Ticket, Live, Late], &[c('B')], "B", Action::Bookings, words::HOME_BOOKINGS),
    on(&[Seats, Payment, Card], &[c('B')], "B", Action::Bookings, words::SEATS_BOOKINGS),
    on(&[Home, Browse, BookingDetail], &[c('L')], "L", Action::Live, words::HOME_LIVE).seldom(),
    on(&[Seats, Bookings, Ticket], &[c('L')], "L", Action::Live, words::SEATS_LIVE),
    on(&[Bookings, Home], &[c('D')], "D", Action::Late, words::LATE).seldom(),
    on(&[Browse, BookingDetail, Ticket, Live], &[c('D')], "D", Action::Late, words::LATE_UNSHOWN),
    // Everywhere.
    on(VIEWS, &[c('?'), Key::F1], "?", Action::Help, words::HELP).must(),
    on(VIEWS, &[c('y')], "y", Action::Copy, words::COPY),
    on(VIEWS, &[Key::Ctrl('p')], "Ctrl-P", Action::Palette, words::PALETTE),
    on(VIEWS, &[], "", Action::Mouse, words::MOUSE),
    on(&[Home], &[c('q')], "q", Action::Quit, words::QUIT).must(),
    on(&[Home], &[Key::Esc], "Esc", Action::Back, words::HOME_BACK),
    on(&[Browse, Payment, Card, Ticket, Bookings, BookingDetail, Live, Late, LateCase], &[Key::Esc, c('q')], "Esc", Action::Back, words::BROWSE_BACK).must(),
    on(&[Range], &[Key::Esc, c('q')], "Esc", Action::Back, words::RANGE_BACK).must(),
    on(&[Paying], &[Key::Esc, c('q')], "Esc", Action::Back, words::PAYING_BACK).must(),
    on(ANYWHERE, &[Key::Ctrl('c')], "Ctrl-C", Action::Interrupt, words::INTERRUPT),
    on(ANYWHERE, &[Key::Ctrl('l')], "Ctrl-L", Action::Redraw, words::REDRAW),
    on(ANYWHERE, &[Key::Ctrl('z')], "Ctrl-Z", Action::Suspend, words::SUSPEND),
    on(VIEWS, &[Key::Ctrl('r')], "Ctrl-R", Action::Refresh, words::REFRESH),
    many(&[Seats], Keys::Letters, "a c ..", Action::TicketType, words::TICKET_TYPE),
];
