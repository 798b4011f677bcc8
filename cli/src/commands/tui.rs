//! `houseful tui`: the full-screen box office.

use super::{config, names};
use crate::{
    context::Context,
    error::CliError,
    tui::{self, TuiError, TuiOptions, theme::Theme},
};

pub(super) async fn run(ctx: &mut Context) -> Result<(), CliError> {
    let options = options(ctx, "`houseful sell` asks step by step, one line at a time")?;
    let client = ctx.client().await?;
    let cinema = match ctx.settings.cinema() {
        Some(name) => Some(names::cinema(&client, name).await?),
        None => None,
    };
    let options = TuiOptions { cinema, ..options };
    let seen = tui::run(options, client, ctx.state.clone()).await;
    seen.map_err(|e| told(&e))
}

/// How the screens shall be. A terminal that only ever adds lines can't show them; `instead` is
/// what works there.
pub(super) fn options(ctx: &Context, instead: &str) -> Result<TuiOptions, CliError> {
    let why = if ctx.settings.plain() {
        "`plain` is set"
    } else if ctx.console.terminal.dumb {
        "TERM=dumb"
    } else {
        return Ok(TuiOptions {
            cinema: None,
            till: ctx.settings.till().to_owned(),
            theme: Theme::chosen(
                ctx.settings.theme(),
                &ctx.settings.styles(),
                ctx.color(ctx.console.terminal.stdout),
            ),
            keymap: config::keymap(ctx)?,
            mouse: ctx.settings.mouse(),
        });
    };
    Err(CliError::usage_hint(
        format!("the full screen can't be drawn where lines are only added ({why})"),
        instead,
    ))
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
