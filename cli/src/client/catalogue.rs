//! What is on, where: cities, cinemas, movies, shows and their seats. Needs no token.

use houseful_core::{
    ids::{CinemaId, CityId, MovieId, ShowId},
    price::Channel,
    time::UtcMillis,
    wire::{
        Page, Time,
        admin::ServerInfo,
        catalogue::{CalendarDay, Cinema, City, Found, Movie, Show, ShowDetail},
        price::{PricePreview, PriceRequest},
        seats::{LayoutView, SeatMap, Version},
        why::Why,
    },
};

use super::{Client, ClientError, lock, transport::Call};

/// What things are to be near to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Around {
    /// A point, WGS 84 degrees.
    Point {
        /// North positive.
        latitude: f64,
        /// East positive.
        longitude: f64,
    },
    /// A city.
    City(CityId),
}

/// Around where, and how far from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// Where.
    pub around: Around,
    /// Kilometres; the server's default when absent.
    pub within_km: Option<f64>,
}

impl Near {
    fn ask(near: Option<&Self>, call: Call) -> Call {
        let Some(near) = near else { return call };
        let call = match near.around {
            Around::Point {
                latitude,
                longitude,
            } => call.query("near", Some(format!("{latitude},{longitude}"))),
            Around::City(city) => call.query("near_city", text(Some(city))),
        };
        call.query("within_km", text(near.within_km))
    }
}

/// Which kind of shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kind {
    /// In this format.
    pub format: Option<String>,
    /// Spoken in this language.
    pub language: Option<String>,
    /// With this age certificate.
    pub certificate: Option<String>,
}

impl Kind {
    fn ask(&self, call: Call) -> Call {
        call.query("format", self.format.clone())
            .query("language", self.language.clone())
            .query("certificate", self.certificate.clone())
    }
}

/// Which cities.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CityQuery {
    /// In this country.
    pub country: Option<String>,
    /// Words of the name.
    pub text: Option<String>,
    /// Around a point.
    pub near: Option<Near>,
}

/// Which cinemas.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CinemaQuery {
    /// In this city.
    pub city: Option<CityId>,
    /// In this country.
    pub country: Option<String>,
    /// Words of the name.
    pub text: Option<String>,
    /// Around a point.
    pub near: Option<Near>,
}

/// Which movies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MovieQuery {
    /// Shown in this city.
    pub city: Option<CityId>,
    /// Shown in this cinema.
    pub cinema: Option<CinemaId>,
    /// On this local day, `2026-11-21`.
    pub date: Option<String>,
    /// With shows of this kind.
    pub kind: Kind,
    /// Words of the title.
    pub text: Option<String>,
}

/// Which shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShowQuery {
    /// In this city.
    pub city: Option<CityId>,
    /// In this cinema.
    pub cinema: Option<CinemaId>,
    /// Of this movie.
    pub movie: Option<MovieId>,
    /// On this local day, `2026-11-21`.
    pub date: Option<String>,
    /// Of this kind.
    pub kind: Kind,
    /// Not before this time; the server's now when absent.
    pub from: Option<Time>,
    /// At most so many, 1 to 500.
    pub limit: Option<u16>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// Which days of a movie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CalendarQuery {
    /// In this city.
    pub city: Option<CityId>,
    /// In this cinema.
    pub cinema: Option<CinemaId>,
    /// From this local day on, `2026-11-21`; today there when absent.
    pub date: Option<String>,
    /// So many, 1 to 31.
    pub days: u16,
    /// In this format.
    pub format: Option<String>,
    /// Spoken in this language.
    pub language: Option<String>,
}

/// About what the rules of a sale are asked.
#[derive(Clone, Debug, Default)]
pub struct WhyQuery {
    /// Seats by name, with commas between.
    pub seats: Option<String>,
    /// Where they would be sold.
    pub channel: Option<Channel>,
    /// A prebook code.
    pub code: Option<String>,
    /// The kind of member.
    pub member: Option<String>,
    /// As of when.
    pub at: Option<UtcMillis>,
}

fn text<T: ToString>(value: Option<T>) -> Option<String> {
    value.map(|v| v.to_string())
}

impl Client {
    /// Who answers there, and who we are to it.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn server_info(&self) -> Result<ServerInfo, ClientError> {
        let info: ServerInfo = self.ask(Call::get("/v1")).await?;
        self.set_speed(if info.clock == "manual" {
            0
        } else {
            info.speed.max(1)
        });
        Ok(info)
    }

    /// Cities with cinemas.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn cities(&self, query: &CityQuery) -> Result<Page<City>, ClientError> {
        let call = Call::get("/v1/cities")
            .query("country", query.country.clone())
            .query("q", query.text.clone());
        self.ask(Near::ask(query.near.as_ref(), call)).await
    }

    /// One city.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn city(&self, id: CityId) -> Result<City, ClientError> {
        self.ask(Call::get(format!("/v1/cities/{id}"))).await
    }

    /// Cinemas.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn cinemas(&self, query: &CinemaQuery) -> Result<Page<Cinema>, ClientError> {
        let call = Call::get("/v1/cinemas")
            .query("city", text(query.city))
            .query("country", query.country.clone())
            .query("q", query.text.clone());
        self.ask(Near::ask(query.near.as_ref(), call)).await
    }

    /// One cinema.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn cinema(&self, id: CinemaId) -> Result<Cinema, ClientError> {
        self.ask(Call::get(format!("/v1/cinemas/{id}"))).await
    }

    /// Movies with shows.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn movies(&self, query: &MovieQuery) -> Result<Page<Movie>, ClientError> {
        let call = Call::get("/v1/movies")
            .query("city", text(query.city))
            .query("cinema", text(query.cinema))
            .query("date", query.date.clone())
            .query("q", query.text.clone());
        self.ask(query.kind.ask(call)).await
    }

    /// One movie.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn movie(&self, id: MovieId) -> Result<Movie, ClientError> {
        self.ask(Call::get(format!("/v1/movies/{id}"))).await
    }

    /// The days of a movie.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn calendar(
        &self,
        movie: MovieId,
        query: &CalendarQuery,
    ) -> Result<Page<CalendarDay>, ClientError> {
        let call = Call::get(format!("/v1/movies/{movie}/calendar"))
            .query("city", text(query.city))
            .query("cinema", text(query.cinema))
            .query("date", query.date.clone())
            .query("days", text(Some(query.days)))
            .query("format", query.format.clone())
            .query("language", query.language.clone());
        self.ask(call).await
    }

    /// Why seats of a show can or can't be had.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn why(&self, show: ShowId, query: &WhyQuery) -> Result<Why, ClientError> {
        let call = Call::get(format!("/v1/shows/{show}/why"))
            .query("seat", query.seats.clone())
            .query("channel", text(query.channel))
            .query("code", query.code.clone())
            .query("member", query.member.clone())
            .query("at", query.at.map(UtcMillis::rfc3339));
        self.ask(call).await
    }

    /// What seats or tickets of a show would cost.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn price(
        &self,
        show: ShowId,
        request: &PriceRequest,
    ) -> Result<PricePreview, ClientError> {
        let path = format!("/v1/shows/{show}/price");
        self.ask(Call::post(path, request)).await
    }

    /// Shows in the order of their start.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn shows(&self, query: &ShowQuery) -> Result<Page<Show>, ClientError> {
        let call = Call::get("/v1/shows")
            .query("city", text(query.city))
            .query("cinema", text(query.cinema))
            .query("movie", text(query.movie))
            .query("date", query.date.clone())
            .query("from", query.from.map(|t| t.0.rfc3339()))
            .query("limit", text(query.limit))
            .query("cursor", query.cursor.clone());
        self.ask(query.kind.ask(call)).await
    }

    /// One show with prices.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn show(&self, id: ShowId) -> Result<ShowDetail, ClientError> {
        self.ask(Call::get(format!("/v1/shows/{id}"))).await
    }

    /// The seats of a show's hall, as drawn.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn layout(&self, show: ShowId) -> Result<LayoutView, ClientError> {
        self.ask(Call::get(format!("/v1/shows/{show}/layout")))
            .await
    }

    /// The states of all seats of a show.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn seats(&self, show: ShowId) -> Result<SeatMap, ClientError> {
        let reached = lock(&self.shared.versions).of(show);
        let call = Call::get(format!("/v1/shows/{show}/seats")).reaching(reached);
        let map: SeatMap = self.ask(call).await?;
        lock(&self.shared.versions).saw_after(show, reached, map.version);
        Ok(map)
    }

    /// The states of all seats, or `None` when the show is still at `version`.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn seats_if_changed(
        &self,
        show: ShowId,
        version: Version,
    ) -> Result<Option<SeatMap>, ClientError> {
        let reached = lock(&self.shared.versions).of(show);
        let call = Call::get(format!("/v1/shows/{show}/seats"))
            .reaching(reached)
            .header(reqwest::header::IF_NONE_MATCH, &format!("\"{version}\""));
        let map: Option<SeatMap> = self.ask_if_changed(call).await?;
        if let Some(map) = &map {
            lock(&self.shared.versions).saw_after(show, reached, map.version);
        }
        Ok(map)
    }

    /// Cities, cinemas, movies and shows by words.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn search(&self, words: &str, city: Option<CityId>) -> Result<Found, ClientError> {
        let call = Call::get("/v1/search")
            .query("q", Some(words.to_owned()))
            .query("city", text(city));
        self.ask(call).await
    }
}
