//! Who bookings are for, and finding bookings by that or by a code.

use houseful_core::{ids::BookingId, time::UtcMillis, wire::booking::Contact};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::rows;
use crate::store::{ContactRow, Sought, StoreError};

/// Stands behind every text that begins as another one does.
const LAST: char = char::MAX;

/// The bookings with a row that changed last.
pub(super) fn recent(
    conn: &Connection,
    limit: u32,
) -> Result<Vec<(UtcMillis, BookingId)>, StoreError> {
    let mut select = conn.prepare_cached(
        "SELECT show_id, booking, at FROM booking ORDER BY at DESC, show_id, booking LIMIT ?1",
    )?;
    let at_and_booking = |row: &Row<'_>| Ok((UtcMillis(row.get(2)?), rows::booking_out(row)?));
    let found = select.query_map([limit], at_and_booking)?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Bookings that fit, the newest first.
pub(super) fn sought(
    conn: &Connection,
    sought: &Sought,
    limit: u32,
) -> Result<Vec<(UtcMillis, BookingId)>, StoreError> {
    match sought {
        Sought::Codes(first, last) => {
            let mut select = conn.prepare_cached(
                "SELECT show_id, booking, at FROM booking WHERE code BETWEEN ?1 AND ?2
                 ORDER BY at DESC, show_id, booking LIMIT ?3",
            )?;
            let (first, last) = (first.bits().cast_signed(), last.bits().cast_signed());
            let found = select.query_map(params![first, last, limit], timed)?;
            Ok(found.collect::<Result<_, _>>()?)
        }
        Sought::Words(words) => by_words(conn, words, limit),
        Sought::Digits(digits) => {
            let mut select = conn.prepare_cached(
                "SELECT c.show_id, c.booking, coalesce(b.at, c.at) AS at
                 FROM contact c LEFT JOIN booking b USING (show_id, booking)
                 WHERE c.digits >= ?1 AND c.digits < ?2
                 ORDER BY 3 DESC, c.show_id, c.booking LIMIT ?3",
            )?;
            let found = select.query_map(params![digits, behind(digits), limit], timed)?;
            Ok(found.collect::<Result<_, _>>()?)
        }
    }
}

/// How many words of names are looked at: more than that many people of one name are found by more
/// letters, or by their number.
const ROWS_MAX: u32 = 5_000;

/// The longest word is looked up, the others only compared: it leaves the fewest.
fn by_words(
    conn: &Connection,
    words: &[String],
    limit: u32,
) -> Result<Vec<(UtcMillis, BookingId)>, StoreError> {
    let Some(longest) = words.iter().max_by_key(|word| word.chars().count()) else {
        return Ok(Vec::new());
    };
    let mut select = conn.prepare_cached(
        "SELECT DISTINCT w.show_id, w.booking, coalesce(b.at, c.at) AS at
         FROM (SELECT show_id, booking FROM contact_word
               WHERE word >= ?1 AND word < ?2 LIMIT ?3) w
         JOIN contact c USING (show_id, booking)
         LEFT JOIN booking b USING (show_id, booking)
         ORDER BY 3 DESC, w.show_id, w.booking",
    )?;
    let mut has = conn.prepare_cached(
        "SELECT 1 FROM contact_word
         WHERE show_id = ?1 AND booking = ?2 AND word >= ?3 AND word < ?4 LIMIT 1",
    )?;
    let mut rows = select.query(params![longest, behind(longest), ROWS_MAX])?;
    let mut found = Vec::new();
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    'booking: while let Some(row) = rows.next()? {
        if found.len() >= limit {
            break;
        }
        let (at, booking) = timed(row)?;
        for word in words.iter().filter(|word| *word != longest) {
            let show = rows::show_in(booking.show);
            let key = params![show, booking.uuid.as_bytes(), word, behind(word)];
            let fits: Option<i64> = has.query_row(key, |r| r.get(0)).optional()?;
            if fits.is_none() {
                continue 'booking;
            }
        }
        found.push((at, booking));
    }
    Ok(found)
}

fn behind(beginning: &str) -> String {
    format!("{beginning}{LAST}")
}

fn timed(row: &Row<'_>) -> rusqlite::Result<(UtcMillis, BookingId)> {
    Ok((UtcMillis(row.get(2)?), rows::booking_out(row)?))
}

/// Writes who a booking is for in place of what stood there.
pub(super) fn keep(
    conn: &Connection,
    booking: BookingId,
    contact: Option<&ContactRow>,
    at: UtcMillis,
) -> Result<(), StoreError> {
    let (show, uuid) = (rows::show_in(booking.show), booking.uuid.as_bytes());
    conn.prepare_cached("DELETE FROM contact_word WHERE show_id = ?1 AND booking = ?2")?
        .execute(params![show, uuid])?;
    let Some(row) = contact else {
        conn.prepare_cached("DELETE FROM contact WHERE show_id = ?1 AND booking = ?2")?
            .execute(params![show, uuid])?;
        return Ok(());
    };
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    conn.prepare_cached(
        "INSERT INTO contact (show_id, booking, name, phone, digits, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (show_id, booking) DO UPDATE
             SET name = excluded.name, phone = excluded.phone, digits = excluded.digits,
                 at = excluded.at",
    )?
    .execute(params![
        show,
        uuid,
        text(&row.contact.name),
        text(&row.contact.phone),
        row.digits,
        at.0
    ])?;
    for word in &row.words {
        conn.prepare_cached(
            "INSERT INTO contact_word (show_id, booking, word) VALUES (?1, ?2, ?3)
             ON CONFLICT (show_id, booking, word) DO NOTHING",
        )?
        .execute(params![show, uuid, word])?;
    }
    Ok(())
}

/// Who these bookings are for.
pub(super) fn of(
    conn: &Connection,
    bookings: &[BookingId],
) -> Result<Vec<(BookingId, Contact)>, StoreError> {
    let mut select =
        conn.prepare_cached("SELECT name, phone FROM contact WHERE show_id = ?1 AND booking = ?2")?;
    let given = |text: String| Some(text).filter(|text| !text.is_empty());
    let mut found = Vec::new();
    for booking in bookings {
        let key = params![rows::show_in(booking.show), booking.uuid.as_bytes()];
        let contact = select.query_row(key, |row| {
            Ok(Contact {
                name: given(row.get(0)?),
                phone: given(row.get(1)?),
            })
        });
        found.extend(contact.optional()?.map(|contact| (*booking, contact)));
    }
    Ok(found)
}
