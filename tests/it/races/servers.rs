//! Several servers on one database, as far as a file can stand for one: who they are to each other,
//! with and without a timer.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use houseful_core::{
    ids::ShowId,
    refusal::Refusal,
    show::{Ask, Command, Event},
};
use houseful_server::{
    clock::Clock,
    follow,
    lane::LaneError,
    shards::{Lanes, Readers},
    timer,
};
use houseful_tests::wait;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{
    HOLD_MS,
    ground::{Ground, SHOW, command, hold},
    seat,
};

const SERVERS: usize = 4;
/// Clients at each server, and how often each wants seats.
const CLIENTS: usize = 8;
const ROUNDS: usize = 4;
const WIDTH: usize = 12;
/// How often it may be refused before that is a mistake.
const TRIES_MAX: usize = 5_000;

/// What one client did.
#[derive(Default)]
struct Fate {
    granted: Vec<Command>,
    refused: usize,
}

/// Holds seats that others want too, again and again until it has them, and gives them back at
/// another server than the one that said yes.
async fn sells(ground: Arc<Ground>, (server, client): (usize, usize), with_timers: bool) -> Fate {
    let (mut fate, who) = (Fate::default(), format!("s{server}c{client}"));
    for round in 0..ROUNDS {
        let first = (client * 5 + round * 3 + server) % (WIDTH - 1) + 1;
        let seats = [seat('A', first), seat('A', first + 1)];
        let mut tries = 0;
        let held = loop {
            tries += 1;
            assert!(tries < TRIES_MAX, "{who} never gets {seats:?}");
            let wanted = hold(&who, &seats);
            match ground.lanes[server].ask(SHOW, wanted.clone()).await {
                Ok(answer) => {
                    assert!(answer.fresh);
                    break wanted;
                }
                Err(LaneError::Refused {
                    refusal: Refusal::SeatsTaken { .. },
                    ..
                }) => fate.refused += 1,
                Err(other) => panic!("{other}"),
            }
            ground.clock.rest_real(5).await;
        };
        let booking = held.ask.booking().expect("a booking");
        fate.granted.push(held);
        let other = &ground.lanes[(server + 1 + round) % SERVERS];
        let back = command(&who, Ask::Release { booking });
        match other.ask(SHOW, back).await {
            Ok(_) => {}
            // It ended meanwhile.
            Err(LaneError::Refused { .. }) if with_timers => {}
            Err(other) => panic!("{other}"),
        }
    }
    fate
}

/// Everybody at once on one show; what is left has to be sound.
async fn a_hot_show(with_timers: bool) {
    let ground = Arc::new(Ground::new(SERVERS, 1, WIDTH).await);
    let shutdown = CancellationToken::new();
    let timers: Vec<JoinHandle<()>> = ground
        .lanes
        .iter()
        .filter(|_| with_timers)
        .map(|lane| {
            let (store, lane) = (Arc::clone(&ground.store), lane.clone());
            timer::start(store, lane.into(), ground.clock.clone(), shutdown.clone())
        })
        .collect();
    let clients: Vec<_> = (0..SERVERS * CLIENTS)
        .map(|n| {
            let which = (n % SERVERS, n / SERVERS);
            tokio::spawn(sells(Arc::clone(&ground), which, with_timers))
        })
        .collect();
    let (mut granted, mut refused) = (Vec::new(), 0);
    for client in clients {
        // Nobody waits for ever, whichever server they are at.
        let fate = client.await.expect("a client");
        if with_timers {
            ground.clock.advance(HOLD_MS / 50);
        }
        refused += fate.refused;
        granted.extend(fate.granted);
    }
    assert_eq!(granted.len(), SERVERS * CLIENTS * ROUNDS);
    assert!(refused > 40, "{refused} refused: no race");
    // A yes that is repeated at another server is the same yes, and nothing is done twice.
    let before = ground.journal().await.len();
    if !with_timers {
        for (n, again) in granted.iter().enumerate().step_by(7) {
            let lane = &ground.lanes[n % SERVERS];
            let answer = lane.ask(SHOW, again.clone()).await.expect("yes again");
            assert!(!answer.fresh);
        }
        assert_eq!(ground.journal().await.len(), before);
    }
    if with_timers {
        ended_once(&ground).await;
    }
    shutdown.cancel();
    for timer in timers {
        timer.await.expect("a timer");
    }
    let held = ground.journal().await;
    let held = held.iter().filter(|(_, e)| matches!(e, Event::Held { .. }));
    assert!(held.count() >= granted.len());
    let ground = Arc::into_inner(ground).expect("nobody else is here");
    ground.finish().await;
}

/// What ends is written down by one of the timers, once.
async fn ended_once(ground: &Ground) {
    let wanted = hold("late", &[seat('A', 12)]);
    let free = async || {
        let lane = &ground.lanes[1];
        lane.ask(SHOW, wanted.clone()).await
    };
    let mut held = free().await;
    while held.is_err() {
        ground.clock.advance(HOLD_MS);
        held = free().await;
    }
    let booking = wanted.ask.booking().expect("a booking");
    ground.clock.advance(HOLD_MS);
    let ends = async || {
        let mut times = BTreeMap::new();
        for (_, event) in ground.journal().await {
            if let Event::Expired { bookings } = event {
                bookings
                    .into_iter()
                    .for_each(|b| *times.entry(b).or_insert(0) += 1);
            }
        }
        times
    };
    wait::until_async("the hold is written down", 20, async || {
        ends().await.contains_key(&booking).then_some(())
    })
    .await;
    assert!(ends().await.values().all(|times| *times == 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn four_servers_sell_a_hot_show_without_a_timer() {
    a_hot_show(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn four_servers_sell_a_hot_show_with_a_timer_each() {
    a_hot_show(true).await;
}

/// Those who watch at one server see what another sells, lists count it, and a show that was opened
/// there is known.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_server_shows_what_another_sells() {
    let ground = Ground::new(2, 1, WIDTH).await;
    let (selling, showing) = (&ground.lanes[0], &ground.lanes[1]);
    let hub = &ground.hubs[1];
    let shutdown = CancellationToken::new();
    let clock = Clock::start_at(
        houseful_server::clock::ClockKind::System,
        ground.clock.now(),
    );
    let lanes = Lanes::from(showing.clone());
    let readers = Readers::new(lanes.homes().clone());
    let tasks = follow::start(&ground.store, (lanes, readers), hub, &clock, &shutdown);
    assert_eq!(tasks.len(), 3);
    showing.read(SHOW, |_, _, _| ()).await.expect("a show");
    let mut feed = hub.watch(&hub.picture(SHOW).expect("a picture"));
    let mut seen = BTreeSet::from([feed.borrow_and_update().version().ver]);
    for n in 1..=5 {
        let sold = selling.ask(SHOW, hold("ann", &[seat('A', 2 * n)])).await;
        let version = sold.expect("granted").version;
        while feed.borrow_and_update().version() != version {
            feed.changed().await.expect("the hub is there");
        }
        seen.insert(version.ver);
    }
    assert_eq!(seen.len(), 6);
    // Watched, it is followed; unwatched, its age is told and it is confirmed on demand.
    let fresh = || hub.age(SHOW, Clock::stopwatch()) <= Some(follow::PICTURE_STALE);
    wait::until_async("a fresh picture", 20, async || fresh().then_some(())).await;
    drop(feed);
    wait::until_async("nobody follows", 20, async || (!fresh()).then_some(())).await;
    let sold = selling.ask(SHOW, hold("ann", &[seat('A', 11)])).await;
    let version = sold.expect("granted").version;
    showing.read(SHOW, |_, _, _| ()).await.expect("a show");
    assert!(hub.picture(SHOW).is_some_and(|p| p.version() == version) && fresh());
    // Lists follow by themselves, pictures that nobody watches are given up for them.
    let other = ShowId(2);
    assert!(!hub.knows(other));
    ground.open(other, 1, WIDTH).await;
    selling
        .ask(SHOW, hold("ann", &[seat('A', 1)]))
        .await
        .expect("granted");
    let now = ground.clock.now();
    wait::until_async("lists", 20, async || {
        let free = |show| hub.count(show, now).map(|c| c.free);
        (free(SHOW) == Some(5) && free(other) == Some(12)).then_some(())
    })
    .await;
    shutdown.cancel();
    for task in tasks {
        task.await.expect("it ends");
    }
    ground.finish().await;
}
