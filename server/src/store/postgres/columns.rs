//! A batch as the arrays that its statement takes.

use std::collections::HashMap;

use houseful_core::{code::slot_of, ids::ShowId, time::UtcMillis};
use tokio_postgres::{Row, types::ToSql};
use uuid::Uuid;

use super::{batch, immutable::Carried, rows};
use crate::store::{Outcome, Projection, ShowCommit, StoreError};

/// The parameters of [`batch::LEAN`] and, behind them, of [`batch::WITH_MONEY`] and of
/// [`batch::OPENING`].
pub(super) struct Columns<'a> {
    primary_clock: bool,
    shows: Shows,
    events: Events<'a>,
    tickets: Tickets,
    bookings: Bookings<'a>,
    money: MoneyLines<'a>,
    carried: Carried,
}

#[derive(Default)]
struct Shows {
    show: Vec<i64>,
    old_ver: Vec<Option<i64>>,
    old_tip: Vec<Option<i64>>,
    ver: Vec<i64>,
    tip: Vec<i64>,
    decided: Vec<Option<i64>>,
    next_due: Vec<Option<i64>>,
    taken: Vec<i32>,
    total: Vec<i32>,
    sales: Vec<&'static str>,
    slot: Vec<i32>,
}

#[derive(Default)]
struct Events<'a> {
    show: Vec<i64>,
    ver: Vec<i64>,
    tip: Vec<Option<i64>>,
    at: Vec<i64>,
    kind: Vec<&'a str>,
    format: Vec<i16>,
    body: Vec<&'a str>,
}

#[derive(Default)]
struct Tickets {
    show: Vec<i64>,
    code: Vec<i64>,
    seat: Vec<i32>,
    label: Vec<String>,
    booking: Vec<Uuid>,
    valid: Vec<bool>,
}

#[derive(Default)]
struct Bookings<'a> {
    show: Vec<i64>,
    booking: Vec<Uuid>,
    code: Vec<i64>,
    state: Vec<&'a str>,
    total: Vec<i64>,
    currency: Vec<&'a str>,
    at: Vec<i64>,
}

#[derive(Default)]
struct MoneyLines<'a> {
    show: Vec<i64>,
    ver: Vec<i64>,
    line: Vec<i32>,
    payment: Vec<Uuid>,
    booking: Vec<Uuid>,
    tender: Vec<&'a str>,
    amount: Vec<i64>,
    currency: Vec<&'a str>,
    at: Vec<i64>,
}

impl<'a> Columns<'a> {
    /// The arrays of shows that are all different ones.
    ///
    /// # Errors
    /// [`StoreError::Unwritable`] for a price card that can't be put into words.
    pub(super) fn of(
        batch: impl IntoIterator<Item = &'a ShowCommit> + Clone,
        primary_clock: bool,
    ) -> Result<Self, StoreError> {
        let mut columns = Self {
            primary_clock,
            shows: Shows::default(),
            events: Events::default(),
            tickets: Tickets::default(),
            bookings: Bookings::default(),
            money: MoneyLines::default(),
            carried: Carried::of(batch.clone())?,
        };
        for show in batch {
            columns.shows.add(show);
            columns.events.add(show);
            columns.projections(show);
        }
        Ok(columns)
    }

    /// The statement that takes them.
    pub(super) fn sql(&self) -> &'static str {
        if !self.carried.hash.is_empty() {
            return batch::OPENING;
        }
        let rows = [&self.tickets.show, &self.bookings.show, &self.money.show];
        if rows.iter().all(|rows| rows.is_empty()) {
            batch::LEAN
        } else {
            batch::WITH_MONEY
        }
    }

    /// Its parameters.
    pub(super) fn params(&self) -> Vec<&(dyn ToSql + Sync)> {
        let (s, e) = (&self.shows, &self.events);
        let mut all: Vec<&(dyn ToSql + Sync)> = vec![
            &self.primary_clock,
            &s.show,
            &s.old_ver,
            &s.old_tip,
            &s.ver,
            &s.tip,
            &s.decided,
            &s.next_due,
            &s.taken,
            &s.total,
            &s.sales,
            &s.slot,
            &e.show,
            &e.ver,
            &e.tip,
            &e.at,
            &e.kind,
            &e.format,
            &e.body,
        ];
        if self.sql() != batch::LEAN {
            let (t, b, m) = (&self.tickets, &self.bookings, &self.money);
            let more: [&(dyn ToSql + Sync); 22] = [
                &t.show,
                &t.code,
                &t.seat,
                &t.label,
                &t.booking,
                &t.valid,
                &b.show,
                &b.booking,
                &b.code,
                &b.state,
                &b.total,
                &b.currency,
                &b.at,
                &m.show,
                &m.ver,
                &m.line,
                &m.payment,
                &m.booking,
                &m.tender,
                &m.amount,
                &m.currency,
                &m.at,
            ];
            all.extend(more);
        }
        if self.sql() == batch::OPENING {
            let c = &self.carried;
            let more: [&(dyn ToSql + Sync); 3] = [&c.hash, &c.kind, &c.body];
            all.extend(more);
        }
        all
    }

    fn projections(&mut self, show: &'a ShowCommit) {
        let ver = show.head.version.ver.cast_signed();
        let mut line = 0;
        for projection in &show.projections {
            match projection {
                Projection::Ticket {
                    seat,
                    label,
                    code,
                    booking,
                    valid,
                } => {
                    let t = &mut self.tickets;
                    t.show.push(rows::show_in(booking.show));
                    t.code.push(code.bits().cast_signed());
                    t.seat.push(seat.0.into());
                    t.label.push(label.to_string());
                    t.booking.push(booking.uuid);
                    t.valid.push(*valid);
                }
                Projection::Booking {
                    booking,
                    code,
                    state,
                    total,
                    at,
                } => {
                    let b = &mut self.bookings;
                    b.show.push(rows::show_in(booking.show));
                    b.booking.push(booking.uuid);
                    b.code.push(code.bits().cast_signed());
                    b.state.push(state);
                    b.total.push(total.minor);
                    b.currency.push(total.currency.code());
                    b.at.push(at.0);
                }
                Projection::Money {
                    payment,
                    booking,
                    tender,
                    amount,
                    at,
                } => {
                    let m = &mut self.money;
                    m.show.push(rows::show_in(booking.show));
                    m.ver.push(ver);
                    m.line.push(line);
                    m.payment.push(payment.0);
                    m.booking.push(booking.uuid);
                    m.tender.push(tender.word());
                    m.amount.push(amount.minor);
                    m.currency.push(amount.currency.code());
                    m.at.push(at.0);
                    line += 1;
                }
            }
        }
    }
}

impl Shows {
    fn add(&mut self, show: &ShowCommit) {
        let head = &show.head;
        let count = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
        self.show.push(rows::show_in(head.show));
        self.old_ver.push(show.expect.map(|v| v.ver.cast_signed()));
        self.old_tip.push(show.expect.map(|v| v.tip.cast_signed()));
        // A fence moves nothing.
        let to = if show.rows.is_empty() {
            show.expect.unwrap_or(head.version)
        } else {
            head.version
        };
        self.ver.push(to.ver.cast_signed());
        self.tip.push(to.tip.cast_signed());
        self.decided.push(show.rows.last().map(|(at, _)| at.0));
        self.next_due.push(head.next_due.map(|t| t.0));
        self.taken.push(count(head.taken));
        self.total.push(count(head.total));
        self.sales.push(rows::sales_word(head.sales));
        self.slot.push(slot_of(head.show).into());
    }
}

impl<'a> Events<'a> {
    fn add(&mut self, show: &'a ShowCommit) {
        let key = rows::show_in(show.head.show);
        let mut ver = show.expect.map_or(0, |v| v.ver);
        for (at, row) in &show.rows {
            ver += 1;
            let last = ver == show.head.version.ver;
            self.show.push(key);
            self.ver.push(ver.cast_signed());
            self.tip
                .push(last.then_some(show.head.version.tip.cast_signed()));
            self.at.push(at.0);
            self.kind.push(row.kind);
            self.format.push(row.format.into());
            self.body.push(&row.body);
        }
    }
}

/// What the statement says became of each show. Nothing at all if the server should wait for a
/// standby and waits for none.
pub(super) fn outcomes(answer: &[Row]) -> Result<HashMap<ShowId, Outcome>, StoreError> {
    let outcome = |row: &Row| {
        let (done, in_time): (bool, bool) = (rows::get(row, 1)?, rows::get(row, 2)?);
        let outcome = match (done, in_time) {
            (true, _) => Outcome::Committed,
            (false, true) => Outcome::Lost,
            (false, false) => {
                let primary = UtcMillis(rows::get(row, 3)?);
                Outcome::OutOfTime { primary }
            }
        };
        Ok((rows::show(row, 0)?, outcome))
    };
    answer.iter().map(outcome).collect()
}
