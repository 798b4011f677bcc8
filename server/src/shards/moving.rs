//! Moving a slot from one shard to another while everything else sells.
//!
//! 1. No show of the slot is opened anywhere any more: every shard but the new one says that the slot
//!    is there, and the new one does not say so yet.
//! 2. One show after the other is sealed, copied, compared and goes on at the new shard. Only that one
//!    waits, and only for its own copy.
//! 3. The new shard says that the slot is its own, and shows are opened there.
//!
//! Each step finds out what was done before, so a move that was cut off at any point is repeated from
//! the start, by whoever comes. Two at once are refused; if they get past that, each step is still a
//! transaction on what it expects to find.

mod again;
mod leave;
mod shards;
mod show;
mod tables;

use std::{path::PathBuf, time::Duration};

use houseful_core::{
    code::SLOTS,
    ids::{ShardName, ShowId},
};

use self::shards::{Member, Members};
#[cfg(test)]
pub(crate) use self::tables::names as carried_tables;
use super::{OpeningError, ShardFile, SlotStore};
use crate::{lane::LaneError, store::StoreError};

/// How far a move has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// No show of the slot is opened any more.
    Given,
    /// A show does not sell.
    Sealed(ShowId),
    /// It stands in the new shard, and was compared.
    Copied(ShowId),
    /// It sells there.
    Arrived(ShowId),
    /// What it left behind was cleared away; so many shows of so many are done.
    Cleared(usize, usize),
    /// Shows of the slot are opened in the new shard.
    Taken,
}

/// What was moved, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// The shards that had shows of the slot.
    pub from: Vec<ShardName>,
    /// How many shows.
    pub shows: u64,
    /// How many rows of theirs, heads not counted.
    pub rows: u64,
    /// Shows whose bookings and tickets were made again from the journal, because the new shard was put
    /// back to a copy from before they came. Names and telephone numbers could not be.
    pub made_again: u64,
    /// The longest that a show did not sell: from when it was heard that it was sealed until it was
    /// heard that it had arrived.
    pub longest_pause: Duration,
    /// All pauses together; no two shows wait at once.
    pub total_pause: Duration,
}

/// Why a slot was not moved. Whatever was done stands, and the same move again goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// No such slot.
    #[error("there is no slot {0}; the slots are 0 to 1023")]
    NoSuchSlot(u16),
    /// No such shard.
    #[error("{} names no shard {shard}", .file.display())]
    NoSuchShard {
        /// What was asked for.
        shard: ShardName,
        /// Where it was looked for.
        file: PathBuf,
    },
    /// A shard can't be used.
    #[error(transparent)]
    Opening(#[from] OpeningError),
    /// A database without a name.
    #[error("shard {0} is new; start a server with the file first, which makes it a shard")]
    NotAShard(ShardName),
    /// Somebody else is at it.
    #[error("another `houseful db move-slot` is at work; one at a time")]
    Running,
    /// It was begun towards another shard.
    #[error(
        "slot {slot} is on its way to {to}: finish that first, with `houseful db move-slot {slot} {to}`"
    )]
    OnItsWay {
        /// The slot.
        slot: u16,
        /// Where it is going.
        to: ShardName,
    },
    /// Two shards have the slot.
    #[error(
        "the databases of {one} and {other} both say that slot {slot} is theirs; nothing was moved"
    )]
    Twice {
        /// The slot.
        slot: u16,
        /// One.
        one: ShardName,
        /// The other.
        other: ShardName,
    },
    /// The copy is not what it was copied from.
    #[error(
        "the rows of {show} in {table} are not the same in {from} and in {to}; the show does not sell until they are: repeat the move, and if that does not help, restore {to}"
    )]
    Differs {
        /// The show.
        show: ShowId,
        /// The table.
        table: &'static str,
        /// The old shard.
        from: ShardName,
        /// The new one.
        to: ShardName,
    },
    /// Two journals of which neither goes on from the other.
    #[error(
        "{from} and {to} have two different journals of {show}: {to} does not have what was last written in {from}; both were left as they are: look at both, and restore the one that is wrong"
    )]
    Forked {
        /// The show.
        show: ShowId,
        /// The shard it would come from.
        from: ShardName,
        /// The shard that has another one.
        to: ShardName,
    },
    /// A show would not be sealed, or would not arrive.
    #[error("{show} can't be moved: {why}")]
    Show {
        /// Which.
        show: ShowId,
        /// Why.
        why: LaneError,
    },
    /// A database said no.
    #[error("shard {shard}: {why}; repeat the move")]
    Store {
        /// Which.
        shard: ShardName,
        /// What it said.
        why: StoreError,
    },
}

/// Moves a slot with all its shows to a shard, wherever they are. `told` hears how far it has come.
///
/// # Errors
/// See [`MoveError`].
pub async fn move_slot(
    file: &ShardFile,
    (slot, to): (u16, &ShardName),
    told: &mut (dyn FnMut(Stage) + Send),
) -> Result<Moved, MoveError> {
    let members = open(file, slot, to).await?;
    let to = members.target(to)?;
    let alone = members.lock().await?;
    let moved = move_alone(&members, (slot, to), told).await;
    alone.release().await;
    moved
}

async fn move_alone(
    members: &Members,
    (slot, to): (u16, &Member),
    told: &mut (dyn FnMut(Stage) + Send),
) -> Result<Moved, MoveError> {
    // Refused before anything is done, if it is.
    members.plan(slot, to).await?;
    for member in members.others(to) {
        let given = member.slots.give(slot, to.name.clone()).await;
        given.map_err(|why| member.store(why))?;
    }
    told(Stage::Given);
    // Nothing is opened from here on, so these are all there will be.
    let plan = members.plan(slot, to).await?;
    let mut moved = Moved {
        from: plan.sources(),
        ..Moved::default()
    };
    let (mut done, all) = (0, plan.shows.len());
    for planned in &plan.shows {
        if !planned.lives_there {
            // A future of that size is for the heap.
            let carried = Box::pin(show::carry(planned, to, told)).await?;
            moved.rows += carried.rows;
            moved.made_again += u64::from(carried.made_again);
            moved.longest_pause = moved.longest_pause.max(carried.pause);
            moved.total_pause += carried.pause;
            moved.shows += 1;
        }
        // Where it was before it came to where it is now, it may not have been cleared away, or may not
        // know that it left: that shard was put back to a copy.
        for member in members.others(to) {
            leave::leave(planned.show, member, to).await?;
            show::clear(planned.show, member).await?;
        }
        done += 1;
        told(Stage::Cleared(done, all));
    }
    let taken = to.slots.take(slot).await;
    taken.map_err(|why| to.store(why))?;
    told(Stage::Taken);
    Ok(moved)
}

/// What [`move_slot`] would do, without doing it.
///
/// # Errors
/// See [`MoveError`].
pub async fn would_move(
    file: &ShardFile,
    (slot, to): (u16, &ShardName),
) -> Result<Moved, MoveError> {
    let members = open(file, slot, to).await?;
    let to = members.target(to)?;
    let plan = members.plan(slot, to).await?;
    let mut moved = Moved {
        from: plan.sources(),
        ..Moved::default()
    };
    for planned in plan.shows.iter().filter(|planned| !planned.lives_there) {
        moved.shows += 1;
        moved.rows += show::rows(planned).await?;
    }
    Ok(moved)
}

async fn open(file: &ShardFile, slot: u16, to: &ShardName) -> Result<Members, MoveError> {
    if slot >= SLOTS {
        return Err(MoveError::NoSuchSlot(slot));
    }
    if file.shard(to).is_none() {
        let (shard, file) = (to.clone(), file.path.clone());
        return Err(MoveError::NoSuchShard { shard, file });
    }
    Members::open(file).await
}

/// A show that is to be carried.
struct Planned<'a> {
    show: ShowId,
    /// Where its journal is longest.
    from: &'a Member,
    /// Whether it goes on in the new shard already.
    lives_there: bool,
}
