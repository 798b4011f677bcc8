//! `houseful hold`: a hold is a booking that is not paid yet.

use houseful_core::wire::booking::{BookingState, ReleaseRequest};

use super::{booking, dry_run, names, sell};
use crate::{args::HoldCommand, context::Context, error::CliError, state::Stage};

pub(super) async fn run(ctx: &mut Context, command: HoldCommand) -> Result<(), CliError> {
    match command {
        HoldCommand::Create(args) => sell::hold(ctx, args).await,
        HoldCommand::View { booking } => booking::view(ctx, &booking).await,
        HoldCommand::List(args) => {
            let held = |b: &houseful_core::wire::booking::Booking| b.state == BookingState::Held;
            booking::list(ctx, &args, held, "no holds").await
        }
        HoldCommand::Release { booking } => release(ctx, &booking).await,
    }
}

async fn release(ctx: &mut Context, text: &str) -> Result<(), CliError> {
    let client = ctx.client().await?;
    let id = names::booking(ctx, &client, text).await?;
    let sale = ctx.state.sale(id)?;
    let own = sale.as_ref().map(|s| s.release);
    let command = ctx.globals.idempotency_key.or(own);
    let request = ReleaseRequest {
        command: command.unwrap_or_else(|| ctx.command_id()),
    };
    if ctx.globals.dry_run {
        let path = format!("/v1/bookings/{id}/release");
        let before = ctx
            .wait("asking for the booking", client.booking(id))
            .await?;
        dry_run::can_be_released(&before)?;
        let effect = match before.state {
            BookingState::Held => "the seats would be for sale again",
            _ => "the booking would be given up; its seats are for sale already",
        };
        let effect = effect.to_owned();
        return dry_run::tell(ctx, "POST", path, &request, effect);
    }
    let released = ctx.wait("releasing", client.release(id, &request)).await?;
    if let Some(mut sale) = sale {
        sale.stage = Stage::Finished;
        ctx.state.store_sale(&sale)?;
    }
    booking::show(ctx, &client, &released).await
}
