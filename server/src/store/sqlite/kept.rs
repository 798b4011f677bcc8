//! Layouts and price cards: stored once by the hash of their content, kept in memory once read.

use std::{
    cell::RefCell,
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use houseful_core::{
    ids::PriceHash,
    layout::{LayoutHash, SeatLayout},
    price::PriceCard,
    show::{Event, Immutables},
};
use rusqlite::{Connection, OptionalExtension};

use crate::store::StoreError;

/// What has been read so far. There are few: a screen has one layout for years.
#[derive(Debug, Default)]
pub(super) struct Kept {
    layouts: RwLock<HashMap<LayoutHash, Arc<SeatLayout>>>,
    prices: RwLock<HashMap<PriceHash, Arc<PriceCard>>>,
}

/// The same with a connection to read what is not there yet.
pub(super) struct KeptOn<'a> {
    pub(super) kept: &'a Kept,
    pub(super) conn: &'a Connection,
    /// Why something could not be read, where it was not for its content.
    pub(super) failed: RefCell<Option<StoreError>>,
}

impl Kept {
    /// Keeps what a committed event carries.
    pub(super) fn keep(&self, event: &Event) {
        if let Event::Opened { terms, .. } = event {
            write(&self.layouts).insert(terms.layout.hash(), Arc::clone(&terms.layout));
            write(&self.prices).insert(terms.prices.hash(), Arc::clone(&terms.prices));
        }
    }
}

/// Stores what an event carries, unless it is there.
pub(super) fn insert(conn: &Connection, event: &Event) -> Result<(), StoreError> {
    let Event::Opened { terms, .. } = event else {
        return Ok(());
    };
    let mut insert = conn.prepare_cached(
        "INSERT INTO immutable (hash, kind, body) VALUES (?1, ?2, ?3) ON CONFLICT (hash) DO NOTHING",
    )?;
    let (layout, prices) = (terms.layout.hash(), terms.prices.hash());
    insert.execute((layout.to_string(), "layout", terms.layout.to_text()))?;
    let card = serde_json::to_string(terms.prices.as_ref())
        .map_err(|e| StoreError::Unwritable(format!("price card {prices}: {e}")))?;
    insert.execute((prices.to_string(), "prices", card))?;
    Ok(())
}

/// A row whose content is not what its hash says counts as absent.
impl Immutables for KeptOn<'_> {
    fn layout(&self, hash: LayoutHash) -> Option<Arc<SeatLayout>> {
        if let Some(known) = read(&self.kept.layouts).get(&hash) {
            return Some(Arc::clone(known));
        }
        let text = self.body("layout", &hash.to_string())?;
        let layout = SeatLayout::parse(&text).ok().filter(|l| l.hash() == hash)?;
        let layout = Arc::new(layout);
        write(&self.kept.layouts).insert(hash, Arc::clone(&layout));
        Some(layout)
    }

    fn prices(&self, hash: PriceHash) -> Option<Arc<PriceCard>> {
        if let Some(known) = read(&self.kept.prices).get(&hash) {
            return Some(Arc::clone(known));
        }
        let text = self.body("prices", &hash.to_string())?;
        let card: PriceCard = serde_json::from_str(&text).ok()?;
        let card = Arc::new(Some(card).filter(|c| c.hash() == hash)?);
        write(&self.kept.prices).insert(hash, Arc::clone(&card));
        Some(card)
    }
}

impl KeptOn<'_> {
    fn body(&self, kind: &str, hash: &str) -> Option<String> {
        let found = self
            .conn
            .prepare_cached("SELECT body FROM immutable WHERE hash = ?1 AND kind = ?2")
            .and_then(|mut select| select.query_row((hash, kind), |row| row.get(0)).optional());
        match found {
            Ok(body) => body,
            Err(e) => {
                tracing::error!("{kind} {hash} can't be read: {e}");
                *self.failed.borrow_mut() = Some(e.into());
                None
            }
        }
    }
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
