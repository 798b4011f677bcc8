//! What managers do to a show: pause, resume, cancel, block.

use houseful_core::{
    layout::BlockReason,
    seat::SeatLabel,
    wire::{
        admin::{BlockRequest, ShowAction, StatusRequest},
        catalogue::ShowDetail,
        seats::SeatMark,
    },
};

use super::COLUMNS;
use crate::{
    args::ShowArg,
    client::Client,
    commands::{board, dry_run},
    context::Context,
    error::CliError,
    output::{Columns, usual},
};

pub(super) async fn pause(
    ctx: &mut Context,
    show: &ShowArg,
    reason: String,
) -> Result<(), CliError> {
    set_status(ctx, show, ShowAction::Pause, reason).await
}

pub(super) async fn resume(
    ctx: &mut Context,
    show: &ShowArg,
    reason: String,
) -> Result<(), CliError> {
    set_status(ctx, show, ShowAction::Resume, reason).await
}

async fn set_status(
    ctx: &mut Context,
    show: &ShowArg,
    action: ShowAction,
    reason: String,
) -> Result<(), CliError> {
    let client = ctx.client().await?;
    let detail = super::find(ctx, &client, show).await?;
    send_status(ctx, &client, &detail, action, reason).await
}

async fn send_status(
    ctx: &mut Context,
    client: &Client,
    detail: &ShowDetail,
    action: ShowAction,
    reason: String,
) -> Result<(), CliError> {
    let request = StatusRequest {
        command: ctx.command_id(),
        action,
        reason,
    };
    let id = detail.show.id;
    if ctx.globals.dry_run {
        let effect = match action {
            ShowAction::Pause => "sales would stop until they are resumed",
            ShowAction::Resume => "seats would be for sale again",
            ShowAction::Cancel => "the show would be called off for good and all money returned",
        };
        let effect = format!("{effect}: {}", super::in_words(detail, &ctx.style.view));
        return dry_run::tell(
            ctx,
            "POST",
            format!("/v1/shows/{id}/status"),
            &request,
            effect,
        );
    }
    let show = ctx
        .wait("asking", client.set_status(id, &request))
        .await
        .map_err(|e| CliError::from(e).with_about(super::in_words(detail, &ctx.style.view)))?;
    ctx.one(&COLUMNS, &show)
}

pub(super) async fn cancel(
    ctx: &mut Context,
    show: &ShowArg,
    reason: String,
    confirm: Option<String>,
) -> Result<(), CliError> {
    let client = ctx.client().await?;
    let detail = super::find(ctx, &client, show).await?;
    let map = client.seats(detail.show.id).await?;
    let booked = SeatMark::Booked.letter();
    let sold = map.states.chars().filter(|c| *c == booked).count();
    if !ctx.globals.dry_run {
        confirm_cancel(ctx, &detail, sold, confirm).await?;
    }
    send_status(ctx, &client, &detail, ShowAction::Cancel, reason).await
}

/// Whoever cancels a show that people paid for says so in words that name it.
async fn confirm_cancel(
    ctx: &mut Context,
    detail: &ShowDetail,
    sold: usize,
    confirm: Option<String>,
) -> Result<(), CliError> {
    let words = super::in_words(detail, &ctx.style.view);
    if sold == 0 {
        return ctx.confirm(&format!("cancel {words}?")).await;
    }
    let wanted = format!("{}-{sold}", detail.show.id);
    let given = match confirm {
        Some(given) => given,
        None => {
            let question = format!(
                "{words}: {sold} seats are sold and all money will go back. Type {wanted} to cancel it:"
            );
            let flag = format!("--confirm {wanted}");
            ctx.ask(&question, &flag).await?
        }
    };
    if given == wanted {
        return Ok(());
    }
    Err(CliError::usage_hint(
        format!("{words} was not cancelled: {sold} of its seats are sold"),
        format!("if it is meant: --confirm {wanted}"),
    ))
}

pub(in crate::commands) static BLOCK_COLUMNS: Columns = Columns {
    id: "show",
    columns: &[
        usual("show", "Show"),
        usual("version", "Version"),
        usual("status", "Status"),
    ],
};

pub(super) async fn block(
    ctx: &mut Context,
    show: &ShowArg,
    seats: Vec<SeatLabel>,
    block: Option<BlockReason>,
) -> Result<(), CliError> {
    let client = ctx.client().await?;
    let id = board::find(ctx, &client, &show.show, &show.scope).await?;
    let names: Vec<String> = seats.iter().map(ToString::to_string).collect();
    let names = names.join(" ");
    let request = BlockRequest {
        command: ctx.command_id(),
        seats,
        block,
    };
    if ctx.globals.dry_run {
        let effect = match block {
            Some(_) => format!("{names} would be kept from sale"),
            None => format!("{names} would be for sale"),
        };
        return dry_run::tell(
            ctx,
            "POST",
            format!("/v1/shows/{id}/blocks"),
            &request,
            effect,
        );
    }
    let map = ctx.wait("asking", client.block(id, &request)).await?;
    ctx.say(&match block {
        Some(_) => format!("{names} kept from sale"),
        None => format!("{names} for sale"),
    });
    ctx.one(&BLOCK_COLUMNS, &map)
}
