//! Simulated people who buy like anybody: over HTTP, each with one question at a time.
//!
//! Their habits follow from the seed; what comes of them does not, because they get in each
//! other's way like a real crowd.

mod choose;
mod customer;
pub mod dice;
mod pay;
pub mod tally;
mod till;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use houseful_core::{
    ids::ShowId,
    layout::LayoutHash,
    seat::SeatLabel,
    wire::{
        booking::{SeatWish, TicketWish},
        catalogue::ShowDetail,
        seats::LayoutView,
    },
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::{
    customer::Customer,
    dice::Dice,
    tally::{Counts, Tally},
    till::Till,
};
use crate::{
    client::{Client, ClientError},
    moment,
};

/// One of so many people works at a till; the others buy on the web.
const PEOPLE_PER_TILL: usize = 8;
/// The most people a crowd may have.
pub const PEOPLE_MAX: usize = 2_000;

/// The connections people use, each with the token of its role.
#[derive(Clone, Debug)]
pub struct Doors {
    /// The website: role customer, channel web.
    pub web: Client,
    /// The tills: role clerk, channel counter.
    pub till: Client,
    /// Whoever may take a paid booking back: role manager.
    pub office: Client,
}

/// Who comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// How many people.
    pub people: usize,
    /// Their habits follow from this.
    pub seed: u64,
    /// Seconds of the server's time in a second of ours; 0 for a clock that stands still.
    pub speed: u32,
}

/// A crowd at work. It goes on until it is told to leave.
#[derive(Debug)]
pub struct Crowd {
    people: JoinSet<()>,
    stop: CancellationToken,
    tally: Arc<Tally>,
}

impl Crowd {
    /// Lets people in.
    #[must_use]
    pub fn start(doors: &Doors, habits: Habits) -> Self {
        let stop = CancellationToken::new();
        let tally = Arc::new(Tally::default());
        let world = Arc::new(World {
            speed: habits.speed,
            stop: stop.clone(),
            tally: Arc::clone(&tally),
            layouts: Mutex::default(),
        });
        let mut people = JoinSet::new();
        for (who, number) in (0..habits.people.min(PEOPLE_MAX)).zip(1_u64..) {
            let dice = Dice::new(habits.seed, number);
            let world = Arc::clone(&world);
            // The last of each group, so that a crowd of one is a customer.
            if who % PEOPLE_PER_TILL == PEOPLE_PER_TILL - 1 {
                people.spawn(Till::new(world, doors, dice).work());
            } else {
                people.spawn(Customer::new(world, doors.web.clone(), dice).live());
            }
        }
        Self {
            people,
            stop,
            tally,
        }
    }

    /// What happened so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.tally.counts()
    }

    /// Tells everybody to go and waits until the last answer has come. Holds stay behind, as
    /// with real people.
    pub async fn leave(mut self) -> Counts {
        self.stop.cancel();
        while self.people.join_next().await.is_some() {}
        self.tally.counts()
    }
}

/// Why a visit ended before its time.
enum End {
    /// The house closes.
    Closing,
    /// A question went wrong, which the tally knows; the next visit may go better.
    Lost,
}

impl From<ClientError> for End {
    fn from(_: ClientError) -> Self {
        Self::Lost
    }
}

/// What all people share.
struct World {
    speed: u32,
    stop: CancellationToken,
    tally: Arc<Tally>,
    /// Halls never change, so each is fetched once.
    layouts: Mutex<HashMap<LayoutHash, Arc<LayoutView>>>,
}

impl World {
    /// Lets `low` to `high` seconds of the server's time go by.
    async fn think(&self, dice: &mut Dice, low: u32, high: u32) -> Result<(), End> {
        let millis = u64::from(dice.between(low * 1_000, high * 1_000));
        // Where time stands still nobody thinks for long.
        let speed = if self.speed == 0 { 1_000 } else { self.speed };
        let pause = Duration::from_millis((millis / u64::from(speed)).max(1));
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(End::Closing),
            () = moment::pause(pause) => Ok(()),
        }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<LayoutHash, Arc<LayoutView>>> {
        self.layouts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn layout(
        &self,
        client: &Client,
        show: ShowId,
        hash: LayoutHash,
    ) -> Result<Arc<LayoutView>, End> {
        if let Some(layout) = self.known().get(&hash) {
            return Ok(Arc::clone(layout));
        }
        let layout = Arc::new(self.tally.seen(client.layout(show).await)?);
        self.known().insert(layout.hash, Arc::clone(&layout));
        Ok(layout)
    }
}

/// How many come together.
fn party(dice: &mut Dice) -> u16 {
    const SIZES: [(u32, u16); 6] = [(180, 1), (480, 2), (130, 3), (140, 4), (40, 5), (30, 6)];
    dice.weighed(&SIZES).unwrap_or(2)
}

/// Who they are: mostly the default ticket type, some bring somebody else along.
fn tickets(show: &ShowDetail, party: u16, dice: &mut Dice) -> Vec<TicketWish> {
    let wish = |ticket_type: &str, count| TicketWish {
        ticket_type: ticket_type.to_owned(),
        count,
    };
    let Some((first, others)) = show.ticket_types.split_first() else {
        return Vec::new();
    };
    match dice.one(others) {
        Some(other) if party > 1 && dice.happens(200) => {
            vec![wish(&first.code, party - 1), wish(&other.code, 1)]
        }
        _ => vec![wish(&first.code, party)],
    }
}

/// These seats, everybody with the default ticket type.
fn named(seats: &[SeatLabel]) -> Vec<SeatWish> {
    let wish = |seat: &SeatLabel| SeatWish {
        seat: *seat,
        ticket_type: None,
    };
    seats.iter().map(wish).collect()
}
