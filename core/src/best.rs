//! The best free seats for a party.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    layout::{CategoryNo, SeatLayout},
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
    /// With a wheelchair place and seats beside it.
    pub accessible: bool,
    /// How many better offers to pass over.
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

/// The best free seats for this wish.
///
/// `None`: fewer seats are free than wished.
#[must_use]
pub fn best(layout: &SeatLayout, free: &SeatSet, wish: &BestWish) -> Option<BestOffer> {
    let _ = (layout, free, wish);
    None
}
