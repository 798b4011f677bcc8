//! The shards between which slots are moved, and what is where.

use std::{collections::BTreeMap, sync::Arc};

use houseful_core::{
    code::slot_of,
    ids::{ShardName, ShowId},
    message::{Announcement, Settle},
    time::UtcMillis,
    wire::{admin::Mode, seats::Version},
};

use super::{MoveError, Planned};
use crate::{
    bus::Bus,
    clock::{Clock, ClockKind},
    hub::Hub,
    lane::{Lane, Plans},
    postgres::{Database, Held},
    shards::{Claims, Identity, OpeningError, PostgresSlots, ShardEntry, ShardFile, SlotStore},
    store::{Head, SalesWord, Store, StoreError, postgres::PostgresStore},
};

/// One of them.
pub(super) struct Member {
    pub(super) name: ShardName,
    pub(super) db: Database,
    pub(super) slots: PostgresSlots,
    pub(super) lane: Lane,
    pub(super) store: PostgresStore,
    identity: Identity,
}

/// All of them, in the order of the file.
pub(super) struct Members(Vec<Member>);

/// Keeps others from moving slots until it is released, or its connections end.
pub(super) struct Alone(Vec<Held>);

impl Alone {
    /// Lets others move slots.
    pub(super) async fn release(self) {
        for session in self.0 {
            // Where it can't be said it ends with the connection.
            let _ = session.query(UNLOCK, &[]).await;
        }
    }
}

/// What has to be carried to another shard.
pub(super) struct Plan<'a> {
    pub(super) shows: Vec<Planned<'a>>,
}

/// "HousfMov", for the lock.
const LOCK: &str = "SELECT pg_try_advisory_lock(x'486F7573664D6F76'::bigint)";
const UNLOCK: &str = "SELECT pg_advisory_unlock(x'486F7573664D6F76'::bigint)";

/// The last row of each commit has its tip.
const KNOWS: &str = "SELECT 1 FROM show_event WHERE show_id = $1 AND ver = $2 AND tip = $3";

/// What journals have to say to payment is said again by whoever sells.
struct Nobody;

impl Bus for Nobody {
    fn announce(&self, _: Announcement) {}
    fn settle(&self, _: Settle) {}
}

impl Member {
    async fn open(entry: &ShardEntry) -> Result<Self, MoveError> {
        let opening = |why: crate::postgres::OpenError| OpeningError::Open {
            shard: entry.name.clone(),
            why: Box::new(why.into()),
        };
        let settings = entry.primary.secret().parse();
        let settings = settings.map_err(|e| opening(crate::postgres::OpenError::Address(e)))?;
        let db = Database::open_as_it_is(settings).await.map_err(opening)?;
        let slots = PostgresSlots::new(db.clone());
        let failed = |why| MoveError::Store {
            shard: entry.name.clone(),
            why,
        };
        let identity = slots.identity().await.map_err(failed)?;
        let identity = identity.ok_or_else(|| MoveError::NotAShard(entry.name.clone()))?;
        if identity.shard != entry.name {
            let (shard, is) = (entry.name.clone(), identity.shard);
            return Err(OpeningError::OtherShard { shard, is }.into());
        }
        let store = PostgresStore::new(db.clone());
        let (store, clock) = match identity.mode {
            Mode::Live => {
                let latest = db.latest_time().await.map_err(failed)?;
                let clock = Clock::start(ClockKind::System, latest);
                crate::follow::set_clock(&store, &clock)
                    .await
                    .map_err(failed)?;
                (store, clock)
            }
            // Their time is none of ours: a show is sealed and arrives at the time of its last event.
            Mode::Training | Mode::Demo => {
                let clock = Clock::start_at(ClockKind::Manual, UtcMillis(0));
                (store.by_another_clock(), clock)
            }
        };
        // Nothing but what is written is moved.
        let plans = Plans::none();
        let (store_of_lane, nobody) = (Arc::new(store.clone()), Arc::new(Nobody));
        let lane = Lane::start(store_of_lane, nobody, Hub::new(), clock, plans);
        Ok(Self {
            name: entry.name.clone(),
            db,
            slots,
            lane,
            store,
            identity,
        })
    }

    pub(super) fn store(&self, why: StoreError) -> MoveError {
        let shard = self.name.clone();
        MoveError::Store { shard, why }
    }

    async fn heads(&self, slot: u16) -> Result<Vec<Head>, MoveError> {
        let heads = self.store.heads().await.map_err(|why| self.store(why))?;
        let of_slot = heads.into_iter().filter(|h| slot_of(h.show) == slot);
        Ok(of_slot.collect())
    }

    /// Whether a journal here goes on from a version.
    pub(super) async fn knows(&self, show: ShowId, version: Version) -> Result<bool, MoveError> {
        let (show, ver, tip) = (show.0, version.ver, version.tip);
        let key = [show, ver, tip].map(u64::cast_signed);
        let found = self.db.read(KNOWS, &[&key[0], &key[1], &key[2]]).await;
        found
            .map(|rows| !rows.is_empty())
            .map_err(|why| self.store(why))
    }

    /// Where a journal that was left behind says its show went.
    async fn moved_to(&self, show: ShowId) -> Result<Option<ShardName>, MoveError> {
        let seen = self
            .lane
            .read(show, |state, _, _| state.moved_to().cloned());
        seen.await.map_err(|why| MoveError::Show { show, why })
    }
}

impl Members {
    /// Opens all shards of the file; all have to be there, or nobody knows who has what.
    pub(super) async fn open(file: &ShardFile) -> Result<Self, MoveError> {
        let mut members: Vec<Member> = Vec::new();
        for entry in &file.shards {
            let member = Member::open(entry).await?;
            let first = members.first().unwrap_or(&member);
            if first.identity.house != member.identity.house {
                let shard = entry.name.clone();
                let is = member.identity.shard;
                return Err(OpeningError::OtherHouse { shard, is }.into());
            }
            members.push(member);
        }
        Ok(Self(members))
    }

    /// The one of this name.
    pub(super) fn target(&self, name: &ShardName) -> Result<&Member, MoveError> {
        let member = self.0.iter().find(|member| member.name == *name);
        member.ok_or_else(|| MoveError::NotAShard(name.clone()))
    }

    /// All but that one.
    pub(super) fn others<'a>(&'a self, to: &'a Member) -> impl Iterator<Item = &'a Member> {
        self.0.iter().filter(|member| member.name != to.name)
    }

    /// Has the moving of slots alone.
    pub(super) async fn lock(&self) -> Result<Alone, MoveError> {
        let mut held = Vec::new();
        for member in &self.0 {
            let session = member.db.writer().await.map_err(|why| member.store(why))?;
            let locked = session.query(LOCK, &[]).await;
            let locked = locked.map_err(|fault| member.store(fault.writing()))?;
            let is_ours = locked.first().and_then(|row| row.try_get(0).ok());
            if is_ours != Some(true) {
                Alone(held).release().await;
                return Err(MoveError::Running);
            }
            held.push(session);
        }
        Ok(Alone(held))
    }

    /// Finds the shows of a slot that are not at `to`, each where its journal is longest.
    pub(super) async fn plan<'a>(&'a self, slot: u16, to: &Member) -> Result<Plan<'a>, MoveError> {
        self.one_owner(slot).await?;
        let mut there = BTreeMap::new();
        for head in to.heads(slot).await? {
            there.insert(head.show, head);
        }
        let mut longest: BTreeMap<ShowId, (Head, &Member)> = BTreeMap::new();
        for member in self.0.iter().filter(|member| member.name != to.name) {
            for head in member.heads(slot).await? {
                let known = longest.get(&head.show).map(|(known, _)| known.version.ver);
                if known.is_none_or(|known| known < head.version.ver) {
                    longest.insert(head.show, (head, member));
                }
            }
        }
        for (show, head) in &there {
            // One that stands nowhere else was sealed for a shard that it did not come to.
            if !longest.contains_key(show) {
                on_its_way(slot, (head, to), to).await?;
            }
        }
        let mut shows = Vec::new();
        for (show, (head, from)) in longest {
            let there = there.get(&show);
            let goes_on_there = there.is_some_and(|there| there.version.ver > head.version.ver);
            let last = match there {
                Some(there) if goes_on_there => (there, to),
                _ => (&head, from),
            };
            if let Some(there) = there {
                let short = if goes_on_there {
                    (&head, from)
                } else {
                    (there, to)
                };
                goes_on(show, last, short).await?;
            }
            on_its_way(slot, last, to).await?;
            let sells_there = there.is_some_and(|there| there.sales != SalesWord::Moved);
            if sells_there && !to.knows(show, head.version).await? {
                let (from, to) = (from.name.clone(), to.name.clone());
                return Err(MoveError::Forked { show, from, to });
            }
            // What it left behind may not be cleared away yet.
            shows.push(Planned {
                show,
                from,
                lives_there: goes_on_there && sells_there,
            });
        }
        Ok(Plan { shows })
    }

    async fn one_owner(&self, slot: u16) -> Result<(), MoveError> {
        let mut claims = Claims::default();
        for (n, member) in self.0.iter().enumerate() {
            let slots = member.slots.slots().await;
            claims.add(n, slots.map_err(|why| member.store(why))?);
        }
        // One that the file leaves out may have shows of it, and sells them.
        let is_named = |shard: &ShardName| self.0.iter().any(|member| member.name == *shard);
        if let Some(shard) = claims.left_to(slot).find(|shard| !is_named(shard)) {
            let shard = shard.clone();
            return Err(OpeningError::Missing { slot, shard }.into());
        }
        let mut owners = (0..self.0.len()).filter(|n| claims.has(*n, slot));
        if let (Some(one), Some(other)) = (owners.next(), owners.next()) {
            let name = |n: usize| self.0[n].name.clone();
            let (one, other) = (name(one), name(other));
            return Err(MoveError::Twice { slot, one, other });
        }
        Ok(())
    }
}

/// Refuses a show of which two shards have different journals, or whose shorter one sells although the
/// longer one came after it and was left: before anything is given or sealed.
async fn goes_on(
    show: ShowId,
    (long, in_long): (&Head, &Member),
    (short, in_short): (&Head, &Member),
) -> Result<(), MoveError> {
    if !in_long.knows(show, short.version).await? {
        let (from, to) = (in_short.name.clone(), in_long.name.clone());
        return Err(MoveError::Forked { show, from, to });
    }
    let is_further = long.version.ver > short.version.ver;
    if is_further && long.sales == SalesWord::Moved && short.sales != SalesWord::Moved {
        let (shard, from) = (in_short.name.clone(), in_long.name.clone());
        return Err(OpeningError::WentBack { show, shard, from }.into());
    }
    Ok(())
}

/// Refuses a show whose last journal says that it went to another shard than `to`.
async fn on_its_way(slot: u16, (head, at): (&Head, &Member), to: &Member) -> Result<(), MoveError> {
    if head.sales == SalesWord::Moved
        && let Some(way) = at.moved_to(head.show).await?
        && way != to.name
    {
        return Err(MoveError::OnItsWay { slot, to: way });
    }
    Ok(())
}

impl Plan<'_> {
    /// Where the shows are that are still to be carried.
    pub(super) fn sources(&self) -> Vec<ShardName> {
        let carried = self.shows.iter().filter(|planned| !planned.lives_there);
        let mut names: Vec<ShardName> = carried.map(|p| p.from.name.clone()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}
