//! Replicas that are told what to show: whose turn it is, who is left out, who is passed over.

use std::sync::{Mutex, PoisonError};

use houseful_core::{show::ShowState, wire::admin::ReplicaState};
use uuid::Uuid;

use super::*;
use crate::{
    hub::{Origin, Picture},
    lane::Plans,
    store::{StoreError, Tail},
};

const SHOW: ShowId = ShowId(1);

/// A database that is only a mark.
#[derive(Clone)]
struct Fake(Arc<Mutex<Shows>>);

/// What it shows.
#[derive(Clone)]
struct Shows {
    beat: Beat,
    stands: Stands,
    broken: Option<&'static str>,
    asked: u32,
}

fn beat(number: i64) -> Beat {
    Beat {
        house: Uuid::from_u128(1),
        line: 1,
        number,
    }
}

impl Fake {
    fn at(number: i64) -> Self {
        let stands = Stands {
            at: Some(Version { ver: 0, tip: 0 }),
            reached: true,
        };
        Self(Arc::new(Mutex::new(Shows {
            beat: beat(number),
            stands,
            broken: None,
            asked: 0,
        })))
    }

    fn set(&self, change: impl FnOnce(&mut Shows)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn now(&self) -> Shows {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Primary for Fake {
    fn pulse(&self) -> Later<'_, Pulse> {
        Box::pin(async {
            match self.now().broken {
                Some(_) => Err(StoreError::Busy),
                None => Ok(Pulse {
                    beat: self.now().beat,
                    stood: Duration::ZERO,
                }),
            }
        })
    }
}

impl Source for Fake {
    fn name(&self) -> &str {
        "fake:5432"
    }

    fn begin(&self) -> Began<'_> {
        Box::pin(async {
            match self.now().broken {
                Some(why) => Err(why.to_owned()),
                None => Ok(Box::new(self.clone()) as Box<dyn Reading>),
            }
        })
    }

    fn catalogue(&self) -> Later<'_, (Beat, Kept)> {
        Box::pin(async { Err(StoreError::Busy) })
    }

    fn close(&self) {}
}

impl Reading for Fake {
    fn stand(&self, asked: Vec<Asked>) -> Later<'_, (Beat, Vec<Stands>)> {
        Box::pin(async move {
            self.set(|shows| shows.asked += u32::from(!asked.is_empty()));
            let shows = self.now();
            let stands = |asked: &Asked| Stands {
                reached: asked.reached.is_none() || shows.stands.reached,
                ..shows.stands
            };
            Ok((shows.beat, asked.iter().map(stands).collect()))
        })
    }

    fn tail(&self, _: ShowId, _: Option<Version>) -> Later<'_, Tail> {
        Box::pin(async { Err(StoreError::Busy) })
    }

    fn heads(&self) -> Later<'_, (Beat, Vec<Head>)> {
        Box::pin(async { Ok((self.now().beat, Vec::new())) })
    }

    fn catalogue_moves(&self) -> Later<'_, (Beat, u64)> {
        Box::pin(async { Ok((self.now().beat, 7)) })
    }
}

/// A circle of these, each looked at once after the primary was heard.
async fn circle(primary: &Fake, replicas: &[&Fake]) -> Circle {
    let sources = replicas.iter().map(|r| Arc::new((*r).clone()) as _);
    let circle = Circle::new(Arc::new(primary.clone()), None, sources.collect());
    circle.pulse().await;
    circle.look().await;
    circle
}

fn states(circle: &Circle) -> Vec<ReplicaState> {
    let report = circle.report(Clock::stopwatch());
    report.into_iter().map(|r| r.state).collect()
}

#[tokio::test]
async fn replicas_take_turns_and_one_that_was_tried_is_passed_over() {
    let all = [&Fake::at(5), &Fake::at(5), &Fake::at(5)];
    let circle = circle(&Fake::at(5), &all).await;
    let turns: Vec<_> = (0..6).map(|_| circle.next(&[])).collect();
    assert_eq!(turns, [0, 1, 2, 0, 1, 2].map(Some));
    assert_eq!(circle.next(&[0, 1]), Some(2));
    assert_eq!(circle.next(&[0, 1, 2]), None);
}

#[tokio::test]
async fn nothing_is_read_before_the_primary_was_heard_nor_where_it_says_nothing() {
    let (primary, replica) = (Fake::at(5), Fake::at(5));
    primary.set(|shows| shows.broken = Some("gone"));
    let circle = circle(&primary, &[&replica]).await;
    assert_eq!(states(&circle), [ReplicaState::Out]);
    assert!(!circle.in_use());
    primary.set(|shows| shows.broken = None);
    circle.pulse().await;
    circle.look().await;
    assert_eq!(states(&circle), [ReplicaState::InUse]);
    // It shows what was there before the oldest mark that is remembered.
    replica.set(|shows| shows.beat = beat(4));
    circle.look().await;
    assert_eq!(states(&circle), [ReplicaState::Late]);
    assert_eq!(circle.next(&[]), None);
}

#[tokio::test]
async fn a_replica_that_grows_too_old_is_left_out_until_it_has_caught_up() {
    let (primary, replica) = (Fake::at(5), Fake::at(5));
    let circle = circle(&primary, &[&replica]).await;
    let moved = Clock::stopwatch();
    primary.set(|shows| shows.beat = beat(6));
    circle.pulse().await;
    let seen = circle.judge(0, beat(6)).expect("young enough");
    assert!(seen >= moved);
    let clock = Clock::start(
        crate::clock::ClockKind::System,
        houseful_core::time::UtcMillis(0),
    );
    let bound_ms = u64::try_from(READ_STALE.as_millis()).expect("small");
    clock.rest_real(bound_ms + 100).await;
    assert_eq!(circle.judge(0, beat(6)), None);
    assert_eq!(states(&circle), [ReplicaState::Late]);
    let age_ms = circle.report(Clock::stopwatch())[0].age_ms;
    assert!(age_ms.is_some_and(|ms| ms > bound_ms), "{age_ms:?}");
    primary.set(|shows| shows.beat = beat(7));
    circle.pulse().await;
    replica.set(|shows| shows.beat = beat(7));
    circle.look().await;
    assert_eq!(states(&circle), [ReplicaState::InUse]);
}

#[tokio::test]
async fn a_replica_that_has_not_come_so_far_is_passed_over() {
    let (primary, behind, there) = (Fake::at(5), Fake::at(5), Fake::at(5));
    behind.set(|shows| shows.stands.reached = false);
    let hub = Hub::new();
    let picture = Picture::of(&ShowState::new(SHOW), 0);
    hub.publish(picture, Clock::stopwatch());
    let circle = Arc::new(circle(&primary, &[&behind, &there]).await);
    let stop = CancellationToken::new();
    let (reader, task) = Reader::start(circle, (hub, Plans::none()), &stop);
    let wanted = Some(Version { ver: 3, tip: 3 });
    for _ in 0..4 {
        let shown = reader.look(SHOW, wanted).await.expect("one of them has it");
        assert_eq!(shown.origin, Origin::Replica);
    }
    assert_eq!(there.now().asked, 4);
    assert!(behind.now().asked > 0, "it was never its turn");
    reader.look(SHOW, None).await.expect("any of them");
    there.set(|shows| shows.stands.reached = false);
    assert_eq!(
        reader.look(SHOW, wanted).await.err(),
        Some(NotRead::Nowhere)
    );
    // One that breaks is left out, the other one is asked.
    behind.set(|shows| shows.broken = Some("is broken"));
    for _ in 0..3 {
        reader.look(SHOW, None).await.expect("the other one");
    }
    there.set(|shows| shows.broken = Some("is broken"));
    assert_eq!(reader.refresh(vec![SHOW]).await, [SHOW]);
    stop.cancel();
    task.await.expect("it ends");
    assert_eq!(reader.look(SHOW, None).await.err(), Some(NotRead::Nowhere));
}
