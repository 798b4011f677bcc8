use houseful_core::{ids::PaymentId, message::Tender, money::Money};

use super::*;

fn ask(ver: u64) -> Settle {
    Settle {
        payment: PaymentId(uuid::Uuid::nil()),
        booking: "bkg_1_0192f0c1a2b34c5d8e6f708192a3b4c5"
            .parse()
            .expect("an id"),
        amount: Money::new(1, "GBP".parse().expect("a currency")),
        tender: Tender::Card,
        keep_minor: 1,
        ver,
        reopened_at: None,
    }
}

/// The versions that arrive of 1,000 that are sent.
fn carried(weather: Weather) -> Vec<u64> {
    let (bus, _news, mut asks) = LocalBus::in_weather(weather);
    for ver in 0..1_000 {
        bus.settle(ask(ver));
    }
    drop(bus);
    std::iter::from_fn(|| asks.try_recv().ok().map(|a| a.ver)).collect()
}

#[test]
fn in_calm_weather_all_arrives_in_order() {
    assert_eq!(carried(Weather::default()), (0..1_000).collect::<Vec<_>>());
}

#[test]
fn bad_weather_loses_repeats_and_shuffles_its_share() {
    let some = |lose, repeat, shuffle| {
        carried(Weather {
            lose,
            repeat,
            shuffle,
            seed: 42,
        })
    };
    let lost = 1_000 - some(300, 0, 0).len();
    assert!((240..360).contains(&lost), "{lost}");
    let repeated = some(0, 300, 0).len() - 1_000;
    assert!((240..360).contains(&repeated), "{repeated}");
    let shuffled = some(0, 0, 300);
    assert!(!shuffled.is_sorted());
    // Only what is kept back when nothing follows is missing.
    let mut sorted = shuffled.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, (0..shuffled.len() as u64).collect::<Vec<_>>());
}

#[test]
fn the_same_seed_is_the_same_day() {
    let day = |seed| {
        carried(Weather {
            lose: 100,
            repeat: 100,
            shuffle: 100,
            seed,
        })
    };
    assert_eq!(day(1), day(1));
    assert_ne!(day(1), day(2));
}

#[test]
fn what_does_not_fit_is_dropped_and_nobody_waits() {
    let (bus, _news, mut asks) = LocalBus::new();
    for ver in 0..QUEUE as u64 + 100 {
        bus.settle(ask(ver));
    }
    let arrived = std::iter::from_fn(|| asks.try_recv().ok()).count();
    assert_eq!(arrived, QUEUE);
}
