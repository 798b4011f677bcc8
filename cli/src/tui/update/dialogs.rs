//! Keys on overlays.

use houseful_core::wire::booking::{SeatWish, Wish};

use super::{go_home, quit, returned, staff};
use crate::tui::{
    key::Key,
    keymap::Action,
    model::{Model, Step, View},
    msg::Unfinished,
    overlay::{Leaving, Overlay},
    seats::Wanted,
};

/// A key of the overlay on top was pressed.
pub(super) fn act(model: &mut Model, action: Action, key: Key) -> Step {
    let Some(mut overlay) = model.desk.overlays.pop() else {
        return Step::Stay;
    };
    if let Overlay::Help(help) = &mut overlay
        && help.act(action, &model.keymap, model.size)
    {
        model.desk.overlays.push(overlay);
        return Step::Stay;
    }
    match (overlay, action) {
        (Overlay::AskRelease { then, .. }, Action::Yes | Action::Keep) => {
            leave(model, then, action == Action::Keep);
        }
        (Overlay::AskGiveUp { .. }, Action::Yes) => staff::release(model),
        (Overlay::AskCash { given, .. }, Action::Yes) => {
            if let Some(View::Payment(payment)) = model.above.last_mut() {
                payment.take_given(&mut model.desk, Some(given));
            }
        }
        (Overlay::AskRefund { what, reason }, Action::Digit | Action::Accept) => {
            staff::refund(model, what, reason, key);
        }
        (Overlay::AskGiveBack(form), action) => staff::give_back(model, form, action, key),
        (Overlay::AskApprove { .. }, Action::Yes) => staff::approve(model),
        (Overlay::AskResolve, Action::Digit) => staff::resolve(model, key),
        (Overlay::AskLeave, Action::Yes) => leave_payment(model),
        (Overlay::LostRace { next_best, .. }, Action::NextBest) => {
            let wanted = if next_best.is_empty() {
                Wanted::NextBest
            } else {
                exactly(next_best)
            };
            return want(model, wanted);
        }
        (Overlay::LostRace { .. }, Action::Back) => give_up(model),
        (
            Overlay::Override {
                wish,
                allow_orphans,
                over_limit,
                ..
            },
            Action::Accept,
        ) => {
            let wanted = Wanted::Exactly {
                wish,
                allow_orphans,
                over_limit,
            };
            return want(model, wanted);
        }
        (Overlay::Override { .. }, Action::NextBest) => return want(model, Wanted::NextBest),
        (Overlay::HoldOver { seats, .. }, Action::Resume) => {
            let wishes = seats.into_iter().map(|(seat, ticket_type)| SeatWish {
                seat,
                ticket_type: Some(ticket_type),
            });
            return want(model, exactly(wishes.collect()));
        }
        // Every other key of an overlay just closes it.
        _ => {}
    }
    Step::Stay
}

fn exactly(wishes: Vec<SeatWish>) -> Wanted {
    Wanted::Exactly {
        wish: Wish::Seats(wishes),
        allow_orphans: false,
        over_limit: false,
    }
}

fn want(model: &mut Model, wanted: Wanted) -> Step {
    match model.above.last_mut() {
        Some(View::Seats(seats)) => seats.want(&mut model.desk, wanted),
        _ => Step::Stay,
    }
}

/// Gives up what is left of a booking, once the user has said yes to that.
fn give_up(model: &mut Model) {
    let desk = &mut model.desk;
    if let Some(View::Seats(seats)) = model.above.last_mut() {
        if seats.booking.is_some() {
            let (seats, then) = (seats.labels(), Leaving::Back);
            desk.overlays.push(Overlay::AskRelease { seats, then });
        } else {
            seats.release(desk);
        }
    }
}

/// Leaves the seat grid (or the program), with or without the seats.
fn leave(model: &mut Model, then: Leaving, keep: bool) {
    let desk = &mut model.desk;
    match (then, keep) {
        (Leaving::Quit, true) => quit(model),
        (Leaving::Quit, false) => {
            if let Some(kept) = desk.kept.take() {
                desk.release(kept.owned);
            }
            quit(model);
        }
        (Leaving::Back | Leaving::Bookings, keep) => {
            // The question was about the seats, whatever has come to lie over them since.
            let is_seats = |view: &View| matches!(view, View::Seats(_));
            let at = model.above.iter().rposition(is_seats);
            let left = at.map(|at| model.above.split_off(at));
            if let Some(View::Seats(mut seats)) = left.and_then(|left| left.into_iter().next()) {
                if keep && let Some(owned) = seats.owned.take() {
                    let show = seats.show.clone();
                    match seats.asking.take().filter(|_| seats.booking.is_none()) {
                        Some(hold) => desk.keep_unheard(owned, show, hold),
                        None => {
                            let payment = None;
                            desk.keep(Unfinished { owned, payment }, Some(show));
                        }
                    }
                } else {
                    seats.release(desk);
                }
            }
            desk.unwatch();
            if then == Leaving::Bookings {
                staff::open_bookings(model);
            } else {
                returned(model);
            }
        }
    }
}

/// Leaves a payment that is under way; the booking can be taken up again.
fn leave_payment(model: &mut Model) {
    if let Some(View::Payment(payment)) = model.above.pop() {
        model.desk.keep(payment.unfinished(), Some(payment.show));
    }
    go_home(model);
}
