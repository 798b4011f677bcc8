//! Where the money is: what journals decided, what the books say, what payments took.

use std::collections::{BTreeSet, HashMap};

use houseful_core::{ids::ShowId, time::UtcMillis};
use uuid::Uuid;

use super::{
    seats::{House, Paid},
    store::{PaymentRow, ShowRows},
};

/// How long money may be on its way, into the house or back. Once both sides call a payment
/// settled, nothing is on its way.
const ON_ITS_WAY_MS: i64 = 15 * 60_000;
/// How long a payment may be undecided, or promised and unanswered, before it has to be over: 20
/// minutes for the provider and 15 for booking, and as long again as anything may be on its way.
const OPEN_MAX_MS: i64 = 50 * 60_000;

/// All payments that journals speak of, and those that do not add up.
#[derive(Default)]
pub(super) struct Books {
    paid: HashMap<(ShowId, Uuid), Paid>,
    wrong: BTreeSet<Uuid>,
    /// How many payments were voided or refunded.
    pub(super) refunded: u64,
}

impl Books {
    /// Payments, or bookings without one, that do not add up.
    pub(super) fn mismatches(&self) -> u64 {
        super::whole(self.wrong.len())
    }

    /// Those payments, or bookings without one.
    pub(super) fn wrong_ids(&self) -> impl Iterator<Item = Uuid> + '_ {
        self.wrong.iter().copied()
    }

    /// Counts a payment as one that does not add up.
    pub(super) fn wrong(&mut self, payment: Uuid) {
        self.wrong.insert(payment);
    }

    /// Holds one show's bookings against its tables and keeps its payments for later.
    pub(super) fn add(&mut self, show: ShowId, house: &House, rows: &ShowRows) {
        let mut tables = tables(rows);
        for (id, sold) in house.sold() {
            let (row, lines) = tables.remove(&id).unwrap_or_default();
            let price = if sold.confirmed { sold.total } else { 0 };
            let kept = price + sold.fees;
            let as_row = match row {
                None => !sold.known,
                Some((true, total)) => sold.confirmed && total == sold.total,
                Some((false, _)) => sold.known && !sold.confirmed,
            };
            // While the tickets are a booking's, what is kept of its payment is its price.
            let as_paid = sold.payment.is_none_or(|p| {
                let keep = house.paid.get(&p).map(|paid| (paid.keep, paid.booking));
                keep == Some((sold.total + sold.fees, id))
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
                    tender: paid.tender.clone(),
                    ..*paid
                },
            );
        }
    }

    /// Holds a payment against what its journal wants of it; whether they agree.
    pub(super) fn compare(&mut self, row: &PaymentRow, now: UtcMillis) -> bool {
        let state = row.state.as_str();
        if row.refunded > 0 || state == "voided" || state == "refunded" {
            self.refunded += 1;
        }
        let open = state == "pending" || state == "authorised";
        let kept = row.captured - row.refunded;
        let agreed = match self.paid.remove(&(row.show, row.payment)) {
            None => kept == 0 || !is_late(row.created_at, now),
            Some(paid) => {
                let same =
                    paid.booking == row.booking && paid.currency.is_none_or(|c| c == row.currency);
                let at_rest = kept == paid.keep && (kept == paid.fees || paid.in_tickets);
                let over = is_late(paid.since, now) || (row.settled && paid.settled);
                same && (at_rest || !over)
            }
        };
        agreed && !(open && is_older(row.created_at, OPEN_MAX_MS, now))
    }

    /// Counts what journals speak of and payment never heard of. Of what costs nothing it never
    /// hears.
    pub(super) fn compare_unheard(&mut self, now: UtcMillis) {
        let unheard = self
            .paid
            .iter()
            .filter(|(_, p)| p.amount > 0 && (p.settled || is_late(p.since, now)));
        self.wrong.extend(unheard.map(|((_, payment), _)| *payment));
    }
}

fn is_older(since: UtcMillis, ms: i64, now: UtcMillis) -> bool {
    since.plus_ms(ms).0 < now.0
}

pub(super) fn is_late(since: UtcMillis, now: UtcMillis) -> bool {
    is_older(since, ON_ITS_WAY_MS, now)
}

/// Whether it is confirmed and its total, if the table has it; the sum of its money lines.
type Entry = (Option<(bool, i64)>, i64);

fn tables(rows: &ShowRows) -> HashMap<Uuid, Entry> {
    let mut entries: HashMap<Uuid, Entry> = HashMap::new();
    for row in &rows.bookings {
        let entry = entries.entry(row.booking).or_default();
        entry.0 = Some((row.state == "confirmed", row.total));
    }
    for (booking, sum) in &rows.money {
        entries.entry(*booking).or_default().1 = *sum;
    }
    entries
}
