//! The quick line: a whole sale typed after `:`.

use super::house::Till;
use crate::tui::{
    key::Key,
    keymap::Place,
    model::View,
    msg::{Ask, Failure},
};

fn typed(till: &Till) -> Option<&str> {
    till.model.desk.quick.typed.as_ref().map(|t| t.value())
}

#[test]
fn a_line_does_what_the_keys_do() {
    for (line, held) in [
        (":1 2\n", &["H11 adult", "H12 adult"][..]),
        (":1 1a1c h8-9\n", &["H8 adult", "H9 child"]),
        (":1 h8,j3 hold\n", &["H8 adult", "J3 adult"]),
        (":1 2 rear hold\n", &["K11 adult", "K12 adult"]),
    ] {
        let mut till = Till::open();
        till.press(line);
        assert_eq!(
            till.model.place(),
            Place::Seats,
            "{line}: {}",
            till.screen()
        );
        assert_eq!(till.held(), held, "{line}");
    }
    let mut till = Till::open();
    till.press(":1 2 card\n");
    assert_eq!(till.model.place(), Place::Card, "{}", till.screen());
    let mut till = Till::open();
    till.press(":1 2 cash\n");
    assert_eq!(till.model.place(), Place::Ticket, "{}", till.screen());
    let mut till = Till::open();
    till.press(":1 1a1c cash=50\n");
    let screen = till.screen();
    assert!(screen.contains("Change   33.50"), "{screen}");
}

#[test]
fn a_line_only_opens_the_show_when_it_says_no_more() {
    let mut till = Till::open();
    till.press(":1\n");
    assert_eq!(till.model.place(), Place::Seats);
    assert!(till.held().is_empty());
    let mut till = Till::open();
    till.press(":shw_1 2\n");
    assert_eq!(till.held().len(), 2);
}

#[test]
fn a_mistake_keeps_the_line_for_correction() {
    for (line, told) in [
        (":dune 2\n", "`dune` is not a show"),
        (":9 2\n", "no show number 9"),
        (
            ":1 2x\n",
            "`x` is no ticket type here; there are a Adult, c Child",
        ),
        (":1 zz9\n", "no seat ZZ9"),
        (":1 2 plush\n", "`plush` is no zone, category or word here"),
        (":1 cash\n", "needs tickets or seats"),
        (":1 2 cash=1.2.3\n", "1.2.3"),
        (":1 h8 2\n", "seats says 1, the tickets are 2"),
    ] {
        let mut till = Till::open();
        till.press(line);
        let screen = till.screen();
        assert!(screen.contains(told), "{line}: {screen}");
        assert_eq!(typed(&till), Some(line[1..].trim()), "{line}");
        assert!(
            screen.contains(line.trim()),
            "the line is on the screen: {screen}"
        );
        assert_eq!(till.unanswered.len(), 0);
    }
    let mut till = Till::open();
    till.press(":1 2x\n\u{8}a\n");
    assert_eq!(till.held().len(), 2, "corrected: {}", till.screen());
}

#[test]
fn lines_of_before_come_back_with_the_arrows() {
    let mut till = Till::open();
    till.press(":1 2 hold\n\u{1b}y:1 1 hold\n\u{1b}y:3");
    till.key(Key::Up);
    assert_eq!(typed(&till), Some("1 1 hold"));
    till.key(Key::Up);
    till.key(Key::Up);
    assert_eq!(typed(&till), Some("1 2 hold"));
    till.key(Key::Down);
    till.key(Key::Down);
    assert_eq!(typed(&till), Some("3"), "what was being typed");
    till.press("\u{1b}");
    assert_eq!(till.model.place(), Place::Home);
}

#[test]
fn a_lost_race_stops_the_line_as_it_stops_the_keys() {
    let mut till = Till::open();
    till.press("1");
    till.slow = true;
    till.press(":1 h8-9 cash\n");
    till.slow = false;
    till.somebody_holds(&["H8"]);
    till.answer();
    assert_eq!(till.model.place(), Place::LostRace, "{}", till.screen());
    till.press("b");
    assert_eq!(till.model.place(), Place::Seats);
    assert_eq!(till.held().len(), 2, "and nothing was paid");
}

#[test]
fn a_line_waits_for_an_answer_that_is_late() {
    let mut till = Till::open();
    till.slow = true;
    till.press(":1 2 cash\n");
    assert!(
        till.screen().contains("asking the server"),
        "{}",
        till.screen()
    );
    till.slow = false;
    till.answer();
    assert_eq!(till.model.place(), Place::Ticket);
}

#[test]
fn held_seats_of_another_show_are_never_left_behind() {
    let mut till = Till::open();
    till.press(":1 2\n:3 1\n");
    let screen = till.screen();
    assert!(screen.contains("H11 H12 of this show are held"), "{screen}");
    assert_eq!(typed(&till), Some("3 1"));
    till.press("\u{1b}:1 cash\n");
    assert_eq!(till.model.place(), Place::Ticket, "the same show goes on");
    till.press(":1 1 hold\n");
    assert!(matches!(till.model.above.as_slice(), [View::Seats(_)]));
}

#[test]
fn a_show_that_is_on_no_list_is_asked_for() {
    let mut till = Till::open();
    till.slow = true;
    till.press(":shw_77 2\n");
    let (asked, ask) = till.unanswered.pop_back().expect("a question");
    assert!(matches!(ask, Ask::Show(id) if id.0 == 77), "{ask:?}");
    let Failure::Refused(problem) = super::house::refused("not_found") else {
        panic!("a refusal");
    };
    till.tell(asked, Err(Failure::Refused(problem)));
    assert!(
        till.screen().contains("refused: not_found"),
        "{}",
        till.screen()
    );
    assert_eq!(typed(&till), Some("shw_77 2"));
}

#[test]
fn the_line_stands_in_every_window() {
    let mut till = Till::open();
    till.press(":1 ");
    for _ in 0..100 {
        till.press("2");
    }
    for (columns, rows) in [(60, 16), (80, 24), (200, 60)] {
        let lines = till.lines(columns, rows);
        let line = &lines[usize::from(rows) - 3];
        assert!(line.starts_with(" :") && line.ends_with("22"), "{line}");
    }
}
