//! The terminal's own books.

use houseful_core::{
    ids::{BookingId, PaymentId, QuoteHash},
    money::Money,
    time::UtcMillis,
};

use super::scenario::Scenario;
use crate::payment::provider::{Calling, Charge, ChargeStatus, Order};

/// A charge in the terminal's books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimCharge {
    pub(in crate::payment) payment: PaymentId,
    pub(in crate::payment) booking: BookingId,
    pub(in crate::payment) quote: QuoteHash,
    pub(in crate::payment) amount: Money,
    /// What its card does, as a word; never the number.
    pub(in crate::payment) scenario: String,
    pub(in crate::payment) status: ChargeStatus,
    pub(in crate::payment) captured: i64,
    pub(in crate::payment) refunded: i64,
    /// How many attempts to give money back will still fail.
    pub(in crate::payment) refunds_to_fail: u32,
    /// When a pending charge is promised.
    pub(in crate::payment) promised_at: Option<UtcMillis>,
    pub(in crate::payment) reason: Option<String>,
    pub(in crate::payment) updated_at: UtcMillis,
}

/// Changes a charge; `false` if the terminal failed to do it.
pub type Change = Box<dyn FnOnce(&mut SimCharge) -> bool + Send>;

/// Where the terminal keeps its books.
pub trait SimLedger: Send + Sync {
    /// Writes a charge down unless there is one with its id; answers with what is written.
    fn begin(&self, charge: SimCharge) -> Calling<'_, SimCharge>;
    /// Changes a charge in one step; `None` if there is none.
    fn change(&self, payment: PaymentId, change: Change) -> Calling<'_, Option<(SimCharge, bool)>>;
    /// A charge.
    fn get(&self, payment: PaymentId) -> Calling<'_, Option<SimCharge>>;
    /// Charges by time of change, those after `after` only.
    fn list(
        &self,
        since: UtcMillis,
        after: Option<PaymentId>,
        limit: u32,
    ) -> Calling<'_, Vec<SimCharge>>;
}

impl SimCharge {
    pub(super) fn begin(
        order: &Order,
        scenario: Scenario,
        refund_fails: bool,
        late_at: UtcMillis,
        now: UtcMillis,
    ) -> Self {
        let amount = order.amount.minor;
        let (status, captured, promised_at, reason) = match scenario {
            Scenario::Decline => (
                ChargeStatus::Declined,
                0,
                None,
                Some("the card was declined"),
            ),
            Scenario::BadNumber => {
                let why = "the card number is not valid";
                (ChargeStatus::Declined, 0, None, Some(why))
            }
            Scenario::Late => (ChargeStatus::Pending, 0, Some(late_at), None),
            Scenario::CapturedAtOnce => (ChargeStatus::Captured, amount, None, None),
            _ => (ChargeStatus::Authorised, 0, None, None),
        };
        Self {
            payment: order.payment,
            booking: order.booking,
            quote: order.quote,
            amount: order.amount,
            scenario: scenario.word().to_owned(),
            status,
            captured,
            refunded: 0,
            refunds_to_fail: u32::from(refund_fails),
            promised_at,
            reason: reason.map(str::to_owned),
            updated_at: now,
        }
    }

    /// A charge that will not happen, even if its order arrives after all.
    pub(super) fn never(order: &Order, now: UtcMillis) -> Self {
        Self {
            status: ChargeStatus::Never,
            reason: Some("the card terminal did not answer; nothing was taken".to_owned()),
            ..Self::begin(order, Scenario::LostOnTheWay, false, now, now)
        }
    }

    /// Where it stands at `now`: a late promise is there from its time on.
    fn status_at(&self, now: UtcMillis) -> ChargeStatus {
        match self.promised_at {
            Some(at) if self.status == ChargeStatus::Pending && at <= now => {
                ChargeStatus::Authorised
            }
            _ => self.status,
        }
    }

    /// What a caller is told.
    #[must_use]
    pub fn charge(&self, now: UtcMillis) -> Charge {
        Charge {
            payment: self.payment,
            booking: self.booking,
            quote: self.quote,
            amount: self.amount,
            status: self.status_at(now),
            captured: self.captured,
            refunded: self.refunded,
            bounced: 0,
            reason: self.reason.clone(),
            updated_at: self.updated_at,
        }
    }

    pub(super) fn capture(&mut self, minor: i64, now: UtcMillis) -> bool {
        if self.status_at(now) != ChargeStatus::Authorised {
            return true;
        }
        self.updated_at = now;
        if self.scenario == Scenario::CaptureRefused.word() {
            self.status = ChargeStatus::CaptureRefused;
            self.reason = Some("the bank refused to pay what it had promised".to_owned());
        } else {
            self.status = ChargeStatus::Captured;
            self.captured = minor.clamp(0, self.amount.minor);
        }
        true
    }

    pub(super) fn void(&mut self, now: UtcMillis) -> bool {
        if matches!(
            self.status_at(now),
            ChargeStatus::Pending | ChargeStatus::Authorised
        ) {
            self.status = ChargeStatus::Voided;
            self.updated_at = now;
        }
        true
    }

    pub(super) fn refund(&mut self, total_minor: i64, now: UtcMillis) -> bool {
        let total = total_minor.clamp(0, self.captured);
        if total <= self.refunded {
            return true;
        }
        self.updated_at = now;
        if self.refunds_to_fail > 0 {
            self.refunds_to_fail -= 1;
            return false;
        }
        self.refunded = total;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order() -> Order {
        let nil = uuid::Uuid::nil();
        Order {
            payment: PaymentId(nil),
            booking: BookingId {
                show: houseful_core::ids::ShowId(1),
                uuid: nil,
            },
            quote: QuoteHash(nil),
            amount: Money::new(1_900, "GBP".parse().expect("a currency")),
        }
    }

    fn charge(scenario: Scenario, refund_fails: bool) -> SimCharge {
        SimCharge::begin(
            &order(),
            scenario,
            refund_fails,
            UtcMillis(310_000),
            UtcMillis(0),
        )
    }

    #[test]
    fn money_moves_once_however_often_it_is_asked_for() {
        let mut c = charge(Scenario::Approve, false);
        for _ in 0..3 {
            c.capture(1_900, UtcMillis(1));
        }
        assert_eq!((c.captured, c.status), (1_900, ChargeStatus::Captured));
        c.void(UtcMillis(2));
        assert_eq!(c.status, ChargeStatus::Captured);
        for total in [500, 500, 1_900, 9_999, 500] {
            c.refund(total, UtcMillis(3));
        }
        assert_eq!((c.captured, c.refunded), (1_900, 1_900));
    }

    #[test]
    fn a_late_promise_comes_at_its_time_and_not_after_a_void() {
        let mut c = charge(Scenario::Late, false);
        let before = c.charge(UtcMillis(309_999)).status;
        assert_eq!(before, ChargeStatus::Pending);
        let then = c.charge(UtcMillis(310_000)).status;
        assert_eq!(then, ChargeStatus::Authorised);
        c.void(UtcMillis(5));
        assert_eq!(c.charge(UtcMillis(400_000)).status, ChargeStatus::Voided);
    }

    #[test]
    fn a_first_refund_may_fail_and_the_second_does_not() {
        let mut c = charge(Scenario::CapturedAtOnce, true);
        assert!(!c.refund(1_900, UtcMillis(1)));
        assert_eq!(c.refunded, 0);
        assert!(c.refund(1_900, UtcMillis(2)));
        assert_eq!(c.refunded, 1_900);
    }

    #[test]
    fn a_refused_capture_takes_nothing() {
        let mut c = charge(Scenario::CaptureRefused, false);
        c.capture(1_900, UtcMillis(1));
        assert_eq!((c.captured, c.status), (0, ChargeStatus::CaptureRefused));
    }
}
