//! Rows of payments, read back. What this program can't have written is said to be unreadable.

use houseful_core::{
    ids::{BookingId, PaymentId, QuoteHash, ShowId},
    money::Money,
    time::UtcMillis,
};
use rusqlite::Row;
use uuid::Uuid;

use crate::{
    payment::{
        machine::{Account, Keep},
        parts, words,
    },
    store::StoreError,
};

/// Reads whole payments; a condition on `p` goes behind it.
pub(super) const COLUMNS: &str = "SELECT p.payment, p.show_id, p.booking, p.quote, \
     (SELECT json_group_array(json_object('number', t.number, 'tender', hex(t.tender), \
      'means', t.means, 'amount', t.amount, 'voucher', nullif(hex(t.voucher), ''), \
      'label', t.label, 'status', t.status, 'captured', t.captured, \
      'ordered_back', t.ordered_back, 'refunded', t.refunded, 'reason', t.reason)) \
      FROM payment_tender t WHERE t.payment = p.payment), \
     p.state, p.amount, p.currency, p.captured, p.ordered_back, p.refunded, p.keep, p.settle_ver, \
     p.settled_ver, p.reason, p.tries, p.next_at, o.told, o.tell_at, p.created_at, p.updated_at, \
     p.tried, p.tender, p.reopened_at \
     FROM payment p LEFT JOIN payment_outbox o ON o.payment = p.payment";

/// An id as it is stored.
pub(super) fn blob(id: Uuid) -> [u8; 16] {
    id.into_bytes()
}

/// A number that is never above the highest integer of a table.
pub(super) fn whole(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

/// The id in a column.
pub(super) fn id(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    row.get(column).map(Uuid::from_bytes)
}

/// The booking in two columns.
pub(super) fn booking(row: &Row<'_>, column: usize) -> rusqlite::Result<BookingId> {
    Ok(BookingId {
        show: ShowId(count(row.get(column)?)),
        uuid: id(row, column + 1)?,
    })
}

/// A row of [`COLUMNS`].
pub(super) fn account(row: &Row<'_>) -> rusqlite::Result<Result<Account, StoreError>> {
    let time = |column| -> rusqlite::Result<Option<UtcMillis>> {
        Ok(row.get::<_, Option<i64>>(column)?.map(UtcMillis))
    };
    let keep: Option<i64> = row.get(11)?;
    let settle_ver: Option<i64> = row.get(12)?;
    let [tenders, state, currency]: [String; 3] = [row.get(4)?, row.get(5)?, row.get(7)?];
    let read = words::of_payment(&state, &currency);
    let read = read.and_then(|words| Ok((words, parts::read(&tenders)?)));
    let ((state, currency), parts) = match read {
        Ok(read) => read,
        Err(error) => return Ok(Err(error)),
    };
    let means: String = row.get(22)?;
    let account = Account {
        id: PaymentId(id(row, 0)?),
        booking: booking(row, 1)?,
        quote: QuoteHash(id(row, 3)?),
        parts,
        amount: Money::new(row.get(6)?, currency),
        state,
        captured: row.get(8)?,
        ordered_back: row.get(9)?,
        refunded: row.get(10)?,
        keep: keep.zip(settle_ver).map(|(minor, ver)| Keep {
            minor,
            ver: count(ver),
        }),
        settled_ver: row.get::<_, Option<i64>>(13)?.map(count),
        reason: row.get(14)?,
        tries: row.get(15)?,
        next_at: time(16)?,
        told: row.get::<_, Option<u32>>(17)?.unwrap_or(0),
        tell_at: time(18)?,
        created_at: UtcMillis(row.get(19)?),
        updated_at: UtcMillis(row.get(20)?),
        tried: row.get(21)?,
        reopened_at: time(23)?,
    };
    Ok(parts::or_one(account, &means))
}
