//! API tokens: made once, told once, kept as a hash, looked up in memory.
//!
//! A look-up compares SHA-256 hashes by a hash map, so the time it takes says nothing about how
//! much of a guess was right.
//!
//! Where several servers share a database each looks every [`copies::LOOK_MS`] whether another one
//! made or revoked a token: a revoked token opens nothing a second later, as long as the database
//! can be asked.
//!
//! [`copies::LOOK_MS`]: crate::copies::LOOK_MS

#[cfg(feature = "postgres")]
mod postgres;
mod sqlite;
mod store;

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use arc_swap::ArcSwap;
use houseful_core::{
    ids::OwnerRef,
    price::Channel,
    text::Name,
    time::UtcMillis,
    wire::admin::{Role, Token, TokenRequest},
};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

#[cfg(feature = "postgres")]
pub use self::postgres::PostgresTokens;
pub use self::{
    sqlite::SqliteTokens,
    store::{TokenCopy, TokenRow, TokenRows, TokenStore},
};
use super::Caller;
use crate::{chance, problem::ApiError, store::StoreError};

type Hash = [u8; 32];

/// Callers by the hashes of their tokens.
type Cache = HashMap<Hash, Caller>;

/// Accounts by what shows know them by.
type Accounts = HashMap<OwnerRef, Arc<str>>;

/// All tokens that are valid now.
#[derive(Clone)]
pub struct Tokens {
    store: Arc<dyn TokenStore>,
    /// One reading at a time, or an older one could overtake a newer one.
    reading: Arc<Mutex<()>>,
    /// How often tokens had changed when they were read.
    moves: Arc<AtomicU64>,
    cache: Arc<ArcSwap<Cache>>,
    /// All accounts there ever were, by what shows know them by.
    accounts: Arc<ArcSwap<Accounts>>,
    /// What another server revoked, whether or not the database here could be told.
    gone: Arc<ArcSwap<HashSet<Hash>>>,
    /// Valid for this run of the program only, and nowhere but in memory.
    one_off: Arc<(Hash, Caller)>,
}

/// What opening the tokens brought.
pub struct Opened {
    /// The tokens.
    pub tokens: Tokens,
    /// A token for this run: admin, at the counter.
    pub one_off: String,
    /// The first admin's token, if the database had none: told now and never again.
    pub first: Option<String>,
}

/// A bearer that was recognised.
#[derive(Clone, Debug)]
pub struct Recognised {
    /// Who.
    pub caller: Caller,
    /// Names whose rate is counted.
    pub number: u64,
}

impl Tokens {
    /// Reads the tokens; makes the first one of a new database. `one_off` is the token for this
    /// run, if it has to be a certain one: who takes over from another process goes on with its.
    ///
    /// # Errors
    /// The database can't be read or written.
    pub async fn open(
        store: Arc<dyn TokenStore>,
        now: UtcMillis,
        one_off: Option<String>,
    ) -> Result<Opened, StoreError> {
        let mut opened = Self::open_copy(store, one_off).await?;
        opened.first = opened.tokens.make_first(now).await?;
        if opened.first.is_some() {
            opened.tokens.reload().await?;
        }
        Ok(opened)
    }

    /// Reads the tokens of a server that follows another one's: it makes none.
    ///
    /// # Errors
    /// The database can't be read.
    pub async fn open_copy(
        store: Arc<dyn TokenStore>,
        one_off: Option<String>,
    ) -> Result<Opened, StoreError> {
        let one_off = one_off.unwrap_or_else(fresh);
        let operator = Caller {
            account: "operator".into(),
            role: Role::Admin,
            channel: Channel::Counter,
        };
        let tokens = Self {
            one_off: Arc::new((hash(&one_off), operator)),
            cache: Arc::default(),
            accounts: Arc::default(),
            gone: Arc::default(),
            reading: Arc::default(),
            moves: Arc::default(),
            store,
        };
        tokens.reload().await?;
        Ok(Opened {
            tokens,
            one_off,
            first: None,
        })
    }

    async fn make_first(&self, now: UtcMillis) -> Result<Option<String>, StoreError> {
        let secret = fresh();
        let first = TokenRow {
            id: fresh_id(),
            hash: hash(&secret),
            account: "admin".to_owned(),
            role: Role::Admin,
            channel: Channel::Counter,
            created_at: now,
        };
        Ok(self.store.add_first(first).await?.then_some(secret))
    }

    /// Who bears this token.
    #[must_use]
    pub fn recognise(&self, token: &str) -> Option<Recognised> {
        if !token.starts_with("hf_") || token.len() > 128 {
            return None;
        }
        let hash = hash(token);
        let cache = self.cache.load();
        let caller = if self.one_off.0 == hash {
            &self.one_off.1
        } else if self.gone.load().contains(&hash) {
            return None;
        } else {
            cache.get(&hash)?
        };
        let (short, _) = hash.split_first_chunk()?;
        Some(Recognised {
            caller: caller.clone(),
            number: u64::from_le_bytes(*short),
        })
    }

    /// The account of staff that a show knows as `owner`; `None` for a customer.
    #[must_use]
    pub fn account(&self, owner: OwnerRef) -> Option<Arc<str>> {
        let operator = &self.one_off.1.account;
        if owner == OwnerRef::of_staff(operator) {
            return Some(Arc::clone(operator));
        }
        self.accounts.load().get(&owner).cloned()
    }

    /// Makes a token; its secret is in the answer and nowhere else.
    ///
    /// # Errors
    /// The account is no name, or the database can't be written.
    pub async fn create(&self, request: TokenRequest, now: UtcMillis) -> Result<Token, ApiError> {
        let account = Name::new(&request.account).map_err(|e| ApiError::BadValue {
            detail: e.to_string(),
            field: "account",
            max: None,
        })?;
        let secret = fresh();
        let row = TokenRow {
            id: fresh_id(),
            hash: hash(&secret),
            account: account.as_str().to_owned(),
            role: request.role,
            channel: request.channel,
            created_at: now,
        };
        let token = Token {
            secret: Some(secret),
            ..shown(&row)
        };
        self.store.add(row).await?;
        self.reload().await?;
        Ok(token)
    }

    /// Revokes a token; `false` if there is none.
    ///
    /// # Errors
    /// The database can't be written.
    pub async fn revoke(&self, id: String, now: UtcMillis) -> Result<bool, StoreError> {
        let changed = self.store.revoke(id, now).await?;
        self.reload().await?;
        Ok(changed)
    }

    /// The valid tokens, the oldest first, without their secrets.
    ///
    /// # Errors
    /// The database can't be read.
    pub async fn list(&self) -> Result<Vec<Token>, StoreError> {
        Ok(self.store.all().await?.valid.iter().map(shown).collect())
    }

    /// Reads the tokens again if another server changed them.
    ///
    /// # Errors
    /// The database can't be read.
    pub async fn follow(&self) -> Result<(), StoreError> {
        if self.store.moves().await? != self.moves.load(Ordering::SeqCst) {
            self.reload().await?;
        }
        Ok(())
    }

    /// Takes over what another server's database has. What it revoked opens nothing from the first
    /// moment on, even if the database here can't be written.
    ///
    /// # Errors
    /// The database can't be written.
    pub async fn take_over(&self, copy: TokenCopy, at: UtcMillis) -> Result<(), StoreError> {
        let revoked = copy.rows.iter().filter(|(_, revoked)| revoked.is_some());
        let mut gone: HashSet<Hash> = revoked.map(|(token, _)| token.hash).collect();
        let known: HashSet<Hash> = copy.rows.iter().map(|(token, _)| token.hash).collect();
        let cache = self.cache.load();
        gone.extend(cache.keys().filter(|hash| !known.contains(*hash)));
        self.gone
            .rcu(|before| before.union(&gone).copied().collect::<HashSet<_>>());
        self.store.take_over(copy, at).await?;
        self.reload().await
    }

    /// Reads what is valid now from the database; the change shows to requests from here on.
    async fn reload(&self) -> Result<(), StoreError> {
        let _turn = self.reading.lock().await;
        let rows = self.store.all().await?;
        let callers = rows.valid.into_iter().map(|token| {
            let caller = Caller {
                account: token.account.into(),
                role: token.role,
                channel: token.channel,
            };
            (token.hash, caller)
        });
        self.cache.store(Arc::new(callers.collect()));
        // Accounts whose tokens were revoked still hold what they held.
        let accounts = rows.accounts.into_iter();
        let known = accounts.map(|account| (OwnerRef::of_staff(&account), account.into()));
        self.accounts.store(Arc::new(known.collect()));
        self.moves.store(rows.moves, Ordering::SeqCst);
        Ok(())
    }
}

fn shown(row: &TokenRow) -> Token {
    Token {
        id: row.id.clone(),
        account: row.account.clone(),
        role: row.role,
        channel: row.channel,
        created_at: row.created_at.into(),
        secret: None,
    }
}

fn hash(token: &str) -> Hash {
    Sha256::digest(token.as_bytes()).into()
}

fn fresh() -> String {
    format!("hf_{}", chance::secret())
}

fn fresh_id() -> String {
    format!("tok_{}", chance::uuid().as_simple())
}
