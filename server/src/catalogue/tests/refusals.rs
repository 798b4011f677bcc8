//! Chains that are not taken, and what is said about them.

use houseful_core::time::MINUTE_MS;

use super::{STARTS, Shelf, at, catalogue};
use crate::catalogue::{CatalogueError, Chain, Start, check, demo, rows::Rows};

/// A change of a chain.
type Change = fn(&mut Chain);

/// What is said about the small chain with a change.
fn refused(change: impl FnOnce(&mut Chain)) -> String {
    let mut chain = demo::small(at(STARTS[0])).expect("a chain");
    change(&mut chain);
    let error = check::check(&chain, &Rows::default()).err();
    error.expect("a refusal").to_string()
}

#[test]
fn what_is_named_must_be_there_and_only_once() {
    let missing = |part: &str, kind: &str| {
        format!("{part} names the {kind} `nowhere`, which is not in the chain")
    };
    let nowhere = || "nowhere".to_owned();
    let screen = demo::small(at(STARTS[0])).expect("a chain").screens[0]
        .key
        .clone();
    let show = format!("the show on screen `{screen}` at 2026-11-21T19:42:07.000Z");
    let cinema = "cinema `leeds/the-weft`";
    assert_eq!(
        refused(|c| c.cinemas[0].city = nowhere()),
        missing(cinema, "city")
    );
    let of_screen = format!("screen `{screen}`");
    assert_eq!(
        refused(|c| c.screens[0].cinema = nowhere()),
        missing(&of_screen, "cinema")
    );
    assert_eq!(
        refused(|c| c.screens[0].hall = nowhere()),
        missing(&of_screen, "hall")
    );
    assert_eq!(
        refused(|c| c.shows[0].movie = nowhere()),
        missing(&show, "movie")
    );
    assert_eq!(
        refused(|c| c.shows[0].prices = nowhere()),
        missing(&show, "price card")
    );
    let lost = refused(|c| c.shows[0].screen = nowhere());
    assert!(
        lost.ends_with("names the screen `nowhere`, which is not in the chain"),
        "{lost}"
    );
    let twice = refused(|c| c.movies.push(c.movies[0].clone()));
    assert_eq!(twice, "there are two of the movie `the-ninth-cartographer`");
}

#[test]
fn a_hall_is_refused_with_line_and_column() {
    let hall = refused(|c| drop(c.halls.insert("studio".into(), "name: A\n\nA ooz\n".into())));
    assert!(hall.starts_with("hall `studio`, line 3, column "), "{hall}");
}

#[test]
fn prices_must_be_right_and_there_for_every_seat() {
    let card = refused(|c| {
        for card in c.price_cards.values_mut() {
            card.prices[0].minor = -1;
        }
    });
    assert!(
        card.starts_with("price card `FR`: price -1 for balcony, "),
        "{card}"
    );
    let gap = refused(|c| {
        for card in c.price_cards.values_mut() {
            card.prices.retain(|row| row.category != "standard");
        }
    });
    assert!(
        gap.ends_with("has no price for the category `standard` of its hall"),
        "{gap}"
    );
}

#[test]
fn two_shows_do_not_meet_in_a_room() {
    let meet = refused(|c| {
        let Start::At(first) = c.shows[0].starts else {
            unreachable!("the small chain is told in instants");
        };
        c.shows[2].starts = Start::At(first.plus_ms(30 * MINUTE_MS));
    });
    assert!(
        meet.contains("2026-11-21T20:12:07.000Z begins before the show on"),
        "{meet}"
    );
    let same = refused(|c| c.shows[2].starts = c.shows[0].starts);
    assert!(same.contains("begins before"), "{same}");
}

#[test]
fn a_time_that_the_clock_jumps_over_is_named() {
    for (zone, local) in [
        ("Europe/London", "2026-03-29T01:30"),
        ("Australia/Lord_Howe", "2026-10-04T02:15"),
        ("America/New_York", "2026-03-08T02:30"),
    ] {
        let gap = refused(|c| {
            c.cities[0].time_zone = zone.to_owned();
            c.shows[0].starts = Start::Local(local.parse().expect("a time"));
        });
        let expected = format!("there is no {local} in {zone}, the clock is changed then");
        assert!(gap.ends_with(&expected), "{gap}");
    }
    let zone = refused(|c| c.cities[0].time_zone = "Europe/Atlantis".into());
    assert_eq!(
        zone,
        "city `leeds` is in the time zone `Europe/Atlantis`, which does not exist"
    );
}

#[test]
fn every_value_is_in_its_range() {
    let name = refused(|c| c.cities[0].name = "Le\u{202e}eds".into());
    assert_eq!(
        name,
        "city `leeds`: a name can't contain the character U+202E"
    );
    let genre = refused(|c| c.movies[0].genres[0] = "a\u{1b}[2J".into());
    assert_eq!(
        genre,
        "movie `the-ninth-cartographer`: a name can't contain the character U+001B"
    );
    let changes: [(&str, Change); 16] = [
        ("position 91, 0 is not on", |c| {
            (c.cities[0].latitude, c.cities[0].longitude) = (91.0, 0.0);
        }),
        ("position NaN", |c| c.cinemas[0].latitude = f64::NAN),
        ("country is not two", |c| c.cities[0].country = "gb".into()),
        ("language is not a tag", |c| {
            c.movies[0].language = "English!".into();
        }),
        ("also has more than 64", |c| {
            c.cities[0].also = vec!["x".into(); 65];
        }),
        ("minutes is not between", |c| c.shows[0].minutes = 0),
        ("minutes is not between", |c| c.movies[0].minutes = 1_441),
        ("seats_max is not between", |c| c.shows[0].seats_max = 0),
        ("format is not one of", |c| c.shows[0].format = "4DX".into()),
        ("start is not between", |c| {
            c.shows[0].starts = Start::At(houseful_core::time::UtcMillis(i64::MAX));
        }),
        ("sales has no channel", |c| c.shows[0].sales.hours.clear()),
        ("sales keeps more seats", |c| {
            c.shows[0].sales.counter_reserve = Some(2_000);
        }),
        ("sales has a limit that", |c| {
            let limits = &mut c.shows[0].sales.per_booking;
            limits.insert(houseful_core::price::Channel::Web, 0);
        }),
        ("sales has a pair with a seat", |c| {
            let pair = ["ZZ98", "ZZ99"].map(|s| s.parse().expect("a label"));
            c.shows[0].sales.pairs.push(pair);
        }),
        ("sales has a seat in two pairs", |c| {
            let pair = ["A1", "A1"].map(|s| s.parse().expect("a label"));
            c.shows[0].sales.pairs.push(pair);
        }),
        ("sales close before", |c| {
            for hours in c.shows[0].sales.hours.values_mut() {
                hours.closes_after_ms = -hours.opens_before_ms;
            }
        }),
    ];
    for (expected, change) in changes {
        let told = refused(change);
        assert!(told.contains(expected), "{told}");
    }
}

#[tokio::test]
async fn a_refused_chain_leaves_no_trace_and_a_known_show_stays_as_it_is() {
    let shelf = Shelf::new();
    let catalogue = catalogue(&shelf.folder).await;
    let chain = demo::small(at(STARTS[0])).expect("a chain");
    let mut broken = chain.clone();
    broken.shows[3].movie = "nobody".into();
    let error = catalogue.import(broken).await.expect_err("a refusal");
    assert!(
        matches!(error, CatalogueError::Unknown { kind: "movie", .. }),
        "{error}"
    );
    assert_eq!(super::stored(&catalogue).await, "[][][][][]{}{}");

    catalogue.import(chain.clone()).await.expect("an import");
    let before = super::stored(&catalogue).await;
    let changes: [(&str, Change); 4] = [
        ("movie", |c| c.shows[0].movie = c.movies[5].key.clone()),
        ("end", |c| c.shows[0].minutes += 1),
        ("seat layout", |c| c.screens[0].hall = "snug".into()),
        ("limit of seats", |c| c.shows[0].seats_max = 4),
    ];
    for (field, change) in changes {
        let mut other = chain.clone();
        change(&mut other);
        let error = catalogue.import(other).await.expect_err("a refusal");
        let expected = format!("another {field}; a show can't be changed by an import");
        assert!(error.to_string().ends_with(&expected), "{error}");
    }
    assert_eq!(super::stored(&catalogue).await, before);

    let mut renamed = chain;
    renamed.cinemas[0].name = "The New Weft".into();
    assert!(
        catalogue
            .import(renamed)
            .await
            .expect("an import")
            .is_empty()
    );
    assert_eq!(catalogue.snapshot().rows().cinemas[0].name, "The New Weft");
    assert_eq!(catalogue.snapshot().rows().shows.len(), 4);
}
