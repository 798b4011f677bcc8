//! What servers say to each other, as it is written. All of it is asked with `POST`, signed.

use houseful_core::{
    ids::{BookingId, OwnerRef, PaymentId, ShowId},
    price::Channel,
    time::UtcMillis,
    wire::{admin::Role, payment::Payment},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ServerRole;
use crate::{
    audit::PaymentRow,
    auth::tokens::{TokenCopy, TokenRow},
    catalogue::Part,
};

/// Where they are asked.
pub(crate) mod at {
    pub(crate) const HOUSE: &str = "/roles/v1/house";
    pub(crate) const BIND: &str = "/roles/v1/bind";
    pub(crate) const CATALOGUE: &str = "/roles/v1/catalogue";
    pub(crate) const TOKENS: &str = "/roles/v1/tokens";
    pub(crate) const LOOK: &str = "/roles/v1/look";
    pub(crate) const CLOCK: &str = "/roles/v1/clock";
    pub(crate) const CLAIM: &str = "/roles/v1/claim";
    pub(crate) const OWNER: &str = "/roles/v1/owner";
    pub(crate) const PAYMENTS: &str = "/roles/v1/payments";
    pub(crate) const PAYMENT: &str = "/roles/v1/payment";
    pub(crate) const ANNOUNCEMENTS: &str = "/roles/v1/announcements";
    pub(crate) const SETTLEMENTS: &str = "/roles/v1/settlements";
}

/// Nothing to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Nothing {}

/// What a server says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HouseFacts {
    /// What it does.
    pub(super) roles: Vec<ServerRole>,
    /// What kind of house it is.
    pub(super) house: String,
    /// How serious the money is, as the house's word for it.
    pub(super) mode: String,
    /// Its time.
    pub(super) now: UtcMillis,
    /// Where its catalogue and its tokens stand, from a server that has that role.
    pub(super) catalogue: Option<CatalogueFacts>,
}

/// Where a catalogue stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CatalogueFacts {
    /// Which catalogue it is, for ever.
    pub(super) id: String,
    /// What its database was marked with last: who finds the same mark in their own database shares
    /// it.
    pub(super) mark: String,
    /// How often it was written.
    pub(super) moves: u64,
    /// How often tokens have changed.
    pub(super) tokens_moves: u64,
}

/// A server says with which database it has a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BindWanted {
    pub(super) role: ServerRole,
    /// Which database it is, for ever.
    pub(super) database: String,
}

/// Whether the house knows that one, or no other yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BindAnswer {
    pub(super) bound: bool,
}

/// Which part of the catalogue is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PartWanted {
    /// What the asker has: shows up to this one, and how many they are.
    pub(super) after: Option<ShowId>,
    pub(super) shows: u64,
    /// Where the catalogue stood whose places and movies the asker has.
    pub(super) places: Option<u64>,
}

/// A part of the catalogue, or the news that the asker has another one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PartAnswer {
    /// It follows what the asker has.
    Part(Box<Part>),
    /// What the asker has is no part of this catalogue.
    Another,
}

/// All tokens that ever were.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TokensAnswer {
    moves: u64,
    tokens: Vec<TokenSaid>,
}

/// A token: of its secret only the hash.
#[derive(Serialize, Deserialize)]
struct TokenSaid {
    id: String,
    hash: [u8; 32],
    account: String,
    role: Role,
    channel: Channel,
    created_at: UtcMillis,
    revoked_at: Option<UtcMillis>,
}

impl std::fmt::Debug for TokenSaid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TokenSaid({})", self.id)
    }
}

impl From<TokenCopy> for TokensAnswer {
    fn from(copy: TokenCopy) -> Self {
        let said = |(token, revoked_at): (TokenRow, Option<UtcMillis>)| TokenSaid {
            id: token.id,
            hash: token.hash,
            account: token.account,
            role: token.role,
            channel: token.channel,
            created_at: token.created_at,
            revoked_at,
        };
        Self {
            moves: copy.moves,
            tokens: copy.rows.into_iter().map(said).collect(),
        }
    }
}

impl From<TokensAnswer> for TokenCopy {
    fn from(answer: TokensAnswer) -> Self {
        let row = |said: TokenSaid| {
            let token = TokenRow {
                id: said.id,
                hash: said.hash,
                account: said.account,
                role: said.role,
                channel: said.channel,
                created_at: said.created_at,
            };
            (token, said.revoked_at)
        };
        Self {
            moves: answer.moves,
            rows: answer.tokens.into_iter().map(row).collect(),
        }
    }
}

/// Where a clock that is moved by hand has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ClockMoved {
    pub(super) to: UtcMillis,
}

/// A payment's id is wanted for cash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claim {
    pub(super) payment: PaymentId,
    pub(super) booking: BookingId,
}

/// Whether it can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claimed {
    pub(super) claimed: bool,
}

/// Whose booking is this?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OwnerWanted {
    pub(super) booking: BookingId,
}

/// The owner, if there is such a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OwnerAnswer {
    pub(super) owner: Option<OwnerRef>,
}

/// A payment is wanted as staff see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PaymentWanted {
    pub(super) payment: PaymentId,
}

/// The payment, if there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PaymentAnswer {
    pub(super) payment: Option<Payment>,
}

/// Which payments the sweep wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PaymentsWanted {
    /// A page of them, by id.
    Page { after: Option<Uuid>, limit: u32 },
    /// This one.
    One(Uuid),
}

/// The payments as the books have them.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PaymentsAnswer {
    pub(super) rows: Vec<PaymentRow>,
}

/// The problem of an answer that is none, as far as it is read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Trouble {
    pub(super) code: String,
}
