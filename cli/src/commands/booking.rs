//! `houseful booking`: bookings and what becomes of them.

mod receipt;
mod watch;

use houseful_core::wire::{
    Page,
    booking::{Booking, BookingState, CancelRequest, Contact},
};

use super::{board, dry_run, names, refund, sell};
use crate::{
    args::{BookingCommand, BookingFindArgs, BookingListArgs, ContactArgs},
    client::{Client, ClientError},
    context::Context,
    error::CliError,
    output::{Columns, Format, extra, usual},
    tui,
};

/// As many of our own bookings as are asked for one by one.
const OWN_MAX: usize = 50;

pub(super) static COLUMNS: Columns = Columns {
    id: "id",
    columns: &[
        usual("id", "Id"),
        usual("code", "Code"),
        usual("show", "Show"),
        usual("state", "State"),
        usual("lines.seat", "Seats"),
        usual("total", "Total"),
        usual("hold_until", "Held until"),
        extra("held_at", "Held at"),
        extra("channel", "Channel"),
        extra("by", "By"),
        extra("contact.name", "Name"),
        extra("contact.phone", "Phone"),
        extra("fee", "Fee"),
        extra("lines.ticket_type", "Ticket types"),
        extra("lines.category", "Categories"),
        extra("lines.price.minor", "Prices"),
        extra("tickets.code", "Tickets"),
        extra("payments.id", "Payments"),
        extra("payments.tender", "Tenders"),
        extra("refunds.back", "Given back"),
        extra("refunds.kept", "Kept of it"),
        extra("refunds_declined.how", "Not given back"),
        extra("refunds_declined.note", "Why not"),
        extra("refund_asked.id", "Refund that waits"),
        extra("refund_asked.back", "Waits to go back"),
        extra("relaxed", "Gave way"),
        extra("change", "Change"),
        extra("cash_back", "Hand back in cash"),
        extra("version", "Version"),
    ],
};

pub(super) async fn run(ctx: &mut Context, command: BookingCommand) -> Result<(), CliError> {
    match command {
        BookingCommand::List(args) => find(ctx, &args).await,
        BookingCommand::View { booking } => view(ctx, &booking).await,
        BookingCommand::Pay(args) => sell::pay_booking(ctx, args).await,
        BookingCommand::Cancel { booking, reason } => cancel(ctx, &booking, reason).await,
        BookingCommand::Refund(args) => refund::create(ctx, args).await,
        BookingCommand::Contact(args) => contact(ctx, args).await,
        BookingCommand::Watch { booking } => watch::run(ctx, &booking).await,
    }
}

/// Bookings by what is known of them, or as [`list`] has them.
async fn find(ctx: &mut Context, args: &BookingFindArgs) -> Result<(), CliError> {
    if args.limit.is_some() && args.find.is_none() && !args.recent {
        return Err(CliError::usage_hint(
            "`--limit` goes with `--find` or `--recent`".to_owned(),
            "leave it out: the other lists are complete",
        ));
    }
    if args.find.is_none() && !args.recent {
        return list(ctx, &args.of, |_| true, "no bookings").await;
    }
    let client = ctx.client().await?;
    let found = async {
        match &args.find {
            Some(text) => client.bookings_found(text, args.limit).await,
            None => client.bookings_recent(args.limit).await,
        }
    };
    let found = ctx.wait("looking for bookings", found).await?;
    ctx.list(&COLUMNS, &found, &found.items, "no bookings found")?;
    match found.away {
        away if away.is_empty() => Ok(()),
        away => Err(CliError::Part { away }),
    }
}

/// Says who a booking is for; what is not named stays as it was.
async fn contact(ctx: &mut Context, args: ContactArgs) -> Result<(), CliError> {
    let client = ctx.client().await?;
    let id = names::booking(ctx, &client, &args.booking).await?;
    let before = ctx
        .wait("asking for the booking", client.booking(id))
        .await?;
    let known = before.contact.unwrap_or_default();
    let request = if args.remove {
        Contact::default()
    } else {
        Contact {
            name: args.name.or(known.name),
            phone: args.phone.or(known.phone),
        }
    };
    if ctx.globals.dry_run {
        let path = format!("/v1/bookings/{id}/contact");
        let effect = if args.remove {
            "the booking would be for nobody in particular"
        } else {
            "this would stand beside the booking"
        };
        return dry_run::tell(ctx, "PUT", path, &request, effect.to_owned());
    }
    let after = ctx
        .wait("writing it down", client.contact(id, &request))
        .await?;
    show(ctx, &client, &after).await
}

/// Bookings of a show, or those this machine made.
pub(super) async fn list(
    ctx: &mut Context,
    args: &BookingListArgs,
    wanted: impl Fn(&Booking) -> bool,
    empty: &str,
) -> Result<(), CliError> {
    let client = ctx.client().await?;
    let mut items = match &args.show {
        Some(show) => {
            let id = board::find(ctx, &client, show, &args.scope).await?;
            let page = ctx
                .wait("asking for bookings", client.bookings_of(id))
                .await?;
            page.items
        }
        None => own(ctx, &client).await?,
    };
    items.retain(wanted);
    let page = Page { items, next: None };
    ctx.list(&COLUMNS, &page, &page.items, empty)
}

/// The bookings this machine made, the newest first. Those the server does not know (a demo that
/// is gone) are left out.
async fn own(ctx: &mut Context, client: &Client) -> Result<Vec<Booking>, CliError> {
    let sales = ctx.state.sales(client.home());
    let mut bookings = Vec::new();
    for sale in sales.into_iter().take(OWN_MAX) {
        if let Some(secret) = sale.secret {
            client.keep_secret(sale.booking, secret);
        }
        match client.booking(sale.booking).await {
            Ok(booking) => bookings.push(booking),
            Err(ClientError::Problem(problem)) if problem.status == 404 => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(bookings)
}

/// Shows one booking.
pub(super) async fn view(ctx: &mut Context, text: &str) -> Result<(), CliError> {
    let client = ctx.client().await?;
    let id = names::booking(ctx, &client, text).await?;
    let booking = ctx
        .wait("asking for the booking", client.booking(id))
        .await?;
    show(ctx, &client, &booking).await
}

/// Writes a booking; for people as a receipt with the show's name and local times.
pub(super) async fn show(
    ctx: &mut Context,
    client: &Client,
    booking: &Booking,
) -> Result<(), CliError> {
    let for_people =
        ctx.style.format == Format::Table && ctx.style.fields.is_none() && !ctx.style.ids_only;
    if !for_people {
        return ctx.one(&COLUMNS, booking);
    }
    // A receipt without the film's name is still a receipt.
    let detail = client.show(booking.show).await.ok();
    let now = client.server_now();
    // What several means paid only payment knows; without it the rest is told all the same.
    let paid = match tui::several(booking) {
        Some(id) => client.payment(id, Some(booking.id)).await.ok(),
        None => None,
    };
    let about = receipt::About {
        detail: detail.as_ref(),
        paid: paid.as_ref(),
        now,
    };
    let text = receipt::drawn(booking, &about, &ctx.style.view);
    ctx.text(&text)
}

async fn cancel(ctx: &mut Context, text: &str, reason: String) -> Result<(), CliError> {
    let client = ctx.client().await?;
    let id = names::booking(ctx, &client, text).await?;
    let request = CancelRequest {
        command: ctx.command_id(),
        reason,
    };
    let before = ctx
        .wait("asking for the booking", client.booking(id))
        .await?;
    let effect = format!(
        "{} seats would be free again and {} returned",
        before.lines.len(),
        before.total
    );
    if ctx.globals.dry_run {
        dry_run::can_be_cancelled(&before)?;
        let path = format!("/v1/bookings/{id}/cancel");
        return dry_run::tell(ctx, "POST", path, &request, effect);
    }
    ctx.confirm(&format!(
        "cancel {} seats and return {}?",
        before.lines.len(),
        before.total
    ))
    .await?;
    // On the disk before it is asked for; what was noted before and not answered comes first.
    let (request, again) = ctx.state.note_refund(client.home(), id, &request)?;
    let asked = ctx.wait("cancelling", client.cancel(id, &request)).await;
    let asked = asked.map_err(CliError::from);
    let is_settled = match &asked {
        Ok(_) => true,
        Err(error) => error.is_decided() || !again && !error.outcome_unknown(),
    };
    if is_settled {
        ctx.state.refund_answered(id)?;
    }
    let after = asked.map_err(|error| {
        if error.outcome_unknown() {
            // The same is asked for again, whatever reason is given then.
            error.with_next(format!("houseful booking cancel {id} --reason again"))
        } else {
            error
        }
    })?;
    refund::say_cash(ctx, &after, false);
    show(ctx, &client, &after).await
}

/// Whether nothing more will happen to a booking by itself.
fn is_over(booking: &Booking) -> bool {
    let settled = booking.payments.iter().all(|p| p.settled);
    match booking.state {
        BookingState::Held | BookingState::Secured => false,
        BookingState::Confirmed
        | BookingState::Cancelled
        | BookingState::Expired
        | BookingState::Released => settled,
    }
}
