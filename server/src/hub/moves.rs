//! Shows that have moved and of which others have yet to be told: of each the last picture.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, PoisonError},
};

use houseful_core::ids::ShowId;
use tokio::sync::Notify;

use super::Picture;

/// What waits to be told.
#[derive(Debug, Default)]
pub struct Moves {
    waiting: Mutex<HashMap<ShowId, Arc<Picture>>>,
    some: Notify,
}

impl Moves {
    /// Notes where a show stands; what waited of it is out of date.
    pub(super) fn note(&self, picture: Arc<Picture>) {
        let before = self.locked().insert(picture.show, picture);
        self.some.notify_one();
        // What is large is given back outside of the lock.
        drop(before);
    }

    /// Waits until something waits.
    pub async fn wait(&self) {
        while self.locked().is_empty() {
            self.some.notified().await;
        }
    }

    /// Takes what waits.
    #[must_use]
    pub fn take(&self) -> Vec<(ShowId, Arc<Picture>)> {
        self.locked().drain().collect()
    }

    /// Gives back what could not be told, unless the show has moved on.
    pub fn put_back(&self, show: ShowId, picture: Arc<Picture>) {
        if let Entry::Vacant(free) = self.locked().entry(show) {
            free.insert(picture);
        }
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, HashMap<ShowId, Arc<Picture>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use houseful_core::show::ShowState;

    use super::*;

    #[tokio::test]
    async fn the_last_picture_of_a_show_waits_and_an_older_one_does_not_come_back() {
        let picture = |tip| Arc::new(Picture::of(&ShowState::new(ShowId(1)), tip));
        let moves = Moves::default();
        moves.note(picture(1));
        moves.note(picture(2));
        moves.wait().await;
        let taken = moves.take();
        assert_eq!(taken.len(), 1);
        assert_eq!(taken[0].1.version().tip, 2);
        moves.note(picture(3));
        moves.put_back(ShowId(1), picture(2));
        assert_eq!(moves.take()[0].1.version().tip, 3);
        moves.put_back(ShowId(1), picture(3));
        assert_eq!(moves.take().len(), 1);
    }
}
