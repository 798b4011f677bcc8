//! One show in the lane: its fold, what waits for it, and what was decided on it and is not yet
//! committed or confirmed. It does no IO.
//!
//! On a store that others write to, what is in memory may be behind or on a branch that was lost.
//! What is written is safe all the same: the head decides. What is said without writing needs a
//! proof (`decide.rs`).

mod decide;

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use houseful_core::{
    ids::{ShardName, ShowId},
    message::Settle,
    show::{Command, Event, ShowState, ShowTerms},
    time::UtcMillis,
    wire::seats::Version,
};

use super::{
    Answer, LaneError, Plans,
    next_best::Memo,
    work::{Effect, Look, Seen, Work},
};
use crate::{
    hub::Picture,
    store::{ShowCommit, Tail},
};

/// How old the primary's word may be that is said to a crowd that asks for the same seats: they are
/// gone, and none of them were theirs. Everything else that is said without writing rests on what was
/// asked after the question came.
pub(super) const REFUSAL_STALE: Duration = Duration::from_millis(250);
/// How long after a journal could not be read it is tried again, when somebody asks for the show.
pub(super) const READ_AGAIN: Duration = Duration::from_secs(10);
/// How long a command is tried that others keep from being decided; nothing was written by it then.
pub(super) const TRIED_MAX: Duration = Duration::from_secs(5);

/// What a show needs before those it was decided for are answered.
pub(super) enum Need {
    /// Nobody waits.
    Nothing,
    /// The primary's word that it stands where it was decided on.
    Confirm,
    /// This commit.
    Commit(ShowCommit),
}

/// Why nothing may be decided on a show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// Its journal could not be read, by somebody who began at that moment.
    Unreadable(String, Instant),
    /// The second guard spoke, which is not for a program to get over.
    Guarded(String),
}

impl Broken {
    /// What whoever asks is told.
    fn answer(&self) -> LaneError {
        let (Self::Unreadable(why, _) | Self::Guarded(why)) = self;
        LaneError::ReadOnly(why.clone())
    }

    /// Whether what is in memory can't be brought up to date.
    const fn is_unreadable(&self) -> bool {
        matches!(self, Self::Unreadable(..))
    }
}

/// A command that was decided and waits for its commit or its proof.
struct Decided<R> {
    command: Box<Command>,
    reply: R,
    since: Instant,
    answer: Result<Answer, LaneError>,
}

/// Something that waits, and since when.
pub(super) struct Waiting<R> {
    pub(super) work: Work<R>,
    pub(super) since: Instant,
}

/// Where a show stands in the lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Its journal is being read, whole or from where it is known.
    Loading,
    Ready,
    /// The primary is asked whether it still stands so.
    Unsure,
    /// In the batch that is being committed.
    InFlight,
    /// Waits to be had alone, or is had alone and being committed.
    Apart,
}

/// Events folded together.
#[derive(Clone)]
struct Fold {
    state: ShowState,
    /// The time of the last event.
    latest: UtcMillis,
}

impl Fold {
    fn new(show: ShowId) -> Self {
        let (state, latest) = (ShowState::new(show), UtcMillis(0));
        Self { state, latest }
    }

    fn planned(show: ShowId, terms: &Arc<ShowTerms>) -> Self {
        let (state, latest) = (ShowState::planned(show, terms), UtcMillis(0));
        Self { state, latest }
    }

    fn elsewhere(show: ShowId, shard: ShardName) -> Self {
        let (state, latest) = (ShowState::elsewhere(show, shard), UtcMillis(0));
        Self { state, latest }
    }

    fn add(&mut self, events: &[(UtcMillis, Event)]) {
        for (at, event) in events {
            self.state.apply(*at, event);
            self.latest = self.latest.max(*at);
        }
    }
}

/// One show of the lane.
pub(super) struct Cell<R> {
    pub(super) phase: Phase,
    /// Whether others may write to its journal.
    shared: bool,
    /// As it was loaded and decided on.
    fold: Fold,
    /// As it is in the journal, for a show that was lost to others or not written before: then what
    /// was decided in vain is taken back without reading the whole journal again.
    durable: Option<Fold>,
    contended: bool,
    /// What `fold` has and `durable` not yet.
    ahead: Vec<(UtcMillis, Event)>,
    /// What the journal says; `None` for a show that nothing was ever written about.
    pub(super) head: Option<Version>,
    /// When somebody last began to ask the primary and heard that it stands at `head`.
    confirmed: Option<Instant>,
    pub(super) waiting: VecDeque<Waiting<R>>,
    decided: Vec<Decided<R>>,
    /// Looks that wait for the same.
    looks: Vec<(Look, Duration, Instant)>,
    settles: Vec<Settle>,
    /// The version that the commit under way will give it.
    next: Option<Version>,
    /// Why nothing may be decided now.
    pub(super) broken: Option<Broken>,
    /// Before this, payment is not asked again for what it was just asked.
    asked_until: UtcMillis,
    memo: Memo,
    /// Where it stood when it was last lost to others, until it is read whether it moved.
    lost_at: Option<Version>,
    /// How often in a row it was lost to others who moved it, and how often refused for the time.
    pub(super) losses: u8,
    pub(super) untimely: u8,
    /// When it was last asked for, in turns of the machine.
    pub(super) used: u64,
}

impl<R> Cell<R> {
    pub(super) fn loading(show: ShowId, shared: bool) -> Self {
        Self {
            phase: Phase::Loading,
            shared,
            fold: Fold::new(show),
            durable: None,
            contended: false,
            ahead: Vec::new(),
            head: None,
            confirmed: None,
            waiting: VecDeque::new(),
            decided: Vec::new(),
            looks: Vec::new(),
            settles: Vec::new(),
            next: None,
            broken: None,
            asked_until: UtcMillis(0),
            memo: Memo::default(),
            lost_at: None,
            losses: 0,
            untimely: 0,
            used: 0,
        }
    }

    /// Whether anybody waits for an answer.
    pub(super) fn is_asked(&self) -> bool {
        !(self.waiting.is_empty() && self.decided.is_empty() && self.looks.is_empty())
    }

    /// How the show stands, as of its last commit or its plan. There is no picture of a journal that
    /// was left behind, which would stand in the way of the one that goes on.
    pub(super) fn picture(&self) -> Option<Picture> {
        let lives_here = self.is_there() && self.fold.state.moved_to().is_none();
        lives_here.then(|| Picture::of(&self.fold.state, self.tip()))
    }

    /// Whether the show has a journal or is to have one.
    pub(super) fn is_there(&self) -> bool {
        self.head.is_some() || self.fold.state.is_planned()
    }

    /// Takes in what the catalogue says of a show of which nothing is written: as it stands now, not
    /// as it stood when somebody looked for a journal.
    pub(super) fn plan(&mut self, plans: &Plans) {
        let state = &self.fold.state;
        if self.head.is_some() || state.ver() > 0 || state.moved_to().is_some() {
            return;
        }
        let show = state.show();
        let terms = plans.terms(show);
        if terms.as_ref() == state.terms() {
            return;
        }
        self.memo = Memo::default();
        self.fold = match terms {
            Some(terms) => Fold::planned(show, &terms),
            None => Fold::new(show),
        };
        if let Some(durable) = &mut self.durable {
            durable.clone_from(&self.fold);
        }
    }

    fn tip(&self) -> u64 {
        self.stands().tip
    }

    /// Where it stands; a show without a journal before all versions.
    fn stands(&self) -> Version {
        self.head.unwrap_or(Version { ver: 0, tip: 0 })
    }

    /// Whether its journal could not be read, so long ago that it is worth another try.
    pub(super) fn is_to_be_read_again(&self, at: Instant) -> bool {
        let Some(Broken::Unreadable(_, began)) = &self.broken else {
            return false;
        };
        at.saturating_duration_since(*began) >= READ_AGAIN
    }

    /// Notes that somebody else was first, or is at it now: a head that is only locked does not
    /// count as lost.
    pub(super) fn lose(&mut self) {
        self.lost_at = Some(self.stands());
    }

    /// Folds in how the journal goes on, as somebody read it who began at `began`. Nothing may be
    /// decided and uncommitted.
    ///
    /// # Errors
    /// It makes no sense, in words.
    pub(super) fn catch_up(&mut self, tail: Tail, began: Instant) -> Result<(), String> {
        let show = self.fold.state.show();
        match tail {
            Tail::Rows { head, events } => {
                self.fold.add(&events);
                if let Some(durable) = &mut self.durable {
                    durable.add(&events);
                }
                self.head = Some(head.version);
            }
            Tail::Elsewhere(loaded) => {
                self.fold = match loaded.elsewhere {
                    Some(shard) => Fold::elsewhere(show, shard),
                    None => Fold::new(show),
                };
                self.fold.add(&loaded.events);
                self.durable = None;
                self.asked_until = UtcMillis(0);
                self.head = loaded.head.map(|h| h.version);
            }
        }
        // Another line may have the same number.
        self.memo = Memo::default();
        self.confirmed = Some(began);
        if self.lost_at.take().is_some_and(|at| at != self.stands()) {
            self.losses = self.losses.saturating_add(1);
        }
        let (ver, folded) = (self.stands().ver, self.fold.state.ver());
        if ver != folded {
            return Err(format!("{folded} events, and the head says {ver}"));
        }
        if self.contended && self.durable.is_none() {
            self.durable = Some(self.fold.clone());
        }
        self.broken.take_if(|broken| broken.is_unreadable());
        Ok(())
    }

    /// Takes down why its journal can't be read, as somebody found who began at `began`; says
    /// whether that is news.
    pub(super) fn cannot_be_read(&mut self, why: String, began: Instant) -> bool {
        let is_news = self.broken.is_none();
        if is_news || self.broken.as_ref().is_some_and(Broken::is_unreadable) {
            self.broken = Some(Broken::Unreadable(why, began));
        }
        is_news
    }

    /// Takes back what was decided and not written, to be decided again. Gives the version up to
    /// which the journal is known; `None` if it has to be read as a whole.
    pub(super) fn take_back(&mut self) -> Option<Version> {
        let decided = std::mem::take(&mut self.decided);
        for Decided {
            command,
            reply,
            since,
            ..
        } in decided.into_iter().rev()
        {
            let work = Work::Command { command, reply };
            self.waiting.push_front(Waiting { work, since });
        }
        let looks = std::mem::take(&mut self.looks);
        let looks = looks.into_iter().map(|(look, within, since)| Waiting {
            work: Work::Look { look, within },
            since,
        });
        self.waiting.extend(looks);
        self.next = None;
        self.ahead.clear();
        if !self.settles.is_empty() {
            // Payment was not asked after all.
            self.settles.clear();
            self.asked_until = UtcMillis(0);
        }
        if self.fold.state.ver() == self.stands().ver {
            return self.head;
        }
        self.memo = Memo::default();
        if let Some(durable) = &self.durable {
            self.fold = durable.clone();
            return self.head;
        }
        self.contended = true;
        self.fold = Fold::new(self.fold.state.show());
        self.head = None;
        None
    }

    /// Answers everybody of what was decided with the same error.
    pub(super) fn fail_decided(&mut self, error: &LaneError, out: &mut Vec<Effect<R>>) {
        for decided in self.decided.drain(..) {
            out.push(Effect::Answer(decided.reply, Err(error.clone())));
        }
        for (look, ..) in self.looks.drain(..) {
            out.push(Effect::Tell(look(Err(error.clone()))));
        }
    }

    /// Answers everybody: their commit is durable, or the primary has confirmed what they were told
    /// from. That was asked for at `began`.
    pub(super) fn answer_all(&mut self, now: UtcMillis, began: Instant, out: &mut Vec<Effect<R>>) {
        self.head = self.next.take().or(self.head);
        self.confirmed = Some(began);
        (self.losses, self.untimely) = (0, 0);
        if let Some(durable) = &mut self.durable {
            durable.add(&self.ahead);
        }
        self.ahead.clear();
        let version = self.stands();
        // Whoever is answered finds their own change on the map, and who looks finds the map, also
        // where it was given up meanwhile.
        let picture = self.picture();
        out.extend(picture.map(|picture| Effect::Publish(picture, began)));
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
        for (look, ..) in self.looks.drain(..) {
            out.push(Effect::Tell(look(Ok(Seen {
                state: &self.fold.state,
                tip: version.tip,
                now: now.max(self.fold.latest),
            }))));
        }
    }
}
