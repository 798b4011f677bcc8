//! `houseful today`: what is on, numbered.

use houseful_core::wire::Page;

use super::board;
use crate::{
    args::TodayArgs,
    context::Context,
    error::CliError,
    output::{Columns, extra, usual},
};

pub(super) static COLUMNS: Columns = Columns {
    id: "id",
    columns: &[
        usual("number", "#"),
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
        usual("id", "Id"),
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

pub(super) async fn run(ctx: &mut Context, args: &TodayArgs) -> Result<(), CliError> {
    if ctx.listed_fields(&COLUMNS)? {
        return Ok(());
    }
    let client = ctx.client().await?;
    let board = board::board(ctx, &client, &args.scope).await?;
    let page = Page {
        items: board,
        next: None,
    };
    ctx.list(
        &COLUMNS,
        &page,
        &page.items,
        "no shows; `--date tomorrow` looks at the next day",
    )
}
