//! What many rows have alike: kept once in memory, read once and written once as text.

use std::{collections::HashMap, fmt, hash::Hash, ops::Deref, sync::Arc};

use houseful_core::{ids::PriceHash, layout::LayoutHash};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};

use super::{
    rows::{json, named, parsed},
    sales::SalesRule,
};
use crate::store::StoreError;

/// A value that other rows may share. It never changes.
pub(super) struct Shared<T>(Arc<T>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> From<T> for Shared<T> {
    fn from(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T: fmt::Debug> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: PartialEq> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || **self == **other
    }
}

impl<T: Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Shared<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::from)
    }
}

/// Values that were met, so that equal ones are shared.
pub(super) struct Alike<T>(HashMap<T, Shared<T>>);

impl<T> Default for Alike<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Clone + Eq + Hash> Alike<T> {
    /// The one that equals `value`.
    pub(super) fn of(&mut self, value: &T) -> Shared<T> {
        if let Some(known) = self.0.get(value) {
            return known.clone();
        }
        let new = Shared::from(value.clone());
        self.0.insert(value.clone(), new.clone());
        new
    }
}

/// What was read already, by its text.
struct Read<T>(HashMap<String, T>);

impl<T> Default for Read<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Clone> Read<T> {
    fn of(
        &mut self,
        text: &str,
        read: impl FnOnce(&str) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if let Some(known) = self.0.get(text) {
            return Ok(known.clone());
        }
        let new = read(text)?;
        self.0.insert(text.to_owned(), new.clone());
        Ok(new)
    }
}

/// The texts of shows that were read already.
#[derive(Default)]
pub(super) struct Texts {
    words: Read<Shared<String>>,
    lists: Read<Shared<Vec<String>>>,
    sales: Read<Shared<SalesRule>>,
    layouts: Read<LayoutHash>,
    prices: Read<PriceHash>,
}

impl Texts {
    /// A word as it stands there.
    pub(super) fn word(&mut self, text: &str) -> Result<Shared<String>, StoreError> {
        self.words.of(text, |text| Ok(text.to_owned().into()))
    }

    /// A list as JSON.
    pub(super) fn list(&mut self, text: &str) -> Result<Shared<Vec<String>>, StoreError> {
        self.lists.of(text, parsed)
    }

    /// A sales rule as JSON.
    pub(super) fn sales(&mut self, text: &str) -> Result<Shared<SalesRule>, StoreError> {
        self.sales.of(text, parsed)
    }

    /// The name of a layout.
    pub(super) fn layout(&mut self, text: &str) -> Result<LayoutHash, StoreError> {
        self.layouts.of(text, named)
    }

    /// The name of a price card.
    pub(super) fn prices(&mut self, text: &str) -> Result<PriceHash, StoreError> {
        self.prices.of(text, named)
    }
}

/// What was written already, as JSON. It keeps what it wrote, so an address never means two things.
pub(super) struct Written<T>(HashMap<usize, (Shared<T>, String)>);

impl<T> Default for Written<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Serialize> Written<T> {
    /// The text of a value.
    pub(super) fn of(&mut self, value: &Shared<T>) -> &str {
        let address = Arc::as_ptr(&value.0).addr();
        let kept = self.0.entry(address);
        &kept.or_insert_with(|| (value.clone(), json(&**value))).1
    }
}
