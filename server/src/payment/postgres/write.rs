//! Rows of payments, written.

use houseful_core::time::UtcMillis;
use uuid::Uuid;

use super::rows::whole;
use crate::{
    payment::{
        machine::{Account, Part},
        parts,
        store::{Held, Lease},
    },
    postgres::{Fault, Transaction},
};

/// A line of the trail.
pub(super) struct Noted<'a> {
    pub(super) kind: &'static str,
    pub(super) detail: &'a str,
    pub(super) at: UtcMillis,
}

/// Writes a payment unless there is one of its id; whether it did.
pub(super) async fn insert(
    tx: &Transaction,
    a: &Account,
    fingerprint: [u8; 16],
    lease: Option<Lease>,
) -> Result<bool, Fault> {
    let done = tx
        .query(
            "INSERT INTO payment (payment, show_id, booking, quote, fingerprint, tender, amount,
                              currency, created_at, state, captured, ordered_back, refunded,
                              settled, tried, tries, next_at, updated_at, lease_by, lease_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, false, true, 0, $12, $9,
                 $13, $14)
         ON CONFLICT (payment) DO NOTHING RETURNING 1",
            &[
                &a.id.0,
                &whole(a.booking.show.0),
                &a.booking.uuid,
                &a.quote.0,
                &fingerprint.as_slice(),
                &a.tender().word(),
                &a.amount.minor,
                &a.amount.currency.code(),
                &a.created_at.0,
                &a.state.word(),
                &a.captured,
                &a.next_at.map(|at| at.0),
                &lease.map(|l| Uuid::from_bytes(l.by)),
                &lease.map(|l| l.until.0),
            ],
        )
        .await?;
    if done.is_empty() {
        return Ok(false);
    }
    write_parts(tx, &[], a, a.created_at).await?;
    Ok(true)
}

/// Writes a payment as it stands, with what is still to be told. Its tenders were `before`.
pub(super) async fn update(
    tx: &Transaction,
    before: &[Part],
    held: &Held,
    at: UtcMillis,
) -> Result<(), Fault> {
    let a = &held.account;
    tx.query(
        "UPDATE payment SET state = $2, captured = $3, ordered_back = $4, refunded = $5, keep = $6,
                settle_ver = $7, settled_ver = $8, settled = $9, reason = $10, tries = $11,
                next_at = $12, updated_at = $13, tried = $14, lease_by = $15, lease_until = $16,
                amount = $17, tender = $18, reopened_at = $19
         WHERE payment = $1",
        &[
            &a.id.0,
            &a.state.word(),
            &a.captured,
            &a.ordered_back,
            &a.refunded,
            &a.keep.map(|k| k.minor),
            &a.keep.map(|k| whole(k.ver)),
            &a.settled_ver.map(whole),
            &a.is_settled(),
            &a.reason,
            &a.tries.cast_signed(),
            &a.next_at.map(|at| at.0),
            &a.updated_at.0,
            &a.tried,
            &held.lease.map(|l| Uuid::from_bytes(l.by)),
            &held.lease.map(|l| l.until.0),
            &a.amount.minor,
            &a.tender().word(),
            &a.reopened_at.map(|at| at.0),
        ],
    )
    .await?;
    write_parts(tx, before, a, at).await?;
    let told = match a.tell_at {
        Some(at) => {
            let sql = "INSERT INTO payment_outbox (payment, tell_at, told) VALUES ($1, $2, $3)
                       ON CONFLICT (payment) DO UPDATE SET tell_at = $2, told = $3";
            tx.query(sql, &[&a.id.0, &at.0, &a.told.cast_signed()])
                .await
        }
        None => {
            let sql = "DELETE FROM payment_outbox WHERE payment = $1";
            tx.query(sql, &[&a.id.0]).await
        }
    };
    told.map(drop)
}

/// Writes what a step changed of a payment's tenders, with a line for each movement of money.
async fn write_parts(
    tx: &Transaction,
    before: &[Part],
    a: &Account,
    at: UtcMillis,
) -> Result<(), Fault> {
    for (number, part) in parts::changed(before, a) {
        tx.query(
            "INSERT INTO payment_tender (payment, number, tender, means, amount, voucher, label,
                                         status, captured, ordered_back, refunded, reason)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
             ON CONFLICT (payment, number) DO UPDATE SET means = $4, amount = $5, status = $8, captured = $9,
                    ordered_back = $10, refunded = $11, reason = $12",
            &[
                &a.id.0,
                &number,
                &part.id.0,
                &part.means.word(),
                &part.amount,
                &part.voucher.map(|v| v.0),
                &part.label,
                &part.status.word(),
                &part.captured,
                &part.ordered_back,
                &part.refunded,
                &part.reason,
            ],
        )
        .await?;
    }
    for line in parts::movements(before, a) {
        tx.query(
            "INSERT INTO payment_ledger (payment, seq, number, at, kind, minor)
             SELECT $1, coalesce(max(seq), 0) + 1, $2, $3, $4, $5
             FROM payment_ledger WHERE payment = $1",
            &[&a.id.0, &line.number, &at.0, &line.kind, &line.minor],
        )
        .await?;
    }
    Ok(())
}

/// Writes who is at a payment.
pub(super) async fn keep_lease(tx: &Transaction, held: &Held) -> Result<(), Fault> {
    let sql = "UPDATE payment SET lease_by = $2, lease_until = $3 WHERE payment = $1";
    let by = held.lease.map(|l| Uuid::from_bytes(l.by));
    let until = held.lease.map(|l| l.until.0);
    tx.query(sql, &[&held.account.id.0, &by, &until])
        .await
        .map(drop)
}

/// Adds a line to the trail of a payment whose row is locked.
pub(super) async fn note(tx: &Transaction, a: &Account, noted: Noted<'_>) -> Result<(), Fault> {
    tx.query(
        "INSERT INTO payment_event (payment, seq, at, kind, state, captured, refunded, detail)
         SELECT $1, coalesce(max(seq), 0) + 1, $2, $3, $4, $5, $6, $7
         FROM payment_event WHERE payment = $1",
        &[
            &a.id.0,
            &noted.at.0,
            &noted.kind,
            &a.state.word(),
            &a.captured,
            &a.refunded,
            &noted.detail,
        ],
    )
    .await
    .map(drop)
}
