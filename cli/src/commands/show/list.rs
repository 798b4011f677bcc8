//! Shows in a list: `houseful show list`, and `houseful today` with a number for each.

use houseful_core::wire::Page;

use crate::{
    args::{KindArgs, ScopeArgs, TodayArgs},
    client::ShowQuery,
    commands::{board, names},
    context::Context,
    error::CliError,
    output::{Column, Columns, extra, joined, usual},
};

/// What every list says of a show.
const SHOWN: [Column; 10] = [
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
];

/// What can be asked for besides.
const MORE: [Column; 11] = [
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
];

const ID: [Column; 1] = [usual("id", "Id")];

/// What the details of one show add.
const PRICED: [Column; 6] = [
    extra("ticket_types.code", "Ticket types"),
    extra("prices.category", "Categories"),
    extra("prices.ticket_type", "Types"),
    extra("prices.price.minor", "Prices"),
    extra("fees.fee.minor", "Fees"),
    extra("seats_max", "Most seats"),
];

pub(in crate::commands) static COLUMNS: Columns = Columns {
    id: "id",
    columns: &joined::<22>(&[&ID, &SHOWN, &MORE]),
};

pub(in crate::commands) static TODAY: Columns = Columns {
    id: "id",
    columns: &joined::<23>(&[&[usual("number", "#")], &SHOWN, &ID, &MORE]),
};

pub(in crate::commands) static DETAIL_COLUMNS: Columns = Columns {
    id: "id",
    columns: &joined::<28>(&[&ID, &SHOWN, &PRICED, &MORE]),
};

/// `houseful show list`.
pub(super) async fn run(
    ctx: &mut Context,
    scope: &ScopeArgs,
    movie: Option<&str>,
    kind: KindArgs,
    limit: u32,
) -> Result<(), CliError> {
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
        kind: kind.into(),
        limit: Some(u16::try_from(limit.min(500)).unwrap_or(500)),
        ..ShowQuery::default()
    };
    let work = board::shows(&client, query, |shows| shows.len() >= wanted);
    let mut items = ctx.wait("asking for shows", work).await?;
    items.truncate(wanted);
    let page = Page { items, next: None };
    ctx.list(&COLUMNS, &page, &page.items, "no such shows")
}

/// `houseful today`.
pub(in crate::commands) async fn today(
    ctx: &mut Context,
    args: &TodayArgs,
) -> Result<(), CliError> {
    let client = ctx.client().await?;
    let items = board::board(ctx, &client, &args.scope).await?;
    let page = Page { items, next: None };
    let empty = "no shows; `--date tomorrow` looks at the next day";
    ctx.list(&TODAY, &page, &page.items, empty)
}
