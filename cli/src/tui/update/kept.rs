//! The booking that `r` takes up again, and bookings given up in passing.

use houseful_core::wire::booking::{Booking, BookingState};

use crate::tui::{
    desk::{Desk, Kept, is_end, is_held},
    msg::{Answer, Ask, Failure, Reply, Unfinished},
    overlay::{Leaving, Overlay},
    wording,
};

/// How often a booking is looked at whose card payment is not settled.
const UNSETTLED_MS: i64 = 5_000;

/// Asks (again) for what is not known about the kept booking, and what became of it when its hold
/// should be over.
pub(super) fn tick(desk: &mut Desk) {
    let Some(mut kept) = desk.kept.take() else {
        if let Some(next) = desk.older.pop() {
            desk.keep(next, None);
        }
        return;
    };
    let over = kept
        .booking
        .as_ref()
        .is_some_and(|b| is_held(b) && !desk.alive(b.hold_until.0));
    let quiet = kept.asks_booking.is_quiet();
    if kept.asks_booking.is_due(desk.now) || over && quiet {
        let ask = Ask::Booking(kept.owned.clone());
        kept.asks_booking.ask(desk, ask);
    }
    if let Some(hold) = &mut kept.hold
        && hold.question.is_due(desk.now)
    {
        hold.question.ask(desk, hold.ask.clone());
    }
    if kept.asks_show.is_due(desk.now) {
        let ask = Ask::Show(kept.owned.id.show);
        kept.asks_show.ask(desk, ask);
    }
    desk.kept = Some(kept);
}

/// Takes an answer that is about a kept or released booking; `false` when it is not.
pub(super) fn answer(desk: &mut Desk, answer: &Answer) -> bool {
    if released(desk, answer) {
        return true;
    }
    let Some(mut kept) = desk.kept.take() else {
        return false;
    };
    let now = desk.now;
    if kept.asks_show.takes(answer.generation) {
        match &answer.result {
            Ok(Reply::Show(detail)) => kept.show = Some(detail.show.clone()),
            Ok(_) => {}
            Err(failure) => drop(kept.asks_show.failed(failure, now)),
        }
    } else if let Some(hold) = &mut kept.hold
        && hold.question.takes(answer.generation)
    {
        if let Some(why) = take_hold(desk, &mut kept, answer) {
            desk.say(why);
            return true;
        }
    } else if kept.asks_booking.takes(answer.generation) {
        let was_shown = kept.booking.is_some();
        if let Some(why) = take_booking(desk, &mut kept, answer) {
            desk.forget(kept.owned.id);
            // Nobody has to say any more what shall become of its seats.
            desk.overlays.retain(|overlay| {
                let quit = Leaving::Quit;
                !matches!(overlay, Overlay::AskRelease { then, .. } if *then == quit)
            });
            if was_shown {
                desk.say(why);
            }
            return true;
        }
    } else {
        desk.kept = Some(kept);
        return false;
    }
    desk.kept = Some(kept);
    true
}

/// Takes the answer to the hold itself; tells why when there is none.
fn take_hold(desk: &mut Desk, kept: &mut Kept, answer: &Answer) -> Option<String> {
    let mut hold = kept.hold.take()?;
    match &answer.result {
        Ok(_) => {
            if let Some(why) = take_booking(desk, kept, answer) {
                desk.forget(kept.owned.id);
                return Some(why);
            }
            return None;
        }
        Err(Failure::Refused(problem)) if problem.status < 500 => {
            if hold.question.is_unanswered() {
                // An earlier try may have come through all the same.
                desk.release(kept.owned.clone());
            } else {
                desk.forget(kept.owned.id);
            }
            return Some(problem.detail.clone());
        }
        Err(Failure::Broken(why)) => {
            desk.forget(kept.owned.id);
            return Some(why.clone());
        }
        Err(failure) => drop(hold.question.failed(failure, desk.now)),
    }
    kept.hold = Some(hold);
    None
}

/// Takes over how the kept booking stands; tells why when nothing is left to do for it.
fn take_booking(desk: &Desk, kept: &mut Kept, answer: &Answer) -> Option<String> {
    let now = desk.now;
    match &answer.result {
        Ok(Reply::Booking(booking)) => {
            kept.asks_booking.answered();
            kept.refused = None;
            kept.booking = Some((**booking).clone());
            if let Some(why) = wording::over(booking.state)
                && !is_awaited(kept, booking)
            {
                return Some(wording::kept_over(kept.show.as_ref(), why));
            }
            if kept.payment.is_some() && booking.state != BookingState::Confirmed {
                kept.asks_booking.rest(now, UNSETTLED_MS);
            } else if is_held(booking) && !desk.alive(booking.hold_until.0) {
                // The server's clock is behind ours: it decides, and is asked again.
                kept.asks_booking.look_again(now);
            }
        }
        Ok(_) => {}
        Err(Failure::Refused(problem)) if is_end(problem) => return Some(problem.detail.clone()),
        Err(failure) => {
            if let Some(why) = kept.asks_booking.failed(failure, now) {
                kept.refused = Some(why.to_owned());
            }
        }
    }
    None
}

/// Whether money may still come for a hold that ran out: then the seats are taken again if they
/// are free, or it goes back.
fn is_awaited(kept: &Kept, booking: &Booking) -> bool {
    kept.payment.is_some() && booking.state == BookingState::Expired
}

/// Takes the answer to a release; `false` when it is none.
fn released(desk: &mut Desk, answer: &Answer) -> bool {
    let at = desk
        .releasing
        .iter()
        .position(|(generation, _)| *generation == answer.generation);
    let Some(at) = at else { return false };
    let (_, owned) = desk.releasing.remove(at);
    match &answer.result {
        Ok(_) => desk.forget(owned.id),
        Err(Failure::Refused(problem)) if is_end(problem) => desk.forget(owned.id),
        // Without an answer the hold may stand: it ends by itself, or is given up once more.
        Err(Failure::NoAnswer(_)) => {
            desk.say(wording::RELEASE_UNHEARD);
            desk.put_older(Unfinished {
                owned,
                payment: None,
            });
        }
        Err(Failure::Refused(problem)) => {
            desk.say(problem.detail.clone());
            desk.put_older(Unfinished {
                owned,
                payment: None,
            });
        }
        Err(Failure::Broken(why)) => desk.say(why.clone()),
    }
    true
}
