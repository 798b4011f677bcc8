//! `houseful find`: cities, cinemas, films and shows by words.

use std::collections::BTreeSet;

use houseful_core::{
    text::shown,
    wire::{
        Page, Time,
        catalogue::{Found, ShowStatus},
    },
};
use serde::Serialize;

use super::{board, distance};
use crate::{
    args::{FindArgs, ScopeArgs},
    client::{CinemaQuery, Client, Near},
    context::Context,
    error::CliError,
    output::{Columns, extra, usual},
};

/// One thing that was found, as a line.
#[derive(Debug, Serialize)]
struct Hit {
    kind: &'static str,
    id: String,
    name: String,
    place: String,
    starts_local: Option<String>,
    starts_at: Option<Time>,
    free: Option<u32>,
}

pub(super) static COLUMNS: Columns = Columns {
    id: "id",
    columns: &[
        usual("kind", "What"),
        usual("name", "Name"),
        usual("place", "Where"),
        usual("starts_local", "Starts"),
        usual("free", "Free"),
        usual("id", "Id"),
        extra("starts_at", "Starts at"),
    ],
};

pub(super) async fn run(ctx: &mut Context, args: FindArgs) -> Result<(), CliError> {
    let client = ctx.client().await?;
    let words = args.words.join(" ");
    let scope = ScopeArgs {
        cinema: None,
        city: args.city.clone(),
        date: args.date,
    };
    let scope = board::scope(ctx, &client, &scope).await?;
    let mut found = ctx
        .wait("searching", client.search(&words, scope.city))
        .await?;
    if let Some(date) = scope.date {
        let day = date.to_string();
        found.shows.retain(|s| s.starts_local.starts_with(&day));
    }
    if let Some(near) = distance::near(&client, &args.near).await? {
        keep_near(&client, near, &mut found).await?;
    }
    let hits = hits(&found);
    if hits.is_empty() {
        return Err(CliError::NotFound {
            message: format!("nothing is called `{}`", shown(&words, 60)),
            hint: Some("`houseful movie list` shows all films".to_owned()),
        });
    }
    if ctx.style.fields.is_none() {
        return ctx.list(&COLUMNS, &found, &hits, "");
    }
    // The picked fields are those of the lines, so the lines are the answer.
    let page = Page {
        items: hits,
        next: None,
    };
    ctx.list(&COLUMNS, &page, &page.items, "")
}

/// Keeps what is in or near the circle that was drawn.
async fn keep_near(client: &Client, near: Near, found: &mut Found) -> Result<(), CliError> {
    let query = CinemaQuery {
        near: Some(near),
        ..CinemaQuery::default()
    };
    let near = client.cinemas(&query).await?.items;
    let cinemas: BTreeSet<_> = near.iter().map(|c| c.id).collect();
    let cities: BTreeSet<_> = near.iter().map(|c| c.city).collect();
    found.cinemas.retain(|c| cinemas.contains(&c.id));
    found.cities.retain(|c| cities.contains(&c.id));
    found.shows.retain(|s| cinemas.contains(&s.cinema));
    Ok(())
}

fn hits(found: &Found) -> Vec<Hit> {
    let thing = |kind, id: String, name: &str, place: String| Hit {
        kind,
        id,
        name: name.to_owned(),
        place,
        starts_local: None,
        starts_at: None,
        free: None,
    };
    let movies = found.movies.iter();
    let movies = movies.map(|m| thing("film", m.id.to_string(), &m.title, String::new()));
    let shows = found.shows.iter().map(|s| Hit {
        starts_local: Some(s.starts_local.clone()),
        starts_at: Some(s.starts_at),
        free: (s.status != ShowStatus::Away).then_some(s.free),
        ..thing(
            "show",
            s.id.to_string(),
            &s.title,
            format!("{}, {}", s.cinema_name, s.city_name),
        )
    });
    let cinemas = found.cinemas.iter();
    let cinemas = cinemas.map(|c| thing("cinema", c.id.to_string(), &c.name, c.city_name.clone()));
    let cities = found.cities.iter();
    let cities = cities.map(|c| thing("city", c.id.to_string(), &c.name, c.country.clone()));
    movies.chain(cinemas).chain(cities).chain(shows).collect()
}
