//! Payments in Postgres: all SQL of the payment role.
//!
//! A payment's row is locked while it is stepped; nothing else is, but for those who begin
//! payments of one booking, who take turns so that tries are counted.

mod charges;
mod intents;
mod rows;
mod vouchers;
mod write;

use houseful_core::{
    ids::{BookingId, PaymentId},
    message::Tender,
    time::UtcMillis,
};

pub use self::{charges::PostgresCharges, intents::PostgresIntents};
use self::{
    rows::{FINGERPRINT, account, held, only, payments, whole},
    write::{Noted, insert, keep_lease, note, update},
};
use super::{
    machine::{Account, Input, Moment},
    store::{
        Begin, Begun, Due, Filter, Held, Lease, PageCursor, PaymentStore, Secrets, Stepped, Take,
        detail,
    },
};
use crate::{
    chance,
    postgres::{Database, Fault, Transaction, row::get},
    store::{Later, StoreError},
};

/// Payments in a Postgres database.
#[derive(Clone)]
pub struct PostgresPayments {
    db: Database,
    /// What its leases are known by.
    me: [u8; 16],
}

impl PostgresPayments {
    /// The payments of `db`.
    #[must_use]
    pub fn new(db: Database) -> Self {
        let me = chance::bytes();
        Self { db, me }
    }

    fn lease(&self, until: UtcMillis) -> Lease {
        Lease { by: self.me, until }
    }

    async fn begin(&self, begin: Begin) -> Result<Begun, StoreError> {
        let lease = begin.account.next_at.map(|until| self.lease(until));
        let tx = self.db.begin().await?;
        let begun = begin_one(&tx, begin, lease).await?;
        match begun {
            Begun::Fresh(_) => tx.commit().await.map_err(Fault::writing)?,
            _ => tx.roll_back().await,
        }
        Ok(begun)
    }

    async fn step(
        &self,
        id: PaymentId,
        input: Input,
        or_else: Option<Account>,
        (at, me): (Moment, Lease),
    ) -> Result<Option<Stepped>, StoreError> {
        let tx = self.db.begin().await?;
        let Some(mut held) = load_or(&tx, id, or_else, at).await? else {
            tx.roll_back().await;
            return Ok(None);
        };
        let (before, parts) = (held.lease, held.account.parts.clone());
        let step = held.step(&input, at, me)?;
        if step.changed {
            let written = update(&tx, &parts, &held, at.now).await;
            written.map_err(Fault::writing)?;
        } else if before != held.lease {
            keep_lease(&tx, &held).await.map_err(Fault::writing)?;
        }
        if step.notable {
            let noted = Noted {
                kind: input.word(),
                detail: &detail(&input),
                at: at.now,
            };
            let written = note(&tx, &held.account, noted).await;
            written.map_err(Fault::writing)?;
        }
        // A payment that was just heard of was written above.
        tx.commit().await.map_err(Fault::writing)?;
        let account = held.account;
        Ok(Some(Stepped { account, step }))
    }

    async fn take(
        &self,
        id: PaymentId,
        which: Take,
        now: UtcMillis,
        me: Lease,
    ) -> Result<Option<Account>, StoreError> {
        let tx = self.db.begin().await?;
        let Some(mut held) = load(&tx, id).await? else {
            tx.roll_back().await;
            return Ok(None);
        };
        let before = held.lease;
        let taken = held.take(which, now, me);
        if before == held.lease {
            tx.roll_back().await;
        } else {
            keep_lease(&tx, &held).await.map_err(Fault::writing)?;
            tx.commit().await.map_err(Fault::writing)?;
        }
        Ok(taken.then_some(held.account))
    }

    async fn secrets(&self, first: [u8; 32], now: UtcMillis) -> Result<Secrets, StoreError> {
        let tx = self.db.begin().await?;
        // Who comes second sees what the first one wrote.
        let lock = "LOCK TABLE payment_key IN SHARE ROW EXCLUSIVE MODE";
        tx.run(lock).await.map_err(Fault::writing)?;
        let sql = "SELECT secret FROM payment_key ORDER BY number DESC LIMIT 2";
        let found = tx.query(sql, &[]).await.map_err(Fault::writing)?;
        if found.is_empty() {
            let params: (&[u8], i64) = (&first, now.0);
            let added = tx.query(ADD_SECRET, &[&params.0, &params.1]).await;
            added.map_err(Fault::writing)?;
            tx.commit().await.map_err(Fault::writing)?;
            return Ok(vec![first]);
        }
        tx.roll_back().await;
        let secret = |row| {
            let bytes: &[u8] = get(row, 0)?;
            let wrong = |_| StoreError::Unreadable("a key that signs leave to pay".to_owned());
            bytes.try_into().map_err(wrong)
        };
        found.iter().map(secret).collect()
    }
}

const ADD_SECRET: &str = "INSERT INTO payment_key (secret, created_at) VALUES ($1, $2)";

impl PaymentStore for PostgresPayments {
    fn claim(&self, id: PaymentId, booking: BookingId, tender: Tender) -> Later<'_, bool> {
        Box::pin(async move {
            let show = whole(booking.show.0);
            let params: Claim<'_> = [&id.0, &show, &booking.uuid, &tender.word()];
            let rows = self.db.write(CLAIM, &params).await?;
            rows.first().map_or(Ok(false), |ours| get(ours, 0))
        })
    }

    fn begin(&self, begin: Begin) -> Later<'_, Begun> {
        Box::pin(self.begin(begin))
    }

    fn step(
        &self,
        id: PaymentId,
        input: Input,
        or_else: Option<Account>,
        at: Moment,
        until: UtcMillis,
    ) -> Later<'_, Option<Stepped>> {
        Box::pin(self.step(id, input, or_else, (at, self.lease(until))))
    }

    fn take(
        &self,
        id: PaymentId,
        which: Take,
        now: UtcMillis,
        until: UtcMillis,
    ) -> Later<'_, Option<Account>> {
        Box::pin(self.take(id, which, now, self.lease(until)))
    }

    fn get(&self, id: PaymentId) -> Later<'_, Option<Account>> {
        Box::pin(async move {
            let sql = payments!("WHERE p.payment = $1");
            let rows = self.db.read(sql, &[&id.0]).await?;
            rows.first().map(account).transpose()
        })
    }

    fn list(
        &self,
        filter: Filter,
        after: Option<PageCursor>,
        limit: u32,
    ) -> Later<'_, Vec<Account>> {
        Box::pin(async move {
            let last = (i64::MAX, uuid::Uuid::max());
            let (at, payment) = after.map_or(last, |c| (c.created_at.0, c.payment.0));
            let limit = i64::from(limit);
            let rows = if let Some(booking) = filter.booking {
                let sql = payments!(
                    "WHERE (p.created_at, p.payment) < ($1, $2) AND p.show_id = $4
                       AND p.booking = $5 AND NOT ($6 AND p.settled)
                     ORDER BY p.created_at DESC, p.payment DESC LIMIT $3"
                );
                let (show, open) = (whole(booking.show.0), filter.open);
                let params: [Param<'_>; 6] = [&at, &payment, &limit, &show, &booking.uuid, &open];
                self.db.read(sql, &params).await?
            } else if filter.open {
                // Texts of their own, so that each finds its index.
                let sql = payments!(
                    "WHERE (p.created_at, p.payment) < ($1, $2) AND NOT p.settled
                     ORDER BY p.created_at DESC, p.payment DESC LIMIT $3"
                );
                self.db.read(sql, &[&at, &payment, &limit]).await?
            } else {
                let sql = payments!(
                    "WHERE (p.created_at, p.payment) < ($1, $2)
                     ORDER BY p.created_at DESC, p.payment DESC LIMIT $3"
                );
                self.db.read(sql, &[&at, &payment, &limit]).await?
            };
            rows.iter().map(account).collect()
        })
    }

    fn due(&self, now: UtcMillis, limit: u32) -> Later<'_, Due> {
        Box::pin(async move {
            let (limit, me) = (i64::from(limit), uuid::Uuid::from_bytes(self.me));
            let calls = "SELECT payment FROM payment
                 WHERE next_at <= $1 AND (lease_by IS NULL OR lease_by = $3 OR lease_until <= $1)
                 ORDER BY next_at LIMIT $2";
            let calls = self.db.read(calls, &[&now.0, &limit, &me]).await?;
            let news = "SELECT payment FROM payment_outbox WHERE tell_at <= $1
                 ORDER BY tell_at LIMIT $2";
            let news = self.db.read(news, &[&now.0, &limit]).await?;
            let outbox = "SELECT count(*) FROM payment_outbox";
            let outbox = only(&self.db.read(outbox, &[]).await?)?;
            let id = |row| get(row, 0).map(PaymentId);
            Ok(Due {
                calls: calls.iter().map(id).collect::<Result<_, _>>()?,
                news: news.iter().map(id).collect::<Result<_, _>>()?,
                outbox: u32::try_from(outbox).unwrap_or(u32::MAX),
            })
        })
    }

    fn take_over(&self, _: UtcMillis) -> Later<'_, u64> {
        // An earlier run may be another server that lives.
        Box::pin(std::future::ready(Ok(0)))
    }

    fn doubt_all(&self, now: UtcMillis) -> Later<'_, ()> {
        const DOUBT: &str = "UPDATE payment \
             SET reopened_at = greatest($1, coalesce(reopened_at, 0) + 1) WHERE tender <> 'cash'";
        Box::pin(async move { self.db.write(DOUBT, &[&now.0]).await.map(drop) })
    }

    fn shared(&self) -> bool {
        true
    }

    fn secrets(&self, first: [u8; 32], now: UtcMillis) -> Later<'_, Secrets> {
        Box::pin(self.secrets(first, now))
    }

    fn add_secret(&self, secret: [u8; 32], now: UtcMillis) -> Later<'_, ()> {
        Box::pin(async move {
            let secret = secret.as_slice();
            self.db
                .write(ADD_SECRET, &[&secret, &now.0])
                .await
                .map(drop)
        })
    }
}

type Param<'a> = &'a (dyn tokio_postgres::types::ToSql + Sync);
type Claim<'a> = [Param<'a>; 4];

/// Whether the id is, from now on or already, that of payments of this booking by this means.
/// Writing the row that is there waits for whoever wrote it, and answers with it.
const CLAIM: &str = "
    INSERT INTO payment_id (payment, show_id, booking, tender) VALUES ($1, $2, $3, $4)
    ON CONFLICT (payment) DO UPDATE SET payment = payment_id.payment
    RETURNING show_id = $2 AND booking = $3 AND tender = $4";

async fn claim(tx: &Transaction, a: &Account) -> Result<bool, StoreError> {
    let show = whole(a.booking.show.0);
    let params: Claim<'_> = [&a.id.0, &show, &a.booking.uuid, &a.tender().word()];
    let rows = tx.query(CLAIM, &params).await.map_err(Fault::writing)?;
    rows.first().map_or(Ok(false), |ours| get(ours, 0))
}

async fn begin_one(
    tx: &Transaction,
    begin: Begin,
    lease: Option<Lease>,
) -> Result<Begun, StoreError> {
    let Begin {
        account,
        fingerprints,
        expired,
        declined_max,
    } = begin;
    // Those who begin payments of one booking take turns.
    let (turn, _) = account.booking.uuid.as_u64_pair();
    let sql = "SELECT pg_advisory_xact_lock($1)";
    let lock = tx.query(sql, &[&turn.cast_signed()]).await;
    lock.map_err(Fault::writing)?;
    let sql = payments!("WHERE p.payment = $1");
    let known = tx.query(sql, &[&account.id.0]).await;
    if let Some(known) = known.map_err(Fault::writing)?.first() {
        let written: &[u8] = get(known, FINGERPRINT)?;
        let same = fingerprints.iter().any(|f| f.as_slice() == written);
        let known = self::account(known)?;
        return Ok(if same {
            Begun::Known(known)
        } else {
            Begun::Reused
        });
    }
    if expired {
        return Ok(Begun::Expired);
    }
    let sql = "SELECT count(*) FROM payment WHERE show_id = $1 AND booking = $2
                 AND (state = 'pending' OR state = 'declined' AND tried)";
    let show = whole(account.booking.show.0);
    let refused = tx.query(sql, &[&show, &account.booking.uuid]).await;
    if only(&refused.map_err(Fault::writing)?)? >= declined_max.into() {
        return Ok(Begun::TooMany);
    }
    if !claim(tx, &account).await? {
        return Ok(Begun::Reused);
    }
    let fingerprint = fingerprints.first().copied().unwrap_or_default();
    let written = insert(tx, &account, fingerprint, lease).await;
    if !written.map_err(Fault::writing)? {
        // Booking spoke of it at the same moment; nobody's request made it.
        return Ok(Begun::Reused);
    }
    let noted = Noted {
        kind: "begun",
        detail: "",
        at: account.created_at,
    };
    note(tx, &account, noted).await.map_err(Fault::writing)?;
    Ok(Begun::Fresh(account))
}

async fn load(tx: &Transaction, id: PaymentId) -> Result<Option<Held>, StoreError> {
    // Only what is asked once the lock is ours is as the last one left it: a question that waits
    // for the lock itself would see that payment's row anew, and an old row of the outbox.
    let lock = "SELECT 1 FROM payment WHERE payment = $1 FOR NO KEY UPDATE";
    let locked = tx.query(lock, &[&id.0]).await.map_err(Fault::writing)?;
    if locked.is_empty() {
        return Ok(None);
    }
    let sql = payments!("WHERE p.payment = $1");
    let rows = tx.query(sql, &[&id.0]).await.map_err(Fault::writing)?;
    rows.first().map(held).transpose()
}

/// A payment with its lock; one that is not there is written down first as `or_else`.
async fn load_or(
    tx: &Transaction,
    id: PaymentId,
    or_else: Option<Account>,
    at: Moment,
) -> Result<Option<Held>, StoreError> {
    if let Some(known) = load(tx, id).await? {
        return Ok(Some(known));
    }
    let Some(new) = or_else else {
        return Ok(None);
    };
    // It has happened, whoever else may have been given its id.
    claim(tx, &new).await?;
    // Nobody asked for it here, so no request is its repeat.
    let written = insert(tx, &new, chance::bytes(), None).await;
    if written.map_err(Fault::writing)? {
        let noted = Noted {
            kind: "heard_of",
            detail: "",
            at: at.now,
        };
        note(tx, &new, noted).await.map_err(Fault::writing)?;
    }
    load(tx, id).await
}
