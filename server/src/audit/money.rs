//! Where the money is: what journals decided, what the books say, what payments took.

use std::collections::{BTreeSet, HashMap};

use houseful_core::time::UtcMillis;
use rusqlite::Connection;
use uuid::Uuid;

use super::seats::{House, Paid};
use crate::store::StoreError;

/// How long money may be on its way, into the house or back. Once both sides call a payment
/// settled, nothing is on its way.
const ON_ITS_WAY_MS: i64 = 15 * 60_000;
/// How long a payment may be undecided, or promised and unanswered, before it has to be over: 20
/// minutes for the provider and 15 for booking, and as long again as anything may be on its way.
const OPEN_MAX_MS: i64 = 50 * 60_000;

/// All payments that journals speak of, and those that do not add up.
#[derive(Default)]
pub(super) struct Books {
    paid: HashMap<(i64, Uuid), Paid>,
    wrong: BTreeSet<Uuid>,
}

impl Books {
    /// Payments, or bookings without one, that do not add up.
    pub(super) fn mismatches(&self) -> u64 {
        super::whole(self.wrong.len())
    }

    /// Holds one show's bookings against its tables and keeps its payments for later.
    pub(super) fn add(
        &mut self,
        conn: &Connection,
        show: i64,
        house: &House,
    ) -> Result<(), StoreError> {
        let mut tables = tables(conn, show)?;
        for (id, sold) in house.sold() {
            let (row, lines) = tables.remove(&id).unwrap_or_default();
            let kept = if sold.confirmed { sold.total } else { 0 };
            let as_row = match row {
                None => !sold.known,
                Some((true, total)) => sold.confirmed && total == sold.total,
                Some((false, _)) => sold.known && !sold.confirmed,
            };
            // While the tickets are a booking's, what is kept of its payment is its price.
            let as_paid = sold.payment.is_none_or(|p| {
                let keep = house.paid.get(&p).map(|paid| (paid.keep, paid.booking));
                keep == Some((sold.total, id))
            });
            if !as_row || lines != kept || !as_paid {
                self.wrong.insert(sold.payment.unwrap_or(id));
            }
        }
        // What is left belongs to no booking of the journal.
        self.wrong.extend(tables.into_keys());
        for (payment, paid) in &house.paid {
            self.paid.insert(
                (show, *payment),
                Paid {
                    currency: paid.currency.clone(),
                    ..*paid
                },
            );
        }
        Ok(())
    }

    /// Holds every payment against what its journal wants of it; answers how many were voided or
    /// refunded.
    pub(super) fn compare_payments(
        &mut self,
        conn: &Connection,
        now: UtcMillis,
    ) -> Result<u64, StoreError> {
        let older = |since: UtcMillis, ms| since.plus_ms(ms).0 < now.0;
        let late = |since| older(since, ON_ITS_WAY_MS);
        let mut refunded = 0;
        let mut select = conn.prepare(
            "SELECT show_id, payment, booking, currency, captured, refunded, state, created_at,
                    settled
             FROM payment",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let payment = Uuid::from_bytes(row.get(1)?);
            let booking = Uuid::from_bytes(row.get(2)?);
            let currency: String = row.get(3)?;
            let (took, gave): (i64, i64) = (row.get(4)?, row.get(5)?);
            let state: String = row.get(6)?;
            if gave > 0 || state == "voided" || state == "refunded" {
                refunded += 1;
            }
            let (begun, settled) = (UtcMillis(row.get(7)?), row.get::<_, bool>(8)?);
            let open = state == "pending" || state == "authorised";
            let kept = took - gave;
            let agreed = match self.paid.remove(&(row.get(0)?, payment)) {
                None => kept == 0 || !late(begun),
                Some(paid) => {
                    let same =
                        paid.booking == booking && paid.currency.is_none_or(|c| c == currency);
                    let at_rest = kept == paid.keep && (kept == 0 || paid.in_tickets);
                    let over = late(paid.since) || (settled && paid.settled);
                    same && (at_rest || !over)
                }
            };
            if !agreed || (open && older(begun, OPEN_MAX_MS)) {
                self.wrong.insert(payment);
            }
        }
        // Of what costs nothing payment never hears.
        let unheard = self
            .paid
            .iter()
            .filter(|(_, p)| p.amount > 0 && (p.settled || late(p.since)));
        self.wrong.extend(unheard.map(|((_, payment), _)| *payment));
        Ok(refunded)
    }
}

/// Whether it is confirmed and its total, if the table has it; the sum of its money lines.
type Entry = (Option<(bool, i64)>, i64);

fn tables(conn: &Connection, show: i64) -> Result<HashMap<Uuid, Entry>, StoreError> {
    let mut entries: HashMap<Uuid, Entry> = HashMap::new();
    let mut select =
        conn.prepare_cached("SELECT booking, state, total FROM booking WHERE show_id = ?1")?;
    let mut rows = select.query([show])?;
    while let Some(row) = rows.next()? {
        let state: String = row.get(1)?;
        let entry = entries.entry(Uuid::from_bytes(row.get(0)?)).or_default();
        entry.0 = Some((state == "confirmed", row.get(2)?));
    }
    let mut select = conn.prepare_cached(
        "SELECT booking, sum(amount) FROM money_line WHERE show_id = ?1 GROUP BY booking",
    )?;
    let mut rows = select.query([show])?;
    while let Some(row) = rows.next()? {
        entries.entry(Uuid::from_bytes(row.get(0)?)).or_default().1 = row.get(1)?;
    }
    Ok(entries)
}
