//! A store in memory that keeps the contract, unless told to break it. It is the primary and its
//! standby in one: what was written and not acknowledged is lost when the standby takes over.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use houseful_core::{
    ids::{CommandId, PriceHash, ShowId},
    layout::{LayoutHash, SeatLayout},
    price::PriceCard,
    seat::SeatNo,
    show::{Event, Immutables, Row, ShowState},
    time::UtcMillis,
    wire::seats::Version,
};

use crate::store::{Head, Loaded, Outcome, Projection, ShowCommit, Tail};

/// What a primary admits, by its clock.
const TIMELY_MS: std::ops::RangeInclusive<i64> = -2_000..=1_000;

/// A journal after a commit.
#[derive(Clone)]
struct Mark {
    head: Head,
    tickets: BTreeMap<SeatNo, u64>,
}

/// One show's journal as it is stored.
pub(super) struct Journal {
    /// As they were read back from their rows.
    pub(super) events: Vec<(UtcMillis, Event)>,
    /// Their fold.
    pub(super) state: ShowState,
    /// Their text.
    pub(super) bodies: Vec<String>,
    pub(super) head: Option<Head>,
    /// Each version on this line.
    pub(super) versions: Vec<Version>,
    /// When it came to stand where, lost branches included.
    history: Vec<(Instant, Option<Version>)>,
    marks: Vec<Mark>,
    /// How many of the marks the standby has.
    pub(super) replicated: usize,
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
    /// Breaks the contract: takes a version of another line for its own.
    pub(super) ignores_tips: bool,
    /// Breaks the contract: says yes to a fence without looking and without writing.
    pub(super) ignores_fences: bool,
    /// Breaks the contract: lets others write to a show that somebody has alone.
    pub(super) ignores_locks: bool,
    /// Who has which show alone.
    pub(super) locks: BTreeMap<ShowId, usize>,
    commits: u32,
}

/// When something is written, by whom, and whether they will hear of it.
#[derive(Clone, Copy)]
pub(super) struct Writing {
    pub(super) server: usize,
    pub(super) at: Instant,
    /// The primary's clock; `None` for a store without one.
    pub(super) clock: Option<UtcMillis>,
    /// Whether it is told, so that the standby has it.
    pub(super) told: bool,
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
    pub(super) fn commit(&mut self, commit: &ShowCommit, by: Writing) -> Outcome {
        let show = commit.head.show;
        let taken = |holder: &usize| *holder != by.server && !self.ignores_locks;
        if self.locks.get(&show).is_some_and(taken) {
            return Outcome::Lost;
        }
        if commit.rows.is_empty() && self.ignores_fences {
            return Outcome::Committed;
        }
        if let (Some(primary), Some((at, _))) = (by.clock, commit.rows.last())
            && !TIMELY_MS.contains(&at.ms_since(primary))
        {
            return Outcome::OutOfTime { primary };
        }
        let outcome = self.write(commit, by.at);
        if by.told && outcome == Outcome::Committed {
            // The standby has all that came before, too.
            for journal in self.shows.values_mut() {
                journal.replicated = journal.marks.len();
            }
        }
        outcome
    }

    fn write(&mut self, commit: &ShowCommit, at: Instant) -> Outcome {
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
        let is_same = is_same(stands, commit.expect, self.ignores_tips);
        if !is_same && !self.ignores_heads {
            return Outcome::Lost;
        }
        if commit.rows.is_empty() {
            return Outcome::Committed;
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
        journal.history.push((at, Some(commit.head.version)));
        journal.marks.push(Mark {
            head: commit.head,
            tickets: journal.tickets.clone(),
        });
        Outcome::Committed
    }

    /// The standby takes over: what it has not is lost. Says whether that was anything.
    pub(super) fn fail_over(&mut self, at: Instant) -> bool {
        self.locks.clear();
        let mut lost = false;
        for journal in self.shows.values_mut() {
            if journal.replicated == journal.marks.len() {
                continue;
            }
            lost = true;
            journal.marks.truncate(journal.replicated);
            let last = journal.marks.last().cloned();
            journal.head = last.as_ref().map(|mark| mark.head);
            journal.tickets = last.map(|mark| mark.tickets).unwrap_or_default();
            let ver = journal.head.map_or(0, |h| h.version.ver);
            let rows = usize::try_from(ver).unwrap_or(usize::MAX);
            journal.events.truncate(rows);
            journal.bodies.truncate(rows);
            journal.versions.truncate(journal.replicated);
            journal.state = ShowState::new(journal.state.show());
            for (at, event) in &journal.events {
                journal.state.apply(*at, event);
            }
            let stands = journal.head.map(|h| h.version);
            journal.history.push((at, stands));
        }
        lost
    }

    /// Where a show stands.
    pub(super) fn stands(&self, show: ShowId) -> Option<Version> {
        Some(self.shows.get(&show)?.head?.version)
    }

    /// Whether a show stood there at some time from `from` on.
    pub(super) fn stood(&self, show: ShowId, version: Option<Version>, from: Instant) -> bool {
        let Some(journal) = self.shows.get(&show) else {
            return version.is_none();
        };
        let later = journal.history.iter().filter(|(at, _)| *at >= from);
        let before = journal.history.iter().rev().find(|(at, _)| *at < from);
        let stood = before.and_then(|(_, version)| *version);
        stood == version || later.into_iter().any(|(_, stands)| *stands == version)
    }

    /// Whether the standby has that version of the show.
    pub(super) fn has_standby(&self, show: ShowId, version: Version) -> bool {
        let journal = self.shows.get(&show);
        journal.is_some_and(|j| j.versions[..j.replicated].contains(&version))
    }

    pub(super) fn tail(&self, show: ShowId, known: Option<Version>) -> Tail {
        let journal = self.shows.get(&show);
        let (Some(known), Some(journal)) = (known, journal) else {
            return Tail::Elsewhere(self.load(show));
        };
        let ignores = self.ignores_tips;
        let on_line = |v: &Version| is_same(Some(*v), Some(known), ignores);
        match journal.head {
            Some(head) if journal.versions.iter().any(on_line) => {
                let after = usize::try_from(known.ver).unwrap_or(usize::MAX);
                let events = journal.events.iter().skip(after).cloned().collect();
                Tail::Rows { head, events }
            }
            _ => Tail::Elsewhere(self.load(show)),
        }
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
            elsewhere: None,
        }
    }

    /// How often a command stands in the journal of its show; that it opened it, too, does not count.
    pub(super) fn times(&self, show: ShowId, command: CommandId) -> usize {
        let id = format!("\"{command}\"");
        let bodies = self.shows.get(&show).map_or(&[][..], |j| &j.bodies);
        let bodies = bodies.iter().filter(|body| !body.contains("\"terms\""));
        bodies.filter(|body| body.contains(&id)).count()
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
            history: Vec::new(),
            marks: Vec::new(),
            replicated: 0,
            tickets: BTreeMap::new(),
        }
    }
}

fn is_same(one: Option<Version>, other: Option<Version>, ignores_tips: bool) -> bool {
    if ignores_tips {
        one.map(|v| v.ver) == other.map(|v| v.ver)
    } else {
        one == other
    }
}
