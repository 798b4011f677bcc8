//! The booking fee of a channel.

use serde::{Deserialize, Serialize};

/// What a fee is counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Per {
    /// Each ticket.
    Ticket,
    /// The booking, however many tickets it has.
    Booking,
}

/// A booking fee. Tickets that cost nothing carry none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BookingFee {
    /// How much, in minor units.
    pub minor: i64,
    /// For what.
    pub per: Per,
    /// The most for one booking, in minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_minor: Option<i64>,
}

impl BookingFee {
    /// Whether the fee of a booking with so many tickets is one sum that they share.
    #[must_use]
    pub fn is_one(self, tickets: usize) -> bool {
        let each = Self {
            max_minor: None,
            ..self
        };
        self.per == Per::Booking || self.of(tickets) < each.of(tickets)
    }

    /// What a booking with so many tickets that cost something pays.
    #[must_use]
    pub fn of(self, tickets: usize) -> i64 {
        if tickets == 0 {
            return 0;
        }
        let all = match self.per {
            Per::Ticket => {
                let tickets = i64::try_from(tickets).unwrap_or(i64::MAX);
                self.minor.saturating_mul(tickets)
            }
            Per::Booking => self.minor,
        };
        self.max_minor.map_or(all, |max| all.min(max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fee_has_a_cap_and_leaves_out_what_is_free() {
        let fee = |per, max_minor| BookingFee {
            minor: 75,
            per,
            max_minor,
        };
        assert_eq!(fee(Per::Ticket, None).of(3), 225);
        assert_eq!(fee(Per::Ticket, Some(200)).of(3), 200);
        assert_eq!(fee(Per::Ticket, Some(200)).of(2), 150);
        assert_eq!(fee(Per::Booking, None).of(3), 75);
        assert_eq!(fee(Per::Booking, Some(50)).of(1), 50);
        assert_eq!(fee(Per::Booking, None).of(0), 0);
    }
}
