//! Shows: lists by place, movie and day, page by page.

use std::collections::HashMap;

use houseful_core::{
    ids::{CinemaId, CityId, MovieId, ShowId},
    money::Money,
    price::{Channel, Occasion, PriceCard},
    time::{DAY_MS, UtcMillis},
    wire::{
        Page, Time,
        catalogue::{Fee, Price, Show, ShowDetail, ShowStatus},
    },
};
use jiff::{civil::Date, tz::TimeZone};

use super::{Kind, ShowRow, Snapshot};
use crate::{catalogue::local, hub::Count};

/// The most shows on a page.
pub const SHOWS_MAX: usize = 500;

/// Which shows.
#[derive(Clone, Copy, Debug)]
pub struct ShowFilter<'a> {
    /// In this city.
    pub city: Option<CityId>,
    /// In this cinema.
    pub cinema: Option<CinemaId>,
    /// Of this movie.
    pub movie: Option<MovieId>,
    /// On this day on the cinema's wall clock.
    pub date: Option<Date>,
    /// Of this kind.
    pub kind: Kind<'a>,
    /// Beginning at this time or later.
    pub from: UtcMillis,
    /// How many on a page, 1 to [`SHOWS_MAX`].
    pub limit: usize,
    /// Where the page begins.
    pub cursor: Option<&'a str>,
}

/// The text is not a cursor that an earlier page gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of an earlier page")]
pub struct CursorError;

/// A place in the order of shows: start, then id. It stays good when shows are added.
fn cursor_of(row: &ShowRow) -> String {
    format!("{}.{}", row.starts_at.0, row.id.0)
}

fn parse_cursor(text: &str) -> Result<(UtcMillis, ShowId), CursorError> {
    let parse = || {
        let (at, id) = text.split_once('.')?;
        Some((UtcMillis(at.parse().ok()?), ShowId(id.parse().ok()?)))
    };
    parse().ok_or(CursorError)
}

/// Looks up how full a show is.
type Counts<'a> = &'a dyn Fn(ShowId) -> Option<Count>;

impl Snapshot {
    /// Shows in order of start, then id.
    ///
    /// # Errors
    /// The cursor is not one.
    pub fn shows(
        &self,
        filter: &ShowFilter<'_>,
        counts: Counts<'_>,
        now: UtcMillis,
    ) -> Result<Page<Show>, CursorError> {
        let after = filter.cursor.map(parse_cursor).transpose()?;
        // A cursor says where to go on: time that has passed since must not leave a gap.
        let from = after.map_or(filter.from, |(starts_at, _)| starts_at);
        let limit = filter.limit.clamp(1, SHOWS_MAX);
        let wanted = |i: &usize| {
            let show = &self.rows.shows[*i];
            after.is_none_or(|after| (show.starts_at, show.id) > after)
                && filter.movie.is_none_or(|movie| show.movie == movie)
                && self.is_kind(show, &filter.kind)
        };
        let mut found: Vec<usize> = Vec::new();
        let anywhere = filter.city.is_none() && filter.cinema.is_none();
        match filter.movie.map(|id| self.movies.get(&id)) {
            Some(None) => {}
            movie if anywhere => {
                let movie = movie.flatten().copied();
                let shows = self.anywhere(movie, filter.date, from);
                found.extend(shows.filter(wanted).take(limit + 1));
            }
            _ => {
                for cinema in self.places(filter.city, filter.cinema) {
                    let coming = self.coming(cinema, filter.date, from).iter().copied();
                    found.extend(coming.filter(wanted).take(limit + 1));
                }
            }
        }
        // The first of each list, so the first of all are among them.
        found.sort_unstable();
        let mut rows: Vec<&ShowRow> = found.iter().map(|i| &self.rows.shows[*i]).collect();
        rows.truncate(limit + 1);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| cursor_of(row));
        let items = rows
            .into_iter()
            .filter_map(|row| self.show_view(row, counts, now))
            .collect();
        Ok(Page { items, next })
    }

    /// The shows of all cinemas, or of one movie in them, in order: without a list for each cinema.
    fn anywhere(
        &self,
        movie: Option<usize>,
        date: Option<Date>,
        from: UtcMillis,
    ) -> impl Iterator<Item = usize> {
        // No wall clock is a day away from that of Greenwich.
        let (from, to) = date.map_or((from, UtcMillis::MAX), |date| {
            let (start, end) = local::day(date, &TimeZone::UTC);
            (from.max(start.plus_ms(-DAY_MS)), end.plus_ms(DAY_MS))
        });
        let of_movie = movie.map(|movie| self.shows_of[movie].as_slice());
        let rows = &self.rows.shows;
        let (first, end) = match of_movie {
            Some(shows) => (self.first_from(shows, from), shows.len()),
            None => (rows.partition_point(|s| s.starts_at < from), rows.len()),
        };
        let places = (first..end).map(move |nth| of_movie.map_or(nth, |shows| shows[nth]));
        let mut days = HashMap::new();
        places
            .take_while(move |place| self.rows.shows[*place].starts_at < to)
            .filter(move |place| {
                let show = &self.rows.shows[*place];
                let city = self.cinema_place(show).map(|cinema| self.city_of[cinema]);
                let (Some(date), Some(city)) = (date, city) else {
                    return true;
                };
                let zone = &self.zones[city];
                let (start, end) = *days.entry(city).or_insert_with(|| local::day(date, zone));
                (start..end).contains(&show.starts_at)
            })
    }

    /// A show.
    #[must_use]
    pub fn show(&self, id: ShowId, counts: Counts<'_>, now: UtcMillis) -> Option<Show> {
        self.show_view(self.show_row(id)?, counts, now)
    }

    /// Where a show is, and which wall clock it goes by.
    #[must_use]
    pub fn place(&self, id: ShowId) -> Option<crate::audit::Place> {
        let place = self.cinema_place(self.show_row(id)?)?;
        let cinema = &self.rows.cinemas[place];
        Some(crate::audit::Place {
            cinema: cinema.id,
            name: cinema.name.clone(),
            zone: self.zones[self.city_of[place]].clone(),
        })
    }

    /// A show with what is needed to sell it.
    #[must_use]
    pub fn show_detail(
        &self,
        id: ShowId,
        counts: Counts<'_>,
        now: UtcMillis,
    ) -> Option<ShowDetail> {
        let row = self.show_row(id)?;
        let card = self.rows.prices.get(&row.prices)?;
        let money = |minor| Money::new(minor, card.currency);
        let sold = self.rows.layouts.get(&row.layout)?.categories();
        let prices = card
            .prices
            .iter()
            .filter(|p| sold.iter().any(|c| c.code == p.category))
            .filter_map(|p| Some((p, self.listed(row, card, (&p.category, &p.ticket_type))?)));
        Some(ShowDetail {
            show: self.show_view(row, counts, now)?,
            ticket_types: card.ticket_types.clone(),
            prices: prices
                .map(|(p, minor)| Price {
                    category: p.category.clone(),
                    ticket_type: p.ticket_type.clone(),
                    price: money(minor),
                })
                .collect(),
            fees: Channel::ALL
                .into_iter()
                .map(|channel| {
                    let fee = card.fee(channel);
                    Fee {
                        channel,
                        fee: money(fee.minor),
                        per: fee.per,
                        max: fee.max_minor.map(money),
                    }
                })
                .collect(),
            seats_max: row.seats_max,
        })
    }

    pub(super) fn show_view(
        &self,
        row: &ShowRow,
        counts: Counts<'_>,
        now: UtcMillis,
    ) -> Option<Show> {
        let movie = &self.rows.movies[*self.movies.get(&row.movie)?];
        let screen = &self.rows.screens[*self.screens.get(&row.screen)?];
        let place = self.cinema_place(row)?;
        let cinema = &self.rows.cinemas[place];
        let city = &self.rows.cities[self.city_of[place]];
        let starts_local = local::wall(row.starts_at, &self.zones[self.city_of[place]]);
        let count = match counts(row.id) {
            Some(count) if count.status != ShowStatus::Away => count,
            unknown => self.count_unopened(row, unknown)?,
        };
        let closes = row.sales.last_close(row.starts_at);
        let status = match count.status {
            ShowStatus::OnSale | ShowStatus::Paused if closes <= now => ShowStatus::Closed,
            other => other,
        };
        Some(Show {
            id: row.id,
            movie: row.movie,
            title: movie.title.clone(),
            certificate: movie.certificate.clone(),
            minutes: movie.minutes,
            cinema: cinema.id,
            cinema_name: cinema.name.clone(),
            city_name: city.name.clone(),
            screen: row.screen,
            screen_name: screen.name.clone(),
            format: row.format.as_str().to_owned(),
            language: row.language.as_str().to_owned(),
            subtitles: row.subtitles.as_slice().to_vec(),
            starts_at: Time(row.starts_at),
            ends_at: Time(row.ends_at),
            starts_local: local::minute(starts_local),
            sales_close_at: Time(closes),
            time_zone: city.time_zone.clone(),
            status,
            free: count.free,
            total: count.total,
            price_from: self.price_from(row)?,
        })
    }

    /// A show without a journal has the blocks of its layout and nothing else; one whose journal is
    /// away has no seats that anybody could promise.
    fn count_unopened(&self, row: &ShowRow, away: Option<Count>) -> Option<Count> {
        let layout = self.rows.layouts.get(&row.layout)?;
        let free = layout.seats().filter(|(_, s)| s.blocked.is_none()).count();
        let total = super::whole(layout.len());
        let unopened = Count {
            free: super::whole(free),
            total,
            status: ShowStatus::OnSale,
        };
        Some(away.map_or(unopened, |away| Count { total, ..away }))
    }

    /// What a seat of a category costs for a ticket type in this show, before offers, fees and
    /// taxes that are added, in minor units.
    fn listed(
        &self,
        row: &ShowRow,
        card: &PriceCard,
        (category, ticket_type): (&str, &str),
    ) -> Option<i64> {
        let Some(facts) = self.price_facts(row, card) else {
            return card.price_minor(category, ticket_type);
        };
        // When it is sold matters to offers alone.
        let (zone, starts_at) = (&facts.zone, row.starts_at);
        let occasion = Occasion::in_zone(zone, starts_at, starts_at, &facts.format);
        card.listed_minor(category, ticket_type, &occasion)
    }

    /// The lowest price that some seat of the hall has for the default ticket type.
    fn price_from(&self, row: &ShowRow) -> Option<Money> {
        let card = self.rows.prices.get(&row.prices)?;
        let layout = self.rows.layouts.get(&row.layout)?;
        let default = card.ticket_types.first()?;
        let prices = layout
            .categories()
            .iter()
            .filter_map(|c| self.listed(row, card, (&c.code, &default.code)));
        Some(
            prices
                .min()
                .map_or_else(|| card.from_price(), |m| Money::new(m, card.currency)),
        )
    }
}
