//! The huge chain in small, and rows that share what they have alike.

use std::{collections::HashMap, io::Read};

use flate2::read::GzDecoder;
use houseful_core::ids::{CityId, MovieId};
use jiff::civil::Date;
use proptest::prelude::*;

use super::*;
use crate::catalogue::{demo::Huge, demo::Sizes, local, rows::ShowRow};

const SMALL: Sizes = Sizes {
    cities: 5,
    cinemas: 11,
    screens: 23,
    movies: 40,
    shows: 300,
};

fn made(now: UtcMillis, seed: u64, sizes: Sizes) -> Rows {
    let huge = Huge::new(now, seed, sizes).expect("a chain");
    check::check_with(huge.chain(), huge.shows(), &Rows::default()).expect("a chain that is right")
}

#[test]
fn a_huge_chain_is_right_whatever_the_day_and_as_large_as_was_asked_for() {
    for now in STARTS.map(at) {
        let rows = made(now, 7, SMALL);
        assert_eq!(rows.shows.len(), SMALL.shows, "{now:?}");
        assert_eq!(rows.screens.len(), SMALL.screens);
        assert_eq!(rows.movies.len(), SMALL.movies);
        let screens: HashSet<_> = rows.shows.iter().map(|s| s.screen).collect();
        assert_eq!(screens.len(), SMALL.screens, "each screen has shows");
        let cities: HashSet<_> = rows.cinemas.iter().map(|c| c.city).collect();
        assert_eq!(cities.len(), SMALL.cities, "each city has cinemas");
    }
    let now = at(STARTS[0]);
    assert_eq!(made(now, 7, SMALL).shows, made(now, 7, SMALL).shows);
    assert_ne!(made(now, 7, SMALL).shows, made(now, 8, SMALL).shows);
}

#[test]
fn every_place_of_the_huge_chain_can_be_imported() {
    let places = Sizes {
        shows: 0,
        ..Sizes::HUGE
    };
    let rows = made(at(STARTS[0]), 1, places);
    assert_eq!((rows.cities.len(), rows.movies.len()), (2_000, 20_000));
    let titles: HashSet<_> = rows.movies.iter().map(|m| m.title.as_str()).collect();
    assert_eq!(titles.len(), 20_000, "no two movies have one title");
}

#[test]
fn its_cities_are_the_largest_of_all() {
    let file = include_bytes!("../../../../fixtures/cities.tsv.gz");
    let mut text = String::new();
    let mut unpacked = GzDecoder::new(file.as_slice());
    unpacked.read_to_string(&mut text).expect("a text");
    let mut all: Vec<_> = text
        .lines()
        .skip(1)
        .map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            (columns[7].parse::<u64>().expect("a number"), columns[0])
        })
        .collect();
    all.sort_by_key(|city| std::cmp::Reverse(city.0));
    let expected: HashSet<_> = all.iter().take(2_000).map(|city| city.1).collect();
    let cities = include_str!("../../../../fixtures/chain/cities.tsv");
    let ids = cities.lines().map(|line| line.split('\t').next());
    let ids: HashSet<_> = ids.map(|id| id.expect("an id")).collect();
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn what_shows_have_alike_stands_once_in_memory_also_after_it_was_read() {
    let shelf = Shelf::new();
    let catalogue = catalogue(&shelf.folder).await;
    let huge = Huge::new(at(STARTS[0]), 7, SMALL).expect("a chain");
    let added = catalogue.import_huge(huge).await.expect("an import");
    assert_eq!(added.len(), SMALL.shows);
    let snapshot = catalogue.snapshot();
    let shows = &snapshot.rows().shows;
    let expected = made(at(STARTS[0]), 7, SMALL);
    assert_eq!(shows, &expected.shows, "nothing was lost on the way");
    let rules: HashSet<_> = shows
        .iter()
        .map(|s| std::ptr::from_ref(&*s.sales))
        .collect();
    assert_eq!(rules.len(), 1, "one rule, once");
    let formats: HashSet<_> = shows
        .iter()
        .map(|s| std::ptr::from_ref(&*s.format))
        .collect();
    assert_eq!(formats.len(), 1, "one format, once");
}

/// The shows that a plain look at every row finds, in order.
fn plain(rows: &Rows, filter: &ShowFilter<'_>) -> Vec<ShowId> {
    let cities: HashMap<CityId, _> = rows.cities.iter().map(|c| (c.id, c)).collect();
    let cinemas: HashMap<CinemaId, _> = rows.cinemas.iter().map(|c| (c.id, c)).collect();
    let screens: HashMap<_, _> = rows.screens.iter().map(|s| (s.id, s.cinema)).collect();
    let fits = |show: &&ShowRow| {
        let cinema = cinemas[&screens[&show.screen]];
        let zone = jiff::tz::TimeZone::get(&cities[&cinema.city].time_zone).expect("a zone");
        let day = |date: Date| {
            let (from, to) = local::day(date, &zone);
            (from..to).contains(&show.starts_at)
        };
        filter.city.is_none_or(|city| cinema.city == city)
            && filter.cinema.is_none_or(|id| cinema.id == id)
            && filter.movie.is_none_or(|movie| show.movie == movie)
            && filter.date.is_none_or(day)
            && show.starts_at >= filter.from
    };
    let mut found: Vec<_> = rows.shows.iter().filter(fits).collect();
    found.sort_by_key(|show| (show.starts_at, show.id));
    found.iter().map(|show| show.id).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn lists_have_what_a_look_at_every_row_finds(
        seed in 0_u64..1_000,
        start in 0..STARTS.len(),
        (cities, cinemas, screens, movies, shows) in (1_usize..6, 1_usize..8, 1_usize..12, 1_usize..9, 0_usize..90),
        city in proptest::option::of(1_u64..7),
        cinema in proptest::option::of(1_u64..9),
        movie in proptest::option::of(1_u64..10),
        day in proptest::option::of(-1_i64..4),
        hours in -30_i64..60,
        limit in 1_usize..9,
    ) {
        let sizes = Sizes { cities, cinemas, screens, movies, shows };
        let now = at(STARTS[start]);
        let rows = made(now, seed, sizes);
        let today = local::wall(now, &jiff::tz::TimeZone::UTC).date();
        let mut filter = ShowFilter {
            city: city.map(CityId),
            cinema: cinema.map(CinemaId),
            movie: movie.map(MovieId),
            date: day.and_then(|days| today.checked_add(jiff::Span::new().days(days)).ok()),
            from: now.plus_ms(hours * 60 * MINUTE_MS),
            limit,
            ..every_show()
        };
        let expected = plain(&rows, &filter);
        let snapshot = Snapshot::of(rows).expect("a snapshot");
        let (mut found, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let page = ShowFilter { cursor: cursor.as_deref(), ..filter };
            let page = snapshot.shows(&page, &|_| None, now).expect("a page");
            prop_assert!(page.items.len() <= limit);
            found.extend(page.items.iter().map(|show| show.id));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        prop_assert_eq!(&found, &expected);
        filter.limit = SHOWS_MAX;
        let page = snapshot.shows(&filter, &|_| None, now).expect("a page");
        prop_assert_eq!(page.items.iter().map(|show| show.id).collect::<Vec<_>>(), expected);
    }
}
