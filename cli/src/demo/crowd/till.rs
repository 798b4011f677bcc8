//! Somebody at a till: best seats, mostly cash, now and then a booking taken back by the office.

use std::{collections::VecDeque, sync::Arc};

use houseful_core::{
    best::Zone,
    ids::BookingId,
    wire::{
        booking::{
            BestRequest, Booking, CancelRequest, CashRequest, HoldRequest, ReleaseRequest, Wish,
        },
        catalogue::{Show, ShowStatus},
    },
};

use super::{Doors, End, World, dice::Dice, party, pay, tickets};
use crate::{
    client::{Client, ClientError, ShowQuery},
    moment,
};

/// Bookings a till remembers, in case the customer comes back.
const REMEMBERED: usize = 20;

pub(super) struct Till {
    world: Arc<World>,
    client: Client,
    office: Client,
    dice: Dice,
    sold: VecDeque<BookingId>,
}

impl Till {
    pub(super) fn new(world: Arc<World>, doors: &Doors, dice: Dice) -> Self {
        Self {
            world,
            client: doors.till.clone(),
            office: doors.office.clone(),
            dice,
            sold: VecDeque::new(),
        }
    }

    /// Serves one customer after the other until the house closes.
    pub(super) async fn work(mut self) {
        let mut pause = self.world.think(&mut self.dice, 0, 20).await;
        while pause.is_ok() {
            let served = if self.dice.happens(60) {
                self.take_back().await
            } else {
                self.serve().await
            };
            if let Err(End::Closing) = served {
                return;
            }
            pause = self.world.think(&mut self.dice, 5, 40).await;
        }
    }

    async fn serve(&mut self) -> Result<(), End> {
        self.world.tally.visit();
        let query = ShowQuery {
            limit: Some(20),
            ..ShowQuery::default()
        };
        let shows = self.world.tally.seen(self.client.shows(&query).await)?;
        let open = |show: &&Show| show.status == ShowStatus::OnSale && show.free > 0;
        let open: Vec<&Show> = shows.items.iter().filter(open).collect();
        let Some(show) = self.dice.popular(&open) else {
            return Ok(());
        };
        let detail = self.world.tally.seen(self.client.show(show.id).await)?;
        let size = party(&mut self.dice);
        let request = HoldRequest {
            booking: moment::fresh_booking(show.id),
            command: moment::fresh_command(),
            wish: Wish::Best(BestRequest {
                tickets: tickets(&detail, size, &mut self.dice),
                zone: Zone::Any,
                category: None,
                accessible: self.dice.happens(20),
                skip: 0,
            }),
            allow_orphans: true,
            over_limit: false,
            codes: Vec::new(),
            member: None,
        };
        let held = match self.world.tally.seen(self.client.hold(&request).await) {
            Ok(held) => held,
            Err(ClientError::Problem(problem)) if problem.status == 409 => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        self.world.tally.hold();
        self.world.think(&mut self.dice, 8, 40).await?;
        self.settle(&held).await
    }

    /// Takes the money, or gives the seats back.
    async fn settle(&mut self, held: &Booking) -> Result<(), End> {
        if self.dice.happens(80) {
            let request = ReleaseRequest {
                command: moment::fresh_command(),
            };
            let released = self.client.release(held.id, &request).await;
            self.world.tally.seen(released)?;
            self.world.tally.release();
            return Ok(());
        }
        if self.dice.happens(250) {
            let card = pay::any_card(&mut self.dice);
            pay::by_card(&self.world, &self.client, &mut self.dice, held.id, card).await?;
            return Ok(());
        }
        // A note that covers it, as people do.
        let given = held.total.minor.saturating_add(4_999) / 5_000 * 5_000;
        let request = CashRequest {
            command: moment::fresh_command(),
            payment: moment::fresh_payment(),
            given_minor: self.dice.happens(500).then_some(given),
        };
        let paid = self.client.cash(held.id, &request).await;
        self.world.tally.seen(paid)?;
        self.world.tally.pay();
        self.sold.push_back(held.id);
        if self.sold.len() > REMEMBERED {
            self.sold.pop_front();
        }
        Ok(())
    }

    /// Somebody can't come after all.
    async fn take_back(&mut self) -> Result<(), End> {
        let Some(booking) = self.sold.pop_front() else {
            return Ok(());
        };
        let request = CancelRequest {
            command: moment::fresh_command(),
            reason: "customer can't come".to_owned(),
        };
        let cancelled = self.office.cancel(booking, &request).await;
        self.world.tally.seen(cancelled)?;
        self.world.tally.cancel();
        Ok(())
    }
}
