//! The mouse, where it is listened to: what is clicked is what is drawn there.

use ratatui::{Terminal, backend::TestBackend};

use super::house::Till;
use crate::tui::{
    browse::Column,
    keymap::Place,
    model::View,
    msg::{Hit, Msg, Turn},
    theme::Theme,
    view::{Hits, view},
};

fn hits(till: &Till) -> Hits {
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).expect("a test terminal");
    let mut hits = Hits::default();
    let draw = |frame: &mut ratatui::Frame<'_>| hits = view(&till.model, Theme::DEFAULT, frame);
    terminal.draw(draw).expect("drawn");
    hits
}

/// Clicks the first place on the screen where this stands.
fn click(till: &mut Till, text: &str) {
    let lines = till.lines(80, 24);
    let (y, line) = lines
        .iter()
        .enumerate()
        .find(|(_, line)| line.contains(text))
        .unwrap_or_else(|| panic!("no {text}:\n{}", lines.join("\n")));
    let x = line.find(text).expect("found");
    let at = |n| u16::try_from(n).expect("on the screen");
    if let Some(hit) = hits(till).at(at(x), at(y)) {
        till.send(Msg::Pointed(hit));
    }
}

#[test]
fn a_click_marks_a_line_and_a_second_one_opens_it() {
    let mut till = Till::open();
    click(&mut till, "Кін-дза-дза!");
    assert_eq!(till.model.home.cursor, 3);
    assert_eq!(till.model.place(), Place::Home);
    click(&mut till, "Кін-дза-дза!");
    assert_eq!(till.model.place(), Place::Seats);
}

#[test]
fn a_click_moves_to_a_seat_and_a_second_one_picks_it() {
    let mut till = Till::open();
    till.press("1");
    let no = till
        .seats()
        .hall
        .as_ref()
        .and_then(|h| h.find("B3".parse().expect("a seat")));
    let no = no.expect("B3");
    let all = hits(&till);
    let cells: Vec<(u16, u16)> = (0..24)
        .flat_map(|y| (0..80).map(move |x| (x, y)))
        .filter(|(x, y)| all.at(*x, *y) == Some(Hit::Seat(no)))
        .collect();
    assert_eq!(cells.len(), 2, "two columns a seat");
    till.send(Msg::Pointed(Hit::Seat(no)));
    assert_eq!(till.seats().cursor, no);
    assert!(till.held().is_empty());
    till.send(Msg::Pointed(Hit::Seat(no)));
    assert_eq!(till.held(), ["B3 adult"]);
}

#[test]
fn every_seat_that_is_drawn_can_be_clicked() {
    let mut till = Till::open();
    till.press("1");
    let (all, seats) = (
        hits(&till),
        till.seats().hall.as_ref().map(|h| h.layout.seats.len()),
    );
    let mut found: Vec<u16> = (0..24)
        .flat_map(|y| (0..80).map(move |x| (x, y)))
        .filter_map(|(x, y)| match all.at(x, y) {
            Some(Hit::Seat(no)) => Some(no.0),
            _ => None,
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    assert_eq!(Some(found.len()), seats);
}

#[test]
fn columns_of_browse_are_clicked_too() {
    let mut till = Till::open();
    till.press("b");
    click(&mut till, "Salt Roads");
    let Some(View::Browse(browse)) = till.model.above.last() else {
        panic!("browse");
    };
    assert_eq!((browse.column, browse.movie), (Column::Movie, 1));
    till.send(Msg::Pointed(Hit::ColumnLine(Column::Show, 0)));
    till.send(Msg::Pointed(Hit::ColumnLine(Column::Show, 0)));
    assert_eq!(till.model.place(), Place::Seats);
}

#[test]
fn what_lies_under_a_dialog_is_out_of_reach() {
    let mut till = Till::open();
    till.press("?");
    till.send(Msg::Pointed(Hit::Line(2)));
    assert_eq!(till.model.home.cursor, 0);
    till.press("\u{1b}");
    till.send(Msg::Pointed(Hit::Line(99)));
    assert_eq!(till.model.home.cursor, 0);
}

#[test]
fn keys_that_are_named_on_the_screen_are_clicked() {
    let mut till = Till::open();
    click(&mut till, "browse");
    assert_eq!(till.model.place(), Place::Browse);
    click(&mut till, "Esc back");
    click(&mut till, "? help");
    assert_eq!(till.model.place(), Place::Help);
    // The page lies over the list: what is under it is out of reach, its own keys are not.
    click(&mut till, "sell that show");
    assert_eq!(
        (till.model.place(), till.model.home.cursor),
        (Place::Help, 0)
    );
    click(&mut till, "Esc close");
    assert_eq!(till.model.place(), Place::Home);
    till.press("12\u{1b}");
    click(&mut till, "release the seats and leave");
    assert_eq!(till.model.place(), Place::Home);
    assert!(till.model.desk.kept.is_none());
}

#[test]
fn lines_of_the_palette_are_clicked() {
    let mut till = Till::open();
    till.press("\u{10}");
    click(&mut till, "browse: by city");
    assert_eq!(till.model.place(), Place::Palette, "the first click marks");
    click(&mut till, "browse: by city");
    assert_eq!(till.model.place(), Place::Browse);
}

#[test]
fn the_wheel_moves() {
    let mut till = Till::open();
    till.send(Msg::Wheel(Turn::Down));
    assert_eq!(till.model.home.cursor, 3);
    till.send(Msg::Wheel(Turn::Up));
    assert_eq!(till.model.home.cursor, 0);
}
