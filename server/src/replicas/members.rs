//! Which replicas are read from, in turns, and which are left out and why. What changes is said once.

use std::time::Instant;

use houseful_core::wire::admin::{ReplicaState, ReplicaStatus};

/// How a replica stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It was not looked at yet.
    New,
    /// It is read from, and has all that was there at this moment.
    InUse(Instant),
    /// It is too old: it has what was there at this moment, if that.
    Late(Instant),
    /// It can't be read from, for this reason.
    Out(String),
}

impl State {
    fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

#[derive(Debug)]
struct Member {
    name: String,
    /// What it is called in metrics, where its name may be nobody's business: its place.
    label: String,
    state: State,
}

/// The replicas of a primary.
#[derive(Debug)]
pub(super) struct Members {
    /// What they are replicas of, in metrics.
    shard: String,
    all: Vec<Member>,
    turn: usize,
    /// Whether it was said that none will do.
    said: bool,
}

impl Members {
    pub(super) fn new(shard: Option<&str>, names: impl Iterator<Item = String>) -> Self {
        let shard = shard.unwrap_or_default().to_owned();
        let new = |(n, name): (usize, String)| Member {
            name,
            label: (n + 1).to_string(),
            state: State::New,
        };
        Self {
            shard,
            all: names.enumerate().map(new).collect(),
            turn: 0,
            said: false,
        }
    }

    /// How many are read from.
    pub(super) fn in_use(&self) -> usize {
        let in_use = |m: &&Member| matches!(m.state, State::InUse(_));
        self.all.iter().filter(in_use).count()
    }

    /// The next one that is read from, these left out.
    pub(super) fn next(&mut self, tried: &[usize]) -> Option<usize> {
        let count = self.all.len();
        let mut turns = (0..count).map(|n| (self.turn + n) % count);
        let next = turns.find(|n| {
            let member = self.all.get(*n);
            !tried.contains(n) && member.is_some_and(|m| matches!(m.state, State::InUse(_)))
        })?;
        self.turn = next + 1;
        Some(next)
    }

    /// Takes down how a replica was found.
    pub(super) fn note(&mut self, n: usize, state: State, now: Instant) {
        let Some(member) = self.all.get_mut(n) else {
            return;
        };
        let labels = [
            ("shard", self.shard.clone()),
            ("replica", member.label.clone()),
        ];
        let used = matches!(state, State::InUse(_));
        metrics::gauge!("replica_in_use", &labels).set(f64::from(u8::from(used)));
        if let State::InUse(at) | State::Late(at) = state {
            let age = now.saturating_duration_since(at);
            metrics::gauge!("replica_age_seconds", &labels).set(age.as_secs_f64());
        }
        let is_news = !member.state.is_like(&state);
        member.state = state;
        if is_news {
            member.say(now);
            self.say();
        }
    }

    /// Says once that none is left, and that there is one again.
    fn say(&mut self) {
        let in_use = self.in_use();
        let count = u32::try_from(in_use).unwrap_or(u32::MAX);
        metrics::gauge!("replicas_in_use", "shard" => self.shard.clone()).set(count);
        let new = self.all.iter().any(|m| m.state == State::New);
        if in_use == 0 && !self.said && !new {
            self.said = true;
            tracing::warn!("no replica will do: everything is read from the primary");
        } else if in_use > 0 && self.said {
            self.said = false;
            tracing::info!("replicas are read from again");
        }
    }

    pub(super) fn report(&self, now: Instant) -> Vec<ReplicaStatus> {
        self.all.iter().map(|member| member.report(now)).collect()
    }
}

impl Member {
    fn say(&self, now: Instant) {
        let replica = self.name.as_str();
        match &self.state {
            State::New => {}
            State::InUse(_) => tracing::info!(replica, "a replica is read from"),
            State::Late(at) => {
                let age_s = now.saturating_duration_since(*at).as_secs_f32();
                tracing::warn!(replica, age_s, "a replica is too far behind and left out");
            }
            State::Out(why) => tracing::warn!(replica, why, "a replica is left out"),
        }
    }

    fn report(&self, now: Instant) -> ReplicaStatus {
        let age_ms = |at: Instant| {
            let age = now.saturating_duration_since(at).as_millis();
            Some(u64::try_from(age).unwrap_or(u64::MAX))
        };
        let (state, age_ms, reason) = match &self.state {
            State::New => (
                ReplicaState::Out,
                None,
                Some("not looked at yet".to_owned()),
            ),
            State::InUse(at) => (ReplicaState::InUse, age_ms(*at), None),
            State::Late(at) => (ReplicaState::Late, age_ms(*at), None),
            State::Out(why) => (ReplicaState::Out, None, Some(why.clone())),
        };
        ReplicaStatus {
            address: self.name.clone(),
            state,
            age_ms,
            reason,
        }
    }
}
