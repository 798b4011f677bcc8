//! What is on at the house: its city, movies, shows, prices and hall.

use std::sync::Arc;

use houseful_core::{
    ids::{CinemaId, CityId, MovieId, ScreenId, ShowId},
    layout::SeatLayout,
    money::Money,
    price::{Channel, PriceCard, PriceRow, TicketType},
    show::{SalesWindow, ShowTerms},
    time::UtcMillis,
    wire::{
        Time,
        admin::{Mode, Role, ServerInfo},
        catalogue::{City, Movie, Show, ShowStatus},
    },
};

use super::START;

pub(in crate::tui::tests) fn money(minor: i64) -> Money {
    Money::new(minor, "GBP".parse().expect("a currency"))
}

pub(in crate::tui::tests) fn price_card(layout: &SeatLayout) -> PriceCard {
    let kind = |code: &str, name: &str, key| TicketType {
        code: code.into(),
        name: name.into(),
        key,
    };
    let prices = layout
        .categories()
        .iter()
        .zip([950, 1250, 1600, 1100])
        .flat_map(|(category, minor)| {
            [("adult", minor), ("child", minor - 250)].map(|(ticket_type, minor)| PriceRow {
                category: category.code.clone(),
                ticket_type: ticket_type.into(),
                minor,
            })
        })
        .collect();
    PriceCard {
        currency: "GBP".parse().expect("a currency"),
        ticket_types: vec![kind("adult", "Adult", 'a'), kind("child", "Child", 'c')],
        prices,
        fees: [(Channel::Web, 75)].into(),
        refunds: None,
        rules: None,
    }
}

pub(in crate::tui::tests) fn terms(layout: Arc<SeatLayout>) -> ShowTerms {
    let window = SalesWindow {
        opens_at: UtcMillis(0),
        closes_at: START.plus_ms(86_400_000),
    };
    ShowTerms {
        prices: Arc::new(price_card(&layout)),
        layout,
        facts: None,
        starts_at: START.plus_ms(18 * 60_000),
        windows: [(Channel::Counter, window)].into(),
        seats_max: 10,
        rules: houseful_core::sale::SaleRules::default(),
    }
}

pub(in crate::tui::tests) fn info(now: UtcMillis) -> ServerInfo {
    ServerInfo {
        name: "houseful".into(),
        version: "0.1.0".into(),
        mode: Mode::Demo,
        roles: Vec::new(),
        peers: Vec::new(),
        time: Time(now),
        clock: "system".into(),
        speed: 1,
        role: Some(Role::Clerk),
        account: Some("till-1".into()),
        channel: Some(Channel::Counter),
        replicas: Vec::new(),
        shards: Vec::new(),
    }
}

pub(in crate::tui::tests) fn city() -> City {
    City {
        id: CityId(1),
        name: "Leeds".into(),
        country: "GB".into(),
        time_zone: "Europe/London".into(),
        latitude: 53.8,
        longitude: -1.55,
        cinemas: 1,
        distance_m: None,
        distance_km: None,
    }
}

pub(in crate::tui::tests) fn movies() -> Vec<Movie> {
    let movie = |id, title: &str| Movie {
        id: MovieId(id),
        title: title.into(),
        minutes: 101,
        certificate: "12A".into(),
        genres: vec!["drama".into()],
        language: "en".into(),
        shows: 4,
    };
    vec![movie(1, "The Lantern Keeper"), movie(2, "Salt Roads")]
}

pub(in crate::tui::tests) fn shows(seats: usize) -> Vec<Show> {
    let titles = [
        ("The Lantern Keeper", "12A", 3),
        ("Salt Roads", "15", 18),
        ("千と千尋の神隠し", "PG", 28),
        ("Кін-дза-дза!", "12A", 48),
        (
            "A Very Long Title About Nothing In Particular, Part Two",
            "U",
            63,
        ),
    ];
    let show = |(id, (title, certificate, minutes)): (u64, (&str, &str, i64))| {
        let starts_at = START.plus_ms(minutes * 60_000);
        let total = if id == 1 {
            u32::try_from(seats).unwrap_or(0)
        } else {
            96
        };
        Show {
            id: ShowId(id),
            movie: MovieId(id),
            title: title.to_owned(),
            certificate: certificate.to_owned(),
            minutes: 101,
            cinema: CinemaId(1),
            cinema_name: "Roxy Leeds".into(),
            city_name: "Leeds".into(),
            screen: ScreenId(id),
            screen_name: format!("Screen {id}"),
            format: "2D".into(),
            language: "en".into(),
            subtitles: Vec::new(),
            starts_at: Time(starts_at),
            ends_at: Time(starts_at.plus_ms(6_060_000)),
            starts_local: format!(
                "2026-11-21T{:02}:{:02}",
                19 + (12 + minutes) / 60,
                (12 + minutes) % 60
            ),
            sales_close_at: Time(starts_at),
            time_zone: "Europe/London".into(),
            status: ShowStatus::OnSale,
            free: match id {
                2 => 0,
                4 => 5,
                _ => total,
            },
            total,
            price_from: money(950),
        }
    };
    (1..).zip(titles).map(show).collect()
}
