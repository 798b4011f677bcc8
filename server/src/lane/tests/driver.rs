//! The lane as it runs, on a real store.

use std::{path::PathBuf, sync::Arc, time::Duration};

use houseful_core::{
    expiry::HOLD_MS,
    ids::ShowId,
    show::{Ask, Command},
    time::UtcMillis,
};
use uuid::Uuid;

use super::{
    NOW, SHOW,
    people::{Dice, command, hold, terms},
};
use crate::{
    bus::local::{LocalBus, Weather},
    chance,
    clock::{Clock, ClockKind},
    hub::Hub,
    lane::{Lane, LaneError, Plans, ROOM, work::Work},
    store::sqlite::{Database, SqliteStore},
};

/// A lane on a file of its own, with one show that is open.
struct House {
    lane: Lane,
    hub: Hub,
    clock: Clock,
    folder: PathBuf,
}

impl House {
    async fn open() -> Self {
        let folder = std::env::temp_dir().join(format!("houseful-lane-{}", chance::uuid()));
        std::fs::create_dir(&folder).expect("a folder");
        let db = Database::open(&folder.join("cinema.db")).expect("a file");
        let (bus, _, _) = LocalBus::in_weather(Weather::default());
        let (hub, clock) = (Hub::new(), Clock::start_at(ClockKind::Manual, NOW));
        let store = Arc::new(SqliteStore::new(db));
        let bus = Arc::new(bus);
        let lane = Lane::start(store, bus, hub.clone(), clock.clone(), Plans::none());
        let house = Self {
            lane,
            hub,
            clock,
            folder,
        };
        house.does(1, Ask::Open(Arc::clone(terms()))).await;
        house
    }

    async fn does(&self, seed: u64, ask: Ask) {
        let answer = self.lane.ask(SHOW, asked(seed, ask)).await;
        assert!(answer.expect("granted").fresh);
    }

    fn free(&self, now: UtcMillis) -> u32 {
        self.hub.count(SHOW, now).expect("a show").free
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn asked(seed: u64, ask: Ask) -> Command {
    command(&mut Dice(seed), ask)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_in_the_lane_leaves_nobody_waiting_and_every_show_as_it_was() {
    let house = House::open().await;
    house.does(2, hold(Uuid::from_u128(1), "A1")).await;
    let mistake = Work::Look {
        look: Box::new(|_| panic!("a mistake on purpose")),
        within: Duration::ZERO,
    };
    // Another show is being loaded by the machine that breaks.
    let elsewhere = house.lane.read(ShowId(2), |_, _, _| ());
    let broke = async {
        house.lane.submit(SHOW, mistake).expect("taken");
        house.lane.read(SHOW, |state, _, _| state.ver()).await
    };
    let (elsewhere, after) = tokio::join!(elsewhere, broke);
    assert!(matches!(
        elsewhere,
        Err(LaneError::NoSuchShow | LaneError::Busy)
    ));
    assert!(matches!(after, Ok(2) | Err(LaneError::Busy)), "{after:?}");
    house.does(3, hold(Uuid::from_u128(2), "A3")).await;
    let held = house
        .lane
        .read(SHOW, |state, _, _| state.bookings().count());
    assert_eq!(held.await, Ok(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_and_breaks_down_is_told_and_nobody_else_notices() {
    let house = House::open().await;
    let look = house
        .lane
        .read(SHOW, |_, _, _| panic!("a mistake on purpose"));
    assert_eq!(look.await, Err::<(), _>(LaneError::Busy));
    house.does(2, hold(Uuid::from_u128(1), "A1")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_room_of_the_lane_has_an_end_and_is_given_back() {
    let house = House::open().await;
    let room = Arc::clone(&house.lane.room);
    // Who was answered gives its room back a moment later.
    let all = tokio::time::timeout(Duration::from_secs(10), room.acquire_many_owned(ROOM));
    let all = all.await.expect("nobody waits").expect("open");
    let refused = house.lane.ask(SHOW, asked(2, Ask::Pause)).await;
    assert_eq!(refused, Err(LaneError::Busy));
    assert_eq!(
        house.lane.read(SHOW, |_, _, _| ()).await,
        Err(LaneError::Busy)
    );
    drop(all);
    house.does(3, Ask::Pause).await;
    house.lane.idle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_count_a_hold_that_is_over_as_free_before_it_is_written_down() {
    let house = House::open().await;
    let all = house.free(NOW);
    house.does(2, hold(Uuid::from_u128(1), "A1")).await;
    let end = NOW.plus_ms(HOLD_MS);
    assert_eq!(house.free(end.plus_ms(-1)), all - 1);
    assert_eq!(house.free(end), all);
    // A show whose seats become free by themselves is not forgotten, another is.
    house.hub.retire(SHOW);
    assert_eq!(house.free(end), all);
    house.clock.advance(HOLD_MS);
    house.does(3, Ask::Expire).await;
    let watching = house.hub.picture(SHOW).expect("a show");
    let watching = house.hub.watch(&watching);
    house.hub.retire(SHOW);
    assert!(house.hub.picture(SHOW).is_some(), "somebody watches");
    drop(watching);
    house.hub.retire(SHOW);
    assert!(house.hub.picture(SHOW).is_none());
    assert_eq!(house.free(end), all);
}
