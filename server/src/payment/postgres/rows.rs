//! Rows of payments, read back.

use houseful_core::{
    ids::{BookingId, PaymentId, QuoteHash},
    money::Money,
    time::UtcMillis,
};
use tokio_postgres::Row;

use crate::{
    payment::{
        machine::{Account, Keep},
        parts,
        store::{Held, Lease},
        words,
    },
    postgres::row::{count, get, show},
    store::StoreError,
};

/// Reads whole payments; a condition on `p` goes behind it.
macro_rules! payments {
    ($($condition:literal),* $(,)?) => {
        concat!(
            "SELECT p.payment, p.show_id, p.booking, p.quote, \
             (SELECT coalesce(json_agg(json_build_object('number', t.number, 'tender', t.tender, \
              'means', t.means, 'amount', t.amount, 'voucher', t.voucher, 'label', t.label, \
              'status', t.status, 'captured', t.captured, 'ordered_back', t.ordered_back, \
              'refunded', t.refunded, 'reason', t.reason)), '[]')::text \
              FROM payment_tender t WHERE t.payment = p.payment), \
             p.state, p.amount, \
             p.currency, p.captured, p.ordered_back, p.refunded, p.keep, p.settle_ver, \
             p.settled_ver, p.reason, p.tries, p.next_at, o.told, o.tell_at, p.created_at, \
             p.updated_at, p.tried, p.lease_by, p.lease_until, p.fingerprint, p.tender, \
             p.reopened_at \
             FROM payment p LEFT JOIN payment_outbox o ON o.payment = p.payment ",
            $($condition),*
        )
    };
}
pub(super) use payments;

/// The column of [`payments`] that tells a repeated request from another one.
pub(super) const FINGERPRINT: usize = 24;

/// A number that is never above the highest integer of a table.
pub(super) fn whole(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn time(row: &Row, column: usize) -> Result<Option<UtcMillis>, StoreError> {
    Ok(get::<Option<i64>>(row, column)?.map(UtcMillis))
}

/// The booking in two columns.
pub(super) fn booking(row: &Row, column: usize) -> Result<BookingId, StoreError> {
    Ok(BookingId {
        show: show(row, column)?,
        uuid: get(row, column + 1)?,
    })
}

/// A row of [`payments`].
pub(super) fn account(row: &Row) -> Result<Account, StoreError> {
    let (state, currency) = words::of_payment(get(row, 5)?, get(row, 7)?)?;
    let keep: Option<i64> = get(row, 11)?;
    let settle_ver: Option<i64> = get(row, 12)?;
    let account = Account {
        id: PaymentId(get(row, 0)?),
        booking: booking(row, 1)?,
        quote: QuoteHash(get(row, 3)?),
        parts: parts::read(get(row, 4)?)?,
        amount: Money::new(get(row, 6)?, currency),
        state,
        captured: get(row, 8)?,
        ordered_back: get(row, 9)?,
        refunded: get(row, 10)?,
        keep: keep.zip(settle_ver).map(|(minor, ver)| Keep {
            minor,
            ver: ver.unsigned_abs(),
        }),
        settled_ver: get::<Option<i64>>(row, 13)?.map(i64::unsigned_abs),
        reason: get(row, 14)?,
        tries: get::<i32>(row, 15)?.unsigned_abs(),
        next_at: time(row, 16)?,
        told: get::<Option<i32>>(row, 17)?.unwrap_or(0).unsigned_abs(),
        tell_at: time(row, 18)?,
        created_at: UtcMillis(get(row, 19)?),
        updated_at: UtcMillis(get(row, 20)?),
        tried: get(row, 21)?,
        reopened_at: time(row, 26)?,
    };
    parts::or_one(account, get(row, 25)?)
}

/// The same with who is at it.
pub(super) fn held(row: &Row) -> Result<Held, StoreError> {
    let by: Option<uuid::Uuid> = get(row, 22)?;
    let lease = by.zip(time(row, 23)?);
    Ok(Held {
        account: account(row)?,
        lease: lease.map(|(by, until)| Lease {
            by: by.into_bytes(),
            until,
        }),
    })
}

/// How many there are in the only row.
pub(super) fn only(rows: &[Row]) -> Result<u64, StoreError> {
    rows.first().map_or(Ok(0), |row| count(row, 0))
}
