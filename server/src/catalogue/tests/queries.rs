//! What a snapshot answers: days on wall clocks, pages, distances, search.

use houseful_core::{
    ids::{CinemaId, CityId, MovieId, ShowId},
    time::{DAY_MS, MINUTE_MS, UtcMillis},
    wire::catalogue::{Show, ShowStatus},
};
use jiff::civil::Date;

use super::{STARTS, at, every_show, snapshot};
use crate::{
    catalogue::{
        Chain, CityFilter, Kind, MovieFilter, Near, Point, ShowFilter, Snapshot, Start, demo,
        snapshot::CinemaFilter,
    },
    hub::Count,
};

fn unopened(_: ShowId) -> Option<Count> {
    None
}

fn list(snapshot: &Snapshot, filter: &ShowFilter<'_>) -> Vec<Show> {
    let page = snapshot.shows(filter, &unopened, filter.from);
    page.expect("a page").items
}

/// One cinema in this zone with shows at these wall clock times.
fn house_in(zone: &str, starts: &[&str]) -> Snapshot {
    let mut chain = demo::small(at(STARTS[0])).expect("a chain");
    chain.cities[0].time_zone = zone.to_owned();
    let mut show = chain.shows[0].clone();
    show.minutes = 10;
    chain.shows = starts
        .iter()
        .map(|start| {
            show.starts = Start::Local(start.parse().expect("a time"));
            show.clone()
        })
        .collect();
    snapshot(&chain)
}

#[test]
fn a_day_is_what_the_wall_clock_shows() {
    for (zone, days) in [
        ("Europe/London", ["2026-03-28", "2026-03-29", "2026-03-30"]),
        ("Europe/London", ["2026-10-24", "2026-10-25", "2026-10-26"]),
        (
            "Australia/Lord_Howe",
            ["2026-10-03", "2026-10-04", "2026-10-05"],
        ),
        (
            "Australia/Lord_Howe",
            ["2026-04-04", "2026-04-05", "2026-04-06"],
        ),
        (
            "America/New_York",
            ["2026-03-07", "2026-03-08", "2026-03-09"],
        ),
        (
            "America/New_York",
            ["2026-10-31", "2026-11-01", "2026-11-02"],
        ),
    ] {
        let times = ["00:00", "00:30", "03:15", "23:45"];
        let starts: Vec<_> = days
            .iter()
            .flat_map(|day| times.map(|time| format!("{day}T{time}")))
            .collect();
        let starts: Vec<_> = starts.iter().map(String::as_str).collect();
        let snapshot = house_in(zone, &starts);
        for day in days {
            let date: Date = day.parse().expect("a date");
            let filter = ShowFilter {
                date: Some(date),
                ..every_show()
            };
            let found = list(&snapshot, &filter);
            let local: Vec<_> = found.iter().map(|s| s.starts_local.as_str()).collect();
            assert_eq!(local, times.map(|time| format!("{day}T{time}")), "{zone}");
            let movies = snapshot.movies(&MovieFilter {
                city: None,
                cinema: None,
                date: Some(date),
                q: None,
                kind: Kind::default(),
                from: UtcMillis(0),
            });
            assert_eq!(movies[0].shows, 4, "{day} in {zone}");
        }
    }
}

#[test]
fn a_filter_gives_what_looking_at_every_show_gives() {
    let now = at(STARTS[0]);
    let snapshot = snapshot(&demo::chain(now, 5).expect("a chain"));
    let whole = whole_list(&snapshot, &every_show());
    let cities = [None, Some(CityId(1)), Some(CityId(4)), Some(CityId(99))];
    let cinemas = [None, Some(CinemaId(2)), Some(CinemaId(8))];
    let movies = [None, Some(MovieId(1)), Some(MovieId(17)), Some(MovieId(99))];
    let dates = [
        None,
        Some("2026-11-22"),
        Some("2026-11-27"),
        Some("2030-01-01"),
    ];
    let mut found_some = 0;
    for city in cities {
        for cinema in cinemas {
            for movie in movies {
                for date in dates {
                    let filter = ShowFilter {
                        city,
                        cinema,
                        movie,
                        date: date.map(|d| d.parse().expect("a date")),
                        from: now.plus_ms(DAY_MS),
                        ..every_show()
                    };
                    let here = |c: CinemaId| snapshot.cinema(c).map(|c| c.city);
                    let naive = whole.iter().filter(|s| {
                        s.starts_at.0 >= filter.from
                            && cinema.is_none_or(|c| s.cinema == c)
                            && city.is_none_or(|c| here(s.cinema) == Some(c))
                            && movie.is_none_or(|m| s.movie == m)
                            && date.is_none_or(|d| s.starts_local.starts_with(d))
                    });
                    let naive: Vec<ShowId> = naive.map(|s| s.id).collect();
                    found_some += usize::from(!naive.is_empty());
                    let found = whole_list(&snapshot, &filter);
                    let found: Vec<ShowId> = found.iter().map(|s| s.id).collect();
                    assert_eq!(found, naive, "{filter:?}");
                }
            }
        }
    }
    assert!(found_some > 20, "{found_some}");
}

/// All pages of a list.
fn whole_list(snapshot: &Snapshot, filter: &ShowFilter<'_>) -> Vec<Show> {
    let (mut all, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let cursor_now = cursor.clone();
        let filter = ShowFilter {
            cursor: cursor_now.as_deref(),
            ..*filter
        };
        let page = snapshot.shows(&filter, &unopened, filter.from);
        let page = page.expect("a page");
        assert!(page.items.len() <= filter.limit);
        all.extend(page.items);
        match page.next {
            Some(next) => cursor = Some(next),
            None => return all,
        }
    }
}

#[test]
fn pages_neither_repeat_nor_skip_while_time_goes_on_and_shows_are_added() {
    let now = at(STARTS[0]);
    let chain = demo::chain(now, 2).expect("a chain");
    let before = snapshot(&chain);
    let whole = whole_list(&before, &every_show());
    for limit in [1, 7, 100, 499] {
        let filter = ShowFilter {
            limit,
            ..every_show()
        };
        assert_eq!(whole_list(&before, &filter), whole, "{limit} on a page");
    }
    // The first page is read, half of its shows begin, some are added at the end, and on we go.
    let filter = ShowFilter {
        limit: 50,
        ..every_show()
    };
    let first = before.shows(&filter, &unopened, now).expect("a page");
    let mut more = chain;
    let last = more.shows.iter().max_by_key(|s| match s.starts {
        Start::At(at) => at,
        Start::Local(_) => UtcMillis(0),
    });
    let mut added = last.expect("a show").clone();
    added.starts = Start::At(whole[whole.len() - 1].ends_at.0.plus_ms(DAY_MS));
    more.shows.push(added);
    let after = snapshot(&more);
    let filter = ShowFilter {
        cursor: first.next.as_deref(),
        from: first.items[25].starts_at.0,
        limit: 50,
        ..every_show()
    };
    let second = after
        .shows(&filter, &unopened, filter.from)
        .expect("a page");
    assert_eq!(second.items, whole[50..100]);
    for bad in [
        "",
        ".",
        "12",
        "12.",
        "x.1",
        "1.x",
        "1.-1",
        "12.3.4",
        "99999999999999999999.1",
    ] {
        let filter = ShowFilter {
            cursor: Some(bad),
            ..every_show()
        };
        assert!(after.shows(&filter, &unopened, now).is_err(), "{bad}");
    }
}

#[test]
fn the_nearest_come_first_with_their_distance() {
    let snapshot = snapshot(&demo::chain(at(STARTS[0]), 1).expect("a chain"));
    let bradford = Point::new(53.7938, -1.7564).expect("a point");
    let near = |within_km| {
        Some(Near {
            point: bradford,
            within_km,
        })
    };
    let filter = CityFilter {
        country: None,
        q: None,
        near: near(None),
    };
    let cities: Vec<_> = snapshot
        .cities(&filter)
        .into_iter()
        .map(|c| (c.name, c.distance_km.expect("a distance")))
        .collect();
    let names: Vec<_> = cities.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Leeds", "Lyon", "Kraków", "Osaka"]);
    assert!((cities[0].1 - 13.7).abs() < 0.2, "{}", cities[0].1);
    assert_eq!((cities[0].1 * 10.0).fract(), 0.0, "a tenth of a kilometre");
    let cinemas = |within_km| {
        snapshot.cinemas(&CinemaFilter {
            city: None,
            country: None,
            q: None,
            near: near(within_km),
        })
    };
    let around = cinemas(Some(20.0));
    assert_eq!(around.len(), 3);
    assert!(around.iter().all(|c| c.city_name == "Leeds"));
    assert!(around.is_sorted_by_key(|c| c.distance_km));
    assert_eq!((cinemas(Some(5.0)).len(), cinemas(None).len()), (0, 8));
}

#[test]
fn movies_of_a_city_and_day_are_those_of_its_shows() {
    let now = at(STARTS[0]);
    let snapshot = snapshot(&demo::chain(now, 9).expect("a chain"));
    for city in (1..=4).map(CityId) {
        let mut days = 0;
        for date in ["2026-11-21", "2026-11-22", "2026-11-24", "2026-11-26"] {
            let date: Date = date.parse().expect("a date");
            let movies = snapshot.movies(&MovieFilter {
                city: Some(city),
                cinema: None,
                date: Some(date),
                q: None,
                kind: Kind::default(),
                from: now,
            });
            let shows = list(
                &snapshot,
                &ShowFilter {
                    city: Some(city),
                    date: Some(date),
                    from: now,
                    ..every_show()
                },
            );
            for movie in &movies {
                let of_it = shows.iter().filter(|s| s.movie == movie.id).count();
                assert_eq!(movie.shows as usize, of_it, "{}", movie.title);
            }
            let counted: u32 = movies.iter().map(|m| m.shows).sum();
            assert_eq!(counted as usize, shows.len());
            assert!(movies.is_sorted_by(|a, b| a.shows >= b.shows));
            days += usize::from(!movies.is_empty());
        }
        assert!(days >= 3, "{city}");
    }
}

#[test]
fn a_show_closes_with_its_last_channel_and_knows_its_seats_before_it_is_opened() {
    let now = at("2026-11-21T19:00:00Z");
    let snapshot = snapshot(&demo::small(now).expect("a chain"));
    let filter = ShowFilter {
        from: now,
        ..every_show()
    };
    let show = list(&snapshot, &filter).remove(0);
    assert_eq!(show.starts_local, "2026-11-21T19:30");
    let layout = snapshot.layout(show.id).expect("a layout");
    let blocked = layout.seats().filter(|(_, s)| s.blocked.is_some()).count();
    assert!(blocked > 0, "the hall keeps no seat back");
    assert_eq!(show.total as usize, layout.len());
    assert_eq!(show.free as usize, layout.len() - blocked);
    let status = |ms, of: ShowStatus| {
        let count = Count {
            free: 3,
            total: 9,
            status: of,
        };
        let at = show.starts_at.0.plus_ms(ms);
        let view = snapshot.show(show.id, &|_| Some(count), at);
        let view = view.expect("a show");
        assert_eq!((view.free, view.total), (3, 9));
        view.status
    };
    let late = 15 * MINUTE_MS;
    assert_eq!(show.sales_close_at.0, show.starts_at.0.plus_ms(late));
    assert_eq!(status(late - 1, ShowStatus::OnSale), ShowStatus::OnSale);
    assert_eq!(status(late, ShowStatus::OnSale), ShowStatus::Closed);
    assert_eq!(status(late, ShowStatus::Paused), ShowStatus::Closed);
    assert_eq!(status(late, ShowStatus::Cancelled), ShowStatus::Cancelled);
    let detail = snapshot.show_detail(show.id, &unopened, now);
    let detail = detail.expect("a show");
    let categories = layout.categories().len();
    assert_eq!(detail.prices.len(), categories * detail.ticket_types.len());
    let adult = detail.prices.iter().filter(|p| p.ticket_type == "adult");
    assert_eq!(
        adult.map(|p| p.price.minor).min(),
        Some(show.price_from.minor)
    );
    let unknown = ShowId(9_999);
    assert!(snapshot.show(unknown, &unopened, now).is_none());
    assert!(snapshot.layout(unknown).is_none() && snapshot.terms(unknown).is_none());
}

/// What people type, and the name that must come first.
const SEARCHES: [(&str, &str); 28] = [
    ("leeds", "Leeds"),
    ("LEED", "Leeds"),
    ("leedz", "Leeds"),
    ("krakow", "Kraków"),
    ("cracow", "Kraków"),
    ("cracovie", "Kraków"),
    ("大阪", "Osaka"),
    ("oska", "Osaka"),
    ("lugdunum", "Lyon"),
    ("weft", "The Weft"),
    ("headingley", "Tawny Headingley"),
    ("headingly", "Tawny Headingley"),
    ("peniche", "La Péniche"),
    ("grand canut", "Le Grand Canut"),
    ("梅田", "ふくろう座 梅田"),
    ("ふくろう", "ふくろう座 梅田"),
    ("puszczykiem", "Kino Pod Puszczykiem"),
    ("ninth cart", "The Ninth Cartographer"),
    ("neuvieme", "The Ninth Cartographer"),
    ("turnip", "Captain Turnip and the Moon Dairy"),
    ("カラクリ猫", "からくり猫と百の夜"),
    ("clockwork cat", "からくり猫と百の夜"),
    ("szosty tramwaj", "Szósty tramwaj"),
    (
        "goat film",
        "The Long and Entirely Truthful History of the Clockmakers of Upper Wharfedale, Told by the Goat Who Wound Them All",
    ),
    ("aqueduct salt", "Salt Over the Aqueduct"),
    ("τελευταιο", "Το τελευταίο καΐκι"),
    ("polyn", "Полин і мідь"),
    ("kelp horzion", "Kelp Horizon"),
];

#[test]
fn a_search_finds_first_what_was_meant() {
    let now = at(STARTS[0]);
    let snapshot = snapshot(&demo::chain(now, 1).expect("a chain"));
    for (query, expected) in SEARCHES {
        let found = snapshot.search(query, None, &unopened, now);
        let firsts = [
            found.cities.first().map(|c| c.name.as_str()),
            found.cinemas.first().map(|c| c.name.as_str()),
            found.movies.first().map(|m| m.title.as_str()),
        ];
        assert!(firsts.contains(&Some(expected)), "{query}: {firsts:?}");
        let of_these = |s: &Show| {
            found.movies.iter().any(|m| m.id == s.movie)
                || found.cinemas.iter().any(|c| c.id == s.cinema)
        };
        assert!(found.shows.iter().all(of_these), "{query}");
        assert!(found.shows.iter().all(|s| s.starts_at.0 >= now), "{query}");
        let any = !found.movies.is_empty() || !found.cinemas.is_empty();
        assert_eq!(!found.shows.is_empty(), any, "{query}");
    }
    for nothing in ["", "   ", "zzzz", "leeds osaka", "\u{202e}"] {
        let found = snapshot.search(nothing, None, &unopened, now);
        assert_eq!(
            found,
            houseful_core::wire::catalogue::Found::default(),
            "{nothing}"
        );
    }
}

#[test]
fn a_search_in_a_city_finds_nothing_elsewhere() {
    let now = at(STARTS[0]);
    let snapshot = snapshot(&demo::chain(now, 1).expect("a chain"));
    let osaka = snapshot.cities(&CityFilter {
        country: None,
        q: Some("osaka"),
        near: None,
    });
    let osaka = osaka[0].id;
    let found = snapshot.search("ninth", Some(osaka), &unopened, now);
    assert_eq!(found.movies.len(), 1);
    assert!(!found.shows.is_empty());
    assert!(found.shows.iter().all(|s| s.city_name == "Osaka"));
    let here = found.movies[0].shows;
    let everywhere = snapshot.search("ninth", None, &unopened, now).movies[0].shows;
    assert!(0 < here && here < everywhere);
    assert!(
        snapshot
            .search("weft", Some(osaka), &unopened, now)
            .cinemas
            .is_empty()
    );
    // Shown in Poland, Britain and France alone.
    assert!(
        snapshot
            .search("tramwaj", Some(osaka), &unopened, now)
            .movies
            .is_empty()
    );
}

#[test]
fn an_empty_catalogue_answers_everything() {
    let snapshot = snapshot(&Chain::default());
    let now = at(STARTS[0]);
    assert!(list(&snapshot, &every_show()).is_empty());
    assert!(snapshot.cities(&CityFilter::default()).is_empty());
    let found = snapshot.search("leeds", Some(CityId(1)), &unopened, now);
    assert!(found.cities.is_empty() && found.shows.is_empty());
}
