//! Somebody on the website: browses, looks at the map, holds, changes their mind, pays or not.

use std::sync::Arc;

use houseful_core::{
    best::Zone,
    seat::SeatLabel,
    wire::{
        booking::{
            BestRequest, Booking, BookingState, ChangeSeatsRequest, HoldRequest, ReleaseRequest,
            Wish,
        },
        catalogue::{Show, ShowDetail, ShowStatus},
    },
};

use super::{End, World, choose, dice::Dice, named, party, pay, tickets};
use crate::{
    client::{CityQuery, Client, ClientError, MovieQuery, ShowQuery},
    moment,
};

/// How often somebody tries for seats in one visit.
const TRIES: u32 = 3;

pub(super) struct Customer {
    world: Arc<World>,
    client: Client,
    dice: Dice,
}

/// What somebody does about the seats they hold.
#[derive(Clone, Copy)]
enum Mind {
    Pay,
    ComeBackAndPay,
    Release,
    Abandon,
}

impl Customer {
    pub(super) fn new(world: Arc<World>, client: Client, dice: Dice) -> Self {
        Self {
            world,
            client,
            dice,
        }
    }

    /// Visits again and again until the house closes.
    pub(super) async fn live(mut self) {
        // Not everybody arrives at once.
        let mut pause = self.world.think(&mut self.dice, 0, 40).await;
        while pause.is_ok() {
            if let Err(End::Closing) = self.visit().await {
                return;
            }
            pause = self.world.think(&mut self.dice, 5, 60).await;
        }
    }

    async fn visit(&mut self) -> Result<(), End> {
        self.world.tally.visit();
        let Some(show) = self.browse().await? else {
            return Ok(());
        };
        let detail = self.world.tally.seen(self.client.show(show.id).await)?;
        let Some(booking) = self.hold(&detail).await? else {
            return Ok(());
        };
        self.world.think(&mut self.dice, 5, 25).await?;
        if self.dice.happens(150) {
            self.change_seats(&booking, &detail).await?;
        }
        const MINDS: [(u32, Mind); 4] = [
            (660, Mind::Pay),
            (100, Mind::ComeBackAndPay),
            (110, Mind::Release),
            (130, Mind::Abandon),
        ];
        match self.dice.weighed(&MINDS).unwrap_or(Mind::Pay) {
            Mind::Abandon => Ok(()),
            Mind::Release => self.release(&booking).await,
            Mind::Pay => {
                self.world.think(&mut self.dice, 10, 60).await?;
                self.pay(&booking).await
            }
            Mind::ComeBackAndPay => {
                self.world.think(&mut self.dice, 60, 330).await?;
                let now = self.client.booking(booking.id).await;
                if self.world.tally.seen(now)?.state == BookingState::Held {
                    return self.pay(&booking).await;
                }
                Ok(())
            }
        }
    }

    /// Most want what begins soon and is talked about; others go by city and film.
    async fn browse(&mut self) -> Result<Option<Show>, End> {
        let tally = Arc::clone(&self.world.tally);
        let mut query = ShowQuery {
            limit: Some(30),
            ..ShowQuery::default()
        };
        if self.dice.happens(600) {
            let cities = tally.seen(self.client.cities(&CityQuery::default()).await)?;
            self.world.think(&mut self.dice, 1, 5).await?;
            query.city = self.dice.popular(&cities.items).map(|c| c.id);
            let movies = MovieQuery {
                city: query.city,
                ..MovieQuery::default()
            };
            let movies = tally.seen(self.client.movies(&movies).await)?;
            self.world.think(&mut self.dice, 2, 10).await?;
            query.movie = self.dice.popular(&movies.items).map(|m| m.id);
        }
        let shows = tally.seen(self.client.shows(&query).await)?;
        self.world.think(&mut self.dice, 1, 8).await?;
        let open = |show: &Show| show.status == ShowStatus::OnSale && show.free > 0;
        let open: Vec<Show> = shows.items.into_iter().filter(open).collect();
        Ok(self.dice.popular(&open).cloned())
    }

    /// Takes seats, and others if somebody was faster. `None`: goes without.
    async fn hold(&mut self, show: &ShowDetail) -> Result<Option<Booking>, End> {
        let size = party(&mut self.dice);
        let by_hand = self.dice.happens(550);
        let mut wish = if by_hand {
            self.seats_by_hand(show, usize::from(size)).await?
        } else {
            None
        };
        let booking = moment::fresh_booking(show.show.id);
        self.client.keep_secret(booking, moment::fresh_secret());
        for _ in 0..TRIES {
            let request = HoldRequest {
                booking,
                command: moment::fresh_command(),
                wish: match wish.take() {
                    Some(seats) => Wish::Seats(named(&seats)),
                    None => self.best(show, size),
                },
                allow_orphans: false,
                over_limit: false,
                codes: Vec::new(),
                member: None,
            };
            let held = self.client.hold(&request).await;
            match self.world.tally.seen(held) {
                Ok(held) => {
                    self.world.tally.hold();
                    return Ok(Some(held));
                }
                Err(ClientError::Problem(problem)) if problem.status == 409 => {
                    let next = problem.facts.next_best;
                    wish = (!next.is_empty() && self.dice.happens(700)).then_some(next);
                }
                Err(error) => return Err(error.into()),
            }
            self.world.think(&mut self.dice, 2, 12).await?;
        }
        Ok(None)
    }

    fn best(&mut self, show: &ShowDetail, size: u16) -> Wish {
        const ZONES: [(u32, Zone); 4] = [
            (700, Zone::Any),
            (100, Zone::Front),
            (100, Zone::Middle),
            (100, Zone::Rear),
        ];
        Wish::Best(BestRequest {
            tickets: tickets(show, size, &mut self.dice),
            zone: self.dice.weighed(&ZONES).unwrap_or_default(),
            category: None,
            accessible: false,
            skip: 0,
        })
    }

    /// Looks at the map for a while; somebody else may be faster meanwhile.
    async fn seats_by_hand(
        &mut self,
        show: &ShowDetail,
        size: usize,
    ) -> Result<Option<Vec<SeatLabel>>, End> {
        let id = show.show.id;
        let map = self.world.tally.seen(self.client.seats(id).await)?;
        let layout = self.world.layout(&self.client, id, map.layout).await?;
        self.world.think(&mut self.dice, 4, 20).await?;
        let Some(now) = self.client.server_now() else {
            return Ok(None);
        };
        Ok(choose::seats(&layout, &map, now, size, &mut self.dice))
    }

    async fn change_seats(&mut self, booking: &Booking, show: &ShowDetail) -> Result<(), End> {
        let size = u16::try_from(booking.lines.len()).unwrap_or(1);
        let request = ChangeSeatsRequest {
            command: moment::fresh_command(),
            wish: self.best(show, size),
            allow_orphans: false,
            over_limit: false,
            codes: Vec::new(),
            member: None,
        };
        let changed = self.client.change_seats(booking.id, &request).await;
        match self.world.tally.seen(changed) {
            // They keep the seats they have.
            Err(ClientError::Problem(problem)) if problem.status == 409 => Ok(()),
            answer => answer.map(|_| ()).map_err(End::from),
        }
    }

    async fn release(&self, booking: &Booking) -> Result<(), End> {
        let request = ReleaseRequest {
            command: moment::fresh_command(),
        };
        let released = self.client.release(booking.id, &request).await;
        self.world.tally.seen(released)?;
        self.world.tally.release();
        Ok(())
    }

    async fn pay(&mut self, booking: &Booking) -> Result<(), End> {
        let card = pay::any_card(&mut self.dice);
        if pay::by_card(&self.world, &self.client, &mut self.dice, booking.id, card).await? {
            return Ok(());
        }
        self.world.think(&mut self.dice, 5, 30).await?;
        if self.dice.happens(650) {
            let good = pay::GOOD_CARD;
            pay::by_card(&self.world, &self.client, &mut self.dice, booking.id, good).await?;
            return Ok(());
        }
        self.release(booking).await
    }
}
