//! `houseful why`.

use clap::Args;
use houseful_core::{price::Channel, seat::SeatLabel, time::UtcMillis};

use super::{catalogue::ScopeArgs, staff::ShowRef};

/// Why seats can or can't be had.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Examples:\n  houseful why H7 --show 3\n  houseful why H7 H8 --show 5 --channel web --code DUNE26\n  houseful why --show 3 --at 2026-11-21T19:00:00Z -o json"
)]
pub struct WhyArgs {
    /// Seats that would be taken together; none asks about the show alone
    #[arg(value_name = "SEAT")]
    pub seats: Vec<SeatLabel>,
    /// Today's number (`3`) or the show's id (`shw_1042`)
    #[arg(long, value_name = "SHOW")]
    pub show: ShowRef,
    /// As if sold there: counter, web or api
    #[arg(long, value_name = "CHANNEL")]
    pub channel: Option<Channel>,
    /// With this prebook code
    #[arg(long, value_name = "CODE")]
    pub code: Option<String>,
    /// For a member of this kind, as staff say
    #[arg(long, value_name = "KIND")]
    pub member: Option<String>,
    /// At this time, in UTC; now when absent
    #[arg(long, value_name = "TIME", value_parser = super::sales::instant)]
    pub at: Option<UtcMillis>,
    /// Whose board the number is on.
    #[command(flatten)]
    pub scope: ScopeArgs,
}
