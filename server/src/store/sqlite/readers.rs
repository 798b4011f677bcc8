//! The threads that read, each on a connection of its own, each job in one snapshot.

use std::sync::{Arc, Mutex, PoisonError, mpsc::Receiver};

use rusqlite::Connection;

use super::writer::Message;
use crate::store::StoreError;

/// How many there are.
pub(super) const COUNT: usize = 3;

/// Works until told to stop.
pub(super) fn run(conn: &Connection, queue: &Arc<Mutex<Receiver<Message>>>) {
    loop {
        // One reader waits at the queue, the others for their turn there.
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Message::Job(mut job)) = next else {
            return;
        };
        let whole = snapshot(conn, job.as_mut());
        job.answer(whole.map_err(in_reading));
    }
}

fn snapshot(conn: &Connection, job: &mut dyn super::writer::Job) -> Result<(), StoreError> {
    conn.prepare_cached("BEGIN DEFERRED")?.execute([])?;
    // The job keeps its own error; here it matters only that the snapshot is given up.
    let _ = job.run(conn);
    if !conn.is_autocommit() {
        conn.prepare_cached("COMMIT")?.execute([])?;
    }
    Ok(())
}

/// A disk that fails in reading leaves no doubt about what was written, and says nothing of the
/// content: the next read may go well.
pub(super) fn in_reading(e: StoreError) -> StoreError {
    match e {
        StoreError::Unknown => {
            tracing::error!("the disk failed in reading");
            StoreError::Busy
        }
        other => other,
    }
}
