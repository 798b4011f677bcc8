//! Where journals live. A backend loads a show and commits what was decided, if the version it
//! was decided on still stands; it knows no rule and no business word.
//!
//! Contract of every backend:
//! - [`Store::commit`] returns after what it reports as committed would survive a power cut.
//! - A show's rows are numbered without gaps; a commit moves the head from exactly the expected
//!   `(ver, tip)` or leaves no trace of that show.
//! - Shows of one batch do not affect each other: one may be lost while its neighbours commit.
//! - At most one valid ticket exists for a seat of a show, whatever the caller says.
//! - What [`Store::stand`], [`Store::tail`] and [`Store::alone`] tell was read where writes go, after
//!   the call began.

mod desk;
mod kept;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod sqlite;

use std::{future::Future, pin::Pin};

pub use desk::{DeskPlace, DeskRows};

use houseful_core::{
    code::{BookingCode, TicketCode},
    ids::{BookingId, PaymentId, ShardName, ShowId},
    message::Tender,
    money::Money,
    seat::{SeatLabel, SeatNo},
    show::{Event, Row},
    time::UtcMillis,
    wire::{admin::JournalEntry, booking::Contact, seats::Version},
};

/// A future of a store.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Where a show's journal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The show.
    pub show: ShowId,
    /// Number of its last event and the random value written with it.
    pub version: Version,
    /// The earliest thing the show waits for.
    pub next_due: Option<UtcMillis>,
    /// Seats that are not free, as written.
    pub taken: u32,
    /// All seats.
    pub total: u32,
    /// Whether the show is paused or called off, so that lists need not fold journals.
    pub sales: SalesWord,
}

/// Whether a show sells, as its head says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SalesWord {
    /// It does.
    Open,
    /// Staff stopped it.
    Paused,
    /// It was called off.
    Cancelled,
    /// It went to another shard; what stands here was left behind, or has not arrived yet.
    Moved,
}

/// A show as it was read.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Its head; `None` for a show without a journal.
    pub head: Option<Head>,
    /// All its events with the times they were decided at, in order.
    pub events: Vec<(UtcMillis, Event)>,
    /// For a show without a journal: the shard that its slot went to, where it may have one.
    pub elsewhere: Option<ShardName>,
}

/// How a show's journal goes on from a version.
#[derive(Clone, Debug)]
pub enum Tail {
    /// The version is on the journal's line.
    Rows {
        /// The head.
        head: Head,
        /// What came after the version, in order; nothing if the head stands there.
        events: Vec<(UtcMillis, Event)>,
    },
    /// It is not (a branch that was lost with an old primary, a backup that was restored), or no
    /// version was named: the show as it is. What is cached of it is worth nothing.
    Elsewhere(Loaded),
}

/// A row of a projection, written in the transaction of the event that needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Projection {
    /// A ticket was made, or made again under another code.
    Ticket {
        /// The seat.
        seat: SeatNo,
        /// What is written on it.
        label: SeatLabel,
        /// What the door reads.
        code: TicketCode,
        /// Whose it is.
        booking: BookingId,
        /// Whether it lets somebody in.
        valid: bool,
    },
    /// A booking concerns money or tickets.
    Booking {
        /// The booking.
        booking: BookingId,
        /// Its code.
        code: BookingCode,
        /// Where it stands, as a word.
        state: &'static str,
        /// What it costs.
        total: Money,
        /// When that was written.
        at: UtcMillis,
    },
    /// Money came or went; append-only.
    Money {
        /// The payment.
        payment: PaymentId,
        /// The booking.
        booking: BookingId,
        /// By which means.
        tender: Tender,
        /// Positive for money kept, negative for money given back.
        amount: Money,
        /// When that was decided.
        at: UtcMillis,
    },
}

/// What one show adds to its journal.
///
/// Without rows it is a fence: if the head stands at `expect`, its row is written again as it is (of
/// `head` only the show is looked at, so a lease is not undone), so that what is said from it is as
/// durable as a fresh commit.
#[derive(Clone, Debug)]
pub struct ShowCommit {
    /// The version it was decided on; `None` for a show without a journal.
    pub expect: Option<Version>,
    /// The events, in order, with the times they were decided at.
    pub rows: Vec<(UtcMillis, Row)>,
    /// The events that carry immutable rows ([`Event::Opened`]), so that those are stored too.
    pub opened: Vec<Event>,
    /// Projections, netted to one row a key.
    pub projections: Vec<Projection>,
    /// The head afterwards.
    pub head: Head,
}

impl ShowCommit {
    /// Refuses what would break the numbering; only a mistake in this program gets here.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        let before = self.expect.map_or(0, |v| v.ver);
        let rows = u64::try_from(self.rows.len()).unwrap_or(u64::MAX);
        let (show, ver) = (self.head.show, self.head.version.ver);
        let strays = |p: &Projection| match p {
            Projection::Ticket { booking, .. }
            | Projection::Booking { booking, .. }
            | Projection::Money { booking, .. } => booking.show != show,
        };
        if before.checked_add(rows) != Some(ver) {
            let why = format!("{show}: {rows} rows after version {before} do not end at {ver}");
            return Err(StoreError::Unwritable(why));
        }
        if rows == 0 && self.expect.is_none() {
            let why = format!("{show}: nothing stands there that could be fenced");
            return Err(StoreError::Unwritable(why));
        }
        if self.projections.iter().any(strays) {
            let why = format!("{show}: a row of another show came with it");
            return Err(StoreError::Unwritable(why));
        }
        Ok(())
    }
}

/// What became of one show of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is durable.
    Committed,
    /// The head had moved, or somebody has the show alone; nothing was written for this show.
    Lost,
    /// Decided by a clock that is wrong: the last row's time (a fence is not looked at) was more
    /// than 2 s behind the primary's clock or more than 1 s ahead of it; nothing was written for
    /// this show. Only from a store with a clock of its own.
    OutOfTime {
        /// The primary's clock.
        primary: UtcMillis,
    },
    /// Of this show alone nothing was written ([`StoreError::Unknown`] excepted).
    Failed(StoreError),
    /// The second guard spoke: a valid ticket for the seat exists. A bug; the show must stop.
    Guarded(String),
}

/// Why a store could not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Not now: too much to do, or shutting down. Nothing was written.
    #[error("the database is busy")]
    Busy,
    /// It may or may not have been written.
    #[error("the database did not say whether it was written")]
    Unknown,
    /// Writing failed for good (disk full, read-only); nothing was written.
    #[error("the database can't be written: {0}")]
    Unwritable(String),
    /// What was read makes no sense to this program.
    #[error("the database holds something this program can't read: {0}")]
    Unreadable(String),
}

/// Who a booking is for, with what it is found by.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactRow {
    /// As it was told.
    pub contact: Contact,
    /// The words of the name as people type them.
    pub words: Vec<String>,
    /// The digits of the number, the last one first.
    pub digits: String,
}

impl std::fmt::Debug for ContactRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ContactRow(..)")
    }
}

/// What bookings are looked for by.
#[derive(Clone, PartialEq, Eq)]
pub enum Sought {
    /// A code from the first to the last.
    Codes(BookingCode, BookingCode),
    /// A name with words that begin so, each of them.
    Words(Vec<String>),
    /// A number whose digits, the last one first, begin so.
    Digits(String),
}

/// A show that nobody else can write to until this is dropped. Dropped without a commit, nothing
/// was written.
pub trait Alone: Send {
    /// Commits this show and gives it free. [`Outcome::Lost`] only if what was decided on is not
    /// what [`Store::alone`] told.
    fn commit(self: Box<Self>, show: ShowCommit) -> Later<'static, Outcome>;
}

/// A show as it stands, and the right to write to it.
pub type Apart = (Tail, Box<dyn Alone>);

/// Journals, and what stands beside them.
pub trait Store: Send + Sync {
    /// Whether others may write to these journals. Only then need `stand`, `tail` and `alone` be
    /// asked before anything is decided from memory.
    fn shared(&self) -> bool;
    /// The primary's clock; `None` where the store has none of its own.
    fn time(&self) -> Later<'_, Option<UtcMillis>>;
    /// A show with all its events.
    fn load(&self, show: ShowId) -> Later<'_, Loaded>;
    /// Where these shows stand, in order, at one instant; `None` for one without a journal.
    fn stand(&self, shows: Vec<ShowId>) -> Later<'_, Vec<Option<Version>>>;
    /// What came after a version of a show.
    fn tail(&self, show: ShowId, after: Version) -> Later<'_, Tail>;
    /// Has a show alone, for somebody who lost it to others again and again. Waits its turn for a
    /// few seconds at most ([`StoreError::Busy`]); whoever commits it otherwise meanwhile has lost.
    fn alone(&self, show: ShowId, known: Option<Version>) -> Later<'_, Apart>;
    /// Commits each show of the batch or leaves it as it was; the answers are in order.
    ///
    /// An error means that no show of the batch was written ([`StoreError::Unknown`] excepted).
    fn commit(&self, batch: Vec<ShowCommit>) -> Later<'_, Vec<Outcome>>;
    /// Takes shows that wait for something that is over at `now`, at most `limit`, those that
    /// have waited longest first. Whoever gets one has it until `until`: before that it is due to
    /// nobody, unless a commit says otherwise. Versions do not move.
    fn lease(&self, now: UtcMillis, until: UtcMillis, limit: u32) -> Later<'_, Vec<ShowId>>;
    /// All heads.
    fn heads(&self) -> Later<'_, Vec<Head>>;
    /// Journal rows after version `after`, as they are stored.
    fn journal(&self, show: ShowId, after: u64, limit: u32) -> Later<'_, Vec<JournalEntry>>;
    /// Rows of all journals that the late-payments desk is about, in its order.
    fn desk(&self, wanted: DeskRows) -> Later<'_, Vec<JournalEntry>>;
    /// Shows that wait for something, by number.
    fn waiting(&self) -> Later<'_, Vec<ShowId>>;
    /// Bookings with this code.
    fn bookings_by_code(&self, code: BookingCode) -> Later<'_, Vec<BookingId>>;
    /// The booking whose ticket has this code, and the seat.
    fn ticket_by_code(&self, code: TicketCode) -> Later<'_, Option<(BookingId, SeatNo)>>;
    /// The bookings with a row of their own that changed last, with the times, the newest first.
    fn bookings_recent(&self, limit: u32) -> Later<'_, Vec<(UtcMillis, BookingId)>>;
    /// Bookings that fit, with the times they changed, the newest first.
    fn bookings_sought(&self, sought: Sought, limit: u32)
    -> Later<'_, Vec<(UtcMillis, BookingId)>>;
    /// Writes who a booking is for in place of what stood there; `None` leaves nothing.
    fn keep_contact(
        &self,
        booking: BookingId,
        contact: Option<ContactRow>,
        at: UtcMillis,
    ) -> Later<'_, ()>;
    /// Who these bookings are for, as far as somebody said so.
    fn contacts(&self, bookings: Vec<BookingId>) -> Later<'_, Vec<(BookingId, Contact)>>;
}
