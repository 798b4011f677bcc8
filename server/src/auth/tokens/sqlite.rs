//! Tokens in SQLite.

use std::collections::HashSet;

use houseful_core::time::UtcMillis;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::store::{TokenCopy, TokenRow, TokenRows, TokenStore, token};
use crate::store::{
    Later, StoreError,
    sqlite::{Database, moves},
};

/// What counts the changes of tokens.
const TOKENS: &str = "tokens";

/// The tokens in a database file.
#[derive(Clone, Debug)]
pub struct SqliteTokens {
    db: Database,
}

impl SqliteTokens {
    /// The tokens of `db`.
    #[must_use]
    pub fn new(db: Database) -> Self {
        Self { db }
    }
}

impl TokenStore for SqliteTokens {
    fn add_first(&self, token: TokenRow) -> Later<'_, bool> {
        Box::pin(self.db.write(move |conn| {
            let any: Option<i64> = conn
                .query_row("SELECT 1 FROM api_token LIMIT 1", [], |row| row.get(0))
                .optional()?;
            if any.is_none() {
                insert(conn, &token)?;
            }
            Ok(any.is_none())
        }))
    }

    fn add(&self, token: TokenRow) -> Later<'_, ()> {
        Box::pin(self.db.write(move |conn| insert(conn, &token)))
    }

    fn revoke(&self, id: String, at: UtcMillis) -> Later<'_, bool> {
        Box::pin(self.db.write(move |conn| {
            let sql = "UPDATE api_token SET revoked_at = coalesce(revoked_at, ?2) WHERE id = ?1";
            let found = conn.execute(sql, params![id, at.0])? > 0;
            if found {
                moves::count(conn, TOKENS)?;
            }
            Ok(found)
        }))
    }

    fn all(&self) -> Later<'_, TokenRows> {
        Box::pin(self.db.read(|conn| {
            Ok(TokenRows {
                moves: moves::so_far(conn, TOKENS)?,
                valid: valid(conn)?,
                accounts: accounts(conn)?,
            })
        }))
    }

    fn moves(&self) -> Later<'_, u64> {
        Box::pin(self.db.read(|conn| moves::so_far(conn, TOKENS)))
    }

    fn ever(&self) -> Later<'_, TokenCopy> {
        Box::pin(self.db.read(|conn| {
            Ok(TokenCopy {
                moves: moves::so_far(conn, TOKENS)?,
                rows: ever(conn)?,
            })
        }))
    }

    fn take_over(&self, copy: TokenCopy, at: UtcMillis) -> Later<'_, ()> {
        Box::pin(self.db.write(move |conn| {
            if take_over(conn, &copy, at)? > 0 {
                moves::count(conn, TOKENS)?;
            }
            Ok(())
        }))
    }
}

/// How many rows changed.
fn take_over(conn: &Connection, copy: &TokenCopy, at: UtcMillis) -> Result<usize, StoreError> {
    let mut put = conn.prepare_cached(
        "INSERT INTO api_token (id, hash, account, role, channel, created_at, revoked_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (id) DO UPDATE SET revoked_at = excluded.revoked_at
         WHERE api_token.revoked_at IS NULL AND excluded.revoked_at IS NOT NULL",
    )?;
    let mut changed = 0;
    for (token, revoked_at) in &copy.rows {
        changed += put.execute(params![
            token.id,
            token.hash.as_slice(),
            token.account,
            token.role.word(),
            token.channel.word(),
            token.created_at.0,
            revoked_at.map(|at| at.0)
        ])?;
    }
    let known: HashSet<&str> = copy
        .rows
        .iter()
        .map(|(token, _)| token.id.as_str())
        .collect();
    let mut revoke = conn.prepare_cached("UPDATE api_token SET revoked_at = ?2 WHERE id = ?1")?;
    for own in valid(conn)? {
        if !known.contains(own.id.as_str()) {
            changed += revoke.execute(params![own.id, at.0])?;
        }
    }
    Ok(changed)
}

fn ever(conn: &Connection) -> Result<Vec<(TokenRow, Option<UtcMillis>)>, StoreError> {
    let sql = "SELECT id, account, role, channel, created_at, hash, revoked_at FROM api_token
               ORDER BY created_at, id";
    let mut query = conn.prepare_cached(sql)?;
    let rows = query.query_map([], |row| {
        let revoked_at: Option<i64> = row.get(6)?;
        let token = read(row)?;
        Ok(token.map(|token| (token, revoked_at.map(UtcMillis))))
    })?;
    rows.map(|row| row?).collect()
}

fn insert(conn: &Connection, token: &TokenRow) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO api_token (id, hash, account, role, channel, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            token.id,
            token.hash.as_slice(),
            token.account,
            token.role.word(),
            token.channel.word(),
            token.created_at.0
        ],
    )?;
    moves::count(conn, TOKENS)
}

fn valid(conn: &Connection) -> Result<Vec<TokenRow>, StoreError> {
    let sql = "SELECT id, account, role, channel, created_at, hash FROM api_token
               WHERE revoked_at IS NULL ORDER BY created_at, id";
    let mut query = conn.prepare_cached(sql)?;
    let rows = query.query_map([], read)?;
    rows.map(|row| row?).collect()
}

fn accounts(conn: &Connection) -> Result<Vec<String>, StoreError> {
    let mut query = conn.prepare_cached("SELECT DISTINCT account FROM api_token")?;
    let accounts = query.query_map([], |row| row.get(0))?;
    Ok(accounts.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Result<TokenRow, StoreError>> {
    let (role, channel): (String, String) = (row.get(2)?, row.get(3)?);
    let hash: Vec<u8> = row.get(5)?;
    let words = (role.as_str(), channel.as_str());
    Ok(token(row.get(0)?, &hash, row.get(1)?, words, row.get(4)?))
}
