//! Prices: what a ticket costs, and why.
//!
//! A [`PriceCard`] belongs to a show. It is immutable and named by its hash; another price is
//! another card. [`PriceCard::quote`] is the one function that makes prices of it: what a preview
//! prints is what a booking keeps.
//!
//! # The order in which rules apply
//!
//! 1. **The table**: seat category x ticket type. A pair that is absent is not sold.
//! 2. **Daypart**: the first on the card that fits the show's day and hour and the ticket. One at
//!    most, so that "Tuesday 6.00" is 6.00 also in the afternoon; the house says by the order which
//!    one counts.
//! 3. **Surcharges** by format: all that fit. After dayparts, since glasses and lamps cost the same
//!    on a cheap day.
//! 4. **Offers**: for members and codes, in the order of the card. A ticket gets one at most, unless
//!    the offer says `on_top`. After surcharges, so that "10 percent off" is off all of the ticket's
//!    price; `price` says what the ticket costs with everything.
//! 5. **Booking fee**, per ticket or booking, with its cap, on tickets that cost something (the simple
//!    fees of a card without rules are for every ticket). After offers: an offer lowers the price of
//!    tickets and never the fee, and a free ticket has none.
//! 6. **Taxes**, included and added, on tickets and fee. Last of what is on the bill: a tax is on
//!    what is really paid, and its slab goes by that.
//! 7. **Cash rounding** of the whole bill, for whoever pays all of it in cash. It is no part of the
//!    price: taxes, refunds and reports never see it.
//!
//! # Rounding
//!
//! Amounts are whole minor units after every step. A percentage or a tax is rounded once, by the
//! card's rule, from an exact fraction; taxes that are joined are one tax there. What belongs to the whole booking (a fee with a cap, an amount
//! off, a tax that is rounded once) is shared out to the tickets to the last minor unit
//! ([`crate::money::shares`]), so every ticket knows its part, the parts make the whole, and seats given
//! back one by one come to what they came to together.
//!
//! Nothing goes below 0, no float is used, and the order in which seats are named changes nothing.

mod card;
mod change;
mod channel;
mod fee;
mod offer;
mod quote;
pub mod rates;
mod rules;
mod tax;
#[cfg(test)]
mod tests;
mod when;

pub use card::{PriceCard, PriceCardError, PriceRow, TicketType};
pub use change::{Change, Scope};
pub use channel::{Channel, ChannelError};
pub use fee::{BookingFee, Per};
pub use offer::{Gives, Limits, Offer, OfferTo, UsedBefore, WhyNot};
pub use quote::{
    LineTax, NotGiven, OfferUse, Purchase, Quote, QuoteError, QuoteLine, Reason, SeatWanted, Step,
    TaxTotal,
};
pub use rules::{CashRounding, Daypart, PriceRules, Surcharge};
pub use tax::{Tax, TaxDay, TaxOn, TaxRate, TaxRounding};
pub use when::{Dates, Day, Holidays, Hours, Occasion, When};
