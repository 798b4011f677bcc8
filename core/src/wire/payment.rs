//! Paying: a signed token from the booking role, an attempt at the payment role.

use serde::{Deserialize, Serialize};

use super::Time;
use crate::{
    code::VoucherCode,
    ids::{BookingId, PaymentId},
    message::Tender,
    money::Money,
};

/// What `POST /v1/bookings/{id}/payment-token` answers: leave to pay one quote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentToken {
    /// Signed; give it to `POST /v1/payments`.
    pub token: String,
    /// The booking.
    pub booking: BookingId,
    /// What will be taken.
    pub amount: Money,
    /// When the token (and the hold) ends.
    pub expires_at: Time,
}

/// A card: what names it to the house's provider. Exactly one of the two.
///
/// `number` is for the simulated terminal: `4242424242424242` approves, `4000000000000002` declines, `4000000000000069` approves slowly,
/// `4000000000000119` times out (charged), `4000000000000127` times out (not charged),
/// `4000000000000259` approves after the hold has ended, `4000000000000077` captures at once,
/// `4000000000000341` refuses the capture. `payment_method` is for Stripe, whose own pages take the
/// number and give this name for it, as in `pm_card_visa`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Card {
    /// 12 to 19 digits; never stored, never logged.
    Number(String),
    /// Stripe's name for it; never stored, never logged.
    PaymentMethod(String),
}

impl Card {
    /// How Stripe's payment methods begin.
    pub const METHOD: &'static str = "pm_";

    /// A card of the simulated terminal.
    #[must_use]
    pub fn number(digits: impl Into<String>) -> Self {
        Self::Number(digits.into())
    }

    /// The card that a text names: a payment method of Stripe's, or a number.
    #[must_use]
    pub fn named(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.starts_with(Self::METHOD) {
            Self::PaymentMethod(text)
        } else {
            Self::Number(text)
        }
    }

    /// What names it, which tells one card from another and is nobody else's to see.
    #[must_use]
    pub fn secret(&self) -> &str {
        match self {
            Self::Number(text) | Self::PaymentMethod(text) => text,
        }
    }
}

impl std::fmt::Debug for Card {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Card(..)")
    }
}

/// One tender of a payment: how much by which means. Without an amount a voucher pays as much as it
/// can, and a card or cash pays the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "means", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TenderWish {
    /// By a voucher.
    Voucher {
        /// Its code.
        code: VoucherCode,
        /// How much, in minor units.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount_minor: Option<i64>,
    },
    /// By card; one for a payment.
    Card {
        /// The card.
        card: Card,
        /// How much, in minor units.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount_minor: Option<i64>,
    },
    /// In cash at the counter, staff alone; one for a payment. It is taken once all else was
    /// promised: if anything is refused, it goes back over the counter.
    Cash {
        /// How much, in minor units.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount_minor: Option<i64>,
    },
}

impl TenderWish {
    /// How much it is to pay, if that was said.
    #[must_use]
    pub const fn amount_minor(&self) -> Option<i64> {
        match self {
            Self::Voucher { amount_minor, .. }
            | Self::Card { amount_minor, .. }
            | Self::Cash { amount_minor } => *amount_minor,
        }
    }

    /// By which means.
    #[must_use]
    pub const fn means(&self) -> Tender {
        match self {
            Self::Voucher { .. } => Tender::Voucher,
            Self::Card { .. } => Tender::Card,
            Self::Cash { .. } => Tender::Cash,
        }
    }
}

/// Pays: `POST /v1/payments`. Either `card`, which pays all of it, or `tenders`, which pay it
/// together: all of them or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PayRequest {
    /// The payment's id, made by the client; send it again when an answer was lost.
    pub payment: PaymentId,
    /// The payment token.
    pub token: String,
    /// The card, if one card pays all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<Card>,
    /// What pays it together, at most 10.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tenders: Vec<TenderWish>,
}

impl PayRequest {
    /// The most tenders of a payment.
    pub const TENDERS_MAX: usize = 10;

    /// Pays all of it by one card.
    #[must_use]
    pub const fn by_card(payment: PaymentId, token: String, card: Card) -> Self {
        Self {
            payment,
            token,
            card: Some(card),
            tenders: Vec::new(),
        }
    }

    /// Pays it by several means together.
    #[must_use]
    pub const fn by(payment: PaymentId, token: String, tenders: Vec<TenderWish>) -> Self {
        Self {
            payment,
            token,
            card: None,
            tenders,
        }
    }
}

/// The life of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PaymentState {
    /// Written down, the provider has not been asked or has not answered.
    Pending,
    /// The provider promises the money.
    Authorised,
    /// The provider has taken the money.
    Captured,
    /// The provider said no; nothing was taken.
    Declined,
    /// The promise was given back; nothing was taken.
    Voided,
    /// Money goes back.
    RefundDue,
    /// Money has gone back (all that was not kept).
    Refunded,
    /// The provider promised and then refused to pay.
    CaptureRefused,
}

impl PaymentState {
    /// The word on the wire and in tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Authorised => "authorised",
            Self::Captured => "captured",
            Self::Declined => "declined",
            Self::Voided => "voided",
            Self::RefundDue => "refund_due",
            Self::Refunded => "refunded",
            Self::CaptureRefused => "capture_refused",
        }
    }

    /// Whether a payer need not ask again; `settled` says whether booking has been obeyed. Money
    /// that was taken at once may yet go back: booking decides.
    #[must_use]
    pub const fn is_final(self, settled: bool) -> bool {
        match self {
            Self::Declined | Self::Voided | Self::Refunded | Self::CaptureRefused => true,
            Self::Captured => settled,
            Self::Pending | Self::Authorised | Self::RefundDue => false,
        }
    }
}

/// What became of one tender of a payment. `captured` is what is in seats, on its way back
/// (`refund_due`) and back (`refunded`) together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaidTender {
    /// `cash`, `card` or `voucher`.
    pub means: String,
    /// The last characters of a voucher's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Where it stands.
    pub state: PaymentState,
    /// What was asked of it.
    pub amount: Money,
    /// What was taken.
    pub captured: Money,
    /// What of it is on its way back.
    pub refund_due: Money,
    /// What of it has gone back.
    pub refunded: Money,
    /// Why nothing was taken, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a payer has to do before the bank decides, as with 3-D Secure. The payment goes on by
/// itself when that is done; the hold ends when it ends.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PayerAction {
    /// The page of the bank to send the payer to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_url: Option<String>,
    /// For the provider's own library in the payer's browser (`handleNextAction` of Stripe.js), and
    /// nobody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
}

impl std::fmt::Debug for PayerAction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PayerAction(..)")
    }
}

/// A payment as its payer or staff see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// What it is for.
    pub booking: BookingId,
    /// Where it stands.
    pub state: PaymentState,
    /// `cash`, `card`, `voucher`, or `split` for several of them.
    pub provider: String,
    /// What was asked for.
    pub amount: Money,
    /// What was taken so far.
    pub captured: Money,
    /// What was given back so far.
    pub refunded: Money,
    /// What paid it, in the order in which it was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tenders: Vec<PaidTender>,
    /// Why it was declined, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the payer has to do before the bank decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<PayerAction>,
    /// Whether booking has said what to keep and that has been done.
    pub settled: bool,
    /// When it was begun.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

impl Payment {
    /// How much goes back in cash when the house keeps `to_minor` of the payment instead of
    /// `from_minor`, in minor units. Vouchers pay first of what is kept, then cash, a card last: so
    /// payment divides it (`Account::shares` of the server), and so it can be told before it has
    /// done so.
    #[must_use]
    pub fn cash_back_minor(&self, from_minor: i64, to_minor: i64) -> i64 {
        let of = |means: &str| -> i64 {
            let parts = self.tenders.iter().filter(|t| t.means == means);
            parts.map(|t| t.amount.minor).sum()
        };
        let kept = |keep: i64| (keep - of("voucher")).clamp(0, of("cash"));
        let cash = self.tenders.iter().filter(|t| t.means == "cash");
        // What was never put into the till is not handed out of it.
        let taken = cash.map(|t| t.captured.minor).sum();
        (kept(from_minor) - kept(to_minor)).clamp(0, taken)
    }

    /// Whether it is known what each of its means pays. Of a payment that was found again after its
    /// database was restored it is not.
    #[must_use]
    pub fn knows_its_means(&self) -> bool {
        !self.tenders.is_empty() && self.tenders.iter().all(|t| t.means != "split")
    }

    /// Whether its payer need not ask again.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        self.state.is_final(self.settled)
    }
}

/// Asks booking again about payments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReopenRequest {
    /// About those that changed then or later.
    pub since: Time,
}

/// Says what became of the part of a payment of which nobody knows any more by which means it was
/// paid: `POST /v1/payments/{id}/lost-part`. Nothing is sent anywhere by it; what was owed of that part
/// is owed no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LostPartRequest {
    /// What became of it.
    pub how: LostPart,
    /// What is owed of it as it was told, in minor units. If it is another sum by now, nothing is
    /// written down (`lost_part_changed`).
    pub told_minor: i64,
    /// How that is known, 1 to 200 characters. Never who it was about.
    pub note: String,
}

impl LostPartRequest {
    /// The longest note.
    pub const NOTE_CHARS_MAX: usize = 200;
}

/// What became of a part of a payment that was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum LostPart {
    /// Somebody gave it back by hand.
    PaidBack,
    /// It is not owed: a voucher has its value again, or it went back before it was lost.
    NotOwed,
}

impl LostPart {
    /// The word of the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::PaidBack => "paid_back",
            Self::NotOwed => "not_owed",
        }
    }
}

/// What asking booking again came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reopened {
    /// Card payments that booking is asked about again.
    pub reopened: u64,
    /// Cash payments of that time: nobody can give cash back by himself, so a person has to look
    /// whether each has its tickets.
    pub cash: u64,
}

/// What a reconciliation with the provider's list did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reconciled {
    /// Charges on the provider's list.
    pub checked: u64,
    /// Payments that did not agree and were brought in line.
    pub repaired: u64,
    /// Charges of the provider that no payment of ours explains.
    pub unknown: u64,
    /// Charges over another amount or for another booking than the payment they name: nothing was
    /// done about them, and somebody should look.
    #[serde(default)]
    pub differing: u64,
}
