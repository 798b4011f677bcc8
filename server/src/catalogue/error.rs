//! Why a chain is not taken.

use houseful_core::{layout::LayoutError, price::PriceCardError, text::NameError};

use crate::store::StoreError;

/// Why a chain is not taken. Nothing of it was written then.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CatalogueError {
    /// A part names another that is not there.
    #[error("{part} names the {kind} `{key}`, which is not in the chain")]
    Unknown {
        /// What names it.
        part: String,
        /// What it should be.
        kind: &'static str,
        /// The key.
        key: String,
    },
    /// Two parts of a kind have the same key.
    #[error("there are two of the {kind} `{key}`")]
    Twice {
        /// What they are.
        kind: &'static str,
        /// The key.
        key: String,
    },
    /// A name that can't be stored or drawn.
    #[error("{part}: {error}")]
    Name {
        /// Whose.
        part: String,
        /// Why.
        error: NameError,
    },
    /// A value out of its range.
    #[error("{part}: {field} {problem}")]
    Value {
        /// Whose.
        part: String,
        /// Which.
        field: &'static str,
        /// What is wrong with it, as the rest of a sentence.
        problem: String,
    },
    /// A time zone that is not in the IANA database.
    #[error("city `{city}` is in the time zone `{zone}`, which does not exist")]
    TimeZone {
        /// The city.
        city: String,
        /// What it says.
        zone: String,
    },
    /// A hall that can't be read.
    #[error("hall `{hall}`, {}", in_one_line(errors))]
    Hall {
        /// Its key.
        hall: String,
        /// All that is wrong, with line and column.
        errors: Vec<LayoutError>,
    },
    /// A price card that can't be used.
    #[error("price card `{card}`: {error}")]
    PriceCard {
        /// Its key.
        card: String,
        /// Why.
        error: PriceCardError,
    },
    /// A seat that nobody could buy.
    #[error("{show}: price card `{card}` has no price for the category `{category}` of its hall")]
    NoPrice {
        /// The show.
        show: String,
        /// The card's key.
        card: String,
        /// The category's code.
        category: String,
    },
    /// The clock jumps over that time on that day.
    #[error("{show}: there is no {local} in {zone}, the clock is changed then")]
    NoSuchTime {
        /// The show.
        show: String,
        /// The wall clock time.
        local: String,
        /// The time zone.
        zone: String,
    },
    /// Two shows in one room at a time.
    #[error("{second} begins before {first} is over")]
    Overlap {
        /// The earlier one.
        first: String,
        /// The later one.
        second: String,
    },
    /// The show is known and says something else.
    #[error(
        "{show} is in the catalogue with another {field}; a show can't be changed by an import"
    )]
    ShowDiffers {
        /// The show.
        show: String,
        /// What is different.
        field: &'static str,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn in_one_line(errors: &[LayoutError]) -> String {
    let all: Vec<_> = errors.iter().map(ToString::to_string).collect();
    all.join("; ")
}
