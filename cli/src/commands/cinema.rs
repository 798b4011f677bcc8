//! `houseful cinema`: the houses.

use super::{
    distance::{self, in_miles},
    names,
};
use crate::{
    args::CinemaCommand,
    client::CinemaQuery,
    context::Context,
    error::CliError,
    output::{Column, Columns, extra, joined, usual},
};

const SHOWN: [Column; 5] = [
    usual("id", "Id"),
    usual("name", "Cinema"),
    usual("city_name", "City"),
    usual("address", "Address"),
    usual("screens", "Screens"),
];

const MORE: [Column; 5] = [
    extra("city", "City id"),
    extra("time_zone", "Time zone"),
    extra("latitude", "Latitude"),
    extra("longitude", "Longitude"),
    extra("distance_m", "Metres"),
];

pub(super) static COLUMNS: Columns = Columns {
    id: "id",
    columns: &joined::<11>(&[&SHOWN, &[usual("distance_km", "Km")], &MORE]),
};

pub(super) static IN_MILES: Columns = Columns {
    id: "id",
    columns: &joined::<11>(&[&SHOWN, &[usual("distance_mi", "Miles")], &MORE]),
};

pub(super) async fn run(ctx: &mut Context, command: CinemaCommand) -> Result<(), CliError> {
    let client = ctx.client().await?;
    match command {
        CinemaCommand::List {
            country,
            city,
            search,
            near,
            miles,
        } => {
            let city = match city {
                Some(name) => Some(names::city(&client, &name).await?),
                None => None,
            };
            let query = CinemaQuery {
                city,
                country,
                text: search,
                near: distance::near(&client, &near).await?,
            };
            let asked = ("asking for cinemas", client.cinemas(&query));
            if miles {
                let page = in_miles(ctx.wait(asked.0, asked.1).await?);
                return ctx.list(&IN_MILES, &page, &page.items, "no such cinemas");
            }
            ctx.list_of(&COLUMNS, asked, "no such cinemas").await
        }
        CinemaCommand::View { cinema } => {
            let id = names::cinema(&client, &cinema).await?;
            let asked = ("asking for the cinema", client.cinema(id));
            ctx.one_of(&COLUMNS, asked).await
        }
    }
}
