//! Payments in SQLite: all SQL of the payment role.

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
use rusqlite::{Connection, OptionalExtension, params};

pub use self::{charges::SqliteCharges, intents::SqliteIntents};
use self::{
    rows::{COLUMNS, account, blob},
    write::{insert, keep_lease, note, update},
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
    store::{Later, StoreError, sqlite::Database},
};

/// Payments in a database file.
#[derive(Clone)]
pub struct SqlitePayments {
    db: Database,
    /// What its leases are known by.
    me: [u8; 16],
}

impl SqlitePayments {
    /// The payments of `db`.
    #[must_use]
    pub fn new(db: Database) -> Self {
        let me = chance::bytes();
        Self { db, me }
    }

    fn lease(&self, until: UtcMillis) -> Lease {
        Lease { by: self.me, until }
    }
}

impl PaymentStore for SqlitePayments {
    fn claim(&self, id: PaymentId, booking: BookingId, tender: Tender) -> Later<'_, bool> {
        Box::pin(
            self.db
                .write(move |conn| Ok(claim(conn, id, booking, tender)?)),
        )
    }

    fn begin(&self, begin: Begin) -> Later<'_, Begun> {
        let lease = begin.account.next_at.map(|until| self.lease(until));
        Box::pin(self.db.write(move |conn| begin_one(conn, begin, lease)))
    }

    fn step(
        &self,
        id: PaymentId,
        input: Input,
        or_else: Option<Account>,
        at: Moment,
        until: UtcMillis,
    ) -> Later<'_, Option<Stepped>> {
        let me = self.lease(until);
        Box::pin(
            self.db
                .write(move |conn| step_one(conn, id, &input, or_else, (at, me))),
        )
    }

    fn take(
        &self,
        id: PaymentId,
        which: Take,
        now: UtcMillis,
        until: UtcMillis,
    ) -> Later<'_, Option<Account>> {
        let me = self.lease(until);
        Box::pin(self.db.write(move |conn| {
            let Some(mut held) = held(conn, id)? else {
                return Ok(None);
            };
            let before = held.lease;
            if !held.take(which, now, me) {
                return Ok(None);
            }
            if before != held.lease {
                keep_lease(conn, &held)?;
            }
            Ok(Some(held.account))
        }))
    }

    fn get(&self, id: PaymentId) -> Later<'_, Option<Account>> {
        Box::pin(self.db.read(move |conn| load(conn, id)))
    }

    fn list(
        &self,
        filter: Filter,
        after: Option<PageCursor>,
        limit: u32,
    ) -> Later<'_, Vec<Account>> {
        Box::pin(self.db.read(move |conn| list(conn, filter, after, limit)))
    }

    fn due(&self, now: UtcMillis, limit: u32) -> Later<'_, Due> {
        let me = self.me;
        Box::pin(self.db.read(move |conn| due(conn, (now, me), limit)))
    }

    fn take_over(&self, now: UtcMillis) -> Later<'_, u64> {
        Box::pin(self.db.write(move |conn| {
            conn.prepare_cached(
                "UPDATE payment SET lease_by = NULL, lease_until = NULL
                 WHERE lease_by IS NOT NULL",
            )?
            .execute([])?;
            let taken = conn
                .prepare_cached("UPDATE payment SET next_at = ?1 WHERE next_at > ?1")?
                .execute([now.0])?;
            Ok(u64::try_from(taken).unwrap_or(0))
        }))
    }

    fn doubt_all(&self, now: UtcMillis) -> Later<'_, ()> {
        Box::pin(self.db.write(move |conn| {
            conn.prepare_cached(
                "UPDATE payment SET reopened_at = max(?1, ifnull(reopened_at, 0) + 1)
                 WHERE tender <> 'cash'",
            )?
            .execute([now.0])?;
            Ok(())
        }))
    }

    fn shared(&self) -> bool {
        // The file is locked.
        false
    }

    fn secrets(&self, first: [u8; 32], now: UtcMillis) -> Later<'_, Secrets> {
        Box::pin(self.db.write(move |conn| {
            let mut secrets = conn
                .prepare("SELECT secret FROM payment_key ORDER BY number DESC LIMIT 2")?
                .query_map([], |row| row.get(0))?
                .collect::<Result<Secrets, _>>()?;
            if secrets.is_empty() {
                add_secret(conn, &first, now)?;
                secrets.push(first);
            }
            Ok(secrets)
        }))
    }

    fn add_secret(&self, secret: [u8; 32], now: UtcMillis) -> Later<'_, ()> {
        Box::pin(
            self.db
                .write(move |conn| Ok(add_secret(conn, &secret, now)?)),
        )
    }
}

fn add_secret(conn: &Connection, secret: &[u8; 32], now: UtcMillis) -> rusqlite::Result<()> {
    conn.execute(
        "INSERT INTO payment_key (secret, created_at) VALUES (?1, ?2)",
        params![secret, now.0],
    )?;
    Ok(())
}

/// Whether the id is, from now on or already, that of payments of this booking by this means.
fn claim(
    conn: &Connection,
    id: PaymentId,
    booking: BookingId,
    tender: Tender,
) -> rusqlite::Result<bool> {
    let (show, uuid) = (rows::whole(booking.show.0), blob(booking.uuid));
    conn.prepare_cached(
        "INSERT INTO payment_id (payment, show_id, booking, tender) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (payment) DO NOTHING",
    )?
    .execute(params![blob(id.0), show, uuid, tender.word()])?;
    conn.prepare_cached(
        "SELECT show_id = ?2 AND booking = ?3 AND tender = ?4 FROM payment_id WHERE payment = ?1",
    )?
    .query_row(params![blob(id.0), show, uuid, tender.word()], |row| {
        row.get(0)
    })
}

fn begin_one(conn: &Connection, begin: Begin, lease: Option<Lease>) -> Result<Begun, StoreError> {
    let Begin {
        account,
        fingerprints,
        expired,
        declined_max,
    } = begin;
    if let Some(known) = load(conn, account.id)? {
        let written: Vec<u8> = conn
            .prepare_cached("SELECT fingerprint FROM payment WHERE payment = ?1")?
            .query_row([blob(account.id.0)], |row| row.get(0))?;
        let same = fingerprints.iter().any(|f| f.as_slice() == written);
        return Ok(if same {
            Begun::Known(known)
        } else {
            Begun::Reused
        });
    }
    if expired {
        return Ok(Begun::Expired);
    }
    let refused: u32 = conn
        .prepare_cached(
            "SELECT count(*) FROM payment WHERE show_id = ?1 AND booking = ?2
               AND (state = 'pending' OR state = 'declined' AND tried = 1)",
        )?
        .query_row(
            params![
                rows::whole(account.booking.show.0),
                blob(account.booking.uuid)
            ],
            |row| row.get(0),
        )?;
    if refused >= declined_max {
        return Ok(Begun::TooMany);
    }
    if !claim(conn, account.id, account.booking, account.tender())? {
        return Ok(Begun::Reused);
    }
    let fingerprint = fingerprints.first().copied().unwrap_or_default();
    insert(conn, &account, fingerprint, lease)?;
    note(conn, &account, "begun", "", account.created_at)?;
    Ok(Begun::Fresh(account))
}

fn step_one(
    conn: &Connection,
    id: PaymentId,
    input: &Input,
    or_else: Option<Account>,
    (at, me): (Moment, Lease),
) -> Result<Option<Stepped>, StoreError> {
    let mut held = match (held(conn, id)?, or_else) {
        (Some(known), _) => known,
        (None, Some(new)) => {
            // It has happened, whoever else may have been given its id.
            claim(conn, new.id, new.booking, new.tender())?;
            // Nobody asked for it here, so no request is its repeat.
            insert(conn, &new, chance::bytes(), None)?;
            note(conn, &new, "heard_of", "", at.now)?;
            Held {
                account: new,
                lease: None,
            }
        }
        (None, None) => return Ok(None),
    };
    let (before, parts) = (held.lease, held.account.parts.clone());
    let step = held.step(input, at, me)?;
    if step.changed {
        update(conn, &parts, &held, at.now)?;
    } else if before != held.lease {
        keep_lease(conn, &held)?;
    }
    let account = held.account;
    if step.notable {
        note(conn, &account, input.word(), &detail(input), at.now)?;
    }
    Ok(Some(Stepped { account, step }))
}

fn load(conn: &Connection, id: PaymentId) -> Result<Option<Account>, StoreError> {
    conn.prepare_cached(&format!("{COLUMNS} WHERE p.payment = ?1"))?
        .query_row([blob(id.0)], account)
        .optional()?
        .transpose()
}

fn held(conn: &Connection, id: PaymentId) -> Result<Option<Held>, StoreError> {
    let Some(account) = load(conn, id)? else {
        return Ok(None);
    };
    let lease = conn
        .prepare_cached("SELECT lease_by, lease_until FROM payment WHERE payment = ?1")?
        .query_row([blob(id.0)], |row| {
            let by: Option<[u8; 16]> = row.get(0)?;
            let until: Option<i64> = row.get(1)?;
            Ok(by.zip(until))
        })?;
    let lease = lease.map(|(by, until)| Lease {
        by,
        until: UtcMillis(until),
    });
    Ok(Some(Held { account, lease }))
}

fn list(
    conn: &Connection,
    filter: Filter,
    after: Option<PageCursor>,
    limit: u32,
) -> Result<Vec<Account>, StoreError> {
    let open = if filter.open { "p.settled = 0" } else { "1" };
    // One text for each kind of question, so that each finds its index.
    let of = match filter.booking {
        Some(_) => "p.show_id = ?4 AND p.booking = ?5",
        None => "?4 IS NULL AND ?5 IS NULL",
    };
    let sql = format!(
        "{COLUMNS} WHERE {open} AND {of} AND (p.created_at, p.payment) < (?1, ?2)
         ORDER BY p.created_at DESC, p.payment DESC LIMIT ?3"
    );
    let (at, payment) = after.map_or((i64::MAX, [0xff; 16]), |c| {
        (c.created_at.0, blob(c.payment.0))
    });
    let show = filter.booking.map(|b| rows::whole(b.show.0));
    let booking = filter.booking.map(|b| blob(b.uuid));
    conn.prepare_cached(&sql)?
        .query_map(params![at, payment, limit, show, booking], account)?
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .collect()
}

fn due(conn: &Connection, (now, me): (UtcMillis, [u8; 16]), limit: u32) -> Result<Due, StoreError> {
    let id = |bytes| PaymentId(uuid::Uuid::from_bytes(bytes));
    let calls = conn
        .prepare_cached(
            "SELECT payment FROM payment
             WHERE next_at <= ?1 AND (lease_by IS NULL OR lease_by = ?3 OR lease_until <= ?1)
             ORDER BY next_at LIMIT ?2",
        )?
        .query_map(params![now.0, limit, me], |row| row.get(0).map(id))?
        .collect::<Result<_, _>>()?;
    let news = conn
        .prepare_cached(
            "SELECT payment FROM payment_outbox WHERE tell_at <= ?1 ORDER BY tell_at LIMIT ?2",
        )?
        .query_map(params![now.0, limit], |row| row.get(0).map(id))?
        .collect::<Result<_, _>>()?;
    let outbox = conn
        .prepare_cached("SELECT count(*) FROM payment_outbox")?
        .query_row([], |row| row.get(0))?;
    Ok(Due {
        calls,
        news,
        outbox,
    })
}
