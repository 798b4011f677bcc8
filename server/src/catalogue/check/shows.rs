//! Shows of a chain: where and when they are, under which terms, and that no two meet.

use std::{
    borrow::Borrow,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use houseful_core::{
    ids::{MovieId, PriceHash, ScreenId, ShowId},
    layout::{LayoutHash, SeatLayout},
    price::PriceCard,
    time::{MINUTE_MS, UtcMillis},
};
use jiff::tz::TimeZone;

use super::unknown;
use crate::catalogue::{
    CatalogueError, ChainShow, SalesRule, Start, local,
    rows::{Rows, ShowRow},
    shared::Alike,
    value::Part,
};

/// What shows are checked against.
pub(super) struct House<'a> {
    /// Movies of the chain by key.
    pub(super) movies: HashMap<&'a str, MovieId>,
    /// Screens of the chain by key.
    pub(super) rooms: HashMap<&'a str, Room<'a>>,
    /// Price cards of the chain by key, with what names them.
    pub(super) cards: HashMap<&'a str, (PriceHash, &'a PriceCard)>,
    /// What was there before.
    pub(super) known: &'a Rows,
}

/// A screen of the chain.
pub(super) struct Room<'a> {
    pub(super) id: ScreenId,
    pub(super) formats: &'a [String],
    pub(super) hall: &'a Arc<SeatLayout>,
    pub(super) zone: &'a TimeZone,
}

/// The shows that are not known yet, in order of start, with ids that follow those known.
pub(super) fn shows<S: Borrow<ChainShow>>(
    shows: impl Iterator<Item = S>,
    house: &House<'_>,
) -> Result<Vec<ShowRow>, CatalogueError> {
    let mut found = Vec::with_capacity(shows.size_hint().0);
    let mut met = Met::default();
    for show in shows {
        found.push(one_show(show.borrow(), house, &mut met)?);
    }
    found.sort_by_key(|s| (s.starts_at, s.screen));
    let known = &house.known.shows;
    let mut by_start: HashMap<(ScreenId, UtcMillis), &ShowRow> =
        known.iter().map(|s| ((s.screen, s.starts_at), s)).collect();
    let mut next = known.iter().map(|s| s.id.0).max().map_or(1, |id| id + 1);
    let mut new = Vec::new();
    for mut show in found {
        match by_start.remove(&(show.screen, show.starts_at)) {
            Some(there) => {
                show.id = there.id;
                if let Some(field) = difference(&show, there) {
                    let show = named(&show, house);
                    return Err(CatalogueError::ShowDiffers { show, field });
                }
            }
            None => {
                show.id = ShowId(next);
                next += 1;
                new.push(show);
            }
        }
    }
    no_overlap(known.iter().chain(&new), house)?;
    Ok(new)
}

/// What earlier shows of the chain had.
#[derive(Default)]
struct Met {
    /// Halls of which every seat has a price of a card.
    priced: HashSet<(LayoutHash, PriceHash)>,
    words: Alike<String>,
    lists: Alike<Vec<String>>,
    sales: Alike<SalesRule>,
}

fn one_show(show: &ChainShow, house: &House<'_>, met: &mut Met) -> Result<ShowRow, CatalogueError> {
    let text = label(show);
    let part = Part("", &text);
    let movie = house.movies.get(show.movie.as_str());
    let movie = *movie.ok_or_else(|| unknown(&text, "movie", &show.movie))?;
    let room = house.rooms.get(show.screen.as_str());
    let room = room.ok_or_else(|| unknown(&text, "screen", &show.screen))?;
    let card = house.cards.get(show.prices.as_str());
    let (hash, card) = *card.ok_or_else(|| unknown(&text, "price card", &show.prices))?;
    if met.priced.insert((room.hall.hash(), hash)) {
        every_seat_has_a_price(&text, room.hall, (show.prices.as_str(), card))?;
    }
    if !room.formats.contains(&show.format) {
        return Err(part.value("format", "is not one of its screen"));
    }
    part.minutes(show.minutes)?;
    part.seats_max(show.seats_max)?;
    part.sales(&show.sales)?;
    part.sales_in(&show.sales, room.hall)?;
    part.language(&show.language)?;
    part.list("subtitles", &show.subtitles)?;
    for language in &show.subtitles {
        part.language(language)?;
    }
    let starts_at = starts_at(&text, show.starts, room.zone)?;
    part.starts_at(starts_at)?;
    Ok(ShowRow {
        id: ShowId(0),
        movie,
        screen: room.id,
        starts_at,
        ends_at: starts_at.plus_ms(i64::from(show.minutes) * MINUTE_MS),
        format: met.words.of(&show.format),
        language: met.words.of(&show.language),
        subtitles: met.lists.of(&show.subtitles),
        layout: room.hall.hash(),
        prices: hash,
        sales: met.sales.of(&show.sales),
        seats_max: show.seats_max,
    })
}

/// A show in words, for messages.
fn label(show: &ChainShow) -> String {
    let starts = match show.starts {
        Start::At(at) => at.rfc3339(),
        Start::Local(at) => local::minute(at),
    };
    let screen = houseful_core::text::shown(&show.screen, 80);
    format!("the show on screen `{screen}` at {starts}")
}

/// A known or checked show in the same words.
fn named(show: &ShowRow, house: &House<'_>) -> String {
    let screens = house.known.screens.iter().map(|s| (s.id, s.key.as_str()));
    let mut screens = screens.chain(house.rooms.iter().map(|(key, room)| (room.id, *key)));
    let screen = screens.find(|(id, _)| *id == show.screen);
    let screen = screen.map_or("?", |(_, key)| key);
    format!(
        "the show on screen `{screen}` at {}",
        show.starts_at.rfc3339()
    )
}

fn every_seat_has_a_price(
    show: &str,
    hall: &SeatLayout,
    (key, card): (&str, &PriceCard),
) -> Result<(), CatalogueError> {
    let default = card.ticket_types.first().map_or("", |t| t.code.as_str());
    let priced = |code: &str| card.price_minor(code, default).is_some();
    match hall.categories().iter().find(|c| !priced(&c.code)) {
        None => Ok(()),
        Some(category) => Err(CatalogueError::NoPrice {
            show: show.to_owned(),
            card: key.to_owned(),
            category: category.code.clone(),
        }),
    }
}

fn starts_at(show: &str, start: Start, zone: &TimeZone) -> Result<UtcMillis, CatalogueError> {
    match start {
        Start::At(at) => Ok(at),
        Start::Local(at) => local::instant(at, zone).ok_or_else(|| CatalogueError::NoSuchTime {
            show: show.to_owned(),
            local: local::minute(at),
            zone: zone.iana_name().unwrap_or("its time zone").to_owned(),
        }),
    }
}

/// What the chain says differently about a show that is there.
fn difference(show: &ShowRow, there: &ShowRow) -> Option<&'static str> {
    [
        (show.movie == there.movie, "movie"),
        (show.ends_at == there.ends_at, "end"),
        (show.format == there.format, "format"),
        (show.language == there.language, "language"),
        (show.subtitles == there.subtitles, "list of subtitles"),
        (show.layout == there.layout, "seat layout"),
        (show.prices == there.prices, "price card"),
        (show.sales == there.sales, "sales window"),
        (show.seats_max == there.seats_max, "limit of seats"),
    ]
    .into_iter()
    .find_map(|(same, field)| (!same).then_some(field))
}

fn no_overlap<'a>(
    shows: impl Iterator<Item = &'a ShowRow>,
    house: &House<'_>,
) -> Result<(), CatalogueError> {
    let mut by_screen: Vec<&ShowRow> = shows.collect();
    by_screen.sort_by_key(|s| (s.screen, s.starts_at));
    // In order of start, a show that meets any earlier one meets its neighbour, or comes after a
    // pair that meets.
    for pair in by_screen.windows(2) {
        if pair[0].screen == pair[1].screen && pair[1].starts_at < pair[0].ends_at {
            let (first, second) = (named(pair[0], house), named(pair[1], house));
            return Err(CatalogueError::Overlap { first, second });
        }
    }
    Ok(())
}
