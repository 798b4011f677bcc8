//! One show in the lane: its fold, what waits for it, and what was decided on it and not yet
//! committed. It does no IO.

use std::collections::VecDeque;

use houseful_core::{
    expiry::is_alive,
    ids::ShowId,
    message::Settle,
    refusal::Refusal,
    seat::SeatNo,
    show::{Ask, Command, Event, SETTLE_AGAIN_MS, Sales, ShowState, Wish},
    time::UtcMillis,
    wire::seats::Version,
};

use super::{
    Answer, LaneError, NextBest,
    machine::{Effect, Look, Seen, Work},
    project,
};
use crate::{
    hub::Picture,
    store::{Head, Loaded, SalesWord, ShowCommit},
};

/// A command that was decided and waits for its commit.
pub(super) struct Decided<R> {
    pub(super) command: Box<Command>,
    pub(super) reply: R,
    answer: Result<Answer, LaneError>,
}

/// Where a show stands in the lane.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Loading,
    Ready,
    InFlight,
}

/// The next best for each size of party, as found once for all losers of a version.
#[derive(Default)]
struct Memo {
    ver: u64,
    /// The earliest end of a hold: from then on more seats are free.
    until: Option<UtcMillis>,
    found: Vec<(u16, NextBest)>,
}

impl Memo {
    /// What was found for this many seats, if the show stands as it stood then.
    fn recall(&mut self, state: &ShowState, seats: u16, now: UtcMillis) -> Option<NextBest> {
        if self.ver != state.ver() || self.until.is_some_and(|end| !is_alive(end, now)) {
            *self = Self {
                ver: state.ver(),
                until: state.next_end(now),
                found: Vec::new(),
            };
        }
        let found = self.found.iter().find(|(size, _)| *size == seats);
        found.map(|(_, next_best)| next_best.clone())
    }

    fn keep(&mut self, seats: u16, found: NextBest) {
        self.found.push((seats, found));
    }
}

/// One show of the lane.
pub(super) struct Cell<R> {
    pub(super) phase: Phase,
    state: ShowState,
    /// What the journal says; `None` for a show that nothing was ever written about.
    pub(super) head: Option<Version>,
    /// The time of the last event.
    latest: UtcMillis,
    pub(super) waiting: VecDeque<Work<R>>,
    /// Decided on the batch that is in flight.
    pub(super) decided: Vec<Decided<R>>,
    /// Looks that wait for that batch.
    pub(super) looks: Vec<Look>,
    settles: Vec<Settle>,
    /// The version that the batch in flight will give it.
    next: Option<Version>,
    /// Why nothing may be decided any more.
    pub(super) broken: Option<String>,
    /// Before this, payment is not asked again for what it was just asked.
    asked_until: UtcMillis,
    memo: Memo,
    /// When it was last asked for, in turns of the machine.
    pub(super) used: u64,
}

impl<R> Cell<R> {
    pub(super) fn loading(show: ShowId) -> Self {
        Self {
            phase: Phase::Loading,
            state: ShowState::new(show),
            head: None,
            latest: UtcMillis(0),
            waiting: VecDeque::new(),
            decided: Vec::new(),
            looks: Vec::new(),
            settles: Vec::new(),
            next: None,
            broken: None,
            asked_until: UtcMillis(0),
            memo: Memo::default(),
            used: 0,
        }
    }

    /// How the show stands, as of its last commit.
    pub(super) fn picture(&self) -> Picture {
        Picture::of(&self.state, self.tip())
    }

    fn tip(&self) -> u64 {
        self.head.map_or(0, |v| v.tip)
    }

    pub(super) fn reload(&mut self, show: ShowId) {
        let waiting = std::mem::take(&mut self.waiting);
        let (used, broken) = (self.used, self.broken.take());
        *self = Self {
            waiting,
            used,
            broken,
            ..Self::loading(show)
        };
    }

    pub(super) fn fold(&mut self, loaded: &Loaded) {
        for (at, event) in &loaded.events {
            self.state.apply(*at, event);
            self.latest = self.latest.max(*at);
        }
        self.head = loaded.head.map(|h| h.version);
        let ver = self.head.map_or(0, |v| v.ver);
        if self.broken.is_none() && ver != self.state.ver() {
            self.broken = Some(format!(
                "{} events, and the head says {ver}",
                self.state.ver()
            ));
        }
    }

    /// Does all that waits; gives the commit it needs, if any.
    pub(super) fn decide_all(
        &mut self,
        now: UtcMillis,
        tips: &mut dyn FnMut() -> u64,
        out: &mut Vec<Effect<R>>,
    ) -> Option<ShowCommit> {
        // A show's journal never runs backwards, whatever clock decided last.
        let now = now.max(self.latest);
        let expect = self.head;
        let (mut rows, mut opened, mut projections) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(work) = self.waiting.pop_front() {
            match work {
                Work::Look(look) if self.state.ver() == 0 && self.broken.is_some() => {
                    let why = self.broken.clone().unwrap_or_default();
                    look(Err(LaneError::ReadOnly(why)));
                }
                Work::Look(look) if rows.is_empty() => {
                    look(Ok(Seen {
                        state: &self.state,
                        tip: self.tip(),
                        now,
                    }));
                }
                Work::Look(look) => self.looks.push(look),
                Work::Command { command, reply } => {
                    let before = self.state.ver();
                    let decision = self.decide(&command, now);
                    for event in decision.as_deref().unwrap_or_default() {
                        projections.extend(project::project(&self.state, event, now));
                        self.state.apply(now, event);
                        rows.push((now, event.to_row()));
                        if matches!(event, Event::Opened { .. }) {
                            opened.push(event.clone());
                        }
                    }
                    debug_assert_eq!(self.state.check(), Ok(()));
                    let answer = self.answer(&command, decision.map(|e| !e.is_empty()), now);
                    self.note_settles(&command, before, now);
                    if rows.is_empty() {
                        out.push(Effect::Answer(reply, answer));
                        out.extend(self.settles.drain(..).map(Effect::Settle));
                    } else {
                        self.decided.push(Decided {
                            command,
                            reply,
                            answer,
                        });
                    }
                }
            }
        }
        if rows.is_empty() {
            return None;
        }
        self.latest = now;
        let version = Version {
            ver: self.state.ver(),
            tip: tips(),
        };
        self.next = Some(version);
        let projections = project::net(projections);
        Some(ShowCommit {
            expect,
            rows,
            opened,
            projections,
            head: self.head_row(version),
        })
    }

    fn head_row(&self, version: Version) -> Head {
        let whole = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let total = self.state.slots().len();
        Head {
            show: self.state.show(),
            version,
            next_due: self.state.next_due_unless_asked(self.asked_until),
            taken: whole(total - self.state.free_written()),
            total: whole(total),
            sales: match self.state.sales() {
                Sales::Open => SalesWord::Open,
                Sales::Paused => SalesWord::Paused,
                Sales::Cancelled => SalesWord::Cancelled,
            },
        }
    }

    fn decide(&mut self, command: &Command, now: UtcMillis) -> Result<Vec<Event>, LaneError> {
        if let Some(why) = &self.broken {
            return Err(LaneError::ReadOnly(why.clone()));
        }
        self.state
            .decide(command, now)
            .map_err(|refusal| match refusal {
                Refusal::NotOpened if self.head.is_none() => LaneError::NoSuchShow,
                refusal => {
                    let next_best = Box::new(self.next_best(&refusal, command, now));
                    LaneError::Refused { refusal, next_best }
                }
            })
    }

    /// The best seats left for somebody who lost theirs; found once for all losers of a version.
    fn next_best(&mut self, refusal: &Refusal, command: &Command, now: UtcMillis) -> NextBest {
        let (Refusal::SeatsTaken { .. }, Ask::Hold { wish, .. } | Ask::ChangeSeats { wish, .. }) =
            (refusal, &command.ask)
        else {
            return NextBest::default();
        };
        let seats = match wish {
            Wish::Seats(picks) => u16::try_from(picks.len()).unwrap_or(u16::MAX),
            Wish::Best { .. } => return NextBest::default(),
        };
        if let Some(found) = self.memo.recall(&self.state, seats, now) {
            return found;
        }
        let offer = self.state.next_best(seats, now);
        let found = offer.map_or_else(NextBest::default, |offer| NextBest {
            seats: offer
                .seats
                .iter()
                .filter_map(|s: &SeatNo| self.state.label(*s))
                .collect(),
            relaxed: offer.relaxed,
        });
        self.memo.keep(seats, found.clone());
        found
    }

    fn answer(
        &self,
        command: &Command,
        fresh: Result<bool, LaneError>,
        now: UtcMillis,
    ) -> Result<Answer, LaneError> {
        let fresh = fresh?;
        let booking = command.ask.booking();
        Ok(Answer {
            version: Version {
                ver: self.state.ver(),
                tip: self.tip(),
            },
            fresh,
            booking: booking.and_then(|b| self.state.booking_view(b, self.tip(), now)),
        })
    }

    /// Notes what payment has to be told once this is durable.
    fn note_settles(&mut self, command: &Command, before: u64, now: UtcMillis) {
        let news = self.state.unsettled().filter(|s| s.ver > before);
        let mut settles: Vec<Settle> = news.collect();
        match &command.ask {
            // Whoever announces is told what stands, even if it was told before.
            Ask::Announced(news) if !settles.iter().any(|s| s.payment == news.payment) => {
                settles.extend(self.state.settle_for(news));
            }
            Ask::Expire if !is_alive(self.asked_until, now) => {
                let before = settles.len();
                settles.extend(self.state.overdue(now));
                if settles.len() > before {
                    self.asked_until = now.plus_ms(SETTLE_AGAIN_MS);
                }
            }
            _ => {}
        }
        self.settles.extend(settles);
    }

    /// Answers everybody of a commit that is durable now.
    pub(super) fn answer_all(&mut self, now: UtcMillis, out: &mut Vec<Effect<R>>) {
        self.head = self.next.take();
        let version = self.head.unwrap_or(Version {
            ver: self.state.ver(),
            tip: 0,
        });
        // Whoever is answered finds their own change on the map.
        out.push(Effect::Publish(self.picture()));
        for Decided {
            reply, mut answer, ..
        } in self.decided.drain(..)
        {
            if let Ok(answer) = &mut answer {
                answer.version = version;
                if let Some(booking) = &mut answer.booking {
                    booking.version = version;
                }
            }
            out.push(Effect::Answer(reply, answer));
        }
        out.extend(self.settles.drain(..).map(Effect::Settle));
        for look in self.looks.drain(..) {
            look(Ok(Seen {
                state: &self.state,
                tip: version.tip,
                now: now.max(self.latest),
            }));
        }
    }
}
