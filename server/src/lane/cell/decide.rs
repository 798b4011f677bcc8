//! Deciding all that waits for a show, and what that needs before anybody hears of it.

use std::time::{Duration, Instant};

use houseful_core::{
    expiry::is_alive,
    message::Settle,
    refusal::Refusal,
    show::{Actor, Ask, Command, Event, Row, SETTLE_AGAIN_MS, Sales},
    time::UtcMillis,
    wire::seats::Version,
};

use super::{Cell, Decided, Need, REFUSAL_STALE, TRIED_MAX, Waiting};
use crate::{
    lane::{
        Answer, LaneError, project,
        work::{Effect, Look, Seen, Tell, Tick, Work},
    },
    store::{Head, Projection, SalesWord, ShowCommit},
};

/// What stands behind an answer that writes nothing, on a store that others write to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Proof {
    /// A no: the primary says that the show still stands so.
    Confirm,
    /// A yes that was given before, a message to payment: the head is written again, so that it
    /// would survive whatever a fresh one survives.
    Fence,
}

/// What one round of deciding comes to.
struct Draft {
    now: UtcMillis,
    at: Instant,
    rows: Vec<(UtcMillis, Row)>,
    opened: Vec<Event>,
    projections: Vec<Projection>,
    proof: Option<Proof>,
}

/// Whether somebody is refused for what is taken. A crowd that asks for the same seats may be told
/// so from memory.
fn is_of_a_crowd(answer: &Result<Answer, LaneError>) -> bool {
    let Err(LaneError::Refused { refusal, .. }) = answer else {
        return false;
    };
    matches!(
        refusal,
        Refusal::SeatsTaken { .. } | Refusal::NotEnoughSeats { .. } | Refusal::OrphanSeat { .. }
    )
}

impl<R> Cell<R> {
    /// Whether what is in memory is good enough for something that was asked at `since` and may
    /// rest on what is so old.
    fn is_current(&self, since: Instant, within: Duration, at: Instant) -> bool {
        let fresh = |c: Instant| c >= since || at.saturating_duration_since(c) <= within;
        !self.shared || self.confirmed.is_some_and(fresh)
    }

    /// Does all that waits; says what that needs before it is answered.
    pub(in crate::lane) fn decide_all(
        &mut self,
        tick: Tick,
        tips: &mut dyn FnMut() -> u64,
        out: &mut Vec<Effect<R>>,
    ) -> Need {
        let mut draft = Draft {
            // A show's journal never runs backwards, whatever clock decided last.
            now: tick.now.max(self.fold.latest),
            at: tick.at,
            rows: Vec::new(),
            opened: Vec::new(),
            projections: Vec::new(),
            proof: None,
        };
        while let Some(Waiting { work, since }) = self.waiting.pop_front() {
            if self.shared && tick.at.saturating_duration_since(since) > TRIED_MAX {
                work.fail(LaneError::Busy, out);
                continue;
            }
            match work {
                Work::Look { look, within } => {
                    let told = self.look((look, within, since), &mut draft);
                    out.extend(told.map(Effect::Tell));
                }
                Work::Command { command, reply } => {
                    self.command(command, reply, since, &mut draft, out);
                }
            }
        }
        self.need(draft, tips)
    }

    /// Lets somebody look, if what is in memory is good enough.
    fn look(
        &mut self,
        (look, within, since): (Look, Duration, Instant),
        draft: &mut Draft,
    ) -> Option<Tell> {
        let is_current = self.is_current(since, within, draft.at);
        if let Some(broken) = &self.broken
            && (self.fold.state.ver() == 0 || broken.is_unreadable() && !is_current)
        {
            // Asking where it stands would come to the same row that can't be read.
            return Some(look(Err(broken.answer())));
        }
        if draft.rows.is_empty() && is_current {
            return Some(look(Ok(Seen {
                state: &self.fold.state,
                tip: self.tip(),
                now: draft.now,
            })));
        }
        draft.proof = draft.proof.max(Some(Proof::Confirm));
        self.looks.push((look, within, since));
        None
    }

    fn command(
        &mut self,
        command: Box<Command>,
        reply: R,
        since: Instant,
        draft: &mut Draft,
        out: &mut Vec<Effect<R>>,
    ) {
        let (before, now) = (self.fold.state.ver(), draft.now);
        let decision = self.decide(&command, now);
        for event in decision.as_deref().unwrap_or_default() {
            let rows = project::project(&self.fold.state, event, now);
            draft.projections.extend(rows);
            self.fold.state.apply(now, event);
            draft.rows.push((now, event.to_row()));
            if matches!(event, Event::Opened { .. }) {
                draft.opened.push(event.clone());
            }
            if self.durable.is_some() {
                self.ahead.push((now, event.clone()));
            }
        }
        debug_assert_eq!(self.fold.state.check(), Ok(()));
        let answer = self.answer(&command, decision.map(|e| !e.is_empty()), now);
        self.note_settles(&command, before, now);
        if draft.rows.is_empty() {
            let proof = self.proof(&command, &answer, since, draft.at);
            if proof.is_none() {
                out.push(Effect::Answer(reply, answer));
                out.extend(self.settles.drain(..).map(Effect::Settle));
                return;
            }
            draft.proof = draft.proof.max(proof);
        }
        self.decided.push(Decided {
            command,
            reply,
            since,
            answer,
        });
    }

    /// What an answer needs that nothing was written for.
    fn proof(
        &self,
        command: &Command,
        answer: &Result<Answer, LaneError>,
        since: Instant,
        at: Instant,
    ) -> Option<Proof> {
        if !self.shared || self.broken.is_some() {
            return None;
        }
        if self.head.is_none() {
            let current = self.is_current(since, Duration::ZERO, at);
            return (!current).then_some(Proof::Confirm);
        }
        // Nobody is told that nothing has ended yet.
        let is_yes = answer.is_ok() && !matches!(command.ask, Ask::Expire);
        if is_yes || !self.settles.is_empty() {
            return Some(Proof::Fence);
        }
        let within = if is_of_a_crowd(answer) && !self.has_a_part_in(&command.actor) {
            REFUSAL_STALE
        } else {
            Duration::ZERO
        };
        let current = self.is_current(since, within, at);
        (!current).then_some(Proof::Confirm)
    }

    /// Whether somebody has or had a booking of the show, as far as is known here: what they did a
    /// moment ago, perhaps at another server, may be the reason why seats are free again.
    fn has_a_part_in(&self, actor: &Actor) -> bool {
        let mut bookings = self.fold.state.bookings();
        bookings.any(|(_, booking)| booking.owner == actor.owner)
    }

    fn need(&mut self, draft: Draft, tips: &mut dyn FnMut() -> u64) -> Need {
        if !draft.rows.is_empty() {
            self.fold.latest = draft.now;
            let version = Version {
                ver: self.fold.state.ver(),
                tip: tips(),
            };
            self.next = Some(version);
            return Need::Commit(ShowCommit {
                expect: self.head,
                rows: draft.rows,
                opened: draft.opened,
                projections: project::net(draft.projections),
                head: self.head_row(version),
            });
        }
        match (draft.proof, self.head) {
            (None, _) => Need::Nothing,
            (Some(Proof::Fence), Some(head)) => Need::Commit(ShowCommit {
                expect: self.head,
                rows: Vec::new(),
                opened: Vec::new(),
                projections: Vec::new(),
                head: self.head_row(head),
            }),
            // Of a show without a journal there is nothing to write again.
            (Some(_), _) => Need::Confirm,
        }
    }

    fn head_row(&self, version: Version) -> Head {
        let whole = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let state = &self.fold.state;
        let total = state.slots().len();
        Head {
            show: state.show(),
            version,
            next_due: state.next_due_unless_asked(self.asked_until),
            taken: whole(total - state.free_written()),
            total: whole(total),
            sales: match state.sales() {
                _ if state.moved_to().is_some() => SalesWord::Moved,
                Sales::Open => SalesWord::Open,
                Sales::Paused => SalesWord::Paused,
                Sales::Cancelled => SalesWord::Cancelled,
            },
        }
    }

    fn decide(&mut self, command: &Command, now: UtcMillis) -> Result<Vec<Event>, LaneError> {
        if let Some(broken) = &self.broken {
            return Err(broken.answer());
        }
        let state = &self.fold.state;
        state.decide(command, now).map_err(|refusal| match refusal {
            Refusal::NotOpened if self.head.is_none() => LaneError::NoSuchShow,
            refusal => {
                let next_best = self.memo.next_best(state, (command, &refusal), now);
                let next_best = Box::new(next_best);
                LaneError::Refused { refusal, next_best }
            }
        })
    }

    fn answer(
        &self,
        command: &Command,
        fresh: Result<bool, LaneError>,
        now: UtcMillis,
    ) -> Result<Answer, LaneError> {
        let fresh = fresh?;
        let (state, booking) = (&self.fold.state, command.ask.booking());
        Ok(Answer {
            version: Version {
                ver: state.ver(),
                tip: self.tip(),
            },
            fresh,
            booking: booking
                .and_then(|b| state.booking_view(b, self.tip(), now))
                .map(Box::new),
        })
    }

    /// Notes what payment has to be told once this is durable.
    fn note_settles(&mut self, command: &Command, before: u64, now: UtcMillis) {
        if self.shared && self.broken.is_some() {
            // Nothing can be written that would make it safe to say; another server may.
            return;
        }
        let state = &self.fold.state;
        let news = state.unsettled().filter(|s| s.ver > before);
        let mut settles: Vec<Settle> = news.collect();
        if let Ask::Announced(news) = &command.ask {
            let own = settles.iter_mut().filter(|s| s.payment == news.payment);
            own.for_each(|answer| answer.reopened_at = news.reopened_at);
        }
        match &command.ask {
            // Whoever announces is told what stands, even if it was told before.
            Ask::Announced(news) if !settles.iter().any(|s| s.payment == news.payment) => {
                settles.extend(state.settle_for(news));
            }
            Ask::Expire if !is_alive(self.asked_until, now) => {
                let before = settles.len();
                settles.extend(state.overdue(now));
                if settles.len() > before {
                    self.asked_until = now.plus_ms(SETTLE_AGAIN_MS);
                }
            }
            _ => {}
        }
        self.settles.extend(settles);
    }
}
