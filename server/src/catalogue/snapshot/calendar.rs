//! The days of a movie: how many shows each has, and whether seats are to be had.

use houseful_core::{
    availability::Availability,
    ids::{CinemaId, CityId, MovieId, ShowId},
    money::Money,
    time::UtcMillis,
    wire::catalogue::{CalendarDay, Show, ShowStatus},
};
use jiff::{civil::Date, tz::TimeZone};

use super::{Kind, Snapshot, whole};
use crate::{catalogue::local, hub::Count};

/// The most days of a calendar.
pub const DAYS_MAX: u16 = 31;

/// Which days of which movie.
#[derive(Clone, Copy, Debug)]
pub struct CalendarFilter<'a> {
    /// Of this movie.
    pub movie: MovieId,
    /// In this city.
    pub city: Option<CityId>,
    /// In this cinema.
    pub cinema: Option<CinemaId>,
    /// From this day on; today there if absent.
    pub from: Option<Date>,
    /// So many days, 1 to [`DAYS_MAX`].
    pub days: u16,
    /// Shows of this kind.
    pub kind: Kind<'a>,
}

impl Snapshot {
    /// The days of a movie in order, those without a show as well; shows that have begun are not
    /// counted. `None` without a city or cinema that is known: a day is one of a place.
    #[must_use]
    pub fn calendar(
        &self,
        filter: &CalendarFilter<'_>,
        counts: &dyn Fn(ShowId) -> Option<Count>,
        now: UtcMillis,
    ) -> Option<Vec<CalendarDay>> {
        let city = match (filter.city, filter.cinema) {
            (_, Some(id)) => self.city_of[*self.cinemas.get(&id)?],
            (Some(id), None) => *self.cities.get(&id)?,
            (None, None) => return None,
        };
        let zone = &self.zones[city];
        let first = filter.from.unwrap_or_else(|| local::wall(now, zone).date());
        let days = first.series(jiff::Span::new().days(1));
        let cinemas = self.places(filter.city, filter.cinema);
        let day_of = |date| {
            let mut shows: Vec<usize> = Vec::new();
            for cinema in &cinemas {
                let coming = self.coming(*cinema, Some(date), now).iter();
                shows.extend(coming.filter(|i| {
                    let show = &self.rows.shows[**i];
                    show.movie == filter.movie && self.is_kind(show, &filter.kind)
                }));
            }
            shows.sort_unstable();
            let rows = shows.iter().map(|i| &self.rows.shows[*i]);
            let shows: Vec<Show> = rows
                .filter_map(|row| self.show_view(row, counts, now))
                .collect();
            day(date, zone, &self.rows.cities[city].time_zone, &shows)
        };
        let wanted = usize::from(filter.days.clamp(1, DAYS_MAX));
        Some(days.take(wanted).map(day_of).collect())
    }
}

/// One day with these shows, in order of start.
fn day(date: Date, zone: &TimeZone, zone_name: &str, shows: &[Show]) -> CalendarDay {
    let on_sale = || shows.iter().filter(|s| s.status == ShowStatus::OnSale);
    let local = |show: &Show| local::minute(local::wall(show.starts_at.0, zone));
    CalendarDay {
        date: date.to_string(),
        shows: whole(shows.len()),
        on_sale: whole(on_sale().count()),
        first_starts_at: shows.first().map(|s| s.starts_at),
        first_starts_local: shows.first().map(local),
        last_starts_at: shows.last().map(|s| s.starts_at),
        last_starts_local: shows.last().map(local),
        free: on_sale().fold(0, |sum: u32, s| sum.saturating_add(s.free)),
        total: on_sale().fold(0, |sum: u32, s| sum.saturating_add(s.total)),
        availability: Availability::of_all(shows.iter().map(hint)),
        price_from: lowest(on_sale().map(|s| s.price_from)),
        time_zone: zone_name.to_owned(),
    }
}

fn hint(show: &Show) -> Availability {
    match show.status {
        ShowStatus::OnSale => Availability::of(show.free, show.total),
        ShowStatus::Away => Availability::Unknown,
        ShowStatus::Paused | ShowStatus::Cancelled | ShowStatus::Closed | ShowStatus::ReadOnly => {
            Availability::NotOnSale
        }
    }
}

/// The lowest of these; none where they are of several currencies.
fn lowest(prices: impl Iterator<Item = Money>) -> Option<Money> {
    let mut lowest: Option<Money> = None;
    for price in prices {
        lowest = match lowest {
            Some(so_far) if so_far.currency != price.currency => return None,
            Some(so_far) if so_far.minor <= price.minor => Some(so_far),
            _ => Some(price),
        };
    }
    lowest
}
