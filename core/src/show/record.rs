//! Events as journal rows. A row names its kind and format; old formats are read for ever, and a
//! row that can't be read makes its show read-only rather than wrong.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Event, ShowTerms, TermsRow};
use crate::{
    ids::{CommandId, PriceHash},
    layout::{LayoutHash, SeatLayout},
    price::PriceCard,
};

/// The format that is written today.
const FORMAT: u8 = 1;

/// An event as it stands in a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What happened, as a word; for people and reports.
    pub kind: &'static str,
    /// How `body` is written.
    pub format: u8,
    /// The event as JSON.
    pub body: String,
}

/// Rows that never change once written, by the hash of their content.
pub trait Immutables {
    /// The layout with this hash.
    fn layout(&self, hash: LayoutHash) -> Option<Arc<SeatLayout>>;
    /// The price card with this hash.
    fn prices(&self, hash: PriceHash) -> Option<Arc<PriceCard>>;
}

/// A journal row can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Written by a newer program.
    #[error("format {0} is newer than this program")]
    Format(u8),
    /// Not an event this program knows.
    #[error("not an event this program knows: {0}")]
    Body(String),
    /// An immutable row is not there.
    #[error("the layout or price card {0} is not stored")]
    Missing(String),
}

/// How [`Event::Opened`] is written: terms by hash.
#[derive(Serialize, Deserialize)]
struct OpenedRow {
    opened: OpenedBody,
}

#[derive(Serialize, Deserialize)]
struct OpenedBody {
    command: CommandId,
    terms: TermsRow,
}

impl Event {
    /// The event's name in journals and feeds.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::Held { .. } => "held",
            Self::SeatsChanged { .. } => "seats_changed",
            Self::Released { .. } => "released",
            Self::Expired { .. } => "expired",
            Self::Secured { .. } => "secured",
            Self::Confirmed { .. } => "confirmed",
            Self::CaptureRefused { .. } => "capture_refused",
            Self::SettleLapsed { .. } => "settle_lapsed",
            Self::PaymentReturned { .. } => "payment_returned",
            Self::PaymentSettled { .. } => "payment_settled",
            Self::MoneyGone { .. } => "money_gone",
            Self::Cancelled { .. } => "cancelled",
            Self::RefundAsked { .. } => "refund_asked",
            Self::RefundLapsed { .. } => "refund_lapsed",
            Self::MoneyShort { .. } => "money_short",
            Self::Refunded { .. } => "refunded",
            Self::RefundRefused { .. } => "refund_refused",
            Self::CaseResolved { .. } => "case_resolved",
            Self::SalesChanged { .. } => "sales_changed",
            Self::BlocksChanged { .. } => "blocks_changed",
            Self::Sealed { .. } => "sealed",
            Self::Arrived { .. } => "arrived",
        }
    }

    /// The event as a journal row.
    #[must_use]
    pub fn to_row(&self) -> Row {
        let body = match self {
            Self::Opened { command, terms } => serde_json::to_string(&OpenedRow {
                opened: OpenedBody {
                    command: *command,
                    terms: TermsRow::from(terms.as_ref()),
                },
            }),
            other => serde_json::to_string(other),
        };
        // Events have string keys and integers only, which can always be written.
        Row {
            kind: self.kind(),
            format: FORMAT,
            body: body.unwrap_or_default(),
        }
    }

    /// Reads a journal row.
    ///
    /// # Errors
    /// See [`DecodeError`].
    pub fn from_row(
        kind: &str,
        format: u8,
        body: &str,
        kept: &dyn Immutables,
    ) -> Result<Self, DecodeError> {
        if format != FORMAT {
            return Err(DecodeError::Format(format));
        }
        let bad = |e: serde_json::Error| DecodeError::Body(e.to_string());
        if kind != "opened" {
            let event: Self = serde_json::from_str(body).map_err(bad)?;
            return if event.kind() == kind {
                Ok(event)
            } else {
                let found = event.kind();
                Err(DecodeError::Body(format!("{found} under the name {kind}")))
            };
        }
        let OpenedBody { command, terms } =
            serde_json::from_str::<OpenedRow>(body).map_err(bad)?.opened;
        let layout = kept.layout(terms.layout);
        let prices = kept.prices(terms.prices);
        let terms = Arc::new(ShowTerms {
            layout: layout.ok_or_else(|| DecodeError::Missing(terms.layout.to_string()))?,
            prices: prices.ok_or_else(|| DecodeError::Missing(terms.prices.to_string()))?,
            facts: terms.facts,
            starts_at: terms.starts_at,
            windows: terms.windows,
            seats_max: terms.seats_max,
            rules: terms.rules,
        });
        Ok(Self::Opened { command, terms })
    }
}
