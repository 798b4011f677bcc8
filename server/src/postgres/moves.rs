//! How often the rows of a room have changed, counted in the transaction that changes them, so
//! that whoever keeps a copy in memory sees when to read again. The row is also the lock of who
//! changes them.

use super::{Database, Fault, Transaction, row};
use crate::store::StoreError;

/// Counts a change; until the transaction is over nobody else changes rows of this room.
pub(crate) async fn count(tx: &Transaction, what: &'static str) -> Result<(), Fault> {
    let sql = "UPDATE moves SET times = times + 1 WHERE what = $1";
    tx.query(sql, &[&what]).await.map(drop)
}

/// Counts a change if there were so many; whether there were.
pub(crate) async fn count_from(
    tx: &Transaction,
    what: &'static str,
    known: u64,
) -> Result<bool, Fault> {
    let sql = "UPDATE moves SET times = times + 1 WHERE what = $1 AND times = $2 RETURNING 1";
    let moved = tx.query(sql, &[&what, &known.cast_signed()]).await?;
    Ok(!moved.is_empty())
}

/// Counts on to so many changes if there were fewer; whether there were.
pub(crate) async fn raise(tx: &Transaction, what: &'static str, to: u64) -> Result<bool, Fault> {
    let sql = "UPDATE moves SET times = $2 WHERE what = $1 AND times < $2 RETURNING 1";
    let moved = tx.query(sql, &[&what, &to.cast_signed()]).await?;
    Ok(!moved.is_empty())
}

/// Keeps others from changing rows of this room until the transaction is over.
pub(crate) async fn lock(tx: &Transaction, what: &'static str) -> Result<(), Fault> {
    let sql = "SELECT 1 FROM moves WHERE what = $1 FOR UPDATE";
    tx.query(sql, &[&what]).await.map(drop)
}

/// How many changes there were.
pub(crate) async fn so_far(db: &Database, what: &'static str) -> Result<u64, StoreError> {
    let rows = db
        .read("SELECT times FROM moves WHERE what = $1", &[&what])
        .await?;
    rows.first().map_or(Ok(0), |times| row::count(times, 0))
}
