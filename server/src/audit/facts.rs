//! Journal rows as the sweep reads them: from their JSON, with none of the rules that wrote them.

use houseful_core::{code::TicketCode, time::UtcMillis};
use serde::{Deserialize, de::IgnoredAny};
use uuid::Uuid;

/// A journal row, as far as seats and money are concerned.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Fact {
    Opened {
        terms: Terms,
    },
    Held {
        booking: Uuid,
        lines: Vec<Line>,
        fee_minor: i64,
        hold_until: UtcMillis,
    },
    SeatsChanged {
        booking: Uuid,
        lines: Vec<Line>,
        fee_minor: i64,
    },
    Released {
        booking: Uuid,
    },
    Expired {
        bookings: Vec<Uuid>,
    },
    Secured {
        booking: Uuid,
        payment: PaymentText,
        tender: String,
        amount: Amount,
        tickets: Codes,
        settle_until: UtcMillis,
    },
    Confirmed {
        booking: Uuid,
        /// The command that took cash.
        by: Option<IgnoredAny>,
    },
    CaptureRefused {
        booking: Uuid,
    },
    SettleLapsed {
        bookings: Vec<Uuid>,
    },
    PaymentReturned {
        payment: PaymentText,
        booking: Uuid,
        tender: String,
        amount: Amount,
    },
    PaymentSettled {
        payment: PaymentText,
    },
    MoneyGone {
        booking: Uuid,
        payment: PaymentText,
        #[serde(default)]
        left_minor: i64,
    },
    Cancelled {
        booking: Uuid,
    },
    RefundAsked {},
    Refunded {
        booking: Uuid,
        refund: Returned,
    },
    RefundRefused {},
    RefundLapsed {},
    CaseResolved {},
    MoneyShort {
        payment: PaymentText,
    },
    SalesChanged {
        to: String,
    },
    BlocksChanged {
        seats: Vec<u16>,
        block: Option<String>,
    },
    Sealed {},
    Arrived {},
}

#[derive(Deserialize)]
pub(super) struct Terms {
    pub(super) layout: String,
    #[serde(default)]
    pub(super) rules: Rules,
}

/// When the house gives its seats to sale by itself.
#[derive(Default, Deserialize)]
pub(super) struct Rules {
    #[serde(default)]
    pub(super) house_free_at: Option<UtcMillis>,
}

#[derive(Deserialize)]
pub(super) struct Line {
    pub(super) seat: u16,
    pub(super) minor: i64,
}

/// Seats that were given back.
#[derive(Deserialize)]
pub(super) struct Returned {
    pub(super) lines: Vec<ReturnedLine>,
}

#[derive(Deserialize)]
pub(super) struct ReturnedLine {
    pub(super) seat: u16,
    pub(super) price_minor: i64,
    pub(super) fee_minor: i64,
    pub(super) kept_minor: i64,
}

#[derive(Deserialize)]
pub(super) struct Codes {
    pub(super) codes: Vec<TicketCode>,
}

/// Money as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Amount {
    pub(super) minor: i64,
    pub(super) currency: String,
}

type PaymentText = houseful_core::ids::PaymentId;

/// A drawing, as far as it says which seats there are and which are kept back.
pub(super) struct Drawn {
    pub(super) blocked: Vec<bool>,
    /// Which of them are the house's.
    pub(super) house: Vec<bool>,
}

impl Drawn {
    /// Reads the places of the canonical text: below the header, behind the row's letters.
    pub(super) fn read(text: &str) -> Self {
        let rows = text.lines().skip_while(|line| !line.is_empty());
        let places: Vec<char> = rows
            .filter_map(|line| line.split_once(' '))
            .flat_map(|(_, places)| places.chars())
            .filter(|place| !matches!(place, ' ' | '_'))
            .collect();
        let are = |kept: &[char]| places.iter().map(|p| kept.contains(p)).collect();
        Self {
            blocked: are(&['%', 'x']),
            house: are(&['%']),
        }
    }
}
