//! The file, its lock, its threads and what they do on a bad day.

use std::{
    path::{Path, PathBuf},
    sync::mpsc,
};

use rusqlite::Connection;

use super::{Database, OpenError, migrations};
use crate::{chance, store::StoreError};

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("houseful-store-{}", chance::uuid()));
        std::fs::create_dir(&path).expect("folder");
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("cinema.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn put(conn: &Connection, key: &str) -> Result<(), StoreError> {
    conn.execute("INSERT INTO meta (key, value) VALUES (?1, '')", [key])?;
    Ok(())
}

async fn keys(db: &Database) -> Vec<String> {
    db.read(|conn| {
        let mut select = conn.prepare("SELECT key FROM meta ORDER BY key")?;
        let keys = select.query_map([], |row| row.get(0))?;
        Ok(keys.collect::<Result<_, _>>()?)
    })
    .await
    .expect("keys")
}

/// Keeps the writer busy until the sender is dropped, so that what is sent meanwhile is one batch.
fn occupy(
    db: &Database,
) -> (
    mpsc::Sender<()>,
    tokio::task::JoinHandle<Result<(), StoreError>>,
) {
    let (go, wait) = mpsc::channel::<()>();
    let (busy, started) = mpsc::channel::<()>();
    let db = db.clone();
    let task = tokio::spawn(async move {
        db.write(move |_| {
            drop(busy);
            let _ = wait.recv();
            Ok(())
        })
        .await
    });
    let _ = tokio::task::block_in_place(|| started.recv());
    (go, task)
}

type Boxed = Box<dyn FnOnce(&Connection) -> Result<(), StoreError> + Send>;

/// Sends `jobs` so that they wait in the queue together, in order, and hears their answers.
async fn as_one_batch(db: &Database, jobs: Vec<Boxed>) -> Vec<Result<(), StoreError>> {
    let (go, first) = occupy(db);
    let mut answers: Vec<_> = jobs
        .into_iter()
        .map(|job| Box::pin(db.write(job)))
        .collect();
    for answer in &mut answers {
        // The first poll puts the job into the queue.
        assert!(futures_util::poll!(answer).is_pending());
    }
    drop(go);
    first.await.expect("task").expect("first");
    let mut results = Vec::new();
    for answer in answers {
        results.push(answer.await);
    }
    results
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_shares_one_commit_and_a_failed_job_fails_alone() {
    let folder = Folder::new();
    let db = Database::open(&folder.file()).expect("open");
    let before = db.traffic();
    let results = as_one_batch(
        &db,
        vec![
            Box::new(|c| put(c, "a")),
            Box::new(|c| put(c, "b").and(Err(StoreError::Unreadable("no".into())))),
            Box::new(|c| put(c, "c")),
            Box::new(|c| put(c, "a")),
            Box::new(|c| {
                put(c, "d")?;
                panic!("a mistake in one job");
            }),
            Box::new(|c| put(c, "e")),
        ],
    )
    .await;
    assert!(
        results[0].is_ok() && results[2].is_ok() && results[5].is_ok(),
        "{results:?}"
    );
    assert_eq!(results[1], Err(StoreError::Unreadable("no".into())));
    assert!(matches!(&results[3], Err(StoreError::Unwritable(why)) if why.contains("UNIQUE")));
    assert!(matches!(&results[4], Err(StoreError::Unwritable(_))));
    assert_eq!(keys(&db).await, ["a", "c", "e"]);
    let after = db.traffic();
    // One for the job that kept the writer busy, one for the six.
    assert_eq!(
        (after.commits - before.commits, after.jobs - before.jobs),
        (2, 7)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lone_job_that_fails_or_panics_leaves_nothing() {
    let folder = Folder::new();
    let db = Database::open(&folder.file()).expect("open");
    let failed = db
        .write(|c| put(c, "a").and(Err::<(), _>(StoreError::Busy)))
        .await;
    assert_eq!(failed, Err(StoreError::Busy));
    let panicked = db
        .write(|c| put(c, "b").map(|()| panic!("a mistake") as u8))
        .await;
    assert!(matches!(panicked, Err(StoreError::Unwritable(_))));
    db.write(|c| put(c, "c")).await.expect("the writer lives");
    assert_eq!(keys(&db).await, ["c"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_fails_is_told_to_everybody_in_it() {
    let folder = Folder::new();
    let db = Database::open(&folder.file()).expect("open");
    // A rule of the schema that is looked at when the whole is committed, not before.
    let rule = "CREATE TABLE parent (id INTEGER PRIMARY KEY);
                CREATE TABLE child (id REFERENCES parent DEFERRABLE INITIALLY DEFERRED);";
    let made = db.write(move |c| Ok(c.execute_batch(rule)?)).await;
    made.expect("tables");
    let breaks: Boxed = Box::new(|c| {
        c.execute("INSERT INTO child VALUES (7)", [])?;
        Ok(())
    });
    let jobs: Vec<Boxed> = vec![Box::new(|c| put(c, "a")), breaks, Box::new(|c| put(c, "b"))];
    let results = as_one_batch(&db, jobs).await;
    assert!(
        results
            .iter()
            .all(|r| matches!(r, Err(StoreError::Unwritable(_)))),
        "{results:?}"
    );
    assert!(keys(&db).await.is_empty(), "nothing of it is there");
    db.write(|c| put(c, "c")).await.expect("writing goes on");
    assert_eq!(keys(&db).await, ["c"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_writes_waits_for_the_disk_at_every_commit() {
    let folder = Folder::new();
    let db = Database::open(&folder.file()).expect("open");
    let settings = db.write(|c| {
        let synchronous: u8 = c.pragma_query_value(None, "synchronous", |row| row.get(0))?;
        let journal: String = c.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        Ok((synchronous, journal))
    });
    // 2 is FULL; with 1, NORMAL, a power cut takes answered commits back.
    assert_eq!(settings.await, Ok((2, "wal".to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_definitely_and_writing_goes_on_when_there_is_room() {
    let folder = Folder::new();
    let db = Database::open(&folder.file()).expect("open");
    let limit = |pages: u32| {
        let db = db.clone();
        async move {
            let set = move |c: &Connection| {
                let now: u32 = c.pragma_query_value(None, "page_count", |r| r.get(0))?;
                c.query_row(
                    &format!("PRAGMA max_page_count = {}", now + pages),
                    [],
                    |_| Ok(()),
                )?;
                Ok(())
            };
            db.write(set).await.expect("limit");
        }
    };
    limit(8).await;
    let much = |c: &Connection| {
        let fill = "INSERT INTO meta VALUES ('much', hex(zeroblob(100000)))";
        c.execute(fill, [])?;
        Ok(())
    };
    let results = as_one_batch(&db, vec![Box::new(|c| put(c, "a")), Box::new(much)]).await;
    let full = Err(StoreError::Unwritable("the disk is full".into()));
    assert_eq!(results[1], full);
    // Whether its neighbour was taken back too is SQLite's choice; the answer says what happened.
    let there = keys(&db).await.contains(&"a".to_owned());
    assert_eq!(results[0].is_ok(), there, "{results:?}");
    assert_eq!(db.write(much).await, full);
    limit(1_000).await;
    db.write(much).await.expect("room again");
    assert!(keys(&db).await.contains(&"much".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_disk_has_failed_nothing_is_written_until_the_next_start() {
    let folder = Folder::new();
    let db = Database::open(&folder.file()).expect("open");
    // What a job hears from SQLite when the disk fails under it.
    let io = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR_WRITE);
    let failing = move |c: &Connection| -> Result<(), StoreError> {
        put(c, "a")?;
        Err(rusqlite::Error::SqliteFailure(io, None).into())
    };
    let results = as_one_batch(&db, vec![Box::new(|c| put(c, "b")), Box::new(failing)]).await;
    let unwritable = |r: &Result<(), StoreError>| matches!(r, Err(StoreError::Unwritable(_)));
    assert!(unwritable(&results[0]), "{results:?}");
    assert!(unwritable(&results[1]), "{results:?}");
    assert!(unwritable(&db.write(|c| put(c, "c")).await));
    assert!(unwritable(&db.writable()));
    assert!(keys(&db).await.is_empty(), "reading goes on");
    drop(db);
    let next = Database::open(&folder.file()).expect("next start");
    next.write(|c| put(c, "d")).await.expect("write");
    assert_eq!(keys(&next).await, ["d"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_accepted_after_closing_and_one_file_is_left() {
    let folder = Folder::new();
    let db = Database::open(&folder.file()).expect("open");
    let other = db.clone();
    db.write(|c| put(c, "a")).await.expect("write");
    db.close().await;
    assert_eq!(other.write(|c| put(c, "b")).await, Err(StoreError::Busy));
    assert_eq!(other.read(|_| Ok(())).await, Err(StoreError::Busy));
    assert!(!folder.0.join("cinema.db-wal").exists());
    let again = Database::open(&folder.file()).expect("open again, although a clone is left");
    assert_eq!(keys(&again).await, ["a"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_moved_into_the_file_while_it_is_written() {
    let folder = Folder::new();
    let db = Database::open(&folder.file()).expect("open");
    let log = || std::fs::metadata(folder.0.join("cinema.db-wal")).map_or(0, |m| m.len());
    let main = || std::fs::metadata(folder.file()).map_or(0, |m| m.len());
    let start = main();
    // Without checkpoints the file never grows and the log always does.
    for round in 0..2_000 {
        db.write(move |c| put(c, &format!("{round:0500}")))
            .await
            .expect("write");
        if main() > start {
            break;
        }
    }
    assert!(main() > start, "no checkpoint; the log has {} bytes", log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_has_one_server_and_the_next_gets_it_complete() {
    let folder = Folder::new();
    let db = Database::open(&folder.file()).expect("open");
    db.write(|c| put(c, "a")).await.expect("write");
    let second = Database::open(&folder.file());
    assert!(matches!(&second, Err(OpenError::InUse(path)) if *path == folder.file()));
    let said = second.map(|_| ()).map_err(|e| e.to_string());
    assert!(said.is_err_and(|e| e.contains("cinema.db") && e.contains("another server")));
    drop(db);
    let next = Database::open(&folder.file()).expect("open after the first is gone");
    assert_eq!(keys(&next).await, ["a"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_survives_a_crash() {
    let folder = Folder::new();
    let db = Database::open(&folder.file()).expect("open");
    let crashed = Folder::new();
    for key in ["a", "b", "c"] {
        db.write(move |c| put(c, key)).await.expect("write");
    }
    // The files as a crash at this instant would leave them.
    for name in ["cinema.db", "cinema.db-wal"] {
        std::fs::copy(folder.0.join(name), crashed.0.join(name)).expect("copy");
    }
    let after = Database::open(&crashed.file()).expect("recover");
    assert_eq!(keys(&after).await, ["a", "b", "c"]);
}

#[cfg(unix)]
#[test]
fn the_files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let _db = Database::open(&folder.file()).expect("open");
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder.0).expect("list") {
        let entry = entry.expect("entry");
        let mode = entry.metadata().expect("metadata").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", entry.file_name());
        seen += 1;
    }
    assert!(seen >= 3, "database, log and lock");
}

fn refused(path: &Path) -> OpenError {
    Database::open(path).expect_err("refused")
}

#[test]
fn a_wrong_place_or_file_is_refused_by_name() {
    let folder = Folder::new();
    let nowhere = folder.0.join("none").join("cinema.db");
    assert!(matches!(refused(&nowhere), OpenError::NoFolder(_)));
    assert!(!folder.0.join("none").exists());
    assert!(matches!(refused(&folder.0), OpenError::NotOurs(_)));

    let text = folder.0.join("notes.txt");
    std::fs::write(
        &text,
        "not a database, but long enough to be taken for one".repeat(99),
    )
    .expect("write");
    assert!(matches!(refused(&text), OpenError::NotOurs(_)));
    assert!(
        std::fs::read_to_string(&text)
            .expect("read")
            .starts_with("not a database")
    );

    let other = folder.0.join("other.db");
    let conn = Connection::open(&other).expect("open");
    conn.execute_batch("CREATE TABLE theirs (x)")
        .expect("create");
    drop(conn);
    assert!(matches!(refused(&other), OpenError::NotOurs(_)));

    // A lock that can't be made stands for any folder that can't be written to.
    std::fs::create_dir(folder.0.join("cinema.db.lock")).expect("folder");
    let error = refused(&folder.file());
    assert!(matches!(error, OpenError::Unwritable { .. }));
    assert!(
        error
            .to_string()
            .contains("cinema.db can't be opened for writing")
    );
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_refused_and_left_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let mode = |bits| std::fs::set_permissions(&folder.0, std::fs::Permissions::from_mode(bits));
    mode(0o500).expect("chmod");
    let probe = std::fs::write(folder.0.join("probe"), "");
    let opened = Database::open(&folder.file());
    mode(0o700).expect("chmod");
    // The superuser may write anywhere; then opening has to work.
    match probe {
        Ok(()) => assert!(opened.is_ok()),
        Err(_) => {
            assert!(matches!(opened, Err(OpenError::Unwritable { .. })));
            assert_eq!(std::fs::read_dir(&folder.0).expect("list").count(), 0);
        }
    }
}

#[test]
fn a_newer_or_different_schema_is_refused() {
    let folder = Folder::new();
    drop(Database::open(&folder.file()).expect("open"));
    let change = |sql: &str| {
        let conn = Connection::open(folder.file()).expect("open");
        conn.execute_batch(sql).expect("change");
    };
    let knows = migrations::ALL.last().map_or(0, |m| m.number);
    change("INSERT INTO migration VALUES (9000, 'later', 'x')");
    let error = refused(&folder.file());
    assert!(matches!(error, OpenError::Newer { has: 9_000, knows: k, .. } if k == knows));
    assert!(error.to_string().contains("schema 9000"));

    change("DELETE FROM migration WHERE number = 9000; PRAGMA user_version = 9001");
    assert!(matches!(
        refused(&folder.file()),
        OpenError::Newer { has: 9_001, .. }
    ));

    change(&format!(
        "PRAGMA user_version = {knows}; UPDATE migration SET checksum = 'other' WHERE number = 1"
    ));
    assert!(matches!(
        refused(&folder.file()),
        OpenError::Changed {
            number: 1,
            name: "journal",
            ..
        }
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scratch_file_alone_waits_for_no_disk() {
    let synchronous = |db: Database| async move {
        db.write(|conn| {
            Ok(conn.pragma_query_value(None, "synchronous", |row| row.get::<_, i32>(0))?)
        })
        .await
        .expect("an answer")
    };
    let folder = Folder::new();
    let lasting = Database::open(&folder.file()).expect("open");
    assert_eq!(synchronous(lasting).await, 2, "FULL");
    let folder = Folder::new();
    let scratch = Database::scratch(&folder.file()).expect("open");
    assert_eq!(synchronous(scratch).await, 0, "OFF");
}
