//! `houseful cinema`: the houses.

use super::names;
use crate::{
    args::CinemaCommand,
    client::CinemaQuery,
    context::Context,
    error::CliError,
    output::{Columns, extra, usual},
};

static COLUMNS: Columns = Columns {
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
    if ctx.listed_fields(&COLUMNS)? {
        return Ok(());
    }
    let client = ctx.client().await?;
    match command {
        CinemaCommand::List { city, search, near } => {
            let city = match city {
                Some(name) => Some(names::city(&client, &name).await?),
                None => None,
            };
            let query = CinemaQuery {
                city,
                text: search,
                near: near.near(),
            };
            let page = ctx
                .wait("asking for cinemas", client.cinemas(&query))
                .await?;
            ctx.list(&COLUMNS, &page, &page.items, "no such cinemas")
        }
        CinemaCommand::View { cinema } => {
            let id = names::cinema(&client, &cinema).await?;
            let cinema = ctx.wait("asking for the cinema", client.cinema(id)).await?;
            ctx.one(&COLUMNS, &cinema)
        }
    }
}
