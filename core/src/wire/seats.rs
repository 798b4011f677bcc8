//! The seat map: a drawing that never changes for one layout, and states that do.
//!
//! A map carries the end of each hold, not a verdict: readers apply
//! [`crate::expiry::is_alive`] with the server's time, so a map stays true while holds run out.

use serde::{Deserialize, Serialize};

use super::Time;
use crate::{
    ids::ShowId,
    layout::{BlockReason, CategoryNo, LayoutHash, Place, SeatLayout},
    seat::{SeatLabel, SeatNo},
};

/// A version of a show: the number of its last event and the random value written with it.
///
/// Written `12-9f3c0a7be1d24456`; both parts must match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Version {
    /// Number of the last event, from 1.
    pub ver: u64,
    /// Random, so that a version number reused after a failover is noticed.
    pub tip: u64,
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{:016x}", self.ver, self.tip)
    }
}

impl std::str::FromStr for Version {
    type Err = VersionError;
    fn from_str(text: &str) -> Result<Self, VersionError> {
        let parse = || {
            let (ver, tip) = text.split_once('-')?;
            let tip = (tip.len() == 16)
                .then(|| u64::from_str_radix(tip, 16).ok())
                .flatten()?;
            Some(Self {
                ver: ver.parse().ok()?,
                tip,
            })
        };
        parse().ok_or(VersionError)
    }
}

/// The text is not a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a version; one looks like `12-9f3c0a7be1d24456`")]
pub struct VersionError;

impl Serialize for Version {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Version {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .examples(["12-9f3c0a7be1d24456"])
            .into()
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Version {}

/// A seat category of a layout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LayoutCategory {
    /// Code, as in the price list.
    pub code: String,
    /// For people.
    pub name: String,
    /// The letter of a free seat on a drawing.
    pub glyph: char,
}

/// A seat of a layout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LayoutSeat {
    /// What is written on it.
    pub label: SeatLabel,
    /// Category code.
    pub category: String,
    /// What kind of place it is.
    pub place: Place,
    /// Drawn row, from 0 at the screen.
    pub row: u16,
    /// Drawn column, from 0 at the left.
    pub column: u16,
}

/// A seat layout: the same for every show with the same hash, so it can be kept for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LayoutView {
    /// Its hash.
    pub hash: LayoutHash,
    /// The hall's name.
    pub name: String,
    /// The drawing itself, in the hall text format.
    pub text: String,
    /// Seat categories.
    pub categories: Vec<LayoutCategory>,
    /// Seats in map order.
    pub seats: Vec<LayoutSeat>,
    /// Drawn rows.
    pub rows: u16,
    /// Drawn columns.
    pub columns: u16,
}

impl LayoutView {
    /// A layout as clients see it.
    #[must_use]
    pub fn of(layout: &SeatLayout) -> Self {
        let categories = layout.categories();
        let code = |no: CategoryNo| {
            let category = categories.get(usize::from(no.0));
            category.map_or_else(String::new, |c| c.code.clone())
        };
        Self {
            hash: layout.hash(),
            name: layout.name().to_owned(),
            text: layout.to_text(),
            categories: categories
                .iter()
                .map(|c| LayoutCategory {
                    code: c.code.clone(),
                    name: c.name.clone(),
                    glyph: c.glyph,
                })
                .collect(),
            seats: layout
                .seats()
                .map(|(_, seat)| LayoutSeat {
                    label: seat.label,
                    category: code(seat.category),
                    place: seat.place,
                    row: seat.row,
                    column: seat.column,
                })
                .collect(),
            rows: layout.drawn_rows(),
            columns: layout.columns(),
        }
    }
}

/// What a seat is, at one version of its show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SeatMark {
    /// For sale.
    Free,
    /// Held by somebody until the end that stands beside it, then free.
    Held,
    /// Sold, or paid for and being settled.
    Booked,
    /// Kept back by staff.
    Blocked(BlockReason),
}

impl SeatMark {
    /// The letter in [`SeatMap::states`].
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Free => 'f',
            Self::Held => 'h',
            Self::Booked => 's',
            Self::Blocked(BlockReason::House) => 'b',
            Self::Blocked(BlockReason::Broken) => 'x',
            Self::Blocked(BlockReason::Companion) => 'c',
        }
    }

    /// The mark of a letter in [`SeatMap::states`].
    #[must_use]
    pub const fn from_letter(letter: char) -> Option<Self> {
        Some(match letter {
            'f' => Self::Free,
            'h' => Self::Held,
            's' => Self::Booked,
            'b' => Self::Blocked(BlockReason::House),
            'x' => Self::Blocked(BlockReason::Broken),
            'c' => Self::Blocked(BlockReason::Companion),
            _ => return None,
        })
    }

    /// The word for people and tables: `free`, `held`, `booked`, `blocked`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Held => "held",
            Self::Booked => "booked",
            Self::Blocked(_) => "blocked",
        }
    }
}

/// Seats whose hold ends at the same time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HoldEnd {
    /// When the hold ends.
    pub until: Time,
    /// The seats, by index in the layout.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<u16>))]
    pub seats: Vec<SeatNo>,
}

/// The states of all seats of a show at one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeatMap {
    /// The show.
    pub show: ShowId,
    /// At which version.
    pub version: Version,
    /// Which layout gives the seats their places.
    pub layout: LayoutHash,
    /// Whether the show is for sale.
    pub status: super::catalogue::ShowStatus,
    /// One letter a seat, in layout order: `f` free, `h` held, `s` booked, `b` house, `x` broken,
    /// `c` kept for a companion.
    pub states: String,
    /// When holds (and waits for capture) end, and when house seats go on sale; after that instant
    /// the seat is free, whatever its letter says.
    pub holds: Vec<HoldEnd>,
}

/// One seat that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeatChange {
    /// The seat, by index in the layout.
    #[cfg_attr(feature = "openapi", schema(value_type = u16))]
    pub seat: SeatNo,
    /// Its letter now.
    pub state: char,
    /// When the hold ends, for a held seat; when the wait for capture ends, for one being paid; when
    /// it goes on sale, for one the house keeps until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
}

/// What changed between two versions: the data of a `seats` event of the feed, whose id is
/// `version`. Applies only to a map at `from`; otherwise ask for the map again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeatChanges {
    /// The version before.
    pub from: Version,
    /// The version after.
    pub version: Version,
    /// Whether the show is for sale now.
    pub status: super::catalogue::ShowStatus,
    /// The seats, each with its last state.
    pub seats: Vec<SeatChange>,
}
