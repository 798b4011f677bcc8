//! Layouts and price cards: stored once by the hash of their content, kept in memory once read.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use houseful_core::{
    ids::PriceHash,
    layout::{LayoutHash, SeatLayout},
    price::PriceCard,
    show::Event,
};

use super::StoreError;

/// The kind of a layout's row.
pub(super) const LAYOUT: &str = "layout";
/// The kind of a price card's row.
pub(super) const PRICES: &str = "prices";

/// What has been read so far. There are few: a screen has one layout for years.
#[derive(Debug, Default)]
pub(super) struct Kept {
    layouts: RwLock<HashMap<LayoutHash, Arc<SeatLayout>>>,
    prices: RwLock<HashMap<PriceHash, Arc<PriceCard>>>,
}

/// A row as it is stored.
pub(super) struct ImmutableRow {
    pub(super) hash: String,
    pub(super) kind: &'static str,
    pub(super) body: String,
}

/// The rows that an event carries.
pub(super) fn rows(event: &Event) -> Result<Vec<ImmutableRow>, StoreError> {
    let Event::Opened { terms, .. } = event else {
        return Ok(Vec::new());
    };
    let prices = terms.prices.hash();
    let card = serde_json::to_string(terms.prices.as_ref())
        .map_err(|e| StoreError::Unwritable(format!("price card {prices}: {e}")))?;
    let layout = ImmutableRow {
        hash: terms.layout.hash().to_string(),
        kind: LAYOUT,
        body: terms.layout.to_text(),
    };
    let prices = ImmutableRow {
        hash: prices.to_string(),
        kind: PRICES,
        body: card,
    };
    Ok(vec![layout, prices])
}

impl Kept {
    /// Keeps what a committed event carries.
    pub(super) fn keep(&self, event: &Event) {
        if let Event::Opened { terms, .. } = event {
            write(&self.layouts).insert(terms.layout.hash(), Arc::clone(&terms.layout));
            write(&self.prices).insert(terms.prices.hash(), Arc::clone(&terms.prices));
        }
    }

    pub(super) fn layout(&self, hash: LayoutHash) -> Option<Arc<SeatLayout>> {
        read(&self.layouts).get(&hash).cloned()
    }

    pub(super) fn prices(&self, hash: PriceHash) -> Option<Arc<PriceCard>> {
        read(&self.prices).get(&hash).cloned()
    }

    /// Keeps what was read, unless it is not what its hash says.
    pub(super) fn learn_layout(&self, hash: LayoutHash, text: &str) -> Option<Arc<SeatLayout>> {
        let layout = SeatLayout::parse(text).ok().filter(|l| l.hash() == hash)?;
        let layout = Arc::new(layout);
        write(&self.layouts).insert(hash, Arc::clone(&layout));
        Some(layout)
    }

    /// The same for a price card.
    pub(super) fn learn_prices(&self, hash: PriceHash, text: &str) -> Option<Arc<PriceCard>> {
        let card: PriceCard = serde_json::from_str(text).ok()?;
        let card = Arc::new(Some(card).filter(|c| c.hash() == hash)?);
        write(&self.prices).insert(hash, Arc::clone(&card));
        Some(card)
    }
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
