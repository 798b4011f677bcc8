//! What each command does: ask the server, write the answer. One noun, one file.

mod api;
mod auth;
mod board;
mod booking;
#[cfg(feature = "embedded")]
mod bus;
mod cinema;
mod city;
mod clock;
mod completion;
mod config;
#[cfg(feature = "embedded")]
mod db;
#[cfg(feature = "embedded")]
mod demo;
mod display;
mod distance;
mod doctor;
mod dry_run;
mod fields;
mod find;
mod help;
mod hold;
mod late;
mod layout;
mod man;
mod movie;
mod names;
mod payment;
mod plan_capacity;
mod price;
mod refund;
mod report;
mod sell;
#[cfg(feature = "embedded")]
mod serve;
mod show;
mod ticket;
mod tui;
mod version;
mod voucher;
mod why;

use std::{
    future::{Future, ready},
    pin::Pin,
};

use crate::{args::Command, context::Context, error::CliError};

/// Does what a command says.
///
/// # Errors
/// Whatever stopped it.
pub fn run(ctx: &mut Context, command: Command) -> Result<(), CliError> {
    if fields::answered(ctx, &command)? {
        return Ok(());
    }
    if ctx.globals.dry_run {
        dry_run::check(&command)?;
    }
    match command {
        // These need no server and no runtime.
        Command::Help(args) => help::run(ctx, &args),
        Command::Version => version::run(ctx),
        Command::Completion(args) => completion::run(ctx, &args),
        Command::Man(args) => man::run(ctx, &args),
        Command::Config(command) => config::run(ctx, command),
        Command::Layout(command) => layout::run(ctx, &command),
        Command::PlanCapacity(args) => plan_capacity::run(ctx, &args),
        command => block_on(async {
            let done = talk(ctx, command).await;
            ctx.close().await;
            done
        })?,
    }
}

/// A command at work.
type Doing<'a> = Pin<Box<dyn Future<Output = Result<(), CliError>> + 'a>>;

/// What a command does by talking to a server. Each has a place of its own on the heap: together they
/// are more than a thread's stack may hold where nothing is optimised.
fn talk(ctx: &mut Context, command: Command) -> Doing<'_> {
    match command {
        Command::Sell(args) => Box::pin(sell::run(ctx, args)),
        Command::Today(args) => Box::pin(async move { show::today(ctx, &args).await }),
        Command::Find(args) => Box::pin(find::run(ctx, args)),
        Command::Tui => Box::pin(tui::run(ctx)),
        Command::Display => Box::pin(display::run(ctx)),
        Command::City(command) => Box::pin(city::run(ctx, command)),
        Command::Cinema(command) => Box::pin(cinema::run(ctx, command)),
        Command::Movie(command) => Box::pin(movie::run(ctx, command)),
        Command::Show(command) => Box::pin(show::run(ctx, command)),
        Command::Price(command) => Box::pin(price::run(ctx, command)),
        Command::Why(args) => Box::pin(why::run(ctx, args)),
        Command::Hold(command) => Box::pin(hold::run(ctx, command)),
        Command::Booking(command) => Box::pin(booking::run(ctx, command)),
        Command::Ticket(command) => Box::pin(ticket::run(ctx, command)),
        Command::Payment(command) => Box::pin(payment::run(ctx, command)),
        Command::Voucher(command) => Box::pin(voucher::run(ctx, command)),
        Command::Refund(command) => Box::pin(refund::run(ctx, command)),
        Command::Report(command) => Box::pin(report::run(ctx, command)),
        Command::Auth(command) => Box::pin(auth::run(ctx, command)),
        Command::Doctor(args) => Box::pin(async move { doctor::run(ctx, &args).await }),
        Command::Api(args) => Box::pin(api::run(ctx, args)),
        Command::Clock(command) => Box::pin(clock::run(ctx, command)),
        #[cfg(feature = "embedded")]
        Command::Serve(args) => Box::pin(serve::run(ctx, args)),
        #[cfg(feature = "embedded")]
        Command::Demo(args) => Box::pin(demo::run(ctx, args)),
        #[cfg(feature = "embedded")]
        Command::Db(command) => Box::pin(db::run(ctx, command)),
        #[cfg(feature = "embedded")]
        Command::Bus(command) => Box::pin(bus::run(ctx, command)),
        Command::Help(_)
        | Command::Version
        | Command::Completion(_)
        | Command::Man(_)
        | Command::Layout(_)
        | Command::PlanCapacity(_)
        | Command::Config(_) => Box::pin(ready(Ok(()))),
    }
}

/// Runs a future to its end. What it left behind (a read of the keyboard, say) is not waited for.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> Result<T, CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| CliError::System {
            what: format!("can't start the program's threads: {e}"),
        })?;
    let done = runtime.block_on(work);
    runtime.shutdown_background();
    Ok(done)
}
