//! A database file from outside: looked at, copied while it is served, checked, put back.
//!
//! A copy is one complete file with no log beside it. It is made of one snapshot, so selling goes
//! on meanwhile and nothing of it is half in the copy.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use houseful_core::time::UtcMillis;
use rusqlite::{Connection, OptionalExtension, backup::Backup};

use super::open::{self, OpenError};

/// Pages copied in one go (16 MiB), so that whoever waits can be told how far it is.
const PAGES_AT_ONCE: i32 = 4_096;
/// Faults of a file that are told; more of them help nobody.
const FAULTS_MAX: usize = 20;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents {
    /// Bytes of its pages, those in the log included.
    pub bytes: u64,
    /// The step its schema is at.
    pub schema: u32,
    /// Shows with a journal.
    pub shows: u64,
    /// Events in all journals.
    pub events: u64,
    /// Bookings that concern money or tickets.
    pub bookings: u64,
    /// Tickets that let somebody in.
    pub tickets: u64,
    /// When the last event was decided.
    pub latest: Option<UtcMillis>,
}

/// What became of a file that another took the place of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What is served from now on.
    pub contents: Contents,
    /// Where that is which stood there before.
    pub kept: Option<PathBuf>,
}

/// Why a file was not copied or put back.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The file to be copied, or the one to be replaced, can't be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Something has the copy's name already.
    #[error("{} is there already; name a file that is not", .0.display())]
    Exists(PathBuf),
    /// The copy is not what it should be.
    #[error("{} is damaged ({why}); nothing was replaced", .path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// The first fault.
        why: String,
    },
    /// The operating system said no.
    #[error("{} can't be written: {source}", .path.display())]
    System {
        /// Which file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

/// What is in the file, whether or not it is served.
///
/// # Errors
/// See [`OpenError`].
pub fn contents(path: &Path) -> Result<Contents, OpenError> {
    let conn = open::look(path)?;
    read_contents(&conn).map_err(|e| open::named(path, &e))
}

/// What is wrong with the file, in SQLite's words: nothing when it is sound. Reads all of it.
///
/// # Errors
/// See [`OpenError`].
pub fn faults(path: &Path) -> Result<Vec<String>, OpenError> {
    let conn = open::look(path)?;
    read_faults(&conn).map_err(|e| open::named(path, &e))
}

/// Copies the file as it stands now to `copy`, which must not be there. Returns when the copy was
/// checked and would survive a power cut. `progress` hears pages copied and pages in all.
///
/// # Errors
/// See [`CopyError`]; then there is no `copy`.
pub fn back_up(
    path: &Path,
    copy: &Path,
    progress: &mut dyn FnMut(i32, i32),
) -> Result<Contents, CopyError> {
    if copy.exists() {
        return Err(CopyError::Exists(copy.to_owned()));
    }
    let conn = open::look(path)?;
    let partial = Partial::beside(copy)?;
    snapshot(&conn, &partial.path, progress).map_err(|e| open::named(path, &e))?;
    let contents = sound(&partial.path, copy)?;
    partial.publish(copy)?;
    Ok(contents)
}

/// Puts a copy in the place of `path`. What stood there is kept beside it, with `.before-` and
/// `stamp` behind its name. Nobody may serve the file.
///
/// # Errors
/// See [`CopyError`]; then `path` is as it was.
pub fn restore(copy: &Path, path: &Path, stamp: &str) -> Result<Restored, CopyError> {
    let _lock = open::lock_or_refuse(path)?;
    let conn = open::look(copy)?;
    let partial = Partial::beside(path)?;
    snapshot(&conn, &partial.path, &mut |_, _| {}).map_err(|e| open::named(copy, &e))?;
    let contents = sound(&partial.path, copy)?;
    let kept = keep_old(path, stamp)?;
    partial.replace(path)?;
    Ok(Restored { contents, kept })
}

/// A file that is being written and has no name of its own yet.
struct Partial {
    path: PathBuf,
}

impl Partial {
    fn beside(path: &Path) -> Result<Self, CopyError> {
        let partial = open::beside(path, ".partial");
        // Left over from one that was interrupted.
        remove_all(&partial)?;
        open::private()
            .create_new(true)
            .open(&partial)
            .map_err(|source| match open::folder_of(path) {
                folder if !folder.is_dir() => OpenError::NoFolder(folder.to_owned()).into(),
                _ => system(path, source),
            })?;
        Ok(Self { path: partial })
    }

    /// Makes it durable under its name, unless that was taken meanwhile.
    fn publish(&self, path: &Path) -> Result<(), CopyError> {
        let work = || -> io::Result<()> {
            File::open(&self.path)?.sync_all()?;
            // Unlike a rename alone it never takes the place of another file.
            open::private().create_new(true).open(path)?;
            fs::rename(&self.path, path)?;
            sync_folder(path)
        };
        work().map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => CopyError::Exists(path.to_owned()),
            _ => system(path, source),
        })
    }

    /// Makes it durable in the place of another file, which has its name until this one has it.
    fn replace(&self, path: &Path) -> Result<(), CopyError> {
        let work = || -> io::Result<()> {
            File::open(&self.path)?.sync_all()?;
            fs::rename(&self.path, path)?;
            sync_folder(path)
        };
        work().map_err(|source| system(path, source))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // What is left over is overwritten the next time.
        let _ = remove_all(&self.path);
    }
}

/// Copies one snapshot page by page, and leaves a single file.
fn snapshot(
    from: &Connection,
    to: &Path,
    progress: &mut dyn FnMut(i32, i32),
) -> rusqlite::Result<()> {
    let mut copy = Connection::open(to)?;
    // Who sells meanwhile would make the copy start over with every commit; as long as this
    // transaction reads, the pages are those of its beginning.
    let snapshot = from.unchecked_transaction()?;
    snapshot.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    let backup = Backup::new(&snapshot, &mut copy)?;
    loop {
        let step = backup.step(PAGES_AT_ONCE)?;
        let seen = backup.progress();
        progress(seen.pagecount - seen.remaining, seen.pagecount);
        match step {
            rusqlite::backup::StepResult::Done => break,
            rusqlite::backup::StepResult::More => {}
            // Nobody else has the copy, and reading waits for nobody.
            _ => {
                let busy = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
                return Err(rusqlite::Error::SqliteFailure(busy, None));
            }
        }
    }
    drop(backup);
    snapshot.finish()?;
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    copy.close().map_err(|(_, e)| e)
}

/// Checks a copy before it gets its name; `called` is what it is called in the refusal.
fn sound(partial: &Path, called: &Path) -> Result<Contents, CopyError> {
    let conn = open::look(partial)?;
    let read = || Ok((read_faults(&conn)?, read_contents(&conn)?));
    let (faults, contents) = read().map_err(|e: rusqlite::Error| open::named(called, &e))?;
    match faults.into_iter().next() {
        None => Ok(contents),
        Some(why) => Err(CopyError::Damaged {
            path: called.to_owned(),
            why,
        }),
    }
}

fn read_contents(conn: &Connection) -> rusqlite::Result<Contents> {
    let pages: i64 = conn.pragma_query_value(None, "page_count", |row| row.get(0))?;
    let size: i64 = conn.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let schema = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let count = |sql| -> rusqlite::Result<u64> {
        let count: Option<i64> = conn.query_row(sql, [], |row| row.get(0)).optional()?;
        Ok(count.unwrap_or(0).unsigned_abs())
    };
    let latest: Option<i64> =
        conn.query_row("SELECT max(at) FROM show_head", [], |row| row.get(0))?;
    Ok(Contents {
        bytes: (pages * size).unsigned_abs(),
        schema,
        shows: count("SELECT count(*) FROM show_head")?,
        events: count("SELECT coalesce(sum(ver), 0) FROM show_head")?,
        bookings: count("SELECT count(*) FROM booking")?,
        tickets: count("SELECT count(*) FROM ticket WHERE valid = 1")?,
        latest: latest.map(UtcMillis),
    })
}

fn read_faults(conn: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql = format!("PRAGMA integrity_check({FAULTS_MAX})");
    let mut faults: Vec<String> = conn
        .prepare(&sql)?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    faults.retain(|line| line != "ok");
    let mut foreign = conn.prepare("PRAGMA foreign_key_check")?;
    let mut rows = foreign.query([])?;
    while faults.len() < FAULTS_MAX
        && let Some(row) = rows.next()?
    {
        let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
        faults.push(format!("a row of {table} has no row in {parent}"));
    }
    Ok(faults)
}

/// Gives the file that stands there a second name, under which it stays when another one takes the
/// first. Its log is emptied into it before.
fn keep_old(path: &Path, stamp: &str) -> Result<Option<PathBuf>, CopyError> {
    if !path.exists() {
        remove_logs(path)?;
        return Ok(None);
    }
    let kept = open::beside(path, &format!(".before-{stamp}"));
    if kept.exists() {
        return Err(CopyError::Exists(kept));
    }
    let is_whole = empty_log(path)?;
    if fs::hard_link(path, &kept).is_err() {
        // Some file systems know one name a file.
        fs::copy(path, &kept)
            .and_then(|_| File::open(&kept)?.sync_all())
            .map_err(|source| system(&kept, source))?;
    }
    sync_folder(&kept).map_err(|source| system(&kept, source))?;
    if !is_whole {
        // A log that stayed behind would be taken for a part of the new file.
        for suffix in LOGS {
            let log = open::beside(path, suffix);
            if log.exists() {
                rename(&log, &open::beside(&kept, suffix))?;
            }
        }
    }
    Ok(Some(kept))
}

/// Has the log moved into the file, so that one file is all there is. `false` for a file that is
/// too damaged for it: then its log is a part of what there is to keep.
fn empty_log(path: &Path) -> Result<bool, CopyError> {
    let work = || -> rusqlite::Result<String> {
        let conn = Connection::open(path)?;
        conn.pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get(0))
    };
    match work() {
        Ok(mode) => Ok(mode == "delete"),
        Err(e) => match open::named(path, &e) {
            // Somebody reads it, as `db status` does.
            error @ OpenError::InUse(_) => Err(error.into()),
            _ => Ok(false),
        },
    }
}

/// What SQLite puts beside a file.
const LOGS: [&str; 3] = ["-wal", "-shm", "-journal"];

fn rename(from: &Path, to: &Path) -> Result<(), CopyError> {
    fs::rename(from, to)
        .and_then(|()| sync_folder(to))
        .map_err(|source| system(to, source))
}

fn remove_all(path: &Path) -> Result<(), CopyError> {
    remove(path)?;
    remove_logs(path)
}

fn remove_logs(path: &Path) -> Result<(), CopyError> {
    LOGS.iter()
        .try_for_each(|suffix| remove(&open::beside(path, suffix)))
}

fn remove(path: &Path) -> Result<(), CopyError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(system(path, source)),
        _ => Ok(()),
    }
}

/// The names in a folder have to survive a power cut too.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(open::folder_of(path))?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn system(path: &Path, source: io::Error) -> CopyError {
    CopyError::System {
        path: path.to_owned(),
        source,
    }
}
