//! The one thread that writes. It takes what is waiting, does all of it in one transaction, and
//! answers when that is on disk: one sync for many, and never an answer before it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender},
    },
};

use rusqlite::{Connection, ErrorCode};
use tokio::sync::oneshot;

use super::fault::DISK_FULL;
use crate::store::StoreError;

/// Jobs that may wait; above it a store is busy.
pub(super) const QUEUE_MAX: usize = 4_096;
/// Jobs of one transaction.
const BATCH_MAX: usize = 1_000;
/// After so many changed rows or commits the log is worth a checkpoint.
const CHECKPOINT_ROWS: u64 = 2_000;
const CHECKPOINT_COMMITS: u64 = 250;

/// Something to do on a connection, and somebody who waits for it.
pub(super) trait Job: Send {
    /// Does it, once.
    fn run(&mut self, conn: &Connection) -> Result<(), StoreError>;
    /// Answers: what it came to, unless what it was part of failed.
    fn answer(self: Box<Self>, whole: Result<(), StoreError>);
}

/// A closure as a [`Job`].
pub(super) struct Pending<T, F> {
    job: Option<F>,
    result: Option<Result<T, StoreError>>,
    to: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Pending<T, F>
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
{
    pub(super) fn boxed(job: F) -> (Box<dyn Job>, oneshot::Receiver<Result<T, StoreError>>) {
        let (to, answer) = oneshot::channel();
        let pending = Self {
            job: Some(job),
            result: None,
            to,
        };
        (Box::new(pending), answer)
    }
}

impl<T, F> Job for Pending<T, F>
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
{
    fn run(&mut self, conn: &Connection) -> Result<(), StoreError> {
        let Some(job) = self.job.take() else {
            return Ok(());
        };
        // A mistake in one job must not take the others with it: it is rolled back like a refusal.
        let result = catch_unwind(AssertUnwindSafe(|| job(conn))).unwrap_or_else(|_| {
            let why = "the program failed in the middle of it";
            Err(StoreError::Unwritable(why.to_owned()))
        });
        let done = result.as_ref().map(|_| ()).map_err(Clone::clone);
        self.result = Some(result);
        done
    }

    fn answer(self: Box<Self>, whole: Result<(), StoreError>) {
        let answer = match (whole, self.result) {
            // The whole knows whether a disk that failed left any doubt.
            (Err(e), None | Some(Ok(_) | Err(StoreError::Unknown))) => Err(e),
            (_, Some(Err(own))) => Err(own),
            (Ok(()), Some(Ok(value))) => Ok(value),
            (Ok(()), None) => Err(StoreError::Busy),
        };
        // Whoever asked may be gone; it is written all the same.
        let _ = self.to.send(answer);
    }
}

/// What the writer is sent.
pub(super) enum Message {
    /// Do this.
    Job(Box<dyn Job>),
    /// Finish what came before, then stop.
    Stop,
}

/// What the writer tells everybody.
#[derive(Default)]
pub(super) struct Health {
    /// Why nothing is written any more, once that is so.
    failed: OnceLock<String>,
    /// Whether the disk was full at the last commit.
    full: AtomicBool,
    commits: AtomicU64,
    jobs: AtomicU64,
}

impl Health {
    /// Refuses once a disk has failed: what it says afterwards is not to be believed.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        match self.failed.get() {
            None => Ok(()),
            Some(why) => Err(StoreError::Unwritable(why.clone())),
        }
    }

    /// Stops all writing, for good.
    pub(super) fn fail(&self, what: &str) {
        let why = format!("{what}; nothing is written until the server is started again");
        if self.failed.set(why).is_ok() {
            tracing::error!("{what}; all writing has stopped");
        }
    }

    /// Takes what became of a transaction: a disk that fills up, or has room again, is told once.
    fn note(&self, whole: &Result<(), StoreError>) {
        let full = matches!(whole, Err(StoreError::Unwritable(why)) if why == DISK_FULL);
        if (full || whole.is_ok()) && self.full.swap(full, Ordering::Relaxed) != full {
            if full {
                tracing::error!("{DISK_FULL}: nothing is written until there is room");
            } else {
                tracing::info!("the disk has room again");
            }
        }
    }

    /// Whether the disk was full when something was written last.
    pub(super) fn is_full(&self) -> bool {
        self.full.load(Ordering::Relaxed)
    }

    /// Transactions, and the jobs in them.
    pub(super) fn counts(&self) -> (u64, u64) {
        (
            self.commits.load(Ordering::Relaxed),
            self.jobs.load(Ordering::Relaxed),
        )
    }
}

/// The writing thread's own things.
pub(super) struct Writer {
    pub(super) conn: Connection,
    pub(super) queue: Receiver<Message>,
    pub(super) health: Arc<Health>,
    /// Wakes the checkpointer.
    pub(super) nudge: SyncSender<()>,
}

impl Writer {
    /// Works until told to stop, then leaves one complete file.
    pub(super) fn run(self) {
        let mut since = (0, self.conn.total_changes());
        let mut stop = false;
        while !stop {
            let batch;
            (batch, stop) = self.gather();
            if batch.is_empty() {
                continue;
            }
            self.carry_out(batch);
            since.0 += 1;
            let rows = self.conn.total_changes();
            if since.0 >= CHECKPOINT_COMMITS || rows - since.1 >= CHECKPOINT_ROWS {
                // Full means that it has been woken already.
                let _ = self.nudge.try_send(());
                since = (0, rows);
            }
        }
        self.close();
    }

    /// Waits for a job and takes those behind it, without waiting for more.
    fn gather(&self) -> (Vec<Box<dyn Job>>, bool) {
        let mut batch = Vec::new();
        let mut next = self.queue.recv().ok();
        loop {
            match next {
                Some(Message::Job(job)) => batch.push(job),
                Some(Message::Stop) => return (batch, true),
                // All handles are gone, or nothing waits.
                None => {
                    let gone = batch.is_empty();
                    return (batch, gone);
                }
            }
            if batch.len() >= BATCH_MAX {
                return (batch, false);
            }
            next = self.queue.try_recv().ok();
        }
    }

    fn carry_out(&self, mut batch: Vec<Box<dyn Job>>) {
        let count = u64::try_from(batch.len()).unwrap_or(u64::MAX);
        let whole = self
            .health
            .check()
            .and_then(|()| self.transaction(&mut batch));
        self.health.note(&whole);
        if whole.is_ok() {
            self.health.commits.fetch_add(1, Ordering::Relaxed);
            self.health.jobs.fetch_add(count, Ordering::Relaxed);
        } else if !self.conn.is_autocommit() {
            self.roll_back("ROLLBACK");
        }
        for job in batch {
            job.answer(whole.clone());
        }
    }

    /// One transaction; an error says that nothing of it was written, or that nobody knows.
    fn transaction(&self, batch: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
        self.statement("BEGIN IMMEDIATE")
            .map_err(|e| self.before_commit(e.into()))?;
        let alone = batch.len() == 1;
        for job in batch {
            if !alone {
                self.statement("SAVEPOINT job")
                    .map_err(|e| self.before_commit(e.into()))?;
            }
            let done = job.run(&self.conn);
            if self.conn.is_autocommit() {
                // SQLite gave up the whole transaction, with what came before in it.
                let why = done.err().unwrap_or(StoreError::Unwritable(
                    "the database took the transaction back".to_owned(),
                ));
                return Err(self.before_commit(why));
            }
            match done {
                Err(StoreError::Unknown) => return Err(self.before_commit(StoreError::Unknown)),
                Err(e) if alone => return Err(e),
                Err(_) => self
                    .statement("ROLLBACK TO job")
                    .map_err(|e| self.before_commit(e.into()))?,
                Ok(()) => {}
            }
            if !alone {
                self.statement("RELEASE job")
                    .map_err(|e| self.before_commit(e.into()))?;
            }
        }
        self.statement("COMMIT").map_err(|e| self.at_commit(&e))
    }

    /// Names a failure before the commit: whatever it was, nothing is written.
    fn before_commit(&self, e: StoreError) -> StoreError {
        if e != StoreError::Unknown {
            return e;
        }
        self.health.fail("the disk failed while writing");
        StoreError::Unwritable("the disk failed".to_owned())
    }

    /// Names a failure of the commit itself. Where the disk failed, the record may be there after
    /// the next start or not; where it did not, SQLite took everything back.
    fn at_commit(&self, e: &rusqlite::Error) -> StoreError {
        match e.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => StoreError::Unwritable(DISK_FULL.to_owned()),
            Some(ErrorCode::ReadOnly | ErrorCode::ConstraintViolation) => {
                StoreError::Unwritable(e.to_string())
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
            _ => {
                self.health
                    .fail(&format!("the disk failed at a commit ({e})"));
                StoreError::Unknown
            }
        }
    }

    fn statement(&self, sql: &str) -> rusqlite::Result<()> {
        self.conn.prepare_cached(sql)?.execute([]).map(|_| ())
    }

    fn roll_back(&self, sql: &str) {
        if let Err(e) = self.statement(sql) {
            self.health
                .fail(&format!("a transaction could not be taken back ({e})"));
        }
    }

    /// Moves the log into the file, so that one file is all there is.
    fn close(self) {
        if self.health.check().is_ok() {
            let emptied = self
                .conn
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
            if let Err(e) = emptied {
                tracing::warn!("the log was not moved into the database: {e}");
            }
        }
        if let Err((_, e)) = self.conn.close() {
            tracing::warn!("the database was not closed: {e}");
        }
    }
}
