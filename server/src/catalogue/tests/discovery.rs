//! Finding things: what is near on a globe, shows of a kind, the days of a movie.

use houseful_core::{
    availability::Availability,
    ids::{CinemaId, CityId, ShowId},
    time::UtcMillis,
    wire::catalogue::ShowStatus,
};

use super::{STARTS, at, every_show, snapshot};
use crate::{
    catalogue::{
        CalendarFilter, Kind, MovieFilter, Near, Point, ShowFilter, Snapshot, demo,
        place::Globe,
        snapshot::{CinemaFilter, CityFilter},
    },
    hub::Count,
};

/// As many points as a country has cinemas, all over the globe and thick around its seams.
fn points(count: u64) -> Vec<Point> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % 1_000_000) as f64 / 1_000_000.0
    };
    let mut points: Vec<Point> = (0..count)
        .map(|i| {
            let (a, b) = (next(), next());
            let (latitude, longitude) = match i % 4 {
                0 => (89.0 + a, b * 360.0 - 180.0),
                1 => (a * 20.0 - 10.0, if b < 0.5 { 179.0 + b } else { b - 180.0 }),
                2 => (a - 90.0, b * 360.0 - 180.0),
                _ => (a * 180.0 - 90.0, b * 360.0 - 180.0),
            };
            Point::new(latitude, longitude).expect("a point")
        })
        .collect();
    for (latitude, longitude) in [
        (90.0, 0.0),
        (-90.0, 12.0),
        (0.0, 180.0),
        (0.0, -180.0),
        (0.0, 0.0),
    ] {
        points.push(Point::new(latitude, longitude).expect("a point"));
    }
    points
}

#[test]
fn an_index_finds_what_looking_at_every_point_finds() {
    let points = points(2_000);
    let globe = Globe::of(points.iter().copied());
    let centres = [
        (90.0, 0.0),
        (-90.0, 100.0),
        (89.6, -179.9),
        (-89.6, 45.0),
        (0.0, 180.0),
        (0.0, -180.0),
        (3.0, 179.99),
        (-3.0, -179.99),
        (53.8, -1.55),
        (0.0, 0.0),
    ];
    let mut found = 0;
    for (latitude, longitude) in centres {
        for within_km in [
            Some(0.5),
            Some(50.0),
            Some(500.0),
            Some(9_000.0),
            Some(20_100.0),
            None,
        ] {
            let near = Near {
                point: Point::new(latitude, longitude).expect("a point"),
                within_km,
            };
            let is_near = |i: &usize| near.metres_to(points[*i]).is_some();
            let naive: Vec<usize> = (0..points.len()).filter(is_near).collect();
            let mut indexed: Vec<usize> = globe.around(&near).filter(is_near).collect();
            indexed.sort_unstable();
            assert_eq!(indexed, naive, "{latitude},{longitude}, {within_km:?}");
            found += usize::from(!naive.is_empty());
        }
    }
    assert!(found > 40, "{found} circles with something in them");
}

#[test]
fn a_city_of_a_country_with_20000_cinemas_looks_at_few_of_them() {
    // A country of 27 by 29 degrees, as thick everywhere.
    let all = (0..20_000_u32).map(|i| {
        let (row, column) = (f64::from(i / 141), f64::from(i % 141));
        Point::new(8.0 + row * 27.0 / 142.0, 68.0 + column * 29.0 / 141.0).expect("a point")
    });
    let globe = Globe::of(all);
    let near = |within_km| Near {
        point: Point::new(19.08, 72.88).expect("a point"),
        within_km: Some(within_km),
    };
    let looked_at = |within_km| globe.around(&near(within_km)).count();
    assert!((1..60).contains(&looked_at(50.0)), "{}", looked_at(50.0));
    assert_eq!(looked_at(20_100.0), 20_000);
}

fn demo_week() -> (Snapshot, UtcMillis) {
    let now = at(STARTS[0]);
    (snapshot(&demo::chain(now, 5).expect("a chain")), now)
}

#[test]
fn a_country_has_its_own_cities_and_cinemas() {
    let (snapshot, _) = demo_week();
    let cities = |country| {
        let filter = CityFilter {
            country,
            ..CityFilter::default()
        };
        let cities = snapshot.cities(&filter).into_iter();
        cities.map(|c| c.name).collect::<Vec<_>>()
    };
    assert_eq!(cities(Some("fr")), ["Lyon"]);
    assert_eq!(cities(Some("GB")), ["Leeds"]);
    assert_eq!((cities(Some("DE")).len(), cities(None).len()), (0, 4));
    let cinemas = snapshot.cinemas(&CinemaFilter {
        country: Some("GB"),
        ..CinemaFilter::default()
    });
    assert_eq!(cinemas.len(), 3);
    assert!(cinemas.iter().all(|c| c.city_name == "Leeds"));
}

#[test]
fn shows_of_a_kind_are_those_that_are_left_of_all() {
    let (snapshot, now) = demo_week();
    let kinds = [
        Kind {
            format: Some("imax"),
            ..Kind::default()
        },
        Kind {
            language: Some("EN"),
            ..Kind::default()
        },
        Kind {
            certificate: Some("pg"),
            ..Kind::default()
        },
        Kind {
            format: Some("2D"),
            language: Some("fr"),
            certificate: Some("PG"),
        },
        Kind {
            format: Some("no such format"),
            ..Kind::default()
        },
    ];
    let whole = whole_list(&snapshot, Kind::default(), now);
    for kind in kinds {
        let same = |wanted: Option<&str>, given: &str| {
            wanted.is_none_or(|it| it.eq_ignore_ascii_case(given))
        };
        let naive = whole.iter().filter(|s| {
            same(kind.format, &s.format)
                && same(kind.certificate, &s.certificate)
                && kind.language.is_none_or(|it| {
                    let spoken = s.language.split('-').next().unwrap_or_default();
                    it.eq_ignore_ascii_case(spoken)
                })
        });
        let naive: Vec<ShowId> = naive.map(|s| s.id).collect();
        let found = whole_list(&snapshot, kind, now);
        let ids: Vec<ShowId> = found.iter().map(|s| s.id).collect();
        assert_eq!(ids, naive, "{kind:?}");
        assert!(naive.len() < whole.len(), "{kind:?} leaves something out");
        let movies = snapshot.movies(&MovieFilter {
            city: None,
            cinema: None,
            date: None,
            q: None,
            kind,
            from: now,
        });
        let counted: u32 = movies.iter().map(|m| m.shows).sum();
        assert_eq!(counted as usize, naive.len(), "{kind:?}");
        assert_eq!(
            naive.is_empty(),
            kind.format == Some("no such format"),
            "{kind:?}"
        );
    }
}

/// Every show of a kind that is to come, page after page.
fn whole_list(
    snapshot: &Snapshot,
    kind: Kind<'_>,
    from: UtcMillis,
) -> Vec<houseful_core::wire::catalogue::Show> {
    let mut shows = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let filter = ShowFilter {
            kind,
            from,
            limit: 100,
            cursor: cursor.as_deref(),
            ..every_show()
        };
        let page = snapshot.shows(&filter, &|_| None, from).expect("a page");
        shows.extend(page.items);
        match page.next {
            Some(next) => cursor = Some(next),
            None => return shows,
        }
    }
}

#[test]
fn a_calendar_counts_the_shows_of_each_day() {
    let (snapshot, now) = demo_week();
    let movie = snapshot.movies(&MovieFilter {
        city: Some(CityId(4)),
        cinema: None,
        date: None,
        q: None,
        kind: Kind::default(),
        from: now,
    })[0]
        .id;
    let filter = CalendarFilter {
        movie,
        city: Some(CityId(4)),
        cinema: None,
        from: None,
        days: 7,
        kind: Kind::default(),
    };
    let sold_out = |_: ShowId| {
        Some(Count {
            free: 0,
            total: 80,
            status: ShowStatus::OnSale,
        })
    };
    let days = snapshot.calendar(&filter, &|_| None, now).expect("days");
    assert_eq!(days.len(), 7);
    // It is Sunday in Osaka while it is Saturday in London.
    assert_eq!(days[0].date, "2026-11-22");
    assert_eq!(days[6].date, "2026-11-28");
    let mut shows_in_all = 0;
    for day in &days {
        let date = day.date.parse().expect("a date");
        let shows = snapshot.shows(
            &ShowFilter {
                city: filter.city,
                movie: Some(movie),
                date: Some(date),
                from: now,
                ..every_show()
            },
            &|_| None,
            now,
        );
        let shows = shows.expect("a page").items;
        assert_eq!(day.shows as usize, shows.len(), "{}", day.date);
        assert_eq!(
            day.first_starts_local.as_ref(),
            shows.first().map(|s| &s.starts_local)
        );
        assert_eq!(
            day.last_starts_local.as_ref(),
            shows.last().map(|s| &s.starts_local)
        );
        let lowest = shows.iter().map(|s| s.price_from.minor).min();
        assert_eq!(day.price_from.map(|p| p.minor), lowest);
        assert_eq!(day.free, shows.iter().map(|s| s.free).sum::<u32>());
        let expected = if shows.is_empty() {
            Availability::NoShows
        } else {
            Availability::Plenty
        };
        assert_eq!(day.availability, expected, "{}", day.date);
        shows_in_all += shows.len();
    }
    assert!(shows_in_all > 0);
    for day in snapshot.calendar(&filter, &sold_out, now).expect("days") {
        let expected = if day.shows == 0 {
            Availability::NoShows
        } else {
            Availability::SoldOut
        };
        assert_eq!((day.free, day.availability), (0, expected), "{}", day.date);
    }
}

#[test]
fn a_calendar_is_of_a_place_and_ends_with_the_calendar_itself() {
    let (snapshot, now) = demo_week();
    let movie = snapshot.rows().movies[0].id;
    let filter = CalendarFilter {
        movie,
        city: None,
        cinema: None,
        from: None,
        days: 7,
        kind: Kind::default(),
    };
    let days = |filter| snapshot.calendar(&filter, &|_| None, now);
    assert_eq!(days(filter), None);
    let unknown = CalendarFilter {
        cinema: Some(CinemaId(99)),
        ..filter
    };
    assert_eq!(days(unknown), None);
    let last = CalendarFilter {
        city: Some(CityId(1)),
        from: Some("9999-12-30".parse().expect("a date")),
        ..filter
    };
    assert_eq!(days(last).map(|days| days.len()), Some(2));
    let cinema = CalendarFilter {
        cinema: Some(CinemaId(1)),
        days: 1,
        ..filter
    };
    assert_eq!(days(cinema).map(|days| days.len()), Some(1));
}
