//! The ways out of the program, and what becomes of the seats.

use crate::tui::{
    desk::Kept,
    model::{Model, View},
    msg::Effect,
    overlay::{Leaving, Overlay},
    wording,
};

/// Ctrl-C: the first says what the second does.
pub(super) fn interrupt(model: &mut Model) {
    if !model.desk.interrupted {
        model.desk.interrupted = true;
        return model.desk.say(what_quitting_does(model));
    }
    release_ours(model);
    quit(model);
}

/// What becomes of the seats when the program ends now.
fn what_quitting_does(model: &Model) -> &'static str {
    let is_paying = |view: &View| matches!(view, View::Payment(payment) if payment.is_paying());
    let holds = |view: &View| match view {
        View::Seats(seats) => seats.is_under_way(),
        View::Payment(_) => true,
        _ => false,
    };
    let kept = model.desk.kept.as_ref();
    let kept = kept.filter(|kept| kept.is_only_held() || kept.hold.is_some());
    let is_ours = |kept: &Kept| model.desk.made_here(kept.owned.id);
    if model.above.iter().any(is_paying) {
        wording::INTERRUPT_AGAIN_PAYING
    } else if model.above.iter().any(holds) || kept.is_some_and(is_ours) {
        wording::INTERRUPT_AGAIN
    } else if kept.is_some() {
        wording::INTERRUPT_AGAIN_KEEPS
    } else {
        wording::INTERRUPT_AGAIN_EMPTY
    }
}

/// Gives back what is held by the views and what this run has put by. What an earlier run left, or
/// another till that runs now, is not ours to give back unasked. A payment under way is left alone.
pub(super) fn release_ours(model: &mut Model) {
    let paying = model
        .above
        .iter()
        .any(|view| matches!(view, View::Payment(payment) if payment.is_paying()));
    if !paying {
        let desk = &mut model.desk;
        for view in &mut model.above {
            if let View::Seats(seats) = view {
                seats.release(desk);
            }
        }
        let is_free = |k: &&Kept| k.is_only_held() || k.hold.is_some();
        let owned = desk.kept.as_ref().filter(is_free).map(|k| k.owned.clone());
        if let Some(owned) = owned.filter(|owned| desk.made_here(owned.id)) {
            desk.release(owned);
        }
    }
}

/// Ends the program; with seats put by it asks first what becomes of them.
pub(super) fn ask_quit(model: &mut Model) {
    let kept = model.desk.kept.as_ref().filter(|k| k.is_only_held());
    match kept.and_then(|k| k.booking.as_ref()) {
        Some(booking) => {
            let seats = booking.lines.iter().map(|line| line.seat).collect();
            let then = Leaving::Quit;
            model
                .desk
                .overlays
                .push(Overlay::AskRelease { seats, then });
        }
        None => quit(model),
    }
}

/// Ends the program.
pub(super) fn quit(model: &mut Model) {
    model.desk.over = true;
    model.desk.then(Effect::Quit);
}
