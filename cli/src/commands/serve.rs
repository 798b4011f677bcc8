//! `houseful serve`: all three roles on one database file, until somebody says stop.

use std::{fs, path::Path};

use houseful_core::wire::admin::Mode;
use serde::Serialize;

use crate::{
    args::{LogArg, ServeArgs},
    context::Context,
    embedded::hosting::{Hosted, Hosting},
    error::CliError,
    log,
    output::Format,
    stop,
};

/// What is told once the server answers.
#[derive(Debug, Serialize)]
struct Started<'a> {
    /// Where, as in `http://127.0.0.1:7878`.
    server: &'a str,
    port: u16,
    db: &'a Path,
    pid: u32,
    /// The first admin's token, if the file had none; told this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    admin_token: Option<&'a str>,
}

/// Serves until it is told to stop.
pub(super) async fn run(context: &mut Context, args: ServeArgs) -> Result<(), CliError> {
    log::begin_server(
        args.log == LogArg::Json,
        args.log_file.as_deref(),
        &context.console.env,
    )?;
    let hosting = Hosting {
        listen: args.listen,
        mode: args.training.then_some(Mode::Training),
        manual_clock: context.globals.manual_clock(),
        timer: !context.globals.no_timer,
        ..Hosting::new(&args.db)
    };
    let stop = stop::signal()?;
    let hosted = Hosted::start(hosting).await?;
    if !hosted.running().addr.ip().is_loopback() {
        context
            .say("other machines can connect, and nothing is encrypted: put a TLS proxy before it");
    }
    let told = tell(context, &hosted, args.port_file.as_deref());
    if told.is_ok() {
        stop.await;
        context.say("stopping");
    }
    hosted.stop().await;
    told
}

fn tell(context: &mut Context, hosted: &Hosted, port_file: Option<&Path>) -> Result<(), CliError> {
    let port = hosted.running().addr.port();
    if let Some(path) = port_file {
        fs::write(path, format!("{port}\n")).map_err(|source| CliError::File {
            what: "write",
            path: path.to_owned(),
            source,
        })?;
    }
    let started = Started {
        server: hosted.server(),
        port,
        db: hosted.file(),
        pid: std::process::id(),
        admin_token: hosted.running().first_admin_token.as_deref(),
    };
    let line = match context.style.format {
        Format::Json | Format::Ndjson => serde_json::to_string(&started).unwrap_or_default(),
        Format::Table | Format::Plain | Format::Csv => {
            format!("serving {} at {}", started.db.display(), started.server)
        }
    };
    context.text(&format!("{line}\n"))?;
    context.flush()?;
    if let Some(token) = started.admin_token {
        context.say(&format!("the first admin's token, told this once: {token}"));
    }
    Ok(())
}
