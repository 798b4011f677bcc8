//! API tokens: made once, told once, kept as a hash, looked up in memory.
//!
//! A look-up compares SHA-256 hashes by a hash map, so the time it takes says nothing about how
//! much of a guess was right.

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;
use houseful_core::{
    ids::OwnerRef,
    price::Channel,
    text::Name,
    time::UtcMillis,
    wire::admin::{Role, Token, TokenRequest},
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

use super::Caller;
use crate::{
    chance,
    problem::ApiError,
    store::{StoreError, sqlite::Database},
};

type Hash = [u8; 32];

/// Callers by the hashes of their tokens.
type Cache = HashMap<Hash, Caller>;

/// Accounts by what shows know them by.
type Accounts = HashMap<OwnerRef, Arc<str>>;

/// All tokens that are valid now.
#[derive(Clone)]
pub struct Tokens {
    db: Database,
    cache: Arc<ArcSwap<Cache>>,
    /// All accounts there ever were, by what shows know them by.
    accounts: Arc<ArcSwap<Accounts>>,
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
        db: Database,
        now: UtcMillis,
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
            db,
        };
        let first = tokens.make_first(now).await?;
        tokens.reload().await?;
        Ok(Opened {
            tokens,
            one_off,
            first,
        })
    }

    async fn make_first(&self, now: UtcMillis) -> Result<Option<String>, StoreError> {
        let secret = fresh();
        let hash = hash(&secret);
        let made = self.db.write(move |c| {
            let any: Option<i64> = c
                .query_row("SELECT 1 FROM api_token LIMIT 1", [], |r| r.get(0))
                .optional()?;
            if any.is_some() {
                return Ok(false);
            }
            let request = TokenRequest {
                account: "admin".to_owned(),
                role: Role::Admin,
                channel: Channel::Counter,
            };
            insert(c, &fresh_id(), &hash, &request, now)?;
            Ok(true)
        });
        Ok(made.await?.then_some(secret))
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
        let request = TokenRequest {
            account: account.as_str().to_owned(),
            ..request
        };
        let (id, secret) = (fresh_id(), fresh());
        let token = Token {
            id: id.clone(),
            account: request.account.clone(),
            role: request.role,
            channel: request.channel,
            created_at: now.into(),
            secret: Some(secret.clone()),
        };
        let hash = hash(&secret);
        let write = self.db.write(move |c| insert(c, &id, &hash, &request, now));
        write.await?;
        self.reload().await?;
        Ok(token)
    }

    /// Revokes a token; `false` if there is none.
    ///
    /// # Errors
    /// The database can't be written.
    pub async fn revoke(&self, id: String, now: UtcMillis) -> Result<bool, StoreError> {
        let write = self.db.write(move |c| {
            let sql = "UPDATE api_token SET revoked_at = coalesce(revoked_at, ?2) WHERE id = ?1";
            Ok(c.execute(sql, params![id, now.0])?)
        });
        let changed = write.await?;
        self.reload().await?;
        Ok(changed > 0)
    }

    /// The valid tokens, the oldest first, without their secrets.
    ///
    /// # Errors
    /// The database can't be read.
    pub async fn list(&self) -> Result<Vec<Token>, StoreError> {
        self.db
            .read(|c| Ok(valid(c)?.into_iter().map(|(token, _)| token).collect()))
            .await
    }

    /// Reads what is valid now from the database; the change shows to requests from here on.
    ///
    /// It reads on the writing connection, so the last change is seen and two reloads can't
    /// overtake one another.
    async fn reload(&self) -> Result<(), StoreError> {
        let cache = Arc::clone(&self.cache);
        let accounts = Arc::clone(&self.accounts);
        let read = self.db.write(move |c| {
            let callers = valid(c)?.into_iter().map(|(token, hash)| {
                let caller = Caller {
                    account: token.account.into(),
                    role: token.role,
                    channel: token.channel,
                };
                (hash, caller)
            });
            cache.store(Arc::new(callers.collect()));
            accounts.store(Arc::new(all_accounts(c)?));
            Ok(())
        });
        read.await
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

fn insert(
    c: &Connection,
    id: &str,
    hash: &Hash,
    request: &TokenRequest,
    now: UtcMillis,
) -> Result<(), StoreError> {
    let (role, channel) = (request.role.word(), request.channel.word());
    let sql = "INSERT INTO api_token (id, hash, account, role, channel, created_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    c.execute(
        sql,
        params![id, hash.as_slice(), request.account, role, channel, now.0],
    )?;
    Ok(())
}

fn valid(c: &Connection) -> Result<Vec<(Token, Hash)>, StoreError> {
    let sql = "SELECT id, account, role, channel, created_at, hash FROM api_token
               WHERE revoked_at IS NULL ORDER BY created_at, id";
    let mut query = c.prepare_cached(sql)?;
    let rows = query.query_map([], read)?;
    rows.map(|row| row?).collect()
}

/// Accounts whose tokens were revoked still hold what they held.
fn all_accounts(c: &Connection) -> Result<Accounts, StoreError> {
    let mut query = c.prepare_cached("SELECT DISTINCT account FROM api_token")?;
    let accounts = query.query_map([], |row| row.get::<_, String>(0))?;
    let known = accounts.map(|account| {
        let account = account?;
        Ok((OwnerRef::of_staff(&account), account.into()))
    });
    known.collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Result<(Token, Hash), StoreError>> {
    let (id, role): (String, String) = (row.get(0)?, row.get(2)?);
    let (channel, hash): (String, Vec<u8>) = (row.get(3)?, row.get(5)?);
    let strange = || StoreError::Unreadable(format!("api_token {id}"));
    let role = [Role::Customer, Role::Clerk, Role::Manager, Role::Admin]
        .into_iter()
        .find(|r| r.word() == role);
    let (Some(role), Ok(channel), Ok(hash)) = (role, channel.parse(), Hash::try_from(hash)) else {
        return Ok(Err(strange()));
    };
    let token = Token {
        account: row.get(1)?,
        role,
        channel,
        created_at: UtcMillis(row.get(4)?).into(),
        secret: None,
        id,
    };
    Ok(Ok((token, hash)))
}
