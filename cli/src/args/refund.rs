//! Giving tickets back, and what managers say to it.

use clap::{Args, Subcommand, ValueEnum};
use houseful_core::{refund::RefundReason, seat::SeatLabel};

/// `houseful booking refund`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Examples:\n  b=$(houseful sell 1 --adult 2 --best --pay cash -q)\n  s=$(houseful ticket list \"$b\" --fields seat | head -n 1)\n  houseful booking refund $b --reason fault --waive --note cold --dry-run\n  houseful booking refund $b --seats $s --reason fault --waive --note cold --yes"
)]
pub struct RefundArgs {
    /// Booking id or code
    #[arg(value_name = "BOOKING")]
    pub booking: String,
    /// Only these seats, as in `H7,H8`; all of the booking when absent
    #[arg(long, value_name = "SEATS", value_delimiter = ',')]
    pub seats: Vec<SeatLabel>,
    /// Why
    #[arg(long, value_name = "WHY")]
    pub reason: RefundReasonArg,
    /// More about it, never who; needed for `other` and `--waive`
    #[arg(long, value_name = "WORDS", default_value = "")]
    pub note: String,
    /// Give everything back, whatever the terms say; for managers
    #[arg(long)]
    pub waive: bool,
}

/// Why tickets come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RefundReasonArg {
    /// The customer does not want to come
    Customer,
    /// The customer can't come: illness, an accident, the roads
    Unable,
    /// The wrong show, day or seats were sold
    Mistake,
    /// The show was not as it should be
    Fault,
    /// To please somebody
    Goodwill,
    /// Something else, which the note says
    Other,
}

impl From<RefundReasonArg> for RefundReason {
    fn from(reason: RefundReasonArg) -> Self {
        match reason {
            RefundReasonArg::Customer => Self::Customer,
            RefundReasonArg::Unable => Self::Unable,
            RefundReasonArg::Mistake => Self::Mistake,
            RefundReasonArg::Fault => Self::Fault,
            RefundReasonArg::Goodwill => Self::Goodwill,
            RefundReasonArg::Other => Self::Other,
        }
    }
}

/// `houseful refund`.
#[derive(Debug, Subcommand)]
pub enum RefundCommand {
    /// List the refunds that wait for a manager
    #[command(after_long_help = "Examples:\n  houseful refund list")]
    List,
    /// Say yes: the money goes back as it was told when it was asked for
    #[command(
        after_long_help = "Examples:\n  houseful refund list -q | head -n 1 | xargs -r houseful refund approve"
    )]
    Approve {
        /// The refund's id, or its booking's id or code
        #[arg(value_name = "REFUND")]
        refund: String,
    },
    /// Say no: everything stays as it is
    #[command(
        after_long_help = "Examples:\n  houseful refund list -q | xargs -rn 1 houseful refund refuse --note no"
    )]
    Refuse {
        /// The refund's id, or its booking's id or code
        #[arg(value_name = "REFUND")]
        refund: String,
        /// Why not
        #[arg(long, value_name = "WORDS")]
        note: String,
    },
}
