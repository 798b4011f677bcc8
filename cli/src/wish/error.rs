//! What can be wrong with a line; each names the word and what could stand there.

use houseful_core::{
    code::VoucherCodeError,
    seat::{SeatLabel, SeatLabelError},
    text::shown,
};

/// The line can't be what is meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WishError {
    /// Nothing was typed.
    #[error("begin with a show: its number or id, as in `1 2a1c h8-10 card`")]
    Nothing,
    /// The first word is no show.
    #[error("`{}` is not a show; begin with its number or id, as in `1 2 rear`", shown(.0, 24))]
    NotAShow(String),
    /// A word that means nothing.
    #[error(
        "`{}` means nothing here; tickets (2, 2a1c), seats (h8-9), front, middle, rear, a category, accessible, cash, card or hold can stand there",
        shown(.0, 24)
    )]
    NotAWord(String),
    /// A word without letters; only quotes on a command line make one.
    #[error("one of the words is empty; leave it out")]
    Empty,
    /// A card's number or anything else after `card=`. It is not shown again.
    #[error("a card number is never typed here; write card, the terminal reads the card")]
    CardNumber,
    /// Not tickets.
    #[error("`{}` is not tickets; write 2, or 2a1c with the letters of the price list", shown(.0, 24))]
    NotTickets(String),
    /// Not an amount of cash.
    #[error("`{}` is not cash; write cash, or cash=50 for what is handed over", shown(.0, 24))]
    NotCash(String),
    /// Not the code of a voucher. It is not shown again.
    #[error("{0}; write voucher:7KQM-4T2X-H3WZ-PA9D")]
    NotAVoucher(VoucherCodeError),
    /// No seat.
    #[error(transparent)]
    NotASeat(#[from] SeatLabelError),
    /// A range over two rows.
    #[error("`{}` does not stay in one row; write h8-9", shown(.0, 24))]
    NotOneRow(String),
    /// No seat was named.
    #[error("type seat names, as in h8-9 or h8,j3")]
    NoSeats,
    /// More than anybody could mean.
    #[error("too many seats for one line")]
    TooManySeats,
    /// Two answers to one question.
    #[error("`{0}` and `{1}` can't both be; leave one of them out")]
    Both(String, String),
    /// A letter that the price list has not.
    #[error("`{key}` is no ticket type here; there are {known}")]
    NoSuchType {
        /// The letter.
        key: char,
        /// The letters there are, with what they mean.
        known: String,
    },
    /// A seat that the hall has not.
    #[error("this hall has no seat {0}")]
    NoSuchSeat(SeatLabel),
    /// A category that the hall has not.
    #[error("`{}` is no zone, category or word here; categories are {known}", shown(.word, 24))]
    NoSuchCategory {
        /// The word.
        word: String,
        /// The categories there are.
        known: String,
    },
    /// Numbers that do not agree.
    #[error("{what} says {seats}, the tickets are {tickets}")]
    NotAsMany {
        /// What says how many seats.
        what: &'static str,
        /// How many it says.
        seats: usize,
        /// How many tickets there are.
        tickets: usize,
    },
    /// Nobody comes.
    #[error("no tickets were asked for")]
    Nobody,
}

impl WishError {
    /// What to do about it, where the sentence does not say.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NotAsMany { .. } => Some("as many tickets as seats"),
            Self::Nobody => Some("as in `--adult 2`"),
            _ => None,
        }
    }
}
