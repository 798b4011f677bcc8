//! `hold booking ticket payment`.

use clap::{Args, Subcommand, ValueEnum};
use houseful_core::{code::TicketCode, ids::PaymentId, time::UtcMillis, wire::payment::LostPart};

use super::{HoldArgs, LateArgs, Pay, RefundArgs, ScopeArgs, ShowRef};

/// `houseful hold`.
#[derive(Debug, Subcommand)]
pub enum HoldCommand {
    /// Hold seats for five minutes
    Create(HoldArgs),
    /// Show one hold
    #[command(
        after_long_help = "Examples:\n  hold=$(houseful hold create 1 --adult 2 --best -q)\n  houseful hold view \"$hold\""
    )]
    View {
        /// Booking id or code
        #[arg(value_name = "BOOKING")]
        booking: String,
    },
    /// List holds: those of a show, or those made here
    #[command(after_long_help = "Examples:\n  houseful hold list\n  houseful hold list --show 1")]
    List(BookingListArgs),
    /// Give held seats back
    #[command(
        after_long_help = "Examples:\n  hold=$(houseful hold create 1 --adult 2 --best -q)\n  houseful hold release \"$hold\""
    )]
    Release {
        /// Booking id or code
        #[arg(value_name = "BOOKING")]
        booking: String,
    },
}

/// Which bookings.
#[derive(Debug, Args)]
pub struct BookingListArgs {
    /// All of this show (staff); those made here if absent
    #[arg(long, value_name = "SHOW")]
    pub show: Option<ShowRef>,
    /// Whose board the number is on.
    #[command(flatten)]
    pub scope: ScopeArgs,
}

/// Which bookings, by what is known of them.
#[derive(Debug, Args)]
pub struct BookingFindArgs {
    /// Of a show, or made here.
    #[command(flatten)]
    pub of: BookingListArgs,
    /// By code or its first 4 characters, ticket code, id, name, or the last 4 digits of a
    /// telephone number (staff)
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["show", "recent"])]
    pub find: Option<String>,
    /// Those whose money or tickets changed last (staff)
    #[arg(long, conflicts_with = "show")]
    pub recent: bool,
    /// At most so many, 1 to 100, with `--find` or `--recent`
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=100), conflicts_with = "show")]
    pub limit: Option<u16>,
}

/// Who a booking is for.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Examples:\n  booking=$(houseful sell 1 --adult 2 --best --pay cash -q)\n  houseful booking contact \"$booking\" --name \"Ann Lee\" --phone \"0113 496 0123\"\n  houseful booking contact \"$booking\" --remove"
)]
pub struct ContactArgs {
    /// Booking id or code
    #[arg(value_name = "BOOKING")]
    pub booking: String,
    /// Their name; stays as it is if absent
    #[arg(long, required_unless_present_any = ["phone", "remove"])]
    pub name: Option<String>,
    /// Their telephone number; stays as it is if absent
    #[arg(long)]
    pub phone: Option<String>,
    /// Take name and number away
    #[arg(long, conflicts_with_all = ["name", "phone"])]
    pub remove: bool,
}

/// How to pay for a held booking.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Examples:\n  booking=$(houseful sell 1 --adult 2 --best --hold-only -q)\n  houseful booking pay \"$booking\" --pay card=4242424242424242"
)]
pub struct PayArgs {
    /// Booking id or code
    #[arg(value_name = "BOOKING")]
    pub booking: String,
    /// How to pay: cash, cash=50.00 (change is told), card (for practice), card=- (its number from
    /// standard input), card=@FILE or card=NUMBER; or several, as in voucher:CODE,card or
    /// cash:10.00,card
    #[arg(long, value_name = "HOW")]
    pub pay: Option<Pay>,
}

/// `houseful booking`.
#[derive(Debug, Subcommand)]
pub enum BookingCommand {
    /// List bookings: those of a show, those that are looked for, the newest, or those made here
    #[command(
        after_long_help = "Examples:\n  houseful booking list\n  houseful booking list --show 1\n  houseful booking list --recent --limit 5\n  houseful booking list --find \"ann lee\""
    )]
    List(BookingFindArgs),
    /// Show one booking
    #[command(
        after_long_help = "Examples:\n  booking=$(houseful sell 1 --adult 2 --best --pay cash -q)\n  houseful booking view \"$booking\""
    )]
    View {
        /// Booking id or code
        #[arg(value_name = "BOOKING")]
        booking: String,
    },
    /// Pay for a held booking
    Pay(PayArgs),
    /// Take a paid booking back and return the money
    #[command(
        after_long_help = "Examples:\n  booking=$(houseful sell 1 --adult 2 --best --pay cash -q)\n  houseful booking cancel \"$booking\" --reason \"guest is ill\" --yes"
    )]
    Cancel {
        /// Booking id or code
        #[arg(value_name = "BOOKING")]
        booking: String,
        /// Why, for the audit trail
        #[arg(long)]
        reason: String,
    },
    /// Give tickets of a booking back by the terms they were sold under
    Refund(RefundArgs),
    /// Say who a booking is for
    Contact(ContactArgs),
    /// Follow a booking until nothing more will happen to it
    #[command(
        after_long_help = "Examples:\n  booking=$(houseful sell 1 --adult 2 --best --pay cash -q)\n  houseful booking watch \"$booking\""
    )]
    Watch {
        /// Booking id or code
        #[arg(value_name = "BOOKING")]
        booking: String,
    },
}

/// `houseful ticket`.
#[derive(Debug, Subcommand)]
pub enum TicketCommand {
    /// List the tickets of a booking
    #[command(
        after_long_help = "Examples:\n  booking=$(houseful sell 1 --adult 2 --best --pay cash -q)\n  houseful ticket list \"$booking\""
    )]
    List {
        /// Booking id or code
        #[arg(value_name = "BOOKING")]
        booking: String,
    },
    /// Show one ticket by what the door reads
    #[command(
        after_long_help = "Examples:\n  booking=$(houseful sell 1 --adult 2 --best --pay cash -q)\n  code=$(houseful ticket list \"$booking\" -q | head -n 1)\n  houseful ticket view \"$code\""
    )]
    View {
        /// Ticket code
        #[arg(value_name = "CODE")]
        code: TicketCode,
    },
    /// Print the tickets of a booking with their QR codes
    #[command(
        after_long_help = "Examples:\n  booking=$(houseful sell 1 --adult 2 --best --pay cash -q)\n  houseful ticket print \"$booking\""
    )]
    Print {
        /// Booking id or code
        #[arg(value_name = "BOOKING")]
        booking: String,
        /// Without QR codes
        #[arg(long)]
        no_qr: bool,
    },
}

/// `houseful payment`.
#[derive(Debug, Subcommand)]
pub enum PaymentCommand {
    /// List payments
    #[command(after_long_help = "Examples:\n  houseful payment list --open")]
    List {
        /// Only those that are not settled, with what each waits for
        #[arg(long)]
        open: bool,
        /// Only those of this booking, by id or code
        #[arg(long, value_name = "BOOKING")]
        booking: Option<String>,
    },
    /// Show one payment
    #[command(
        after_long_help = "Examples:\n  houseful sell 1 --adult 1 --best --pay card\n  pay=$(houseful payment list -q | head -n 1)\n  houseful payment view \"$pay\""
    )]
    View {
        /// Payment id
        #[arg(value_name = "PAYMENT")]
        payment: PaymentId,
        /// The booking it is for; customers need it to prove the payment is theirs
        #[arg(long, value_name = "BOOKING")]
        booking: Option<String>,
    },
    /// Compare payments with the provider's list and mend what differs
    #[command(after_long_help = "Examples:\n  houseful payment reconcile")]
    Reconcile,
    /// List money that came late or went back, how each case ended, and what can be done
    Late(LateArgs),
    /// Say what became of the part of a payment that was lost, after payments were restored
    ///
    /// Of a payment by several means of which one is not known any more, what has to go back of that one
    /// stays owed until a person has seen to it. Nothing is sent anywhere by this.
    #[command(
        after_long_help = "Examples:\n  houseful sell 1 --adult 1 --best --pay card\n  pay=$(houseful payment list -q | head -n 1)\n  houseful payment resolve \"$pay\" --how not-owed --note voucher --dry-run"
    )]
    Resolve {
        /// Payment id
        #[arg(value_name = "PAYMENT")]
        payment: PaymentId,
        /// What became of it
        #[arg(long, value_name = "HOW")]
        how: LostPartArg,
        /// How that is known; never who it was about
        #[arg(long, value_name = "WORDS")]
        note: String,
        /// What is owed, as a script or a person was told it; if it is another sum by now, nothing is written
        #[arg(long, value_name = "AMOUNT")]
        amount: Option<String>,
    },
    /// Ask booking again about payments, after its database was restored
    ///
    /// Payments that changed since the copy was made are announced again as if booking had never
    /// answered: the same seats are booked again if they can be, or the money goes back.
    #[command(
        after_long_help = "Examples:\n  houseful payment reopen --since 2026-11-23T07:00:00Z --dry-run"
    )]
    Reopen {
        /// When the copy was made, in UTC; earlier does no harm
        #[arg(long, value_name = "TIME", value_parser = instant)]
        since: UtcMillis,
    },
}

/// What became of the part of a payment that was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LostPartArg {
    /// Somebody gave it back by hand
    PaidBack,
    /// A voucher has its value again, or it went back before it was lost
    NotOwed,
}

impl From<LostPartArg> for LostPart {
    fn from(arg: LostPartArg) -> Self {
        match arg {
            LostPartArg::PaidBack => Self::PaidBack,
            LostPartArg::NotOwed => Self::NotOwed,
        }
    }
}

/// Reads a point in time.
pub(super) fn instant(text: &str) -> Result<UtcMillis, String> {
    UtcMillis::parse_rfc3339(text).map_err(|_| "a time looks like 2026-11-23T07:00:00Z".to_owned())
}
