//! The seat grid: what is drawn can be read back without any style, in every view of it, in halls
//! of every shape.

mod blocks;

use std::collections::BTreeMap;

use houseful_core::seat::SeatNo;
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};
use unicode_width::UnicodeWidthChar;

use super::{halls, house::Till};
use crate::tui::{
    hall::{Blocks, SeatLook},
    key::Key,
    msg::Msg,
    seats::{Arrangement, Ruler, Zoom},
    theme::Theme,
    view::view,
};

const SIZES: [(u16, u16); 4] = [(80, 24), (140, 40), (200, 60), (60, 16)];

fn till_of(hall: &str, (columns, rows): (u16, u16)) -> Till {
    let mut till = Till::open_with(hall);
    till.send(Msg::Resized(columns, rows));
    till.press("1");
    till
}

fn drawn(till: &Till, (columns, rows): (u16, u16), theme: Theme) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a test terminal");
    terminal
        .draw(|frame| drop(view(&till.model, theme, frame)))
        .expect("drawn");
    terminal.backend().buffer().clone()
}

/// The characters of the grid's part of the screen, style thrown away, by place.
struct Page {
    lines: Vec<Vec<char>>,
    arranged: Arrangement,
}

impl Page {
    fn of(till: &Till, size: (u16, u16), theme: Theme) -> Self {
        let buffer = drawn(till, size, theme);
        let seats = till.seats();
        let hall = seats.hall.as_ref().expect("a hall");
        let arranged = seats.arrangement(hall, size);
        let lines = (2..2 + arranged.rows).map(|y| {
            let cells = (0..arranged.columns).map(|x| buffer[(x, y)].symbol());
            cells
                .map(|cell| cell.chars().next().expect("a character"))
                .collect()
        });
        Self {
            lines: lines.collect(),
            arranged,
        }
    }

    fn at(&self, x: u16, y: u16) -> char {
        self.lines[usize::from(y)][usize::from(x)]
    }
}

/// What the characters of a seat say it is. `plain` is the letter of the hall's first category.
fn read_seat(page: &Page, (x, y): (u16, u16), width: u16, plain: char) -> SeatLook {
    let punctuation = |c| match c {
        '#' => SeatLook::Mine,
        '?' => SeatLook::Asking,
        '~' => SeatLook::Held,
        '.' => SeatLook::Booked,
        '%' => SeatLook::House,
        'x' => SeatLook::Broken,
        letter => {
            assert!(letter.is_ascii_lowercase(), "`{letter}` at {x},{y}");
            SeatLook::Free(letter)
        }
    };
    match page.arranged.zoom {
        Zoom::Blocks => unreachable!("no seats in blocks"),
        Zoom::One => punctuation(page.at(x, y)),
        Zoom::Two | Zoom::Three => punctuation(page.at(x + 1, y)),
        Zoom::Four => match (page.at(x, y), page.at(x + width - 2, y)) {
            ('[', _) => SeatLook::Mine,
            (' ' | '>', c) if c.is_ascii_digit() => SeatLook::Free(plain),
            (' ' | '>', c) => punctuation(c),
            (letter, _) => punctuation(letter),
        },
    }
}

/// Every seat that is on the page, as it reads.
fn read_back(till: &Till, page: &Page) -> BTreeMap<SeatNo, SeatLook> {
    let seats = till.seats();
    let looks = seats.looks(&till.model.desk);
    let hall = seats.hall.as_ref().expect("a hall");
    let ruler = Ruler::new(hall, page.arranged.zoom);
    let plain = hall.layout.categories[0].glyph;
    let name = usize::from(hall.row_name_columns());
    let (first, end) = seats.section(hall, &page.arranged).columns;
    let mut read = BTreeMap::new();
    for y in 2..page.arranged.rows {
        // The letters beside the row say which it is.
        let letters: String = page.lines[usize::from(y)][1..=name].iter().collect();
        let rows = hall
            .seat_rows()
            .filter(|row| hall.row_name(*row) == letters.trim());
        for no in rows.flat_map(|row| hall.row(row)).copied() {
            let seat = hall.seat(no).expect("a seat");
            if !(first..end).contains(&seat.column) {
                continue;
            }
            let x = ruler.left + ruler.start(seat.column) - ruler.start(first);
            if page.arranged.zoom == Zoom::Four {
                let number: String = (x + 1..x + ruler.seat - 1).map(|x| page.at(x, y)).collect();
                let is_number = number.trim().parse().ok() == Some(seat.label.number());
                let has = matches!(looks[no.index()], SeatLook::Free(_) | SeatLook::Mine);
                assert!(is_number || !has, "{} reads `{number}`", seat.label);
            }
            read.insert(no, read_seat(page, (x, y), ruler.seat, plain));
        }
    }
    read
}

/// Brings seats of every state into the hall, as far as it has the room.
fn fill(till: &mut Till) {
    let free = |till: &Till| -> Vec<String> {
        let looks = till.seats().looks(&till.model.desk);
        let hall = till.seats().hall.as_ref().expect("a hall");
        let free = hall
            .seats()
            .filter(|(no, _)| matches!(looks[no.index()], SeatLook::Free(_)));
        free.map(|(_, seat)| seat.label.to_string()).collect()
    };
    let others: Vec<String> = free(till).into_iter().step_by(7).skip(1).take(9).collect();
    if !others.is_empty() {
        till.somebody_holds(&others.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let sold: Vec<String> = free(till).into_iter().step_by(5).skip(2).take(8).collect();
    if !sold.is_empty() {
        till.somebody_buys(&sold.iter().map(String::as_str).collect::<Vec<_>>());
    }
    if let Some(seat) = free(till).first() {
        till.press(&format!("g{}\n", seat.to_lowercase()));
    }
    if till.model.place().is_overlay() {
        till.press("\n");
    }
    till.slow = true;
    if let Some(seat) = free(till).last() {
        till.press(&format!("g{}\n", seat.to_lowercase()));
    }
}

#[test]
fn every_seat_reads_back_without_style_in_every_view_of_every_hall() {
    let mut kinds: BTreeMap<Zoom, String> = BTreeMap::new();
    for (name, text) in halls::all() {
        let mut till = till_of(&text, (80, 24));
        fill(&mut till);
        let looks = till.seats().looks(&till.model.desk);
        let hall = till.seats().hall.clone().expect("a hall");
        for zoom in Zoom::ALL.into_iter().skip(1) {
            seats_mut(&mut till).zoom_by_hand = Some(zoom);
            let themes = [
                Theme::DEFAULT,
                Theme::LIGHT,
                Theme::HIGH_CONTRAST,
                Theme::MONO,
            ];
            for (size, theme) in SIZES
                .into_iter()
                .zip(themes)
                .chain([(SIZES[1], Theme::DEFAULT)])
            {
                let page = Page::of(&till, size, theme);
                let read = read_back(&till, &page);
                let focus = till.seats().cursor;
                assert!(read.contains_key(&focus), "{name} {zoom:?} {size:?}");
                for (no, look) in read {
                    let seat = &hall.seat(no).expect("a seat").label;
                    assert_eq!(look, looks[no.index()], "{seat} {name} {zoom:?} {size:?}");
                    let seen = kinds.entry(zoom).or_default();
                    if !seen.contains(look.glyph()) {
                        seen.push(look.glyph());
                    }
                }
            }
        }
    }
    for (zoom, seen) in kinds {
        let mut seen: Vec<char> = seen.chars().collect();
        seen.sort_unstable();
        let seen: String = seen.into_iter().collect();
        assert_eq!(seen, "#%.?bcgkopsvwx~", "{zoom:?} has shown every state");
    }
}

#[test]
fn a_window_of_two_hundred_columns_shows_all_seats_of_a_usual_hall_at_every_zoom() {
    let mut till = till_of(super::house::GRAND, (200, 60));
    for zoom in Zoom::ALL.into_iter().skip(1) {
        seats_mut(&mut till).zoom_by_hand = Some(zoom);
        let page = Page::of(&till, (200, 60), Theme::MONO);
        assert_eq!(read_back(&till, &page).len(), 308, "{zoom:?}");
    }
}

#[test]
fn no_character_of_the_grid_is_wide_or_ambiguous() {
    for (name, text) in halls::all() {
        let mut till = till_of(&text, (80, 24));
        fill(&mut till);
        for zoom in Zoom::ALL {
            seats_mut(&mut till).zoom_by_hand = Some(zoom);
            for size in SIZES.into_iter().take(2) {
                let buffer = drawn(&till, size, Theme::DEFAULT);
                for y in 1..size.1 {
                    for c in (0..size.0).flat_map(|x| buffer[(x, y)].symbol().chars()) {
                        let widths = (c.width(), c.width_cjk());
                        assert_eq!(widths, (Some(1), Some(1)), "{c:?} in {name} {zoom:?}");
                        assert!(c.is_ascii(), "{c:?} in {name}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_seat_that_somebody_changes_stands_out_for_two_seconds() {
    use ratatui::style::Modifier;
    let size = (80, 24);
    let mut till = till_of(super::house::GRAND, size);
    till.somebody_holds(&["C3"]);
    // Row C is the third of the hall, C3 the third seat at two columns each.
    let stands_out = |till: &Till| {
        let cell = &drawn(till, size, Theme::MONO)[(7, 6)];
        assert_eq!(cell.symbol(), "~", "the letter is the state");
        cell.modifier.contains(Modifier::REVERSED)
    };
    assert!(stands_out(&till));
    till.pass(2_000);
    assert!(!stands_out(&till));
}

#[test]
fn the_view_is_chosen_by_the_size_of_hall_and_window() {
    let zoom = |text: &str, size| {
        let till = till_of(text, size);
        let hall = till.seats().hall.clone().expect("a hall");
        let arranged = till.seats().arrangement(&hall, size);
        (arranged.zoom, arranged.beside)
    };
    let (small, wide) = ((80, 24), (140, 40));
    let hall = |seats| halls::hall(12, seats, seats.div_ceil(3));
    for (text, at_80, at_140) in [
        (hall(10), (Zoom::Two, true), (Zoom::Four, true)),
        (hall(22), (Zoom::Two, true), (Zoom::Four, true)),
        (hall(25), (Zoom::Two, false), (Zoom::Four, true)),
        (hall(33), (Zoom::Two, false), (Zoom::Three, true)),
        (hall(40), (Zoom::One, true), (Zoom::Two, true)),
        (hall(60), (Zoom::One, false), (Zoom::Two, false)),
        (hall(80), (Zoom::Blocks, true), (Zoom::One, true)),
        (
            halls::hall(40, 50, 25),
            (Zoom::Blocks, true),
            (Zoom::Two, true),
        ),
    ] {
        let name = text.lines().last().expect("a row").to_owned();
        assert_eq!(zoom(&text, small), at_80, "{name}");
        assert_eq!(zoom(&text, wide), at_140, "{name}");
    }
}

/// Every size from 1x1 to 200x60 with `HOUSEFUL_ALL_SIZES=1`. Without it every size that is too
/// small, every width at some heights, and every height at some widths.
#[test]
fn the_grid_has_no_size_at_which_it_panics() {
    let all = std::env::var_os("HOUSEFUL_ALL_SIZES").is_some();
    let is_taken = |columns: u16, rows: u16| {
        let some_rows = [16, 17, 24, 40, 60].contains(&rows);
        let some_columns = [60, 61, 80, 110, 140, 200].contains(&columns);
        all || columns < 60 || rows < 16 || some_rows || some_columns
    };
    let mut till = till_of(super::house::GRAND, (80, 24));
    till.press("2");
    for columns in 1..=200 {
        for rows in (1..=60).filter(|rows| is_taken(columns, *rows)) {
            drawn(&till, (columns, rows), Theme::MONO);
        }
    }
}

#[test]
fn no_hall_panics_at_any_zoom_and_edge_of_sizes() {
    for (_, text) in halls::all() {
        let mut till = till_of(&text, (80, 24));
        fill(&mut till);
        for zoom in Zoom::ALL {
            seats_mut(&mut till).zoom_by_hand = Some(zoom);
            for size in [
                (60, 16),
                (61, 17),
                (79, 16),
                (80, 17),
                (109, 23),
                (110, 24),
                (200, 16),
            ] {
                drawn(&till, size, Theme::MONO);
            }
        }
    }
}

/// The agreed pictures are files, so that a change of one is seen in review. With
/// `HOUSEFUL_WRITE_SCREENS=1` this test writes them anew.
#[test]
fn grids_are_as_they_were_agreed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tui/tests/screens");
    for (file, name, keys, (columns, rows)) in [
        ("grid-numbers", "twenty-two", "2", (140, 40)),
        ("grid-numbers", "twenty-two", "2++", (80, 24)),
        ("grid-one", "twenty-two", "2-", (80, 24)),
        ("grid-one", "twenty-two", "2---", (140, 40)),
        ("grid-three", "thirty wide", "2", (140, 40)),
        ("grid-under", "thirty wide", "2", (80, 24)),
        ("grid-small", "twenty-two", "2", (60, 16)),
        ("grid-range", "twenty-two", "vllll", (80, 24)),
        ("grid-blocks", "two thousand", "", (80, 24)),
        ("grid-blocks", "two thousand", "---", (140, 40)),
        ("grid-huge", "two thousand", "2", (80, 24)),
        ("grid-huge", "fifty by forty", "2", (140, 40)),
        ("grid-part", "eighty wide", "2", (80, 24)),
    ] {
        let found = halls::all().into_iter().find(|(known, _)| *known == name);
        let mut till = till_of(&found.expect("a hall").1, (columns, rows));
        till.somebody_holds(&["C4", "C5"]);
        till.somebody_buys(&["D3", "D4"]);
        till.press(keys);
        let drawn = till.lines(columns, rows).join("\n") + "\n";
        let path = folder.join(format!("{file}-{columns}x{rows}.txt"));
        if std::env::var_os("HOUSEFUL_WRITE_SCREENS").is_some() {
            std::fs::write(&path, &drawn).expect("written");
        }
        let agreed = std::fs::read_to_string(&path).expect("an agreed screen");
        assert_eq!(drawn, agreed, "{file} at {columns}x{rows}:\n{drawn}");
    }
}

/// The seat grid that is open, to be set up for a test.
pub(super) fn seats_mut(till: &mut Till) -> &mut crate::tui::seats::Seats {
    use crate::tui::model::View;
    till.model
        .above
        .iter_mut()
        .find_map(|view| match view {
            View::Seats(seats) => Some(&mut **seats),
            _ => None,
        })
        .expect("the seat grid")
}
