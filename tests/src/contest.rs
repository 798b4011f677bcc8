//! Two tills in real terminals that want the same seat, again and again, until every seat they
//! fought for is sold.

#![expect(
    clippy::expect_used,
    reason = "a contest without a server ends at once"
)]

use std::{sync::Barrier, thread};

use houseful::client::ShowQuery;
use houseful_core::{
    ids::ShowId,
    layout::Place,
    seat::SeatLabel,
    wire::{catalogue::Show, seats::SeatMark},
};

use crate::{
    folder::Folder,
    program::Server,
    tills::{Picked, Till},
};

/// A till pays when it holds so many seats: a booking has at most ten.
const SEATS_A_BOOKING: usize = 8;
/// Of a show's seats so many in a hundred are fought for: a loser can always be offered another.
const PERCENT: usize = 80;

/// How a contest went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Seats that both tills picked at the same moment.
    pub picks: u32,
    /// Of those, seats that one of them had afterwards.
    pub won: u32,
    /// Times that a till was too late.
    pub losers: u32,
    /// Of those, times that it was offered other seats on one key.
    pub offered: u32,
    /// Seats of this contest that have a valid ticket in the end.
    pub sold: u32,
    /// What the audit says of seats with two owners.
    pub double_sold: u64,
}

/// The shows on sale for which `wanted` says yes, in order of their start.
///
/// # Panics
/// The server does not tell.
#[must_use]
pub fn shows(server: &Server, wanted: impl Fn(&Show) -> bool) -> Vec<ShowId> {
    let client = server.admin();
    let query = ShowQuery {
        limit: Some(500),
        ..ShowQuery::default()
    };
    let page = now(client.shows(&query));
    let shows = page.items.into_iter().filter(|show| wanted(show));
    shows.map(|show| show.id).collect()
}

fn now<T, E: std::fmt::Debug>(asked: impl Future<Output = Result<T, E>>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime
        .expect("a runtime")
        .block_on(asked)
        .expect("an answer")
}

/// Lets two tills race for so many seats; each seat that was won is paid.
///
/// # Panics
/// Something on a screen is not as it should be.
#[must_use]
pub fn race(folder: &Folder, server: &Server, picks: u32) -> Told {
    let url = server.notice().server;
    let mut tills = [(); 2].map(|()| Till::open(folder, server, &url, 80, 24));
    let mut told = Told::default();
    for show in shows(server, |show| show.free > 100) {
        if told.picks >= picks {
            break;
        }
        race_in(&mut tills, server, show, picks, &mut told);
    }
    assert_eq!(told.picks, picks, "there are not enough seats");
    told.double_sold = now(server.admin().audit()).double_sold;
    told
}

fn race_in(tills: &mut [Till; 2], server: &Server, show: ShowId, picks: u32, told: &mut Told) {
    let seats = free_seats(server, show);
    tills.iter_mut().for_each(|till| till.show(show));
    let mut held = [0, 0];
    let wanted = seats.len() * PERCENT / 100;
    let mut fought = Vec::new();
    for seat in seats.into_iter().take(wanted) {
        if told.picks >= picks {
            break;
        }
        told.picks += 1;
        fought.push(seat);
        let outcomes = both_pick(tills, seat);
        let winners = outcomes.iter().filter(|p| **p == Picked::Mine).count();
        assert_eq!(winners, 1, "{seat} of {show}: {outcomes:?}");
        told.won += 1;
        for (at, outcome) in outcomes.into_iter().enumerate() {
            match outcome {
                Picked::Mine => held[at] += 1,
                Picked::Lost { offered } => {
                    told.losers += 1;
                    told.offered += u32::from(offered);
                }
            }
            if held[at] == SEATS_A_BOOKING {
                tills[at].pay();
                tills[at].show(show);
                held[at] = 0;
            }
        }
    }
    for (till, held) in tills.iter_mut().zip(held) {
        if held > 0 {
            till.pay();
        } else {
            till.leave_seats();
        }
    }
    told.sold += sold_of(server, show, &fought);
}

/// Both tills press at the same moment.
fn both_pick(tills: &mut [Till; 2], seat: SeatLabel) -> [Picked; 2] {
    let barrier = Barrier::new(2);
    let pick = |till: &mut Till| {
        till.name(seat);
        barrier.wait();
        till.accept();
        till.outcome(seat)
    };
    let [one, other] = tills;
    thread::scope(|threads| {
        let one = threads.spawn(|| pick(one));
        let other = pick(other);
        [one.join().expect("a till"), other]
    })
}

/// The seats that anybody can buy, row by row.
fn free_seats(server: &Server, show: ShowId) -> Vec<SeatLabel> {
    let client = server.admin();
    let (layout, map) = (now(client.layout(show)), now(client.seats(show)));
    let seats = layout.seats.iter().zip(map.states.chars());
    seats
        .filter(|(seat, state)| {
            SeatMark::from_letter(*state) == Some(SeatMark::Free) && seat.place == Place::Standard
        })
        .map(|(seat, _)| seat.label)
        .collect()
}

fn sold_of(server: &Server, show: ShowId, fought: &[SeatLabel]) -> u32 {
    let client = server.admin();
    let (layout, map) = (now(client.layout(show)), now(client.seats(show)));
    let seats = layout.seats.iter().zip(map.states.chars());
    let sold = seats.filter(|(seat, state)| {
        SeatMark::from_letter(*state) == Some(SeatMark::Booked) && fought.contains(&seat.label)
    });
    u32::try_from(sold.count()).unwrap_or(u32::MAX)
}
