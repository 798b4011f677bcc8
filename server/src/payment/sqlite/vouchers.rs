//! Vouchers in SQLite.

use houseful_core::{
    ids::{CommandId, PaymentId, VoucherId},
    money::Money,
    time::UtcMillis,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    SqlitePayments,
    rows::{blob, id},
};
use crate::{
    payment::{
        voucher::{
            Use, Voucher,
            store::{Cancel, Change, VoucherCursor, VoucherStore},
            trail::Line,
        },
        words,
    },
    store::{Later, StoreError},
};

impl VoucherStore for SqlitePayments {
    fn add(&self, batch: CommandId, vouchers: Vec<Voucher>) -> Later<'_, bool> {
        Box::pin(self.db.write(move |conn| {
            let known: bool = conn
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM voucher WHERE batch = ?1)")?
                .query_row([blob(batch.0)], |row| row.get(0))?;
            if known {
                return Ok(false);
            }
            for voucher in &vouchers {
                insert(conn, voucher)?;
                note(conn, &Line::made(voucher))?;
            }
            Ok(true)
        }))
    }

    fn by_hash(&self, hash: [u8; 32]) -> Later<'_, Option<Voucher>> {
        Box::pin(self.db.read(move |conn| {
            conn.prepare_cached(&format!("{VOUCHERS} WHERE hash = ?1"))?
                .query_row([hash], voucher)
                .optional()?
                .transpose()
        }))
    }

    fn voucher(&self, id: VoucherId) -> Later<'_, Option<Voucher>> {
        Box::pin(self.db.read(move |conn| load(conn, id)))
    }

    fn vouchers(&self, after: Option<VoucherCursor>, limit: u32) -> Later<'_, Vec<Voucher>> {
        let last = (i64::MAX, [0xff; 16]);
        let (at, id) = after.map_or(last, |c| (c.created_at.0, blob(c.voucher.0)));
        Box::pin(self.db.read(move |conn| {
            conn.prepare_cached(&format!(
                "{VOUCHERS} WHERE (created_at, voucher) < (?1, ?2)
                 ORDER BY created_at DESC, voucher DESC LIMIT ?3"
            ))?
            .query_map(params![at, id, limit], voucher)?
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .collect()
        }))
    }

    fn uses(&self, id: VoucherId, limit: u32) -> Later<'_, Vec<Use>> {
        Box::pin(self.db.read(move |conn| {
            let uses: Result<Vec<Use>, StoreError> = conn
                .prepare_cached(&format!(
                    "{USES} WHERE voucher = ?1 ORDER BY updated_at DESC, tender LIMIT ?2"
                ))?
                .query_map(params![blob(id.0), limit], used)?
                .collect::<Result<Vec<_>, _>>()?
                .into_iter()
                .collect();
            uses.map(|uses| uses.into_iter().rev().collect())
        }))
    }

    fn use_by(&self, tender: PaymentId) -> Later<'_, Option<Use>> {
        Box::pin(self.db.read(move |conn| load_use(conn, tender)))
    }

    fn trail(&self, id: VoucherId, limit: u32) -> Later<'_, Vec<Line>> {
        Box::pin(self.db.read(move |conn| {
            let lines = conn
                .prepare_cached(
                    "SELECT voucher, at, kind, by, payment, minor, detail FROM voucher_event
                     WHERE voucher = ?1 ORDER BY seq DESC LIMIT ?2",
                )?
                .query_map(params![blob(id.0), limit], line)?
                .collect::<Result<Vec<_>, _>>()?;
            Ok(lines.into_iter().rev().collect())
        }))
    }

    fn cancel(&self, id: VoucherId, cancel: Cancel) -> Later<'_, Option<Voucher>> {
        Box::pin(self.db.write(move |conn| {
            let done = conn
                .prepare_cached(
                    "UPDATE voucher SET cancelled_at = ?2, cancelled_by = ?3
                     WHERE voucher = ?1 AND cancelled_at IS NULL",
                )?
                .execute(params![blob(id.0), cancel.at.0, cancel.by])?;
            let found = load(conn, id)?;
            if let Some(voucher) = found.as_ref().filter(|_| done > 0) {
                note(conn, &Line::cancelled(voucher, &cancel.reason))?;
            }
            Ok(found)
        }))
    }

    fn change(
        &self,
        id: VoucherId,
        tender: PaymentId,
        change: Change,
    ) -> Later<'_, Option<Option<Use>>> {
        Box::pin(self.db.write(move |conn| {
            let Some(before) = load(conn, id)? else {
                return Ok(None);
            };
            let was = load_use(conn, tender)?;
            let (mut voucher, mut used) = (before.clone(), was.clone());
            change(&mut voucher, &mut used);
            if voucher != before {
                save(conn, &before, &voucher)?;
            }
            if let Some(used) = used.as_ref().filter(|used| Some(*used) != was.as_ref()) {
                save_use(conn, used)?;
            }
            for line in Line::of_use(was.as_ref(), used.as_ref()) {
                note(conn, &line)?;
            }
            Ok(Some(used))
        }))
    }
}

const VOUCHERS: &str = "SELECT voucher, hash, label, batch, value, currency, remaining, uses, \
     uses_max, valid_from, valid_until, note, created_at, cancelled_at, \
     made_by, cancelled_by, back, back_until FROM voucher";
const USES: &str = "SELECT tender, voucher, payment, amount, currency, status, captured, refunded, \
     reason, updated_at, of_back FROM voucher_use";

fn load(conn: &Connection, id: VoucherId) -> Result<Option<Voucher>, StoreError> {
    conn.prepare_cached(&format!("{VOUCHERS} WHERE voucher = ?1"))?
        .query_row([blob(id.0)], voucher)
        .optional()?
        .transpose()
}

fn load_use(conn: &Connection, tender: PaymentId) -> Result<Option<Use>, StoreError> {
    conn.prepare_cached(&format!("{USES} WHERE tender = ?1"))?
        .query_row([blob(tender.0)], used)
        .optional()?
        .transpose()
}

fn voucher(row: &Row<'_>) -> rusqlite::Result<Result<Voucher, StoreError>> {
    let currency = match words::currency(&row.get::<_, String>(5)?) {
        Ok(currency) => currency,
        Err(error) => return Ok(Err(error)),
    };
    let time = |column| -> rusqlite::Result<Option<UtcMillis>> {
        Ok(row.get::<_, Option<i64>>(column)?.map(UtcMillis))
    };
    Ok(Ok(Voucher {
        id: VoucherId(id(row, 0)?),
        hash: row.get(1)?,
        label: row.get(2)?,
        batch: CommandId(id(row, 3)?),
        value: Money::new(row.get(4)?, currency),
        remaining: row.get(6)?,
        uses: row.get(7)?,
        uses_max: row.get(8)?,
        valid_from: time(9)?,
        valid_until: time(10)?,
        note: row.get(11)?,
        created_at: UtcMillis(row.get(12)?),
        cancelled_at: time(13)?,
        made_by: row.get(14)?,
        cancelled_by: row.get(15)?,
        back: row.get(16)?,
        back_until: time(17)?,
    }))
}

fn used(row: &Row<'_>) -> rusqlite::Result<Result<Use, StoreError>> {
    let (code, word): (String, String) = (row.get(4)?, row.get(5)?);
    let (currency, status) = match (words::currency(&code), words::status(&word)) {
        (Ok(currency), Ok(status)) => (currency, status),
        (Err(error), _) | (_, Err(error)) => return Ok(Err(error)),
    };
    Ok(Ok(Use {
        tender: PaymentId(id(row, 0)?),
        voucher: VoucherId(id(row, 1)?),
        payment: PaymentId(id(row, 2)?),
        amount: Money::new(row.get(3)?, currency),
        status,
        captured: row.get(6)?,
        refunded: row.get(7)?,
        reason: row.get(8)?,
        updated_at: UtcMillis(row.get(9)?),
        of_back: row.get(10)?,
    }))
}

fn line(row: &Row<'_>) -> rusqlite::Result<Line> {
    let payment: Option<[u8; 16]> = row.get(4)?;
    Ok(Line {
        voucher: VoucherId(id(row, 0)?),
        at: UtcMillis(row.get(1)?),
        kind: row.get(2)?,
        by: row.get(3)?,
        payment: payment.map(|bytes| PaymentId(uuid::Uuid::from_bytes(bytes))),
        minor: row.get(5)?,
        detail: row.get(6)?,
    })
}

/// Adds a line to what became of a voucher.
fn note(conn: &Connection, line: &Line) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO voucher_event (voucher, seq, at, kind, by, payment, minor, detail)
         SELECT ?1, ifnull(max(seq), 0) + 1, ?2, ?3, ?4, ?5, ?6, ?7
         FROM voucher_event WHERE voucher = ?1",
    )?
    .execute(params![
        blob(line.voucher.0),
        line.at.0,
        line.kind,
        line.by,
        line.payment.map(|p| blob(p.0)),
        line.minor,
        line.detail,
    ])?;
    Ok(())
}

fn insert(conn: &Connection, v: &Voucher) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO voucher (voucher, hash, label, batch, value, currency, remaining, uses,
                              uses_max, valid_from, valid_until, note, created_at, cancelled_at,
                              made_by, cancelled_by, back, back_until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                 ?18)",
    )?
    .execute(params![
        blob(v.id.0),
        v.hash,
        v.label,
        blob(v.batch.0),
        v.value.minor,
        v.value.currency.code(),
        v.remaining,
        v.uses,
        v.uses_max,
        v.valid_from.map(|t| t.0),
        v.valid_until.map(|t| t.0),
        v.note,
        v.created_at.0,
        v.cancelled_at.map(|t| t.0),
        v.made_by,
        v.cancelled_by,
        v.back,
        v.back_until.map(|t| t.0),
    ])?;
    Ok(())
}

/// Writes what a change made of a voucher, if it still is what the change was decided from.
fn save(conn: &Connection, before: &Voucher, v: &Voucher) -> Result<(), StoreError> {
    let written = conn
        .prepare_cached(
            "UPDATE voucher SET remaining = ?2, uses = ?3, back = ?4, back_until = ?5
             WHERE voucher = ?1 AND remaining = ?6 AND uses = ?7",
        )?
        .execute(params![
            blob(v.id.0),
            v.remaining,
            v.uses,
            v.back,
            v.back_until.map(|t| t.0),
            before.remaining,
            before.uses,
        ])?;
    if written == 1 {
        Ok(())
    } else {
        Err(StoreError::Busy)
    }
}

fn save_use(conn: &Connection, u: &Use) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO voucher_use (tender, voucher, payment, amount, currency, status, captured,
                                  refunded, reason, updated_at, of_back)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (tender) DO UPDATE SET status = ?6, captured = ?7, refunded = ?8,
                reason = ?9, updated_at = ?10, of_back = ?11",
    )?
    .execute(params![
        blob(u.tender.0),
        blob(u.voucher.0),
        blob(u.payment.0),
        u.amount.minor,
        u.amount.currency.code(),
        u.status.word(),
        u.captured,
        u.refunded,
        u.reason,
        u.updated_at.0,
        u.of_back,
    ])?;
    Ok(())
}
