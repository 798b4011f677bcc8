//! Moves committed pages from the log into the file, on a connection of its own so that no commit
//! waits for it.

use std::sync::{Arc, mpsc::Receiver};

use rusqlite::{Connection, ErrorCode};

use super::writer::Health;

/// Pages in the log (64 MiB) above which the writer is made to wait until it starts afresh: under
/// a load without pauses it never would by itself.
const LOG_PAGES_MAX: i64 = 16_384;

/// Works until the writer is gone.
pub(super) fn run(conn: &Connection, nudges: &Receiver<()>, health: &Arc<Health>) {
    while nudges.recv().is_ok() {
        if health.check().is_err() {
            continue;
        }
        let mut result = checkpoint(conn, "PRAGMA wal_checkpoint(PASSIVE)");
        if result.as_ref().is_ok_and(|pages| *pages > LOG_PAGES_MAX) {
            result = checkpoint(conn, "PRAGMA wal_checkpoint(RESTART)");
        }
        match result {
            Err(e) if e.sqlite_error_code() == Some(ErrorCode::SystemIoFailure) => {
                health.fail(&format!("the disk failed at a checkpoint ({e})"));
            }
            // The log just grows until there is room, or a reader is done.
            Err(e) => tracing::warn!("the log was not moved into the database: {e}"),
            Ok(_) => {}
        }
    }
}

/// Pages in the log.
fn checkpoint(conn: &Connection, sql: &str) -> rusqlite::Result<i64> {
    conn.query_row(sql, [], |row| row.get(1))
}
