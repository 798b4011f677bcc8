//! `houseful movie`: what runs.

use super::{board, names};
use crate::{
    args::MovieCommand,
    client::{CalendarQuery, MovieQuery},
    context::Context,
    error::CliError,
    output::{Columns, extra, usual},
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

pub(super) static CALENDAR: Columns = Columns {
    id: "date",
    columns: &[
        usual("date", "Day"),
        usual("shows", "Shows"),
        usual("on_sale", "On sale"),
        usual("first_starts_local", "First"),
        usual("last_starts_local", "Last"),
        usual("availability", "Seats"),
        usual("free", "Free"),
        usual("total", "Of"),
        usual("price_from", "From"),
        extra("first_starts_at", "First at"),
        extra("last_starts_at", "Last at"),
        extra("time_zone", "Time zone"),
    ],
};

pub(super) async fn run(ctx: &mut Context, command: MovieCommand) -> Result<(), CliError> {
    let client = ctx.client().await?;
    match command {
        MovieCommand::List {
            scope,
            kind,
            search,
        } => {
            let scope = board::scope(ctx, &client, &scope).await?;
            let query = MovieQuery {
                city: scope.city,
                cinema: scope.cinema,
                date: scope.date.map(|d| d.to_string()),
                kind: kind.into(),
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
        MovieCommand::Calendar {
            movie,
            scope,
            days,
            format,
            language,
        } => {
            let scope = board::scope(ctx, &client, &scope).await?;
            if scope.city.is_none() && scope.cinema.is_none() {
                return Err(CliError::usage_hint(
                    "a calendar is of a city or a cinema",
                    "say which with `--city` or `--cinema`; `houseful city list` shows them",
                ));
            }
            let id = names::movie(&client, &movie).await?;
            let query = CalendarQuery {
                city: scope.city,
                cinema: scope.cinema,
                date: scope.date.map(|d| d.to_string()),
                days,
                format,
                language,
            };
            let asked = ("asking for the days", client.calendar(id, &query));
            ctx.list_of(&CALENDAR, asked, "no such days").await
        }
    }
}
