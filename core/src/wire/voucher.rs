//! Vouchers: made by staff, paid with by whoever has the code.

use serde::{Deserialize, Serialize};

use super::Time;
use crate::{
    code::VoucherCode,
    ids::{CommandId, PaymentId, VoucherId},
    money::Money,
};

/// Makes vouchers, all alike: `POST /v1/vouchers`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateVouchers {
    /// The command's id, made by the client.
    pub command: CommandId,
    /// A secret that the client makes, 22 to 128 characters: the codes are made of it and nobody
    /// keeps it, so a repeat with the same command and seed, and only that, is told the same codes
    /// again.
    pub seed: VoucherSeed,
    /// What each is worth.
    pub value: Money,
    /// How many, 1 to 1,000.
    pub count: u32,
    /// How many payments each may be used for, 1 to 1,000; as many as its value lasts for when
    /// absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses_max: Option<u32>,
    /// From when on; at once when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Time>,
    /// Until when; without an end when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Time>,
    /// What they are for, in at most 120 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl CreateVouchers {
    /// The most vouchers at once, and the most uses of one.
    pub const COUNT_MAX: u32 = 1_000;
    /// The longest note, in characters.
    pub const NOTE_CHARS_MAX: usize = 120;
}

/// What codes are made of. It is as good as all of them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VoucherSeed(pub String);

impl VoucherSeed {
    /// How long one is.
    pub const CHARS: std::ops::RangeInclusive<usize> = 22..=128;
}

impl std::fmt::Debug for VoucherSeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VoucherSeed(..)")
    }
}

/// Whether a voucher pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum VoucherState {
    /// It does.
    Good,
    /// From a time on that is to come.
    NotYet,
    /// Its time is over.
    Over,
    /// Its value or its uses are spent, or reserved for a payment under way.
    UsedUp,
    /// Staff took it back.
    Cancelled,
}

impl VoucherState {
    /// The word on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::NotYet => "not_yet",
            Self::Over => "over",
            Self::UsedUp => "used_up",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A voucher. Its code is not told again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Voucher {
    /// Its id.
    pub id: VoucherId,
    /// The last characters of its code.
    pub label: String,
    /// Whether it pays now.
    pub state: VoucherState,
    /// What it was worth when it was made.
    pub value: Money,
    /// What is left of that.
    pub left: Money,
    /// How many payments it was used for.
    pub uses: u32,
    /// How many it may be used for, if that is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses_max: Option<u32>,
    /// From when on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Time>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Time>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When it was made.
    pub created_at: Time,
    /// When staff took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_at: Option<Time>,
    /// Which account of staff made it; told to managers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_by: Option<String>,
    /// Which account took it back; told to managers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_by: Option<String>,
}

/// A voucher with its code, told once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewVoucher {
    /// Its id.
    pub id: VoucherId,
    /// Whoever knows it can pay with it.
    pub code: VoucherCode,
    /// What it is worth.
    pub value: Money,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Time>,
}

/// What a voucher was used for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VoucherUse {
    /// The payment.
    pub payment: PaymentId,
    /// Where that stands: `authorised` is reserved, `captured` is used.
    pub state: String,
    /// What was reserved or refused.
    pub amount: Money,
    /// What was used.
    pub used: Money,
    /// What of that came back onto the voucher.
    pub returned: Money,
    /// When that last changed.
    pub at: Time,
}

/// A line of what became of a voucher.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VoucherLine {
    /// When.
    pub at: Time,
    /// `made`, `cancelled`, `reserved`, `refused`, `released`, `used` or `returned`.
    pub kind: String,
    /// Which account of staff did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Which payment did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentId>,
    /// How much.
    pub amount: Money,
    /// What for, or why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Takes a voucher back: `POST /v1/vouchers/{id}/cancel`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CancelVoucher {
    /// Why, in at most 120 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A voucher and what it was used for, the newest last: `GET /v1/vouchers/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VoucherDetail {
    /// The voucher.
    pub voucher: Voucher,
    /// What it was used for, at most 100.
    pub uses: Vec<VoucherUse>,
    /// What became of it, line by line, at most the last 200.
    #[serde(default)]
    pub trail: Vec<VoucherLine>,
}

/// Asks what a code is worth: `POST /v1/vouchers/check`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckVoucher {
    /// The code.
    pub code: VoucherCode,
}
