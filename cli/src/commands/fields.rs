//! Which fields the answer of each command has, so that `--fields` is looked at before anything
//! is asked for: a slip in it must not be told after a sale.

use super::{
    auth, booking, cinema, city, clock, config, doctor, dry_run, find, late, layout, movie,
    payment, plan_capacity, price, refund, report, sell, show, ticket, version, voucher, why,
};
#[cfg(feature = "embedded")]
use super::{bus, db};
use crate::{
    args::{
        AuthCommand, BookingCommand, CinemaCommand, CityCommand, ClockCommand, Command,
        ConfigCommand, HoldCommand, LateCommand, MovieCommand, PaymentCommand, RefundCommand,
        ReportCommand, SellArgs, ShowCommand, TicketCommand, TokenCommand, VoucherCommand,
    },
    context::Context,
    error::CliError,
    output::Columns,
};

/// Answers `--fields` alone by listing the fields, and tells so; refuses what can't be picked.
pub(super) fn answered(ctx: &mut Context, command: &Command) -> Result<bool, CliError> {
    if ctx.globals.fields.is_none() {
        return Ok(false);
    }
    let Some(columns) = of(command, ctx.globals.dry_run) else {
        return Err(CliError::usage_hint(
            "this command has no fields to choose from",
            "leave out `--fields`",
        ));
    };
    if ctx.globals.lists_fields() {
        ctx.text(&columns.listing())?;
        return Ok(true);
    }
    columns.pick(ctx.style.fields.as_deref(), ctx.style.format)?;
    Ok(false)
}

/// The fields of what `command` answers; `None` where it answers in a form of its own.
fn of(command: &Command, dry_run: bool) -> Option<&'static Columns> {
    match command {
        Command::Sell(args) => Some(of_sale(args, dry_run)),
        Command::Today(_) => Some(&show::TODAY),
        Command::Find(_) => Some(&find::COLUMNS),
        Command::City(CityCommand::List { miles: true, .. }) => Some(&city::IN_MILES),
        Command::City(_) => Some(&city::COLUMNS),
        Command::Cinema(CinemaCommand::List { miles: true, .. }) => Some(&cinema::IN_MILES),
        Command::Cinema(_) => Some(&cinema::COLUMNS),
        Command::Movie(MovieCommand::Calendar { .. }) => Some(&movie::CALENDAR),
        Command::Movie(_) => Some(&movie::COLUMNS),
        Command::Show(command) => of_show(command, dry_run),
        Command::Price(_) => Some(&price::COLUMNS),
        Command::Layout(command) => Some(layout::columns(command)),
        Command::Why(_) => Some(&why::COLUMNS),
        Command::Hold(command) => Some(of_hold(command, dry_run)),
        Command::Booking(command) => of_booking(command, dry_run),
        Command::Ticket(TicketCommand::List { .. } | TicketCommand::View { .. }) => {
            Some(&ticket::COLUMNS)
        }
        Command::Payment(PaymentCommand::Reconcile) if dry_run => Some(&dry_run::REQUEST),
        Command::Payment(PaymentCommand::Reconcile) => Some(&payment::RECONCILED),
        Command::Payment(PaymentCommand::Resolve { .. }) if dry_run => Some(&dry_run::REQUEST),
        Command::Payment(PaymentCommand::View { .. } | PaymentCommand::Resolve { .. }) => {
            Some(&payment::DETAIL)
        }
        Command::Payment(PaymentCommand::List { open: true, .. }) => Some(&payment::OPEN),
        Command::Payment(PaymentCommand::Late(args)) => Some(match &args.command {
            None => &late::DESK,
            Some(LateCommand::View { .. }) => &late::CASE,
            Some(LateCommand::Resolve { .. }) if dry_run => &dry_run::REQUEST,
            Some(LateCommand::Resolve { .. }) => &late::DESK,
        }),
        Command::Payment(_) => Some(&payment::COLUMNS),
        Command::Voucher(command) => Some(of_voucher(command, dry_run)),
        Command::Refund(RefundCommand::List) => Some(&refund::WAITING),
        Command::Refund(_) if dry_run => Some(&dry_run::REQUEST),
        Command::Refund(_) => Some(&booking::COLUMNS),
        Command::Report(ReportCommand::Money(_)) => Some(&report::MONEY),
        Command::Auth(command) => of_auth(command, dry_run),
        Command::Config(ConfigCommand::List | ConfigCommand::Explain { .. }) => {
            Some(&config::COLUMNS)
        }
        Command::Config(ConfigCommand::Keys { .. }) => Some(&config::KEY_COLUMNS),
        Command::Config(ConfigCommand::Set { .. }) | Command::Man(_) if dry_run => {
            Some(&dry_run::FILE)
        }
        Command::Doctor(args) => Some(doctor::columns(args)),
        Command::Clock(ClockCommand::Advance { .. }) if dry_run => Some(&dry_run::REQUEST),
        Command::Clock(_) => Some(&clock::COLUMNS),
        Command::PlanCapacity(_) => Some(&plan_capacity::COLUMNS),
        Command::Version => Some(&version::COLUMNS),
        Command::Tui
        | Command::Display
        | Command::Ticket(TicketCommand::Print { .. })
        | Command::Config(_)
        | Command::Api(_)
        | Command::Completion(_)
        | Command::Man(_)
        | Command::Help(_) => None,
        #[cfg(feature = "embedded")]
        Command::Db(command) => Some(db::columns(command, dry_run)),
        #[cfg(feature = "embedded")]
        Command::Bus(command) => Some(bus::columns(command)),
        #[cfg(feature = "embedded")]
        Command::Serve(_) | Command::Demo(_) => None,
    }
}

fn of_sale(args: &SellArgs, dry_run: bool) -> &'static Columns {
    match (dry_run, args.resume) {
        (true, true) => &dry_run::REQUEST,
        (true, false) => &sell::QUOTED,
        (false, _) => &booking::COLUMNS,
    }
}

fn of_hold(command: &HoldCommand, dry_run: bool) -> &'static Columns {
    match command {
        HoldCommand::Create(_) if dry_run => &sell::QUOTED,
        HoldCommand::Release { .. } if dry_run => &dry_run::REQUEST,
        _ => &booking::COLUMNS,
    }
}

fn of_booking(command: &BookingCommand, dry_run: bool) -> Option<&'static Columns> {
    match command {
        BookingCommand::Pay(_) | BookingCommand::Cancel { .. } if dry_run => {
            Some(&dry_run::REQUEST)
        }
        BookingCommand::Refund(_) if dry_run => Some(&refund::QUOTE),
        BookingCommand::Watch { .. } => None,
        _ => Some(&booking::COLUMNS),
    }
}

fn of_voucher(command: &VoucherCommand, dry_run: bool) -> &'static Columns {
    match command {
        VoucherCommand::Create(_) | VoucherCommand::Cancel { .. } if dry_run => &dry_run::REQUEST,
        VoucherCommand::Create(_) => &voucher::NEW,
        VoucherCommand::View { voucher } if voucher.is_id() => &voucher::DETAIL,
        VoucherCommand::List | VoucherCommand::View { .. } | VoucherCommand::Cancel { .. } => {
            &voucher::COLUMNS
        }
    }
}

fn of_show(command: &ShowCommand, dry_run: bool) -> Option<&'static Columns> {
    match command {
        ShowCommand::List { .. } => Some(&show::COLUMNS),
        ShowCommand::View { .. } => Some(&show::DETAIL_COLUMNS),
        ShowCommand::Seats { .. } => Some(&show::SEAT_COLUMNS),
        ShowCommand::Journal { .. } => Some(&show::JOURNAL_COLUMNS),
        ShowCommand::Watch { .. } => None,
        ShowCommand::Cancel { .. } if dry_run => Some(&show::PAID_BACK),
        ShowCommand::Pause { .. }
        | ShowCommand::Resume { .. }
        | ShowCommand::Block { .. }
        | ShowCommand::Unblock { .. }
            if dry_run =>
        {
            Some(&dry_run::REQUEST)
        }
        ShowCommand::Pause { .. } | ShowCommand::Resume { .. } | ShowCommand::Cancel { .. } => {
            Some(&show::COLUMNS)
        }
        ShowCommand::Block { .. } | ShowCommand::Unblock { .. } => Some(&show::BLOCK_COLUMNS),
    }
}

fn of_auth(command: &AuthCommand, dry_run: bool) -> Option<&'static Columns> {
    match command {
        AuthCommand::Status => Some(&auth::STATUS),
        AuthCommand::Login | AuthCommand::Logout => dry_run.then_some(&dry_run::FILE),
        AuthCommand::Token(TokenCommand::Create { .. } | TokenCommand::Revoke { .. })
            if dry_run =>
        {
            Some(&dry_run::REQUEST)
        }
        AuthCommand::Token(TokenCommand::Revoke { .. }) => None,
        AuthCommand::Token(_) => Some(&auth::TOKENS),
    }
}
