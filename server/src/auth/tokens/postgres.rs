//! Tokens in Postgres.

use houseful_core::time::UtcMillis;
use tokio_postgres::Row;

use super::store::{TokenCopy, TokenRow, TokenRows, TokenStore, token};
use crate::{
    postgres::{Database, Fault, Transaction, moves, row},
    store::{Later, StoreError},
};

/// What counts the changes of tokens.
const TOKENS: &str = "tokens";

/// All tokens that ever were with the count of changes: one statement, so of one moment.
const ALL: &str = "
    SELECT m.times, t.id, t.hash, t.account, t.role, t.channel, t.created_at, t.revoked_at
    FROM moves m LEFT JOIN api_token t ON true
    WHERE m.what = 'tokens' ORDER BY t.created_at, t.id";

/// The tokens in a Postgres database.
#[derive(Clone, Debug)]
pub struct PostgresTokens {
    db: Database,
}

impl PostgresTokens {
    /// The tokens of `db`.
    #[must_use]
    pub fn new(db: Database) -> Self {
        Self { db }
    }

    async fn insert(&self, token: &TokenRow, only_first: bool) -> Result<bool, StoreError> {
        let tx = self.db.begin().await?;
        let done = insert(&tx, token, only_first).await;
        if !done.map_err(Fault::writing)? {
            tx.roll_back().await;
            return Ok(false);
        }
        tx.commit().await.map_err(Fault::writing)?;
        Ok(true)
    }
}

impl TokenStore for PostgresTokens {
    fn add_first(&self, token: TokenRow) -> Later<'_, bool> {
        Box::pin(async move { self.insert(&token, true).await })
    }

    fn add(&self, token: TokenRow) -> Later<'_, ()> {
        Box::pin(async move { self.insert(&token, false).await.map(drop) })
    }

    fn revoke(&self, id: String, at: UtcMillis) -> Later<'_, bool> {
        Box::pin(async move {
            let sql = "WITH revoked AS (
                           UPDATE api_token SET revoked_at = coalesce(revoked_at, $2)
                           WHERE id = $1 RETURNING 1)
                       UPDATE moves SET times = times + 1
                       WHERE what = 'tokens' AND EXISTS (SELECT FROM revoked) RETURNING 1";
            Ok(!self.db.write(sql, &[&id, &at.0]).await?.is_empty())
        })
    }

    fn all(&self) -> Later<'_, TokenRows> {
        Box::pin(async move {
            let rows = self.db.read(ALL, &[]).await?;
            let mut all = TokenRows {
                moves: rows.first().map_or(Ok(0), |r| row::count(r, 0))?,
                valid: Vec::new(),
                accounts: Vec::new(),
            };
            for found in &rows {
                // Where there is none, the one row has the count alone.
                if row::get::<Option<&str>>(found, 1)?.is_some() {
                    add(&mut all, found)?;
                }
            }
            all.accounts.sort_unstable();
            all.accounts.dedup();
            Ok(all)
        })
    }

    fn moves(&self) -> Later<'_, u64> {
        Box::pin(moves::so_far(&self.db, TOKENS))
    }

    fn ever(&self) -> Later<'_, TokenCopy> {
        Box::pin(async move {
            let rows = self.db.read(ALL, &[]).await?;
            let mut copy = TokenCopy {
                moves: rows.first().map_or(Ok(0), |r| row::count(r, 0))?,
                rows: Vec::new(),
            };
            for found in &rows {
                if row::get::<Option<&str>>(found, 1)?.is_some() {
                    let revoked_at: Option<i64> = row::get(found, 7)?;
                    copy.rows.push((read(found)?, revoked_at.map(UtcMillis)));
                }
            }
            Ok(copy)
        })
    }

    fn take_over(&self, copy: TokenCopy, at: UtcMillis) -> Later<'_, ()> {
        Box::pin(async move {
            let tx = self.db.begin().await?;
            let changed = take_over(&tx, &copy, at).await.map_err(Fault::writing)?;
            if !changed {
                tx.roll_back().await;
                return Ok(());
            }
            tx.commit().await.map_err(Fault::writing)
        })
    }
}

/// Whether any row changed.
async fn take_over(tx: &Transaction, copy: &TokenCopy, at: UtcMillis) -> Result<bool, Fault> {
    moves::lock(tx, TOKENS).await?;
    let sql = "INSERT INTO api_token (id, hash, account, role, channel, created_at, revoked_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7)
               ON CONFLICT (id) DO UPDATE SET revoked_at = excluded.revoked_at
               WHERE api_token.revoked_at IS NULL AND excluded.revoked_at IS NOT NULL
               RETURNING 1";
    let mut changed = false;
    for (t, revoked_at) in &copy.rows {
        let (role, channel) = (t.role.word(), t.channel.word());
        let (hash, revoked_at) = (t.hash.as_slice(), revoked_at.map(|at| at.0));
        let params: [&(dyn tokio_postgres::types::ToSql + Sync); 7] = [
            &t.id,
            &hash,
            &t.account,
            &role,
            &channel,
            &t.created_at.0,
            &revoked_at,
        ];
        changed |= !tx.query(sql, &params).await?.is_empty();
    }
    let known: Vec<&str> = copy.rows.iter().map(|(t, _)| t.id.as_str()).collect();
    let sql = "UPDATE api_token SET revoked_at = $2
               WHERE revoked_at IS NULL AND NOT id = ANY($1) RETURNING 1";
    changed |= !tx.query(sql, &[&known, &at.0]).await?.is_empty();
    if changed {
        moves::count(tx, TOKENS).await?;
    }
    Ok(changed)
}

fn add(all: &mut TokenRows, found: &Row) -> Result<(), StoreError> {
    all.accounts.push(row::get(found, 3)?);
    if row::get::<Option<i64>>(found, 7)?.is_none() {
        all.valid.push(read(found)?);
    }
    Ok(())
}

fn read(found: &Row) -> Result<TokenRow, StoreError> {
    let words = (row::get(found, 4)?, row::get(found, 5)?);
    let hash: &[u8] = row::get(found, 2)?;
    token(
        row::get(found, 1)?,
        hash,
        row::get(found, 3)?,
        words,
        row::get(found, 6)?,
    )
}

/// Writes a token; with `only_first` none if there is one.
async fn insert(tx: &Transaction, t: &TokenRow, only_first: bool) -> Result<bool, Fault> {
    moves::lock(tx, TOKENS).await?;
    if only_first {
        let any = tx.query("SELECT 1 FROM api_token LIMIT 1", &[]).await?;
        if !any.is_empty() {
            return Ok(false);
        }
    }
    let sql = "INSERT INTO api_token (id, hash, account, role, channel, created_at)
               VALUES ($1, $2, $3, $4, $5, $6)";
    let (role, channel) = (t.role.word(), t.channel.word());
    let hash = t.hash.as_slice();
    let params: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
        [&t.id, &hash, &t.account, &role, &channel, &t.created_at.0];
    tx.query(sql, &params).await?;
    moves::count(tx, TOKENS).await?;
    Ok(true)
}
