//! Opening the file: who may see it, who has it, whether it is ours.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::migrations::{self, Migration, SchemaError};
use crate::schema::Mismatch;

/// "Hous", so that a file can be told from any other SQLite database.
const APPLICATION_ID: i32 = 0x486F_7573;

/// How long a connection waits for another one's lock.
const BUSY_MS: u64 = 5_000;
/// The same for the connection that moves the log into the file.
const TIDY_BUSY_MS: u64 = 20;

/// Why a database can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Nowhere to put it.
    #[error("the folder {} does not exist; create it, or name another file", .0.display())]
    NoFolder(PathBuf),
    /// There is none.
    #[error("there is no file {}", .0.display())]
    Missing(PathBuf),
    /// One server a file.
    #[error("another server has {} open; stop it, or connect to it instead", .0.display())]
    InUse(PathBuf),
    /// The operating system or SQLite said no.
    #[error("{} can't be opened for writing: {why}", .path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What was said.
        why: String,
    },
    /// Something else is in the file.
    #[error("{} is not a Houseful database; name another file", .0.display())]
    NotOurs(PathBuf),
    /// A newer program was here.
    #[error("{} was written by a newer program (schema {has}, this one knows {knows}); use the newer one", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        has: u32,
        /// The highest this program knows.
        knows: u32,
    },
    /// Another build was here.
    #[error("{} was made by a different build: step {number} ({name}) of its schema is not this program's; use that build", .path.display())]
    Changed {
        /// The file.
        path: PathBuf,
        /// Which step.
        number: u32,
        /// What it is about.
        name: &'static str,
    },
    /// It is ours, and broken.
    #[error("{} is damaged ({why}); restore a backup", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        why: String,
    },
}

/// What a file has to outlive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Power cuts: nothing is told to be written before it is on the disk.
    Lasting,
    /// Nothing but a crash of the program: no disk is waited for.
    Scratch,
}

impl Durability {
    /// SQLite's word for it.
    const fn synchronous(self) -> &'static str {
        match self {
            Self::Lasting => "FULL",
            Self::Scratch => "OFF",
        }
    }
}

/// The lock on a database, for as long as this lives. The lock file stays: removing it would let
/// two servers lock two files of one name.
#[derive(Debug)]
pub(super) struct FileLock {
    _file: File,
}

/// Locks, creates if need be, checks and brings up to date.
pub(super) fn open(
    path: &Path,
    durability: Durability,
    all: &[Migration],
) -> Result<(Connection, FileLock), OpenError> {
    let lock = lock_or_refuse(path)?;
    let new = create(path, folder_of(path)).map_err(|e| unwritable(path, &e))?;
    let mut conn = connect(path, durability).map_err(|e| named(path, &e))?;
    own(&conn, path, new)?;
    migrations::apply(&mut conn, all).map_err(|e| schema(path, e))?;
    Ok((conn, lock))
}

/// Reads a file that is ours and that this program understands, served or not.
pub(super) fn look(path: &Path) -> Result<Connection, OpenError> {
    if !path.exists() {
        return Err(OpenError::Missing(path.to_owned()));
    }
    if path.is_dir() {
        return Err(OpenError::NotOurs(path.to_owned()));
    }
    let work = || -> rusqlite::Result<_> {
        let conn = connect_reader(path)?;
        let id: i32 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
        Ok((conn, id))
    };
    let (conn, id) = work().map_err(|e| named(path, &e))?;
    if id != APPLICATION_ID {
        return Err(OpenError::NotOurs(path.to_owned()));
    }
    migrations::compare(&conn, migrations::ALL).map_err(|e| schema(path, e))?;
    Ok(conn)
}

/// Takes the lock on a file that is there or could be made.
pub(super) fn lock_or_refuse(path: &Path) -> Result<FileLock, OpenError> {
    let folder = folder_of(path);
    if !folder.is_dir() {
        return Err(OpenError::NoFolder(folder.to_owned()));
    }
    if path.is_dir() {
        return Err(OpenError::NotOurs(path.to_owned()));
    }
    lock(path).map_err(|e| match e {
        None => OpenError::InUse(path.to_owned()),
        Some(e) => unwritable(path, &e),
    })
}

/// The folder a file is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

fn schema(path: &Path, error: SchemaError) -> OpenError {
    let path = path.to_owned();
    match error {
        SchemaError::Mismatch(Mismatch::Newer { has, knows }) => {
            OpenError::Newer { path, has, knows }
        }
        SchemaError::Mismatch(Mismatch::Changed { number, name }) => {
            OpenError::Changed { path, number, name }
        }
        SchemaError::Sql(e) => named(&path, &e),
    }
}

fn unwritable(path: &Path, e: &io::Error) -> OpenError {
    OpenError::Unwritable {
        path: path.to_owned(),
        why: io_words(e),
    }
}

/// The path with something behind its last part: `cinema.db` and `-wal`.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Takes the lock; `Err(None)` when somebody else has it.
fn lock(path: &Path) -> Result<FileLock, Option<io::Error>> {
    let file = private()
        .create(true)
        .truncate(false)
        .open(beside(path, ".lock"))
        .map_err(Some)?;
    match file.try_lock() {
        Ok(()) => Ok(FileLock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(None),
        Err(TryLockError::Error(e)) => Err(Some(e)),
    }
}

/// Options for files that only their owner may see.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Creates the file unless it is there, and says whether it did. SQLite gives the files beside it
/// the same permissions.
fn create(path: &Path, folder: &Path) -> io::Result<bool> {
    match private().create_new(true).open(path) {
        Ok(_) => {
            // The name itself has to survive a power cut.
            #[cfg(unix)]
            File::open(folder)?.sync_all()?;
            #[cfg(not(unix))]
            let _ = folder;
            Ok(true)
        }
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
            private().open(path)?;
            Ok(std::fs::metadata(path)?.len() == 0)
        }
        Err(e) => Err(e),
    }
}

/// The writing connection.
fn connect(path: &Path, durability: Durability) -> rusqlite::Result<Connection> {
    connect_with(path, durability, 65_536)
}

fn connect_with(
    path: &Path,
    durability: Durability,
    cache_kib: i32,
) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    settle_in(&conn, cache_kib)?;
    conn.pragma_update(None, "synchronous", durability.synchronous())?;
    conn.pragma_update(None, "wal_autocheckpoint", 0)?;
    Ok(conn)
}

/// A reading connection.
pub(super) fn connect_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    settle_in(&conn, 16_384)?;
    conn.pragma_update(None, "query_only", true)?;
    Ok(conn)
}

/// The connection that moves pages from the log into the file.
pub(super) fn connect_checkpointer(
    path: &Path,
    durability: Durability,
) -> rusqlite::Result<Connection> {
    // It copies each page once, so it has no use for them afterwards.
    let conn = connect_with(path, durability, 256)?;
    // A checkpoint that waits for a reader may hold the writer up: better to give up soon.
    conn.busy_timeout(std::time::Duration::from_millis(TIDY_BUSY_MS))?;
    Ok(conn)
}

fn settle_in(conn: &Connection, cache_kib: i32) -> rusqlite::Result<()> {
    conn.busy_timeout(std::time::Duration::from_millis(BUSY_MS))?;
    conn.set_prepared_statement_cache_capacity(128);
    conn.pragma_update(None, "cache_size", -cache_kib)?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "trusted_schema", false)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    // macOS alone knows these: there a plain sync stops at the drive's own cache.
    conn.pragma_update(None, "fullfsync", true)?;
    conn.pragma_update(None, "checkpoint_fullfsync", true)
}

/// Marks a new file as ours and refuses somebody else's.
fn own(conn: &Connection, path: &Path, new: bool) -> Result<(), OpenError> {
    let work = || -> rusqlite::Result<bool> {
        let id: i32 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
        if id != APPLICATION_ID {
            let tables: i64 =
                conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
            if id != 0 || (tables > 0 && !new) {
                return Ok(false);
            }
            conn.pragma_update(None, "application_id", APPLICATION_ID)?;
        }
        let mode: String =
            conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
        if mode != "wal" {
            return Err(rusqlite::Error::InvalidParameterName(format!(
                "the file system allows no write-ahead log (journal mode is {mode})"
            )));
        }
        Ok(true)
    };
    match work() {
        Ok(true) => Ok(()),
        Ok(false) => Err(OpenError::NotOurs(path.to_owned())),
        Err(e) => Err(named(path, &e)),
    }
}

/// What went wrong with this file, in our words.
pub(super) fn named(path: &Path, e: &rusqlite::Error) -> OpenError {
    let path = path.to_owned();
    match e.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenError::NotOurs(path),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::InUse(path),
        Some(ErrorCode::DatabaseCorrupt) => OpenError::Damaged {
            path,
            why: e.to_string(),
        },
        Some(ErrorCode::DiskFull) => OpenError::Unwritable {
            path,
            why: "the disk is full".to_owned(),
        },
        _ => OpenError::Unwritable {
            path,
            why: e.to_string(),
        },
    }
}

/// An error of the operating system without its number.
fn io_words(e: &io::Error) -> String {
    match e.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        _ => e.to_string(),
    }
}
