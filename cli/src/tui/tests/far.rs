//! A till that sells for cinemas in several countries.

use houseful_core::{ids::CinemaId, time::UtcMillis, wire::Time};

use super::house::{START, Till};
use crate::tui::msg::Msg;

/// Where a show is: cinema, screen, zone, local start, minutes from now, currency.
type Place = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    i64,
    &'static str,
);

const PLACES: [Place; 5] = [
    (
        "The Weft",
        "Screen 1",
        "Europe/London",
        "2026-11-21T19:15",
        3,
        "GBP",
    ),
    (
        "Tawny Headingley",
        "The Parlour",
        "Europe/London",
        "2026-11-21T19:30",
        18,
        "GBP",
    ),
    (
        "Le Grand Canut",
        "Le Boudoir",
        "Europe/Paris",
        "2026-11-21T20:40",
        28,
        "EUR",
    ),
    (
        "Kino Pod Puszczykiem",
        "Sala Latarni",
        "Europe/Warsaw",
        "2026-11-21T21:00",
        48,
        "PLN",
    ),
    (
        "ふくろう座 梅田",
        "スクリーン1",
        "Asia/Tokyo",
        "2026-11-22T05:15",
        63,
        "JPY",
    ),
];

/// A till on its first view, for all of them.
pub(super) fn chain() -> Till {
    let mut till = Till::unstarted(super::house::GRAND);
    till.model.home.cinema = None;
    for (show, (n, place)) in till.shows.iter_mut().zip((1..).zip(PLACES)) {
        let (cinema, screen, zone, local, minutes, currency) = place;
        show.cinema = CinemaId(n);
        show.cinema_name = cinema.into();
        show.screen_name = screen.into();
        show.time_zone = zone.into();
        show.starts_local = local.into();
        let starts: UtcMillis = START.plus_ms(minutes * 60_000);
        show.starts_at = Time(starts);
        show.price_from.currency = currency.parse().expect("a currency");
    }
    till.send(Msg::Resized(80, 24));
    till.send(Msg::Started(Vec::new()));
    till
}

#[test]
fn no_screen_is_cut_and_every_time_has_its_zone() {
    let till = chain();
    let lines = till.lines(80, 24);
    let screen = lines.join("\n");
    for ((_, name, _, local, _, _), zone) in PLACES.iter().zip(["GMT", "GMT", "CET", "CET", "JST"])
    {
        let time = format!("{} {zone}", &local[11..]);
        let line = lines.iter().find(|line| line.contains(&time));
        let line = line.unwrap_or_else(|| panic!("no {time}:\n{screen}"));
        assert!(line.contains(name), "{name} is cut:\n{screen}");
    }
    assert!(screen.contains("Sun 05:15 JST"), "{screen}");
    assert!(lines[0].ends_with("19:12 GMT"), "{screen}");
}

#[test]
fn a_price_of_several_currencies_says_which() {
    let mut till = chain();
    let bare = |line: &String| line.contains(" 9.50") && !line.contains("GBP 9.50");
    assert!(!till.lines(80, 24).iter().any(bare), "{}", till.screen());
    till.press("jjj");
    let screen = till.screen();
    assert!(
        screen.contains("Kino Pod Puszczykiem, Sala Latarni  from PLN 9.50"),
        "{screen}"
    );
    assert!(till.lines(120, 40).join("\n").contains("PLN 9.50"));
}
