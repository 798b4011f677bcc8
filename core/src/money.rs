//! Money: an integer of minor units and an ISO 4217 currency. No floats, no conversion.

mod currency;
mod percent;
mod rounding;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use currency::Currency;
pub use percent::{Percent, PercentError};
pub use rounding::{Rounding, shares};

/// The text is not an amount or a currency.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Three capital letters that we do not sell in, or something else.
    #[error("`{0}` is not a currency we know; use its three letters, as in `GBP`")]
    UnknownCurrency(String),
    /// Not a plain decimal with at most the currency's decimals.
    #[error("`{given}` is not an amount in {currency}; write it as `{example}`")]
    BadAmount {
        /// What came.
        given: String,
        /// The currency it was read in.
        currency: &'static str,
        /// An amount of that currency.
        example: &'static str,
    },
}

/// An amount of money in minor units (pence, cents) of its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Money {
    /// Minor units.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

impl Money {
    /// An amount of `minor` units.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The sum; `None` when the currencies differ or it does not fit.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        (self.currency == other.currency)
            .then(|| self.minor.checked_add(other.minor))
            .flatten()
            .map(|minor| Self { minor, ..self })
    }

    /// The most that somebody hands over in cash for this amount: the smallest note that pays for
    /// it, or one of the next two sizes (20, 50 or 100 for 19.00). Notes and coins of every currency
    /// here are 1, 2 and 5 with zeros. More than that is a slip of the finger more often than money:
    /// of whatever is really given, a digit too many makes more than this.
    #[must_use]
    pub fn most_given(self) -> Self {
        let mut sizes = std::iter::successors(Some(1_i64), |ten| ten.checked_mul(10))
            .flat_map(|ten| [1, 2, 5].map(|digit| ten.saturating_mul(digit)));
        let pays = sizes.find(|size| *size >= self.minor);
        let minor = pays.and_then(|_| sizes.nth(1)).unwrap_or(i64::MAX);
        Self { minor, ..self }
    }

    /// Reads `19`, `19.5` or `19.50` as an amount of `currency`: digits and at most one point.
    ///
    /// # Errors
    /// [`MoneyError::BadAmount`] for signs, commas, exponents, too many decimals or overflow.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let bad = || MoneyError::BadAmount {
            given: crate::text::shown(text, 32),
            currency: currency.code(),
            example: match currency.decimals() {
                0 => "1900",
                3 => "19.500",
                _ => "19.50",
            },
        };
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let decimals = usize::from(currency.decimals());
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        let ends_in_point = text.ends_with('.');
        if whole.is_empty()
            || !digits(whole)
            || !digits(part)
            || part.len() > decimals
            || ends_in_point
        {
            return Err(bad());
        }
        format!("{whole}{part:0<decimals$}")
            .parse()
            .map(|minor| Self { minor, currency })
            .map_err(|_| bad())
    }

    /// The number alone, with the currency's decimals: `19.00`.
    #[must_use]
    pub fn plain(self) -> String {
        let decimals = usize::from(self.currency.decimals());
        let sign = if self.minor < 0 { "-" } else { "" };
        let digits = format!(
            "{:0>width$}",
            self.minor.unsigned_abs(),
            width = decimals + 1
        );
        let (whole, part) = digits.split_at(digits.len() - decimals);
        if part.is_empty() {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{part}")
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency, self.plain())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cur(code: &str) -> Currency {
        code.parse().expect("a known currency")
    }

    #[test]
    fn amounts_carry_the_decimals_of_their_currency() {
        for (text, code, minor) in [
            ("19.5", "GBP", 1950),
            ("19", "GBP", 1900),
            ("0.05", "EUR", 5),
            ("300", "JPY", 300),
            ("1.005", "KWD", 1005),
        ] {
            let money = Money::parse(text, cur(code)).expect(text);
            assert_eq!(money.minor, minor);
            assert_eq!(Money::parse(&money.plain(), cur(code)), Ok(money));
        }
        assert_eq!(Money::new(-5, cur("GBP")).to_string(), "GBP -0.05");
    }

    #[test]
    fn what_is_not_a_plain_decimal_is_refused() {
        for bad in [
            "",
            ".",
            "1.",
            ".5",
            "-1",
            "+1",
            "1,00",
            "1e3",
            "1.001",
            "99999999999999999999",
            "NaN",
        ] {
            assert!(Money::parse(bad, cur("GBP")).is_err(), "{bad}");
        }
        assert!(Money::parse("1.0", cur("JPY")).is_err());
    }

    #[test]
    fn a_digit_too_many_is_more_than_anybody_gives() {
        for (due, most) in [
            (1_900, 10_000),
            (950, 5_000),
            (1_000, 5_000),
            (1_001, 10_000),
            (300, 2_000),
            (0, 5),
            (i64::MAX, i64::MAX),
        ] {
            assert_eq!(
                Money::new(due, cur("GBP")).most_given().minor,
                most,
                "{due}"
            );
        }
        for due in 1..20_000_i64 {
            let most = Money::new(due, cur("EUR")).most_given().minor;
            assert!(due * 2 <= most && most < due * 10, "{due} {most}");
        }
    }

    #[test]
    fn sums_never_mix_currencies_or_overflow() {
        let one = Money::new(i64::MAX, cur("GBP"));
        assert_eq!(one.plus(Money::new(1, cur("GBP"))), None);
        assert_eq!(one.plus(Money::new(0, cur("EUR"))), None);
    }
}
