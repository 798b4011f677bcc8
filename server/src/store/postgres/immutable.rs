//! Layouts and price cards in Postgres. They are written before the shows that need them, in a
//! statement of their own: nobody is harmed by one that no show came to need, and the batch stays
//! lean.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use houseful_core::{
    ids::PriceHash,
    layout::{LayoutHash, SeatLayout},
    price::PriceCard,
    show::Immutables,
};

use super::{Ask, PostgresStore, rows};
use crate::store::{
    ShowCommit, StoreError,
    kept::{self, Kept},
};

/// What one reading of a journal did not find in memory.
#[derive(Default)]
pub(super) struct Missing {
    layouts: Vec<LayoutHash>,
    prices: Vec<PriceHash>,
}

impl Missing {
    pub(super) fn is_empty(&self) -> bool {
        self.layouts.is_empty() && self.prices.is_empty()
    }
}

/// What is in memory, and a note of what is not.
pub(super) struct Wanting<'a> {
    kept: &'a Kept,
    missing: Mutex<Missing>,
}

impl<'a> Wanting<'a> {
    pub(super) fn new(kept: &'a Kept) -> Self {
        let missing = Mutex::default();
        Self { kept, missing }
    }

    pub(super) fn missing(self) -> Missing {
        self.missing
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, note: impl FnOnce(&mut Missing)) {
        note(&mut self.missing.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Immutables for Wanting<'_> {
    fn layout(&self, hash: LayoutHash) -> Option<Arc<SeatLayout>> {
        let known = self.kept.layout(hash);
        if known.is_none() {
            self.note(|m| m.layouts.push(hash));
        }
        known
    }

    fn prices(&self, hash: PriceHash) -> Option<Arc<PriceCard>> {
        let known = self.kept.prices(hash);
        if known.is_none() {
            self.note(|m| m.prices.push(hash));
        }
        known
    }
}

/// Reads what is missing into memory. What is not there, or is not what its hash says, stays
/// missing.
pub(super) async fn fetch(
    kept: &Kept,
    from: &impl Ask,
    missing: &Missing,
) -> Result<(), StoreError> {
    let layouts = missing.layouts.iter().map(ToString::to_string);
    let hashes: Vec<String> = layouts
        .chain(missing.prices.iter().map(ToString::to_string))
        .collect();
    let sql = "SELECT hash, kind, body FROM immutable WHERE hash = ANY($1)";
    let mut bodies = BTreeMap::new();
    for row in &from.ask(sql, &[&hashes]).await? {
        let key: (String, String) = (rows::get(row, 1)?, rows::get(row, 0)?);
        bodies.insert(key, rows::get::<String>(row, 2)?);
    }
    let body = |kind: &str, hash: String| bodies.get(&(kind.to_owned(), hash));
    for hash in &missing.layouts {
        if let Some(text) = body(kept::LAYOUT, hash.to_string()) {
            kept.learn_layout(*hash, text);
        }
    }
    for hash in &missing.prices {
        if let Some(text) = body(kept::PRICES, hash.to_string()) {
            kept.learn_prices(*hash, text);
        }
    }
    Ok(())
}

/// Writes what the shows of a batch carry, in one order everywhere, so that two servers never wait
/// for each other.
pub(super) async fn store(store: &PostgresStore, batch: &[ShowCommit]) -> Result<(), StoreError> {
    let mut carried = BTreeMap::new();
    for event in batch.iter().flat_map(|show| &show.opened) {
        for row in kept::rows(event)? {
            carried.insert(row.hash, (row.kind, row.body));
        }
    }
    if carried.is_empty() {
        return Ok(());
    }
    let hashes: Vec<&String> = carried.keys().collect();
    let kinds: Vec<&str> = carried.values().map(|(kind, _)| *kind).collect();
    let bodies: Vec<&String> = carried.values().map(|(_, body)| body).collect();
    let sql = "INSERT INTO immutable (hash, kind, body)
               SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS i(hash, kind, body)
               ORDER BY hash COLLATE \"C\" ON CONFLICT (hash) DO NOTHING";
    match store.db.write(sql, &[&hashes, &kinds, &bodies]).await {
        // No show was written, whatever became of these.
        Err(StoreError::Unknown) => Err(StoreError::Busy),
        other => other.map(|_| ()),
    }
}
