//! What the server answered: to the view that asked, and what it tells about the connection.

use super::{below, follow, kept};
use crate::tui::{
    desk::Desk,
    model::{Model, Step, View},
    msg::{Answer, Failure, Reply},
    naming, quick, wording,
};

/// Takes an answer over; one that nobody waits for any more is dropped.
pub(super) fn take(model: &mut Model, answer: &Answer) {
    note_link(model, answer);
    if let Some(step) = quick::answer(model, answer) {
        return follow(model, step);
    }
    let desk = &mut model.desk;
    if model.home.answer(desk, answer) || kept::answer(desk, answer) || naming::answer(desk, answer)
    {
        return;
    }
    if desk.asks_info.takes(answer.generation) {
        return take_info(desk, answer);
    }
    let mut step = None;
    for view in model.above.iter_mut().rev() {
        step = match view {
            View::Browse(browse) => browse.answer(desk, answer).then_some(Step::Stay),
            View::Seats(seats) => seats.answer(desk, answer),
            View::Payment(payment) => payment.answer(desk, answer),
            View::Ticket(ticket) => ticket.answer(desk, answer),
            View::Bookings(bookings) => bookings.answer(desk, answer),
            View::Live(live) => live.answer(desk, answer),
            View::Late(late) => late.answer(desk, answer),
        };
        if step.is_some() {
            break;
        }
    }
    // An answer that nobody waits for any more is dropped here.
    if let Some(step) = step {
        follow(model, step);
        below::uncover_seats(model);
        tell_hidden_types(model, answer);
    }
}

/// Tells of ticket types that can't be chosen by their letter, since it is another key here.
fn tell_hidden_types(model: &mut Model, answer: &Answer) {
    let (Ok(Reply::Show(detail)), Some(View::Seats(_))) = (&answer.result, model.above.last())
    else {
        return;
    };
    let hidden = detail.ticket_types.iter().find_map(|kind| {
        let line = model.keymap.hides_type(kind.key)?;
        Some(wording::hidden_type(kind, line.label))
    });
    if let Some(told) = hidden {
        let told = model.keymap.say(&told);
        model.desk.say(told);
    }
}

fn take_info(desk: &mut Desk, answer: &Answer) {
    match &answer.result {
        Ok(Reply::Info(info)) => {
            let manual = info.clock == "manual";
            desk.clock.set_speed(if manual { 0 } else { info.speed });
            desk.info = Some((**info).clone());
            desk.asks_info.answered();
        }
        Ok(_) => {}
        Err(failure) => drop(desk.asks_info.failed(failure, desk.now)),
    }
}

/// What an answer tells about the connection and the server's clock.
fn note_link(model: &mut Model, answer: &Answer) {
    let desk = &mut model.desk;
    if let Some(heard) = answer.heard {
        desk.clock.hear(heard);
        desk.link.round_trip_ms = heard.round_trip_ms;
    }
    desk.link.answered(answer.generation);
    match &answer.result {
        Ok(_) | Err(Failure::Refused(_)) => {
            desk.link.hear(desk.now);
            desk.link.down = None;
        }
        Err(Failure::NoAnswer(why)) => desk.link.down = Some(why.clone()),
        Err(Failure::Broken(_)) => {}
    }
}
