//! The board: today's shows in order, each with its number. What people call `3`.

use houseful_core::{
    ids::{CinemaId, CityId, ShowId},
    text::shown,
    time::UtcMillis,
    wire::catalogue::{Show, ShowStatus},
};
use jiff::{civil::Date, tz::TimeZone};
use serde::Serialize;

use super::names;
use crate::{
    args::{DateArg, ScopeArgs, ShowRef},
    client::{Client, ClientError, ShowQuery},
    context::Context,
    error::CliError,
    nearest::is_like,
    output::{View, escaped},
};

/// As many shows as the server gives at once.
const PAGE: u16 = 500;
/// Further than this from now it is another day everywhere.
const DAY_AHEAD_MS: i64 = 26 * 3_600_000;

/// Whose shows, with names made ids and days made dates.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    pub city: Option<CityId>,
    pub cinema: Option<CinemaId>,
    pub date: Option<Date>,
}

/// A show with its place on the board.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Numbered {
    /// From 1.
    pub number: usize,
    #[serde(flatten)]
    pub show: Show,
}

/// Finds out whose shows are meant: what was typed, else the settings.
pub(super) async fn scope(
    ctx: &Context,
    client: &Client,
    args: &ScopeArgs,
) -> Result<Scope, CliError> {
    let typed = args.cinema.is_some() || args.city.is_some();
    let of_settings = |value: Option<&str>| value.filter(|_| !typed).map(str::to_owned);
    let cinema = args
        .cinema
        .clone()
        .or_else(|| of_settings(ctx.settings.cinema()));
    let city = args
        .city
        .clone()
        .or_else(|| of_settings(ctx.settings.city()));
    let mut scope = Scope::default();
    if let Some(name) = cinema {
        scope.cinema = Some(names::cinema(client, &name).await?);
    }
    if let Some(name) = city {
        scope.city = Some(names::city(client, &name).await?);
    }
    scope.date = match args.date {
        None => None,
        Some(DateArg::Day(day)) => Some(day),
        Some(DateArg::Today) => Some(today(ctx, client, &scope).await?),
        Some(DateArg::Tomorrow) => {
            let today = today(ctx, client, &scope).await?;
            Some(today.tomorrow().unwrap_or(today))
        }
    };
    Ok(scope)
}

/// What day it is where the shows are.
async fn today(ctx: &Context, client: &Client, scope: &Scope) -> Result<Date, CliError> {
    let zone = if let Some(cinema) = scope.cinema {
        client.cinema(cinema).await?.time_zone
    } else if let Some(city) = scope.city {
        client.city(city).await?.time_zone
    } else if let Some(zone) = ctx.settings.tz() {
        zone.to_owned()
    } else {
        let first = client.shows(&query(scope, 1)).await?.items;
        first
            .into_iter()
            .next()
            .map_or_else(|| "UTC".to_owned(), |s| s.time_zone)
    };
    let now = match client.server_now() {
        Some(now) => now,
        None => client.server_info().await?.time.0,
    };
    Ok(date_in(now, &zone))
}

/// The date in a time zone; in UTC if nobody knows the zone.
fn date_in(at: UtcMillis, zone: &str) -> Date {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    jiff::Timestamp::from_millisecond(at.0)
        .unwrap_or_default()
        .to_zoned(zone)
        .date()
}

fn query(scope: &Scope, limit: u16) -> ShowQuery {
    ShowQuery {
        city: scope.city,
        cinema: scope.cinema,
        date: scope.date.map(|d| d.to_string()),
        limit: Some(limit),
        ..ShowQuery::default()
    }
}

/// Shows of a query, page after page, until `enough`.
pub(super) async fn shows(
    client: &Client,
    mut query: ShowQuery,
    enough: impl Fn(&[Show]) -> bool,
) -> Result<Vec<Show>, ClientError> {
    let mut shows: Vec<Show> = Vec::new();
    loop {
        let page = client.shows(&query).await?;
        shows.extend(page.items);
        if page.next.is_none() || enough(&shows) {
            return Ok(shows);
        }
        query.cursor = page.next;
    }
}

/// The board: the shows of the day that was asked for, else those of today that are to come, else
/// those of the next day that has any.
pub(super) async fn board(
    ctx: &Context,
    client: &Client,
    args: &ScopeArgs,
) -> Result<Vec<Numbered>, CliError> {
    let scope = scope(ctx, client, args).await?;
    let far = |shows: &[Show]| {
        let end = client.server_now().map(|now| now.plus_ms(DAY_AHEAD_MS));
        let last = shows.last().map(|s| s.starts_at.0);
        scope.date.is_none() && last > end
    };
    let all = ctx
        .wait(
            "asking for the shows",
            shows(client, query(&scope, PAGE), far),
        )
        .await?;
    let today = |show: &Show| {
        let now = client.server_now().unwrap_or(show.starts_at.0);
        show.starts_local
            .starts_with(&date_in(now, &show.time_zone).to_string())
    };
    let day_of = |show: &Show| show.starts_local.get(..10).map(str::to_owned);
    let shows: Vec<Show> = if scope.date.is_some() {
        all
    } else if all.iter().any(today) {
        all.into_iter().filter(today).collect()
    } else {
        let next_day = all.first().and_then(day_of);
        all.into_iter().filter(|s| day_of(s) == next_day).collect()
    };
    Ok((1..)
        .zip(shows)
        .map(|(number, show)| Numbered { number, show })
        .collect())
}

/// The show that was named: by its place on the board, its id or, with somebody there to correct
/// a mistake, by words.
pub(super) async fn find(
    ctx: &mut Context,
    client: &Client,
    named: &ShowRef,
    args: &ScopeArgs,
) -> Result<ShowId, CliError> {
    match named {
        ShowRef::Id(id) => Ok(*id),
        ShowRef::Number(number) => {
            let board = board(ctx, client, args).await?;
            board
                .get(usize::from(*number) - 1)
                .map(|n| n.show.id)
                .ok_or_else(|| CliError::NotFound {
                    message: format!(
                        "there is no show {number} on the board, it ends with {}",
                        board.len()
                    ),
                    hint: Some("`houseful today` shows the board".to_owned()),
                })
        }
        ShowRef::Words(words) if !ctx.asks() => Err(CliError::usage_hint(
            format!("`{}` is not a show", shown(words, 60)),
            "name it by its number in `houseful today` or by its id, as in `shw_1042`",
        )),
        ShowRef::Words(words) => by_words(ctx, client, words, args).await,
    }
}

async fn by_words(
    ctx: &mut Context,
    client: &Client,
    words: &str,
    args: &ScopeArgs,
) -> Result<ShowId, CliError> {
    let board = board(ctx, client, args).await?;
    let matching = matching(&board, words);
    match matching.as_slice() {
        [] => Err(CliError::NotFound {
            message: nothing_like(words),
            hint: Some("`houseful find` looks further ahead".to_owned()),
        }),
        [only] => Ok(only.show.id),
        many => {
            list(ctx, many);
            choose(ctx, &board).await
        }
    }
}

fn nothing_like(words: &str) -> String {
    format!("no show on the board is like `{}`", shown(words, 60))
}

/// The most shows that are listed for a question.
const LISTED: usize = 20;

/// Lists shows to choose from, as many as fit on a screen.
pub(super) fn list(ctx: &mut Context, shows: &[&Numbered]) {
    for entry in shows.iter().take(LISTED) {
        ctx.say(&line(entry, &ctx.style.view));
    }
    if let Some(more @ 1..) = shows.len().checked_sub(LISTED) {
        ctx.say(&format!("and {more} more; words of a title find them"));
    }
}

/// Asks for a number on the board, or for words that fit one show of it.
pub(super) async fn choose(ctx: &mut Context, board: &[Numbered]) -> Result<ShowId, CliError> {
    loop {
        let answer = ctx.ask("show number, or words:", "SHOW").await?;
        let number = answer.trim().parse::<usize>().ok();
        if let Some(entry) = number.and_then(|n| board.get(n.checked_sub(1)?)) {
            return Ok(entry.show.id);
        }
        // What is no number of the board may be a film called `1917`.
        match matching(board, &answer).as_slice() {
            _ if answer.trim().is_empty() => {}
            [] if number.is_some() => ctx.say(&format!("type a number from 1 to {}", board.len())),
            [] => ctx.say(&escaped(&nothing_like(&answer))),
            [only] => {
                ctx.say(&line(only, &ctx.style.view));
                return Ok(only.show.id);
            }
            many => list(ctx, many),
        }
    }
}

/// Shows that have all the words in title, cinema, screen, format or start. Only when none has, a
/// slip in a word of the title is forgiven.
fn matching<'a>(board: &'a [Numbered], words: &str) -> Vec<&'a Numbered> {
    let wanted: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let fitting = |fits: &dyn Fn(&str, &str, &str) -> bool| -> Vec<&'a Numbered> {
        let all = |entry: &&'a Numbered| {
            let show = &entry.show;
            let title = show.title.to_lowercase();
            let text = format!(
                "{title} {} {} {} {} {}",
                show.cinema_name, show.city_name, show.screen_name, show.format, show.starts_local
            )
            .to_lowercase();
            wanted.iter().all(|word| fits(word, &title, &text))
        };
        board.iter().filter(all).collect()
    };
    let exact = fitting(&|word, _, text| text.contains(word));
    if exact.is_empty() {
        return fitting(&|word, title, text| text.contains(word) || is_like(word, title));
    }
    exact
}

/// How many seats are free, where anybody knows.
fn free_of(show: &Show) -> String {
    match show.status {
        ShowStatus::Away => "away".to_owned(),
        _ => format!("{} of {} free", show.free, show.total),
    }
}

/// One line about a show, for people.
pub(super) fn line(entry: &Numbered, view: &View) -> String {
    let show = &entry.show;
    let starts = match view.forced_zone() {
        Some(_) => view.time(show.starts_at.0, &show.time_zone),
        None => show.starts_local.replace('T', " "),
    };
    escaped(&format!(
        "{:>3}  {}  {}  {}, {}  {}",
        entry.number,
        starts,
        show.title,
        show.cinema_name,
        show.screen_name,
        free_of(show)
    ))
}
