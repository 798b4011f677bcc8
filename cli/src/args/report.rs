//! Reports, and the late-payments desk.

use clap::{Args, Subcommand, ValueEnum};
use houseful_core::{
    time::UtcMillis,
    wire::desk::{CaseHow, DeskKind},
};

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
    args_conflicts_with_subcommands = true,
    after_long_help = "Examples:\n  houseful payment late\n  houseful payment late --ended --limit 20\n  houseful payment late --kind money_back -o csv"
)]
pub struct LateArgs {
    /// What to do with one case.
    #[command(subcommand)]
    pub command: Option<LateCommand>,
    /// Which cases to list.
    #[command(flatten)]
    pub list: DeskArgs,
}

/// `houseful payment late` with one case.
#[derive(Debug, Subcommand)]
pub enum LateCommand {
    /// Show one case: what happened, what each tender paid, what is to be done
    #[command(
        after_long_help = "Examples:\n  cases=$(houseful payment late --all -q)\n  for c in $cases; do houseful payment late view \"$c\"; done"
    )]
    View {
        /// The payment's id, or its booking's id or code
        #[arg(value_name = "CASE")]
        case: String,
    },
    /// Say what was done about a case, so that nobody does it again; no money moves by it
    #[command(
        after_long_help = "Examples:\n  cases=$(houseful payment late --open -q)\n  for c in $cases; do houseful payment late resolve \"$c\" --how told; done"
    )]
    Resolve {
        /// The payment's id, or its booking's id or code
        #[arg(value_name = "CASE")]
        case: String,
        /// What was done
        #[arg(long, value_name = "HOW")]
        how: CaseHowArg,
        /// More about it, without saying who it was about; needed for `other`
        #[arg(long, value_name = "WORDS", default_value = "")]
        note: String,
    },
}

/// What was done about a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum CaseHowArg {
    /// The cash that was to be handed out was
    HandedOut,
    /// It was paid back by hand at the provider
    PaidBack,
    /// The customer was told, and nothing else is to be done
    Told,
    /// Something else, as the note says
    Other,
}

impl From<CaseHowArg> for CaseHow {
    fn from(how: CaseHowArg) -> Self {
        match how {
            CaseHowArg::HandedOut => Self::HandedOut,
            CaseHowArg::PaidBack => Self::PaidBack,
            CaseHowArg::Told => Self::Told,
            CaseHowArg::Other => Self::Other,
        }
    }
}

/// Which cases to list.
#[derive(Debug, Args)]
pub struct DeskArgs {
    /// Decided then or later, in UTC; the last 24 hours when absent
    #[arg(long, value_name = "TIME", value_parser = super::sales::instant)]
    pub since: Option<UtcMillis>,
    /// Only of this kind
    #[arg(long, value_name = "KIND")]
    pub kind: Option<DeskKindArg>,
    /// Only what needs somebody
    #[arg(long, conflicts_with_all = ["ended", "since"])]
    pub open: bool,
    /// Only what has ended, and how; at any time unless `--since` says otherwise
    #[arg(long)]
    pub ended: bool,
    /// What needs somebody, and what has ended at any time
    #[arg(long, conflicts_with_all = ["open", "ended", "since"])]
    pub all: bool,
    /// At most so many that have ended
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub limit: u32,
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
    /// Cash waits to be handed out
    CashWaits,
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
            DeskKindArg::CashWaits => Self::CashWaits,
        }
    }
}
