//! How many servers, databases and brokers so many people need: the arithmetic of
//! `houseful plan-capacity`. Whole numbers, rounded up; it asks nobody and reads no clock.
//!
//! More of anything that is asked for never needs less of anything.

pub mod limits;
mod lines;

use serde::Serialize;

pub use lines::plan;

/// Whom a plan is for. Percentages are whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Demand {
    /// People who come on a usual day.
    pub dau: u64,
    /// Visits that come to one sale.
    pub visits_per_sale: u64,
    /// Lists and seat maps that are looked at for one sale, by whoever looks.
    pub looks_per_sale: u64,
    /// How many of these looks are at a seat map.
    pub maps_per_sale: u64,
    /// Seats of one booking.
    pub seats_per_booking: u64,
    /// Holds for 100 sales: who holds does not always pay.
    pub holds_per_100_sales: u64,
    /// The share of a day in its busiest hour.
    pub busiest_hour_percent: u64,
    /// How many times the busiest hour the first minutes of an opening night are.
    pub opening_night: u64,
    /// The share of sales that a card pays for.
    pub card_percent: u64,
    /// The share of all holds, and of all watchers, at the show that most people want.
    pub hottest_show_percent: u64,
    /// For how long a visitor keeps a seat map open.
    pub watch_seconds: u64,
    /// Tickets that a show sells in the end.
    pub tickets_per_show: u64,
    /// For how many days ahead shows are on sale.
    pub days_on_sale: u64,
    /// Servers beyond those that are needed.
    pub spare_servers: u64,
    /// Standbys of each primary, to take over and to read from.
    pub standbys: u64,
}

/// What one of each gets through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// How much of each limit a plan uses.
    pub load_percent: u64,
    /// [`limits::LISTS_PER_S`].
    pub lists_per_s: u64,
    /// [`limits::MAPS_PER_S`].
    pub maps_per_s: u64,
    /// [`limits::FILE_HOLDS_PER_S`].
    pub file_holds_per_s: u64,
    /// [`limits::SHOW_HOLDS_PER_S`].
    pub show_holds_per_s: u64,
    /// [`limits::PRIMARY_HOLDS_PER_S`].
    pub primary_holds_per_s: u64,
    /// [`limits::PAYMENTS_PER_S`].
    pub payments_per_s: u64,
    /// [`limits::KAFKA_PAYMENTS_PER_S`].
    pub kafka_payments_per_s: u64,
    /// [`limits::TOLD_PER_S`].
    pub told_per_s: u64,
    /// [`limits::FEEDS`].
    pub feeds: u64,
    /// [`limits::SHOW_BYTES`].
    pub show_bytes: u64,
    /// [`limits::WATCHER_BYTES`].
    pub watcher_bytes: u64,
    /// [`limits::HOLD_BYTES`].
    pub hold_bytes: u64,
    /// [`limits::SALE_BYTES`].
    pub sale_bytes: u64,
}

/// One result, with the way to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Stable, for programs.
    pub name: &'static str,
    /// For people.
    pub what: &'static str,
    /// The figure.
    pub value: u64,
    /// Of what.
    pub unit: &'static str,
    /// Figure and unit as they are written.
    pub shown: String,
    /// The formula with its numbers.
    pub formula: String,
    /// Which limit decides; `None` where the line says what is asked for.
    pub limit: Option<&'static str>,
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// What was asked.
    pub demand: Demand,
    /// What it was divided by.
    pub limits: Limits,
    /// The results, in the order in which they build on each other.
    pub items: Vec<Line>,
    /// The line with the highest percentage of what there is one of: what breaks first.
    pub breaks_first: &'static str,
}

impl Plan {
    /// The figure of a line; 0 if there is none of that name.
    #[must_use]
    pub fn value(&self, name: &str) -> u64 {
        let line = self.items.iter().find(|line| line.name == name);
        line.map_or(0, |line| line.value)
    }
}

/// A number with a comma between thousands.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests;
