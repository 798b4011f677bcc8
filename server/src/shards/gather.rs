//! One question for the journals of all shards. Whoever asks is told which shards did not answer, and
//! decides whether the rest is worth having: what is not found is told to somebody who waits at a
//! counter, so nothing is left out silently.

use std::{collections::BTreeSet, time::Duration};

use futures_util::future::join_all;
use houseful_core::ids::ShardName;
use tokio::time::timeout;

use super::Journals;
use crate::store::{Later, Store, StoreError};

/// The longest that a question to several shards waits for one of them: the others have answered.
const ANSWER_MAX: Duration = Duration::from_secs(3);

/// What the shards said that answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gathered<T> {
    /// The answers of all of them, one behind the other.
    pub found: Vec<T>,
    /// Those that did not answer: what they have is missing.
    pub away: BTreeSet<ShardName>,
}

/// Why a question was not answered by all who would have to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAll {
    /// Shards that do not answer now.
    #[error("{} now", Silent(.0))]
    Away(Vec<ShardName>),
    /// The database of all shows says no, or a shard holds what can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Says who does not answer.
#[derive(Clone, Copy, Debug)]
pub struct Silent<'a>(pub &'a [ShardName]);

impl std::fmt::Display for Silent<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            [one] => write!(f, "shard {one} does not answer"),
            more => {
                let names: Vec<&str> = more.iter().map(ShardName::as_str).collect();
                write!(f, "the shards {} do not answer", names.join(", "))
            }
        }
    }
}

impl<T> Gathered<T> {
    /// Everything, if everybody answered.
    ///
    /// # Errors
    /// Somebody did not.
    pub fn whole(self) -> Result<Vec<T>, NotAll> {
        if self.away.is_empty() {
            Ok(self.found)
        } else {
            Err(NotAll::Away(self.away.into_iter().collect()))
        }
    }

    /// Adds another answer behind this one.
    pub fn add(&mut self, other: Self) {
        self.found.extend(other.found);
        self.away.extend(other.away);
    }
}

impl<T> Default for Gathered<T> {
    fn default() -> Self {
        Self {
            found: Vec::new(),
            away: BTreeSet::new(),
        }
    }
}

impl Journals {
    /// Asks all shards at once.
    ///
    /// # Errors
    /// A shard holds what can't be read. Where there is one database for all shows: it can't be
    /// reached.
    pub(super) async fn gather<T>(
        &self,
        ask: impl for<'a> Fn(&'a dyn Store) -> Later<'a, Vec<T>>,
    ) -> Result<Gathered<T>, StoreError> {
        let shards = self.count();
        let asked = (0..shards).map(|shard| {
            let ask = &ask;
            async move { self.one(shard, ask).await }
        });
        let mut all = Gathered::default();
        for answer in join_all(asked).await {
            all.add(answer?);
        }
        Ok(all)
    }

    /// Asks one shard.
    ///
    /// # Errors
    /// As [`Journals::gather`].
    pub(super) async fn one<T>(
        &self,
        shard: usize,
        ask: impl for<'a> Fn(&'a dyn Store) -> Later<'a, Vec<T>>,
    ) -> Result<Gathered<T>, StoreError> {
        let mut gathered = Gathered::default();
        let Some(name) = self.name(shard) else {
            gathered.found = ask(self.of(shard)?.journal.as_ref()).await?;
            return Ok(gathered);
        };
        let answer = match self.of(shard) {
            Ok(books) => {
                let asked = timeout(ANSWER_MAX, ask(books.journal.as_ref()));
                asked.await.unwrap_or(Err(StoreError::Busy))
            }
            Err(why) => Err(why),
        };
        match answer {
            Ok(found) => gathered.found = found,
            Err(StoreError::Busy | StoreError::Unknown) => {
                gathered.away.insert(name.clone());
            }
            Err(why) => return Err(why),
        }
        Ok(gathered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_not_taken_for_the_whole() {
        let name = |text: &str| text.parse::<ShardName>().expect("a name");
        let mut all = Gathered {
            found: vec![1, 2],
            ..Gathered::default()
        };
        assert_eq!(all.clone().whole(), Ok(vec![1, 2]));
        let away = |shard: &str| Gathered {
            found: vec![3],
            away: [name(shard)].into(),
        };
        all.add(away("south"));
        let one = all.clone().whole().expect_err("a part");
        assert_eq!(one.to_string(), "shard south does not answer now");
        all.add(away("north"));
        let two = all.whole().expect_err("a part").to_string();
        assert_eq!(two, "the shards north, south do not answer now");
    }
}
