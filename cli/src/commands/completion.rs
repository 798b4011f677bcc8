//! `houseful completion`: a script that a shell reads.

use crate::{
    args::{self, CompletionArgs},
    context::Context,
    error::CliError,
};

pub(super) fn run(ctx: &mut Context, args: &CompletionArgs) -> Result<(), CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut args::command(), "houseful", &mut script);
    ctx.console.out.write_all(&script)?;
    Ok(())
}
