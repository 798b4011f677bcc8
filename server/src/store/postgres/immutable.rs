//! Layouts and price cards in Postgres. They are written together with the shows that need them.

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

use super::{Ask, rows};
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

/// What shows carry, each once, in the order of the hashes.
#[derive(Default)]
pub(super) struct Carried {
    pub(super) hash: Vec<String>,
    pub(super) kind: Vec<&'static str>,
    pub(super) body: Vec<String>,
}

impl Carried {
    pub(super) fn of<'a>(
        shows: impl IntoIterator<Item = &'a ShowCommit>,
    ) -> Result<Self, StoreError> {
        let mut rows = BTreeMap::new();
        for event in shows.into_iter().flat_map(|show| &show.opened) {
            for row in kept::rows(event)? {
                rows.insert(row.hash, (row.kind, row.body));
            }
        }
        let mut carried = Self::default();
        for (hash, (kind, body)) in rows {
            carried.hash.push(hash);
            carried.kind.push(kind);
            carried.body.push(body);
        }
        Ok(carried)
    }
}
