//! The two messages between payment and booking. Each may come late, twice, shuffled or not at
//! all; what they say is monotone, so nothing depends on their order.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{BookingId, PaymentId, QuoteHash},
    money::Money,
    time::UtcMillis,
    wire::payment::PaymentState,
};

/// A means of payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tender {
    /// Notes and coins at the counter; booking decides, payment learns.
    Cash,
    /// A card; payment decides, booking learns.
    Card,
    /// Vouchers; payment decides, booking learns.
    Voucher,
    /// Several means for one payment; payment decides, booking learns. Which they are only payment
    /// knows.
    Split,
}

impl Tender {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Cash, Self::Card, Self::Voucher, Self::Split];

    /// The word on the wire and in tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Card => "card",
            Self::Voucher => "voucher",
            Self::Split => "split",
        }
    }

    /// The means with this word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tender| tender.word() == word)
    }
}

/// Payment tells booking where a payment stands; said again until it is settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// The payment.
    pub payment: PaymentId,
    /// What it is for.
    pub booking: BookingId,
    /// Which quote the payer agreed to.
    pub quote: QuoteHash,
    /// What was asked for.
    pub amount: Money,
    /// By which means.
    pub tender: Tender,
    /// Where it stands.
    pub state: PaymentState,
    /// The highest `ver` of a [`Settle`] that has been carried out.
    pub settled_ver: Option<u64>,
    /// What has gone back, in minor units: what booking ordered, and what was given back at the
    /// provider's own desk.
    #[serde(default)]
    pub refunded_minor: i64,
    /// When payment last forgot what booking had said, if it ever did; an answer repeats it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopened_at: Option<UtcMillis>,
}

/// Booking tells payment what the house keeps of a payment: the one thing it ever says. The
/// highest `ver` wins; payment captures, voids or refunds the difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settle {
    /// The payment.
    pub payment: PaymentId,
    /// What it is for.
    pub booking: BookingId,
    /// What the payment was for; lets payment write down cash it has not heard of.
    pub amount: Money,
    /// By which means.
    pub tender: Tender,
    /// What the house keeps, in minor units: 0 to the whole amount.
    pub keep_minor: i64,
    /// The version of the show at which this was decided; 0 from a show without a journal, which
    /// keeps nothing.
    pub ver: u64,
    /// What the announcement said that this answers; `None` if it answers none. Versions of a journal
    /// that was lost and of the one in its place can't be told apart by themselves, and a carrier
    /// may bring what was said long ago: after it forgot what it was told, payment believes only
    /// what was asked since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopened_at: Option<UtcMillis>,
}

impl Settle {
    /// The answer to news about a show that has no journal: nothing there can be kept.
    #[must_use]
    pub fn without_a_show(news: &Announcement) -> Self {
        Self {
            payment: news.payment,
            booking: news.booking,
            amount: news.amount,
            tender: news.tender,
            keep_minor: 0,
            ver: 0,
            reopened_at: news.reopened_at,
        }
    }
}
