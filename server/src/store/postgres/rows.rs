//! Columns to domain types and back, and reading journals.

use std::collections::HashMap;

use houseful_core::{
    code::slot_of,
    ids::{BookingId, IdError, ShardName, ShowId},
    seat::SeatNo,
    show::Event,
    time::UtcMillis,
    wire::{Time, admin::JournalEntry, seats::Version},
};
use tokio_postgres::{Row, types::FromSql};

use super::{Ask, immutable::Wanting};
use crate::{
    postgres::{Database, check::bare},
    store::{DeskRows, Head, Loaded, SalesWord, StoreError, Tail, kept::Kept},
};

pub(super) const HEADS: &str =
    "SELECT show_id, ver, tip, next_due, taken, total, sales FROM show_head ORDER BY show_id";

/// The primary's clock, and whether a standby is wanted and missing.
pub(super) const TIME: &str = concat!(
    "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint, ",
    bare!()
);

/// A head, whether a version is on its line, and the rows after that version: one snapshot, with one
/// row at least if there is a head. Its tables are joined by the show alone, which Citus has on one
/// node.
const TAIL: &str = "
    SELECT h.show_id, h.ver, h.tip, h.next_due, h.taken, h.total, h.sales,
           (h.ver = $2 AND h.tip = $3) OR (h.ver > $2 AND l.ver IS NOT NULL),
           e.ver, e.at, e.kind, e.format, e.body
    FROM show_head h
    LEFT JOIN show_event l ON l.show_id = h.show_id AND l.ver = $2 AND l.tip = $3
    LEFT JOIN show_event e ON e.show_id = h.show_id AND e.ver > $2
    WHERE h.show_id = $1
    ORDER BY e.ver";

/// A row of a journal, whichever.
const ANY_ROW: &str = "SELECT ver FROM show_event WHERE show_id = $1 LIMIT 1";

/// A column, or what is wrong with it.
pub(super) fn get<'a, T: FromSql<'a>>(row: &'a Row, column: usize) -> Result<T, StoreError> {
    row.try_get(column)
        .map_err(|e| StoreError::Unreadable(e.to_string()))
}

/// A show's key. Show ids are below 2^63, so nothing changes sign.
pub(super) const fn show_in(show: ShowId) -> i64 {
    show.0.cast_signed()
}

pub(super) fn show(row: &Row, column: usize) -> Result<ShowId, StoreError> {
    Ok(ShowId(get::<i64>(row, column)?.cast_unsigned()))
}

/// A booking of the first two columns.
pub(super) fn booking(row: &Row) -> Result<BookingId, StoreError> {
    Ok(BookingId {
        show: show(row, 0)?,
        uuid: get(row, 1)?,
    })
}

pub(super) fn seat(row: &Row, column: usize) -> Result<SeatNo, StoreError> {
    let seat: i32 = get(row, column)?;
    let seat = u16::try_from(seat).map_err(|_| StoreError::Unreadable(format!("seat {seat}")))?;
    Ok(SeatNo(seat))
}

pub(super) fn version(row: &Row, column: usize) -> Result<Version, StoreError> {
    Ok(Version {
        ver: get::<i64>(row, column)?.cast_unsigned(),
        tip: get::<i64>(row, column + 1)?.cast_unsigned(),
    })
}

pub(super) const fn sales_word(sales: SalesWord) -> &'static str {
    match sales {
        SalesWord::Open => "open",
        SalesWord::Paused => "paused",
        SalesWord::Cancelled => "cancelled",
        SalesWord::Moved => "moved",
    }
}

/// A head of the first seven columns.
pub(super) fn head(row: &Row) -> Result<Head, StoreError> {
    let sales: &str = get(row, 6)?;
    let count = |column| get::<i32>(row, column).map(i32::unsigned_abs);
    Ok(Head {
        show: show(row, 0)?,
        version: version(row, 1)?,
        next_due: get::<Option<i64>>(row, 3)?.map(UtcMillis),
        taken: count(4)?,
        total: count(5)?,
        // The schema allows four words.
        sales: match sales {
            "open" => SalesWord::Open,
            "paused" => SalesWord::Paused,
            "moved" => SalesWord::Moved,
            _ => SalesWord::Cancelled,
        },
    })
}

/// Where shows stand, in the order that was asked in.
pub(super) async fn stand(
    db: &Database,
    shows: &[ShowId],
) -> Result<Vec<Option<Version>>, StoreError> {
    let keys: Vec<i64> = shows.iter().copied().map(show_in).collect();
    let sql = "SELECT show_id, ver, tip FROM show_head WHERE show_id = ANY($1)";
    let mut stand = HashMap::with_capacity(shows.len());
    for row in &db.read(sql, &[&keys]).await? {
        stand.insert(show(row, 0)?, version(row, 1)?);
    }
    Ok(shows.iter().map(|show| stand.get(show).copied()).collect())
}

/// Before the first event.
const NOTHING: Version = Version { ver: 0, tip: 0 };

/// How a journal goes on from what is known of it.
pub(super) async fn tail(
    kept: &Kept,
    from: &impl Ask,
    show: ShowId,
    known: Option<Version>,
) -> Result<Tail, StoreError> {
    if let Some(known) = known {
        let rows = ask_tail(from, show, known).await?;
        if let Some((first, head)) = stands(&rows)?
            && get(first, 7)?
        {
            let events = events(kept, from, &head, known.ver, &rows).await?;
            return Ok(Tail::Rows { head, events });
        }
    }
    let mut rows = ask_tail(from, show, NOTHING).await?;
    let mut stray = None;
    if rows.is_empty() {
        let found = from.ask(ANY_ROW, &[&show_in(show)]).await?;
        stray = found.first().map(|row| get::<i64>(row, 0)).transpose()?;
        if stray.is_some() {
            // It was born meanwhile, or else its head was lost.
            rows = ask_tail(from, show, NOTHING).await?;
        }
    }
    let Some((_, head)) = stands(&rows)? else {
        if let Some(ver) = stray {
            let why = format!("{show} has version {ver} and no head");
            return Err(StoreError::Unreadable(why));
        }
        let events = Vec::new();
        // Asked for after it was not found: had the slot been given away later, nobody could have
        // opened the show elsewhere by then.
        let elsewhere = left_to(from, slot_of(show)).await?;
        return Ok(Tail::Elsewhere(Loaded {
            head: None,
            events,
            elsewhere,
        }));
    };
    let events = events(kept, from, &head, 0, &rows).await?;
    let head = Some(head);
    Ok(Tail::Elsewhere(Loaded {
        head,
        events,
        elsewhere: None,
    }))
}

/// The shard that a slot went to; `None` for one that is here.
async fn left_to(from: &impl Ask, slot: u16) -> Result<Option<ShardName>, StoreError> {
    let sql = "SELECT left_to FROM shard_slot WHERE slot = $1 AND left_to IS NOT NULL";
    let found = from.ask(sql, &[&i32::from(slot)]).await?;
    found.first().map(|row| shard(row, 0)).transpose()
}

/// The name of a shard.
fn shard(row: &Row, column: usize) -> Result<ShardName, StoreError> {
    let name: &str = get(row, column)?;
    name.parse()
        .map_err(|e: IdError| StoreError::Unreadable(e.to_string()))
}

/// The head that [`TAIL`] found, and the row it is in.
fn stands(rows: &[Row]) -> Result<Option<(&Row, Head)>, StoreError> {
    match rows.first() {
        Some(row) => Ok(Some((row, head(row)?))),
        None => Ok(None),
    }
}

async fn ask_tail(from: &impl Ask, show: ShowId, after: Version) -> Result<Vec<Row>, StoreError> {
    let Ok(ver) = i64::try_from(after.ver) else {
        return Ok(Vec::new());
    };
    let (show, tip) = (show_in(show), after.tip.cast_signed());
    from.ask(TAIL, &[&show, &ver, &tip]).await
}

/// The events of [`TAIL`], which go on from `after` to the head without a gap.
async fn events(
    kept: &Kept,
    from: &impl Ask,
    head: &Head,
    after: u64,
    rows: &[Row],
) -> Result<Vec<(UtcMillis, Event)>, StoreError> {
    let wanting = Wanting::new(kept);
    match decode(head, after, rows, &wanting) {
        Err(e) => {
            // Layouts and prices that are not in memory yet are fetched together, then it is read
            // once more.
            let missing = wanting.missing();
            if missing.is_empty() {
                return Err(e);
            }
            super::immutable::fetch(kept, from, &missing).await?;
            decode(head, after, rows, &Wanting::new(kept))
        }
        done => done,
    }
}

fn decode(
    head: &Head,
    after: u64,
    rows: &[Row],
    kept: &Wanting<'_>,
) -> Result<Vec<(UtcMillis, Event)>, StoreError> {
    let show = head.show;
    let mut events = Vec::with_capacity(rows.len());
    let mut last = after;
    let mut failed = None;
    for row in rows {
        let Some(ver) = get::<Option<i64>>(row, 8)?.map(i64::cast_unsigned) else {
            continue;
        };
        last += 1;
        if ver != last {
            let why = format!("{show} has version {ver} where {last} belongs");
            return Err(StoreError::Unreadable(why));
        }
        let (kind, body): (&str, &str) = (get(row, 10)?, get(row, 12)?);
        let format = u8::try_from(get::<i16>(row, 11)?).unwrap_or(u8::MAX);
        match Event::from_row(kind, format, body, kept) {
            Ok(event) => events.push((UtcMillis(get(row, 9)?), event)),
            // The others are looked at too: they may want something as well.
            Err(e) => failed = failed.or_else(|| Some(format!("{show} at version {ver}: {e}"))),
        }
    }
    if let Some(why) = failed {
        return Err(StoreError::Unreadable(why));
    }
    let says = head.version.ver;
    if says != last {
        let why = format!("{show} ends at version {last}, its head says {says}");
        return Err(StoreError::Unreadable(why));
    }
    Ok(events)
}

/// Rows of a journal as they are stored.
pub(super) async fn journal(
    db: &Database,
    show: ShowId,
    after: u64,
    limit: u32,
) -> Result<Vec<JournalEntry>, StoreError> {
    let sql = "SELECT ver, at, kind, body FROM show_event
               WHERE show_id = $1 AND ver > $2 ORDER BY ver LIMIT $3";
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let found = db
        .read(sql, &[&show_in(show), &after, &i64::from(limit)])
        .await?;
    let entry = |row: &Row| {
        let ver = get::<i64>(row, 0)?.cast_unsigned();
        let body: &str = get(row, 3)?;
        let event = serde_json::from_str(body)
            .map_err(|e| StoreError::Unreadable(format!("{show} at version {ver}: {e}")))?;
        Ok(JournalEntry {
            show,
            ver,
            at: Time(UtcMillis(get(row, 1)?)),
            kind: get(row, 2)?,
            event,
        })
    };
    found.iter().map(entry).collect()
}

/// The rows that the index `show_event_desk_ended` has, in its own words.
const DESK: &str = "SELECT show_id, ver, at, kind, body FROM show_event
     WHERE (kind IN ('payment_returned', 'money_gone', 'money_short', 'refund_refused',
                     'refund_lapsed', 'case_resolved', 'settle_lapsed')
         OR (kind = 'secured' AND position('\"late\":true' IN body) > 0)
         OR (kind = 'refunded' AND position('\"asked\":\"' IN body) > 0))
     AND at >= $1 AND ($2::text = '' OR position('|' || kind || '|' IN $2::text) > 0)
     AND (at < $3 OR (at = $3 AND (show_id > $4 OR (show_id = $4 AND ver > $5))))
     ORDER BY at DESC, show_id, ver LIMIT $6";

/// Rows of all journals that the late-payments desk is about.
pub(super) async fn desk(db: &Database, wanted: DeskRows) -> Result<Vec<JournalEntry>, StoreError> {
    let (at, show_id, ver) = wanted.bounds();
    let (kinds, limit) = (wanted.kinds_text(), i64::from(wanted.limit));
    let found = db
        .read(
            DESK,
            &[&wanted.since.0, &kinds, &at, &show_id, &ver, &limit],
        )
        .await?;
    let entry = |found: &Row| {
        let show = show(found, 0)?;
        let ver = get::<i64>(found, 1)?.cast_unsigned();
        let body: &str = get(found, 4)?;
        let event = serde_json::from_str(body)
            .map_err(|e| StoreError::Unreadable(format!("{show} at version {ver}: {e}")))?;
        Ok(JournalEntry {
            show,
            ver,
            at: Time(UtcMillis(get(found, 2)?)),
            kind: get(found, 3)?,
            event,
        })
    };
    found.iter().map(entry).collect()
}

/// Shows that wait for something.
pub(super) async fn waiting(db: &Database) -> Result<Vec<ShowId>, StoreError> {
    let sql = "SELECT show_id FROM show_head WHERE next_due IS NOT NULL ORDER BY show_id";
    let found = db.read(sql, &[]).await?;
    found.iter().map(|row| show(row, 0)).collect()
}
