//! `houseful tui`: the full-screen box office.

use super::names;
use crate::{
    context::Context,
    error::CliError,
    tui::{self, TuiError, TuiOptions},
};

pub(super) async fn run(ctx: &mut Context) -> Result<(), CliError> {
    let client = ctx.client().await?;
    let cinema = match ctx.settings.cinema() {
        Some(name) => Some(names::cinema(&client, name).await?),
        None => None,
    };
    let options = TuiOptions {
        cinema,
        coloured: ctx.color(ctx.console.terminal.stdout) && ctx.settings.theme() != "mono",
    };
    let seen = tui::run(options, client, ctx.state.clone()).await;
    seen.map_err(|e| match e {
        TuiError::NoTerminal => CliError::usage(e.to_string()),
        TuiError::Terminal(_) => CliError::System {
            what: e.to_string(),
        },
    })
}
