//! `houseful price`.

use clap::{Args, Subcommand};
use houseful_core::{price::Channel, time::UtcMillis};

use super::{ScopeArgs, ShowRef, WishArgs};

/// `houseful price`.
#[derive(Debug, Subcommand)]
pub enum PriceCommand {
    /// Tell what tickets would cost, with the rule behind every number
    Preview(PricePreviewArgs),
}

/// What shall have a price.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Examples:\n  houseful price preview 1 --adult 2 --child 1\n  houseful price preview 1 --seats H7,H8 --channel web\n  houseful price preview 1 --adult 2 --best --at 2026-11-21T17:50:00Z -o json"
)]
pub struct PricePreviewArgs {
    /// Today's number (`3`), the show's id (`shw_1042`) or, in a terminal, words
    #[arg(value_name = "SHOW")]
    pub show: ShowRef,
    /// Which tickets or seats; one of the first ticket type when none are named.
    #[command(flatten)]
    pub wish: WishArgs,
    /// As if sold there: counter, web or api
    #[arg(long, value_name = "CHANNEL")]
    pub channel: Option<Channel>,
    /// At this time, in UTC; now when absent
    #[arg(long, value_name = "TIME", value_parser = super::sales::instant)]
    pub at: Option<UtcMillis>,
    /// Whose board the number is on.
    #[command(flatten)]
    pub scope: ScopeArgs,
}
