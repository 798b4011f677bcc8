//! `houseful plan-capacity`.

use clap::{Args, value_parser};

use crate::capacity::limits;

/// The most of anything that a plan is made for.
const MOST: u64 = 1_000_000_000;

/// Whom to plan for. All but `--dau` have a usual value, which is an assumption.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Examples:\n  houseful plan-capacity --dau 1000 --opening-night 3\n  houseful plan-capacity --dau 1000000 --looks-per-sale 200 -o json"
)]
pub struct CapacityArgs {
    /// People who come on a usual day
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1..=10 * MOST))]
    pub dau: u64,
    /// Visits that come to one sale
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = value_parser!(u64).range(1..=100_000))]
    pub visits_per_sale: u64,
    /// Lists and seat maps that are looked at for one sale
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = value_parser!(u64).range(1..=1_000_000))]
    pub looks_per_sale: u64,
    /// How many of these looks are at a seat map
    #[arg(long, value_name = "N", default_value_t = 25, value_parser = value_parser!(u64).range(1..=1_000_000))]
    pub maps_per_sale: u64,
    /// Seats of one booking
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = value_parser!(u64).range(1..=10))]
    pub seats_per_booking: u64,
    /// Holds for 100 sales
    #[arg(long, value_name = "N", default_value_t = 150, value_parser = value_parser!(u64).range(100..=100_000))]
    pub holds_per_100_sales: u64,
    /// Percentage of a day in its busiest hour
    #[arg(long, value_name = "PERCENT", default_value_t = 20, value_parser = value_parser!(u64).range(5..=100))]
    pub busiest_hour: u64,
    /// How many times the busiest hour the first minutes of an opening night are
    #[arg(long, value_name = "TIMES", default_value_t = 10, value_parser = value_parser!(u64).range(1..=10_000))]
    pub opening_night: u64,
    /// Percentage of sales that a card pays for
    #[arg(long, value_name = "PERCENT", default_value_t = 80, value_parser = value_parser!(u64).range(0..=100))]
    pub card: u64,
    /// Percentage of all holds, and of all open seat maps, at the show that most people want
    #[arg(long, value_name = "PERCENT", default_value_t = 5, value_parser = value_parser!(u64).range(1..=100))]
    pub hottest_show: u64,
    /// Seconds for which a visitor keeps a seat map open
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = value_parser!(u64).range(1..=86_400))]
    pub watch: u64,
    /// Tickets that a show sells in the end
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = value_parser!(u64).range(1..=100_000))]
    pub tickets_per_show: u64,
    /// Days ahead for which shows are on sale
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = value_parser!(u64).range(1..=1_000))]
    pub days_on_sale: u64,
    /// Servers beyond those that are needed
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u64).range(0..=1_000))]
    pub spare: u64,
    /// Standbys of each primary, to take over and to read from
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = value_parser!(u64).range(0..=100))]
    pub standbys: u64,
    /// What one of each gets through.
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// What one of each gets through; measured where nobody says otherwise.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitArgs {
    /// Percentage of each limit that a plan uses
    #[arg(long, value_name = "PERCENT", default_value_t = 50, value_parser = value_parser!(u64).range(1..=100))]
    pub load: u64,
    /// Lists that a server answers in a second
    #[arg(long, value_name = "N", default_value_t = limits::LISTS_PER_S, value_parser = value_parser!(u64).range(1..=MOST))]
    pub lists_per_s: u64,
    /// Seat maps that a server answers in a second
    #[arg(long, value_name = "N", default_value_t = limits::MAPS_PER_S, value_parser = value_parser!(u64).range(1..=MOST))]
    pub maps_per_s: u64,
    /// Holds that a server writes into a file in a second
    #[arg(long, value_name = "N", default_value_t = limits::FILE_HOLDS_PER_S, value_parser = value_parser!(u64).range(1..=MOST))]
    pub file_holds_per_s: u64,
    /// Holds of one show in a second
    #[arg(long, value_name = "N", default_value_t = limits::SHOW_HOLDS_PER_S, value_parser = value_parser!(u64).range(1..=MOST))]
    pub show_holds_per_s: u64,
    /// Holds that a Postgres primary writes in a second
    #[arg(long, value_name = "N", default_value_t = limits::PRIMARY_HOLDS_PER_S, value_parser = value_parser!(u64).range(1..=MOST))]
    pub primary_holds_per_s: u64,
    /// Payments by card in a second, without a broker
    #[arg(long, value_name = "N", default_value_t = limits::PAYMENTS_PER_S, value_parser = value_parser!(u64).range(1..=MOST))]
    pub payments_per_s: u64,
    /// Payments by card in a second, through a broker
    #[arg(long, value_name = "N", default_value_t = limits::KAFKA_PAYMENTS_PER_S, value_parser = value_parser!(u64).range(1..=MOST))]
    pub kafka_payments_per_s: u64,
    /// Changes that a server tells its watchers in a second
    #[arg(long, value_name = "N", default_value_t = limits::TOLD_PER_S, value_parser = value_parser!(u64).range(1..=MOST))]
    pub told_per_s: u64,
    /// Live feeds that a server takes
    #[arg(long, value_name = "N", default_value_t = limits::FEEDS, value_parser = value_parser!(u64).range(1..=MOST))]
    pub feeds: u64,
    /// Memory of a show, in bytes
    #[arg(long, value_name = "N", default_value_t = limits::SHOW_BYTES, value_parser = value_parser!(u64).range(1..=MOST))]
    pub show_bytes: u64,
    /// Memory of a watcher, in bytes
    #[arg(long, value_name = "N", default_value_t = limits::WATCHER_BYTES, value_parser = value_parser!(u64).range(1..=MOST))]
    pub watcher_bytes: u64,
    /// Disk for a hold, in bytes
    #[arg(long, value_name = "N", default_value_t = limits::HOLD_BYTES, value_parser = value_parser!(u64).range(1..=MOST))]
    pub hold_bytes: u64,
    /// Disk for a sale, in bytes
    #[arg(long, value_name = "N", default_value_t = limits::SALE_BYTES, value_parser = value_parser!(u64).range(1..=MOST))]
    pub sale_bytes: u64,
}
