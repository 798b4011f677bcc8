//! Why the shards of a house can't be opened.

use houseful_core::ids::{ShardName, ShowId};

use crate::{
    database::{Address, OpenError},
    store::StoreError,
};

/// Why a house's shards can't be opened. Each sentence says what, which, and what next.
#[derive(Debug, thiserror::Error)]
pub enum OpeningError {
    /// A database can't be used.
    #[error("shard {shard}: {why}")]
    Open {
        /// Of which shard.
        shard: ShardName,
        /// Why.
        why: Box<OpenError>,
    },
    /// A database can't be read or written.
    #[error("shard {shard}: the database can't be used: {why}")]
    Store {
        /// Of which shard.
        shard: ShardName,
        /// Why.
        why: StoreError,
    },
    /// The house's database can't be read or written.
    #[error("the house's database can't be used: {0}")]
    Home(StoreError),
    /// Two addresses of one database.
    #[error("the shards {one} and {other} have one database; give each one of its own")]
    SameDatabase {
        /// One.
        one: ShardName,
        /// The other.
        other: ShardName,
    },
    /// A database that is another shard.
    #[error(
        "the database named for shard {shard} is shard {is}; write each address to its own name"
    )]
    OtherShard {
        /// What the file says.
        shard: ShardName,
        /// What it is.
        is: ShardName,
    },
    /// A database that belongs to other people's shows.
    #[error(
        "the database named for shard {shard} is shard {is} of another house than --db names; name the two of one house"
    )]
    OtherHouse {
        /// What the file says.
        shard: ShardName,
        /// What it is there.
        is: ShardName,
    },
    /// A shard joins while another is away.
    #[error(
        "shard {new} is new and shard {away} can't be reached ({why}): when a shard joins, all have to be there"
    )]
    NotAllThere {
        /// Which joins.
        new: ShardName,
        /// Which is away.
        away: ShardName,
        /// Why.
        why: String,
    },
    /// A database with shows joins, and the file has them looked for elsewhere.
    #[error(
        "the database of shard {shard} has shows of slot {slot}, which the file gives to {to}: begin with the slot at {shard}, then move it with `houseful db move-slot`"
    )]
    ShowsElsewhere {
        /// Which joins.
        shard: ShardName,
        /// A slot of a show.
        slot: u16,
        /// Who would have it.
        to: ShardName,
    },
    /// A house with shows that no shard has.
    #[error(
        "the house's database has shows and is none of the shards: name it as one, with the slots of its shows (0-1023 if it had them all)"
    )]
    HomeHasShows,
    /// Two shards have a slot.
    #[error(
        "the databases of {one} and {other} both say that slot {slot} is theirs; nothing is sold until one of them says otherwise"
    )]
    Twice {
        /// The slot.
        slot: u16,
        /// One.
        one: ShardName,
        /// The other.
        other: ShardName,
    },
    /// A shard joins, and slots are in one that is not named.
    #[error(
        "slot {slot} is in shard {shard}, which the file does not name: when a shard joins, all have to be there; name {shard} too, and move its slots if it is to go"
    )]
    Missing {
        /// The slot.
        slot: u16,
        /// Which has it.
        shard: ShardName,
    },
    /// A shard in another database than the house had it in: all its seats would be for sale again.
    #[error(
        "the house had shard {0} in another database than the one named now: name that one, or put its latest copy back; what was sold there is not in this one"
    )]
    AnotherDatabase(ShardName),
    /// A shard whose making was cut off: the house knows its database, and it is no shard yet.
    #[error(
        "the database of shard {0} was to become a shard and is none yet: start a server while all shards can be reached, which finishes it"
    )]
    NoShardYet(ShardName),
    /// A shard that was put back to a copy from before a show left it that has come back since.
    #[error(
        "shard {shard} has {show} as it was before it came back from {from}, whose journal of it goes further: {shard} was put back to a copy, and seats that {from} sold are free in it; put its latest copy back"
    )]
    WentBack {
        /// A show.
        show: ShowId,
        /// Which was put back.
        shard: ShardName,
        /// Which has the longer journal.
        from: ShardName,
    },
    /// A shard alone.
    #[error(
        "the database is shard {0} of a house with several; say with `--shards FILE` which they are"
    )]
    IsAShard(ShardName),
    /// The home of a house with shards, alone.
    #[error("the house has shards; say with `--shards FILE` which they are")]
    HasShards,
    /// A file as the house's database.
    #[error(
        "a house with shards has its own database in Postgres too; {0} is a file: name one with `--db postgres://user@host/name`"
    )]
    HomeIsAFile(Address),
}

impl OpeningError {
    /// Whether a shard that is not there now may be there later, without anybody changing anything.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Store { why, .. } | Self::Home(why) => *why == StoreError::Busy,
            #[cfg(feature = "postgres")]
            Self::Open { why, .. } => matches!(
                why.as_ref(),
                OpenError::Postgres(
                    crate::postgres::OpenError::NoPrimary { .. }
                        | crate::postgres::OpenError::Server { .. }
                )
            ),
            _ => false,
        }
    }
}
