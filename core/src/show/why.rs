//! A verdict in words. It is the verdict that a hold gets, not another opinion about it.

use super::{ShowState, Slot, Wish};
use crate::{
    layout::{BlockReason, Place},
    refusal::Refusal,
    sale::SaleAsk,
    seat::SeatLabel,
    time::UtcMillis,
    wire::{
        Time,
        why::{Why, WhySeat, WhyStep},
    },
};

impl ShowState {
    /// Why something would be sold at `now`, or not.
    #[must_use]
    pub fn why(&self, ask: &SaleAsk<'_>, now: UtcMillis) -> Why {
        let verdict = self.can_sell(ask, now);
        let refusal = verdict.answer.as_ref().err();
        let rules = verdict.steps.iter().map(|step| WhyStep {
            rule: step.rule.word().to_owned(),
            passes: step.says.is_ok(),
            says: match &step.says {
                Ok(fact) => fact.to_string(),
                Err(refusal) => refusal.to_string(),
            },
        });
        let named: &[super::SeatPick] = match ask.wish {
            Some(Wish::Seats(picks)) => picks,
            Some(Wish::Best { .. }) | None => &[],
        };
        Why {
            show: self.show,
            at: Time(now),
            channel: ask.channel,
            sold: refusal.is_none(),
            code: refusal.map(|r| r.code().to_owned()),
            hint: refusal.and_then(Refusal::hint).map(str::to_owned),
            rules: rules.collect(),
            seats: named.iter().map(|p| self.stands(p.seat, now)).collect(),
        }
    }

    /// How a seat stands, without a word about whose it is.
    fn stands(&self, label: SeatLabel, now: UtcMillis) -> WhySeat {
        let terms = self.terms.as_ref();
        let seat = terms.and_then(|t| t.layout.find(label));
        let slot = seat.and_then(|seat| self.slots.get(seat.index()).copied());
        let (state, until) = match slot {
            None => ("unknown", None),
            Some(slot) if slot.is_free(now) => ("free", None),
            Some(Slot::Free) => ("free", None),
            Some(Slot::Held { until, .. }) => ("held", Some(until)),
            Some(Slot::Booked { until, .. }) => ("booked", until),
            Some(Slot::Kept { until }) => ("house", Some(until)),
            Some(Slot::Blocked(BlockReason::House)) => ("house", None),
            Some(Slot::Blocked(BlockReason::Broken)) => ("broken", None),
            Some(Slot::Blocked(BlockReason::Companion)) => ("companion", None),
        };
        WhySeat {
            seat: label,
            state: state.to_owned(),
            until: until.map(Time),
            place: seat.map_or_else(Place::default, |seat| self.place(seat)),
        }
    }
}
