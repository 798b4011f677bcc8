//! The sweep: reads the whole database and counts what must never be there.
//!
//! It believes nobody. Journals are read as JSON and folded by a small model of their own; what
//! that says is held against the tables and against the payments. It shares no rule with the code
//! that sells, so a mistake there does not hide itself here.
//!
//! It reads one show, or one page of payments, at a time, each as of one moment, while sales go
//! on. A payment that seems not to agree with its show may only have moved between the two
//! readings, so it is looked at again together with its show before it counts.

mod facts;
mod money;
#[cfg(feature = "postgres")]
mod postgres;
mod report;
mod seats;
mod sqlite;
mod store;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use houseful_core::{ids::ShowId, time::UtcMillis, wire::admin::Audit};

#[cfg(feature = "postgres")]
pub use self::postgres::PostgresBooks;
pub use self::{
    report::{Place, Wanted, business_date, report},
    sqlite::SqliteBooks,
    store::{BookingRow, FactRow, PaymentBooks, PaymentRow, ShowBooks, ShowRows, TicketRow},
};
use crate::store::StoreError;
use facts::{Drawn, Fact};
use money::Books;
use seats::House;

/// How long anything may be overdue before it counts: the timer may be late, but not for ever.
const PATIENCE_MS: i64 = 60_000;
/// How many shows are named, or payments read, at once.
const PAGE: u32 = 1_000;
/// How often a payment that moves is looked at again. One that moves each time is on its way.
const LOOKS: u32 = 3;

/// Reads shows one at a time, and remembers the drawings.
struct Reader<'a> {
    shows: &'a dyn ShowBooks,
    layouts: HashMap<String, Drawn>,
}

/// Counts over the whole database, as of `now`.
///
/// # Errors
/// A journal can't be followed: then no count would mean anything. Or the database says no.
pub async fn sweep(
    shows: &dyn ShowBooks,
    payments: &dyn PaymentBooks,
    now: UtcMillis,
) -> Result<Audit, StoreError> {
    let mut audit = Audit::default();
    let mut books = Books::default();
    let layouts = HashMap::new();
    let mut reader = Reader { shows, layouts };
    let mut after = None;
    loop {
        let page = shows.shows(after, PAGE).await?;
        for show in &page {
            if let Some(rows) = shows.show(*show).await? {
                let house = reader.house(*show, &rows).await?;
                count(&mut audit, &house, &rows, now);
                books.add(*show, &house, &rows);
            }
        }
        after = page.last().copied();
        if page.len() < PAGE as usize {
            break;
        }
    }
    let strays = shows.strays().await?;
    if strays > 0 {
        let why = format!("{strays} journal rows belong to no head");
        return Err(StoreError::Unreadable(why));
    }
    compare_payments(&mut reader, payments, &mut books, now).await?;
    audit.refunded = books.refunded;
    audit.money_mismatch = books.mismatches();
    Ok(audit)
}

fn count(audit: &mut Audit, house: &House, rows: &ShowRows, now: UtcMillis) {
    audit.shows += 1;
    audit.events += rows.ver;
    audit.holds += house.holds;
    audit.confirmed += house.confirmed;
    audit.expired += house.expired;
    audit.released += house.released;
    audit.double_sold += whole(house.double_sold.len());
    audit.stuck_seats += house.stuck(now, PATIENCE_MS);
    audit.stuck_seats += u64::from(rows.taken).saturating_sub(house.taken());
}

/// Holds every payment against what its journal wants of it.
async fn compare_payments(
    reader: &mut Reader<'_>,
    payments: &dyn PaymentBooks,
    books: &mut Books,
    now: UtcMillis,
) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page = payments.payments(after, PAGE).await?;
        for row in &page {
            if !books.compare(row, now) && stays_wrong(reader, payments, row, now).await? {
                books.wrong(row.payment);
            }
        }
        after = page.last().map(|row| row.payment);
        if page.len() < PAGE as usize {
            break;
        }
    }
    books.compare_unheard(now);
    Ok(())
}

/// Whether a payment and its show, at one moment, do not agree: the payment is the same before and
/// after its show is read.
async fn stays_wrong(
    reader: &mut Reader<'_>,
    payments: &dyn PaymentBooks,
    row: &PaymentRow,
    now: UtcMillis,
) -> Result<bool, StoreError> {
    let mut before = row.clone();
    for _ in 0..LOOKS {
        let mut alone = Books::default();
        if let Some(rows) = reader.shows.show(before.show).await? {
            let house = reader.house(before.show, &rows).await?;
            alone.add(before.show, &house, &rows);
        }
        match payments.payment(row.payment).await? {
            Some(after) if after == before => return Ok(!alone.compare(&after, now)),
            Some(after) => before = after,
            // Payments are never deleted.
            None => return Ok(true),
        }
    }
    Ok(false)
}

impl Reader<'_> {
    /// Folds a show's journal and holds its tickets against it.
    async fn house(&mut self, show: ShowId, rows: &ShowRows) -> Result<House, StoreError> {
        let mut house = House::default();
        let mut last = 0;
        for row in &rows.facts {
            if row.ver != last + 1 {
                return Err(broken(show, row.ver, "follows a gap"));
            }
            last = row.ver;
            let fact: Fact = serde_json::from_str(&row.body)
                .map_err(|e| broken(show, row.ver, &e.to_string()))?;
            if let Fact::Opened { terms } = &fact {
                self.know(&terms.layout).await?;
            }
            house
                .fold(row.at, fact, &self.layouts)
                .map_err(|why| broken(show, row.ver, &why))?;
        }
        if last != rows.ver {
            return Err(broken(show, last, "is not where the head stands"));
        }
        compare_tickets(rows, &mut house);
        Ok(house)
    }

    async fn know(&mut self, hash: &str) -> Result<(), StoreError> {
        if !self.layouts.contains_key(hash)
            && let Some(text) = self.shows.layout(hash.to_owned()).await?
        {
            self.layouts.insert(hash.to_owned(), Drawn::read(&text));
        }
        Ok(())
    }
}

/// Holds the valid tickets of the table against those of the journal.
fn compare_tickets(rows: &ShowRows, house: &mut House) {
    let mut journal = house.tickets();
    for ticket in &rows.tickets {
        // Removed when it is met, so that a second ticket for the seat finds nothing.
        if journal.remove(&ticket.seat) != Some((ticket.code, ticket.booking)) {
            house.double_sold.insert(ticket.seat);
        }
    }
    house.double_sold.extend(journal.into_keys());
}

fn broken(show: ShowId, ver: u64, why: &str) -> StoreError {
    StoreError::Unreadable(format!("{show} at version {ver}: {why}"))
}

fn whole(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
