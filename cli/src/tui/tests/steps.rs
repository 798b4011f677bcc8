//! What a move on the grid costs.

use std::{cell::Cell, rc::Rc};

use ratatui::{Terminal, TerminalOptions, Viewport, backend::CrosstermBackend, layout::Rect};

use super::{halls, house::Till};
use crate::tui::{key::Key, msg::Msg, seats::Zoom, theme::Theme, view::view};

/// Counts what is written.
struct Counter(Rc<Cell<usize>>);

impl std::io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Bytes that the terminal gets for each of these keys.
fn bytes_of(till: &mut Till, (columns, rows): (u16, u16), keys: &[Key]) -> Vec<usize> {
    let viewport = Viewport::Fixed(Rect::new(0, 0, columns, rows));
    let options = TerminalOptions { viewport };
    let count = Rc::new(Cell::new(0));
    let backend = CrosstermBackend::new(Counter(Rc::clone(&count)));
    let mut terminal = Terminal::with_options(backend, options).expect("a terminal");
    let mut draw = |till: &Till| {
        count.set(0);
        terminal
            .draw(|frame| drop(view(&till.model, Theme::DEFAULT, frame)))
            .expect("drawn");
        count.get()
    };
    draw(till);
    keys.iter()
        .map(|key| {
            till.key(*key);
            draw(till)
        })
        .collect()
}

#[test]
fn a_move_writes_less_than_four_hundred_bytes() {
    crossterm::style::force_color_output(true);
    let keys = [
        Key::Right,
        Key::Up,
        Key::Left,
        Key::Down,
        Key::Tab,
        Key::Up,
        Key::End,
        Key::Down,
    ];
    for (name, text) in halls::all() {
        for size in [(80, 24), (140, 40)] {
            for zoom in Zoom::ALL {
                let mut till = Till::open_with(&text);
                till.send(Msg::Resized(size.0, size.1));
                till.press("1");
                super::grid::seats_mut(&mut till).zoom_by_hand = Some(zoom);
                let hall = till.seats().hall.clone().expect("a hall");
                let whole = till.seats().arrangement(&hall, size).zoom == Zoom::Blocks
                    || crate::tui::seats::Ruler::new(&hall, zoom).width() + 24 <= size.0
                        && hall.layout.rows + 7 <= size.1;
                for (key, bytes) in keys.iter().zip(bytes_of(&mut till, size, &keys)) {
                    // A step that scrolls the hall draws it anew.
                    assert!(
                        bytes < 400 || !whole,
                        "{bytes} bytes for {key} in {name} {zoom:?} {size:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_move_works_out_no_offer_anew_and_a_change_does() {
    let mut till = Till::open();
    till.send(Msg::Resized(140, 40));
    till.press("1");
    assert!(till.seats().offers().is_empty(), "for nobody");
    till.press("2");
    let known = till.seats().offers().to_vec();
    assert_eq!(known.len(), 3);
    let at = till.seats().offers().as_ptr();
    for key in [Key::Up, Key::Left, Key::Tab, Key::Down, Key::End] {
        till.key(key);
        till.pass(1_000);
        assert_eq!(till.seats().offers().as_ptr(), at, "{key}");
    }
    let first = known[0].0[0].to_string();
    till.somebody_holds(&[&first]);
    assert_ne!(till.seats().offers(), known, "{first} is held now");
    till.pass(301_000);
    till.press("\n2");
    assert_eq!(till.seats().offers(), known, "and free again");
    till.press("z");
    assert_ne!(till.seats().offers(), known, "another zone");
    till.send(Msg::Resized(80, 24));
    assert!(till.seats().offers().is_empty(), "nothing for no room");
}

#[test]
fn offers_are_of_the_category_that_a_line_named() {
    let mut till = Till::open();
    till.send(Msg::Resized(140, 40));
    till.press(":1 2 premium\n");
    let told = till.seats().offers()[0].clone();
    till.press("b");
    assert_eq!(told.0, till.seats().labels());
    let lines = &till.seats().booking.as_ref().expect("a booking").lines;
    assert!(lines.iter().all(|line| line.category == "premium"));
}
