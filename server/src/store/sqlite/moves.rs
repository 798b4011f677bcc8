//! How often the rows of a room have changed, counted in the transaction that changes them, so
//! that whoever keeps a copy in memory sees when to read again.

use rusqlite::{Connection, params};

use crate::store::StoreError;

/// Counts a change.
pub(crate) fn count(conn: &Connection, what: &'static str) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO moves (what, times) VALUES (?1, 1)
         ON CONFLICT (what) DO UPDATE SET times = times + 1",
    )?
    .execute([what])?;
    Ok(())
}

/// How many changes there were.
pub(crate) fn so_far(conn: &Connection, what: &'static str) -> Result<u64, StoreError> {
    let times: i64 = conn
        .prepare_cached("SELECT coalesce(max(times), 0) FROM moves WHERE what = ?1")?
        .query_row(params![what], |row| row.get(0))?;
    Ok(times.unsigned_abs())
}
