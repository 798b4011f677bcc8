//! Opening the databases of all shards, and refusing those with which seats could be sold twice: a
//! database under another name, one of another house, two that say a slot is theirs, shows where
//! nobody would look for them.
//!
//! A shard that can't be reached is not waited for, unless another one is new: which slots are its
//! own is decided when a shard joins, and for that all have to be heard.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use houseful_core::{code::slot_of, ids::ShardName, wire::admin::Mode};
use uuid::Uuid;

use super::{Claims, Homes, Identity, ShardEntry, ShardFile, Slots, owners};
use crate::{
    chance,
    clock::ClockKind,
    database::{Address, Books, OpenError},
    store::{SalesWord, StoreError},
};

/// The house's own number, among its facts.
const HOUSE: &str = "id";

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

/// The shards of a house.
#[derive(Debug)]
pub struct Opened {
    /// Where shows live.
    pub homes: Homes,
    /// The books of each, in the order of the file, or why they are not there yet.
    pub books: Vec<Result<Books, OpeningError>>,
    house: Uuid,
    mode: Mode,
}

/// Refuses to sell alone from what is one shard of several, and from the home of a house with shards,
/// where every show of the catalogue would be opened again.
///
/// # Errors
/// [`OpeningError::IsAShard`], [`OpeningError::HasShards`], or the database can't be read.
pub async fn alone(home: &Books) -> Result<(), OpeningError> {
    let identity = home.slots.identity().await.map_err(OpeningError::Home)?;
    if let Some(identity) = identity {
        return Err(OpeningError::IsAShard(identity.shard));
    }
    // Only a start with shards writes it.
    match home.house.fact(HOUSE).await.map_err(OpeningError::Home)? {
        Some(_) => Err(OpeningError::HasShards),
        None => Ok(()),
    }
}

impl Opened {
    /// Opens all shards that can be reached.
    ///
    /// # Errors
    /// See [`OpeningError`].
    pub async fn open(
        home: &Books,
        address: &Address,
        file: &ShardFile,
        (mode, clock): (Mode, ClockKind),
    ) -> Result<Self, OpeningError> {
        if let Address::File(_) = address {
            return Err(OpeningError::HomeIsAFile(address.clone()));
        }
        let opened = file.shards.iter().map(|entry| reach(entry, clock));
        let books = join_all(opened).await;
        let books: Vec<Result<Books, OpeningError>> = books
            .into_iter()
            .map(|reached| match reached {
                Err(error) if !is_passing(&error) => Err(error),
                reached => Ok(reached),
            })
            .collect::<Result<_, _>>()?;
        all_different(file, &books).await?;
        let house = home.house.fact(HOUSE).await.map_err(OpeningError::Home)?;
        let known = house.as_deref().and_then(|id| Uuid::parse_str(id).ok());
        let joining = joining(file, &books, known).await?;
        has_its_shows(home, &books).await?;
        // Refused before the house has a number: without one it may be sold from alone as before.
        let joins = joins(file, &books, &joining).await?;
        let house = match known {
            Some(house) => house,
            None => found(home).await?,
        };
        let homes = Homes::new(file.map.clone());
        let opened = Self {
            homes,
            books,
            house,
            mode,
        };
        opened.join(file, joins).await?;
        opened.settle(file).await?;
        Ok(opened)
    }

    /// The house's number.
    #[must_use]
    pub const fn house(&self) -> Uuid {
        self.house
    }

    /// Makes shards of the databases that are none yet.
    async fn join(&self, file: &ShardFile, joins: Vec<(usize, Slots)>) -> Result<(), OpeningError> {
        for (shard, slots) in joins {
            let (Some(entry), Some(Ok(books))) = (file.shards.get(shard), self.books.get(shard))
            else {
                continue;
            };
            let identity = Identity {
                house: self.house,
                shard: entry.name.clone(),
                mode: self.mode,
            };
            let is = books.slots.found(identity, slots).await;
            let is = is.map_err(|why| store(entry, why))?;
            compare(entry, &is, self.house)?;
            tracing::info!(shard = %entry.name, "a database became a shard");
        }
        Ok(())
    }

    /// Takes slots from where the databases say they are.
    async fn settle(&self, file: &ShardFile) -> Result<(), OpeningError> {
        let owners = claims(file, &self.books, |_| true).await?.owners();
        if let Some((slot, one, other)) = owners.twice {
            let name = |shard: usize| file.shards[shard].name.clone();
            let (one, other) = (name(one), name(other));
            return Err(OpeningError::Twice { slot, one, other });
        }
        owners.settle(&self.homes);
        owners::compare(&self.homes);
        Ok(())
    }
}

/// Tries a shard of a house again that could not be reached.
///
/// # Errors
/// It still can't be, or it is not what the file says.
pub async fn again(
    house: Uuid,
    entry: &ShardEntry,
    clock: ClockKind,
) -> Result<Books, OpeningError> {
    let books = reach(entry, clock).await?;
    let identity = books.slots.identity().await;
    match identity.map_err(|why| store(entry, why))? {
        Some(is) => compare(entry, &is, house)?,
        None => {
            let away = entry.name.clone();
            let why = "its database is empty now".to_owned();
            let new = away.clone();
            return Err(OpeningError::NotAllThere { new, away, why });
        }
    }
    Ok(books)
}

async fn reach(entry: &ShardEntry, clock: ClockKind) -> Result<Books, OpeningError> {
    let address = Address::Postgres(entry.primary.clone());
    let opened = Books::open(&address, clock).await;
    opened.map_err(|why| match why {
        OpenError::Store(why) => store(entry, why),
        why => OpeningError::Open {
            shard: entry.name.clone(),
            why: Box::new(why),
        },
    })
}

/// Whether a shard that is not there now may be there later.
fn is_passing(error: &OpeningError) -> bool {
    match error {
        OpeningError::Store { why, .. } => *why == StoreError::Busy,
        #[cfg(feature = "postgres")]
        OpeningError::Open { why, .. } => matches!(
            why.as_ref(),
            OpenError::Postgres(
                crate::postgres::OpenError::NoPrimary { .. }
                    | crate::postgres::OpenError::Server { .. }
            )
        ),
        _ => false,
    }
}

fn store(entry: &ShardEntry, why: StoreError) -> OpeningError {
    let shard = entry.name.clone();
    OpeningError::Store { shard, why }
}

/// Refuses two shards with one database.
async fn all_different(
    file: &ShardFile,
    books: &[Result<Books, OpeningError>],
) -> Result<(), OpeningError> {
    let mut known: Vec<(String, &ShardName)> = Vec::new();
    for (entry, books) in file.shards.iter().zip(books) {
        let Ok(open) = books else { continue };
        let database = open.slots.database().await;
        let database = database.map_err(|why| store(entry, why))?;
        if let Some((_, one)) = known.iter().find(|(known, _)| *known == database) {
            let (one, other) = ((*one).clone(), entry.name.clone());
            return Err(OpeningError::SameDatabase { one, other });
        }
        known.push((database, &entry.name));
    }
    Ok(())
}

/// The databases that are no shards yet; refuses those that are others.
async fn joining(
    file: &ShardFile,
    books: &[Result<Books, OpeningError>],
    house: Option<Uuid>,
) -> Result<Vec<usize>, OpeningError> {
    let mut joining = Vec::new();
    for (shard, (entry, books)) in file.shards.iter().zip(books.iter()).enumerate() {
        let Ok(open) = books else { continue };
        let identity = open.slots.identity().await;
        match identity.map_err(|why| store(entry, why))? {
            None => joining.push(shard),
            Some(is) => compare(entry, &is, house.unwrap_or(Uuid::nil()))?,
        }
    }
    let away = file.shards.iter().zip(books.iter());
    let away = away.filter_map(|(entry, books)| Some((entry, books.as_ref().err()?)));
    if let (Some(new), Some((away, why))) = (joining.first(), away.into_iter().next()) {
        return Err(OpeningError::NotAllThere {
            new: file.shards[*new].name.clone(),
            away: away.name.clone(),
            why: why.to_string(),
        });
    }
    Ok(joining)
}

fn compare(entry: &ShardEntry, is: &Identity, house: Uuid) -> Result<(), OpeningError> {
    let (shard, is_house, is) = (entry.name.clone(), is.house, is.shard.clone());
    if is_house != house {
        return Err(OpeningError::OtherHouse { shard, is });
    }
    if is != shard {
        return Err(OpeningError::OtherShard { shard, is });
    }
    Ok(())
}

/// Refuses to look for a house's shows anywhere but where they are.
async fn has_its_shows(
    home: &Books,
    books: &[Result<Books, OpeningError>],
) -> Result<(), OpeningError> {
    let database = home.slots.database().await.map_err(OpeningError::Home)?;
    for books in books.iter().flatten() {
        if books.slots.database().await.map_err(OpeningError::Home)? == database {
            return Ok(());
        }
    }
    let identity = home.slots.identity().await.map_err(OpeningError::Home)?;
    let heads = home.journal.heads().await.map_err(OpeningError::Home)?;
    let lives_here = heads.iter().any(|head| head.sales != SalesWord::Moved);
    // A shard that is away now is not mistaken for no shard.
    if identity.is_none() && lives_here {
        return Err(OpeningError::HomeHasShows);
    }
    Ok(())
}

/// What the shards of some databases say of the slots.
async fn claims(
    file: &ShardFile,
    books: &[Result<Books, OpeningError>],
    wanted: impl Fn(usize) -> bool,
) -> Result<Claims, OpeningError> {
    let mut claims = Claims::default();
    for (shard, (entry, books)) in file.shards.iter().zip(books).enumerate() {
        if let Ok(books) = books
            && wanted(shard)
        {
            let slots = books.slots.slots().await.map_err(|why| store(entry, why))?;
            claims.add(shard, slots);
        }
    }
    Ok(claims)
}

/// Which slots are left to each database that becomes a shard.
async fn joins(
    file: &ShardFile,
    books: &[Result<Books, OpeningError>],
    joining: &[usize],
) -> Result<Vec<(usize, Slots)>, OpeningError> {
    let claims = claims(file, books, |shard| !joining.contains(&shard)).await?;
    let owners = claims.owners();
    let mut joins = Vec::new();
    for &shard in joining {
        let (Some(entry), Some(Ok(books))) = (file.shards.get(shard), books.get(shard)) else {
            continue;
        };
        let elsewhere = (0_u16..).zip(&owners.of);
        let elsewhere =
            elsewhere.map(|(slot, owner)| elsewhere_of(file, entry, &claims, (slot, *owner)));
        let slots = elsewhere.collect::<Result<Slots, _>>()?;
        shows_stay(entry, books, &slots).await?;
        joins.push((shard, slots));
    }
    Ok(joins)
}

/// Where a slot is, for a database that becomes a shard; `None` if it is its own. What shards say
/// counts, whatever the file says by now: a slot that nobody has may be on its way, or in a shard
/// that was left out.
fn elsewhere_of(
    file: &ShardFile,
    entry: &ShardEntry,
    claims: &Claims,
    (slot, owner): (u16, Option<usize>),
) -> Result<Option<ShardName>, OpeningError> {
    if let Some(owner) = owner {
        return Ok(file.map.names().get(owner).cloned());
    }
    if let Some(shard) = claims.left_to(slot).find(|to| file.shard(to).is_none()) {
        let shard = shard.clone();
        return Err(OpeningError::Missing { slot, shard });
    }
    if claims.is_empty() {
        let of = file.map.names().get(file.map.shard_of_slot(slot));
        return Ok(of.filter(|of| **of != entry.name).cloned());
    }
    Ok(claims.left_to(slot).find(|to| **to != entry.name).cloned())
}

/// Refuses to give slots away in which a database has shows.
async fn shows_stay(entry: &ShardEntry, books: &Books, slots: &Slots) -> Result<(), OpeningError> {
    let heads = books.journal.heads().await;
    let heads = heads.map_err(|why| store(entry, why))?;
    let live = heads.iter().filter(|head| head.sales != SalesWord::Moved);
    let used: BTreeSet<u16> = live.map(|head| slot_of(head.show)).collect();
    for slot in used {
        if let Some(Some(to)) = slots.get(usize::from(slot)) {
            return Err(OpeningError::ShowsElsewhere {
                shard: entry.name.clone(),
                slot,
                to: to.clone(),
            });
        }
    }
    Ok(())
}

/// The house's number, made up by whoever is first.
async fn found(home: &Books) -> Result<Uuid, OpeningError> {
    let id = home.house.keep_first(HOUSE, chance::uuid().to_string());
    let id = id.await.map_err(OpeningError::Home)?;
    Uuid::parse_str(&id).map_err(|e| OpeningError::Home(StoreError::Unreadable(e.to_string())))
}
