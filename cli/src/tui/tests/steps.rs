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
            .draw(|frame| view(&till.model, Theme::DEFAULT, frame))
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
