//! `houseful show`: lists, seats, and what managers do to a show.

mod journal;
mod manage;
mod seats;
mod watch;

use std::fmt::Write;

use houseful_core::wire::{Page, catalogue::ShowDetail};

use super::{board, names};
use crate::{
    args::{ScopeArgs, ShowArg, ShowCommand},
    client::{Client, ShowQuery},
    context::Context,
    error::CliError,
    output::{Columns, View, escaped, extra, local_time, usual},
};

pub(super) use seats::free_seats;

static COLUMNS: Columns = Columns {
    id: "id",
    columns: &[
        usual("id", "Id"),
        usual("starts_local", "Starts"),
        usual("title", "Film"),
        usual("certificate", "Age"),
        usual("cinema_name", "Cinema"),
        usual("screen_name", "Screen"),
        usual("format", "Format"),
        usual("free", "Free"),
        usual("total", "Of"),
        usual("price_from", "From"),
        usual("status", "Status"),
        extra("movie", "Film id"),
        extra("cinema", "Cinema id"),
        extra("city_name", "City"),
        extra("screen", "Screen id"),
        extra("language", "Language"),
        extra("subtitles", "Subtitles"),
        extra("minutes", "Minutes"),
        extra("starts_at", "Starts at"),
        extra("ends_at", "Ends at"),
        extra("sales_close_at", "Sales close"),
        extra("time_zone", "Time zone"),
    ],
};

static DETAIL_COLUMNS: Columns = Columns {
    id: "id",
    columns: &[
        usual("id", "Id"),
        usual("title", "Film"),
        usual("starts_local", "Starts"),
        usual("cinema_name", "Cinema"),
        usual("screen_name", "Screen"),
        usual("free", "Free"),
        usual("total", "Of"),
        usual("status", "Status"),
        extra("ticket_types.code", "Ticket types"),
        extra("prices.category", "Categories"),
        extra("prices.ticket_type", "Types"),
        extra("prices.price.minor", "Prices"),
        extra("fees.fee.minor", "Fees"),
        extra("seats_max", "Most seats"),
        extra("city_name", "City"),
        extra("format", "Format"),
        extra("language", "Language"),
        extra("subtitles", "Subtitles"),
        extra("certificate", "Age"),
        extra("minutes", "Minutes"),
        extra("starts_at", "Starts at"),
        extra("ends_at", "Ends at"),
        extra("sales_close_at", "Sales close"),
        extra("time_zone", "Time zone"),
        extra("price_from", "From"),
        extra("movie", "Film id"),
        extra("cinema", "Cinema id"),
        extra("screen", "Screen id"),
    ],
};

pub(super) async fn run(ctx: &mut Context, command: ShowCommand) -> Result<(), CliError> {
    match command {
        ShowCommand::List {
            scope,
            movie,
            limit,
        } => list(ctx, &scope, movie.as_deref(), limit).await,
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

async fn list(
    ctx: &mut Context,
    scope: &ScopeArgs,
    movie: Option<&str>,
    limit: u32,
) -> Result<(), CliError> {
    if ctx.listed_fields(&COLUMNS)? {
        return Ok(());
    }
    let client = ctx.client().await?;
    let scope = board::scope(ctx, &client, scope).await?;
    let movie = match movie {
        Some(name) => Some(names::movie(&client, name).await?),
        None => None,
    };
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let query = ShowQuery {
        city: scope.city,
        cinema: scope.cinema,
        movie,
        date: scope.date.map(|d| d.to_string()),
        limit: Some(u16::try_from(limit.min(500)).unwrap_or(500)),
        ..ShowQuery::default()
    };
    let work = board::shows(&client, query, |shows| shows.len() >= wanted);
    let mut items = ctx.wait("asking for shows", work).await?;
    items.truncate(wanted);
    let page = Page { items, next: None };
    ctx.list(&COLUMNS, &page, &page.items, "no such shows")
}

async fn view(ctx: &mut Context, show: &ShowArg) -> Result<(), CliError> {
    if ctx.listed_fields(&DETAIL_COLUMNS)? {
        return Ok(());
    }
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
pub(super) fn in_words(detail: &ShowDetail) -> String {
    let show = &detail.show;
    let zone = jiff::tz::TimeZone::get(&show.time_zone).ok();
    escaped(&format!(
        "{}, {}, {}, {}",
        show.title,
        local_time(show.starts_at.0, zone.as_ref()),
        show.cinema_name,
        show.screen_name
    ))
}

fn drawn(detail: &ShowDetail, view: &View) -> String {
    let show = &detail.show;
    let own = jiff::tz::TimeZone::get(&show.time_zone).ok();
    let zone = if view.zone_forced { &view.zone } else { &own };
    let time = |at: houseful_core::wire::Time| local_time(at.0, zone.as_ref());
    let mut text = format!(
        "{} ({})  {}  {}\n{}, {}, {}\n{} to {}, sales close {}\n{} of {} free, {}\n{}\n\n",
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
        show.free,
        show.total,
        status_words(show.status),
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
        let _ = writeln!(
            text,
            "  fee {:<19} {:>12}",
            fee.channel,
            fee.fee.to_string()
        );
    }
    let _ = writeln!(text, "  at most {} seats in one booking", detail.seats_max);
    text
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
    }
}
