//! Who is at a payment: one at a time, and whoever comes meanwhile has it looked at once more.

use std::{collections::HashMap, sync::Mutex};

use houseful_core::ids::PaymentId;

use super::locked;

/// The turns that are taken.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// Payments somebody is at, and whether somebody else wanted to be.
    taken: Mutex<HashMap<PaymentId, bool>>,
}

/// Being the one who is at a payment.
pub(super) struct Turn<'a> {
    turns: &'a Turns,
    id: PaymentId,
    over: bool,
}

impl Turns {
    /// Takes the turn at a payment; `None` when somebody else has it, who will look again.
    pub(super) fn enter(&self, id: PaymentId) -> Option<Turn<'_>> {
        let mut taken = locked(&self.taken);
        if let Some(wanted) = taken.get_mut(&id) {
            *wanted = true;
            return None;
        }
        taken.insert(id, false);
        Some(Turn {
            turns: self,
            id,
            over: false,
        })
    }

    /// Whether somebody is at a payment right now.
    pub(super) fn has(&self, id: PaymentId) -> bool {
        locked(&self.taken).contains_key(&id)
    }
}

impl Turn<'_> {
    /// Ends the turn, unless somebody else wanted it meanwhile.
    pub(super) fn ends(&mut self) -> bool {
        let mut taken = locked(&self.turns.taken);
        match taken.get_mut(&self.id) {
            Some(wanted) if *wanted => *wanted = false,
            _ => {
                taken.remove(&self.id);
                self.over = true;
            }
        }
        self.over
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if !self.over {
            locked(&self.turns.taken).remove(&self.id);
        }
    }
}
