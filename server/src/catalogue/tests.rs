//! The demo's chain, taken in by a real database.

use std::collections::{HashMap, HashSet};

use houseful_core::{
    ids::CinemaId,
    time::{MINUTE_MS, UtcMillis},
};

use super::{Catalogue, CatalogueError, MovieFilter, ShowFilter, check, demo, rows::Rows};
use crate::store::sqlite::Database;

fn at(text: &str) -> UtcMillis {
    UtcMillis::parse_rfc3339(text).expect("a time")
}

/// Starts near midnight somewhere, on days of a clock change, and in an ordinary hour.
const STARTS: [&str; 6] = [
    "2026-11-21T19:12:07Z",
    "2026-03-28T23:58:00Z",
    "2026-03-29T00:30:00Z",
    "2026-10-25T00:40:00Z",
    "2026-12-31T23:59:59Z",
    "2027-02-28T03:10:00Z",
];

#[test]
fn every_cinema_has_a_show_within_the_hour_and_no_room_has_two_at_once() {
    for (seed, start) in (0..).zip(STARTS) {
        let now = at(start);
        let chain = demo::chain(now, seed).expect("a chain");
        let rows = check::check(&chain, &Rows::default()).expect(start);
        assert!(
            (600..1_600).contains(&rows.shows.len()),
            "{} shows",
            rows.shows.len()
        );
        let cinema_of: HashMap<_, _> = rows.screens.iter().map(|s| (s.id, s.cinema)).collect();
        let soon = now.plus_ms(60 * MINUTE_MS);
        let next = rows
            .shows
            .iter()
            .filter(|s| s.starts_at > now && s.starts_at < soon);
        let cinemas: HashSet<CinemaId> = next.map(|s| cinema_of[&s.screen]).collect();
        assert_eq!(cinemas.len(), rows.cinemas.len(), "{start}");
    }
}

#[test]
fn the_same_day_and_seed_give_the_same_chain() {
    let now = at(STARTS[0]);
    assert_eq!(demo::chain(now, 3), demo::chain(now, 3));
    assert_ne!(demo::chain(now, 3), demo::chain(now, 4));
}

#[test]
fn a_chain_that_contradicts_itself_is_refused() {
    let now = at(STARTS[0]);
    let refused = |change: fn(&mut super::Chain)| {
        let mut chain = demo::small(now).expect("a chain");
        change(&mut chain);
        check::check(&chain, &Rows::default()).expect_err("a refusal")
    };
    let unknown = refused(|c| c.shows[0].movie = "nobody".into());
    assert!(
        matches!(unknown, CatalogueError::Unknown { kind: "movie", .. }),
        "{unknown}"
    );
    let overlap = refused(|c| c.shows[1].screen = c.shows[2].screen.clone());
    assert!(
        matches!(overlap, CatalogueError::Overlap { .. }),
        "{overlap}"
    );
    let zone = refused(|c| c.cities[0].time_zone = "Europe/Atlantis".into());
    assert!(matches!(zone, CatalogueError::TimeZone { .. }), "{zone}");
    let hall = refused(|c| drop(c.halls.insert("studio".into(), "A o\u{7}o".into())));
    assert!(matches!(hall, CatalogueError::Hall { .. }), "{hall}");
    let gap = refused(|c| {
        c.cities[0].time_zone = "Europe/London".into();
        c.shows[0].starts = super::Start::Local(jiff::civil::datetime(2026, 3, 29, 1, 30, 0, 0));
    });
    assert!(matches!(gap, CatalogueError::NoSuchTime { .. }), "{gap}");
}

async fn catalogue(folder: &std::path::Path) -> Catalogue {
    let db = Database::open(&folder.join("catalogue.db")).expect("a database");
    Catalogue::load(db).await.expect("a catalogue")
}

#[tokio::test]
async fn an_import_can_be_repeated_and_is_there_after_a_restart() {
    let folder = std::env::temp_dir().join(format!("houseful-{}", crate::chance::uuid()));
    std::fs::create_dir(&folder).expect("a folder");
    let (now, chain) = (
        at(STARTS[0]),
        demo::chain(at(STARTS[0]), 1).expect("a chain"),
    );
    let first = catalogue(&folder).await;
    let new = first.import(chain.clone()).await.expect("an import");
    assert_eq!(new.len(), chain.shows.len());
    assert_eq!(first.import(chain).await.expect("the same again").len(), 0);

    let all = ShowFilter {
        city: None,
        cinema: None,
        movie: None,
        date: None,
        from: now,
        limit: 50,
        cursor: None,
    };
    let snapshot = first.snapshot();
    let (mut seen, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let filter = ShowFilter {
            cursor: cursor.as_deref(),
            ..all
        };
        let page = snapshot.shows(&filter, &|_| None, now).expect("a page");
        seen.extend(page.items.iter().map(|s| s.id));
        let Some(next) = page.next else { break };
        cursor = Some(next);
    }
    let ahead = new.iter().filter(|s| s.terms.starts_at >= now).count();
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), ahead);
    assert_eq!(seen.len(), ahead);

    let osaka = snapshot.cities(&super::CityFilter {
        q: Some("osaka"),
        near: None,
    });
    let here = MovieFilter {
        city: Some(osaka[0].id),
        cinema: None,
        date: None,
        q: None,
        from: now,
    };
    let date = jiff::civil::date(2026, 11, 23);
    let tomorrow = MovieFilter {
        date: Some(date),
        ..here
    };
    assert!(!snapshot.movies(&here).is_empty() && !snapshot.movies(&tomorrow).is_empty());
    let filter = ShowFilter {
        city: here.city,
        date: Some(date),
        limit: 500,
        ..all
    };
    let shows = snapshot
        .shows(&filter, &|_| None, now)
        .expect("a page")
        .items;
    assert!(
        !shows.is_empty()
            && shows
                .iter()
                .all(|s| s.starts_local.starts_with("2026-11-23"))
    );
    assert!(!demo::prior_sales(&snapshot, now, 1, 12).is_empty());
    std::fs::remove_dir_all(&folder).expect("the folder goes");
}
