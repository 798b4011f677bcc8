//! What happens to the screens and what they want done, as plain data: it can be compared,
//! logged and replayed. Nothing here is a future, a closure or a channel.

use houseful_core::{
    code::VoucherCode,
    ids::{BookingId, CinemaId, CityId, MovieId, PaymentId, ShowId},
    seat::{SeatLabel, SeatNo},
    time::UtcMillis,
    wire::{
        admin::ServerInfo,
        booking::{
            Booking, Bookings, CancelRequest, CashRequest, ChangeSeatsRequest, Contact,
            HoldRequest, ReleaseRequest,
        },
        catalogue::{City, Movie, Show, ShowDetail},
        desk::{Cases, DeskCase, ResolveRequest, StoryStep},
        payment::{PayRequest, Payment, PaymentToken},
        problem::Problem,
        refund::{RefundQuote, RefundRequest, VerdictRequest},
        seats::{LayoutView, SeatChanges, SeatMap},
        voucher::Voucher,
    },
};

use super::{browse::Column, key::Key, server_clock::Heard};
use crate::mirror::Picture;

/// Numbers the questions; an answer to an older one is dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub u64);

/// A booking's secret; it is never written to a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A booking that was stored before the server was asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// Which.
    pub id: BookingId,
    /// The proof that it is ours; staff need none for what others made.
    pub secret: Option<Secret>,
}

/// A sale that is not finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// Its booking.
    pub owned: Owned,
    /// The card payment towards it whose outcome is not known.
    pub payment: Option<PaymentId>,
}

/// What is drawn somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// A line of the list, from 0.
    Line(usize),
    /// A line of a column of Browse, from 0.
    ColumnLine(Column, usize),
    /// A seat.
    Seat(SeatNo),
    /// A line of the palette, from 0.
    Doing(usize),
    /// What a key does.
    Key(Key),
}

/// A way to turn the wheel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Away from the hand.
    Up,
    /// To the hand.
    Down,
}

/// Something happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    /// The program has started; these sales were left by an earlier run, the newest last.
    Started(Vec<Unfinished>),
    /// A key was pressed.
    Key(Key),
    /// A number was said as a whole, as plain mode hears it: a line of a list, a party. Unlike a
    /// digit key it may be above nine.
    Number(usize),
    /// A scanner typed this code of a ticket or booking.
    Scanned(String),
    /// The mouse pointed at something.
    Pointed(Hit),
    /// The wheel was turned: down, or up.
    Wheel(Turn),
    /// The window has this many columns and rows.
    Resized(u16, u16),
    /// A booking whose refund an earlier run asked for, without hearing the answer.
    OldRefund(Box<Booking>),
    /// The time that `Model::wake_at` asked for has come.
    Tick,
    /// The server answered, or did not.
    Answer(Answer),
    /// The live feed of a show said something.
    Feed(Generation, News),
    /// Nobody will type any more, as plain mode hears it.
    InputEnded,
    /// A signal wants the program to end.
    Stop,
    /// A signal wants the program to stand aside.
    Suspend,
    /// The program goes on after it stood aside.
    Continued,
    /// A part of the program that is not the screens broke.
    Mishap {
        /// What it had to say.
        what: String,
        /// The file with the report.
        file: Option<String>,
    },
}

/// What became of a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Which question.
    pub generation: Generation,
    /// What time the server told, if it told one.
    pub heard: Option<Heard>,
    /// The answer.
    pub result: Result<Reply, Failure>,
}

/// Why there is no answer to go on with.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// The server said no.
    Refused(Box<Problem>),
    /// There was no answer, or none that tells the outcome; asking again is safe.
    NoAnswer(String),
    /// This client can't go on: its state folder can't be written, the answer makes no sense.
    Broken(String),
}

/// What the live feed says.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// All seats.
    Map(Box<SeatMap>),
    /// Some seats.
    Changes(SeatChanges),
    /// The connection of the feed stands.
    Up,
    /// The feed is down and is being opened again.
    Down(String),
}

/// Which shows to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShowsWanted {
    /// Of this city.
    pub city: Option<CityId>,
    /// Of this cinema.
    pub cinema: Option<CinemaId>,
    /// Of this movie.
    pub movie: Option<MovieId>,
    /// On this day of the cinema, `2026-11-21`.
    pub date: Option<String>,
    /// Not before this time; those to come when absent.
    pub from: Option<UtcMillis>,
    /// At most so many.
    pub limit: u16,
}

/// Which bookings to list.
#[derive(Clone, PartialEq, Eq)]
pub enum BookingsWanted {
    /// Those whose money or tickets changed last.
    Recent,
    /// What this text may mean.
    Found(String),
    /// Those that hold seats of this show now.
    HeldOf(ShowId),
}

/// Which cases of the late-payments desk to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateWanted {
    /// What has ended, and not what needs somebody.
    pub ended: bool,
    /// Behind this place.
    pub cursor: Option<String>,
}

impl LateWanted {
    /// As many rows are looked at for a page of what has ended.
    pub const PAGE: u16 = 100;
}

/// What is searched for may be somebody's name.
impl std::fmt::Debug for BookingsWanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Recent => f.write_str("Recent"),
            Self::Found(_) => f.write_str("Found(..)"),
            Self::HeldOf(show) => write!(f, "HeldOf({show})"),
        }
    }
}

/// A question for the server.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Who and how the server is.
    Info,
    /// Cities with cinemas.
    Cities,
    /// Movies of a city, or of all.
    Movies(Option<CityId>),
    /// Shows in order of start.
    Shows(ShowsWanted),
    /// A show with its prices.
    Show(ShowId),
    /// The drawing of a show's hall.
    Layout(ShowId),
    /// The seats of a show.
    Seats(ShowId),
    /// Holds seats.
    Hold(Owned, Box<HoldRequest>),
    /// Changes the seats of a hold.
    Change(Owned, Box<ChangeSeatsRequest>),
    /// Gives seats back.
    Release(Owned, ReleaseRequest),
    /// Where a booking stands.
    Booking(Owned),
    /// Bookings, for staff.
    Bookings(BookingsWanted),
    /// Cases of the late-payments desk, for staff.
    Late(LateWanted),
    /// What happened to a booking, for staff.
    Story(BookingId),
    /// Says yes or no to a refund that waits.
    Verdict(Owned, Box<VerdictRequest>),
    /// Says what was done about a case.
    Resolve(Owned, Box<ResolveRequest>),
    /// Says who a booking is for.
    Contact(Owned, Box<Contact>),
    /// Gives a booking's money back.
    Cancel(Owned, Box<CancelRequest>),
    /// What giving these seats back comes to.
    RefundQuote(Owned, Vec<SeatLabel>),
    /// Gives tickets back by the terms they were sold under.
    GiveBack(Owned, Box<RefundRequest>),
    /// Takes cash.
    Cash(Owned, CashRequest),
    /// Leave to pay by card.
    Token(Owned),
    /// Pays by card.
    Pay(Owned, Box<PayRequest>),
    /// Where a payment stands.
    Payment(Owned, PaymentId),
    /// What the code of a voucher is worth.
    Voucher(VoucherCode),
}

impl Ask {
    /// Whether it changes something at the server.
    #[must_use]
    pub fn changes(&self) -> bool {
        match self {
            Self::Hold(..)
            | Self::Change(..)
            | Self::Release(..)
            | Self::Contact(..)
            | Self::Cancel(..)
            | Self::GiveBack(..)
            | Self::Verdict(..)
            | Self::Resolve(..)
            | Self::Cash(..)
            | Self::Pay(..) => true,
            Self::Info
            | Self::Cities
            | Self::Movies(_)
            | Self::Shows(_)
            | Self::Show(_)
            | Self::Layout(_)
            | Self::Seats(_)
            | Self::Booking(_)
            | Self::Bookings(_)
            | Self::Late(_)
            | Self::Story(_)
            | Self::Token(_)
            | Self::Voucher(_)
            | Self::RefundQuote(..)
            | Self::Payment(..) => false,
        }
    }
}

/// The server's yes.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// To `Info`.
    Info(Box<ServerInfo>),
    /// To `Cities`.
    Cities(Vec<City>),
    /// To `Movies`.
    Movies(Vec<Movie>),
    /// To `Shows`.
    Shows(Vec<Show>),
    /// To `Show`.
    Show(Box<ShowDetail>),
    /// To `Layout`.
    Layout(Box<LayoutView>),
    /// To `Seats`.
    Map(Box<SeatMap>),
    /// To everything about a booking.
    Booking(Box<Booking>),
    /// To `Bookings`.
    Bookings(Bookings),
    /// To `Late`.
    Late(Box<Cases>),
    /// To `Story`.
    Story(Vec<StoryStep>),
    /// To `Resolve`.
    Case(Box<DeskCase>),
    /// To `RefundQuote`.
    Quote(Box<RefundQuote>),
    /// To `Token`.
    Token(Box<PaymentToken>),
    /// To `Pay` and `Payment`.
    Payment(Box<Payment>),
    /// To `Voucher`.
    Voucher(Box<Voucher>),
}

/// What the runtime shall do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask the server, without waiting. Ids and secrets are stored first.
    Ask(Generation, Ask),
    /// Follow the live feed of a show, and no other.
    Watch(Generation, ShowId),
    /// Follow no feed.
    Unwatch,
    /// A booking needs no resuming any more.
    Forget(BookingId),
    /// The customer's display shows this from now on.
    Mirror(Option<Box<Picture>>),
    /// Give a text to the clipboard of the terminal.
    Copy(String),
    /// Listen to the mouse, or not.
    Mouse(bool),
    /// Draw every cell again.
    Redraw,
    /// Give the terminal to the shell, and stand still.
    Suspend,
    /// Take the terminal again.
    Resume,
    /// End the program, after giving questions under way a moment.
    Quit,
}
