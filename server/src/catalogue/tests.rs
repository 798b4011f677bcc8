//! The demo's chain, checked, and taken in by a real database.

mod discovery;
mod huge;
mod prices;
mod queries;
mod refusals;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use houseful_core::{
    ids::{CinemaId, ShowId},
    layout::SeatLayout,
    price::Channel,
    time::{DAY_MS, MINUTE_MS, UtcMillis},
};

use super::{
    Catalogue, Chain, Kind, MovieFilter, SHOWS_MAX, ShowFilter, Snapshot, SqliteCatalogue, check,
    demo, rows::Rows,
};
use crate::store::sqlite::Database;

fn at(text: &str) -> UtcMillis {
    UtcMillis::parse_rfc3339(text).expect("a time")
}

/// A snapshot of a chain, without a database.
fn snapshot(chain: &Chain) -> Snapshot {
    let rows = check::check(chain, &Rows::default());
    Snapshot::of(rows.expect("a chain that is right")).expect("a snapshot")
}

/// Every show there is, on large pages.
fn every_show() -> ShowFilter<'static> {
    ShowFilter {
        city: None,
        cinema: None,
        movie: None,
        date: None,
        kind: Kind::default(),
        from: UtcMillis(0),
        limit: SHOWS_MAX,
        cursor: None,
    }
}

/// Starts near midnight somewhere, on days of a clock change, and in an ordinary hour.
const STARTS: [&str; 9] = [
    "2026-11-21T19:12:07Z",
    "2026-03-28T23:58:00Z",
    "2026-03-29T00:30:00Z",
    "2026-03-29T01:00:00Z",
    "2026-10-25T00:40:00Z",
    "2026-10-24T14:59:59Z",
    "2026-12-31T23:59:59Z",
    "2027-02-28T03:10:00Z",
    "2028-02-28T22:45:00Z",
];

#[test]
fn every_cinema_has_a_show_within_the_hour_and_every_room_is_cleaned() {
    for (seed, start) in (0..).zip(STARTS) {
        let now = at(start);
        let chain = demo::chain(now, seed).expect("a chain");
        let rows = check::check(&chain, &Rows::default()).expect(start);
        let count = rows.shows.len();
        assert!((700..1_300).contains(&count), "{start}: {count} shows");
        let cinema_of: HashMap<_, _> = rows.screens.iter().map(|s| (s.id, s.cinema)).collect();
        let soon = now.plus_ms(60 * MINUTE_MS);
        let next = rows
            .shows
            .iter()
            .filter(|s| s.starts_at > now && s.starts_at < soon);
        let on_sale = next.filter(|s| {
            let windows = s.sales.windows(s.starts_at);
            let open = |c| windows[&c].opens_at <= now && now < windows[&c].closes_at;
            Channel::ALL.into_iter().all(open)
        });
        let cinemas: HashSet<CinemaId> = on_sale.map(|s| cinema_of[&s.screen]).collect();
        assert_eq!(cinemas.len(), rows.cinemas.len(), "{start}");
        let mut free_at = HashMap::new();
        for show in &rows.shows {
            let free = free_at.insert(show.screen, show.ends_at.plus_ms(20 * MINUTE_MS));
            assert!(
                free.is_none_or(|free| free <= show.starts_at),
                "{start}: {show:?}"
            );
            assert!(show.starts_at.0 % (5 * MINUTE_MS) == 0, "{start}: {show:?}");
        }
    }
}

#[test]
fn the_demo_plays_in_opening_hours_all_week() {
    for (seed, start) in (0..).zip(STARTS).step_by(4) {
        let now = at(start);
        let chain = demo::chain(now, seed).expect("a chain");
        let snapshot = snapshot(&chain);
        let mut odd: BTreeMap<_, usize> = BTreeMap::new();
        let mut days: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for show in &snapshot.rows().shows {
            let view = snapshot.show(show.id, &|_| None, now).expect("a show");
            let (day, time) = view.starts_local.split_once('T').expect("a time");
            let usual = ("10:15"..="22:45").contains(&time);
            *odd.entry(view.cinema).or_default() += usize::from(!usual);
            days.entry(view.cinema).or_default().insert(day.to_owned());
        }
        // The one that was put in so that something begins soon.
        assert!(odd.values().all(|odd| *odd <= 1), "{start}: {odd:?}");
        assert!(
            days.values().all(|days| days.len() >= 6),
            "{start}: {days:?}"
        );
        // What is popular is shown more often.
        let filter = MovieFilter {
            city: None,
            cinema: None,
            date: None,
            q: None,
            kind: Kind::default(),
            from: now,
        };
        let movies = snapshot.movies(&filter);
        assert!(movies.len() >= 15, "{start}: {} movies", movies.len());
        let place = |title| movies.iter().position(|m| m.title == title);
        assert!(
            place("The Ninth Cartographer") < place("Το τελευταίο καΐκι"),
            "{start}"
        );
    }
}

#[test]
fn every_seat_of_the_demo_has_a_price_for_everybody() {
    let chain = demo::chain(at(STARTS[0]), 1).expect("a chain");
    let halls: BTreeMap<_, _> = chain.screens.iter().map(|s| (&s.key, &s.hall)).collect();
    let sold: BTreeSet<_> = chain
        .shows
        .iter()
        .map(|s| (halls[&s.screen], &s.prices))
        .collect();
    assert!(sold.len() > 13);
    for (hall, card) in sold {
        let layout = SeatLayout::parse(&chain.halls[hall]).expect(hall);
        let card = &chain.price_cards[card];
        for category in layout.categories() {
            for kind in &card.ticket_types {
                let price = card.price_minor(&category.code, &kind.code);
                assert!(price > Some(0), "{hall}, {}, {}", category.code, kind.code);
            }
        }
    }
}

#[test]
fn the_same_day_and_seed_give_the_same_chain() {
    let now = at(STARTS[0]);
    assert_eq!(demo::chain(now, 3), demo::chain(now, 3));
    assert_ne!(demo::chain(now, 3), demo::chain(now, 4));
}

async fn catalogue(folder: &std::path::Path) -> Catalogue {
    let db = Database::open(&folder.join("catalogue.db")).expect("a database");
    let store = std::sync::Arc::new(SqliteCatalogue::new(db));
    Catalogue::load(store).await.expect("a catalogue")
}

#[tokio::test]
async fn an_import_can_be_repeated_and_is_there_after_a_restart() {
    let shelf = Shelf::new();
    let (now, chain) = (
        at(STARTS[0]),
        demo::chain(at(STARTS[0]), 1).expect("a chain"),
    );
    let first = catalogue(&shelf.folder).await;
    let new = first.import(chain.clone()).await.expect("an import");
    assert_eq!(new.len(), chain.shows.len());
    assert_eq!(first.import(chain).await.expect("the same again").len(), 0);

    let all = ShowFilter {
        from: now,
        limit: 50,
        ..every_show()
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
    let starts_at = |show: &ShowId| snapshot.terms(*show).expect("terms").starts_at;
    let ahead = new.iter().filter(|show| starts_at(show) >= now).count();
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), ahead);
    assert_eq!(seen.len(), ahead);

    let osaka = snapshot.cities(&super::CityFilter {
        country: None,
        q: Some("osaka"),
        near: None,
    });
    let here = MovieFilter {
        city: Some(osaka[0].id),
        cinema: None,
        date: None,
        q: None,
        kind: Kind::default(),
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
}

/// All that is stored, in words.
async fn stored(catalogue: &Catalogue) -> String {
    let rows = catalogue.store.read().await.expect("rows").rows;
    let layouts: BTreeSet<_> = rows.layouts.keys().collect();
    let prices: BTreeSet<_> = rows.prices.keys().collect();
    let (cities, cinemas, screens) = (&rows.cities, &rows.cinemas, &rows.screens);
    let (movies, shows) = (&rows.movies, &rows.shows);
    format!("{cities:?}{cinemas:?}{screens:?}{movies:?}{shows:?}{layouts:?}{prices:?}")
}

/// A catalogue on a file of its own that goes when the test is over.
struct Shelf {
    folder: std::path::PathBuf,
}

impl Shelf {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("houseful-{}", crate::chance::uuid()));
        std::fs::create_dir(&folder).expect("a folder");
        Self { folder }
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        // A folder that stays behind fails no test.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[tokio::test]
async fn a_file_that_is_opened_again_keeps_its_shows_and_gets_the_days_that_are_new() {
    let shelf = Shelf::new();
    let catalogue = catalogue(&shelf.folder).await;
    let start = at("2026-11-21T19:12:07Z");
    let first = demo::chain(start, 1).expect("a chain");
    let mut total = catalogue
        .import(first.clone())
        .await
        .expect("an import")
        .len();
    let (before, terms) = (stored(&catalogue).await, catalogue.snapshot());
    assert!(
        catalogue
            .import(first)
            .await
            .expect("the same again")
            .is_empty()
    );
    assert_eq!(stored(&catalogue).await, before);

    for hours in [0, 1, 9, 20, 30, 200] {
        let now = start.plus_ms(hours * 60 * MINUTE_MS);
        let more = demo::more(now, 1, &catalogue.snapshot()).expect("a chain");
        let new = catalogue.import(more).await.expect("an import");
        assert_eq!(
            new.is_empty(),
            hours == 0,
            "after {hours} hours: {}",
            new.len()
        );
        total += new.len();
        let again = demo::more(now, 1, &catalogue.snapshot()).expect("a chain");
        assert_eq!(again.shows, [], "after {hours} hours");
        let snapshot = catalogue.snapshot();
        let week = snapshot.rows().shows.iter().filter(|s| s.starts_at > now);
        let (first_at, last_at) = (now.plus_ms(60 * MINUTE_MS), now.plus_ms(5 * DAY_MS));
        let starts: Vec<_> = week.map(|s| s.starts_at).collect();
        assert!(starts[0] < first_at && starts[starts.len() - 1] > last_at);
    }
    let after = catalogue.snapshot();
    assert_eq!(after.rows().shows.len(), total);
    for show in &terms.rows().shows {
        assert_eq!(after.terms(show.id), terms.terms(show.id), "a show changed");
    }
}

#[tokio::test]
async fn imports_at_the_same_time_give_no_id_twice() {
    let shelf = Shelf::new();
    let catalogue = catalogue(&shelf.folder).await;
    let now = at(STARTS[0]);
    let (one, mut other) = (demo::small(now), demo::small(now).expect("a chain"));
    for show in &mut other.shows {
        show.starts = super::Start::At(now.plus_ms(9 * DAY_MS));
        show.screen = other.screens[other.screens.len() - 1].key.clone();
    }
    other.shows.truncate(1);
    let one = one.expect("a chain");
    let (first, second) = tokio::join!(catalogue.import(one), catalogue.import(other));
    let (first, second) = (first.expect("an import"), second.expect("an import"));
    let ids: HashSet<_> = first.iter().chain(&second).copied().collect();
    assert_eq!((first.len(), second.len(), ids.len()), (4, 1, 5));
    assert_eq!(catalogue.snapshot().rows().shows.len(), 5);
}
