//! `houseful city`: where there are cinemas.

use super::{
    distance::{self, in_miles},
    names,
};
use crate::{
    args::CityCommand,
    client::CityQuery,
    context::Context,
    error::CliError,
    output::{Column, Columns, extra, joined, usual},
};

const SHOWN: [Column; 4] = [
    usual("id", "Id"),
    usual("name", "City"),
    usual("country", "Country"),
    usual("cinemas", "Cinemas"),
];

const MORE: [Column; 4] = [
    extra("time_zone", "Time zone"),
    extra("latitude", "Latitude"),
    extra("longitude", "Longitude"),
    extra("distance_m", "Metres"),
];

pub(super) static COLUMNS: Columns = Columns {
    id: "id",
    columns: &joined::<9>(&[&SHOWN, &[usual("distance_km", "Km")], &MORE]),
};

pub(super) static IN_MILES: Columns = Columns {
    id: "id",
    columns: &joined::<9>(&[&SHOWN, &[usual("distance_mi", "Miles")], &MORE]),
};

pub(super) async fn run(ctx: &mut Context, command: CityCommand) -> Result<(), CliError> {
    let client = ctx.client().await?;
    match command {
        CityCommand::List {
            country,
            search,
            near,
            miles,
        } => {
            let query = CityQuery {
                country,
                text: search,
                near: distance::near(&client, &near).await?,
            };
            let asked = ("asking for cities", client.cities(&query));
            if miles {
                let page = in_miles(ctx.wait(asked.0, asked.1).await?);
                return ctx.list(&IN_MILES, &page, &page.items, "no such cities");
            }
            ctx.list_of(&COLUMNS, asked, "no such cities").await
        }
        CityCommand::View { city } => {
            let id = names::city(&client, &city).await?;
            let asked = ("asking for the city", client.city(id));
            ctx.one_of(&COLUMNS, asked).await
        }
    }
}
