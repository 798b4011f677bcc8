//! `houseful clock`: the server's clock.

use houseful_core::wire::admin::ClockRequest;

use super::dry_run;
use crate::{
    args::ClockCommand,
    context::Context,
    error::CliError,
    output::{Columns, extra, usual},
};

pub(super) static COLUMNS: Columns = Columns {
    id: "time",
    columns: &[
        usual("time", "Time"),
        usual("clock", "Clock"),
        usual("speed", "Speed"),
        extra("mode", "Mode"),
        extra("version", "Version"),
    ],
};

pub(super) async fn run(ctx: &mut Context, command: ClockCommand) -> Result<(), CliError> {
    let client = ctx.client().await?;
    let info = match command {
        ClockCommand::View => ctx.wait("asking", client.server_info()).await?,
        ClockCommand::Advance { by_ms } => {
            let request = ClockRequest { advance_ms: by_ms };
            if ctx.globals.dry_run {
                let effect = "the server's clock would move forward".to_owned();
                return dry_run::tell(ctx, "POST", "/v1/test/clock".to_owned(), &request, effect);
            }
            ctx.wait("asking", client.advance_clock(&request)).await?
        }
    };
    ctx.one(&COLUMNS, &info)
}
