//! Many sales of every kind while the carrier loses, repeats and shuffles.

use houseful_core::{
    show::Ask,
    time::UtcMillis,
    wire::{admin::CardDial, booking::BookingState},
};
use houseful_server::{bus::local::Weather, clock::ClockKind};
use houseful_tests::{folder::Folder, made_up};

use super::{
    APPROVES, AT_ONCE, DECLINES, LATE, REFUSES_CAPTURE, SLOW, TIMES_OUT_CHARGED,
    TIMES_OUT_UNCHARGED, house::House,
};

/// One bad day: in the end nothing is open, and what was kept is what the tickets cost.
async fn bad_weather(seed: u64, clock: ClockKind) {
    let folder = Folder::new();
    let weather = Weather {
        lose: 300,
        repeat: 300,
        shuffle: 300,
        seed,
    };
    let house = House::open_with(&folder, weather, clock, UtcMillis(0)).await;
    house.payments.set_dial(CardDial {
        refund_fails: 500,
        ..CardDial::default()
    });
    let cards = [
        APPROVES,
        DECLINES,
        SLOW,
        TIMES_OUT_CHARGED,
        TIMES_OUT_UNCHARGED,
        LATE,
        AT_ONCE,
        REFUSES_CAPTURE,
    ];
    let mut bookings = Vec::new();
    for (i, card) in cards.iter().cycle().take(24).enumerate() {
        let booking = house.hold(1, &format!("customer {i}")).await;
        house.begin(booking, card).await;
        if i % 5 == 0 {
            house.begin(booking, AT_ONCE).await;
        }
        if i % 7 == 0 {
            let release = Ask::Release {
                booking: booking.uuid,
            };
            // It may be paid for by now, which is as good.
            let _ = house
                .ask(release, made_up::customer(&format!("customer {i}")))
                .await;
        }
        bookings.push(booking);
    }
    house.comes_to_rest().await;
    let mut confirmed = 0;
    for booking in bookings {
        confirmed += usize::from(house.booking(booking).await.state == BookingState::Confirmed);
    }
    assert!((6..24).contains(&confirmed), "{confirmed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_weather_changes_nothing_in_the_end() {
    let manual = ClockKind::Manual;
    tokio::join!(
        bad_weather(1, manual),
        bad_weather(2, manual),
        bad_weather(3, manual)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_runs_fast_changes_nothing_either() {
    bad_weather(4, ClockKind::Fast(100)).await;
}
