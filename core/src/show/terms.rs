//! What a show is sold under: layout, prices, hours and limits.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{PriceFacts, Slot};
use crate::{
    expiry::is_alive,
    ids::PriceHash,
    layout::{BlockReason, LayoutHash, SeatLayout},
    price::{Channel, PriceCard},
    sale::SaleRules,
    time::UtcMillis,
};

/// When a channel sells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SalesWindow {
    /// First instant of sale.
    pub opens_at: UtcMillis,
    /// First instant after the sale.
    pub closes_at: UtcMillis,
}

/// Everything a decision about a show needs that is not in its bookings.
#[derive(Clone, Debug, PartialEq)]
pub struct ShowTerms {
    /// The seats.
    pub layout: Arc<SeatLayout>,
    /// The prices.
    pub prices: Arc<PriceCard>,
    /// What the rules of the prices ask of the show. Shows whose card has none are without.
    pub facts: Option<PriceFacts>,
    /// When the show begins.
    pub starts_at: UtcMillis,
    /// When each channel sells; a channel that is absent does not.
    pub windows: BTreeMap<Channel, SalesWindow>,
    /// The most seats in one booking, unless staff go above it.
    pub seats_max: u16,
    /// What it is sold by beside these.
    pub rules: SaleRules,
}

impl ShowTerms {
    /// The most seats in one booking, where nothing else is said.
    pub const SEATS_MAX: u16 = 10;

    /// Whether the house gives its seats to sale by itself, and has not done so at `now`.
    pub(super) fn keeps_house(&self, now: UtcMillis) -> bool {
        self.rules.house_free_at.is_some_and(|at| is_alive(at, now))
    }

    /// A seat that is kept back for this reason.
    pub(super) fn blocked(&self, why: BlockReason) -> Slot {
        match (why, self.rules.house_free_at) {
            (BlockReason::House, Some(until)) => Slot::Kept { until },
            _ => Slot::Blocked(why),
        }
    }
}

/// The same with hashes in place of the immutable rows: how a journal carries terms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TermsRow {
    /// Names the layout.
    pub layout: LayoutHash,
    /// Names the price card.
    pub prices: PriceHash,
    /// What the rules of the prices ask of the show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<PriceFacts>,
    /// When the show begins.
    pub starts_at: UtcMillis,
    /// When each channel sells.
    pub windows: BTreeMap<Channel, SalesWindow>,
    /// The most seats in one booking.
    pub seats_max: u16,
    /// What it is sold by beside these; journals from before there were rules have none.
    #[serde(default, skip_serializing_if = "SaleRules::is_none")]
    pub rules: SaleRules,
}

impl From<&ShowTerms> for TermsRow {
    fn from(terms: &ShowTerms) -> Self {
        Self {
            layout: terms.layout.hash(),
            prices: terms.prices.hash(),
            facts: terms.facts.clone(),
            starts_at: terms.starts_at,
            windows: terms.windows.clone(),
            seats_max: terms.seats_max,
            rules: terms.rules.clone(),
        }
    }
}
