//! Why a payment was not begun: a closed set, each with a stable code.

use houseful_core::{money::Money, time::UtcMillis, wire::problem::Facts};

use crate::store::StoreError;

/// Why a request about payments was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaymentError {
    /// Not signed by the house, or changed on the way.
    #[error("the payment token was not made by this house")]
    TokenInvalid,
    /// The hold it was for is over.
    #[error("the payment token ended at {}", .at.rfc3339())]
    TokenExpired {
        /// When.
        at: UtcMillis,
    },
    /// The payment id was used for another booking, amount or card.
    #[error("the payment id was used for another payment before")]
    IdReused,
    /// Too many cards were declined for one booking, or are not decided yet.
    #[error(
        "{max} payments for this booking were declined or are not decided yet, which is the most it may have"
    )]
    TooManyAttempts {
        /// The limit.
        max: u32,
    },
    /// Nothing is owed of a part that was lost.
    #[error("nothing is owed of a part of this payment that was lost")]
    NothingLost,
    /// Another sum is owed of it than was told.
    #[error("{owed} of the part that was lost is owed by now")]
    LostPartChanged {
        /// What.
        owed: Money,
    },
    /// Not a card number.
    #[error("a card number has 12 to 19 digits")]
    BadCard,
    /// The tenders make no sense together.
    #[error("{0}")]
    BadTenders(&'static str),
    /// They come to less than is to be paid.
    #[error("the tenders leave {left} to pay")]
    TendersTooLittle {
        /// What nobody pays.
        left: Money,
    },
    /// They come to more than is to be paid.
    #[error("the tenders pay {over} too much")]
    TendersTooMuch {
        /// What is too much.
        over: Money,
    },
    /// No voucher has this code.
    #[error("tender {number}: there is no voucher with this code")]
    VoucherUnknown {
        /// Which of the tenders, from 1.
        number: u32,
    },
    /// A voucher that does not pay.
    #[error("voucher ..{label}: {why}")]
    VoucherRefused {
        /// The last characters of its code.
        label: String,
        /// Why.
        why: String,
    },
    /// The command that makes vouchers made others before.
    #[error("this command made other vouchers before, or by another seed")]
    VouchersMade,
    /// Not a payment method of the provider.
    #[error("a payment method is one of Stripe's, as in `pm_card_visa`")]
    BadPaymentMethod,
    /// The provider of this house takes no numbers.
    #[error("this house takes a `payment_method` of Stripe's, and no card numbers")]
    NoCardNumbers,
    /// The provider of this house takes numbers only.
    #[error("this house takes card numbers, and no payment methods of Stripe's")]
    NoPaymentMethods,
    /// Not now; nothing was written.
    #[error("payments can't be written now, try again")]
    Busy,
    /// It may or may not have been written; the same request again will tell.
    #[error("the outcome is unknown, send the same request again")]
    Unknown,
    /// What is stored makes no sense to this program.
    #[error("the payment can't be read by this program")]
    Unreadable,
}

impl PaymentError {
    /// Stable, for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TokenInvalid => "payment_token_invalid",
            Self::TokenExpired { .. } => "payment_token_expired",
            Self::IdReused => "id_reused",
            Self::TooManyAttempts { .. } => "too_many_attempts",
            Self::BadCard
            | Self::BadPaymentMethod
            | Self::NoCardNumbers
            | Self::NoPaymentMethods
            | Self::BadTenders(_) => "bad_value",
            Self::TendersTooLittle { .. } => "tenders_too_little",
            Self::TendersTooMuch { .. } => "tenders_too_much",
            Self::VoucherUnknown { .. } => "voucher_unknown",
            Self::VoucherRefused { .. } => "voucher_refused",
            Self::VouchersMade => "vouchers_made",
            Self::NothingLost => "nothing_lost",
            Self::LostPartChanged { .. } => "lost_part_changed",
            Self::Busy => "busy",
            Self::Unknown => "outcome_unknown",
            Self::Unreadable => "internal",
        }
    }

    /// The HTTP status that says what the caller can do about it.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::TokenInvalid
            | Self::IdReused
            | Self::BadCard
            | Self::BadPaymentMethod
            | Self::NoCardNumbers
            | Self::NoPaymentMethods
            | Self::BadTenders(_)
            | Self::TendersTooLittle { .. }
            | Self::TendersTooMuch { .. }
            | Self::VoucherUnknown { .. } => 422,
            Self::VoucherRefused { .. }
            | Self::VouchersMade
            | Self::NothingLost
            | Self::LostPartChanged { .. } => 409,
            Self::TokenExpired { .. } => 410,
            Self::TooManyAttempts { .. } => 429,
            Self::Busy | Self::Unknown => 503,
            Self::Unreadable => 500,
        }
    }

    /// Whether the same request may succeed later, without anybody changing it.
    #[must_use]
    pub const fn retryable(&self) -> bool {
        match self {
            Self::Busy | Self::Unknown => true,
            Self::TokenInvalid
            | Self::TokenExpired { .. }
            | Self::IdReused
            | Self::TooManyAttempts { .. }
            | Self::BadCard
            | Self::BadTenders(_)
            | Self::TendersTooLittle { .. }
            | Self::TendersTooMuch { .. }
            | Self::VoucherUnknown { .. }
            | Self::VoucherRefused { .. }
            | Self::VouchersMade
            | Self::NothingLost
            | Self::LostPartChanged { .. }
            | Self::BadPaymentMethod
            | Self::NoCardNumbers
            | Self::NoPaymentMethods
            | Self::Unreadable => false,
        }
    }

    /// What to do next, for people.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::TokenInvalid => Some("ask for a new payment token of the booking"),
            Self::TokenExpired { .. } => Some("hold the seats again with a new booking"),
            Self::IdReused => Some("make a new id for a new payment"),
            Self::TooManyAttempts { .. } => Some("pay at the counter, or hold seats again"),
            Self::TendersTooLittle { .. } => Some("add a card, cash or another voucher"),
            Self::TendersTooMuch { .. } => Some("name smaller amounts, or none for the last one"),
            Self::VoucherUnknown { .. } => Some("read the code again, letter by letter"),
            Self::VoucherRefused { .. } => Some("pay without it, or less by it"),
            Self::VouchersMade => Some("list them, cancel them, and make others"),
            Self::LostPartChanged { .. } => Some("look at the payment again"),
            Self::NoCardNumbers => {
                Some("have Stripe's own page take the number, and send the `pm_...` it gives")
            }
            Self::BadCard
            | Self::BadTenders(_)
            | Self::BadPaymentMethod
            | Self::NoPaymentMethods
            | Self::NothingLost
            | Self::Busy
            | Self::Unknown
            | Self::Unreadable => None,
        }
    }

    /// The facts, as they go over the wire.
    #[must_use]
    pub fn facts(&self) -> Facts {
        match self {
            Self::TokenExpired { at } => Facts {
                at: Some((*at).into()),
                ..Facts::default()
            },
            Self::TooManyAttempts { max } => Facts {
                max: Some(u64::from(*max)),
                ..Facts::default()
            },
            Self::BadCard | Self::NoCardNumbers => Facts {
                field: Some("card.number".to_owned()),
                ..Facts::default()
            },
            Self::BadPaymentMethod | Self::NoPaymentMethods => Facts {
                field: Some("card.payment_method".to_owned()),
                ..Facts::default()
            },
            Self::BadTenders(_) | Self::TendersTooLittle { .. } | Self::TendersTooMuch { .. } => {
                Facts {
                    field: Some("tenders".to_owned()),
                    ..Facts::default()
                }
            }
            Self::VoucherUnknown { .. } => Facts {
                field: Some("code".to_owned()),
                ..Facts::default()
            },
            Self::TokenInvalid
            | Self::IdReused
            | Self::VoucherRefused { .. }
            | Self::VouchersMade
            | Self::NothingLost
            | Self::LostPartChanged { .. }
            | Self::Busy
            | Self::Unknown
            | Self::Unreadable => Facts::default(),
        }
    }
}

impl From<StoreError> for PaymentError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy | StoreError::Unwritable(_) => Self::Busy,
            StoreError::Unknown => Self::Unknown,
            StoreError::Unreadable(why) => {
                tracing::error!(why, "a payment can't be read");
                Self::Unreadable
            }
        }
    }
}
