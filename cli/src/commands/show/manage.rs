//! What managers do to a show: pause, resume, cancel, block.

use std::time::Duration;

use houseful_core::{
    ids::ShowId,
    layout::BlockReason,
    money::Money,
    seat::SeatLabel,
    wire::{
        Page,
        admin::{BlockRequest, ShowAction, StatusRequest},
        booking::{Booking, BookingState},
        catalogue::ShowDetail,
        seats::SeatMark,
    },
};
use serde::Serialize;

use super::COLUMNS;
use crate::{
    args::ShowArg,
    client::Client,
    commands::{board, dry_run},
    context::Context,
    error::CliError,
    moment,
    output::{Columns, extra, usual},
};

/// How often is looked how far the money of a cancelled show has gone back, and the rest between.
const FOLLOWED: u32 = 10;
const FOLLOW_REST: Duration = Duration::from_millis(500);

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
    if ctx.globals.dry_run {
        return who_is_paid_back(ctx, &client, &detail).await;
    }
    let map = client.seats(detail.show.id).await?;
    let booked = SeatMark::Booked.letter();
    let sold = map.states.chars().filter(|c| *c == booked).count();
    confirm_cancel(ctx, &detail, sold, confirm).await?;
    send_status(ctx, &client, &detail, ShowAction::Cancel, reason).await?;
    follow_refunds(ctx, &client, &detail).await
}

/// A booking that a cancelled show pays back.
#[derive(Debug, Serialize)]
struct PaidBack {
    /// What goes back: all that is kept for its seats.
    back: Money,
    #[serde(flatten)]
    booking: Booking,
}

/// Who a cancelled show pays back, and how much.
pub(in crate::commands) static PAID_BACK: Columns = Columns {
    id: "id",
    columns: &[
        usual("code", "Code"),
        usual("lines.seat", "Seats"),
        usual("back", "Goes back"),
        usual("payments.tender", "By"),
        usual("contact.name", "Name"),
        usual("contact.phone", "Phone"),
        usual("state", "State"),
        extra("id", "Id"),
        extra("channel", "Channel"),
        extra("payments.id", "Payments"),
    ],
};

/// The bookings that a cancelled show pays back, each with how much.
async fn paid_for(
    ctx: &mut Context,
    client: &Client,
    show: ShowId,
) -> Result<Vec<PaidBack>, CliError> {
    let asked = client.bookings_of(show);
    let page = ctx.wait("asking who paid", asked).await?;
    let paid = |b: &Booking| matches!(b.state, BookingState::Secured | BookingState::Confirmed);
    let items = page.items.into_iter().filter(paid);
    let back = |booking: Booking| PaidBack {
        back: booking.total,
        booking,
    };
    Ok(items.map(back).collect())
}

/// `--dry-run`: each booking that would be paid back, as a list that can be kept (`-o csv`).
async fn who_is_paid_back(
    ctx: &mut Context,
    client: &Client,
    detail: &ShowDetail,
) -> Result<(), CliError> {
    let items = paid_for(ctx, client, detail.show.id).await?;
    let words = super::in_words(detail, &ctx.style.view);
    let seats: usize = items.iter().map(|i| i.booking.lines.len()).sum();
    let sum = items.iter().try_fold(
        Money::new(0, detail.show.price_from.currency),
        |sum, item| sum.plus(item.back),
    );
    let page = Page { items, next: None };
    ctx.list(&PAID_BACK, &page, &page.items, "nobody has paid for it")?;
    let sum = sum.map_or_else(|| "the money".to_owned(), |sum| sum.to_string());
    ctx.say(&format!(
        "nothing was changed; cancelling {words} would return {sum} for {seats} seats of {} \
         bookings",
        page.items.len()
    ));
    Ok(())
}

/// Says how far the money has gone back, until all of it has or somebody has seen enough. A show
/// is called off in one commit; payment gives the money back by itself, so nothing waits for this.
async fn follow_refunds(
    ctx: &mut Context,
    client: &Client,
    detail: &ShowDetail,
) -> Result<(), CliError> {
    for _ in 0..FOLLOWED {
        let asked = client.bookings_of(detail.show.id);
        // The show is cancelled, whatever becomes of looking after it.
        let Ok(page) = ctx.wait("money goes back", asked).await else {
            break;
        };
        let money = |b: &Booking| b.state == BookingState::Cancelled && !b.payments.is_empty();
        let (mut all, mut done) = (0_usize, 0_usize);
        for booking in page.items.iter().filter(|b| money(b)) {
            all += 1;
            done += usize::from(booking.payments.iter().all(|p| p.settled));
        }
        ctx.say(&format!("{done} of {all} bookings are paid back"));
        if done == all {
            return Ok(());
        }
        moment::pause(FOLLOW_REST).await;
    }
    ctx.say("the rest goes back by itself: `houseful payment list --open` has it");
    Ok(())
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
