//! Vouchers in Postgres. A voucher's row is locked while it is changed.

use houseful_core::{
    ids::{CommandId, PaymentId, VoucherId},
    money::Money,
    time::UtcMillis,
};
use tokio_postgres::Row;

use super::PostgresPayments;
use crate::{
    payment::{
        voucher::{
            Use, Voucher,
            store::{Cancel, Change, VoucherCursor, VoucherStore},
            trail::Line,
        },
        words,
    },
    postgres::{Fault, Transaction, row::get},
    store::{Later, StoreError},
};

macro_rules! vouchers {
    ($condition:literal) => {
        concat!(
            "SELECT voucher, hash, label, batch, value, currency, remaining, uses, uses_max, \
             valid_from, valid_until, note, created_at, cancelled_at, made_by, cancelled_by, \
             back, back_until FROM voucher ",
            $condition
        )
    };
}

macro_rules! uses {
    ($condition:literal) => {
        concat!(
            "SELECT tender, voucher, payment, amount, currency, status, captured, refunded, \
             reason, updated_at, of_back FROM voucher_use ",
            $condition
        )
    };
}

impl PostgresPayments {
    async fn add_vouchers(
        &self,
        batch: CommandId,
        vouchers: Vec<Voucher>,
    ) -> Result<bool, StoreError> {
        let tx = self.db.begin().await?;
        // Those who make vouchers of one batch take turns.
        let (turn, _) = batch.0.as_u64_pair();
        let sql = "SELECT pg_advisory_xact_lock($1)";
        let lock = tx.query(sql, &[&turn.cast_signed()]).await;
        lock.map_err(Fault::writing)?;
        let sql = "SELECT 1 FROM voucher WHERE batch = $1 LIMIT 1";
        let known = tx.query(sql, &[&batch.0]).await.map_err(Fault::writing)?;
        if !known.is_empty() {
            tx.roll_back().await;
            return Ok(false);
        }
        for voucher in &vouchers {
            insert(&tx, voucher).await.map_err(Fault::writing)?;
            let line = Line::made(voucher);
            note(&tx, &line).await.map_err(Fault::writing)?;
        }
        tx.commit().await.map_err(Fault::writing)?;
        Ok(true)
    }

    async fn change_voucher(
        &self,
        id: VoucherId,
        tender: PaymentId,
        change: Change,
    ) -> Result<Option<Option<Use>>, StoreError> {
        let tx = self.db.begin().await?;
        let sql = vouchers!("WHERE voucher = $1 FOR NO KEY UPDATE");
        let found = tx.query(sql, &[&id.0]).await.map_err(Fault::writing)?;
        let Some(before) = found.first().map(voucher).transpose()? else {
            tx.roll_back().await;
            return Ok(None);
        };
        let sql = uses!("WHERE tender = $1");
        let found = tx.query(sql, &[&tender.0]).await.map_err(Fault::writing)?;
        let was = found.first().map(used).transpose()?;
        let (mut voucher, mut used) = (before.clone(), was.clone());
        change(&mut voucher, &mut used);
        if voucher != before {
            save(&tx, &before, &voucher).await?;
        }
        if let Some(used) = used.as_ref().filter(|used| Some(*used) != was.as_ref()) {
            save_use(&tx, used).await.map_err(Fault::writing)?;
        }
        for line in Line::of_use(was.as_ref(), used.as_ref()) {
            note(&tx, &line).await.map_err(Fault::writing)?;
        }
        if voucher == before && used == was {
            tx.roll_back().await;
        } else {
            tx.commit().await.map_err(Fault::writing)?;
        }
        Ok(Some(used))
    }
}

impl PostgresPayments {
    async fn cancel_voucher(
        &self,
        id: VoucherId,
        cancel: Cancel,
    ) -> Result<Option<Voucher>, StoreError> {
        let tx = self.db.begin().await?;
        let sql = "UPDATE voucher SET cancelled_at = $2, cancelled_by = $3
                   WHERE voucher = $1 AND cancelled_at IS NULL RETURNING 1";
        let done = tx.query(sql, &[&id.0, &cancel.at.0, &cancel.by]).await;
        let done = done.map_err(Fault::writing)?;
        let sql = vouchers!("WHERE voucher = $1");
        let found = tx.query(sql, &[&id.0]).await.map_err(Fault::writing)?;
        let found = found.first().map(voucher).transpose()?;
        if let Some(voucher) = found.as_ref().filter(|_| !done.is_empty()) {
            let line = Line::cancelled(voucher, &cancel.reason);
            note(&tx, &line).await.map_err(Fault::writing)?;
        }
        tx.commit().await.map_err(Fault::writing)?;
        Ok(found)
    }
}

impl VoucherStore for PostgresPayments {
    fn add(&self, batch: CommandId, vouchers: Vec<Voucher>) -> Later<'_, bool> {
        Box::pin(self.add_vouchers(batch, vouchers))
    }

    fn by_hash(&self, hash: [u8; 32]) -> Later<'_, Option<Voucher>> {
        Box::pin(async move {
            let sql = vouchers!("WHERE hash = $1");
            let rows = self.db.read(sql, &[&hash.as_slice()]).await?;
            rows.first().map(voucher).transpose()
        })
    }

    fn voucher(&self, id: VoucherId) -> Later<'_, Option<Voucher>> {
        Box::pin(async move {
            let rows = self
                .db
                .read(vouchers!("WHERE voucher = $1"), &[&id.0])
                .await?;
            rows.first().map(voucher).transpose()
        })
    }

    fn vouchers(&self, after: Option<VoucherCursor>, limit: u32) -> Later<'_, Vec<Voucher>> {
        Box::pin(async move {
            let last = (i64::MAX, uuid::Uuid::max());
            let (at, id) = after.map_or(last, |c| (c.created_at.0, c.voucher.0));
            let sql = vouchers!(
                "WHERE (created_at, voucher) < ($1, $2)
                 ORDER BY created_at DESC, voucher DESC LIMIT $3"
            );
            let rows = self.db.read(sql, &[&at, &id, &i64::from(limit)]).await?;
            rows.iter().map(voucher).collect()
        })
    }

    fn uses(&self, id: VoucherId, limit: u32) -> Later<'_, Vec<Use>> {
        Box::pin(async move {
            let sql = uses!("WHERE voucher = $1 ORDER BY updated_at DESC, tender LIMIT $2");
            let rows = self.db.read(sql, &[&id.0, &i64::from(limit)]).await?;
            rows.iter().rev().map(used).collect()
        })
    }

    fn use_by(&self, tender: PaymentId) -> Later<'_, Option<Use>> {
        Box::pin(async move {
            let rows = self
                .db
                .read(uses!("WHERE tender = $1"), &[&tender.0])
                .await?;
            rows.first().map(used).transpose()
        })
    }

    fn trail(&self, id: VoucherId, limit: u32) -> Later<'_, Vec<Line>> {
        Box::pin(async move {
            let sql = "SELECT voucher, at, kind, by, payment, minor, detail FROM voucher_event
                       WHERE voucher = $1 ORDER BY seq DESC LIMIT $2";
            let rows = self.db.read(sql, &[&id.0, &i64::from(limit)]).await?;
            rows.iter().rev().map(line).collect()
        })
    }

    fn cancel(&self, id: VoucherId, cancel: Cancel) -> Later<'_, Option<Voucher>> {
        Box::pin(self.cancel_voucher(id, cancel))
    }

    fn change(
        &self,
        id: VoucherId,
        tender: PaymentId,
        change: Change,
    ) -> Later<'_, Option<Option<Use>>> {
        Box::pin(self.change_voucher(id, tender, change))
    }
}

fn voucher(row: &Row) -> Result<Voucher, StoreError> {
    let wrong = |_| StoreError::Unreadable("the hash of a voucher".to_owned());
    let time =
        |column| -> Result<_, StoreError> { Ok(get::<Option<i64>>(row, column)?.map(UtcMillis)) };
    Ok(Voucher {
        id: VoucherId(get(row, 0)?),
        hash: get::<&[u8]>(row, 1)?.try_into().map_err(wrong)?,
        label: get(row, 2)?,
        batch: CommandId(get(row, 3)?),
        value: Money::new(get(row, 4)?, words::currency(get(row, 5)?)?),
        remaining: get(row, 6)?,
        uses: get::<i32>(row, 7)?.unsigned_abs(),
        uses_max: get::<Option<i32>>(row, 8)?.map(i32::unsigned_abs),
        valid_from: time(9)?,
        valid_until: time(10)?,
        note: get(row, 11)?,
        created_at: UtcMillis(get(row, 12)?),
        cancelled_at: time(13)?,
        made_by: get(row, 14)?,
        cancelled_by: get(row, 15)?,
        back: get(row, 16)?,
        back_until: time(17)?,
    })
}

fn used(row: &Row) -> Result<Use, StoreError> {
    Ok(Use {
        tender: PaymentId(get(row, 0)?),
        voucher: VoucherId(get(row, 1)?),
        payment: PaymentId(get(row, 2)?),
        amount: Money::new(get(row, 3)?, words::currency(get(row, 4)?)?),
        status: words::status(get(row, 5)?)?,
        captured: get(row, 6)?,
        refunded: get(row, 7)?,
        reason: get(row, 8)?,
        updated_at: UtcMillis(get(row, 9)?),
        of_back: get(row, 10)?,
    })
}

fn line(row: &Row) -> Result<Line, StoreError> {
    Ok(Line {
        voucher: VoucherId(get(row, 0)?),
        at: UtcMillis(get(row, 1)?),
        kind: get(row, 2)?,
        by: get(row, 3)?,
        payment: get::<Option<uuid::Uuid>>(row, 4)?.map(PaymentId),
        minor: get(row, 5)?,
        detail: get(row, 6)?,
    })
}

/// Adds a line to what became of a voucher whose row is locked.
async fn note(tx: &Transaction, line: &Line) -> Result<(), Fault> {
    tx.query(
        "INSERT INTO voucher_event (voucher, seq, at, kind, by, payment, minor, detail)
         SELECT $1, coalesce(max(seq), 0) + 1, $2, $3, $4, $5, $6, $7
         FROM voucher_event WHERE voucher = $1",
        &[
            &line.voucher.0,
            &line.at.0,
            &line.kind,
            &line.by,
            &line.payment.map(|p| p.0),
            &line.minor,
            &line.detail,
        ],
    )
    .await
    .map(drop)
}

async fn insert(tx: &Transaction, v: &Voucher) -> Result<(), Fault> {
    tx.query(
        "INSERT INTO voucher (voucher, hash, label, batch, value, currency, remaining, uses,
                              uses_max, valid_from, valid_until, note, created_at, cancelled_at,
                              made_by, cancelled_by, back, back_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
                 $18)",
        &[
            &v.id.0,
            &v.hash.as_slice(),
            &v.label,
            &v.batch.0,
            &v.value.minor,
            &v.value.currency.code(),
            &v.remaining,
            &v.uses.cast_signed(),
            &v.uses_max.map(u32::cast_signed),
            &v.valid_from.map(|t| t.0),
            &v.valid_until.map(|t| t.0),
            &v.note,
            &v.created_at.0,
            &v.cancelled_at.map(|t| t.0),
            &v.made_by,
            &v.cancelled_by,
            &v.back,
            &v.back_until.map(|t| t.0),
        ],
    )
    .await
    .map(drop)
}

/// Writes what a change made of a voucher, if it still is what the change was decided from.
async fn save(tx: &Transaction, before: &Voucher, v: &Voucher) -> Result<(), StoreError> {
    let written = tx
        .query(
            "UPDATE voucher SET remaining = $2, uses = $3, back = $4, back_until = $5
             WHERE voucher = $1 AND remaining = $6 AND uses = $7 RETURNING 1",
            &[
                &v.id.0,
                &v.remaining,
                &v.uses.cast_signed(),
                &v.back,
                &v.back_until.map(|t| t.0),
                &before.remaining,
                &before.uses.cast_signed(),
            ],
        )
        .await;
    match written.map_err(Fault::writing)?.len() {
        1 => Ok(()),
        _ => Err(StoreError::Busy),
    }
}

async fn save_use(tx: &Transaction, u: &Use) -> Result<(), Fault> {
    tx.query(
        "INSERT INTO voucher_use (tender, voucher, payment, amount, currency, status, captured,
                                  refunded, reason, updated_at, of_back)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (tender) DO UPDATE SET status = $6, captured = $7, refunded = $8,
                reason = $9, updated_at = $10, of_back = $11",
        &[
            &u.tender.0,
            &u.voucher.0,
            &u.payment.0,
            &u.amount.minor,
            &u.amount.currency.code(),
            &u.status.word(),
            &u.captured,
            &u.refunded,
            &u.reason,
            &u.updated_at.0,
            &u.of_back,
        ],
    )
    .await
    .map(drop)
}
