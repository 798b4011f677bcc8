//! Opening the databases of all shards, and refusing those with which seats could be sold twice: a
//! database under another name, one of another house, an empty one in place of one that has sold, two
//! that say a slot is theirs, shows where nobody would look for them.
//!
//! A shard that can't be reached is not waited for, unless another one is new: which slots are its
//! own is decided when a shard joins, and for that all have to be heard.

mod error;
mod joining;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use futures_util::future::join_all;
use houseful_core::{
    code::{SLOTS, slot_of},
    ids::{ShardName, ShowId},
    wire::admin::Mode,
};
use uuid::Uuid;

pub use self::error::OpeningError;
use self::joining::{joining, joins};
use super::{Claims, Homes, Identity, ShardEntry, ShardFile, Slots, owners};
use crate::{
    chance,
    clock::ClockKind,
    database::{Address, Books, OpenError},
    house::{self, Bound, HouseStore},
    store::{SalesWord, StoreError},
};

/// The house's own number, among its facts.
const HOUSE: &str = "id";

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
        if address.file().is_some() {
            return Err(OpeningError::HomeIsAFile(address.clone()));
        }
        let opened = file.shards.iter();
        let opened = opened.map(|entry| reach(home.house.as_ref(), entry, clock));
        let books = join_all(opened).await;
        let books: Vec<Result<Books, OpeningError>> = books
            .into_iter()
            .map(|reached| match reached {
                Err(error) if !error.is_passing() => Err(error),
                reached => Ok(reached),
            })
            .collect::<Result<_, _>>()?;
        all_different(file, &books).await?;
        let house = home.house.fact(HOUSE).await.map_err(OpeningError::Home)?;
        let known = house.as_deref().and_then(|id| Uuid::parse_str(id).ok());
        let joining = joining(file, &books, known).await?;
        all_known(home, file, &books, &joining).await?;
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
        // A shard is bound before it is one: cut off in between, it still is where it was begun.
        opened.bind(file, home).await?;
        opened.join(file, joins).await?;
        let kept = house::keep_shards(home.house.as_ref()).await;
        kept.map_err(OpeningError::Home)?;
        opened.settle(file).await?;
        Ok(opened)
    }

    /// The house's number.
    #[must_use]
    pub const fn house(&self) -> Uuid {
        self.house
    }

    /// Has the house remember which database each shard is.
    async fn bind(&self, file: &ShardFile, home: &Books) -> Result<(), OpeningError> {
        for (entry, id) in ids(file, &self.books).await? {
            let bound = house::bind_shard(home.house.as_ref(), &entry.name, &id).await;
            if !bound.map_err(OpeningError::Home)? {
                return Err(OpeningError::AnotherDatabase(entry.name.clone()));
            }
        }
        Ok(())
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
        if let Some(&(slot, one, other)) = owners.twice.first() {
            let name = |shard: usize| file.shards[shard].name.clone();
            let (one, other) = (name(one), name(other));
            return Err(OpeningError::Twice { slot, one, other });
        }
        went_back(file, &self.books).await?;
        owners.settle(&self.homes);
        owners::compare(&self.homes);
        Ok(())
    }
}

/// What a shard has to be of.
#[derive(Clone)]
pub struct TheHouse {
    /// Its number.
    pub id: Uuid,
    /// What it remembers.
    pub facts: Arc<dyn HouseStore>,
}

impl TheHouse {
    /// Whether a database is the one that this house has a shard in; the inner error says why not.
    ///
    /// # Errors
    /// The database can't be read.
    pub async fn has(
        &self,
        shard: &ShardName,
        books: &Books,
    ) -> Result<Result<(), OpeningError>, StoreError> {
        let another = || OpeningError::AnotherDatabase(shard.clone());
        if books.slots.is_blank().await? {
            return Ok(Err(another()));
        }
        let id = house::journal_id(books.house.as_ref()).await?;
        let bound = house::shard_bound(self.facts.as_ref(), shard, &id).await;
        Ok(match (books.slots.identity().await?, bound) {
            (_, Ok(Bound::Elsewhere)) => Err(another()),
            // Without the house's own database it can't be told, and nothing is sold anyway that is new.
            (Some(is), _) => compare_names(shard, &is, self.id),
            (None, Ok(Bound::Here | Bound::Nowhere)) => {
                Err(OpeningError::NoShardYet(shard.clone()))
            }
            (None, Err(why)) => return Err(why),
        })
    }
}

/// Tries a shard of a house again that could not be reached.
///
/// # Errors
/// It still can't be, or it is not what the file says.
pub async fn again(
    house: &TheHouse,
    entry: &ShardEntry,
    clock: ClockKind,
) -> Result<Books, OpeningError> {
    let books = reach(house.facts.as_ref(), entry, clock).await?;
    let checked = house.has(&entry.name, &books).await;
    let checked = checked.map_err(|why| store(entry, why)).flatten();
    if checked.is_err() {
        books.ground.close().await;
    }
    checked.map(|()| books)
}

/// Opens a shard's database, which brings its schema up to date: not before it is known to be no other
/// one than the house's.
async fn reach(
    facts: &dyn HouseStore,
    entry: &ShardEntry,
    clock: ClockKind,
) -> Result<Books, OpeningError> {
    let failed = |why| match why {
        OpenError::Store(why) => store(entry, why),
        why => OpeningError::Open {
            shard: entry.name.clone(),
            why: Box::new(why),
        },
    };
    #[cfg(feature = "postgres")]
    {
        let bound = house::shard_database(facts, &entry.name).await;
        if let Some(bound) = bound.map_err(OpeningError::Home)?
            && Books::name(&entry.primary).await.map_err(failed)? != Some(bound)
        {
            return Err(stranger(facts, entry).await);
        }
    }
    let address = Address::Postgres(entry.primary.clone());
    Books::open(&address, clock).await.map_err(failed)
}

/// Why a database is not the one of a shard: another shard, or one of another house, by mistake, or just
/// another database. It is left as it is.
#[cfg(feature = "postgres")]
async fn stranger(facts: &dyn HouseStore, entry: &ShardEntry) -> OpeningError {
    let compared = async {
        let house = facts.fact(HOUSE).await.ok()??;
        let house = Uuid::parse_str(&house).ok()?;
        let settings = entry.primary.secret().parse().ok()?;
        let database = crate::postgres::Database::open_as_it_is(settings).await;
        let database = database.ok()?;
        let slots = super::PostgresSlots::new(database.clone());
        let identity = super::SlotStore::identity(&slots).await;
        database.close();
        compare(entry, &identity.ok()??, house).err()
    };
    let found = compared.await;
    found.unwrap_or_else(|| OpeningError::AnotherDatabase(entry.name.clone()))
}

fn store(entry: &ShardEntry, why: StoreError) -> OpeningError {
    let shard = entry.name.clone();
    OpeningError::Store { shard, why }
}

/// The name that each database that is there has for ever; see [`house::journal_id`].
async fn ids<'a>(
    file: &'a ShardFile,
    books: &[Result<Books, OpeningError>],
) -> Result<Vec<(&'a ShardEntry, String)>, OpeningError> {
    let mut ids = Vec::new();
    for (entry, books) in file.shards.iter().zip(books) {
        let Ok(books) = books else { continue };
        let id = house::journal_id(books.house.as_ref()).await;
        ids.push((entry, id.map_err(|why| store(entry, why))?));
    }
    Ok(ids)
}

/// Refuses a database in place of the one that a shard was in, as far as the house, or another shard,
/// knows of that one.
async fn all_known(
    home: &Books,
    file: &ShardFile,
    books: &[Result<Books, OpeningError>],
    joining: &[usize],
) -> Result<(), OpeningError> {
    let facts = home.house.as_ref();
    let claims = claims(file, books, |shard| !joining.contains(&shard)).await?;
    let has_shards = house::has_shards(facts).await.map_err(OpeningError::Home)?;
    for (entry, id) in ids(file, books).await? {
        let bound = house::shard_bound(facts, &entry.name, &id).await;
        let is_new = joining.iter().any(|n| file.shards[*n].name == entry.name);
        // Somebody says that it has slots, or there were shards and none of them is here.
        let is_missed = claims.names(&entry.name) || has_shards && claims.is_empty();
        match bound.map_err(OpeningError::Home)? {
            Bound::Here => {}
            Bound::Nowhere if !(is_new && is_missed) => {}
            Bound::Nowhere | Bound::Elsewhere => {
                return Err(OpeningError::AnotherDatabase(entry.name.clone()));
            }
        }
    }
    Ok(())
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

fn compare(entry: &ShardEntry, is: &Identity, house: Uuid) -> Result<(), OpeningError> {
    compare_names(&entry.name, is, house)
}

fn compare_names(shard: &ShardName, is: &Identity, house: Uuid) -> Result<(), OpeningError> {
    let (shard, is_house, is) = (shard.clone(), is.house, is.shard.clone());
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

/// Refuses a shard in which a show sells as it was before it came back from another one, or would be
/// opened anew: it was put back to a copy, and the other one has sold some of those seats.
async fn went_back(
    file: &ShardFile,
    books: &[Result<Books, OpeningError>],
) -> Result<(), OpeningError> {
    let mut left: BTreeMap<ShowId, (u64, &ShardName)> = BTreeMap::new();
    let (mut live, mut owners) = (Vec::new(), BTreeMap::new());
    for (entry, books) in file.shards.iter().zip(books) {
        let Ok(books) = books else { continue };
        let slots = books.slots.slots().await.map_err(|why| store(entry, why))?;
        let own = (0..SLOTS)
            .zip(&slots)
            .filter(|(_, left_to)| left_to.is_none());
        owners.extend(own.map(|(slot, _)| (slot, &entry.name)));
        let heads = books.journal.heads().await;
        for head in heads.map_err(|why| store(entry, why))? {
            let ver = head.version.ver;
            let is_own = matches!(slots.get(usize::from(slot_of(head.show))), Some(None));
            if head.sales == SalesWord::Moved {
                let known = left.entry(head.show).or_insert((ver, &entry.name));
                if known.0 < ver {
                    *known = (ver, &entry.name);
                }
            } else if is_own {
                live.push((head.show, ver, &entry.name));
            }
        }
    }
    let known: BTreeSet<ShowId> = live.iter().map(|(show, ..)| *show).collect();
    let lost = left.iter().filter(|(show, _)| !known.contains(show));
    for (show, (_, from)) in lost {
        // All that left a slot has arrived before another shard says that the slot is its own.
        if let Some(shard) = owners.get(&slot_of(*show)).filter(|shard| *shard != from) {
            let (show, shard, from) = (*show, (*shard).clone(), (*from).clone());
            return Err(OpeningError::WentBack { show, shard, from });
        }
    }
    for (show, ver, shard) in live {
        if let Some((_, from)) = left.get(&show).filter(|(further, _)| *further > ver) {
            let (shard, from) = (shard.clone(), (*from).clone());
            return Err(OpeningError::WentBack { show, shard, from });
        }
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

/// The house's number, made up by whoever is first.
async fn found(home: &Books) -> Result<Uuid, OpeningError> {
    let id = home.house.keep_first(HOUSE, chance::uuid().to_string());
    let id = id.await.map_err(OpeningError::Home)?;
    Uuid::parse_str(&id).map_err(|e| OpeningError::Home(StoreError::Unreadable(e.to_string())))
}
