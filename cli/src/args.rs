//! What can be typed: the command tree, and nothing of what it does.

mod capacity;
mod catalogue;
mod globals;
mod help;
mod layout;
mod near;
mod pay;
mod plumbing;
mod price;
mod refund;
mod report;
#[cfg(feature = "embedded")]
mod running;
mod sales;
mod sell;
mod staff;
mod voucher;
mod why;

use clap::{CommandFactory, Parser, Subcommand};

pub use capacity::{CapacityArgs, LimitArgs};
pub use catalogue::{
    CinemaCommand, CityCommand, DateArg, FindArgs, KindArgs, MovieCommand, ScopeArgs, TodayArgs,
};
pub use globals::{ClockArg, Globals};
pub use help::{GROUPS, short_help};
pub use layout::LayoutCommand;
pub use near::{KM_PER_MILE, NearArgs};
pub use pay::{CardFrom, Pay, PayPart, card_number};
pub use plumbing::{
    ApiArgs, ClockCommand, CompletionArgs, ConfigCommand, DoctorArgs, HelpArgs, ManArgs,
};
pub use price::{PriceCommand, PricePreviewArgs};
pub use refund::{RefundArgs, RefundCommand, RefundReasonArg};
pub use report::{DeskArgs, LateArgs, LateCommand, MoneyArgs, ReportCommand};
#[cfg(feature = "embedded")]
pub use running::{
    BusCommand, ChainChoice, DbArg, DbCommand, DbFile, DemoArgs, KafkaArg, LogArg, ReplicaArg,
    ServeArgs, ShardsArg,
};
pub use sales::{
    BookingCommand, BookingFindArgs, BookingListArgs, ContactArgs, HoldCommand, PayArgs,
    PaymentCommand, TicketCommand,
};
pub use sell::{HoldArgs, SellArgs, TicketCount, WishArgs};
pub use staff::{
    AuthCommand, BlockReasonArg, RoleArg, ShowArg, ShowCommand, ShowRef, TokenCommand,
};
pub use voucher::{VoucherArgs, VoucherCommand, VoucherRef};
pub use why::WhyArgs;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "houseful",
    bin_name = "houseful",
    version,
    about = "Sells cinema seats from a terminal",
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub struct Cli {
    /// Flags that every command takes.
    #[command(flatten)]
    pub globals: Globals,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Cli {
    /// Whether the command draws on the whole screen, so that nothing else may write there.
    #[must_use]
    pub fn takes_the_screen(&self) -> bool {
        match &self.command {
            Some(Command::Tui | Command::Display) => true,
            #[cfg(feature = "embedded")]
            Some(Command::Demo(args)) => !args.headless,
            _ => false,
        }
    }

    /// Whether the command sets up its own log.
    #[must_use]
    pub fn logs_by_itself(&self) -> bool {
        #[cfg(feature = "embedded")]
        {
            matches!(self.command, Some(Command::Serve(_)))
        }
        #[cfg(not(feature = "embedded"))]
        {
            false
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Sell seats: hold, price, take payment, give tickets
    Sell(SellArgs),
    /// Show what is on today, numbered, with free seats
    Today(TodayArgs),
    /// Find films, cinemas, cities and shows by words
    Find(FindArgs),
    /// Open the full-screen box office
    #[command(after_long_help = "Examples:\n  houseful tui")]
    Tui,
    /// Show the customer the seats of a till, on another terminal
    #[command(after_long_help = "Examples:\n  houseful display --till TILL-1")]
    Display,

    /// Try a whole cinema chain, with nothing to set up
    #[cfg(feature = "embedded")]
    Demo(DemoArgs),

    /// Cities with cinemas
    #[command(subcommand, alias = "cities")]
    City(CityCommand),
    /// Cinemas
    #[command(subcommand, alias = "cinemas")]
    Cinema(CinemaCommand),
    /// Films and where they run
    #[command(subcommand, alias = "movies")]
    Movie(MovieCommand),
    /// Shows, their seats and their journal
    #[command(subcommand, alias = "shows")]
    Show(ShowCommand),
    /// Halls drawn as text: mistakes, pictures, differences
    #[command(subcommand, alias = "layouts")]
    Layout(LayoutCommand),

    /// What tickets would cost, and why
    #[command(subcommand, alias = "prices")]
    Price(PriceCommand),
    /// Why seats can or can't be had, rule by rule
    Why(WhyArgs),

    /// Seats held for five minutes
    #[command(subcommand, alias = "holds")]
    Hold(HoldCommand),
    /// Bookings
    #[command(subcommand, alias = "bookings")]
    Booking(BookingCommand),
    /// Tickets
    #[command(subcommand, alias = "tickets")]
    Ticket(TicketCommand),
    /// Payments
    #[command(subcommand, alias = "payments")]
    Payment(PaymentCommand),
    /// Vouchers that pay by a code
    #[command(subcommand, alias = "vouchers")]
    Voucher(VoucherCommand),
    /// Refunds that wait for a manager
    #[command(subcommand, alias = "refunds")]
    Refund(RefundCommand),
    /// Reports that hold the books against each other
    #[command(subcommand, alias = "reports")]
    Report(ReportCommand),

    /// Serve a database file: catalogue, bookings and payments
    #[cfg(feature = "embedded")]
    Serve(ServeArgs),
    /// Copy, restore and check a database file
    #[cfg(feature = "embedded")]
    #[command(subcommand)]
    Db(DbCommand),
    /// The topics of Kafka, and what was put aside
    #[cfg(feature = "embedded")]
    #[command(subcommand)]
    Bus(BusCommand),
    /// Sign in, and API tokens
    #[command(subcommand)]
    Auth(AuthCommand),
    /// Settings and where they come from
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Plan how many servers, databases and brokers so many people need
    PlanCapacity(CapacityArgs),
    /// Check the terminal, the server, the clock and the settings
    Doctor(DoctorArgs),

    /// Send any request to the API
    Api(ApiArgs),
    /// Show or move the server's clock
    #[command(subcommand)]
    Clock(ClockCommand),
    /// Print a completion script for a shell
    Completion(CompletionArgs),
    /// Write the manual pages
    Man(ManArgs),
    /// Explain a command or a topic
    Help(HelpArgs),
    /// Print the version
    #[command(after_long_help = "Examples:\n  houseful version -o json")]
    Version,
}

/// The tree as clap knows it, with the help of the root in groups.
#[must_use]
pub fn command() -> clap::Command {
    let mut command = Cli::command();
    let help = help::root_help(&command);
    command = command.override_help(help);
    command
}

#[cfg(test)]
mod tests;
