//! Databases that become shards: which they are, and which slots are left to them.

use std::collections::BTreeSet;

use houseful_core::{code::slot_of, ids::ShardName};
use uuid::Uuid;

use super::{OpeningError, claims, compare, store};
use crate::{
    database::Books,
    shards::{Claims, ShardEntry, ShardFile, Slots},
    store::SalesWord,
};

/// The databases that are no shards yet; refuses those that are others.
pub(super) async fn joining(
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

/// Which slots are left to each database that becomes a shard.
pub(super) async fn joins(
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
