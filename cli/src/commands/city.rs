//! `houseful city`: where there are cinemas.

use super::names;
use crate::{
    args::CityCommand,
    client::CityQuery,
    context::Context,
    error::CliError,
    output::{Columns, extra, usual},
};

pub(super) static COLUMNS: Columns = Columns {
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
    let client = ctx.client().await?;
    match command {
        CityCommand::List { search, near } => {
            let near = near.near();
            let text = search;
            let query = CityQuery { text, near };
            let asked = ("asking for cities", client.cities(&query));
            ctx.list_of(&COLUMNS, asked, "no such cities").await
        }
        CityCommand::View { city } => {
            let id = names::city(&client, &city).await?;
            let asked = ("asking for the city", client.city(id));
            ctx.one_of(&COLUMNS, asked).await
        }
    }
}
