//! `houseful display`: the customer's mirror of a till, on another terminal.

use super::tui::told;
use crate::{
    context::Context,
    error::CliError,
    mirror,
    tui::{self, DisplayOptions, theme::Theme},
};

pub(super) async fn run(ctx: &mut Context) -> Result<(), CliError> {
    if ctx.settings.plain() || ctx.console.terminal.dumb {
        return Err(CliError::usage_hint(
            "a display draws on the full screen, and lines are only added here",
            "run it in another terminal",
        ));
    }
    let state = ctx.state.folder()?.to_owned();
    let options = DisplayOptions {
        till: till(ctx, &state)?,
        state,
        theme: Theme::chosen(
            ctx.settings.theme(),
            &ctx.settings.styles(),
            ctx.color(ctx.console.terminal.stdout),
        ),
    };
    tui::display(options).await.map_err(|e| told(&e))
}

/// The till that is meant: the one that was named, or the only one that runs here.
fn till(ctx: &Context, state: &std::path::Path) -> Result<String, CliError> {
    let named = ctx.settings.till();
    let running = mirror::tills(state);
    match running.as_slice() {
        _ if ctx.settings.is_set("till") || running.iter().any(|till| till == named) => {
            Ok(named.to_owned())
        }
        [only] => Ok(only.clone()),
        [] => Ok(named.to_owned()),
        several => Err(CliError::usage_hint(
            format!("several tills run here: {}", several.join(", ")),
            "name one with `--till`",
        )),
    }
}
