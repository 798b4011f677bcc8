//! The lines of a plan, each from those before it.

use super::{Demand, Limits, Line, Plan, grouped};

/// Partitions of a topic where nobody says otherwise, as `houseful bus create-topics` makes them.
const PARTITIONS: u64 = 12;
/// Seats of a hold change twice: when they are held, and when they are booked or free again.
const CHANGES_PER_HOLD: u64 = 2;
/// A feed tells what changed on a tick of 100 ms.
const TICKS_PER_S: u64 = 10;
/// After its hold a sale writes two more versions: secured and confirmed.
const WRITES_AFTER_HOLD: u64 = 2;
const HOUR: u64 = 3_600;
const MIB: u64 = 1 << 20;

/// The lines so far.
struct Lines(Vec<Line>);

impl Lines {
    fn add(
        &mut self,
        name: &'static str,
        what: &'static str,
        of: (u64, &'static str),
        how: String,
    ) {
        self.decided(name, what, of, how, None);
    }

    fn decided(
        &mut self,
        name: &'static str,
        what: &'static str,
        (value, unit): (u64, &'static str),
        formula: String,
        limit: Option<&'static str>,
    ) {
        let shown = match unit {
            "" => grouped(value),
            unit => format!("{} {unit}", grouped(value)),
        };
        self.0.push(Line {
            name,
            what,
            value,
            unit,
            shown,
            formula,
            limit,
        });
    }
}

/// The product of `factors` over `divisor`, rounded up; as much as fits where it is more.
fn up(factors: &[u64], divisor: u64) -> u64 {
    let product = factors
        .iter()
        .fold(1_u128, |product, f| product.saturating_mul(u128::from(*f)));
    u64::try_from(product.div_ceil(u128::from(divisor.max(1)))).unwrap_or(u64::MAX)
}

/// What is asked for at the peak, as the rest needs it.
struct Peak {
    sales_a_day: u64,
    sales_per_s: u64,
    lists: u64,
    maps: u64,
    holds: u64,
    payments: u64,
    watchers: u64,
    hottest_holds: u64,
    told: u64,
    shows: u64,
}

/// Plans for a demand.
#[must_use]
pub fn plan(demand: &Demand, limits: &Limits) -> Plan {
    let mut lines = Lines(Vec::new());
    let peak = ask(&mut lines, demand);
    let breaks_first = one_of_each(&mut lines, &peak, limits);
    needs(&mut lines, &peak, demand, limits);
    sizes(&mut lines, &peak, demand, limits);
    Plan {
        demand: demand.clone(),
        limits: limits.clone(),
        items: lines.0,
        breaks_first,
    }
}

/// What is asked for: a day, and a second of the peak.
fn ask(lines: &mut Lines, d: &Demand) -> Peak {
    let n = grouped;
    let day = up(&[d.dau], d.visits_per_sale);
    let how = format!(
        "{} users / {} visits per sale",
        n(d.dau),
        n(d.visits_per_sale)
    );
    lines.add("sales", "Sales", (day, "a day"), how);
    let tickets = up(&[day, d.seats_per_booking], 1);
    let how = format!("{} x {} seats", n(day), n(d.seats_per_booking));
    lines.add("tickets", "Tickets", (tickets, "a day"), how);
    let shows = shows_on_sale(lines, d, tickets);
    let hour = up(&[day, d.busiest_hour_percent, d.opening_night], 100);
    let how = format!(
        "{} x {} % in the busiest hour x {} on opening night",
        n(day),
        d.busiest_hour_percent,
        n(d.opening_night)
    );
    lines.add("peak_sales", "Sales at the peak", (hour, "an hour"), how);
    let lists_per_sale = d.looks_per_sale.saturating_sub(d.maps_per_sale);
    let per_s = |lines: &mut Lines, name, what, factors: &[u64], percent: bool, how: String| {
        let value = up(factors, if percent { 100 * HOUR } else { HOUR });
        let how = format!("{} an hour x {how} / 3,600", n(hour));
        lines.add(name, what, (value, "/s"), how);
        value
    };
    let how = format!("{} of {} looks", n(lists_per_sale), n(d.looks_per_sale));
    let lists = per_s(lines, "lists", "Lists", &[hour, lists_per_sale], false, how);
    let how = format!("{} of {} looks", n(d.maps_per_sale), n(d.looks_per_sale));
    let maps = per_s(
        lines,
        "maps",
        "Seat maps",
        &[hour, d.maps_per_sale],
        false,
        how,
    );
    let how = format!("{} per 100 sales / 100", n(d.holds_per_100_sales));
    let held = [hour, d.holds_per_100_sales];
    let holds = per_s(lines, "holds", "Holds", &held, true, how);
    let how = format!("{} % by card", d.card_percent);
    let paid = [hour, d.card_percent];
    let payments = per_s(lines, "payments", "Payments by card", &paid, true, how);
    let watchers = up(&[hour, d.visits_per_sale, d.watch_seconds], HOUR);
    let how = format!(
        "{} an hour x {} visits x {} s / 3,600",
        n(hour),
        n(d.visits_per_sale),
        n(d.watch_seconds)
    );
    lines.add("watchers", "Seat maps open", (watchers, ""), how);
    let (hottest_holds, told) = hottest(lines, d, hour, watchers);
    Peak {
        sales_a_day: day,
        sales_per_s: up(&[hour], HOUR),
        lists,
        maps,
        holds,
        payments,
        watchers,
        hottest_holds,
        told,
        shows,
    }
}

/// Shows that are on sale at once.
fn shows_on_sale(lines: &mut Lines, d: &Demand, tickets: u64) -> u64 {
    let n = grouped;
    let a_day = up(&[tickets], d.tickets_per_show);
    let shows = up(&[a_day, d.days_on_sale], 1);
    let how = format!(
        "{} tickets / {} per show, x {} days",
        n(tickets),
        n(d.tickets_per_show),
        n(d.days_on_sale)
    );
    lines.add("shows", "Shows on sale", (shows, ""), how);
    shows
}

/// What the show that most people want is asked for: holds, and changes that its watchers are told.
fn hottest(lines: &mut Lines, d: &Demand, hour: u64, watchers: u64) -> (u64, u64) {
    let (n, share) = (grouped, d.hottest_show_percent);
    let holds = up(&[hour, d.holds_per_100_sales, share], 10_000 * HOUR);
    let how = format!(
        "{} an hour x {} / 100 x {share} % / 3,600",
        n(hour),
        n(d.holds_per_100_sales)
    );
    lines.add(
        "hottest_holds",
        "Holds of the hottest show",
        (holds, "/s"),
        how,
    );
    let watching = up(&[watchers, share], 100);
    let changes = up(&[holds, CHANGES_PER_HOLD], 1).min(TICKS_PER_S);
    let told = up(&[watching, changes], 1);
    let how = format!(
        "{} open x {share} % x {changes} (2 changes per hold, at most {TICKS_PER_S} ticks)",
        n(watchers)
    );
    lines.add("told", "Changes told to its watchers", (told, "/s"), how);
    (holds, told)
}

/// What of one server, one show, one primary and one payment server is asked for, in percent; the
/// highest of them is what breaks first.
fn one_of_each(lines: &mut Lines, peak: &Peak, l: &Limits) -> &'static str {
    let n = grouped;
    let from = lines.0.len();
    let parts = [
        (peak.lists, l.lists_per_s),
        (peak.maps, l.maps_per_s),
        (peak.holds, l.file_holds_per_s),
        (peak.payments, l.payments_per_s),
        (peak.told, l.told_per_s),
    ];
    let of_one: Vec<u64> = parts.iter().map(|(is, of)| up(&[*is, 100], *of)).collect();
    let sum = of_one
        .iter()
        .fold(0_u64, |sum, part| sum.saturating_add(*part));
    let how = format!(
        "lists {} + maps {} + holds {} + payments {} + told {}",
        n(of_one[0]),
        n(of_one[1]),
        n(of_one[2]),
        n(of_one[3]),
        n(of_one[4])
    );
    lines.decided(
        "one_server",
        "One server with a file",
        (sum, "%"),
        how,
        Some("processor"),
    );
    let writes = writes(peak);
    let ratio = |is: u64, of: u64| (up(&[is, 100], of), format!("{} / {}", n(is), n(of)));
    let (value, how) = ratio(peak.hottest_holds, l.show_holds_per_s);
    lines.decided(
        "one_show",
        "The hottest show's lane",
        (value, "%"),
        how,
        Some("show_holds_per_s"),
    );
    let (value, how) = ratio(writes, l.primary_holds_per_s);
    let limit = Some("primary_holds_per_s");
    lines.decided(
        "one_primary",
        "One Postgres primary",
        (value, "%"),
        how,
        limit,
    );
    let (value, how) = ratio(peak.payments, l.kafka_payments_per_s);
    let limit = Some("kafka_payments_per_s");
    lines.decided(
        "one_broker",
        "Payments through one broker",
        (value, "%"),
        how,
        limit,
    );
    let mut first = &lines.0[from];
    for line in &lines.0[from..] {
        if line.value > first.value {
            first = line;
        }
    }
    first.name
}

/// Versions that are written in a second of the peak.
fn writes(peak: &Peak) -> u64 {
    let after = peak.sales_per_s.saturating_mul(WRITES_AFTER_HOLD);
    peak.holds.saturating_add(after)
}

/// How many of each are needed.
fn needs(lines: &mut Lines, peak: &Peak, d: &Demand, l: &Limits) {
    let n = grouped;
    let load = l.load_percent;
    let busy = lines.0.iter().find(|line| line.name == "one_server");
    let busy = busy.map_or(0, |line| line.value);
    let (work, feeds) = (up(&[busy], load), up(&[peak.watchers], l.feeds));
    let (most, limit) = if feeds > work {
        (feeds, "feeds")
    } else {
        (work, "processor")
    };
    let servers = most.max(1).saturating_add(d.spare_servers);
    let how = format!(
        "the more of {} % / {load} % and {} open / {} feeds, + {} spare",
        n(busy),
        n(peak.watchers),
        n(l.feeds),
        d.spare_servers
    );
    lines.decided("servers", "Servers", (servers, ""), how, Some(limit));
    let writes = writes(peak);
    let primaries = up(&[writes, 100], l.primary_holds_per_s.saturating_mul(load)).max(1);
    let how = format!(
        "({} holds + {WRITES_AFTER_HOLD} x {} sales) /s / ({} x {load} %)",
        n(peak.holds),
        n(peak.sales_per_s),
        n(l.primary_holds_per_s)
    );
    let limit = Some("primary_holds_per_s");
    lines.decided(
        "primaries",
        "Postgres primaries (shards)",
        (primaries, ""),
        how,
        limit,
    );
    let standbys = up(&[primaries, d.standbys], 1);
    let how = format!("{} x {}", n(primaries), d.standbys);
    lines.add(
        "standbys",
        "Standbys to take over and to read",
        (standbys, ""),
        how,
    );
    let said = super::limits::MESSAGES_PER_PAYMENT;
    let told = up(&[peak.holds, CHANGES_PER_HOLD], 1);
    let messages = up(&[peak.payments, said], 1).saturating_add(told);
    let how = format!(
        "{} payments x {said} + {} holds x {CHANGES_PER_HOLD} changes of seats",
        n(peak.payments),
        n(peak.holds)
    );
    lines.add("messages", "Messages of the broker", (messages, "/s"), how);
    let partitions = servers.max(PARTITIONS);
    let how = format!(
        "one for each of {} servers, at least {PARTITIONS}",
        n(servers)
    );
    lines.decided(
        "partitions",
        "Partitions of a topic",
        (partitions, ""),
        how,
        Some("servers"),
    );
}

/// What it takes on disks and in memory.
fn sizes(lines: &mut Lines, peak: &Peak, d: &Demand, l: &Limits) {
    let n = grouped;
    let unpaid = up(
        &[peak.sales_a_day, d.holds_per_100_sales.saturating_sub(100)],
        100,
    );
    let sold = u128::from(peak.sales_a_day) * u128::from(l.sale_bytes);
    let held = u128::from(unpaid) * u128::from(l.hold_bytes);
    let year = (sold.saturating_add(held))
        .saturating_mul(365)
        .div_ceil(u128::from(MIB));
    let year = u64::try_from(year).unwrap_or(u64::MAX);
    let how = format!(
        "365 x ({} sales x {} B + {} holds not paid x {} B)",
        n(peak.sales_a_day),
        n(l.sale_bytes),
        n(unpaid),
        n(l.hold_bytes)
    );
    lines.add("disk", "Disk for a year", (year, "MiB"), how);
    let shows = up(&[peak.shows, l.show_bytes], MIB);
    let how = format!("{} shows x {} B", n(peak.shows), n(l.show_bytes));
    lines.add(
        "memory_shows",
        "Memory for shows, each server",
        (shows, "MiB"),
        how,
    );
    let watchers = up(&[peak.watchers, l.watcher_bytes], MIB);
    let how = format!("{} open x {} B", n(peak.watchers), n(l.watcher_bytes));
    lines.add(
        "memory_watchers",
        "Memory for open maps, all servers",
        (watchers, "MiB"),
        how,
    );
}
