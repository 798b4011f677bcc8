//! `houseful tui`: the box office on the full screen, or in plain mode line by line.

use super::{config, names};
use crate::{
    context::Context,
    error::CliError,
    tui::{self, Plain, TuiError, TuiOptions, theme::Theme},
};

pub(super) async fn run(ctx: &mut Context) -> Result<(), CliError> {
    of_cinema(ctx, None).await
}

/// The same for one cinema: the one that is named, else that of the settings.
pub(super) async fn of_cinema(ctx: &mut Context, named: Option<&str>) -> Result<(), CliError> {
    // What is wrong with the settings is told before anything is asked or served.
    let options = options(ctx)?;
    let client = ctx.client().await?;
    let cinema = match named.or(ctx.settings.cinema()) {
        Some(name) => Some(names::cinema(&client, name).await?),
        None => None,
    };
    let options = TuiOptions { cinema, ..options };
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
        TuiError::NoServer(why) => CliError::Unanswered { why: why.clone() },
        TuiError::Terminal(_) => CliError::System {
            what: error.to_string(),
        },
    }
}
