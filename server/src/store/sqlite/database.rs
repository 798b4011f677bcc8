//! One database file: a thread that writes, a few that read, one that tidies up.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, SyncSender, TrySendError},
    },
    thread::{self, JoinHandle},
};

use houseful_core::time::UtcMillis;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{
    checkpoint, migrations,
    open::{self, Durability, FileLock, OpenError},
    readers,
    writer::{Health, Job, Message, Pending, QUEUE_MAX, Writer},
};
use crate::store::StoreError;

/// A database file that this process has for itself. Clones share it; the last one closes it.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    latest: UtcMillis,
    health: Arc<Health>,
    closing: AtomicBool,
    write: SyncSender<Message>,
    read: SyncSender<Message>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// What the writer has done since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Transactions, each with one wait for the disk.
    pub commits: u64,
    /// Jobs in them.
    pub jobs: u64,
}

impl Database {
    /// Opens the file, or makes it (for its owner's eyes only) in a folder that is there.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Self::open_with(path, Durability::Lasting, migrations::ALL)
    }

    /// The same for a file that goes with the program: a power cut may damage it.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn scratch(path: &Path) -> Result<Self, OpenError> {
        Self::open_with(path, Durability::Scratch, migrations::ALL)
    }

    pub(super) fn open_with(
        path: &Path,
        durability: Durability,
        migrations: &[migrations::Migration],
    ) -> Result<Self, OpenError> {
        let (conn, lock) = open::open(path, durability, migrations)?;
        let error = |e: &dyn fmt::Display| OpenError::Unwritable {
            path: path.to_owned(),
            why: e.to_string(),
        };
        let latest = latest_time(&conn).map_err(|e| error(&e))?;
        let (write, queue) = mpsc::sync_channel(QUEUE_MAX);
        let (read, asked) = mpsc::sync_channel(QUEUE_MAX);
        let (nudge, nudges) = mpsc::sync_channel(1);
        let health = Arc::new(Health::default());
        let asked = Arc::new(Mutex::new(asked));
        let lock = Arc::new(lock);
        let mut threads = Vec::new();
        for _ in 0..readers::COUNT {
            let conn = open::connect_reader(path).map_err(|e| error(&e))?;
            let asked = Arc::clone(&asked);
            threads.push(spawn("db-read", &lock, move || readers::run(&conn, &asked)));
        }
        let tidy = open::connect_checkpointer(path, durability).map_err(|e| error(&e))?;
        let seen = Arc::clone(&health);
        threads.push(spawn("db-tidy", &lock, move || {
            checkpoint::run(&tidy, &nudges, &seen);
        }));
        let writer = Writer {
            conn,
            queue,
            health: Arc::clone(&health),
            nudge,
        };
        threads.push(spawn("db-write", &lock, move || writer.run()));
        let threads = threads
            .into_iter()
            .collect::<Result<_, _>>()
            .map_err(|e: std::io::Error| error(&e))?;
        Ok(Self {
            inner: Arc::new(Inner {
                path: path.to_owned(),
                latest,
                health,
                closing: AtomicBool::new(false),
                write,
                read,
                threads: Mutex::new(threads),
            }),
        })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// The latest time in any journal when the file was opened; the clock starts no earlier.
    #[must_use]
    pub fn latest_time(&self) -> UtcMillis {
        self.inner.latest
    }

    /// What the writer has done so far.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        let (commits, jobs) = self.inner.health.counts();
        Traffic { commits, jobs }
    }

    /// Whether anything can be written.
    ///
    /// # Errors
    /// [`StoreError::Unwritable`] after the disk has failed, [`StoreError::Busy`] while closing.
    pub fn writable(&self) -> Result<(), StoreError> {
        if self.inner.closing.load(Ordering::SeqCst) {
            return Err(StoreError::Busy);
        }
        self.inner.health.check()
    }

    /// Whether the disk was full when something was written last.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.inner.health.is_full()
    }

    /// Does `job` in a transaction and answers after its commit. Jobs of a moment share one
    /// transaction; a job that fails is taken back alone.
    ///
    /// # Errors
    /// The job's own error, or that nothing was written, or [`StoreError::Unknown`].
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writable()?;
        let (job, answer) = Pending::boxed(job);
        self.inner.send(&self.inner.write, job)?;
        heard(answer).await
    }

    /// Does `job` on one snapshot of what is committed.
    ///
    /// # Errors
    /// The job's own error; [`StoreError::Busy`] while closing.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (job, answer) = Pending::boxed(job);
        self.inner.send(&self.inner.read, job)?;
        heard(answer).await.map_err(readers::in_reading)
    }

    /// Finishes what is under way, leaves one complete file and gives it up. Later jobs are
    /// refused, through any clone.
    pub async fn close(self) {
        let inner = Arc::clone(&self.inner);
        drop(self);
        // A thread that can't be started leaves the closing to the last clone.
        let _ = tokio::task::spawn_blocking(move || inner.stop()).await;
    }
}

impl Inner {
    fn send(&self, to: &SyncSender<Message>, job: Box<dyn Job>) -> Result<(), StoreError> {
        if self.closing.load(Ordering::SeqCst) {
            return Err(StoreError::Busy);
        }
        to.try_send(Message::Job(job)).map_err(|e| match e {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => {
                StoreError::Unwritable("the database's thread has stopped".to_owned())
            }
        })
    }

    /// Readers first, so that the last to have the file is one that may tidy up behind itself.
    fn stop(&self) {
        self.closing.store(true, Ordering::SeqCst);
        let mut threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let me = thread::current().id();
        if threads.is_empty() || threads.iter().any(|t| t.thread().id() == me) {
            // The last clone was in a job of one of these threads: they stop when the queues go.
            return;
        }
        for _ in 0..readers::COUNT {
            // Nobody is left to tell if this fails.
            let _ = self.read.send(Message::Stop);
        }
        let rest = threads.split_off(readers::COUNT.min(threads.len()));
        for reader in threads {
            let _ = reader.join();
        }
        let _ = self.write.send(Message::Stop);
        for thread in rest {
            let _ = thread.join();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Database({})", self.inner.path.display())
    }
}

/// Starts a thread that has a part in the lock until its connection is closed.
fn spawn(
    name: &str,
    lock: &Arc<FileLock>,
    work: impl FnOnce() + Send + 'static,
) -> std::io::Result<JoinHandle<()>> {
    let lock = Arc::clone(lock);
    thread::Builder::new().name(name.to_owned()).spawn(move || {
        work();
        drop(lock);
    })
}

async fn heard<T>(answer: oneshot::Receiver<Result<T, StoreError>>) -> Result<T, StoreError> {
    answer.await.unwrap_or(Err(StoreError::Unknown))
}

fn latest_time(conn: &Connection) -> rusqlite::Result<UtcMillis> {
    let at: Option<i64> = conn.query_row("SELECT max(at) FROM show_head", [], |row| row.get(0))?;
    Ok(UtcMillis(at.unwrap_or(0)))
}
