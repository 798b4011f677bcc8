//! Currencies: their three letters, how many decimals they have, and the smallest coin.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{MoneyError, Rounding};

/// The currencies a cinema can sell in: three letters and decimals of ISO 4217, and the cash step: the
/// coin that what is paid in cash is rounded to, by law or by everybody, in minor units; 1 where we
/// know of none. In order of the letters, which is the order of [`Currency`].
///
/// Decimals: those of ISO 4217 list one as it is generally known (none, two or three); the list itself
/// could not be seen here. UGX is left out: it has no decimals here and two at Stripe, which would
/// charge a hundredth. Whoever adds a currency looks at `server/src/payment/stripe/amounts.rs` first.
///
/// Cash steps, looked up on 2026-11-23 in stored copies: AUD, CAD, DKK, MYR, NOK, NZD and SEK in
/// Wikipedia, "Cash rounding", and in the table of rounding systems of a till's manual (Casio
/// V-REGI, page 81); CHF, ILS and SGD in Wikipedia alone. Written down without a source that could
/// be seen here: BHD, CLP (tens, a five goes down), CZK, HKD, HUF, INR (50 paise), KWD, TWD, UAH
/// (50 kopecks), ZAR (the till's manual has 0.05 for it). A price card says another one (`cash`), as
/// houses in Finland, Ireland, Belgium, Italy and the Netherlands do for their euros (0.05).
const CURRENCIES: [(&str, u8, i64); 91] = [
    ("AED", 2, 1),
    ("ALL", 2, 1),
    ("AMD", 2, 1),
    ("ARS", 2, 1),
    ("AUD", 2, 5),
    ("AZN", 2, 1),
    ("BAM", 2, 1),
    ("BDT", 2, 1),
    ("BGN", 2, 1),
    ("BHD", 3, 5),
    ("BOB", 2, 1),
    ("BRL", 2, 1),
    ("CAD", 2, 5),
    ("CHF", 2, 5),
    ("CLP", 0, 10),
    ("CNY", 2, 1),
    ("COP", 2, 1),
    ("CRC", 2, 1),
    ("CZK", 2, 100),
    ("DKK", 2, 50),
    ("DOP", 2, 1),
    ("DZD", 2, 1),
    ("EGP", 2, 1),
    ("ETB", 2, 1),
    ("EUR", 2, 1),
    ("FJD", 2, 1),
    ("GBP", 2, 1),
    ("GEL", 2, 1),
    ("GHS", 2, 1),
    ("GTQ", 2, 1),
    ("HKD", 2, 10),
    ("HNL", 2, 1),
    ("HUF", 2, 500),
    ("IDR", 2, 1),
    ("ILS", 2, 10),
    ("INR", 2, 50),
    ("IQD", 3, 1),
    ("ISK", 0, 1),
    ("JMD", 2, 1),
    ("JOD", 3, 1),
    ("JPY", 0, 1),
    ("KES", 2, 1),
    ("KHR", 2, 1),
    ("KRW", 0, 1),
    ("KWD", 3, 5),
    ("KZT", 2, 1),
    ("LAK", 2, 1),
    ("LBP", 2, 1),
    ("LKR", 2, 1),
    ("LYD", 3, 1),
    ("MAD", 2, 1),
    ("MDL", 2, 1),
    ("MKD", 2, 1),
    ("MMK", 2, 1),
    ("MNT", 2, 1),
    ("MOP", 2, 1),
    ("MUR", 2, 1),
    ("MXN", 2, 1),
    ("MYR", 2, 5),
    ("NGN", 2, 1),
    ("NOK", 2, 100),
    ("NPR", 2, 1),
    ("NZD", 2, 10),
    ("OMR", 3, 1),
    ("PEN", 2, 1),
    ("PHP", 2, 1),
    ("PKR", 2, 1),
    ("PLN", 2, 1),
    ("PYG", 0, 1),
    ("QAR", 2, 1),
    ("RON", 2, 1),
    ("RSD", 2, 1),
    ("RWF", 0, 1),
    ("SAR", 2, 1),
    ("SEK", 2, 100),
    ("SGD", 2, 5),
    ("THB", 2, 1),
    ("TND", 3, 1),
    ("TRY", 2, 1),
    ("TTD", 2, 1),
    ("TWD", 2, 100),
    ("TZS", 2, 1),
    ("UAH", 2, 50),
    ("USD", 2, 1),
    ("UYU", 2, 1),
    ("UZS", 2, 1),
    ("VND", 0, 1),
    ("XAF", 0, 1),
    ("XOF", 0, 1),
    ("XPF", 0, 1),
    ("ZAR", 2, 10),
];

/// An ISO 4217 currency that we sell in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(u8);

impl Currency {
    /// Some currency, for amounts of zero where nothing is sold.
    pub(crate) const fn first() -> Self {
        Self(0)
    }

    /// All of them, in order of their letters.
    pub fn all() -> impl Iterator<Item = Self> {
        (0_u8..).zip(&CURRENCIES).map(|(i, _)| Self(i))
    }

    /// The three letters.
    #[must_use]
    pub fn code(self) -> &'static str {
        CURRENCIES[usize::from(self.0)].0
    }

    /// How many decimals an amount is written with: 0, 2 or 3.
    #[must_use]
    pub fn decimals(self) -> u8 {
        CURRENCIES[usize::from(self.0)].1
    }

    /// What becomes of less than a cash step.
    #[must_use]
    pub fn cash_rounding(self) -> Rounding {
        match self.code() {
            "CLP" => Rounding::HalfDown,
            _ => Rounding::HalfUp,
        }
    }

    /// The smallest amount that can be handed over in cash, in minor units: 1 or more.
    #[must_use]
    pub fn cash_step_minor(self) -> i64 {
        CURRENCIES[usize::from(self.0)].2
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        Self::all()
            .find(|currency| currency.code() == text)
            .ok_or_else(|| MoneyError::UnknownCurrency(crate::text::shown(text, 16)))
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Currency {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("ISO 4217 code"))
            .examples(["GBP"])
            .into()
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Currency {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_stand_in_order_with_the_decimals_of_the_standard() {
        assert!(CURRENCIES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let without = |decimals: u8| -> Vec<&str> {
            let some = Currency::all().filter(|c| c.decimals() == decimals);
            some.map(Currency::code).collect()
        };
        let none = "CLP ISK JPY KRW PYG RWF VND XAF XOF XPF";
        assert_eq!(without(0).join(" "), none);
        assert_eq!(without(3).join(" "), "BHD IQD JOD KWD LYD OMR TND");
        assert_eq!(without(2).len() + 10 + 7, CURRENCIES.len());
        for (i, currency) in Currency::all().enumerate() {
            assert_eq!(currency.code().parse(), Ok(currency));
            assert_eq!(currency.code(), CURRENCIES[i].0);
        }
    }

    #[test]
    fn a_cash_step_is_a_coin_of_one_two_or_five() {
        for currency in Currency::all() {
            let step = currency.cash_step_minor().to_string();
            let digit = step.trim_end_matches('0');
            assert!(["1", "2", "5"].contains(&digit), "{currency} {step}");
        }
    }
}
