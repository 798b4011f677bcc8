//! Finds cities, cinemas and movies by what people call them.

use std::{fmt::Display, str::FromStr};

use houseful_core::{
    ids::{BookingId, CinemaId, CityId, MovieId},
    text::shown,
};

use crate::{
    client::{CinemaQuery, CityQuery, Client, MovieQuery},
    context::Context,
    error::CliError,
};

/// The city that was named, by id or name.
pub(super) async fn city(client: &Client, text: &str) -> Result<CityId, CliError> {
    if let Some(id) = id(text, "cty_")? {
        return Ok(id);
    }
    let query = CityQuery {
        text: Some(text.to_owned()),
        ..CityQuery::default()
    };
    let found = client.cities(&query).await?.items;
    let found: Vec<_> = found.into_iter().map(|c| (c.id, c.name)).collect();
    choose("city", text, &found, "houseful city list")
}

/// The cinema that was named, by id or name.
pub(super) async fn cinema(client: &Client, text: &str) -> Result<CinemaId, CliError> {
    if let Some(id) = id(text, "cin_")? {
        return Ok(id);
    }
    let query = CinemaQuery {
        text: Some(text.to_owned()),
        ..CinemaQuery::default()
    };
    let found = client.cinemas(&query).await?.items;
    let found: Vec<_> = found.into_iter().map(|c| (c.id, c.name)).collect();
    choose("cinema", text, &found, "houseful cinema list")
}

/// The movie that was named, by id or title.
pub(super) async fn movie(client: &Client, text: &str) -> Result<MovieId, CliError> {
    if let Some(id) = id(text, "mov_")? {
        return Ok(id);
    }
    let query = MovieQuery {
        text: Some(text.to_owned()),
        ..MovieQuery::default()
    };
    let found = client.movies(&query).await?.items;
    let found: Vec<_> = found.into_iter().map(|m| (m.id, m.title)).collect();
    choose("film", text, &found, "houseful movie list")
}

/// The booking that was named, by id or code. Its secret goes along from here if this machine
/// made it.
pub(super) async fn booking(
    ctx: &Context,
    client: &Client,
    text: &str,
) -> Result<BookingId, CliError> {
    if text.starts_with("bkg_") {
        let id = text.parse().map_err(|e| CliError::usage(format!("{e}")))?;
        ctx.own(client, id)?;
        return Ok(id);
    }
    let code = text
        .parse()
        .map_err(|e| CliError::usage_hint(format!("{e}"), "a booking's id works as well"))?;
    // Staff are told by the server; others may know it only if they made it here.
    let found = client.bookings_by_code(code).await;
    if let Some(id) = found
        .iter()
        .flat_map(|page| &page.items)
        .map(|b| b.id)
        .next()
    {
        ctx.own(client, id)?;
        return Ok(id);
    }
    let own = ctx.state.sales(client.home());
    if let Some(sale) = own.into_iter().find(|s| s.code == Some(code)) {
        ctx.own(client, sale.booking)?;
        return Ok(sale.booking);
    }
    found?;
    Err(CliError::NotFound {
        message: format!("there is no booking {code}"),
        hint: None,
    })
}

fn id<T: FromStr<Err: Display>>(text: &str, prefix: &str) -> Result<Option<T>, CliError> {
    if !text.starts_with(prefix) {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|e| CliError::usage(format!("{e}")))
}

/// The one that is meant: of that very name, or the only one found.
fn choose<T: Copy + Display>(
    kind: &str,
    text: &str,
    found: &[(T, String)],
    list: &str,
) -> Result<T, CliError> {
    let given = shown(text, 60);
    let lower = text.to_lowercase();
    let mut exact = found
        .iter()
        .filter(|(_, name)| name.to_lowercase() == lower);
    if let (Some((id, _)), None) = (exact.next(), exact.next()) {
        return Ok(*id);
    }
    match found {
        [] => Err(CliError::NotFound {
            message: format!("there is no {kind} `{given}`"),
            hint: Some(format!("`{list}` shows what there is")),
        }),
        [(id, _)] => Ok(*id),
        many => {
            let names: Vec<String> = many
                .iter()
                .take(6)
                .map(|(id, name)| format!("{} ({id})", shown(name, 40)))
                .collect();
            Err(CliError::usage_hint(
                format!("`{given}` may be more than one {kind}"),
                format!("say which: {}", names.join(", ")),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(names: &[&str]) -> Vec<(CityId, String)> {
        (1..)
            .map(CityId)
            .zip(names.iter().map(|n| (*n).to_owned()))
            .collect()
    }

    #[test]
    fn a_name_means_the_exact_one_or_the_only_one() {
        let meant = |text, names: &[&str]| choose("city", text, &found(names), "list").ok();
        assert_eq!(meant("york", &["New York", "York"]), Some(CityId(2)));
        assert_eq!(meant("yor", &["York"]), Some(CityId(1)));
        assert_eq!(meant("yor", &["New York", "York"]), None);
        assert_eq!(meant("york", &["York", "York"]), None);
        let none = choose("city", "x", &found(&[]), "list").map_err(|e| e.exit().code());
        assert_eq!(none, Err(5));
    }
}
