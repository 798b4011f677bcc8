//! Moves committed pages from the log into the file, on a connection of its own so that no commit
//! waits for it.

use std::sync::{Arc, mpsc::Receiver};

use rusqlite::{Connection, ErrorCode};

use super::writer::Health;

/// Pages in the log (64 MiB) above which the writer is made to wait until it starts afresh: under
/// a load without pauses it never would by itself.
const LOG_PAGES_MAX: i64 = 16_384;

/// How often the log is left as it is after a reader kept it from starting afresh.
const PATIENCE: u32 = 64;

/// Works until the writer is gone.
pub(super) fn run(conn: &Connection, nudges: &Receiver<()>, health: &Arc<Health>) {
    let mut patience = 0_u32;
    while nudges.recv().is_ok() {
        if health.check().is_err() {
            continue;
        }
        let mut result = checkpoint(conn, "PRAGMA wal_checkpoint(PASSIVE)");
        patience = patience.saturating_sub(1);
        if patience == 0 && result.as_ref().is_ok_and(|log| log.pages > LOG_PAGES_MAX) {
            result = checkpoint(conn, "PRAGMA wal_checkpoint(RESTART)");
            // While it waits for readers the writer waits for it: short, and not every time.
            if result.as_ref().is_ok_and(|log| log.was_read) {
                patience = PATIENCE;
            }
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

/// The log after a checkpoint.
struct Log {
    /// Whether a reader kept it from being done whole.
    was_read: bool,
    pages: i64,
}

fn checkpoint(conn: &Connection, sql: &str) -> rusqlite::Result<Log> {
    conn.query_row(sql, [], |row| {
        Ok(Log {
            was_read: row.get(0)?,
            pages: row.get(1)?,
        })
    })
}
