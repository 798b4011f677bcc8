//! Percentages to the thousandth: `9.975`, the finest that a tax we know is written with.

use std::{fmt, str::FromStr};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Visitor},
};

use super::Rounding;

/// A percentage from 0 to 1,000 with at most three decimals. Written as text, so that no float ever
/// comes near it; a whole number is read as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(u32);

/// The text is not a percentage.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a percentage from 0 to 1000 with at most three decimals, such as `9.975`")]
pub struct PercentError(String);

impl Percent {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// All of it.
    pub const WHOLE: Self = Self(100_000);
    const MAX: u32 = 1_000_000;

    /// From thousandths of a percent; more than 1,000 percent counts as 1,000.
    #[must_use]
    pub const fn thousandths(thousandths: u32) -> Self {
        Self(if thousandths > Self::MAX {
            Self::MAX
        } else {
            thousandths
        })
    }

    /// Both together, 1,000 percent at most.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self::thousandths(self.0.saturating_add(other.0))
    }

    /// In thousandths of a percent, for sharing by rate.
    #[must_use]
    pub fn weight(self) -> i64 {
        i64::from(self.0)
    }

    /// This much of `minor`.
    #[must_use]
    pub fn of(self, minor: i64, rounding: Rounding) -> i64 {
        let over = i128::from(minor) * i128::from(self.0);
        rounding.quotient(over, i128::from(Self::WHOLE.0))
    }

    /// How much of `minor` is this percentage when `minor` is what it was added to, and it: the tax
    /// in a price that includes it.
    #[must_use]
    pub fn within(self, minor: i64, rounding: Rounding) -> i64 {
        self.part_within(minor, self, rounding)
    }

    /// The same where all that was added is `all` percent, and this is a part of that.
    #[must_use]
    pub fn part_within(self, minor: i64, all: Self, rounding: Rounding) -> i64 {
        let over = i128::from(minor) * i128::from(self.0);
        rounding.quotient(over, i128::from(Self::WHOLE.0 + all.0))
    }

    /// Whether `minor` without this percentage, which it includes, is `limit` or less. Exact.
    #[must_use]
    pub fn leaves_at_most(self, minor: i64, limit: i64) -> bool {
        i128::from(minor) * i128::from(Self::WHOLE.0)
            <= i128::from(limit) * i128::from(Self::WHOLE.0 + self.0)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:03}", self.0 / 1_000, self.0 % 1_000);
        f.pad(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl FromStr for Percent {
    type Err = PercentError;
    fn from_str(text: &str) -> Result<Self, PercentError> {
        let bad = || PercentError(crate::text::shown(text, 16));
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(part) || part.len() > 3 {
            return Err(bad());
        }
        let thousandths = format!("{whole}{part:0<3}").parse::<u32>().ok();
        let fits = thousandths.filter(|t| *t <= Self::MAX);
        fits.map(Self).ok_or_else(bad)
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Percent;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a percentage such as \"9.975\"")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Percent, E> {
                text.parse().map_err(E::custom)
            }
            fn visit_u64<E: Error>(self, whole: u64) -> Result<Percent, E> {
                self.visit_str(&whole.to_string())
            }
            fn visit_i64<E: Error>(self, whole: i64) -> Result<Percent, E> {
                self.visit_str(&whole.to_string())
            }
        }
        d.deserialize_any(Text)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Percent {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("A percentage with at most three decimals"))
            .examples(["9.975"])
            .into()
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Percent {}

#[cfg(test)]
mod tests {
    use super::*;

    fn percent(text: &str) -> Percent {
        text.parse().expect(text)
    }

    #[test]
    fn one_spelling_is_written_and_plain_ones_are_read() {
        for (text, written) in [
            ("9.975", "9.975"),
            ("20", "20"),
            ("20.00", "20"),
            ("5.5", "5.5"),
            ("0", "0"),
            ("0.001", "0.001"),
            ("100", "100"),
            ("1000", "1000"),
        ] {
            assert_eq!(percent(text).to_string(), written);
        }
        for bad in [
            "", ".5", "5.", "-1", "5,5", "1e2", "9.9750", "1000.001", "٥",
        ] {
            assert!(bad.parse::<Percent>().is_err(), "{bad}");
        }
        let read = |json: &str| serde_json::from_str::<Percent>(json).ok();
        assert_eq!(read("\"20.0\""), Some(percent("20")));
        assert_eq!(read("20"), Some(percent("20")));
        assert_eq!(read("20.0"), None);
        assert_eq!(read("-1"), None);
    }

    #[test]
    fn a_tax_in_a_price_is_taken_out_of_it_exactly() {
        let up = Rounding::HalfUp;
        assert_eq!(percent("9.975").of(10_000, up), 998);
        assert_eq!(percent("9.975").of(10_000, Rounding::Down), 997);
        assert_eq!(percent("20").within(1_200, up), 200);
        assert_eq!(percent("10").within(1_690, up), 154);
        assert!(percent("5").leaves_at_most(10_500, 10_000));
        assert!(!percent("5").leaves_at_most(10_501, 10_000));
        assert_eq!(percent("100").of(i64::MAX, up), i64::MAX);
    }
}
