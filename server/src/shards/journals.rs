//! The journals of all shards as one, for whoever only reads: what is asked of a show goes to its
//! shard, what is asked of all shows goes to all shards. Nothing is decided from here.
//!
//! While a slot moves, rows of a show may stand in two shards; each is told once. A shard that
//! can't be reached makes an answer that would have to be whole an error; what is told without it
//! says so.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use futures_util::future::join_all;
use houseful_core::{
    code::{BookingCode, TicketCode},
    ids::{BookingId, ShardName, ShowId},
    seat::SeatNo,
    time::UtcMillis,
    wire::{admin::JournalEntry, booking::Contact},
};

use super::{Gathered, Homes, NotAll, SlotMap};
use crate::{
    database::Books,
    store::{ContactRow, DeskRows, Loaded, Sought, Store, StoreError},
};

/// A way to the journals of all shards; clones share it.
#[derive(Clone, Debug)]
pub struct Journals {
    /// By number of the shard; nothing for one that could not be reached yet.
    shards: Arc<[OnceLock<Books>]>,
    homes: Homes,
}

/// The journals of the only shard.
impl From<Books> for Journals {
    fn from(books: Books) -> Self {
        let homes = Homes::new(SlotMap::unnamed());
        let shards = [OnceLock::from(books)];
        Self {
            shards: shards.into(),
            homes,
        }
    }
}

impl Journals {
    /// Room for the books of each shard of `homes`, in its order.
    #[must_use]
    pub fn new(homes: Homes) -> Self {
        let shards = homes.map().names().iter().map(|_| OnceLock::new());
        Self {
            shards: shards.collect(),
            homes,
        }
    }

    /// Takes in the books of a shard. There are some for each: second ones are dropped.
    pub fn add(&self, shard: usize, books: Books) {
        if let Some(place) = self.shards.get(shard) {
            let _ = place.set(books);
        }
    }

    /// Whether others may write to the journals.
    #[must_use]
    pub fn shared(&self) -> bool {
        let mut shards = self.shards.iter().filter_map(OnceLock::get);
        shards.any(|books| books.journal.shared())
    }

    /// Finishes what is under way and gives the databases up.
    pub async fn close(&self) {
        for books in self.shards.iter().filter_map(OnceLock::get) {
            books.ground.close().await;
        }
    }

    /// The books of a shard.
    pub(super) fn of(&self, shard: usize) -> Result<&Books, StoreError> {
        let books = self.taken_in(shard).filter(|_| !self.homes.is_shut(shard));
        books.ok_or(StoreError::Busy)
    }

    /// The books of a shard that was taken in, also if nobody may ask there now.
    pub(super) fn taken_in(&self, shard: usize) -> Option<&Books> {
        self.shards.get(shard).and_then(OnceLock::get)
    }

    /// The books of all shards, or none if one can't be reached.
    pub(super) fn all(&self) -> Result<Vec<&Books>, StoreError> {
        (0..self.shards.len()).map(|shard| self.of(shard)).collect()
    }

    /// How many shards there are.
    pub(super) fn count(&self) -> usize {
        self.shards.len()
    }

    /// The name of a shard; none where there is one database for all shows.
    pub(super) fn name(&self, shard: usize) -> Option<&ShardName> {
        self.homes.map().names().get(shard)
    }

    /// The number of the shard to ask for a show.
    pub(super) fn home(&self, show: ShowId) -> usize {
        self.homes.of(show)
    }

    fn store(&self, show: ShowId) -> Result<&Arc<dyn Store>, StoreError> {
        Ok(&self.of(self.homes.of(show))?.journal)
    }

    /// A show with all its events, where it lives as far as is known; see [`Store::load`].
    ///
    /// # Errors
    /// Its shard can't be reached or read.
    pub async fn load(&self, show: ShowId) -> Result<Loaded, StoreError> {
        self.store(show)?.load(show).await
    }

    /// Journal rows after version `after`, as they are stored; see [`Store::journal`]. They are read
    /// where the show lives, also when this server has not heard of its move.
    ///
    /// # Errors
    /// Its shard can't be reached or read.
    pub async fn journal(
        &self,
        show: ShowId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<JournalEntry>, StoreError> {
        let mut asked = BTreeSet::new();
        loop {
            let rows = self.store(show)?.journal(show, after, limit).await?;
            let to = rows.last().and_then(sealed_to);
            asked.insert(self.homes.of(show));
            match to.and_then(|to| self.homes.follow(show, &to)) {
                // It may be on its way there.
                Some(shard) if !asked.contains(&shard) => {}
                _ => return Ok(rows),
            }
        }
    }

    /// Rows that the late-payments desk is about, of all shards, the newest first; see
    /// [`Store::desk`]. While a show moves its rows stand in two shards; each is told once.
    ///
    /// # Errors
    /// A shard can't be reached or read: what needs a human must not look as if there were nothing.
    pub async fn desk(&self, wanted: &DeskRows) -> Result<Vec<JournalEntry>, NotAll> {
        let asked = self.gather(|store| store.desk(wanted.clone()));
        let mut rows = asked.await?.whole()?;
        rows.sort_by_key(|row| (std::cmp::Reverse(row.at), row.show, row.ver));
        rows.dedup_by_key(|row| (row.show, row.ver));
        rows.truncate(usize::try_from(wanted.limit).unwrap_or(usize::MAX));
        Ok(rows)
    }

    /// Shows that wait for something, of all shards.
    ///
    /// # Errors
    /// A shard can't be reached or read.
    pub async fn waiting(&self) -> Result<BTreeSet<ShowId>, NotAll> {
        let asked = self.gather(|store| store.waiting()).await?;
        Ok(asked.whole()?.into_iter().collect())
    }

    /// Bookings with this code: it says which slot they are in, so only the shard of that is asked,
    /// and the one it has gone to.
    ///
    /// # Errors
    /// The shard can't be reached or read.
    pub async fn bookings_by_code(&self, code: BookingCode) -> Result<Vec<BookingId>, NotAll> {
        let mut shard = self.homes.of_slot(code.slot());
        let mut asked = BTreeSet::new();
        while asked.insert(shard) {
            let found = self.one(shard, |store| store.bookings_by_code(code));
            let found = found.await?.whole()?;
            if !found.is_empty() {
                return Ok(found);
            }
            match self.left_to(self.of(shard)?, code.slot()).await? {
                Some(to) => shard = to,
                None => break,
            }
        }
        Ok(Vec::new())
    }

    /// The booking whose ticket has this code, and the seat. Such a code says nothing of a slot, so
    /// all shards are asked.
    ///
    /// # Errors
    /// It is not where it was looked for, and a shard can't be reached or read.
    pub async fn ticket_by_code(
        &self,
        code: TicketCode,
    ) -> Result<Option<(BookingId, SeatNo)>, NotAll> {
        let asked = self.gather(|store| {
            Box::pin(async move { Ok(store.ticket_by_code(code).await?.into_iter().collect()) })
        });
        let mut gathered = asked.await?;
        match gathered.found.pop() {
            Some(ticket) => Ok(Some(ticket)),
            None => gathered.whole().map(|_| None),
        }
    }

    /// The bookings with a row of their own that changed last, the newest first: of the shards that
    /// answer. Whoever looks at what went on lately is better served with most of it than with an
    /// error.
    ///
    /// # Errors
    /// No shard can be reached, or one holds what can't be read.
    pub async fn bookings_recent(&self, limit: u32) -> Result<Gathered<BookingId>, NotAll> {
        let Gathered { found, away } = self.gather(|store| store.bookings_recent(limit)).await?;
        if away.len() == self.count() {
            return Err(NotAll::Away(away.into_iter().collect()));
        }
        let found = newest(found, limit).into_iter();
        Ok(Gathered {
            found: found.map(|(_, booking)| booking).collect(),
            away,
        })
    }

    /// Bookings that fit, with the times they changed, the newest first: of all shards that answer,
    /// but for codes only of that of their slot.
    ///
    /// # Errors
    /// A shard holds what can't be read. Where there is one database for all shows: it can't be
    /// reached.
    pub async fn bookings_sought(
        &self,
        sought: Sought,
        limit: u32,
    ) -> Result<Gathered<(UtcMillis, BookingId)>, StoreError> {
        let mut gathered = match &sought {
            Sought::Codes(first, last) if first.slot() == last.slot() => {
                self.in_slot(first.slot(), &sought, limit).await?
            }
            _ => {
                let asked = self.gather(|store| store.bookings_sought(sought.clone(), limit));
                asked.await?
            }
        };
        gathered.found = newest(gathered.found, limit);
        Ok(gathered)
    }

    /// Bookings of one slot that fit. Of a slot that is on its way some shows are here and some there.
    async fn in_slot(
        &self,
        slot: u16,
        sought: &Sought,
        limit: u32,
    ) -> Result<Gathered<(UtcMillis, BookingId)>, StoreError> {
        let mut shard = self.homes.of_slot(slot);
        let (mut found, mut asked) = (Gathered::default(), BTreeSet::new());
        while asked.insert(shard) {
            let here = self.one(shard, |store| store.bookings_sought(sought.clone(), limit));
            found.add(here.await?);
            // One that does not say what it has does not say where the rest is either.
            let Ok(books) = self.of(shard) else { break };
            match self.left_to(books, slot).await {
                Ok(Some(to)) => shard = to,
                Ok(None) => break,
                Err(StoreError::Busy | StoreError::Unknown) => {
                    found.away.extend(self.name(shard).cloned());
                    break;
                }
                Err(why) => return Err(why),
            }
        }
        Ok(found)
    }

    /// Writes who a booking is for; see [`Store::keep_contact`].
    ///
    /// # Errors
    /// The show's shard can't be reached or written, or the show is on its way to another one.
    pub async fn keep_contact(
        &self,
        booking: BookingId,
        contact: Option<ContactRow>,
        at: UtcMillis,
    ) -> Result<(), StoreError> {
        let store = self.store(booking.show)?;
        store.keep_contact(booking, contact, at).await
    }

    /// Who these bookings are for, as far as somebody said so. Of shows whose shard can't be reached
    /// nothing is told.
    ///
    /// # Errors
    /// A shard holds what can't be read.
    pub async fn contacts(
        &self,
        bookings: Vec<BookingId>,
    ) -> Result<Vec<(BookingId, Contact)>, StoreError> {
        let mut by_shard: BTreeMap<usize, Vec<BookingId>> = BTreeMap::new();
        for booking in bookings {
            let shard = self.homes.of(booking.show);
            by_shard.entry(shard).or_default().push(booking);
        }
        let asked = by_shard.into_iter().map(|(shard, some)| async move {
            match self.of(shard)?.journal.contacts(some).await {
                Err(StoreError::Busy) => Ok(Vec::new()),
                contacts => contacts,
            }
        });
        let mut found = Vec::new();
        for answer in join_all(asked).await {
            match answer {
                Err(StoreError::Busy) => {}
                contacts => found.extend(contacts?),
            }
        }
        Ok(found)
    }

    /// The number of the shard that a slot went to from another one.
    async fn left_to(&self, books: &Books, slot: u16) -> Result<Option<usize>, StoreError> {
        if self.shards.len() == 1 {
            return Ok(None);
        }
        let slots = books.slots.slots().await?;
        let to = slots.get(usize::from(slot)).and_then(Option::as_ref);
        Ok(to.and_then(|to| self.homes.map().number_of(to)))
    }
}

/// The shard that the last row of a journal says the show went to.
fn sealed_to(row: &JournalEntry) -> Option<ShardName> {
    row.event.get("sealed")?.get("to")?.as_str()?.parse().ok()
}

/// Each booking once, with the latest time it has anywhere, the newest first.
fn newest(found: Vec<(UtcMillis, BookingId)>, limit: u32) -> Vec<(UtcMillis, BookingId)> {
    let mut found = found;
    found.sort_by_key(|(at, booking)| (std::cmp::Reverse(*at), *booking));
    let mut seen = BTreeSet::new();
    found.retain(|(_, booking)| seen.insert(*booking));
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_two_shards_is_told_once() {
        let booking = |show, n| BookingId {
            show: ShowId(show),
            uuid: uuid::Uuid::from_u128(n),
        };
        let at = |ms, booking| (UtcMillis(ms), booking);
        let found = vec![
            at(5, booking(1, 1)),
            at(3, booking(1, 2)),
            at(9, booking(2, 3)),
            at(7, booking(1, 2)),
        ];
        let merged = newest(found, 2);
        assert_eq!(merged, [at(9, booking(2, 3)), at(7, booking(1, 2))]);
    }
}
