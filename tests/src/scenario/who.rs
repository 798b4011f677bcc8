//! Who takes a step, and what a payer agrees to.

use houseful_core::{
    ids::{BookingId, OwnerRef, QuoteHash},
    money::Money,
    price::Channel,
    show::{Actor, HoldRules, OrphanRule, ShowState},
    wire::admin::Role,
};
use uuid::Uuid;

use super::stage::SHOW;

/// Somebody of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// What the story calls them.
    pub name: String,
    /// What they may do.
    pub duty: Role,
}

impl Who {
    /// Whether they work here.
    #[must_use]
    pub fn is_staff(&self) -> bool {
        self.duty >= Role::Clerk
    }

    /// Who they are to the rules: staff at the counter by name, customers on the web by a secret,
    /// which is their name.
    #[must_use]
    pub fn actor(&self) -> Actor {
        let staff = self.is_staff();
        Actor {
            owner: if staff {
                OwnerRef::of_staff(&self.name)
            } else {
                OwnerRef::of_secret(&self.name)
            },
            staff,
            channel: if staff {
                Channel::Counter
            } else {
                Channel::Web
            },
        }
    }
}

impl Who {
    /// The house rules for them, where they wish for nothing special.
    #[must_use]
    pub fn rules(&self) -> HoldRules {
        HoldRules {
            orphans: if self.duty >= Role::Manager {
                OrphanRule::Allow
            } else {
                OrphanRule::Refuse
            },
            over_limit: false,
        }
    }
}

/// What a payer agrees to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The seats and prices.
    pub hash: QuoteHash,
    /// What they come to.
    pub amount: Money,
}

impl Quote {
    /// What a booking costs now.
    #[must_use]
    pub fn of(state: &ShowState, booking: Uuid) -> Option<Self> {
        let record = state.booking(booking)?;
        let id = BookingId {
            show: SHOW,
            uuid: booking,
        };
        Some(Self {
            hash: record.quote(id),
            amount: record.total(),
        })
    }

    /// An amount for no seats.
    #[must_use]
    pub const fn none(amount: Money) -> Self {
        Self {
            hash: QuoteHash(Uuid::nil()),
            amount,
        }
    }
}
