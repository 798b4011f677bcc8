//! How likely it is to get a seat, in one word: what calendars and lists hint at.
//!
//! A hint is about the moment it was made. Nothing is decided by it.

use serde::{Deserialize, Serialize};

/// A show has few seats left when at most one in so many is free.
pub const FEW_ONE_IN: u64 = 5;

/// Whether seats are to be had, the least promising first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Availability {
    /// There is no show.
    NoShows,
    /// Nothing is sold: cancelled, paused or closed.
    NotOnSale,
    /// On sale, without a free seat.
    SoldOut,
    /// Nobody knows: the database that it is in was not to be had.
    Unknown,
    /// At most a fifth of the seats is free.
    Few,
    /// More than a fifth of the seats is free.
    Plenty,
}

impl Availability {
    /// Of a show that is on sale.
    #[must_use]
    pub const fn of(free: u32, total: u32) -> Self {
        // Seats are 32 bits wide, so their product fits.
        if free == 0 {
            Self::SoldOut
        } else if free as u64 * FEW_ONE_IN <= total as u64 {
            Self::Few
        } else {
            Self::Plenty
        }
    }

    /// Of several shows: that of the best of them, for one is enough.
    #[must_use]
    pub fn of_all(shows: impl IntoIterator<Item = Self>) -> Self {
        shows.into_iter().max().unwrap_or(Self::NoShows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifth_is_few_and_none_is_sold_out() {
        for (free, total, expected) in [
            (0, 0, Availability::SoldOut),
            (0, 100, Availability::SoldOut),
            (1, 100, Availability::Few),
            (20, 100, Availability::Few),
            (21, 100, Availability::Plenty),
            (100, 100, Availability::Plenty),
            (1, 1, Availability::Plenty),
            (u32::MAX, u32::MAX, Availability::Plenty),
        ] {
            assert_eq!(Availability::of(free, total), expected, "{free} of {total}");
        }
    }

    #[test]
    fn one_show_with_seats_is_enough() {
        use Availability::{Few, NoShows, NotOnSale, Plenty, SoldOut, Unknown};
        assert_eq!(Availability::of_all([]), NoShows);
        assert_eq!(Availability::of_all([SoldOut, Plenty, Few]), Plenty);
        assert_eq!(Availability::of_all([SoldOut, NotOnSale]), SoldOut);
        // A show that nobody can ask may have seats.
        assert_eq!(Availability::of_all([SoldOut, Unknown]), Unknown);
    }
}
