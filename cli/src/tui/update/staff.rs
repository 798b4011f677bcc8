//! The views that staff open from everywhere: the bookings, the live board of a show, the tickets
//! of the last sale; and what a scanner read.

use houseful_core::{
    ids::BookingId,
    text::is_unsafe,
    wire::{
        booking::{Booking, BookingState},
        catalogue::Show,
        desk::CaseHow,
    },
};

use crate::tui::{
    bookings::{Bookings, GiveBack},
    desk::Desk,
    key::Key,
    keymap::Action,
    late::Late,
    live::Live,
    model::{Model, View},
    overlay::{Leaving, Overlay},
    quick, wording,
};

/// The longest code that a scanner reads.
const SCANNED_CHARS_MAX: usize = 120;

/// Opens the bookings, unless seats or money would be lost by that: then asks, or says why not.
pub(super) fn bookings(model: &mut Model) {
    if model
        .above
        .iter()
        .any(|view| matches!(view, View::Payment(_)))
    {
        return model.desk.say(wording::PAY_FIRST);
    }
    let seats = model.above.iter_mut().find_map(|view| match view {
        View::Seats(seats) if seats.is_under_way() => Some(seats),
        _ => None,
    });
    let Some(seats) = seats else {
        return open_bookings(model);
    };
    seats.ahead.clear();
    let (seats, then) = (seats.labels(), Leaving::Bookings);
    let ask = Overlay::AskRelease { seats, then };
    model.desk.overlays.push(ask);
}

/// Opens the bookings: with what was scanned and not yet looked up, or as they were left.
pub(super) fn open_bookings(model: &mut Model) {
    let scanned = model.desk.scanned.take();
    let is_open = |view: &View| matches!(view, View::Bookings(_));
    // One list is enough: what lies above it goes.
    match model.above.iter().rposition(is_open) {
        Some(at) => model.above.truncate(at + 1),
        None => {
            let last = model.desk.last_sale.as_ref().map(|sale| sale.booking.id);
            let bookings = Bookings::open(&mut model.desk, model.home.shows.iter(), last);
            model.above.push(View::Bookings(Box::new(bookings)));
        }
    }
    if let (Some(View::Bookings(bookings)), Some(text)) = (model.above.last_mut(), scanned) {
        bookings.look_up(&mut model.desk, &text);
    }
}

/// Opens a booking that a view lists, unless seats below would be lost by that.
pub(super) fn look_up_listed(model: &mut Model, booking: BookingId) {
    let is_held = |view: &View| matches!(view, View::Seats(seats) if seats.is_under_way());
    if model.above.iter().any(is_held) {
        return model.desk.say(wording::SEATS_BELOW);
    }
    model.desk.scanned = Some(booking.to_string());
    open_bookings(model);
}

/// Something was scanned. It is looked up at once, or kept where that would be in the way.
pub(super) fn scanned(model: &mut Model, text: &str) {
    let clean = text.trim().chars().filter(|c| !is_unsafe(*c));
    let text: String = clean.take(SCANNED_CHARS_MAX).collect();
    if text.is_empty() {
        return;
    }
    quick::give_up(&mut model.desk.quick);
    model
        .desk
        .overlays
        .retain(|o| !matches!(o, Overlay::Help(_)));
    // A line or a list that is open was opened for the view below it.
    let is_busy = !model.desk.overlays.is_empty()
        || model.desk.quick.typed.is_some()
        || model.desk.palette.is_some()
        || model.above.iter().any(|view| match view {
            View::Payment(_) => true,
            View::Seats(seats) => seats.is_under_way() || seats.goto.is_some(),
            View::Bookings(bookings) => bookings.is_under_way(),
            View::Late(late) => late.is_under_way(),
            View::Browse(_) | View::Ticket(_) | View::Live(_) => false,
        });
    if is_busy {
        model.desk.say(wording::scanned_for_later(&text));
        model.desk.scanned = Some(text);
    } else {
        model.desk.notice = None;
        model.home.typing = false;
        model.desk.scanned = Some(text);
        open_bookings(model);
    }
}

/// Whether a change is not answered yet that is asked again only while its booking is on the
/// screen; says so.
fn is_changing(model: &mut Model) -> bool {
    let changing = match model.above.last() {
        Some(View::Bookings(bookings)) => bookings.is_changing(),
        Some(View::Late(late)) => late.is_changing(),
        _ => false,
    };
    if changing {
        model.desk.say(wording::CHANGE_UNANSWERED);
    }
    changing
}

/// Opens the live board of the show that is on the screen or marked.
pub(super) fn live(model: &mut Model) {
    if is_changing(model) {
        return;
    }
    let show: Option<Show> = match model.above.last() {
        None => model.home.marked().cloned(),
        Some(View::Browse(browse)) => browse.marked_show().cloned(),
        Some(View::Seats(seats)) => Some(seats.show.clone()),
        Some(View::Bookings(bookings)) => bookings.show().cloned(),
        Some(View::Ticket(ticket)) => Some(ticket.show.clone()),
        Some(View::Late(late)) => late.show().cloned(),
        Some(View::Payment(_) | View::Live(_)) => None,
    };
    match show {
        Some(show) => {
            let live = Live::open(&mut model.desk, show);
            model.above.push(View::Live(Box::new(live)));
        }
        None => model.desk.say(wording::NO_SHOW_MARKED),
    }
}

/// Opens the late-payments desk, unless seats below would be lost by that.
pub(super) fn late(model: &mut Model) {
    if is_changing(model) {
        return;
    }
    let is_held = |view: &View| matches!(view, View::Seats(seats) if seats.is_under_way());
    if model.above.iter().any(is_held) {
        return model.desk.say(wording::SEATS_BELOW);
    }
    // One desk is enough: what lies above it goes.
    let is_open = |view: &View| matches!(view, View::Late(_));
    match model.above.iter().rposition(is_open) {
        Some(at) => {
            model.above.truncate(at + 1);
            model.desk.unwatch();
            super::returned(model);
        }
        None => {
            let late = Late::open(&mut model.desk);
            model.above.push(View::Late(Box::new(late)));
        }
    }
}

/// A manager said yes to the refund of the open case.
pub(super) fn approve(model: &mut Model) {
    if let Some(View::Late(late)) = model.above.last_mut()
        && let Some(page) = &mut late.page
    {
        page.verdict(&mut model.desk, true, String::new());
    }
}

/// What was done about the open case was chosen.
pub(super) fn resolve(model: &mut Model, key: Key) {
    let at = key.digit().map(|digit| usize::from(digit).wrapping_sub(1));
    let how = at.and_then(|at| CaseHow::ALL.get(at).copied());
    let page = match model.above.last_mut() {
        Some(View::Late(late)) => late.page.as_deref_mut(),
        _ => None,
    };
    match (how, page) {
        (Some(how), Some(page)) => page.chose(how),
        (None, _) => {
            model.desk.say(wording::NO_SUCH_RESOLVE);
            model.desk.overlays.push(Overlay::AskResolve);
        }
        (Some(_), None) => {}
    }
}

/// What became of a refund that an earlier run asked for.
pub(super) fn old_refund(desk: &mut Desk, booking: &Booking) {
    let what = match booking.state {
        BookingState::Cancelled => wording::old_refund(booking),
        _ => wording::refund_not_made(booking),
    };
    desk.overlays.push(Overlay::Trouble {
        what,
        hint: None,
        code: wording::REFUND_UNHEARD.to_owned(),
    });
}

/// Shows the tickets that were sold here last.
pub(super) fn last_sale(model: &mut Model) {
    let Some(mut sale) = model.desk.last_sale.clone() else {
        return model.desk.say(wording::NO_LAST_SALE);
    };
    sale.look_again(&mut model.desk);
    model.above.push(View::Ticket(sale));
}

/// The user said yes to giving seats back.
pub(super) fn release(model: &mut Model) {
    if let Some(View::Bookings(bookings)) = model.above.last_mut()
        && let Some(detail) = &mut bookings.detail
    {
        detail.release(&mut model.desk);
    }
}

/// A key of the dialog about giving tickets back.
pub(super) fn give_back(model: &mut Model, form: GiveBack, action: Action, key: Key) {
    if let Some(View::Bookings(bookings)) = model.above.last_mut()
        && let Some(detail) = &mut bookings.detail
        && let Some(form) = detail.give_back(&mut model.desk, form, action, key)
    {
        model.desk.overlays.push(Overlay::AskGiveBack(form));
    }
}

/// A key of the question before money goes back: a reason, or yes.
pub(super) fn refund(model: &mut Model, what: String, reason: Option<usize>, key: Key) {
    let chosen = key.digit().map(|digit| usize::from(digit).wrapping_sub(1));
    let reason = match chosen {
        Some(at) if at < wording::REFUND_REASONS.len() => Some(at),
        Some(_) => {
            model.desk.say(wording::NO_SUCH_REASON);
            reason
        }
        None => {
            if let Some(why) = reason.and_then(|at| wording::REFUND_REASONS.get(at)) {
                if let Some(View::Bookings(bookings)) = model.above.last_mut()
                    && let Some(detail) = &mut bookings.detail
                {
                    detail.refund(&mut model.desk, why);
                }
                return;
            }
            model.desk.say(wording::REASON_FIRST);
            None
        }
    };
    model
        .desk
        .overlays
        .push(Overlay::AskRefund { what, reason });
}
