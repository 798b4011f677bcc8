//! Cities, cinemas, movies and shows.

use serde::{Deserialize, Serialize};

use super::Time;
use crate::{
    availability::Availability,
    ids::{CinemaId, CityId, MovieId, ScreenId, ShowId},
    money::Money,
    price::{Channel, Per, TicketType},
};

/// A city where cinemas are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct City {
    /// Its id.
    pub id: CityId,
    /// Its name.
    pub name: String,
    /// ISO 3166-1 alpha-2 country.
    pub country: String,
    /// IANA time zone.
    pub time_zone: String,
    /// WGS 84 degrees, north positive.
    pub latitude: f64,
    /// WGS 84 degrees, east positive.
    pub longitude: f64,
    /// How many cinemas are there.
    pub cinemas: u32,
    /// Metres from the point that was asked for, along the globe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_m: Option<u32>,
    /// The same in kilometres, to a tenth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_km: Option<f64>,
}

/// A cinema.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cinema {
    /// Its id.
    pub id: CinemaId,
    /// Its name.
    pub name: String,
    /// The city it is in.
    pub city: CityId,
    /// The city's name.
    pub city_name: String,
    /// Street or district.
    pub address: String,
    /// IANA time zone.
    pub time_zone: String,
    /// WGS 84 degrees, north positive.
    pub latitude: f64,
    /// WGS 84 degrees, east positive.
    pub longitude: f64,
    /// How many screens it has.
    pub screens: u32,
    /// Metres from the point that was asked for, along the globe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_m: Option<u32>,
    /// The same in kilometres, to a tenth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_km: Option<f64>,
}

/// A movie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Movie {
    /// Its id.
    pub id: MovieId,
    /// Its title.
    pub title: String,
    /// Running time in minutes.
    pub minutes: u32,
    /// Age certificate, as the country writes it.
    pub certificate: String,
    /// Genres.
    pub genres: Vec<String>,
    /// Spoken language, BCP 47.
    pub language: String,
    /// How many shows are coming up, within what was asked for.
    pub shows: u32,
}

/// Whether a show is for sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ShowStatus {
    /// Seats are for sale.
    OnSale,
    /// Staff stopped sales for a while.
    Paused,
    /// It will not take place; money goes back.
    Cancelled,
    /// It has begun or sales have closed.
    Closed,
    /// Its journal can't be read by this program; nothing is decided.
    ReadOnly,
    /// The database that it is in was not to be had: nobody knows how full it is, nor whether it takes
    /// place. Its seats are not counted, and `free` is 0.
    Away,
}

/// A show in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Show {
    /// Its id.
    pub id: ShowId,
    /// What is shown.
    pub movie: MovieId,
    /// The movie's title.
    pub title: String,
    /// Age certificate.
    pub certificate: String,
    /// Running time in minutes.
    pub minutes: u32,
    /// Where.
    pub cinema: CinemaId,
    /// The cinema's name.
    pub cinema_name: String,
    /// The city's name.
    pub city_name: String,
    /// In which room.
    pub screen: ScreenId,
    /// The room's name.
    pub screen_name: String,
    /// `2D`, `3D`, `IMAX`, ...
    pub format: String,
    /// Spoken language, BCP 47.
    pub language: String,
    /// Subtitle languages, BCP 47.
    pub subtitles: Vec<String>,
    /// When it begins.
    pub starts_at: Time,
    /// When it ends.
    pub ends_at: Time,
    /// When it begins on the wall clock of the cinema: `2026-11-21T19:15`.
    pub starts_local: String,
    /// When sales close.
    pub sales_close_at: Time,
    /// IANA time zone of the cinema.
    pub time_zone: String,
    /// Whether it is for sale.
    pub status: ShowStatus,
    /// Seats that nobody has, as of the show's last change.
    pub free: u32,
    /// All seats.
    pub total: u32,
    /// The lowest price of a ticket.
    pub price_from: Money,
}

/// The shows of a movie on one day of the wall calendar, in a city or a cinema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CalendarDay {
    /// The day: `2026-11-21`.
    pub date: String,
    /// How many shows are to come on it.
    pub shows: u32,
    /// How many of them are on sale.
    pub on_sale: u32,
    /// When the first begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_starts_at: Option<Time>,
    /// When the first begins on the wall clock: `2026-11-21T10:15`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_starts_local: Option<String>,
    /// When the last begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_starts_at: Option<Time>,
    /// When the last begins on the wall clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_starts_local: Option<String>,
    /// Seats that nobody has, in the shows on sale.
    pub free: u32,
    /// All seats of the shows on sale.
    pub total: u32,
    /// How likely it is to get a seat: that of the best show.
    pub availability: Availability,
    /// The lowest price of a ticket, in the shows on sale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_from: Option<Money>,
    /// IANA time zone of the day.
    pub time_zone: String,
}

/// What a ticket costs in one category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Price {
    /// Seat category code.
    pub category: String,
    /// Ticket type code.
    pub ticket_type: String,
    /// What one ticket costs, without the booking fee.
    pub price: Money,
}

/// The booking fee of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fee {
    /// Where the ticket is sold.
    pub channel: Channel,
    /// What is added to each ticket, or once to the booking.
    pub fee: Money,
    /// Which of both.
    #[serde(default = "per_ticket", skip_serializing_if = "is_per_ticket")]
    pub per: Per,
    /// The most that a booking pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Money>,
}

const fn per_ticket() -> Per {
    Per::Ticket
}

const fn is_per_ticket(per: &Per) -> bool {
    matches!(per, Per::Ticket)
}

/// A show with what is needed to sell it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShowDetail {
    /// The show.
    #[serde(flatten)]
    pub show: Show,
    /// Who can sit, the default first.
    pub ticket_types: Vec<TicketType>,
    /// What each pair of category and ticket type costs.
    pub prices: Vec<Price>,
    /// Booking fees by channel.
    pub fees: Vec<Fee>,
    /// The most seats in one booking.
    pub seats_max: u16,
}

/// What a search found, best first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Found {
    /// Cities.
    pub cities: Vec<City>,
    /// Cinemas.
    pub cinemas: Vec<Cinema>,
    /// Movies.
    pub movies: Vec<Movie>,
    /// The next shows of the movies and cinemas found.
    pub shows: Vec<Show>,
}
