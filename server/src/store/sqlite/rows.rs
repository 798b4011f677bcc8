//! Columns to domain types and back.

use std::cell::RefCell;

use houseful_core::{
    ids::{BookingId, ShowId},
    show::Event,
    time::UtcMillis,
    wire::{Time, admin::JournalEntry, seats::Version},
};
use rusqlite::{Connection, OptionalExtension, Row};
use uuid::Uuid;

use super::kept::KeptOn;
use crate::store::{DeskRows, Head, Loaded, SalesWord, StoreError, Tail, kept::Kept};

/// The columns of [`head`].
const HEAD: &str = "show_id, ver, tip, next_due, taken, total, sales";

/// A show's key. Show ids are below 2^63, so nothing changes sign.
pub(super) fn show_in(show: ShowId) -> i64 {
    show.0.cast_signed()
}

pub(super) fn show_out(row: &Row<'_>, column: usize) -> rusqlite::Result<ShowId> {
    Ok(ShowId(row.get::<_, i64>(column)?.cast_unsigned()))
}

pub(super) fn booking_out(row: &Row<'_>) -> rusqlite::Result<BookingId> {
    Ok(BookingId {
        show: show_out(row, 0)?,
        uuid: Uuid::from_bytes(row.get(1)?),
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

fn head(row: &Row<'_>) -> rusqlite::Result<Head> {
    let sales: String = row.get(6)?;
    Ok(Head {
        show: show_out(row, 0)?,
        version: Version {
            ver: row.get::<_, i64>(1)?.cast_unsigned(),
            tip: row.get::<_, i64>(2)?.cast_unsigned(),
        },
        next_due: row.get::<_, Option<i64>>(3)?.map(UtcMillis),
        taken: row.get(4)?,
        total: row.get(5)?,
        // The schema allows three words.
        sales: match sales.as_str() {
            "open" => SalesWord::Open,
            "paused" => SalesWord::Paused,
            _ => SalesWord::Cancelled,
        },
    })
}

/// All heads, in order of show.
pub(super) fn heads(conn: &Connection) -> Result<Vec<Head>, StoreError> {
    let mut select =
        conn.prepare_cached(&format!("SELECT {HEAD} FROM show_head ORDER BY show_id"))?;
    let heads = select.query_map([], head)?.collect::<Result<_, _>>()?;
    Ok(heads)
}

/// Whether some show waits for something that is over.
pub(super) fn is_any_due(conn: &Connection, now: UtcMillis) -> Result<bool, StoreError> {
    let mut select = conn.prepare_cached("SELECT 1 FROM show_head WHERE next_due <= ?1 LIMIT 1")?;
    Ok(select.exists([now.0])?)
}

/// Puts off the shows that are due, and tells which.
pub(super) fn lease(
    conn: &Connection,
    (now, until): (UtcMillis, UtcMillis),
    limit: u32,
) -> Result<Vec<ShowId>, StoreError> {
    let due: Vec<ShowId> = conn
        .prepare_cached(
            "SELECT show_id FROM show_head WHERE next_due <= ?1 ORDER BY next_due, show_id LIMIT ?2",
        )?
        .query_map((now.0, limit), |row| show_out(row, 0))?
        .collect::<Result<_, _>>()?;
    let mut put_off =
        conn.prepare_cached("UPDATE show_head SET next_due = ?2 WHERE show_id = ?1")?;
    for show in &due {
        put_off.execute((show_in(*show), until.0))?;
    }
    Ok(due)
}

fn head_of(conn: &Connection, show: ShowId) -> Result<Option<Head>, StoreError> {
    let found = conn
        .prepare_cached(&format!("SELECT {HEAD} FROM show_head WHERE show_id = ?1"))?
        .query_row([show_in(show)], head)
        .optional()?;
    Ok(found)
}

/// Where a show stands.
pub(super) fn stands(conn: &Connection, show: ShowId) -> Result<Option<Version>, StoreError> {
    Ok(head_of(conn, show)?.map(|head| head.version))
}

/// A show with its whole journal, both of one snapshot.
pub(super) fn load(conn: &Connection, kept: &Kept, show: ShowId) -> Result<Loaded, StoreError> {
    let head = head_of(conn, show)?;
    let says = head.map_or(0, |h| h.version.ver);
    let events = events(conn, kept, show, (0, says))?;
    Ok(Loaded {
        head,
        events,
        elsewhere: None,
    })
}

/// How a journal goes on from what is known of it, of one snapshot.
pub(super) fn tail(
    conn: &Connection,
    kept: &Kept,
    show: ShowId,
    known: Option<Version>,
) -> Result<Tail, StoreError> {
    let Some(known) = known else {
        return Ok(Tail::Elsewhere(load(conn, kept, show)?));
    };
    let Some(head) = head_of(conn, show)?.filter(|h| h.version.ver >= known.ver) else {
        return Ok(Tail::Elsewhere(load(conn, kept, show)?));
    };
    let tip = if head.version.ver == known.ver {
        Some(head.version.tip)
    } else {
        conn.prepare_cached("SELECT tip FROM show_event WHERE show_id = ?1 AND ver = ?2")?
            .query_row((show_in(show), known.ver.cast_signed()), |row| {
                row.get::<_, Option<i64>>(0)
            })
            .optional()?
            .flatten()
            .map(i64::cast_unsigned)
    };
    if tip != Some(known.tip) {
        return Ok(Tail::Elsewhere(load(conn, kept, show)?));
    }
    let events = events(conn, kept, show, (known.ver, head.version.ver))?;
    Ok(Tail::Rows { head, events })
}

/// The events of a show after one version, up to the one that its head says.
fn events(
    conn: &Connection,
    kept: &Kept,
    show: ShowId,
    (after, says): (u64, u64),
) -> Result<Vec<(UtcMillis, Event)>, StoreError> {
    let failed = RefCell::default();
    let kept = KeptOn { kept, conn, failed };
    let mut select = conn.prepare_cached(
        "SELECT ver, at, kind, format, body FROM show_event
         WHERE show_id = ?1 AND ver > ?2 ORDER BY ver",
    )?;
    let mut rows = select.query((show_in(show), after.cast_signed()))?;
    let mut events = Vec::new();
    let mut last = after;
    while let Some(row) = rows.next()? {
        last += 1;
        let ver = row.get::<_, i64>(0)?.cast_unsigned();
        if ver != last {
            let why = format!("{show} has version {ver} where {last} belongs");
            return Err(StoreError::Unreadable(why));
        }
        let (kind, format, body): (String, u8, String) = (row.get(2)?, row.get(3)?, row.get(4)?);
        let event = Event::from_row(&kind, format, &body, &kept).map_err(|e| {
            let content = || StoreError::Unreadable(format!("{show} at version {ver}: {e}"));
            kept.failed.take().unwrap_or_else(content)
        })?;
        events.push((UtcMillis(row.get(1)?), event));
    }
    if says != last {
        let why = format!("{show} ends at version {last}, its head says {says}");
        return Err(StoreError::Unreadable(why));
    }
    Ok(events)
}

/// Rows of a journal as they are stored.
pub(super) fn journal(
    conn: &Connection,
    show: ShowId,
    after: u64,
    limit: u32,
) -> Result<Vec<JournalEntry>, StoreError> {
    let mut select = conn.prepare_cached(
        "SELECT ver, at, kind, body FROM show_event
         WHERE show_id = ?1 AND ver > ?2 ORDER BY ver LIMIT ?3",
    )?;
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let mut rows = select.query((show_in(show), after, limit))?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let ver = row.get::<_, i64>(0)?.cast_unsigned();
        let body: String = row.get(3)?;
        entries.push(JournalEntry {
            show,
            ver,
            at: Time(UtcMillis(row.get(1)?)),
            kind: row.get(2)?,
            event: serde_json::from_str(&body)
                .map_err(|e| StoreError::Unreadable(format!("{show} at version {ver}: {e}")))?,
        });
    }
    Ok(entries)
}

/// The rows that the index `show_event_desk_ended` has, in its own words.
const DESK: &str = "SELECT show_id, ver, at, kind, body FROM show_event
     WHERE (kind IN ('payment_returned', 'money_gone', 'money_short', 'refund_refused',
                     'refund_lapsed', 'case_resolved', 'settle_lapsed')
         OR (kind = 'secured' AND instr(body, '\"late\":true') > 0)
         OR (kind = 'refunded' AND instr(body, '\"asked\":\"') > 0))
     AND at >= ?1 AND (?2 = '' OR instr(?2, '|' || kind || '|') > 0)
     AND (at < ?3 OR (at = ?3 AND (show_id > ?4 OR (show_id = ?4 AND ver > ?5))))
     ORDER BY at DESC, show_id, ver LIMIT ?6";

/// Rows of all journals that the late-payments desk is about.
pub(super) fn desk(conn: &Connection, wanted: &DeskRows) -> Result<Vec<JournalEntry>, StoreError> {
    let mut select = conn.prepare_cached(DESK)?;
    let (at, show, ver) = wanted.bounds();
    let kinds = wanted.kinds_text();
    let mut rows = select.query((wanted.since.0, kinds, at, show, ver, wanted.limit))?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let show = ShowId(row.get::<_, i64>(0)?.cast_unsigned());
        let ver = row.get::<_, i64>(1)?.cast_unsigned();
        let body: String = row.get(4)?;
        entries.push(JournalEntry {
            show,
            ver,
            at: Time(UtcMillis(row.get(2)?)),
            kind: row.get(3)?,
            event: serde_json::from_str(&body)
                .map_err(|e| StoreError::Unreadable(format!("{show} at version {ver}: {e}")))?,
        });
    }
    Ok(entries)
}

/// Shows that wait for something.
pub(super) fn waiting(conn: &Connection) -> Result<Vec<ShowId>, StoreError> {
    let mut select = conn.prepare_cached(
        "SELECT show_id FROM show_head WHERE next_due IS NOT NULL ORDER BY show_id",
    )?;
    let shows = select.query_map([], |row| Ok(ShowId(row.get::<_, i64>(0)?.cast_unsigned())))?;
    Ok(shows.collect::<Result<_, _>>()?)
}
