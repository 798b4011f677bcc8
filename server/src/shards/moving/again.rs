//! A show whose new shard was put back to a copy from before it came. The old shard has its journal
//! and its money, and has cleared away bookings and tickets long ago; the copy never had them. They are
//! made again from the journal, as the events wrote them. Names and telephone numbers stand in no
//! journal: they are gone with what the new shard lost.

use houseful_core::ids::ShowId;
use serde_json::{Value, json};

use super::{
    MoveError,
    shards::Member,
    show::key,
    tables::{BOOKINGS, TICKETS},
};
use crate::{
    lane,
    postgres::{Fault, Transaction, row::get},
    store::{Projection, Store, StoreError},
};

/// Whether somebody had tickets once and no booking is left. Bookings are never deleted but here, and
/// then all of a show together.
const CLEARED: &str =
    "SELECT EXISTS (SELECT 1 FROM show_event WHERE show_id = $1 AND kind = 'secured')
    AND NOT EXISTS (SELECT 1 FROM booking WHERE show_id = $1)";

/// How many rows there are.
const ROWS: &str = "SELECT (SELECT count(*) FROM ticket WHERE show_id = $1)
    + (SELECT count(*) FROM booking WHERE show_id = $1)";

/// Rows that were made again, as JSON.
pub(super) struct Again {
    show: ShowId,
    tickets: String,
    bookings: String,
    rows: usize,
}

/// The rows of a show that its old shard has not any more; `None` if nothing is missing there.
pub(super) async fn missing(show: ShowId, from: &Member) -> Result<Option<Again>, MoveError> {
    let made = async {
        let found = from.db.read(CLEARED, &[&key(show)]).await?;
        let is_cleared = found.first().map_or(Ok(false), |row| get::<bool>(row, 0))?;
        if !is_cleared {
            return Ok(None);
        }
        let loaded = from.store.load(show).await?;
        let rows = lane::all_rows(show, &loaded.events);
        let of = |wanted: fn(&Projection) -> Option<Value>| {
            Value::Array(rows.iter().filter_map(wanted).collect()).to_string()
        };
        let is_money = |row: &&Projection| matches!(row, Projection::Money { .. });
        Ok(Some(Again {
            show,
            tickets: of(ticket),
            bookings: of(booking),
            rows: rows.len() - rows.iter().filter(is_money).count(),
        }))
    };
    made.await.map_err(|why: StoreError| from.store(why))
}

impl Again {
    /// Writes them, and looks whether they are all there: a second ticket for a seat is not.
    pub(super) async fn write(&self, tx: &Transaction) -> Result<(), StoreError> {
        for (table, rows) in [(&TICKETS, &self.tickets), (&BOOKINGS, &self.bookings)] {
            let written = tx.query(table.write, &[rows]).await;
            written.map_err(Fault::writing)?;
        }
        let there = tx.query(ROWS, &[&key(self.show)]).await;
        let there = there.map_err(Fault::writing)?;
        let there = there.first().map_or(Ok(0), |row| get::<i64>(row, 0))?;
        if usize::try_from(there) != Ok(self.rows) {
            let (show, made) = (self.show, self.rows);
            let why = format!("of {made} rows of {show} that were made again {there} are there");
            return Err(StoreError::Unreadable(why));
        }
        let (show, rows) = (self.show, self.rows);
        tracing::warn!(%show, rows, "bookings and tickets are made again from the journal; names and numbers are not in it");
        Ok(())
    }
}

fn ticket(row: &Projection) -> Option<Value> {
    let Projection::Ticket {
        seat,
        label,
        code,
        booking,
        valid,
    } = row
    else {
        return None;
    };
    Some(json!({
        "show_id": key(booking.show),
        "code": code.bits().cast_signed(),
        "seat": seat.0,
        "label": label.to_string(),
        "booking": booking.uuid,
        "valid": valid,
    }))
}

fn booking(row: &Projection) -> Option<Value> {
    let Projection::Booking {
        booking,
        code,
        state,
        total,
        at,
    } = row
    else {
        return None;
    };
    Some(json!({
        "show_id": key(booking.show),
        "booking": booking.uuid,
        "code": code.bits().cast_signed(),
        "state": state,
        "total": total.minor,
        "currency": total.currency.code(),
        "at": at.0,
    }))
}
