//! Amounts as Stripe writes them. Both sides count whole minor units, and differ in a few
//! currencies: <https://docs.stripe.com/currencies>, minor units and special cases.

use houseful_core::money::{Currency, Money};

use crate::payment::provider::ProviderError;

/// Krónur have no decimals, and Stripe goes on writing them with two.
const WRITTEN_WITH_TWO: &str = "ISK";

/// An amount in Stripe's units.
///
/// # Errors
/// Stripe can't take it: of three decimals it takes the first two.
pub(super) fn to_stripe(currency: Currency, minor: i64) -> Result<i64, ProviderError> {
    let bad = |why: &str| ProviderError::Fault(format!("{}: {why}", Money::new(minor, currency)));
    if currency.decimals() == 3 && minor % 10 != 0 {
        return Err(bad("Stripe takes amounts of this currency in tens only"));
    }
    minor
        .checked_mul(factor(currency))
        .ok_or_else(|| bad("that is more than Stripe can take"))
}

/// An amount of Stripe's in ours.
///
/// # Errors
/// It is none that we could have asked for.
pub(super) fn from_stripe(currency: Currency, amount: i64) -> Result<i64, ProviderError> {
    let factor = factor(currency);
    if amount % factor == 0 {
        Ok(amount / factor)
    } else {
        let why = format!("Stripe has an amount of {amount} in {currency}");
        Err(ProviderError::Fault(why))
    }
}

fn factor(currency: Currency) -> i64 {
    if currency.code() == WRITTEN_WITH_TWO {
        100
    } else {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cur(code: &str) -> Currency {
        code.parse().expect("a currency")
    }

    #[test]
    fn amounts_are_minor_units_of_each_currency() {
        for (code, minor, theirs) in [
            ("GBP", 1_950, 1_950),
            ("JPY", 500, 500),
            ("CLP", 500, 500),
            ("ISK", 500, 50_000),
            ("HUF", 1_045, 1_045),
            ("KWD", 5_120, 5_120),
        ] {
            assert_eq!(to_stripe(cur(code), minor), Ok(theirs), "{code}");
            assert_eq!(from_stripe(cur(code), theirs), Ok(minor), "{code}");
        }
    }

    #[test]
    fn what_stripe_can_not_take_is_said_before_it_is_asked() {
        assert!(to_stripe(cur("KWD"), 5_124).is_err());
        assert!(to_stripe(cur("ISK"), i64::MAX).is_err());
        assert!(from_stripe(cur("ISK"), 550).is_err());
    }
}
