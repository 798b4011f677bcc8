//! Where tokens are written down.
//!
//! Contract of every backend: each call is one transaction, durable when it answers; a reading is
//! of one moment; whatever changes a row moves [`TokenStore::moves`] in the same transaction; a
//! token is revoked and never deleted, so that the accounts of all time can be told.

use houseful_core::{price::Channel, time::UtcMillis, wire::admin::Role};

use crate::store::{Later, StoreError};

/// A token as it is written down: of its secret only the hash.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// What it is revoked by.
    pub id: String,
    /// SHA-256 of its secret.
    pub hash: [u8; 32],
    /// Whose it is.
    pub account: String,
    /// What it may do.
    pub role: Role,
    /// Where it sells.
    pub channel: Channel,
    /// When it was made.
    pub created_at: UtcMillis,
}

impl std::fmt::Debug for TokenRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TokenRow({})", self.id)
    }
}

/// All tokens at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRows {
    /// How often tokens have changed.
    pub moves: u64,
    /// Those that are valid, the oldest first.
    pub valid: Vec<TokenRow>,
    /// All accounts there ever were.
    pub accounts: Vec<String>,
}

/// All tokens that ever were, as another database has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenCopy {
    /// How often tokens have changed there.
    pub moves: u64,
    /// Each with when it was revoked.
    pub rows: Vec<(TokenRow, Option<UtcMillis>)>,
}

/// Tokens.
pub trait TokenStore: Send + Sync {
    /// Writes a token if there never was one; `false` if there was.
    fn add_first(&self, token: TokenRow) -> Later<'_, bool>;
    /// Writes a token.
    fn add(&self, token: TokenRow) -> Later<'_, ()>;
    /// Revokes a token at a time, unless it was revoked earlier; `false` if there is none.
    fn revoke(&self, id: String, at: UtcMillis) -> Later<'_, bool>;
    /// All tokens.
    fn all(&self) -> Later<'_, TokenRows>;
    /// How often tokens have changed.
    fn moves(&self) -> Later<'_, u64>;
    /// All tokens that ever were, for a database that follows this one.
    fn ever(&self) -> Later<'_, TokenCopy>;
    /// Takes over what another database has: its tokens are added, what it revoked is revoked, and
    /// so is, as of `at`, what it does not know. A token that is revoked here stays so. Nothing is
    /// counted if nothing changes.
    fn take_over(&self, copy: TokenCopy, at: UtcMillis) -> Later<'_, ()>;
}

/// The columns of a row as a token; words that this program does not know are unreadable.
pub(super) fn token(
    id: String,
    hash: &[u8],
    account: String,
    (role, channel): (&str, &str),
    created_at: i64,
) -> Result<TokenRow, StoreError> {
    let role = [Role::Customer, Role::Clerk, Role::Manager, Role::Admin]
        .into_iter()
        .find(|r| r.word() == role);
    let (Some(role), Ok(channel), Ok(hash)) = (role, channel.parse(), hash.try_into()) else {
        return Err(StoreError::Unreadable(format!("api_token {id}")));
    };
    Ok(TokenRow {
        id,
        hash,
        account,
        role,
        channel,
        created_at: UtcMillis(created_at),
    })
}
