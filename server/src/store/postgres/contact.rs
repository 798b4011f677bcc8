//! Who bookings are for, and finding bookings by that or by a code.

use houseful_core::{ids::BookingId, time::UtcMillis, wire::booking::Contact};
use tokio_postgres::Row;

use super::rows;
use crate::{
    postgres::Database,
    store::{ContactRow, Sought, StoreError},
};

/// Stands behind every text that begins as another one does.
const LAST: char = char::MAX;

/// How many words of names are looked at: more than that many people of one name are found by more
/// letters, or by their number.
const ROWS_MAX: i64 = 5_000;

const BY_CODE: &str = "
    SELECT show_id, booking, at FROM booking WHERE code BETWEEN $1 AND $2
    ORDER BY at DESC, show_id, booking LIMIT $3";

const BY_DIGITS: &str = "
    SELECT c.show_id, c.booking, coalesce(b.at, c.at) AS at
    FROM contact c LEFT JOIN booking b USING (show_id, booking)
    WHERE c.digits >= $1 AND c.digits < $2
    ORDER BY at DESC, c.show_id, c.booking LIMIT $3";

/// One word is looked up, the others are only compared.
const BY_WORDS: &str = "
    SELECT w.show_id, w.booking, coalesce(b.at, c.at) AS at
    FROM (SELECT DISTINCT show_id, booking
          FROM (SELECT show_id, booking FROM contact_word
                WHERE word >= $1 AND word < $2 LIMIT $3) these) w
    JOIN contact c USING (show_id, booking)
    LEFT JOIN booking b USING (show_id, booking)
    WHERE NOT EXISTS (
        SELECT 1 FROM unnest($4::text[], $5::text[]) AS other(first, behind)
        WHERE NOT EXISTS (
            SELECT 1 FROM contact_word v
            WHERE v.show_id = w.show_id AND v.booking = w.booking
              AND v.word >= other.first AND v.word < other.behind))
    ORDER BY at DESC, w.show_id, w.booking LIMIT $6";

/// Whether the show's rows are this database's to write. Its head is held, so that the show is not
/// sealed meanwhile.
macro_rules! here {
    () => {
        "
    WITH head AS MATERIALIZED (
        SELECT sales = 'moved' AS moved FROM show_head WHERE show_id = $1 FOR SHARE
    ), here AS MATERIALIZED (
        SELECT 1 AS one WHERE NOT EXISTS (SELECT FROM head WHERE moved)
    )"
    };
}

const KEEP: &str = concat!(
    here!(),
    ", gone AS (
        DELETE FROM contact_word
        WHERE show_id = $1 AND booking = $2 AND word <> ALL($7::text[]) AND EXISTS (SELECT FROM here)
    ), kept AS (
        INSERT INTO contact (show_id, booking, name, phone, digits, at)
        SELECT $1, $2, $3, $4, $5, $6 FROM here
        ON CONFLICT (show_id, booking) DO UPDATE
            SET name = excluded.name, phone = excluded.phone, digits = excluded.digits,
                at = excluded.at
    ), words AS (
        INSERT INTO contact_word (show_id, booking, word)
        SELECT DISTINCT $1::bigint, $2::uuid, word FROM unnest($7::text[]) AS w(word), here
        ON CONFLICT (show_id, booking, word) DO NOTHING
    )
    SELECT 1 FROM here"
);

const FORGET: &str = concat!(
    here!(),
    ", words AS (
        DELETE FROM contact_word
        WHERE show_id = $1 AND booking = $2 AND EXISTS (SELECT FROM here)
    ), gone AS (
        DELETE FROM contact WHERE show_id = $1 AND booking = $2 AND EXISTS (SELECT FROM here)
    )
    SELECT 1 FROM here"
);

const OF: &str = "
    SELECT c.show_id, c.booking, c.name, c.phone
    FROM unnest($1::bigint[], $2::uuid[]) WITH ORDINALITY AS w(show_id, booking, n)
    JOIN contact c USING (show_id, booking) ORDER BY w.n";

/// The bookings with a row that changed last.
pub(super) async fn recent(
    db: &Database,
    limit: u32,
) -> Result<Vec<(UtcMillis, BookingId)>, StoreError> {
    let sql =
        "SELECT show_id, booking, at FROM booking ORDER BY at DESC, show_id, booking LIMIT $1";
    let found = db.read(sql, &[&i64::from(limit)]).await?;
    found.iter().map(at_and_booking).collect()
}

fn at_and_booking(row: &Row) -> Result<(UtcMillis, BookingId), StoreError> {
    Ok((UtcMillis(rows::get(row, 2)?), rows::booking(row)?))
}

/// Bookings that fit, the newest first.
pub(super) async fn sought(
    db: &Database,
    sought: Sought,
    limit: u32,
) -> Result<Vec<(UtcMillis, BookingId)>, StoreError> {
    let limit = i64::from(limit);
    let found = match sought {
        Sought::Codes(first, last) => {
            let (first, last) = (first.bits().cast_signed(), last.bits().cast_signed());
            db.read(BY_CODE, &[&first, &last, &limit]).await?
        }
        Sought::Digits(digits) => {
            db.read(BY_DIGITS, &[&digits, &behind(&digits), &limit])
                .await?
        }
        Sought::Words(words) => by_words(db, &words, limit).await?,
    };
    found.iter().map(at_and_booking).collect()
}

/// The longest word is looked up: it leaves the fewest.
async fn by_words(db: &Database, words: &[String], limit: i64) -> Result<Vec<Row>, StoreError> {
    let Some(longest) = words.iter().max_by_key(|word| word.chars().count()) else {
        return Ok(Vec::new());
    };
    let others: Vec<&String> = words.iter().filter(|word| *word != longest).collect();
    let ends: Vec<String> = others.iter().map(|word| behind(word)).collect();
    let end = behind(longest);
    db.read(
        BY_WORDS,
        &[longest, &end, &ROWS_MAX, &others, &ends, &limit],
    )
    .await
}

fn behind(beginning: &str) -> String {
    format!("{beginning}{LAST}")
}

/// Writes who a booking is for in place of what stood there.
pub(super) async fn keep(
    db: &Database,
    booking: BookingId,
    contact: Option<ContactRow>,
    at: UtcMillis,
) -> Result<(), StoreError> {
    let (show, uuid) = (rows::show_in(booking.show), booking.uuid);
    let Some(row) = contact else {
        return written(&db.write(FORGET, &[&show, &uuid]).await?);
    };
    let name = row.contact.name.unwrap_or_default();
    let phone = row.contact.phone.unwrap_or_default();
    let done = db
        .write(
            KEEP,
            &[&show, &uuid, &name, &phone, &row.digits, &at.0, &row.words],
        )
        .await?;
    written(&done)
}

/// A show that has gone to another shard is written there, by whoever tries again.
fn written(done: &[Row]) -> Result<(), StoreError> {
    if done.is_empty() {
        return Err(StoreError::Busy);
    }
    Ok(())
}

/// Who these bookings are for.
pub(super) async fn of(
    db: &Database,
    bookings: Vec<BookingId>,
) -> Result<Vec<(BookingId, Contact)>, StoreError> {
    let shows: Vec<i64> = bookings.iter().map(|b| rows::show_in(b.show)).collect();
    let ids: Vec<uuid::Uuid> = bookings.iter().map(|b| b.uuid).collect();
    let given = |text: String| Some(text).filter(|text| !text.is_empty());
    let contact = |row: &Row| {
        let contact = Contact {
            name: given(rows::get(row, 2)?),
            phone: given(rows::get(row, 3)?),
        };
        Ok((rows::booking(row)?, contact))
    };
    db.read(OF, &[&shows, &ids])
        .await?
        .iter()
        .map(contact)
        .collect()
}
