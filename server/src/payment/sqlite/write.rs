//! Rows of payments, written.

use houseful_core::time::UtcMillis;
use rusqlite::{Connection, params};

use super::rows::{blob, whole};
use crate::payment::{
    machine::{Account, Part},
    parts,
    store::{Held, Lease},
};

/// Writes a payment.
pub(super) fn insert(
    conn: &Connection,
    a: &Account,
    fingerprint: [u8; 16],
    lease: Option<Lease>,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO payment (payment, show_id, booking, quote, fingerprint, tender, amount,
                              currency, created_at, state, captured, ordered_back, refunded, settled,
                              tries, next_at, updated_at, lease_by, lease_until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, 0, 0, 0, ?12, ?9, ?13, ?14)",
    )?
    .execute(params![
        blob(a.id.0),
        whole(a.booking.show.0),
        blob(a.booking.uuid),
        blob(a.quote.0),
        fingerprint,
        a.tender().word(),
        a.amount.minor,
        a.amount.currency.code(),
        a.created_at.0,
        a.state.word(),
        a.captured,
        a.next_at.map(|at| at.0),
        lease.map(|l| l.by),
        lease.map(|l| l.until.0),
    ])?;
    write_parts(conn, &[], a, a.created_at)
}

/// Writes a payment as it stands, with what is still to be told. Its tenders were `before`.
pub(super) fn update(
    conn: &Connection,
    before: &[Part],
    held: &Held,
    at: UtcMillis,
) -> rusqlite::Result<()> {
    let a = &held.account;
    conn.prepare_cached(
        "UPDATE payment SET state = ?2, captured = ?3, ordered_back = ?4, refunded = ?5, keep = ?6,
                settle_ver = ?7, settled_ver = ?8, settled = ?9, reason = ?10, tries = ?11,
                next_at = ?12, updated_at = ?13, tried = ?14, lease_by = ?15, lease_until = ?16,
                amount = ?17, tender = ?18, reopened_at = ?19
         WHERE payment = ?1",
    )?
    .execute(params![
        blob(a.id.0),
        a.state.word(),
        a.captured,
        a.ordered_back,
        a.refunded,
        a.keep.map(|k| k.minor),
        a.keep.map(|k| whole(k.ver)),
        a.settled_ver.map(whole),
        a.is_settled(),
        a.reason,
        a.tries,
        a.next_at.map(|at| at.0),
        a.updated_at.0,
        a.tried,
        held.lease.map(|l| l.by),
        held.lease.map(|l| l.until.0),
        a.amount.minor,
        a.tender().word(),
        a.reopened_at.map(|at| at.0),
    ])?;
    write_parts(conn, before, a, at)?;
    match a.tell_at {
        Some(at) => conn
            .prepare_cached(
                "INSERT INTO payment_outbox (payment, tell_at, told) VALUES (?1, ?2, ?3)
                 ON CONFLICT (payment) DO UPDATE SET tell_at = ?2, told = ?3",
            )?
            .execute(params![blob(a.id.0), at.0, a.told])?,
        None => conn
            .prepare_cached("DELETE FROM payment_outbox WHERE payment = ?1")?
            .execute([blob(a.id.0)])?,
    };
    Ok(())
}

/// Adds a line to the trail of a payment.
pub(super) fn note(
    conn: &Connection,
    a: &Account,
    kind: &str,
    detail: &str,
    at: UtcMillis,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO payment_event (payment, seq, at, kind, state, captured, refunded, detail)
         SELECT ?1, ifnull(max(seq), 0) + 1, ?2, ?3, ?4, ?5, ?6, ?7
         FROM payment_event WHERE payment = ?1",
    )?
    .execute(params![
        blob(a.id.0),
        at.0,
        kind,
        a.state.word(),
        a.captured,
        a.refunded,
        detail,
    ])?;
    Ok(())
}

/// Writes who is at a payment.
pub(super) fn keep_lease(conn: &Connection, held: &Held) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE payment SET lease_by = ?2, lease_until = ?3 WHERE payment = ?1")?
        .execute(params![
            blob(held.account.id.0),
            held.lease.map(|l| l.by),
            held.lease.map(|l| l.until.0),
        ])?;
    Ok(())
}

/// Writes what a step changed of a payment's tenders, with a line for each movement of money.
fn write_parts(
    conn: &Connection,
    before: &[Part],
    a: &Account,
    at: UtcMillis,
) -> rusqlite::Result<()> {
    let payment = blob(a.id.0);
    for (number, part) in parts::changed(before, a) {
        conn.prepare_cached(
            "INSERT INTO payment_tender (payment, number, tender, means, amount, voucher, label,
                                         status, captured, ordered_back, refunded, reason)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (payment, number) DO UPDATE SET means = ?4, amount = ?5, status = ?8, captured = ?9,
                    ordered_back = ?10, refunded = ?11, reason = ?12",
        )?
        .execute(params![
            payment,
            number,
            blob(part.id.0),
            part.means.word(),
            part.amount,
            part.voucher.map(|v| blob(v.0)),
            part.label,
            part.status.word(),
            part.captured,
            part.ordered_back,
            part.refunded,
            part.reason,
        ])?;
    }
    for line in parts::movements(before, a) {
        conn.prepare_cached(
            "INSERT INTO payment_ledger (payment, seq, number, at, kind, minor)
             SELECT ?1, ifnull(max(seq), 0) + 1, ?2, ?3, ?4, ?5
             FROM payment_ledger WHERE payment = ?1",
        )?
        .execute(params![payment, line.number, at.0, line.kind, line.minor])?;
    }
    Ok(())
}
