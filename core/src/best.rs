//! The best free seats for a party.
//!
//! The order in which wishes are given up follows what seats.io documents for its best-available
//! seats: one row, side by side, no seat left alone, nearest to the focal point; then a seat may
//! be left alone; then the party is split. What it leaves open (aisles, rows, zones) is decided in
//! [`best`]. The server and a screen without one get the same answer for the same free seats.

mod field;
mod in_a_row;
mod scattered;
#[cfg(test)]
mod tests;
mod two_rows;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use self::field::Field;
use crate::{
    layout::{CategoryNo, CategorySet, SeatLayout},
    orphan,
    seat::{SeatNo, SeatSet},
};

/// Which third of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Zone {
    /// Wherever it is best.
    #[default]
    Any,
    /// The third at the screen.
    Front,
    /// The third in the middle.
    Middle,
    /// The third at the back.
    Rear,
}

/// The text is not a zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a zone; there are `any`, `front`, `middle` and `rear`")]
pub struct ZoneError(pub String);

impl Zone {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Front => "front",
            Self::Middle => "middle",
            Self::Rear => "rear",
        }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Zone {
    type Err = ZoneError;
    fn from_str(text: &str) -> Result<Self, ZoneError> {
        [Self::Any, Self::Front, Self::Middle, Self::Rear]
            .into_iter()
            .find(|zone| text.eq_ignore_ascii_case(zone.as_str()))
            .ok_or_else(|| ZoneError(crate::text::shown(text, 16)))
    }
}

/// What a party wishes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct BestWish {
    /// How many seats.
    pub seats: u16,
    /// Which third of the rows.
    pub zone: Zone,
    /// Which category; `None` is any.
    pub category: Option<CategoryNo>,
    /// Categories in which the party's ticket types are not sold.
    pub barred: CategorySet,
    /// With a wheelchair place and seats beside it.
    pub accessible: bool,
    /// How many better offers to pass over; after the last comes the best again.
    pub skip: u16,
}

/// What a party is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BestOffer {
    /// The seats, in rising order.
    pub seats: Vec<SeatNo>,
    /// Which wishes had to be given up, each once.
    pub relaxed: Vec<Relaxed>,
}

/// A wish that had to be given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Relaxed {
    /// A seat is left alone.
    SingleLeft,
    /// In one row, with an aisle between.
    AroundAisle,
    /// In two rows, one behind the other.
    TwoRows,
    /// In several places.
    Scattered,
    /// Not all in the zone.
    OutsideZone,
    /// Not all of the category.
    OtherCategory,
}

impl fmt::Display for Relaxed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::SingleLeft => "leaves a single seat",
            Self::AroundAisle => "on both sides of an aisle",
            Self::TwoRows => "in two rows, one behind the other",
            Self::Scattered => "not together",
            Self::OutsideZone => "outside the zone",
            Self::OtherCategory => "in another category",
        })
    }
}

/// The most better offers that are passed over; nobody looks further.
pub const SKIP_MAX: u16 = 64;

/// The best free seats for this wish.
///
/// Wishes are given up one after the other, the dearest to the party last: first that no seat is
/// left alone, then the zone, then sitting in one piece (around an aisle, then one behind the
/// other, then in several places), and at the very end the category, because it is a price. Among
/// equals, the seats nearest to the [sweet spot](SeatLayout::sweet_spot) win, then those nearer to
/// the screen, then those further left. The offer says what was given up.
///
/// Wheelchair and companion places are offered to an `accessible` wish only; its offer has at
/// least one wheelchair place, and more only if there is no other way. Its category is asked of
/// its standard seats alone.
///
/// An offer that is passed over (`skip`) takes its seats with it: the next one shares none of
/// them. After the last offer (or [`SKIP_MAX`] better ones) comes the best again, so whoever asks
/// for one after the other goes round.
///
/// `None`: fewer seats are free and not barred than wished, or no wheelchair place, if one was.
#[must_use]
pub fn best(layout: &SeatLayout, free: &SeatSet, wish: &BestWish) -> Option<BestOffer> {
    if wish.seats == 0 {
        return None;
    }
    let skip = wish.skip % (SKIP_MAX + 1);
    match after(layout, free, wish, skip) {
        Ok(offer) => Some(offer),
        Err(offers) => after(layout, free, wish, skip.checked_rem(offers)?).ok(),
    }
}

/// The best offer after `skip` better ones, or how many offers there are.
fn after(
    layout: &SeatLayout,
    free: &SeatSet,
    wish: &BestWish,
    skip: u16,
) -> Result<BestOffer, u16> {
    let mut field = Field::new(layout, free, wish);
    let mut left = skip;
    let categories = if wish.category.is_some() {
        &[Field::CATEGORY, 0][..]
    } else {
        &[0]
    };
    let zones = if wish.zone == Zone::Any {
        &[0][..]
    } else {
        &[Field::ZONE, 0]
    };
    for category in categories {
        for shape in [
            Shape::Together,
            Shape::AroundAisle,
            Shape::TwoRows,
            Shape::Scattered,
        ] {
            for zone in zones {
                let needed = Field::OPEN | category | zone;
                if field.enough(needed)
                    && let Some(seats) = shape.choose(&mut field, needed, &mut left)
                {
                    return Ok(offer(&field, free, shape, seats));
                }
            }
        }
    }
    Err(skip - left)
}

/// How a party sits.
#[derive(Clone, Copy)]
enum Shape {
    Together,
    AroundAisle,
    TwoRows,
    Scattered,
}

impl Shape {
    /// The best seats of this shape, after `skip` better ones.
    fn choose(self, field: &mut Field, needed: u8, skip: &mut u16) -> Option<Vec<SeatNo>> {
        match self {
            Self::Together => in_a_row::together(field, needed, skip),
            Self::AroundAisle => in_a_row::around_aisle(field, needed, skip),
            Self::TwoRows => two_rows::choose(field, needed, skip),
            Self::Scattered => scattered::choose(field, needed, skip),
        }
    }

    fn relaxed(self) -> Option<Relaxed> {
        match self {
            Self::Together => None,
            Self::AroundAisle => Some(Relaxed::AroundAisle),
            Self::TwoRows => Some(Relaxed::TwoRows),
            Self::Scattered => Some(Relaxed::Scattered),
        }
    }
}

/// The seats in order, with what had to be given up for them, told from the seats themselves.
fn offer(field: &Field, free: &SeatSet, shape: Shape, mut seats: Vec<SeatNo>) -> BestOffer {
    seats.sort_unstable();
    let taken = seats.iter().copied().collect();
    let all = |mark: u8| seats.iter().all(|seat| field.fits(seat.index(), mark));
    let single = !orphan::left_alone(field.layout, free, &taken).is_empty();
    let relaxed = [
        single.then_some(Relaxed::SingleLeft),
        shape.relaxed(),
        (!all(Field::ZONE)).then_some(Relaxed::OutsideZone),
        (!all(Field::CATEGORY)).then_some(Relaxed::OtherCategory),
    ];
    BestOffer {
        relaxed: relaxed.into_iter().flatten().collect(),
        seats,
    }
}
