//! Seats: their numbers inside a layout, their labels for people, and sets of them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The most seats a layout may have.
pub const SEATS_MAX: usize = 2_048;

/// A seat's index in its layout, from 0, row by row from the screen, left to right.
///
/// It is stable for one layout and means nothing outside of it; people read [`SeatLabel`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SeatNo(pub u16);

impl SeatNo {
    /// The index.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// What is written on a seat: 1 to 3 capital letters for the row, a number from 1 to 999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeatLabel {
    /// Row letters, padded at the front with zero bytes so that `B` sorts before `AA`.
    row: [u8; 3],
    number: u16,
}

/// The text is not a seat label.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a seat; one looks like `H8`")]
pub struct SeatLabelError(pub String);

impl SeatLabel {
    /// A label from row letters (any case) and a number.
    ///
    /// # Errors
    /// The row is not 1 to 3 Latin letters, or the number is not 1 to 999.
    pub fn new(row: &str, number: u16) -> Result<Self, SeatLabelError> {
        let error = || SeatLabelError(crate::text::shown(&format!("{row}{number}"), 16));
        let letters = row.as_bytes();
        let plain = (1..=3).contains(&letters.len()) && letters.iter().all(u8::is_ascii_alphabetic);
        if !plain || !(1..=999).contains(&number) {
            return Err(error());
        }
        let mut padded = [0; 3];
        for (to, from) in padded[3 - letters.len()..].iter_mut().zip(letters) {
            *to = from.to_ascii_uppercase();
        }
        Ok(Self {
            row: padded,
            number,
        })
    }

    /// The row letters.
    #[must_use]
    pub fn row(&self) -> &str {
        let start = self.row.iter().take_while(|b| **b == 0).count();
        // Only ASCII letters are ever stored.
        std::str::from_utf8(&self.row[start..]).unwrap_or("?")
    }

    /// The number in the row.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.number
    }
}

impl fmt::Display for SeatLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}{}", self.row(), self.number))
    }
}

impl FromStr for SeatLabel {
    type Err = SeatLabelError;
    fn from_str(text: &str) -> Result<Self, SeatLabelError> {
        let error = || SeatLabelError(crate::text::shown(text, 16));
        let digits = text.find(|c: char| c.is_ascii_digit()).ok_or_else(error)?;
        let (row, number) = text.split_at(digits);
        if number.len() > 3
            || number.starts_with('0')
            || !number.bytes().all(|b| b.is_ascii_digit())
        {
            return Err(error());
        }
        Self::new(row, number.parse().map_err(|_| error())?).map_err(|_| error())
    }
}

impl Serialize for SeatLabel {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SeatLabel {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for SeatLabel {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .examples(["H8"])
            .into()
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for SeatLabel {}

/// A set of seats of one layout, one bit a seat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeatSet {
    words: Vec<u64>,
}

impl SeatSet {
    /// An empty set with room for `seats` seats.
    #[must_use]
    pub fn with_seats(seats: usize) -> Self {
        Self {
            words: vec![0; seats.div_ceil(64)],
        }
    }

    /// Adds a seat; tells whether it was new.
    pub fn insert(&mut self, seat: SeatNo) -> bool {
        let (word, bit) = (seat.index() / 64, 1_u64 << (seat.index() % 64));
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        let new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        new
    }

    /// Takes a seat out; tells whether it was in.
    pub fn remove(&mut self, seat: SeatNo) -> bool {
        let (word, bit) = (seat.index() / 64, 1_u64 << (seat.index() % 64));
        let was = self.contains(seat);
        if was {
            self.words[word] &= !bit;
        }
        was
    }

    /// Whether the seat is in the set.
    #[must_use]
    pub fn contains(&self, seat: SeatNo) -> bool {
        self.words
            .get(seat.index() / 64)
            .is_some_and(|w| w & (1 << (seat.index() % 64)) != 0)
    }

    /// How many seats are in the set.
    #[must_use]
    pub fn len(&self) -> usize {
        self.words.iter().map(|w| w.count_ones() as usize).sum()
    }

    /// Whether no seat is in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|w| *w == 0)
    }

    /// The seats in rising order.
    pub fn iter(&self) -> impl Iterator<Item = SeatNo> + '_ {
        self.words.iter().enumerate().flat_map(|(i, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros();
                    rest &= rest - 1;
                    SeatNo(
                        u16::try_from(i * 64)
                            .unwrap_or(u16::MAX)
                            .saturating_add(u16::try_from(bit).unwrap_or(u16::MAX)),
                    )
                })
            })
        })
    }
}

impl FromIterator<SeatNo> for SeatSet {
    fn from_iter<I: IntoIterator<Item = SeatNo>>(seats: I) -> Self {
        let mut set = Self::default();
        for seat in seats {
            set.insert(seat);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_go_both_ways_and_sort_as_rows_do() {
        for text in ["A1", "H8", "AA10", "ZZZ999"] {
            assert_eq!(
                text.parse::<SeatLabel>().map(|l| l.to_string()),
                Ok(text.to_owned())
            );
        }
        assert_eq!(
            "h8".parse::<SeatLabel>().map(|l| l.to_string()),
            Ok("H8".to_owned())
        );
        for bad in [
            "", "A", "8", "A0", "A01", "A1000", "AAAA1", "A1B", "Å1", "A 1", "A-1",
        ] {
            assert!(bad.parse::<SeatLabel>().is_err(), "{bad}");
        }
        let label = |t: &str| t.parse::<SeatLabel>().expect("a label");
        assert!(label("B1") < label("AA1") && label("A2") < label("A10"));
    }

    #[test]
    fn a_set_holds_what_was_put_in() {
        let mut set = SeatSet::with_seats(130);
        assert!(set.insert(SeatNo(129)) && set.insert(SeatNo(0)) && !set.insert(SeatNo(0)));
        assert_eq!(set.iter().collect::<Vec<_>>(), [SeatNo(0), SeatNo(129)]);
        assert!(set.remove(SeatNo(0)) && !set.remove(SeatNo(0)) && !set.contains(SeatNo(5000)));
        assert_eq!(set.len(), 1);
    }
}
