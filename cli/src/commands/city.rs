//! `houseful city`: where there are cinemas.

use super::names;
use crate::{
    args::CityCommand,
    client::CityQuery,
    context::Context,
    error::CliError,
    output::{Columns, extra, usual},
};

static COLUMNS: Columns = Columns {
    id: "id",
    columns: &[
        usual("id", "Id"),
        usual("name", "City"),
        usual("country", "Country"),
        usual("cinemas", "Cinemas"),
        usual("distance_km", "Km"),
        extra("time_zone", "Time zone"),
        extra("latitude", "Latitude"),
        extra("longitude", "Longitude"),
    ],
};

pub(super) async fn run(ctx: &mut Context, command: CityCommand) -> Result<(), CliError> {
    if ctx.listed_fields(&COLUMNS)? {
        return Ok(());
    }
    let client = ctx.client().await?;
    match command {
        CityCommand::List { search, near } => {
            let query = CityQuery {
                text: search,
                near: near.near(),
            };
            let page = ctx.wait("asking for cities", client.cities(&query)).await?;
            ctx.list(&COLUMNS, &page, &page.items, "no such cities")
        }
        CityCommand::View { city } => {
            let id = names::city(&client, &city).await?;
            let city = ctx.wait("asking for the city", client.city(id)).await?;
            ctx.one(&COLUMNS, &city)
        }
    }
}
