//! The one line in which people order: `1 2a1c h8-10 card`.
//!
//! It is what follows `houseful sell` and what is typed after `:` on the screens. A line names a
//! show, then in any order tickets (`2`, `2a1c` with the letters of the price list), seats
//! (`h8-9`, `h8,j3`) or where the best ones shall be (`rear`, a category, `accessible`), and how
//! it is paid (`cash`, `cash=50`, `card`, `hold`, or `voucher:CODE` and one of them for the rest). Reading a line needs no show; what its letters
//! and names mean is resolved against one.

mod error;
mod parse;
mod resolve;
#[cfg(test)]
mod tests;

use std::fmt;

use houseful_core::{best::Zone, code::VoucherCode, ids::ShowId, seat::SeatLabel};

pub use error::WishError;
pub use parse::{seats, tickets};
pub use resolve::{Party, Spot, labels, types};

/// A show as a line names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineShow {
    /// Its place on today's board, from 1.
    Number(u16),
    /// Its id.
    Id(ShowId),
}

/// So many tickets of one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tickets {
    /// How many.
    pub count: u16,
    /// The letter of the type on the price list; the usual type without one.
    pub key: Option<char>,
}

/// Seats side by side in one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeatRange {
    /// The one with the lowest number.
    from: SeatLabel,
    /// The one with the highest number.
    to: SeatLabel,
}

impl SeatRange {
    /// From one seat to another of its row; `None` when they are in different rows.
    #[must_use]
    pub fn new(from: SeatLabel, to: SeatLabel) -> Option<Self> {
        (from.row() == to.row()).then(|| Self {
            from: from.min(to),
            to: from.max(to),
        })
    }
}

/// How a line says it is paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayWord {
    /// Cash: the exact total, or what was handed over.
    Cash(Option<String>),
    /// By card.
    Card,
    /// By several means together, or by vouchers alone.
    Split(Vec<SplitWord>),
    /// Later: the seats are held.
    Hold,
}

/// One means of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SplitWord {
    /// A voucher, as much as it can.
    Voucher(VoucherCode),
    /// A card, the rest.
    Card,
    /// Cash.
    Cash {
        /// How much; the rest if it is not said.
        amount: Option<String>,
        /// What was handed over for it.
        given: Option<String>,
    },
}

impl PayWord {
    /// Both together; `None` where they can't be.
    fn and(self, other: Self) -> Option<Self> {
        let parts = |word: Self| match word {
            Self::Card => Some(vec![SplitWord::Card]),
            Self::Cash(given) => Some(vec![SplitWord::Cash {
                amount: None,
                given,
            }]),
            Self::Split(words) => Some(words),
            Self::Hold => None,
        };
        let (mut all, more) = (parts(self)?, parts(other)?);
        all.extend(more);
        let cards = all.iter().filter(|word| **word == SplitWord::Card).count();
        let cash = |word: &&SplitWord| matches!(word, SplitWord::Cash { .. });
        let rest = |word: &&SplitWord| {
            matches!(word, SplitWord::Card | SplitWord::Cash { amount: None, .. })
        };
        let once =
            cards < 2 && all.iter().filter(cash).count() < 2 && all.iter().filter(rest).count() < 2;
        let twice = |at: usize| all.iter().skip(at + 1).any(|word| *word == all[at]);
        (once && !(0..all.len()).any(twice)).then_some(Self::Split(all))
    }
}

/// What a line says after the show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WishWords {
    /// Who comes.
    pub tickets: Vec<Tickets>,
    /// Which seats; the best ones when there are none.
    pub seats: Vec<SeatRange>,
    /// Where the best ones shall be.
    pub zone: Option<Zone>,
    /// Of which category the best ones shall be: its code or name.
    pub category: Option<String>,
    /// With a wheelchair place.
    pub accessible: bool,
    /// How it is paid.
    pub pay: Option<PayWord>,
}

impl WishWords {
    /// Whether it says who comes or where they sit.
    #[must_use]
    pub fn says_who(&self) -> bool {
        !self.tickets.is_empty() || !self.seats.is_empty()
    }

    /// Whether it says something about where the best seats shall be.
    #[must_use]
    pub fn narrows(&self) -> bool {
        self.zone.is_some() || self.category.is_some() || self.accessible
    }
}

/// A whole line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WishLine {
    /// The show.
    pub show: LineShow,
    /// The rest.
    pub words: WishWords,
}

impl fmt::Display for LineShow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Id(id) => write!(f, "{id}"),
        }
    }
}

impl fmt::Display for Tickets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.count)?;
        self.key.map_or(Ok(()), |key| write!(f, "{key}"))
    }
}

impl fmt::Display for SeatRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = self.from.to_string().to_lowercase();
        if self.from == self.to {
            return f.write_str(&from);
        }
        write!(f, "{from}-{}", self.to.number())
    }
}

impl fmt::Display for PayWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cash(None) => f.write_str("cash"),
            Self::Cash(Some(given)) => write!(f, "cash={given}"),
            Self::Card => f.write_str("card"),
            Self::Split(words) => {
                let words: Vec<String> = words.iter().map(ToString::to_string).collect();
                f.write_str(&words.join(" "))
            }
            Self::Hold => f.write_str("hold"),
        }
    }
}

impl fmt::Display for SplitWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Voucher(code) => write!(f, "voucher:{}", code.secret().to_lowercase()),
            Self::Card => f.write_str("card"),
            Self::Cash { amount, given } => {
                f.write_str("cash")?;
                amount
                    .iter()
                    .try_for_each(|amount| write!(f, ":{amount}"))?;
                given.iter().try_for_each(|given| write!(f, "={given}"))
            }
        }
    }
}

impl fmt::Display for WishWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words: Vec<String> = Vec::new();
        let mut glued = false;
        for tickets in &self.tickets {
            // Behind a letter the next number can stand without a blank; `2` and `1c` can't.
            match words.last_mut().filter(|_| glued) {
                Some(word) => word.push_str(&tickets.to_string()),
                None => words.push(tickets.to_string()),
            }
            glued = tickets.key.is_some();
        }
        let seats: Vec<String> = self.seats.iter().map(ToString::to_string).collect();
        if !seats.is_empty() {
            words.push(seats.join(","));
        }
        words.extend(self.zone.map(|zone| zone.to_string()));
        words.extend(self.category.as_deref().map(parse::category_word));
        words.extend(self.accessible.then(|| parse::ACCESSIBLE.to_owned()));
        words.extend(self.pay.as_ref().map(ToString::to_string));
        f.write_str(&words.join(" "))
    }
}

impl fmt::Display for WishLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.words.to_string();
        if words.is_empty() {
            return write!(f, "{}", self.show);
        }
        write!(f, "{} {words}", self.show)
    }
}
