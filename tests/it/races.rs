//! Many at the same moment through lanes and a database file: of those who want one thing, one
//! has it, and the others hear why. Each check is also run where it has to fail.

#![expect(clippy::expect_used, reason = "a race that can't be run has to stop")]

mod ground;
mod servers;
mod tampered;

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use houseful_core::{
    ids::{BookingId, PaymentId},
    message::{Announcement, Tender},
    refusal::Refusal,
    show::{Ask, Command, Event, Slot},
    wire::{
        booking::{Booking, BookingState},
        payment::PaymentState,
    },
};
use houseful_server::{
    chance,
    lane::{Answer, LaneError},
};
use houseful_tests::{
    made_up,
    test_app::{As, TestApp, booking},
    witness,
};

use self::{
    ground::{Ground, SHOW, best, booking_of, command, hold},
    tampered::Tampered,
};

const HOLD_MS: i64 = 300_000;

fn seat(row: char, number: usize) -> String {
    format!("{row}{number}")
}

/// The bookings of those who won, and the refusals of those who lost.
fn split(answers: Vec<Result<Answer, LaneError>>) -> (Vec<Booking>, Vec<(Refusal, Vec<String>)>) {
    let (mut won, mut lost) = (Vec::new(), Vec::new());
    for answer in answers {
        match answer {
            Ok(answer) => won.push(*answer.booking.expect("a booking")),
            Err(LaneError::Refused { refusal, next_best }) => {
                let next = next_best.seats.iter().map(ToString::to_string);
                lost.push((refusal, next.collect()));
            }
            Err(other) => panic!("neither yes nor no: {other}"),
        }
    }
    (won, lost)
}

/// One wins; the others are told which seat, until when, and what is left.
async fn one_seat(lanes: usize, rounds: usize) {
    let ground = Ground::new(lanes, 2, rounds.max(8)).await;
    for round in 1..=rounds {
        let wanted = seat('A', round);
        let commands = (0..64).map(|n| hold(&format!("p{n}"), std::slice::from_ref(&wanted)));
        let (won, lost) = split(ground.race(commands.collect()).await);
        assert_eq!((won.len(), lost.len()), (1, 63), "round {round}");
        let until = won[0].hold_until.0;
        for (refusal, next) in lost {
            let Refusal::SeatsTaken { seats } = refusal else {
                panic!("refused otherwise: {refusal}");
            };
            let told: Vec<_> = seats
                .iter()
                .map(|s| (s.seat.to_string(), s.until))
                .collect();
            assert_eq!(told, [(wanted.clone(), Some(until))]);
            assert!(next.len() == 1 && next[0] != wanted, "next best {next:?}");
        }
    }
    ground.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_want_one_seat() {
    one_seat(1, 10).await;
}

/// Two servers with memories of their own: the compare-and-swap decides.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_want_one_seat_on_two_servers() {
    one_seat(2, 10).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn overlapping_wishes_are_granted_whole_or_not_at_all() {
    for lanes in [1, 2] {
        let ground = Ground::new(lanes, 1, 49).await;
        // 1-3, 3-1, 2-4, 4-2, ... named in both directions.
        let commands = (0..46).flat_map(|first| {
            let seats: Vec<String> = (1..=3).map(|n| seat('A', first + n)).collect();
            let back = seats.iter().rev().cloned().collect::<Vec<_>>();
            [
                hold(&format!("p{first}"), &seats),
                hold(&format!("q{first}"), &back),
            ]
        });
        let (won, lost) = split(ground.race(commands.collect()).await);
        let mut owned = BTreeSet::new();
        for booking in &won {
            assert_eq!(booking.lines.len(), 3, "not whole");
            for line in &booking.lines {
                assert!(owned.insert(line.seat), "{} has two owners", line.seat);
            }
        }
        assert!(!won.is_empty(), "everybody lost");
        for (refusal, _) in lost {
            let Refusal::SeatsTaken { seats } = refusal else {
                panic!("refused otherwise: {refusal}");
            };
            assert!(
                seats.iter().all(|s| owned.contains(&s.seat)),
                "lost to nobody"
            );
        }
        ground.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crowd_that_wants_the_best_two_is_not_offered_the_same_two() {
    let ground = Ground::new(1, 20, 16).await;
    let commands = (0..160).map(|n| best(&format!("p{n}"), 2));
    let (won, lost) = split(ground.race(commands.collect()).await);
    assert_eq!((won.len(), lost.len()), (160, 0));
    let seats: BTreeSet<_> = won.iter().flat_map(|b| &b.lines).map(|l| l.seat).collect();
    assert_eq!(seats.len(), 320);
    ground.finish().await;
}

/// The money for a hold that is about to end, as payment sends it.
async fn money(ground: &Ground, held: &Command) -> Command {
    let state = ground.state().await;
    let uuid = booking_of(held);
    let booking = BookingId { show: SHOW, uuid };
    let record = state.booking(uuid).expect("a hold");
    let news = Announcement {
        payment: PaymentId(chance::uuid()),
        booking,
        quote: record.quote(booking),
        amount: record.total(),
        tender: Tender::Card,
        state: PaymentState::Authorised,
        settled_ver: None,
        refunded_minor: 0,
        reopened_at: None,
    };
    command("payment", Ask::Announced(news))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn at_the_instant_of_expiry_the_seat_has_one_owner() {
    let ground = Ground::new(2, 1, 12).await;
    for round in 1..=12 {
        let wanted = [seat('A', round)];
        let held = hold("ann", &wanted);
        let answers = ground.race(vec![held.clone()]).await;
        assert!(answers[0].is_ok(), "round {round}: {answers:?}");
        let pay = money(&ground, &held).await;
        // A millisecond before the end nobody else has a chance.
        assert!(ground.clock.advance(HOLD_MS - 1));
        let others = (0..32).map(|n| hold(&format!("p{n}"), &wanted)).collect();
        let (won, lost) = split(ground.race(others).await);
        assert_eq!((won.len(), lost.len()), (0, 32), "round {round}");
        // At the end: one of 32 newcomers, or the late money, whichever is first.
        assert!(ground.clock.advance(1));
        let mut all: Vec<Command> = (0..32).map(|n| hold(&format!("p{n}"), &wanted)).collect();
        all.insert(round * 2, pay.clone());
        let mut answers = ground.race(all).await;
        let paid = answers.remove(round * 2).expect("money is always heard");
        let paid = paid.booking.expect("ann's booking").state == BookingState::Secured;
        let (won, _) = split(answers);
        assert_eq!(won.len(), usize::from(!paid), "round {round}");
        let state = ground.state().await;
        let Ask::Announced(news) = &pay.ask else {
            panic!("money is news");
        };
        let kept = state.settle(news.payment).expect("a decision").keep_minor;
        assert_eq!(kept, if paid { 1000 } else { 0 }, "round {round}");
    }
    ground.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_command_sent_many_times_at_once_is_carried_out_once() {
    for lanes in [1, 2] {
        let ground = Ground::new(lanes, 1, 12).await;
        let held = hold("ann", &[seat('A', 1), seat('A', 2)]);
        let mut stolen = held.clone();
        stolen.actor = command("bob", Ask::Expire).actor;
        let mut all = vec![held.clone(); 32];
        all.push(stolen);
        let mut answers = ground.race(all).await;
        let stranger = answers.pop().expect("an answer");
        let fresh = answers.iter().flatten().filter(|a| a.fresh).count();
        let bookings: BTreeSet<_> = answers
            .iter()
            .map(|a| {
                a.as_ref()
                    .ok()
                    .and_then(|a| a.booking.as_ref())
                    .map(|b| (b.id, b.hold_until.0))
            })
            .collect();
        // Whoever came first with the id has it; the other was refused.
        match stranger {
            Err(LaneError::Refused { .. }) => {
                assert_eq!((fresh, bookings.len()), (1, 1), "{answers:?}");
            }
            _ => assert_eq!(fresh, 0, "{answers:?}"),
        }
        let journal = ground.journal().await;
        let held = journal
            .iter()
            .filter(|(_, e)| matches!(e, Event::Held { .. }));
        assert_eq!(held.count(), 1);
        ground.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_timer_that_runs_all_the_time_takes_nothing_from_the_living() {
    let ground = Ground::new(2, 2, 20).await;
    let stop = Arc::new(AtomicBool::new(false));
    let timer = {
        let (lane, clock) = (ground.lanes[0].clone(), ground.clock.clone());
        let stop = Arc::clone(&stop);
        tokio::spawn(async move {
            let mut runs = 0_u32;
            while !stop.load(Ordering::SeqCst) {
                clock.advance(1_000);
                let ran = lane
                    .ask(SHOW, made_up::command(made_up::staff("house"), Ask::Expire))
                    .await;
                runs += u32::from(ran.is_ok());
            }
            runs
        })
    };
    let mut won = 0;
    for round in 0..40 {
        let pairs = (0..20).map(|n| {
            let first = (n + round) % 19 + 1;
            let row = if n % 2 == 0 { 'A' } else { 'B' };
            hold(&format!("p{n}"), &[seat(row, first), seat(row, first + 1)])
        });
        let (held, _) = split(ground.race(pairs.collect()).await);
        won += held.len();
        for booking in held.iter().step_by(3) {
            let mut give = command(
                "x",
                Ask::Release {
                    booking: booking.id.uuid,
                },
            );
            give.actor.staff = true;
            let _ = ground.lanes[1].ask(SHOW, give).await;
        }
    }
    stop.store(true, Ordering::SeqCst);
    let runs = timer.await.expect("the timer");
    assert!(runs > 20 && won > 40, "{runs} runs, {won} holds");
    ground.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn giving_up_and_paying_at_once_has_one_ending() {
    let ground = Ground::new(2, 1, 20).await;
    for round in 1..=10 {
        let held = hold("ann", &[seat('A', 2 * round)]);
        ground.race(vec![held.clone()]).await;
        let booking = booking_of(&held);
        let pay = |payment| {
            let ask = Ask::PayCash {
                booking,
                payment: PaymentId(payment),
                given_minor: None,
            };
            command("ann", ask)
        };
        let all = (0..32).map(|n| match n % 2 {
            0 => command("ann", Ask::Release { booking }),
            _ => pay(chance::uuid()),
        });
        let (won, _) = split(ground.race(all.collect()).await);
        let state = ground.state().await;
        let record = state.booking(booking).expect("a booking");
        let paid = won
            .iter()
            .filter(|b| b.state == BookingState::Confirmed)
            .count();
        match record.state {
            BookingState::Confirmed => assert_eq!((paid, won.len()), (1, 1)),
            BookingState::Released => assert_eq!(paid, 0),
            other => panic!("it is {other:?}"),
        }
    }
    ground.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_seat_over_http() {
    let app = Arc::new(TestApp::start().await);
    let show = app.open_show(1).await;
    let asks = (0..32).map(|n| {
        let app = Arc::clone(&app);
        tokio::spawn(async move {
            let secret = format!("a-secret-of-customer-number-{n}");
            let who = As::Customer(&secret);
            app.hold(who, &booking(show), &["B5", "B6"]).await
        })
    });
    let asks: Vec<_> = asks.collect();
    let mut statuses = Vec::new();
    for ask in asks {
        let said = ask.await.expect("an answer");
        if said.status != 201 {
            assert_eq!(said.code(), "seats_taken", "{}", said.text);
            let next = said.body["next_best"].as_array().map(Vec::len);
            assert_eq!(next, Some(2), "{}", said.text);
        }
        statuses.push(said.status);
    }
    statuses.sort_unstable();
    assert_eq!(statuses[0], 201);
    assert!(statuses[1..].iter().all(|s| *s == 409), "{statuses:?}");
    let app = Arc::into_inner(app).expect("nobody else has the server");
    app.finish().await;
}

/// The compare-and-swap taken out: two servers sell one seat, and the witness says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_the_compare_and_swap_a_seat_is_sold_twice_and_it_is_noticed() {
    let mut found = None;
    for _ in 0..50 {
        let ground = Ground::on(2, 1, 8, Tampered::careless).await;
        // Both servers know the show before the race.
        ground
            .race(vec![hold("x", &[seat('A', 8)]), hold("y", &[seat('A', 7)])])
            .await;
        let all = (0..32)
            .map(|n| hold(&format!("p{n}"), &[seat('A', 1)]))
            .collect();
        let won = ground.race(all).await.into_iter().flatten().count();
        let verdict = ground.verdict().await;
        ground.clear().await;
        if won > 1 {
            found = Some(verdict);
            break;
        }
    }
    let verdict = found.expect("never sold twice in 50 rounds");
    let says = verdict.expect_err("two owners went unnoticed");
    assert!(says.contains("belongs to"), "{says}");
}

/// A journal with a planted second owner is not attested.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_planted_double_owner_is_noticed() {
    let ground = Ground::new(1, 1, 8).await;
    ground.race(vec![hold("ann", &[seat('A', 1)])]).await;
    let mut journal = ground.journal().await;
    assert_eq!(witness::attest(&journal), Ok(()));
    let (at, event) = journal.last().cloned().expect("a hold");
    let Event::Held {
        lines,
        owner,
        channel,
        fee_minor,
        hold_until,
        fingerprint,
        ..
    } = event
    else {
        panic!("the last event is the hold");
    };
    let second = Event::Held {
        command: houseful_core::ids::CommandId(chance::uuid()),
        fingerprint,
        booking: chance::uuid(),
        owner,
        channel,
        lines,
        fee_minor,
        hold_until,
        relaxed: Vec::new(),
    };
    journal.push((at, second.clone()));
    let says = witness::attest(&journal).expect_err("two owners");
    assert!(says.contains("belongs to"), "{says}");
    // The rules' own check sees it too.
    let mut state = ground.state().await;
    state.apply(at, &second);
    assert!(state.check().is_err(), "{:?}", state.slots().first());
    assert!(matches!(state.slots()[0], Slot::Held { .. }));
    ground.finish().await;
}
