//! The smallest window: what identifies things is on it, whatever else had to give way.

use super::{
    house::{Till, lines_of},
    many,
    screens::everywhere,
};
use crate::tui::{key::Key, keymap::Action, msg::Msg};

fn small(till: &Till) -> String {
    lines_of(&till.model, 60, 16).join("\n")
}

#[test]
fn the_footer_of_every_view_names_the_page_of_keys() {
    let mut looked_at = 0;
    for (name, till) in everywhere() {
        let place = till.model.place();
        let mut lines = till.model.keymap.lines(place);
        if lines.any(|line| line.action == Action::Help) {
            let screen = small(&till);
            assert!(screen.contains("? help"), "{name}:\n{screen}");
            looked_at += 1;
        }
    }
    assert!(looked_at > 15, "{looked_at}");
}

#[test]
fn the_footer_does_without_what_is_seldom_used_first() {
    let mut till = Till::open();
    till.press("1");
    let screen = small(&till);
    for said in [
        "1-9 best seats",
        "Enter pay",
        "Esc release, back",
        "Space pick",
    ] {
        assert!(screen.contains(said), "{said}:\n{screen}");
    }
    assert!(!screen.contains("+/- zoom"), "{screen}");
    assert!(till.screen().contains("+/- zoom"));
}

#[test]
fn the_page_of_keys_scrolls_to_every_line_and_tells_where_it_is() {
    for (columns, rows) in [(60, 16), (80, 24), (70, 20), (140, 40)] {
        for keys in [
            "",
            "b",
            "1",
            "1v",
            "12\n",
            "12\nd",
            "12\n\n",
            "B",
            "L",
            "12\n\n\nB\n",
        ] {
            let mut till = Till::open();
            till.press(keys);
            till.send(Msg::Resized(columns, rows));
            till.press("?");
            let place = till.model.view_place();
            let keymap = till.model.keymap.clone();
            let mut missing: Vec<String> = keymap
                .help(place)
                .map(|line| keymap.say(line.help))
                .collect();
            for _ in 0..60 {
                let screen = lines_of(&till.model, columns, rows).join("\n");
                missing.retain(|help| !screen.contains(help.as_str()));
                assert!(screen.contains("close"), "{screen}");
                till.key(Key::Down);
            }
            assert!(
                missing.is_empty(),
                "{keys:?} at {columns}x{rows}: {missing:?}"
            );
            till.key(Key::Home);
            till.key(Key::Esc);
            assert_eq!(till.model.place(), place);
        }
    }
    let mut till = Till::open();
    till.send(Msg::Resized(60, 16));
    till.press("1?");
    let top = small(&till);
    assert!(top.contains("1-9 of "), "{top}");
    till.key(Key::End);
    let end = small(&till);
    assert!(!end.contains(" 1-9 of "), "{end}");
    assert!(end.contains("Up/Down scroll"), "{end}");
}

#[test]
fn tickets_tell_their_codes_without_a_picture() {
    let mut till = Till::open();
    till.press("13\n\n");
    let screen = small(&till);
    let sale = till.model.desk.last_sale.as_ref().expect("a sale");
    let code = sale.booking.code.expect("a code").to_string();
    assert!(screen.contains(&code), "{screen}");
    for ticket in &sale.booking.tickets {
        let line = format!("{}  seat {}", ticket.code, ticket.seat);
        assert!(screen.contains(&line), "{line}:\n{screen}");
    }
    assert!(
        screen.contains("its QR code needs a window of 19 rows"),
        "{screen}"
    );
    assert!(!screen.contains('\u{2588}'));
    let taller = lines_of(&till.model, 60, 19).join("\n");
    assert!(
        taller.contains('\u{2588}') && taller.contains(&code),
        "{taller}"
    );
    let first = sale.booking.tickets[0].code.to_string();
    assert!(taller.contains(&first), "{taller}");
}

#[test]
fn bookings_keep_code_state_time_and_name() {
    let till = many::bookings();
    let screen = small(&till);
    let found = till.screen();
    for line in found.lines().filter(|line| line.contains("HELD ")) {
        let time = line.split("HELD ").nth(1).and_then(|rest| rest.get(..5));
        assert!(screen.contains(time.expect("a time")), "{screen}");
    }
    let Some(crate::tui::model::View::Bookings(view)) = till.model.above.last() else {
        panic!("bookings");
    };
    let named = view
        .found
        .iter()
        .filter_map(|b| b.contact.as_ref()?.name.clone());
    let named: Vec<String> = named.take(3).collect();
    assert!(!named.is_empty());
    for name in named {
        let start: String = name.chars().take(8).collect();
        assert!(screen.contains(&start), "{name}:\n{screen}");
    }
}

#[test]
fn the_card_terminal_says_which_is_the_amount_and_which_the_state() {
    let mut till = Till::open();
    till.card = houseful_core::wire::payment::PaymentState::Pending;
    till.press("12\nd");
    assert!(
        small(&till).contains("To pay  GBP 19.00"),
        "{}",
        small(&till)
    );
    assert!(
        small(&till).contains("4  ..0259: approved too late"),
        "{}",
        small(&till)
    );
    till.press("1");
    let screen = small(&till);
    assert!(screen.contains("To pay  GBP 19.00"), "{screen}");
    let state = screen
        .lines()
        .skip_while(|line| !line.contains("State"))
        .nth(1);
    assert!(
        state.is_some_and(|line| line.contains("card: ")),
        "{screen}"
    );
}

#[test]
fn a_hall_that_is_on_the_screen_in_part_has_a_map() {
    let basin = include_str!("../../../../fixtures/halls/basin.txt");
    for (columns, rows) in [(60, 16), (80, 24), (140, 40)] {
        let mut till = Till::open_with(basin);
        till.send(Msg::Resized(columns, rows));
        till.press("19");
        for zoom in 0..3 {
            let seats = till.seats();
            let hall = seats.hall.as_ref().expect("a hall");
            let arranged = seats.arrangement(hall, (columns, rows));
            let is_whole = seats.section(hall, &arranged).rows.len() >= hall.seat_rows().len();
            let lines = lines_of(&till.model, columns, rows);
            let mapped = |line: &String| line.contains("+") && line.contains("--");
            let strip = |line: &String| {
                let ends = line.ends_with(" +") || line.ends_with(" -");
                ends || line.starts_with('+') || line.starts_with('-')
            };
            let blocks = arranged.zoom == crate::tui::seats::Zoom::Blocks;
            assert!(
                is_whole || blocks || lines.iter().any(mapped) || lines.iter().any(strip),
                "zoom {zoom} at {columns}x{rows}:\n{}",
                lines.join("\n")
            );
            till.press("+");
        }
    }
}

#[test]
fn browse_is_read_without_style() {
    let focused = |till: &Till| {
        let lines = till.lines(80, 24);
        let rule = lines[3].clone();
        let columns = rule.split_whitespace().map(|part| part.starts_with('='));
        let marks = lines[4..].iter().any(|line| line.contains('>'));
        (columns.collect::<Vec<_>>(), marks)
    };
    let mut till = Till::open();
    till.press("b");
    assert_eq!(focused(&till), (vec![true, false, false], true));
    till.press("\n");
    assert_eq!(focused(&till), (vec![false, true, false], true));
    till.press("\n");
    assert_eq!(focused(&till), (vec![false, false, true], true));
    let screen = till.screen();
    let marked = screen.lines().filter(|line| line.contains('*')).count();
    assert!(marked >= 1, "{screen}");
    till.press("/");
    let typing = (vec![false, false, false], false);
    assert_eq!(focused(&till), typing, "the search box has the cursor");
}
