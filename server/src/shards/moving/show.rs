//! Carrying one show: sealed, copied, compared, and gone on with.

use std::time::Duration;

use houseful_core::{
    ids::{CommandId, OwnerRef, ShowId},
    price::Channel,
    show::{Actor, Ask, Command},
    wire::seats::Version,
};

use super::{
    MoveError, Planned, Stage, again,
    shards::Member,
    tables::{JOURNAL, OTHERS, Table},
};
use crate::{
    chance,
    clock::Clock,
    lane::{Lane, LaneError},
    postgres::{
        Fault, Transaction,
        row::{self, get},
    },
    store::StoreError,
};

/// How many journal rows are carried at a time.
pub(super) const PART: i64 = 5_000;
/// How often a show is sealed that others sell from, before the move gives up; and the rest
/// between, in milliseconds of real time.
const TRIES: u32 = 50;
const REST_MS: u64 = 100;

const HEAD: &str = "SELECT row_to_json(h)::text, ver, tip FROM show_head h WHERE show_id = $1";
/// Whoever has arrived is not written over, nor is a journal that goes further.
const TAKE_HEAD: &str = "INSERT INTO show_head
    SELECT * FROM json_populate_record(null::show_head, $1::text::json)
    ON CONFLICT (show_id) DO UPDATE
        SET ver = excluded.ver, tip = excluded.tip, at = excluded.at, next_due = excluded.next_due,
            taken = excluded.taken, total = excluded.total, sales = excluded.sales
        WHERE show_head.sales = 'moved' AND show_head.ver <= excluded.ver
    RETURNING 1";
const LAST: &str = "SELECT coalesce(max(ver), 0) FROM show_event WHERE show_id = $1";
const LEFT: &str = "SELECT 1 FROM show_head WHERE show_id = $1 AND sales = 'moved'";

const KNOWN: &str = "SELECT coalesce(array_agg(hash), '{}') FROM immutable";
const UNKNOWN: &str = "SELECT coalesce(json_agg(t), '[]')::text FROM (
    SELECT * FROM immutable WHERE hash <> ALL($1::text[]) ORDER BY hash COLLATE \"C\") t";
const LEARN: &str = "INSERT INTO immutable
    SELECT * FROM json_populate_recordset(null::immutable, $1::text::json)
    ORDER BY hash COLLATE \"C\" ON CONFLICT (hash) DO NOTHING";

/// What a show's rows of a table come to.
type Digest = (i64, String);

/// A show that was carried.
pub(super) struct Carried {
    /// How many rows it has, its head not counted.
    pub(super) rows: u64,
    /// Whether its bookings and tickets were made again from the journal; see [`again`].
    pub(super) made_again: bool,
    /// For how long it did not sell.
    pub(super) pause: Duration,
}

/// Carries a show.
pub(super) async fn carry(
    planned: &Planned<'_>,
    to: &Member,
    told: &mut (dyn FnMut(Stage) + Send),
) -> Result<Carried, MoveError> {
    let (show, from) = (planned.show, planned.from);
    let seal = Ask::Seal {
        to: to.name.clone(),
    };
    // It sells until then, and may have to be asked for among many who buy.
    ask(&from.lane, show, seal).await?;
    let sealed = Clock::stopwatch();
    told(Stage::Sealed(show));
    let (rows, made_again) = copy(planned, to).await?;
    told(Stage::Copied(show));
    let arrive = Ask::Arrive {
        at: to.name.clone(),
        from: from.name.clone(),
    };
    ask(&to.lane, show, arrive).await?;
    let pause = Clock::stopwatch().saturating_duration_since(sealed);
    told(Stage::Arrived(show));
    Ok(Carried {
        rows,
        made_again,
        pause,
    })
}

/// Removes what a show left behind that says where people's bookings are, and who they are. The
/// journal and the money stay.
pub(super) async fn clear(show: ShowId, from: &Member) -> Result<(), MoveError> {
    let show = key(show);
    let cleared = async {
        let tx = from.db.begin().await?;
        let left = tx.query(LEFT, &[&show]).await.map_err(Fault::writing)?;
        if left.is_empty() {
            tx.roll_back().await;
            return Ok(());
        }
        for table in OTHERS.iter().filter(|table| !table.stays) {
            let gone = tx.query(table.clear, &[&show]).await;
            gone.map_err(Fault::writing)?;
        }
        tx.commit().await.map_err(Fault::writing)
    };
    cleared.await.map_err(|why| from.store(why))
}

/// How many rows a show has.
pub(super) async fn rows(planned: &Planned<'_>) -> Result<u64, MoveError> {
    let digests = digests(planned).await?;
    Ok(total(&digests))
}

fn total(digests: &[Digest]) -> u64 {
    let rows: i64 = digests.iter().map(|(rows, _)| rows).sum();
    rows.unsigned_abs()
}

fn tables() -> impl Iterator<Item = &'static Table> {
    [&JOURNAL].into_iter().chain(OTHERS)
}

pub(super) fn key(show: ShowId) -> i64 {
    show.0.cast_signed()
}

/// What stands in the old shard. Nothing of it changes any more once the show is sealed.
async fn digests(planned: &Planned<'_>) -> Result<Vec<Digest>, MoveError> {
    let (show, from) = (key(planned.show), planned.from);
    let mut digests = Vec::new();
    for table in tables() {
        let found = from.db.read(table.digest, &[&show]).await;
        let found = found.and_then(|rows| digest(&rows));
        digests.push(found.map_err(|why| from.store(why))?);
    }
    Ok(digests)
}

fn digest(rows: &[tokio_postgres::Row]) -> Result<Digest, StoreError> {
    let none = || StoreError::Unreadable("no count".to_owned());
    let row = rows.first().ok_or_else(none)?;
    Ok((get(row, 0)?, get(row, 1)?))
}

/// Writes a sealed show into the new shard, all of it in one transaction, which is compared with the
/// old one before it counts. How many rows that were, and whether some had to be made again.
async fn copy(planned: &Planned<'_>, to: &Member) -> Result<(u64, bool), MoveError> {
    let (show, from) = (planned.show, planned.from);
    learn(from, to).await?;
    let before = digests(planned).await?;
    let again = again::missing(show, from).await?;
    let known = to.db.read(LAST, &[&key(show)]).await;
    let known = known.and_then(|rows| last(&rows));
    let known = known.map_err(|why| to.store(why))?;
    let read = read(planned, known).await;
    let (head, version, parts) = read.map_err(|why| from.store(why))?;
    let mut has_arrived = false;
    let written = async {
        let tx = to.db.begin().await?;
        let taken = tx
            .query(TAKE_HEAD, &[&head])
            .await
            .map_err(Fault::writing)?;
        if taken.is_empty() {
            // It has arrived: somebody was here before.
            has_arrived = true;
            tx.roll_back().await;
            return Ok(None);
        }
        if let Some(table) = write(&tx, show, &parts, &before).await? {
            tx.roll_back().await;
            return Ok(Some(table));
        }
        if let Some(again) = &again {
            again.write(&tx).await?;
        }
        tx.commit().await.map_err(Fault::writing)?;
        Ok(None)
    };
    let differs = written.await.map_err(|why| to.store(why))?;
    if has_arrived && !to.knows(show, version).await? {
        let (from, to) = (from.name.clone(), to.name.clone());
        return Err(MoveError::Forked { show, from, to });
    }
    match differs {
        None => Ok((total(&before), again.is_some() && !has_arrived)),
        Some(table) => Err(MoveError::Differs {
            show,
            table,
            from: from.name.clone(),
            to: to.name.clone(),
        }),
    }
}

/// Brings layouts and price cards that the new shard has not, without which journals can't be read.
pub(super) async fn learn(from: &Member, to: &Member) -> Result<(), MoveError> {
    let known = to.db.read(KNOWN, &[]).await;
    let known = known.and_then(|rows| match rows.first() {
        Some(row) => get::<Vec<String>>(row, 0),
        None => Ok(Vec::new()),
    });
    let known = known.map_err(|why| to.store(why))?;
    let new = from.db.read(UNKNOWN, &[&known]).await;
    let new = new.and_then(|rows| text(&rows));
    let new = new.map_err(|why| from.store(why))?;
    if new == "[]" {
        return Ok(());
    }
    let learned = to.db.write(LEARN, &[&new]).await;
    learned.map(drop).map_err(|why| to.store(why))
}

pub(super) fn text(rows: &[tokio_postgres::Row]) -> Result<String, StoreError> {
    let none = || StoreError::Unreadable("no rows".to_owned());
    get(rows.first().ok_or_else(none)?, 0)
}

fn last(rows: &[tokio_postgres::Row]) -> Result<i64, StoreError> {
    rows.first().map_or(Ok(0), |row| get(row, 0))
}

/// The head of a show and its version, and the rows of each table behind it, in parts.
async fn read(
    planned: &Planned<'_>,
    known: i64,
) -> Result<(String, Version, Vec<(&'static Table, String)>), StoreError> {
    let (show, db) = (key(planned.show), &planned.from.db);
    let heads = db.read(HEAD, &[&show]).await?;
    let none = || StoreError::Unreadable(format!("{} has no head", planned.show));
    let head = heads.first().ok_or_else(none)?;
    let (ver, tip): (i64, i64) = (row::count(head, 1)?.cast_signed(), get(head, 2)?);
    let (head, version): (String, Version) = (
        get(head, 0)?,
        Version {
            ver: ver.cast_unsigned(),
            tip: tip.cast_unsigned(),
        },
    );
    let mut parts = Vec::new();
    let mut after = known;
    while after < ver {
        let part = db.read(JOURNAL.read, &[&show, &after, &PART]).await?;
        parts.push((&JOURNAL, text(&part)?));
        after += PART;
    }
    for table in OTHERS {
        let rows = db.read(table.read, &[&show]).await?;
        parts.push((table, text(&rows)?));
    }
    Ok((head, version, parts))
}

/// Writes what was read; the table whose rows are not the same then, if there is one.
async fn write(
    tx: &Transaction,
    show: ShowId,
    parts: &[(&'static Table, String)],
    before: &[Digest],
) -> Result<Option<&'static str>, StoreError> {
    let show = key(show);
    for table in OTHERS.iter().filter(|table| !table.stays) {
        let gone = tx.query(table.clear, &[&show]).await;
        gone.map_err(Fault::writing)?;
    }
    for (table, rows) in parts {
        let written = tx.query(table.write, &[rows]).await;
        written.map_err(Fault::writing)?;
    }
    for (table, before) in tables().zip(before) {
        let now = tx.query(table.digest, &[&show]).await;
        let now = digest(&now.map_err(Fault::writing)?)?;
        if now != *before {
            return Ok(Some(table.name));
        }
    }
    Ok(None)
}

/// Has a show sealed or arrive; what passes is tried again.
async fn ask(lane: &Lane, show: ShowId, ask: Ask) -> Result<(), MoveError> {
    let command = Command {
        id: CommandId(chance::uuid()),
        actor: Actor {
            owner: OwnerRef::of_staff("move-slot"),
            staff: true,
            channel: Channel::Counter,
        },
        ask,
        rolls: chance::rolls(),
    };
    for tried in 1.. {
        match lane.ask(show, command.clone()).await {
            Ok(_) => break,
            Err(LaneError::Busy | LaneError::Unknown) if tried < TRIES => {
                lane.clock().rest_real(REST_MS).await;
            }
            Err(why) => return Err(MoveError::Show { show, why }),
        }
    }
    Ok(())
}
