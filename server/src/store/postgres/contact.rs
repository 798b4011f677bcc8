//! Who bookings are for, and finding bookings by that or by a code.

use std::collections::HashMap;

use houseful_core::{ids::BookingId, time::UtcMillis, wire::booking::Contact};
use tokio_postgres::{Row, types::ToSql};

use super::{PostgresStore, rows};
use crate::{
    postgres::{Asked, Database, Fault},
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

/// The same where journals are spread over nodes: `$3` are patterns that all words together, with a
/// space before each, have to be like.
const BY_WORDS_SPREAD: &str = "
    SELECT c.show_id, c.booking, coalesce(b.at, c.at) AS at
    FROM contact c
    JOIN contact_word v ON v.show_id = c.show_id AND v.booking = c.booking
    LEFT JOIN booking b ON b.show_id = c.show_id AND b.booking = c.booking
    WHERE EXISTS (SELECT 1 FROM contact_word w
                  WHERE w.show_id = c.show_id AND w.booking = c.booking
                    AND w.word >= $1 AND w.word < $2)
    GROUP BY c.show_id, c.booking, c.at, b.at
    HAVING ' ' || string_agg(v.word, ' ') LIKE ALL ($3::text[])
    ORDER BY 3 DESC, c.show_id, c.booking LIMIT $4";

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

/// What [`KEEP`] and [`FORGET`] do, as statements of one show each, in one transaction.
const MOVED: &str = "SELECT sales = 'moved' FROM show_head WHERE show_id = $1 FOR SHARE";
const PUT: &str = "INSERT INTO contact (show_id, booking, name, phone, digits, at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (show_id, booking) DO UPDATE
        SET name = excluded.name, phone = excluded.phone, digits = excluded.digits,
            at = excluded.at";
const PUT_WORD: &str = "INSERT INTO contact_word (show_id, booking, word) VALUES ($1, $2, $3)
    ON CONFLICT (show_id, booking, word) DO NOTHING";
const DROP_WORDS: &str = "DELETE FROM contact_word
    WHERE show_id = $1 AND booking = $2 AND word <> ALL($3::text[])";
const DROP: &str = "DELETE FROM contact WHERE show_id = $1 AND booking = $2";

const OF: &str = "
    SELECT show_id, booking, name, phone FROM contact
    WHERE show_id = ANY($1) AND booking = ANY($2)";

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
    store: &PostgresStore,
    sought: Sought,
    limit: u32,
) -> Result<Vec<(UtcMillis, BookingId)>, StoreError> {
    let (db, limit) = (&store.db, i64::from(limit));
    let found = match sought {
        Sought::Codes(first, last) => {
            let (first, last) = (first.bits().cast_signed(), last.bits().cast_signed());
            db.read(BY_CODE, &[&first, &last, &limit]).await?
        }
        Sought::Digits(digits) => {
            db.read(BY_DIGITS, &[&digits, &behind(&digits), &limit])
                .await?
        }
        Sought::Words(words) => by_words(store, &words, limit).await?,
    };
    found.iter().map(at_and_booking).collect()
}

/// The longest word is looked up: it leaves the fewest.
async fn by_words(
    store: &PostgresStore,
    words: &[String],
    limit: i64,
) -> Result<Vec<Row>, StoreError> {
    let Some(longest) = words.iter().max_by_key(|word| word.chars().count()) else {
        return Ok(Vec::new());
    };
    let others: Vec<&String> = words.iter().filter(|word| *word != longest).collect();
    if store.one_show {
        let like: Vec<String> = others.iter().map(|word| beginning_so(word)).collect();
        let end = behind(longest);
        let params: [&(dyn ToSql + Sync); 4] = [longest, &end, &like, &limit];
        return store.db.read(BY_WORDS_SPREAD, &params).await;
    }
    let ends: Vec<String> = others.iter().map(|word| behind(word)).collect();
    let end = behind(longest);
    let params: [&(dyn ToSql + Sync); 6] = [longest, &end, &ROWS_MAX, &others, &ends, &limit];
    store.db.read(BY_WORDS, &params).await
}

/// A pattern of words of which one begins like this.
fn beginning_so(word: &str) -> String {
    let mut pattern = String::from("% ");
    for c in word.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

fn behind(beginning: &str) -> String {
    format!("{beginning}{LAST}")
}

/// Writes who a booking is for in place of what stood there.
pub(super) async fn keep(
    store: &PostgresStore,
    booking: BookingId,
    contact: Option<ContactRow>,
    at: UtcMillis,
) -> Result<(), StoreError> {
    if store.one_show {
        return keep_one_by_one(&store.db, booking, contact, at).await;
    }
    let (db, show, uuid) = (&store.db, rows::show_in(booking.show), booking.uuid);
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

async fn keep_one_by_one(
    db: &Database,
    booking: BookingId,
    contact: Option<ContactRow>,
    at: UtcMillis,
) -> Result<(), StoreError> {
    let (show, uuid) = (rows::show_in(booking.show), booking.uuid);
    let words = contact.as_ref().map_or(&[][..], |row| &row.words[..]);
    let mut all = vec![Asked::new(
        DROP_WORDS,
        vec![Box::new(show), Box::new(uuid), Box::new(words)],
    )];
    all.push(match &contact {
        None => Asked::new(DROP, vec![Box::new(show), Box::new(uuid)]),
        Some(row) => Asked::new(
            PUT,
            vec![
                Box::new(show),
                Box::new(uuid),
                Box::new(row.contact.name.as_deref().unwrap_or_default()),
                Box::new(row.contact.phone.as_deref().unwrap_or_default()),
                Box::new(row.digits.as_str()),
                Box::new(at.0),
            ],
        ),
    });
    all.extend(words.iter().map(|word| {
        let values: Vec<Box<dyn ToSql + Sync + Send>> =
            vec![Box::new(show), Box::new(uuid), Box::new(word.as_str())];
        Asked::new(PUT_WORD, values)
    }));
    // Last, so that the head is held no longer than it takes to commit.
    all.push(Asked::new(MOVED, vec![Box::new(show)]));
    let (transaction, answers) = db.begin_with(&all).await.map_err(Fault::writing)?;
    let moved = answers.last().and_then(|rows| rows.first());
    if moved.is_some_and(|row| rows::get(row, 0) != Ok(false)) {
        transaction.roll_back().await;
        return Err(StoreError::Busy);
    }
    transaction.commit().await.map_err(Fault::writing)
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
    let contact = |row: &Row| -> Result<_, StoreError> {
        let contact = Contact {
            name: given(rows::get(row, 2)?),
            phone: given(rows::get(row, 3)?),
        };
        Ok((rows::booking(row)?, contact))
    };
    let mut found = HashMap::new();
    for row in &db.read(OF, &[&shows, &ids]).await? {
        let (booking, contact) = contact(row)?;
        found.insert(booking, contact);
    }
    let told = bookings.into_iter().filter_map(|b| {
        let contact = found.get(&b)?.clone();
        Some((b, contact))
    });
    Ok(told.collect())
}
