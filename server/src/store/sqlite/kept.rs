//! Layouts and price cards in SQLite.

use std::{cell::RefCell, sync::Arc};

use houseful_core::{
    ids::PriceHash,
    layout::{LayoutHash, SeatLayout},
    price::PriceCard,
    show::{Event, Immutables},
};
use rusqlite::{Connection, OptionalExtension};

use crate::store::{
    StoreError,
    kept::{self, Kept, LAYOUT, PRICES},
};

/// What is kept, with a connection to read what is not there yet.
pub(super) struct KeptOn<'a> {
    pub(super) kept: &'a Kept,
    pub(super) conn: &'a Connection,
    /// Why something could not be read, where it was not for its content.
    pub(super) failed: RefCell<Option<StoreError>>,
}

/// Stores what an event carries, unless it is there.
pub(super) fn insert(conn: &Connection, event: &Event) -> Result<(), StoreError> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO immutable (hash, kind, body) VALUES (?1, ?2, ?3) ON CONFLICT (hash) DO NOTHING",
    )?;
    for row in kept::rows(event)? {
        insert.execute((row.hash, row.kind, row.body))?;
    }
    Ok(())
}

impl Immutables for KeptOn<'_> {
    fn layout(&self, hash: LayoutHash) -> Option<Arc<SeatLayout>> {
        if let Some(known) = self.kept.layout(hash) {
            return Some(known);
        }
        let text = self.body(LAYOUT, &hash.to_string())?;
        self.kept.learn_layout(hash, &text)
    }

    fn prices(&self, hash: PriceHash) -> Option<Arc<PriceCard>> {
        if let Some(known) = self.kept.prices(hash) {
            return Some(known);
        }
        let text = self.body(PRICES, &hash.to_string())?;
        self.kept.learn_prices(hash, &text)
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
