//! `houseful db`: a database file, looked at, copied, put back and checked without a server; and the
//! shards of a house, and the nodes of Citus.

mod distribute;
mod shards;

use std::path::{Path, PathBuf};

use houseful_core::{time::UtcMillis, wire::Time};
use houseful_server::store::sqlite::{
    Database, OpenError,
    copy::{self, Contents, CopyError},
};
use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::dry_run;
use crate::{
    args::{DbCommand, DbFile},
    context::Context,
    embedded::is_a_file,
    error::CliError,
    moment,
    output::{Columns, extra, usual},
};

static CONTENTS: Columns = Columns {
    id: "file",
    columns: &[
        usual("file", "File"),
        usual("shows", "Shows"),
        usual("events", "Events"),
        usual("bookings", "Bookings"),
        usual("tickets", "Tickets"),
        usual("latest", "Last event"),
        usual("bytes", "Bytes"),
        extra("schema", "Schema"),
        extra("kept", "Kept"),
    ],
};

static CHECKED: Columns = Columns {
    id: "file",
    columns: &[usual("file", "File"), usual("faults", "Faults")],
};

/// What is in a file.
#[derive(Debug, Serialize)]
struct Told {
    file: PathBuf,
    shows: u64,
    events: u64,
    bookings: u64,
    tickets: u64,
    latest: Option<Time>,
    bytes: u64,
    schema: u32,
    /// Where that is which stood there before.
    #[serde(skip_serializing_if = "Option::is_none")]
    kept: Option<PathBuf>,
}

/// What is wrong with a file.
#[derive(Debug, Serialize)]
struct Checked {
    file: PathBuf,
    faults: Vec<String>,
}

impl Told {
    fn new(file: &Path, contents: Contents, kept: Option<PathBuf>) -> Self {
        Self {
            file: file.to_owned(),
            shows: contents.shows,
            events: contents.events,
            bookings: contents.bookings,
            tickets: contents.tickets,
            latest: contents.latest.map(Time),
            bytes: contents.bytes,
            schema: contents.schema,
            kept,
        }
    }
}

/// The fields of what it answers.
pub(super) fn columns(command: &DbCommand, dry_run: bool) -> &'static Columns {
    match command {
        DbCommand::Check(_) => &CHECKED,
        DbCommand::Shards(_) => &shards::SHARDS,
        DbCommand::MoveSlot { .. } => &shards::MOVED,
        DbCommand::Distribute { .. } => &distribute::TABLES,
        DbCommand::Migrate(_) | DbCommand::Backup { .. } | DbCommand::Restore { .. } if dry_run => {
            &dry_run::FILE
        }
        _ => &CONTENTS,
    }
}

pub(super) async fn run(ctx: &mut Context, command: DbCommand) -> Result<(), CliError> {
    for file in files(&command).into_iter().flatten() {
        is_a_file(file)?;
    }
    match command {
        DbCommand::Status(file) => status(ctx, file).await,
        DbCommand::Migrate(file) => migrate(ctx, file).await,
        DbCommand::Backup { file, copy } => back_up(ctx, file, copy).await,
        DbCommand::Restore { file, copy } => restore(ctx, file, copy).await,
        DbCommand::Check(file) => check(ctx, file).await,
        DbCommand::Shards(file) => shards::shards(ctx, &file).await,
        DbCommand::MoveSlot { shards, slot, to } => {
            shards::move_slot(ctx, &shards, (slot, &to)).await
        }
        DbCommand::Distribute { db, shard_count } => {
            distribute::distribute(ctx, &db, shard_count).await
        }
    }
}

/// What the command names.
fn files(command: &DbCommand) -> [Option<&Path>; 2] {
    match command {
        DbCommand::Status(file) | DbCommand::Migrate(file) | DbCommand::Check(file) => {
            [Some(&file.path), None]
        }
        DbCommand::Backup { file, copy } | DbCommand::Restore { file, copy } => {
            [Some(&file.path), Some(copy)]
        }
        DbCommand::Shards(_) | DbCommand::MoveSlot { .. } | DbCommand::Distribute { .. } => {
            [None, None]
        }
    }
}

async fn status(ctx: &mut Context, DbFile { path }: DbFile) -> Result<(), CliError> {
    let contents = contents(ctx, &path).await?;
    ctx.one(&CONTENTS, &Told::new(&path, contents, None))
}

async fn migrate(ctx: &mut Context, DbFile { path }: DbFile) -> Result<(), CliError> {
    // Without a look first, a mistyped name would make a new file.
    contents(ctx, &path).await?;
    if ctx.globals.dry_run {
        return dry_run::tell_file(ctx, &path, "its schema would be brought up to date");
    }
    let file = path.clone();
    let db = slowly(ctx, "bringing the schema up to date", move || {
        Database::open(&file)
    });
    db.await??.close().await;
    let contents = contents(ctx, &path).await?;
    ctx.one(&CONTENTS, &Told::new(&path, contents, None))
}

async fn back_up(
    ctx: &mut Context,
    DbFile { path }: DbFile,
    copy: PathBuf,
) -> Result<(), CliError> {
    if ctx.globals.dry_run {
        contents(ctx, &path).await?;
        if copy.exists() {
            return Err(CopyError::Exists(copy).into());
        }
        return dry_run::tell_file(ctx, &copy, "a copy would be written");
    }
    let to = copy.clone();
    let made = slowly(ctx, "copying", move || {
        copy::back_up(&path, &to, &mut |_, _| {})
    });
    let contents = made.await??;
    ctx.one(&CONTENTS, &Told::new(&copy, contents, None))
}

async fn restore(
    ctx: &mut Context,
    DbFile { path }: DbFile,
    copy: PathBuf,
) -> Result<(), CliError> {
    let new = contents(ctx, &copy).await?;
    // What stands there may be damaged: that may be why.
    let old = match contents(ctx, &path).await {
        Ok(old) => Some(old),
        Err(CliError::NotFound { .. }) => None,
        Err(error) => {
            ctx.warn(&error.to_string());
            None
        }
    };
    let loss = loss(old.as_ref(), &new);
    if ctx.globals.dry_run {
        let effect = format!("{} would be put in its place; {loss}", copy.display());
        return dry_run::tell_file(ctx, &path, &effect);
    }
    let question = format!(
        "put {} in the place of {}? {loss}",
        copy.display(),
        path.display()
    );
    ctx.confirm(&question).await?;
    let stamp = moment::wall_clock();
    let (from, to) = (copy.clone(), path.clone());
    let done = slowly(ctx, "restoring", move || {
        copy::restore(&from, &to, &stamp_of(stamp))
    });
    let restored = done.await??;
    ctx.one(
        &CONTENTS,
        &Told::new(&path, restored.contents, restored.kept),
    )
}

async fn check(ctx: &mut Context, DbFile { path }: DbFile) -> Result<(), CliError> {
    let file = path.clone();
    let faults = slowly(ctx, "reading the whole file", move || copy::faults(&file)).await??;
    let count = faults.len();
    let checked = Checked { file: path, faults };
    ctx.one(&CHECKED, &checked)?;
    if count == 0 {
        ctx.say("nothing is wrong with it");
        return Ok(());
    }
    Err(CliError::Damaged { file: checked.file })
}

/// What will be gone, in words.
fn loss(old: Option<&Contents>, new: &Contents) -> String {
    let Some(old) = old else {
        return "nothing that can be read stands there".to_owned();
    };
    let bookings = old.bookings.saturating_sub(new.bookings);
    let tickets = old.tickets.saturating_sub(new.tickets);
    let events = old.events.saturating_sub(new.events);
    if events == 0 {
        return match (new.events == old.events, new.bookings == old.bookings) {
            (true, true) => "both hold as many events and bookings".to_owned(),
            _ => "it is another house, or another history, than what stands there".to_owned(),
        };
    }
    let count = |n: u64, one: &str| match n {
        1 => format!("1 {one}"),
        n => format!("{n} {one}s"),
    };
    format!(
        "it has {}, {} and {} less than what stands there",
        count(events, "event"),
        count(bookings, "booking"),
        count(tickets, "ticket")
    )
}

/// As in `20261123-051400`, in UTC: sorts, and is a name on every file system.
fn stamp_of(at: UtcMillis) -> String {
    let at = Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned(TimeZone::UTC)
        .strftime("%Y%m%d-%H%M%S")
        .to_string()
}

async fn contents(ctx: &Context, path: &Path) -> Result<Contents, CliError> {
    let path = path.to_owned();
    Ok(slowly(ctx, "reading", move || copy::contents(&path)).await??)
}

/// Does what the disk keeps waiting on a thread where that harms nobody.
async fn slowly<T: Send + 'static>(
    ctx: &Context,
    what: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, CliError> {
    let done = ctx.wait(what, tokio::task::spawn_blocking(work)).await;
    done.map_err(|e| CliError::System {
        what: format!("the work on the file broke off: {e}"),
    })
}

impl From<OpenError> for CliError {
    fn from(error: OpenError) -> Self {
        let message = error.to_string();
        match error {
            OpenError::Missing(_) => Self::NotFound {
                message,
                hint: Some("name a file that `houseful serve --db` made".to_owned()),
            },
            OpenError::InUse(_) => Self::NoServer {
                code: "file_in_use",
                message,
                hint: None,
            },
            _ => Self::System { what: message },
        }
    }
}

impl From<CopyError> for CliError {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Open(error) => error.into(),
            CopyError::Exists(_) => Self::usage(error.to_string()),
            CopyError::Damaged { .. } | CopyError::System { .. } => Self::System {
                what: error.to_string(),
            },
        }
    }
}
