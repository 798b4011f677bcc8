//! How the shards of a house stand, as far as this server sees it: whose shows it sells, who does not
//! answer, whose database was refused, which slots two of them claim. What changes is said once.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use houseful_core::{
    ids::ShardName,
    wire::admin::{ShardState, ShardStatus},
};

use super::Homes;

/// How a shard was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It was not looked at yet.
    New,
    /// Its shows are sold.
    InUse,
    /// It does not answer, for this reason.
    Away(String),
    /// It can't be sold from, for a reason that does not pass by itself.
    Refused(String),
}

/// How all of them stand; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Watch(Arc<Mutex<Watched>>);

#[derive(Debug, Default)]
struct Watched {
    all: Vec<(ShardName, Standing)>,
    /// Slots that two shards claim, of each two one.
    twice: Vec<(u16, usize, usize)>,
}

impl Watch {
    /// Nobody has been looked at yet.
    #[must_use]
    pub fn new(homes: &Homes) -> Self {
        let names = homes.map().names().iter().cloned();
        let watched = Watched {
            all: names.map(|name| (name, Standing::New)).collect(),
            twice: Vec::new(),
        };
        Self(Arc::new(Mutex::new(watched)))
    }

    /// Takes down how a shard was found.
    pub fn note(&self, shard: usize, standing: Standing) {
        let mut watched = self.lock();
        let Some((name, before)) = watched.all.get_mut(shard) else {
            return;
        };
        let in_use = u8::from(standing == Standing::InUse);
        metrics::gauge!("shard_in_use", "shard" => name.to_string()).set(f64::from(in_use));
        if std::mem::discriminant(before) != std::mem::discriminant(&standing) {
            say(name, &standing);
        }
        *before = standing;
    }

    /// Takes down which slots two shards claim, of those that were heard. A claim of two stands until
    /// both were heard again.
    pub(super) fn claimed_twice(&self, now: &[(u16, usize, usize)], heard: &BTreeSet<usize>) {
        let mut watched = self.lock();
        let before = watched.twice.clone();
        let is_of = |a: &(u16, usize, usize), b: &(u16, usize, usize)| (a.1, a.2) == (b.1, b.2);
        let stands =
            |claim: &&(u16, usize, usize)| !(heard.contains(&claim.1) && heard.contains(&claim.2));
        let mut twice = now.to_vec();
        twice.extend(before.iter().filter(stands));
        let is_new = |claim: &&(u16, usize, usize)| !before.iter().any(|known| is_of(known, claim));
        for (slot, one, other) in twice.iter().filter(is_new) {
            let (one, other) = (watched.name(*one), watched.name(*other));
            tracing::error!(slot, %one, %other, "two shards say that a slot is theirs");
        }
        if twice.is_empty() && !before.is_empty() {
            tracing::info!("no two shards say that a slot is theirs any more");
        }
        watched.twice = twice;
    }

    /// The shards whose shows are not sold now.
    #[must_use]
    pub fn away(&self) -> Vec<ShardName> {
        let watched = self.lock();
        let away = watched.all.iter().filter(|(_, s)| *s != Standing::InUse);
        away.map(|(name, _)| name.clone()).collect()
    }

    /// All of them, in the order of the configuration; the reasons may name addresses.
    #[must_use]
    pub fn report(&self) -> Vec<ShardStatus> {
        let watched = self.lock();
        let all = watched.all.iter().enumerate();
        all.map(|(n, (name, standing))| watched.status(n, name, standing))
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, Watched> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watched {
    fn name(&self, shard: usize) -> String {
        let named = self.all.get(shard);
        named.map_or_else(String::new, |(name, _)| name.to_string())
    }

    fn status(&self, shard: usize, name: &ShardName, standing: &Standing) -> ShardStatus {
        let of_this = |(_, one, other): &&(u16, usize, usize)| *one == shard || *other == shard;
        let (state, reason) = match (standing, self.twice.iter().find(of_this)) {
            (Standing::New, _) => (ShardState::Away, Some("not looked at yet".to_owned())),
            (Standing::Away(why), _) => (ShardState::Away, Some(why.clone())),
            (Standing::Refused(why), _) => (ShardState::Refused, Some(why.clone())),
            (Standing::InUse, Some(&(slot, one, other))) => {
                let rival = self.name(if one == shard { other } else { one });
                let why = format!("{rival} says, too, that slot {slot} is its own");
                (ShardState::Disputed, Some(why))
            }
            (Standing::InUse, None) => (ShardState::InUse, None),
        };
        ShardStatus {
            shard: name.clone(),
            state,
            reason,
        }
    }
}

fn say(shard: &ShardName, standing: &Standing) {
    match standing {
        Standing::New => {}
        Standing::InUse => tracing::info!(%shard, "a shard is there"),
        Standing::Away(why) => {
            tracing::warn!(%shard, why, "a shard can't be reached; its shows are not sold until it can");
        }
        Standing::Refused(why) => {
            tracing::error!(%shard, why, "the database of a shard was refused; its shows are not sold");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shards::SlotMap;

    #[test]
    fn each_shard_is_told_as_it_was_found_last() {
        let name = |text: &str| text.parse::<ShardName>().expect("a name");
        let shards = [(name("north"), "0-511"), (name("south"), "512-1023")];
        let homes = Homes::new(SlotMap::read(&shards).expect("a map"));
        let watch = Watch::new(&homes);
        let told = |watch: &Watch| {
            let all = watch.report().into_iter();
            all.map(|s| (s.state, s.reason.unwrap_or_default()))
                .collect::<Vec<_>>()
        };
        assert_eq!(watch.away(), [name("north"), name("south")]);
        watch.note(0, Standing::InUse);
        watch.note(1, Standing::Away("no answer".to_owned()));
        watch.note(2, Standing::InUse);
        assert_eq!(watch.away(), [name("south")]);
        assert_eq!(
            told(&watch),
            [
                (ShardState::InUse, String::new()),
                (ShardState::Away, "no answer".to_owned())
            ]
        );
        watch.note(1, Standing::InUse);
        let both = BTreeSet::from([0, 1]);
        watch.claimed_twice(&[(7, 0, 1)], &both);
        let claims = |who: &str| format!("{who} says, too, that slot 7 is its own");
        assert_eq!(
            told(&watch),
            [
                (ShardState::Disputed, claims("south")),
                (ShardState::Disputed, claims("north"))
            ]
        );
        assert_eq!(watch.away(), [], "both sell");
        watch.claimed_twice(&[], &BTreeSet::from([0]));
        assert_eq!(told(&watch)[0].0, ShardState::Disputed, "one is not heard");
        watch.claimed_twice(&[], &both);
        assert_eq!(told(&watch)[0].0, ShardState::InUse);
    }

    #[test]
    fn each_two_that_claim_a_slot_are_told() {
        let name = |text: &str| text.parse::<ShardName>().expect("a name");
        let shards = [
            (name("a"), "0-9"),
            (name("b"), "10-19"),
            (name("c"), "20-1023"),
        ];
        let watch = Watch::new(&Homes::new(SlotMap::read(&shards).expect("a map")));
        for shard in 0..3 {
            watch.note(shard, Standing::InUse);
        }
        let all = BTreeSet::from([0, 1, 2]);
        watch.claimed_twice(&[(7, 0, 1), (12, 1, 2)], &all);
        let states = || {
            watch
                .report()
                .into_iter()
                .map(|s| s.state)
                .collect::<Vec<_>>()
        };
        assert_eq!(states(), [ShardState::Disputed; 3]);
        // One of two is settled; of the other nobody was heard.
        watch.claimed_twice(&[], &BTreeSet::from([0, 1]));
        assert_eq!(states()[0], ShardState::InUse);
        assert_eq!(states()[1..], [ShardState::Disputed; 2]);
    }
}
