//! `houseful show`: lists, seats, and what managers do to a show.

mod journal;
mod list;
mod manage;
mod seats;
mod watch;

use std::fmt::Write;

use houseful_core::{price::Per, wire::catalogue::ShowDetail};

use super::board;
use crate::{
    args::{ShowArg, ShowCommand},
    client::Client,
    context::Context,
    error::CliError,
    output::{View, escaped},
};

pub(super) use {
    journal::COLUMNS as JOURNAL_COLUMNS,
    list::{COLUMNS, DETAIL_COLUMNS, TODAY, today},
    manage::{BLOCK_COLUMNS, PAID_BACK},
    seats::COLUMNS as SEAT_COLUMNS,
};

pub(super) async fn run(ctx: &mut Context, command: ShowCommand) -> Result<(), CliError> {
    match command {
        ShowCommand::List {
            scope,
            movie,
            kind,
            limit,
        } => list::run(ctx, &scope, movie.as_deref(), kind, limit).await,
        ShowCommand::View { show } => view(ctx, &show).await,
        ShowCommand::Seats { show, only } => seats::run(ctx, &show, only.as_deref()).await,
        ShowCommand::Watch {
            show,
            since,
            changes,
        } => watch::run(ctx, &show, since, changes).await,
        ShowCommand::Pause { show, reason } => manage::pause(ctx, &show, reason).await,
        ShowCommand::Resume { show, reason } => manage::resume(ctx, &show, reason).await,
        ShowCommand::Cancel {
            show,
            reason,
            confirm,
        } => manage::cancel(ctx, &show, reason, confirm).await,
        ShowCommand::Block {
            show,
            seats,
            reason,
        } => manage::block(ctx, &show, seats, Some(reason.into())).await,
        ShowCommand::Unblock { show, seats } => manage::block(ctx, &show, seats, None).await,
        ShowCommand::Journal { show, after, limit } => journal::run(ctx, &show, after, limit).await,
    }
}

async fn view(ctx: &mut Context, show: &ShowArg) -> Result<(), CliError> {
    let client = ctx.client().await?;
    let detail = find(ctx, &client, show).await?;
    ctx.one_drawn(&DETAIL_COLUMNS, &detail, &|view| drawn(&detail, view))
}

/// The show that was named, with its prices.
pub(super) async fn find(
    ctx: &mut Context,
    client: &Client,
    show: &ShowArg,
) -> Result<ShowDetail, CliError> {
    let id = board::find(ctx, client, &show.show, &show.scope).await?;
    Ok(ctx.wait("asking for the show", client.show(id)).await?)
}

/// What a show is called in a sentence: `Dune (15), Sat 21 Nov 19:15, Roxy Leeds, Screen 2`.
pub(super) fn in_words(detail: &ShowDetail, view: &View) -> String {
    let show = &detail.show;
    escaped(&format!(
        "{}, {}, {}, {}",
        show.title,
        view.time(show.starts_at.0, &show.time_zone),
        show.cinema_name,
        show.screen_name
    ))
}

fn drawn(detail: &ShowDetail, view: &View) -> String {
    let show = &detail.show;
    let time = |at: houseful_core::wire::Time| view.time(at.0, &show.time_zone);
    let mut text = format!(
        "{} ({})  {}  {}\n{}, {}, {}\n{} to {}, sales close {}\n{}\n{}\n\n",
        escaped(&show.title),
        escaped(&show.certificate),
        escaped(&show.format),
        escaped(&show.language),
        escaped(&show.cinema_name),
        escaped(&show.screen_name),
        escaped(&show.city_name),
        time(show.starts_at),
        time(show.ends_at),
        time(show.sales_close_at),
        how_full(show),
        show.id
    );
    for price in &detail.prices {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "  {:<12} {:<10} {:>12}",
            escaped(&price.category),
            escaped(&price.ticket_type),
            price.price.to_string()
        );
    }
    for fee in detail.fees.iter().filter(|f| f.fee.minor != 0) {
        let per = match fee.per {
            Per::Ticket => "",
            Per::Booking => ", a booking",
        };
        let most = fee.max.map(|max| format!(", at most {max}"));
        let _ = writeln!(
            text,
            "  fee {:<19} {:>12}{per}{}",
            fee.channel,
            fee.fee.to_string(),
            most.unwrap_or_default()
        );
    }
    let _ = writeln!(text, "  at most {} seats in one booking", detail.seats_max);
    text
}

/// How many seats are free, as far as anybody knows, and whether they are for sale.
fn how_full(show: &houseful_core::wire::catalogue::Show) -> String {
    use houseful_core::wire::catalogue::ShowStatus;
    let (free, total, status) = (show.free, show.total, status_words(show.status));
    match show.status {
        ShowStatus::Away => {
            format!("{total} seats, {status}: the database it is in does not answer")
        }
        _ => format!("{free} of {total} free, {status}"),
    }
}

/// Whether a show is for sale, in words.
pub(super) fn status_words(status: houseful_core::wire::catalogue::ShowStatus) -> &'static str {
    use houseful_core::wire::catalogue::ShowStatus;
    match status {
        ShowStatus::OnSale => "on sale",
        ShowStatus::Paused => "sales paused",
        ShowStatus::Cancelled => "cancelled",
        ShowStatus::Closed => "sales closed",
        ShowStatus::ReadOnly => "read only",
        ShowStatus::Away => "away",
    }
}
