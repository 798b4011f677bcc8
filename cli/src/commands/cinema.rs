//! `houseful cinema`: the houses.

use super::names;
use crate::{
    args::CinemaCommand,
    client::CinemaQuery,
    context::Context,
    error::CliError,
    output::{Columns, extra, usual},
};

pub(super) static COLUMNS: Columns = Columns {
    id: "id",
    columns: &[
        usual("id", "Id"),
        usual("name", "Cinema"),
        usual("city_name", "City"),
        usual("address", "Address"),
        usual("screens", "Screens"),
        usual("distance_km", "Km"),
        extra("city", "City id"),
        extra("time_zone", "Time zone"),
        extra("latitude", "Latitude"),
        extra("longitude", "Longitude"),
    ],
};

pub(super) async fn run(ctx: &mut Context, command: CinemaCommand) -> Result<(), CliError> {
    let client = ctx.client().await?;
    match command {
        CinemaCommand::List { city, search, near } => {
            let city = match city {
                Some(name) => Some(names::city(&client, &name).await?),
                None => None,
            };
            let near = near.near();
            let text = search;
            let query = CinemaQuery { city, text, near };
            let asked = ("asking for cinemas", client.cinemas(&query));
            ctx.list_of(&COLUMNS, asked, "no such cinemas").await
        }
        CinemaCommand::View { cinema } => {
            let id = names::cinema(&client, &cinema).await?;
            let asked = ("asking for the cinema", client.cinema(id));
            ctx.one_of(&COLUMNS, asked).await
        }
    }
}
