//! Payers who wait for the end of their payment. Each takes the place of a request, so there are
//! not many at once: whoever comes too many is answered at once and asks again.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use houseful_core::ids::BookingId;

/// How many wait at once, of all; well below what a server has under way at once.
const ALL_MAX: usize = 1_024;
/// How many wait at once for one booking.
const BOOKING_MAX: usize = 2;

/// Those who wait; clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiting(Arc<Mutex<Places>>);

#[derive(Debug, Default)]
struct Places {
    all: usize,
    of: HashMap<BookingId, usize>,
}

/// A place to wait, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    waiting: Waiting,
    booking: BookingId,
}

impl Waiting {
    /// A place to wait for a booking's payment; `None` when there is none left.
    pub(super) fn place(&self, booking: BookingId) -> Option<Place> {
        let mut places = self.locked();
        let here = places.of.get(&booking).copied().unwrap_or(0);
        if places.all >= ALL_MAX || here >= BOOKING_MAX {
            return None;
        }
        places.all += 1;
        places.of.insert(booking, here + 1);
        Some(Place {
            waiting: self.clone(),
            booking,
        })
    }

    fn locked(&self) -> MutexGuard<'_, Places> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.waiting.locked();
        places.all = places.all.saturating_sub(1);
        match places.of.get_mut(&self.booking) {
            Some(here) if *here > 1 => *here -= 1,
            _ => {
                places.of.remove(&self.booking);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use houseful_core::ids::ShowId;

    use super::*;

    fn booking(n: u64) -> BookingId {
        BookingId {
            show: ShowId(n),
            uuid: uuid::Uuid::nil(),
        }
    }

    #[test]
    fn few_wait_for_one_booking_and_not_too_many_in_all() {
        let waiting = Waiting::default();
        let two: Vec<_> = (0..5).filter_map(|_| waiting.place(booking(1))).collect();
        assert_eq!(two.len(), BOOKING_MAX);
        let others: Vec<_> = (2..5_000)
            .filter_map(|n| waiting.place(booking(n)))
            .collect();
        assert_eq!(others.len(), ALL_MAX - BOOKING_MAX);
        drop((two, others));
        assert!(waiting.place(booking(1)).is_some());
        let places = waiting.locked();
        assert_eq!(
            (places.all, places.of.len()),
            (0, 0),
            "nothing is left over"
        );
    }
}
