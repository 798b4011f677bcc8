//! The rules alone: a state, a journal, a clock that is moved by hand.

use std::sync::Arc;

use houseful_core::{
    ids::{CommandId, PriceHash},
    layout::{LayoutHash, SeatLayout},
    price::PriceCard,
    refusal::Refusal,
    show::{Ask, Command, Event, Immutables, Rolls, ShowState, ShowTerms, Wish},
    time::UtcMillis,
    wire::{admin::Role, booking::Booking, seats::SeatMap},
};
use uuid::Uuid;

use super::{
    house::{House, Opening, Said},
    stage::{SHOW, START},
    who::Who,
};

/// Decides and folds in memory.
#[derive(Debug)]
pub struct CoreHouse {
    state: ShowState,
    journal: Vec<(UtcMillis, Event)>,
    terms: Option<Arc<ShowTerms>>,
    now: UtcMillis,
}

impl Default for CoreHouse {
    fn default() -> Self {
        Self {
            state: ShowState::new(SHOW),
            journal: Vec::new(),
            terms: None,
            now: START,
        }
    }
}

/// The one layout and the one price card of a story.
pub(super) struct Kept(pub(super) Arc<ShowTerms>);

impl Immutables for Kept {
    fn layout(&self, hash: LayoutHash) -> Option<Arc<SeatLayout>> {
        (self.0.layout.hash() == hash).then(|| Arc::clone(&self.0.layout))
    }

    fn prices(&self, hash: PriceHash) -> Option<Arc<PriceCard>> {
        (self.0.prices.hash() == hash).then(|| Arc::clone(&self.0.prices))
    }
}

/// Who opens the show.
pub(super) fn catalogue() -> Who {
    Who {
        name: "catalogue".to_owned(),
        duty: Role::Admin,
    }
}

/// The command that opens the show.
pub(super) fn open(terms: &Arc<ShowTerms>) -> Command {
    Command {
        id: CommandId(Uuid::from_u128(1)),
        actor: catalogue().actor(),
        ask: Ask::Open(Arc::clone(terms)),
        rolls: Rolls {
            code: 0,
            tickets: [0; 32],
        },
    }
}

impl CoreHouse {
    fn fold(&mut self, events: Vec<Event>) -> Result<(), String> {
        let terms = self.terms.clone().ok_or("the show was not opened")?;
        for event in events {
            let row = event.to_row();
            let read = Event::from_row(row.kind, row.format, &row.body, &Kept(terms.clone()));
            if read.as_ref() != Ok(&event) {
                return Err(format!("{event:?} is read back as {read:?}"));
            }
            self.state.apply(self.now, &event);
            self.state.check().map_err(|broken| broken.to_string())?;
            self.journal.push((self.now, event));
        }
        Ok(())
    }

    fn refused(&self, command: &Command, refusal: &Refusal) -> Said {
        let wish = match &command.ask {
            Ask::Hold { wish, .. } | Ask::ChangeSeats { wish, .. } => Some(wish),
            _ => None,
        };
        let offer = match (refusal, wish) {
            (Refusal::SeatsTaken { .. }, Some(Wish::Seats(picks))) => u16::try_from(picks.len())
                .ok()
                .and_then(|seats| self.state.next_best(seats, self.now)),
            _ => None,
        };
        let label = |seat| self.state.label(seat);
        let (seats, relaxed) = offer.map_or_else(Default::default, |offer| {
            (
                offer.seats.into_iter().filter_map(label).collect(),
                offer.relaxed,
            )
        });
        Said::no(refusal, seats, relaxed)
    }
}

impl House for CoreHouse {
    fn open(&mut self, opening: &Opening) -> Result<(), String> {
        self.terms = Some(Arc::clone(&opening.terms));
        self.ask(&catalogue(), &open(&opening.terms)).map(drop)
    }

    fn ask(&mut self, _: &Who, command: &Command) -> Result<Said, String> {
        match self.state.decide(command, self.now) {
            Ok(events) => {
                let fresh = !events.is_empty();
                self.fold(events)?;
                let view = |b| self.state.booking_view(b, 0, self.now).map(Box::new);
                let booking = command.ask.booking().and_then(view);
                Ok(Said::Yes { fresh, booking })
            }
            Err(refusal) => Ok(self.refused(command, &refusal)),
        }
    }

    fn map(&mut self) -> Result<SeatMap, String> {
        Ok(self.state.seat_map(0))
    }

    fn booking(&mut self, who: &Who, booking: Uuid) -> Result<Option<Booking>, String> {
        let actor = who.actor();
        let record = self.state.booking(booking);
        let may = record.is_some_and(|r| actor.staff || r.owner == actor.owner);
        let view = self.state.booking_view(booking, 0, self.now);
        Ok(view.filter(|_| may))
    }

    fn tick(&mut self, ms: i64) -> Result<(), String> {
        self.now = self.now.plus_ms(ms);
        Ok(())
    }

    fn now(&self) -> UtcMillis {
        self.now
    }

    fn layout(&self) -> Result<&SeatLayout, String> {
        let terms = self.terms.as_ref().ok_or("the show was not opened")?;
        Ok(&terms.layout)
    }

    fn state(&mut self) -> Result<ShowState, String> {
        Ok(self.state.clone())
    }

    fn finish(&mut self) -> Result<Vec<(UtcMillis, Event)>, String> {
        let mut again = ShowState::new(SHOW);
        for (at, event) in &self.journal {
            again.apply(*at, event);
        }
        if again == self.state {
            Ok(self.journal.clone())
        } else {
            Err("the journal folds to another state".into())
        }
    }
}
