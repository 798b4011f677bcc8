//! The money report: captured - refunded = valid tickets + fees kept, by cinema, business date and
//! tender, from both books.
//!
//! Like the sweep it believes nobody: booking's side is the sweep's own fold of the journals,
//! payment's side its rows. Each payment counts once, on the business date on which it was begun,
//! with all that became of it since, so both sides of the rule stand in the same row. What was
//! decided lately and is not done yet is told apart ([`MoneyRow::on_its_way`]); anything else that
//! does not agree is named.

use std::collections::{BTreeMap, HashMap};

use houseful_core::{
    ids::{BookingId, CinemaId, PaymentId, ShowId},
    money::{Currency, Money},
    time::UtcMillis,
    wire::{
        Time,
        report::{MoneyBreak, MoneyReport, MoneyRow},
    },
};
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use uuid::Uuid;

use super::{PAGE, Reader, money::is_late, seats::Paid, store::PaymentRow};
use crate::{
    audit::{PaymentBooks, ShowBooks},
    store::StoreError,
};

/// A business day begins at this hour of the cinema's wall clock.
const DAY_BEGINS_HOUR: i8 = 6;

/// Where a show is.
#[derive(Clone, Debug)]
pub struct Place {
    /// The cinema.
    pub cinema: CinemaId,
    /// Its name.
    pub name: String,
    /// Its wall clock.
    pub zone: TimeZone,
}

/// Which part of the money is reported.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// Of this business date.
    pub date: Option<Date>,
    /// Of this cinema.
    pub cinema: Option<CinemaId>,
}

/// What the books say of one payment.
struct Entry {
    show: ShowId,
    paid: Option<Paid>,
    row: Option<PaymentRow>,
}

/// The date a business day is known by: from 06:00 to 05:59 on the wall clock.
#[must_use]
pub fn business_date(at: UtcMillis, zone: &TimeZone) -> Date {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    let local = at.to_zoned(zone.clone());
    let date = local.date();
    if local.hour() < DAY_BEGINS_HOUR {
        date.checked_sub(1.day()).unwrap_or(date)
    } else {
        date
    }
}

/// Holds both books against each other, as of `now`.
///
/// # Errors
/// A journal can't be followed, or the books can't be read.
pub async fn report(
    shows: &dyn ShowBooks,
    payments: &dyn PaymentBooks,
    place: &(dyn Fn(ShowId) -> Option<Place> + Sync),
    wanted: Wanted,
    now: UtcMillis,
) -> Result<MoneyReport, StoreError> {
    let layouts = HashMap::new();
    let mut reader = Reader { shows, layouts };
    let here = |show| {
        let there = wanted.cinema;
        there.is_none_or(|c| place(show).is_some_and(|p| p.cinema == c))
    };
    let mut entries: BTreeMap<Uuid, Entry> = BTreeMap::new();
    let mut lines_wrong: Vec<(ShowId, Uuid, &'static str)> = Vec::new();
    each_show(&mut reader, &here, &mut entries, &mut lines_wrong).await?;
    each_payment(payments, &here, &mut entries).await?;
    look_again(&mut reader, payments, &mut entries, now).await?;
    let mut sums = Sums::new(now);
    for (id, entry) in &entries {
        let place = place(entry.show);
        let zone = place.as_ref().map_or(TimeZone::UTC, |p| p.zone.clone());
        let date = business_date(begun(entry), &zone);
        if wanted.date.is_none_or(|wanted| wanted == date) {
            sums.add(PaymentId(*id), entry, place, date);
        } else {
            // What is wrong with another day's booking is told in that day's report.
            let booking = entry.paid.as_ref().map(|p| p.booking);
            lines_wrong.retain(|(show, id, _)| *show != entry.show || Some(*id) != booking);
        }
    }
    Ok(sums.done(&lines_wrong))
}

/// When a payment was begun; of cash that payment has not heard of, when it was taken.
fn begun(entry: &Entry) -> UtcMillis {
    let row = entry.row.as_ref().map(|r| r.created_at);
    let paid = entry.paid.as_ref().map(|p| p.first);
    // Booking's time is of the deed itself; payment may have heard of cash a day later.
    let at = match (row, paid) {
        (Some(row), Some(paid)) => Some(row.min(paid)),
        (row, paid) => row.or(paid),
    };
    at.unwrap_or_default()
}

async fn each_show(
    reader: &mut Reader<'_>,
    here: &(dyn Fn(ShowId) -> bool + Sync),
    entries: &mut BTreeMap<Uuid, Entry>,
    lines_wrong: &mut Vec<(ShowId, Uuid, &'static str)>,
) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page = reader.shows.shows(after, PAGE).await?;
        for show in page.iter().filter(|show| here(**show)) {
            let Some(rows) = reader.shows.show(*show).await? else {
                continue;
            };
            let house = reader.house(*show, &rows).await?;
            let mut books = super::money::Books::default();
            books.add(*show, &house, &rows);
            let tables = "the tables of booking disagree with its journal";
            lines_wrong.extend(books.wrong_ids().map(|id| {
                let booking = house.paid.get(&id).map_or(id, |paid| paid.booking);
                (*show, booking, tables)
            }));
            let tickets =
                "tickets of its show are valid that should not be, or not valid that should";
            if !house.double_sold.is_empty() {
                lines_wrong.push((*show, Uuid::nil(), tickets));
            }
            for (payment, paid) in house.paid {
                let (show, paid) = (*show, Some(paid));
                let row = None;
                entries.insert(payment, Entry { show, paid, row });
            }
        }
        after = page.last().copied();
        if page.len() < PAGE as usize {
            return Ok(());
        }
    }
}

async fn each_payment(
    payments: &dyn PaymentBooks,
    here: &(dyn Fn(ShowId) -> bool + Sync),
    entries: &mut BTreeMap<Uuid, Entry>,
) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page = payments.payments(after, PAGE).await?;
        after = page.last().map(|row| row.payment);
        let full = page.len() == PAGE as usize;
        for row in page.into_iter().filter(|row| here(row.show)) {
            let entry = entries.entry(row.payment).or_insert(Entry {
                show: row.show,
                paid: None,
                row: None,
            });
            entry.row = Some(row);
        }
        if !full {
            return Ok(());
        }
    }
}

/// A payment that seems wrong may only have moved between the two readings: it is read once more
/// together with its show, the payment first and last.
async fn look_again(
    reader: &mut Reader<'_>,
    payments: &dyn PaymentBooks,
    entries: &mut BTreeMap<Uuid, Entry>,
    now: UtcMillis,
) -> Result<(), StoreError> {
    for (id, entry) in entries {
        for _ in 0..super::LOOKS {
            if judge(entry, now).is_ok() {
                break;
            }
            let before = payments.payment(*id).await?;
            if let Some(rows) = reader.shows.show(entry.show).await? {
                let mut house = reader.house(entry.show, &rows).await?;
                entry.paid = house.paid.remove(id);
            }
            entry.row = payments.payment(*id).await?;
            if entry.row == before {
                break;
            }
        }
    }
    Ok(())
}

/// What payment has of it, and what booking wants kept of it.
fn has_and_wants(entry: &Entry) -> (i64, i64) {
    let has = entry.row.as_ref().map_or(0, |r| r.captured - r.refunded);
    let wants = entry.paid.as_ref().map_or(0, |p| p.keep);
    (has, wants)
}

/// Whether a payment is in order: at rest, or rightly on its way.
fn judge(entry: &Entry, now: UtcMillis) -> Result<(), &'static str> {
    let (has, wants) = has_and_wants(entry);
    let Some(paid) = &entry.paid else {
        let row = entry.row.as_ref();
        let late = row.is_some_and(|r| is_late(r.created_at, now));
        return if has != 0 && late {
            Err("money was taken and no booking speaks of it")
        } else {
            Ok(())
        };
    };
    if let Some(row) = &entry.row {
        if row.booking != paid.booking {
            return Err("the books speak of different bookings");
        }
        if paid.currency.as_ref().is_some_and(|c| *c != row.currency) {
            return Err("the books speak of different currencies");
        }
    }
    let at_rest = has == wants && (has == paid.fees || paid.in_tickets);
    if at_rest {
        return Ok(());
    }
    let both_done = paid.settled && entry.row.as_ref().is_none_or(|r| r.settled);
    if !both_done && !is_late(paid.since, now) {
        return Ok(());
    }
    Err(match has.cmp(&wants) {
        std::cmp::Ordering::Greater => "more was taken than there are tickets and fees for",
        std::cmp::Ordering::Less => "there are tickets or fees whose money is not there",
        std::cmp::Ordering::Equal => "money was taken and the tickets were never given out",
    })
}

/// By cinema, date, tender and currency.
type Key = (Option<CinemaId>, String, Date, String, Currency);

struct Sums {
    now: UtcMillis,
    rows: BTreeMap<Key, MoneyRow>,
    breaks: Vec<MoneyBreak>,
}

impl Sums {
    fn new(now: UtcMillis) -> Self {
        Self {
            now,
            rows: BTreeMap::new(),
            breaks: Vec::new(),
        }
    }

    fn add(&mut self, payment: PaymentId, entry: &Entry, place: Option<Place>, date: Date) {
        let paid = entry.paid.as_ref();
        let code = entry.row.as_ref().map(|r| r.currency.as_str());
        let code = code.or_else(|| paid.and_then(|p| p.currency.as_deref()));
        let Some(currency) = code.and_then(|c| c.parse::<Currency>().ok()) else {
            // It can't be added up, and nobody may take that for sound.
            let uuid = paid.map(|p| p.booking);
            let uuid = uuid.or_else(|| entry.row.as_ref().map(|r| r.booking));
            self.breaks.push(MoneyBreak {
                booking: BookingId {
                    show: entry.show,
                    uuid: uuid.unwrap_or_default(),
                },
                payment: Some(payment),
                has: None,
                wants: None,
                what: "its currency is none that this program knows".to_owned(),
            });
            return;
        };
        let money = |minor| Money::new(minor, currency);
        let (has, wants) = has_and_wants(entry);
        let fees = paid.map_or(0, |p| p.fees);
        let tickets = paid.filter(|p| p.in_tickets).map_or(0, |p| p.keep - p.fees);
        let judged = judge(entry, self.now);
        let way = has - tickets - fees;
        let way = if judged.is_ok() { way } else { 0 };
        let (cinema, name) = place.map_or((None, "?".to_owned()), |p| (Some(p.cinema), p.name));
        let tender = paid.map_or("card", |p| p.tender.as_str()).to_owned();
        let key = (cinema, name.clone(), date, tender.clone(), currency);
        let row = self.rows.entry(key).or_insert_with(|| MoneyRow {
            cinema,
            cinema_name: name,
            date: date.to_string(),
            tender,
            payments: 0,
            captured: money(0),
            refunded: money(0),
            tickets: money(0),
            fees_kept: money(0),
            on_its_way: money(0),
            difference: money(0),
        });
        row.payments += 1;
        if let Some(books) = &entry.row {
            row.captured.minor += books.captured;
            row.refunded.minor += books.refunded;
        }
        row.tickets.minor += tickets;
        row.fees_kept.minor += fees;
        row.on_its_way.minor += way;
        row.difference.minor += has - tickets - fees - way;
        if let Err(what) = judged {
            let uuid = paid.map(|p| p.booking);
            let uuid = uuid.or_else(|| entry.row.as_ref().map(|r| r.booking));
            self.breaks.push(MoneyBreak {
                booking: BookingId {
                    show: entry.show,
                    uuid: uuid.unwrap_or_default(),
                },
                payment: Some(payment),
                has: Some(money(has)),
                wants: Some(money(wants)),
                what: what.to_owned(),
            });
        }
    }

    fn done(mut self, wrong: &[(ShowId, Uuid, &'static str)]) -> MoneyReport {
        // What the tables of booking say otherwise than its journal, if nothing else named it.
        for (show, id, what) in wrong {
            let known = |b: &MoneyBreak| {
                b.payment.is_some_and(|p| p.0 == *id)
                    || (b.booking.show, b.booking.uuid) == (*show, *id)
            };
            if self.breaks.iter().any(known) {
                continue;
            }
            self.breaks.push(MoneyBreak {
                booking: BookingId {
                    show: *show,
                    uuid: *id,
                },
                payment: None,
                has: None,
                wants: None,
                what: (*what).to_owned(),
            });
        }
        let rows: Vec<MoneyRow> = self.rows.into_values().collect();
        let even = rows.iter().all(|row| row.difference.minor == 0);
        MoneyReport {
            at: Time(self.now),
            sound: even && self.breaks.is_empty(),
            rows,
            breaks: self.breaks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_business_day_lasts_from_six_to_six() {
        let zone = TimeZone::get("Europe/London").expect("a zone");
        let date = |text: &str| {
            let at = UtcMillis::parse_rfc3339(text).expect("a time");
            business_date(at, &zone).to_string()
        };
        assert_eq!(date("2026-11-21T05:59:59Z"), "2026-11-20");
        assert_eq!(date("2026-11-21T06:00:00Z"), "2026-11-21");
        // In summer the wall clock is an hour ahead.
        assert_eq!(date("2026-07-21T04:59:59Z"), "2026-07-20");
        assert_eq!(date("2026-07-21T05:00:00Z"), "2026-07-21");
        // Across the night in which it goes back: 01:30 is twice, and of the day before both times.
        assert_eq!(date("2026-10-25T00:30:00Z"), "2026-10-24");
        assert_eq!(date("2026-10-25T01:30:00Z"), "2026-10-24");
    }
}
