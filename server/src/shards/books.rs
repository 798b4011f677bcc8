//! The books of all shards as one, for the sweep.

use futures_util::future::try_join_all;
use houseful_core::ids::ShowId;

use super::Journals;
use crate::{
    audit::{ShowBooks, ShowRows},
    store::Later,
};

/// A show that is on its way stands in two shards, and counts once: where it lives, or, for the
/// moment in which it lives nowhere, where its journal is longest.
impl ShowBooks for Journals {
    fn shows(&self, after: Option<ShowId>, limit: u32) -> Later<'_, Vec<ShowId>> {
        Box::pin(async move {
            let asked = self.all()?.into_iter();
            let asked = asked.map(|books| books.show_books.shows(after, limit));
            let mut shows: Vec<ShowId> = try_join_all(asked).await?.into_iter().flatten().collect();
            shows.sort_unstable();
            shows.dedup();
            shows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            Ok(shows)
        })
    }

    fn show(&self, show: ShowId) -> Later<'_, Option<ShowRows>> {
        Box::pin(async move {
            let home = self.home(show);
            let rows = self.of(home)?.show_books.show(show).await?;
            if rows.as_ref().is_some_and(|rows| !was_left(rows)) {
                return Ok(rows);
            }
            let mut best = rows;
            for books in self.all()? {
                let rows = books.show_books.show(show).await?;
                if rows.as_ref().is_some_and(|rows| !was_left(rows)) {
                    return Ok(rows);
                }
                best = best.into_iter().chain(rows).max_by_key(|rows| rows.ver);
            }
            Ok(best)
        })
    }

    fn layout(&self, hash: String) -> Later<'_, Option<String>> {
        Box::pin(async move {
            for books in self.all()? {
                let layout = books.show_books.layout(hash.clone()).await?;
                if layout.is_some() {
                    return Ok(layout);
                }
            }
            Ok(None)
        })
    }

    fn strays(&self) -> Later<'_, u64> {
        Box::pin(async move {
            let asked = self.all()?.into_iter();
            let strays = try_join_all(asked.map(|books| books.show_books.strays())).await?;
            Ok(strays.into_iter().sum())
        })
    }
}

/// Whether the journal ends with the seal that a show leaves behind.
fn was_left(rows: &ShowRows) -> bool {
    let last = rows.facts.last();
    last.is_some_and(|fact| fact.body.trim_start().starts_with(r#"{"sealed""#))
}
