//! The booking that `r` takes up again, and bookings given up in passing.

use houseful_core::wire::booking::BookingState;

use crate::tui::{
    desk::{Desk, is_held},
    msg::{Answer, Ask, Effect, Failure, Owned, Reply},
};

/// Asks what became of the kept booking when its hold should be over.
pub(super) fn tick(desk: &mut Desk) {
    let Some(kept) = &desk.kept else { return };
    let over = kept
        .booking
        .as_ref()
        .is_some_and(|b| is_held(b) && !desk.alive(b.hold_until.0));
    if over && kept.booking_asked.is_none() {
        let asked = Some(desk.ask(Ask::Booking(kept.owned.clone())));
        if let Some(kept) = &mut desk.kept {
            kept.booking_asked = asked;
        }
    }
}

/// Takes an answer that is about a kept or released booking; `false` when it is not.
pub(super) fn answer(desk: &mut Desk, older: &mut Vec<Owned>, answer: &Answer) -> bool {
    if let Some(at) = desk
        .releasing
        .iter()
        .position(|(generation, _)| *generation == answer.generation)
    {
        let (_, id) = desk.releasing.remove(at);
        // Without an answer the hold may stand; it ends by itself, and can be resumed till then.
        if !matches!(answer.result, Err(Failure::NoAnswer(_))) {
            desk.then(Effect::Forget(id));
        }
        return true;
    }
    let Some(kept) = &mut desk.kept else {
        return false;
    };
    let generation = Some(answer.generation);
    if kept.show_asked == generation {
        kept.show_asked = None;
        if let Ok(Reply::Show(detail)) = &answer.result {
            kept.show = Some(detail.show.clone());
        }
        return true;
    }
    if kept.booking_asked != generation {
        return false;
    }
    kept.booking_asked = None;
    match &answer.result {
        Ok(Reply::Booking(booking)) if is_worth_keeping(booking.state) => {
            kept.booking = Some((**booking).clone());
        }
        Ok(Reply::Booking(_)) | Err(Failure::Refused(_)) => {
            let id = kept.owned.id;
            desk.kept = None;
            desk.then(Effect::Forget(id));
            if let Some(next) = older.pop() {
                desk.keep(next, None);
            }
        }
        _ => {}
    }
    true
}

fn is_worth_keeping(state: BookingState) -> bool {
    match state {
        BookingState::Held | BookingState::Secured | BookingState::Confirmed => true,
        BookingState::Cancelled | BookingState::Expired | BookingState::Released => false,
    }
}
