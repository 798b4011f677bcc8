//! Reports, and the late-payments desk.

use clap::{Args, Subcommand, ValueEnum};
use houseful_core::{time::UtcMillis, wire::desk::DeskKind};

/// `houseful report`.
#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// Prove that what was taken less what went back is tickets and fees kept
    ///
    /// Reads the books of booking and of payment and holds them against each other. Each payment
    /// counts on the business date on which it was begun. Whatever does not agree is named, and the
    /// exit code is 1 then.
    #[command(
        after_long_help = "Examples:\n  houseful report money\n  houseful report money --date 2026-11-21 -o csv"
    )]
    Money(MoneyArgs),
}

/// Which money.
#[derive(Debug, Args)]
pub struct MoneyArgs {
    /// Of this business date (06:00 to 05:59 of the cinema), as in 2026-11-21
    #[arg(long, value_name = "DAY")]
    pub date: Option<jiff::civil::Date>,
    /// Of this cinema, by id or name
    #[arg(long, value_name = "CINEMA")]
    pub cinema: Option<String>,
}

/// `houseful payment late`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Examples:\n  houseful payment late\n  houseful payment late --kind money_back -o csv"
)]
pub struct DeskArgs {
    /// Decided then or later, in UTC; the last 24 hours when absent
    #[arg(long, value_name = "TIME", value_parser = super::sales::instant)]
    pub since: Option<UtcMillis>,
    /// Only of this kind
    #[arg(long, value_name = "KIND")]
    pub kind: Option<DeskKindArg>,
    /// Only what needs a human
    #[arg(long)]
    pub open: bool,
}

/// What a case is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum DeskKindArg {
    /// Late money won the same seats back
    LateWon,
    /// Money that was good for nothing goes back
    MoneyBack,
    /// Money of a booking went back, not by our order
    MoneyGone,
    /// More money went back than was ordered, and the tickets stand
    MoneyShort,
    /// A refund waits for a manager
    RefundWaits,
    /// Decided a quarter of an hour ago or earlier, and not done
    Overdue,
}

impl From<DeskKindArg> for DeskKind {
    fn from(kind: DeskKindArg) -> Self {
        match kind {
            DeskKindArg::LateWon => Self::LateWon,
            DeskKindArg::MoneyBack => Self::MoneyBack,
            DeskKindArg::MoneyGone => Self::MoneyGone,
            DeskKindArg::MoneyShort => Self::MoneyShort,
            DeskKindArg::RefundWaits => Self::RefundWaits,
            DeskKindArg::Overdue => Self::Overdue,
        }
    }
}
