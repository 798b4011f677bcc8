//! The mouse: one click marks, a second one opens or picks, the wheel moves; a key that is named on
//! the screen is clicked as it is pressed.

use super::{follow, perform, press};
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
    // What is named on the screen is clicked as it is pressed.
    if let Hit::Key(key) = hit {
        return press(model, key);
    }
    quick::give_up(&mut model.desk.quick);
    let place = model.place();
    if let (Place::Palette, Hit::Doing(line)) = (place, hit) {
        return point_in_palette(model, line);
    }
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

/// A line of the palette was clicked: it is marked, and done when it was marked already.
fn point_in_palette(model: &mut Model, line: usize) {
    let Some(palette) = &mut model.desk.palette else {
        return;
    };
    let again = palette.cursor == line;
    let lines = palette.doings(&model.keymap).len();
    palette.cursor = line.min(lines.saturating_sub(1));
    if again {
        perform(model, (Place::Palette, Action::Accept, Key::Enter));
    }
}

/// The wheel was turned.
pub(super) fn wheel(model: &mut Model, turn: Turn) {
    quick::give_up(&mut model.desk.quick);
    let place = model.place();
    let lines = match place {
        Place::Home | Place::Browse | Place::Palette | Place::Help => LINES,
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
