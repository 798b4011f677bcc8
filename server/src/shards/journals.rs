//! The journals of all shards as one, for whoever only reads: what is asked of a show goes to its
//! shard, what is asked of all shows goes to all shards. Nothing is decided from here.
//!
//! While a slot moves, rows of a show may stand in two shards; each is told once. A shard that
//! can't be reached makes an answer that would have to be whole an error, because what is not found
//! is told to somebody who waits at a counter.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
    time::Duration,
};

use futures_util::future::{join_all, try_join_all};
use houseful_core::{
    code::{BookingCode, TicketCode},
    ids::{BookingId, ShardName, ShowId},
    seat::SeatNo,
    time::UtcMillis,
    wire::{admin::JournalEntry, booking::Contact},
};

use tokio::time::timeout;

use super::{Homes, SlotMap};
use crate::{
    database::Books,
    store::{ContactRow, DeskRows, Loaded, Sought, Store, StoreError},
};

/// The longest that a list of what went on lately waits for one shard of several.
const RECENT_MAX: Duration = Duration::from_secs(2);

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
        let books = self.shards.get(shard).and_then(OnceLock::get);
        books.ok_or(StoreError::Busy)
    }

    /// The books of all shards, or none if one can't be reached.
    pub(super) fn all(&self) -> Result<Vec<&Books>, StoreError> {
        let all = self.shards.iter();
        all.map(|s| s.get().ok_or(StoreError::Busy)).collect()
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
    pub async fn desk(&self, wanted: &DeskRows) -> Result<Vec<JournalEntry>, StoreError> {
        let asked = self.shards.iter().map(|books| async move {
            let books = books.get().ok_or(StoreError::Busy)?;
            books.journal.desk(wanted.clone()).await
        });
        let answers = try_join_all(asked).await?;
        let mut rows: Vec<JournalEntry> = answers.into_iter().flatten().collect();
        rows.sort_by_key(|row| (std::cmp::Reverse(row.at), row.show, row.ver));
        rows.dedup_by_key(|row| (row.show, row.ver));
        rows.truncate(usize::try_from(wanted.limit).unwrap_or(usize::MAX));
        Ok(rows)
    }

    /// Shows that wait for something, of all shards.
    ///
    /// # Errors
    /// A shard can't be reached or read.
    pub async fn waiting(&self) -> Result<BTreeSet<ShowId>, StoreError> {
        let asked = self.shards.iter().map(|books| async move {
            let books = books.get().ok_or(StoreError::Busy)?;
            books.journal.waiting().await
        });
        let answers = try_join_all(asked).await?;
        Ok(answers.into_iter().flatten().collect())
    }

    /// Bookings with this code: it says which slot they are in, so only the shard of that is asked,
    /// and the one it has gone to.
    ///
    /// # Errors
    /// The shard can't be reached or read.
    pub async fn bookings_by_code(&self, code: BookingCode) -> Result<Vec<BookingId>, StoreError> {
        let mut shard = self.homes.of_slot(code.slot());
        let mut asked = BTreeSet::new();
        while asked.insert(shard) {
            let books = self.of(shard)?;
            let found = books.journal.bookings_by_code(code).await?;
            if !found.is_empty() {
                return Ok(found);
            }
            match self.left_to(books, code.slot()).await? {
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
    ) -> Result<Option<(BookingId, SeatNo)>, StoreError> {
        let asked = self.shards.iter().map(|books| async move {
            let books = books.get().ok_or(StoreError::Busy)?;
            books.journal.ticket_by_code(code).await
        });
        let mut missing = None;
        let mut found = Vec::new();
        for answer in join_all(asked).await {
            match answer {
                Ok(ticket) => found.extend(ticket),
                Err(error) => missing = Some(error),
            }
        }
        match (found.into_iter().next(), missing) {
            (Some(ticket), _) => Ok(Some(ticket)),
            (None, Some(error)) => Err(error),
            (None, None) => Ok(None),
        }
    }

    /// The bookings with a row of their own that changed last, the newest first: of the shards that
    /// answer. Whoever looks at what went on lately is better served with most of it than with an
    /// error.
    ///
    /// # Errors
    /// No shard can be reached or read.
    pub async fn bookings_recent(&self, limit: u32) -> Result<Vec<BookingId>, StoreError> {
        let asked = self.shards.iter().map(|books| async move {
            let books = books.get().ok_or(StoreError::Busy)?;
            let recent = books.journal.bookings_recent(limit);
            let recent = timeout(RECENT_MAX, recent).await;
            recent.unwrap_or(Err(StoreError::Busy))
        });
        let (mut found, mut answered, mut failed) = (Vec::new(), false, None);
        for answer in join_all(asked).await {
            match answer {
                Ok(some) => {
                    answered = true;
                    found.extend(some);
                }
                Err(error) => failed = Some(error),
            }
        }
        match failed {
            Some(error) if !answered => Err(error),
            failed => {
                if let Some(error) = failed {
                    tracing::warn!(%error, "a shard's latest bookings can't be read");
                }
                let merged = newest(found, limit).into_iter();
                Ok(merged.map(|(_, booking)| booking).collect())
            }
        }
    }

    /// Bookings that fit, with the times they changed, the newest first: of all shards, but for codes
    /// only of that of their slot.
    ///
    /// # Errors
    /// A shard can't be reached or read.
    pub async fn bookings_sought(
        &self,
        sought: Sought,
        limit: u32,
    ) -> Result<Vec<(UtcMillis, BookingId)>, StoreError> {
        if let Sought::Codes(first, last) = &sought
            && first.slot() == last.slot()
        {
            let slot = first.slot();
            let mut shard = self.homes.of_slot(slot);
            let (mut found, mut asked) = (Vec::new(), BTreeSet::new());
            // Of a slot that is on its way some shows are here and some there.
            while asked.insert(shard) {
                let books = self.of(shard)?;
                found.extend(books.journal.bookings_sought(sought.clone(), limit).await?);
                match self.left_to(books, slot).await? {
                    Some(to) => shard = to,
                    None => break,
                }
            }
            return Ok(newest(found, limit));
        }
        let asked = self.all()?.into_iter();
        let asked = asked.map(|books| books.journal.bookings_sought(sought.clone(), limit));
        let found = try_join_all(asked).await?.into_iter().flatten();
        Ok(newest(found.collect(), limit))
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
