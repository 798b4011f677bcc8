//! `houseful movie`: what runs.

use super::{board, names};
use crate::{
    args::MovieCommand,
    client::MovieQuery,
    context::Context,
    error::CliError,
    output::{Columns, usual},
};

static COLUMNS: Columns = Columns {
    id: "id",
    columns: &[
        usual("id", "Id"),
        usual("title", "Film"),
        usual("certificate", "Age"),
        usual("minutes", "Minutes"),
        usual("language", "Language"),
        usual("genres", "Genres"),
        usual("shows", "Shows"),
    ],
};

pub(super) async fn run(ctx: &mut Context, command: MovieCommand) -> Result<(), CliError> {
    if ctx.listed_fields(&COLUMNS)? {
        return Ok(());
    }
    let client = ctx.client().await?;
    match command {
        MovieCommand::List { scope, search } => {
            let scope = board::scope(ctx, &client, &scope).await?;
            let query = MovieQuery {
                city: scope.city,
                cinema: scope.cinema,
                date: scope.date.map(|d| d.to_string()),
                text: search,
            };
            let page = ctx.wait("asking for films", client.movies(&query)).await?;
            ctx.list(&COLUMNS, &page, &page.items, "no such films")
        }
        MovieCommand::View { movie } => {
            let id = names::movie(&client, &movie).await?;
            let movie = ctx.wait("asking for the film", client.movie(id)).await?;
            ctx.one(&COLUMNS, &movie)
        }
    }
}
