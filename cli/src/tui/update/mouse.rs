//! The mouse: one click marks, a second one opens or picks, the wheel moves.

use super::{follow, perform};
use crate::tui::{
    key::Key,
    keymap::{Action, Place},
    model::{Model, Step, View},
    msg::{Hit, Turn},
    quick,
    seats::Wanted,
};

/// Lines that the wheel goes at a turn.
const LINES: usize = 3;

/// Something that is drawn was clicked. What lies under a dialog or a field is out of reach.
pub(super) fn pointed(model: &mut Model, hit: Hit) {
    quick::give_up(&mut model.desk.quick);
    let place = model.place();
    if place.is_overlay() || place.is_text() {
        return;
    }
    model.desk.notice = None;
    let desk = &mut model.desk;
    let step = match (model.above.last_mut(), hit) {
        (None, Hit::Line(line)) if line < model.home.fitting.len() => {
            if model.home.cursor == line {
                model.home.act(desk, Action::Accept, Key::Enter)
            } else {
                model.home.cursor = line;
                Step::Stay
            }
        }
        (Some(View::Browse(browse)), Hit::ColumnLine(column, line)) => {
            browse.point(desk, column, line)
        }
        (Some(View::Seats(seats)), Hit::Seat(no)) => {
            let label = seats.hall.as_ref().and_then(|hall| hall.seat(no));
            match label.map(|seat| seat.label) {
                Some(label) if seats.cursor == no => seats.want(desk, Wanted::Toggle(label)),
                Some(_) => {
                    seats.point(no);
                    Step::Stay
                }
                None => Step::Stay,
            }
        }
        _ => Step::Stay,
    };
    follow(model, step);
}

/// The wheel was turned.
pub(super) fn wheel(model: &mut Model, turn: Turn) {
    quick::give_up(&mut model.desk.quick);
    let place = model.place();
    let lines = match place {
        Place::Home | Place::Browse | Place::Palette => LINES,
        Place::Seats => 1,
        _ => return,
    };
    let action = match turn {
        Turn::Up => Action::Up,
        Turn::Down => Action::Down,
    };
    for _ in 0..lines {
        perform(model, (place, action, Key::Up));
    }
}
