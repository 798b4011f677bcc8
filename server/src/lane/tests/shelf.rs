//! A store in memory that keeps the contract, unless told to break it.

use std::{collections::BTreeMap, sync::Arc};

use houseful_core::{
    ids::{CommandId, PriceHash, ShowId},
    layout::{LayoutHash, SeatLayout},
    price::PriceCard,
    seat::SeatNo,
    show::{Event, Immutables, Row, ShowState},
    time::UtcMillis,
    wire::seats::Version,
};

use crate::store::{Head, Loaded, Outcome, Projection, ShowCommit};

/// One show's journal as it is stored.
pub(super) struct Journal {
    /// As they were read back from their rows.
    pub(super) events: Vec<(UtcMillis, Event)>,
    /// Their fold.
    pub(super) state: ShowState,
    /// Their text.
    pub(super) bodies: Vec<String>,
    pub(super) head: Option<Head>,
    /// Each head there ever was.
    pub(super) versions: Vec<Version>,
    tickets: BTreeMap<SeatNo, u64>,
}

#[derive(Default)]
pub(super) struct Shelf {
    pub(super) shows: BTreeMap<ShowId, Journal>,
    layouts: Vec<Arc<SeatLayout>>,
    cards: Vec<Arc<PriceCard>>,
    /// Breaks the contract: says committed and drops some.
    pub(super) forgets: bool,
    /// Breaks the contract: writes over heads that have moved.
    pub(super) ignores_heads: bool,
    commits: u32,
}

impl Immutables for Shelf {
    fn layout(&self, hash: LayoutHash) -> Option<Arc<SeatLayout>> {
        self.layouts.iter().find(|l| l.hash() == hash).cloned()
    }

    fn prices(&self, hash: PriceHash) -> Option<Arc<PriceCard>> {
        self.cards.iter().find(|c| c.hash() == hash).cloned()
    }
}

impl Shelf {
    /// Writes one show, or not.
    pub(super) fn commit(&mut self, commit: &ShowCommit) -> Outcome {
        for event in &commit.opened {
            if let Event::Opened { terms, .. } = event {
                self.layouts.push(Arc::clone(&terms.layout));
                self.cards.push(Arc::clone(&terms.prices));
            }
        }
        let read: Vec<_> = commit.rows.iter().map(|row| self.read(row)).collect();
        let journal = self
            .shows
            .entry(commit.head.show)
            .or_insert_with(|| Journal::new(commit.head.show));
        let stands = journal.head.map(|h| h.version);
        if stands != commit.expect && !self.ignores_heads {
            return Outcome::Lost;
        }
        self.commits += 1;
        if self.forgets && self.commits.is_multiple_of(7) {
            return Outcome::Committed;
        }
        let mut tickets = journal.tickets.clone();
        for projection in &commit.projections {
            let Projection::Ticket {
                seat, code, valid, ..
            } = projection
            else {
                continue;
            };
            if *valid && tickets.insert(*seat, code.bits()).is_some() {
                return Outcome::Guarded(format!("seat {} has a ticket", seat.0));
            } else if !*valid && tickets.get(seat) == Some(&code.bits()) {
                tickets.remove(seat);
            }
        }
        journal.tickets = tickets;
        for (at, event) in read {
            journal.state.apply(at, &event);
            journal.events.push((at, event));
        }
        let bodies = commit.rows.iter().map(|(_, row)| row.body.clone());
        journal.bodies.extend(bodies);
        journal.head = Some(commit.head);
        journal.versions.push(commit.head.version);
        Outcome::Committed
    }

    /// Through text and back, as a database does it.
    fn read(&self, (at, row): &(UtcMillis, Row)) -> (UtcMillis, Event) {
        let event = Event::from_row(row.kind, row.format, &row.body, self);
        (*at, event.expect("a row that can be read"))
    }

    pub(super) fn load(&self, show: ShowId) -> Loaded {
        let journal = self.shows.get(&show);
        Loaded {
            head: journal.and_then(|j| j.head),
            events: journal.map_or_else(Vec::new, |j| j.events.clone()),
        }
    }

    /// How often a command stands in the journal of its show.
    pub(super) fn times(&self, show: ShowId, command: CommandId) -> usize {
        let id = format!("\"{command}\"");
        let bodies = self.shows.get(&show).map_or(&[][..], |j| &j.bodies);
        bodies.iter().filter(|body| body.contains(&id)).count()
    }
}

impl Journal {
    fn new(show: ShowId) -> Self {
        Self {
            events: Vec::new(),
            state: ShowState::new(show),
            bodies: Vec::new(),
            head: None,
            versions: Vec::new(),
            tickets: BTreeMap::new(),
        }
    }
}
