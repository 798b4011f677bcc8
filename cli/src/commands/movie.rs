//! `houseful movie`: what runs.

use super::{board, names};
use crate::{
    args::MovieCommand,
    client::MovieQuery,
    context::Context,
    error::CliError,
    output::{Columns, usual},
};

pub(super) static COLUMNS: Columns = Columns {
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
            let asked = ("asking for films", client.movies(&query));
            ctx.list_of(&COLUMNS, asked, "no such films").await
        }
        MovieCommand::View { movie } => {
            let id = names::movie(&client, &movie).await?;
            let asked = ("asking for the film", client.movie(id));
            ctx.one_of(&COLUMNS, asked).await
        }
    }
}
