//! `houseful tui`: the box office on the full screen, or in plain mode line by line.

use houseful_core::ids::CinemaId;

use super::{config, names};
use crate::{
    client::Client,
    context::Context,
    error::CliError,
    tui::{self, Plain, TuiError, TuiOptions, theme::Theme},
};

pub(super) async fn run(ctx: &mut Context) -> Result<(), CliError> {
    let client = ctx.client().await?;
    let cinema = match ctx.settings.cinema() {
        Some(name) => Some(names::cinema(&client, name).await?),
        None => None,
    };
    open(ctx, client, cinema).await
}

/// Opens the box office on a server, drawn or spoken.
pub(super) async fn open(
    ctx: &Context,
    client: Client,
    cinema: Option<CinemaId>,
) -> Result<(), CliError> {
    let options = TuiOptions {
        cinema,
        ..options(ctx)?
    };
    let seen = tui::run(options, client, ctx.state.clone()).await;
    seen.map_err(|e| told(&e))
}

/// How the screens shall be: spoken line by line where somebody wants that, or where the terminal
/// only ever adds lines.
pub(super) fn options(ctx: &Context) -> Result<TuiOptions, CliError> {
    let plain = if ctx.settings.plain() {
        Some(Plain::Chosen)
    } else if ctx.console.terminal.dumb {
        Some(Plain::DumbTerminal)
    } else {
        None
    };
    Ok(TuiOptions {
        cinema: None,
        till: ctx.settings.till().to_owned(),
        theme: Theme::chosen(
            ctx.settings.theme(),
            &ctx.settings.styles(),
            ctx.color(ctx.console.terminal.stdout),
        ),
        keymap: config::keymap(ctx)?,
        mouse: ctx.settings.mouse(),
        plain,
    })
}

/// Why the screens ended, for the shell.
pub(super) fn told(error: &TuiError) -> CliError {
    match error {
        TuiError::NoTerminal => CliError::usage(error.to_string()),
        TuiError::Terminal(_) => CliError::System {
            what: error.to_string(),
        },
    }
}
