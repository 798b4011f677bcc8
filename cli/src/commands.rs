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
mod doctor;
mod dry_run;
mod fields;
mod find;
mod help;
mod hold;
mod man;
mod movie;
mod names;
mod payment;
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

use std::future::Future;

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
        command => block_on(async {
            let done = talk(ctx, command).await;
            ctx.close().await;
            done
        })?,
    }
}

async fn talk(ctx: &mut Context, command: Command) -> Result<(), CliError> {
    match command {
        Command::Sell(args) => sell::run(ctx, args).await,
        Command::Today(args) => show::today(ctx, &args).await,
        Command::Find(args) => find::run(ctx, args).await,
        Command::Tui => tui::run(ctx).await,
        Command::Display => display::run(ctx).await,
        Command::City(command) => city::run(ctx, command).await,
        Command::Cinema(command) => cinema::run(ctx, command).await,
        Command::Movie(command) => movie::run(ctx, command).await,
        Command::Show(command) => show::run(ctx, command).await,
        Command::Hold(command) => hold::run(ctx, command).await,
        Command::Booking(command) => booking::run(ctx, command).await,
        Command::Ticket(command) => ticket::run(ctx, command).await,
        Command::Payment(command) => payment::run(ctx, command).await,
        Command::Voucher(command) => voucher::run(ctx, command).await,
        Command::Refund(command) => refund::run(ctx, command).await,
        Command::Report(command) => report::run(ctx, command).await,
        Command::Auth(command) => auth::run(ctx, command).await,
        Command::Doctor(args) => doctor::run(ctx, &args).await,
        Command::Api(args) => api::run(ctx, args).await,
        Command::Clock(command) => clock::run(ctx, command).await,
        #[cfg(feature = "embedded")]
        Command::Serve(args) => serve::run(ctx, args).await,
        #[cfg(feature = "embedded")]
        Command::Demo(args) => demo::run(ctx, args).await,
        #[cfg(feature = "embedded")]
        Command::Db(command) => db::run(ctx, command).await,
        #[cfg(feature = "embedded")]
        Command::Bus(command) => bus::run(ctx, command).await,
        Command::Help(_)
        | Command::Version
        | Command::Completion(_)
        | Command::Man(_)
        | Command::Config(_) => Ok(()),
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
