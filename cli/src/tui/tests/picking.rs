//! Picking seats on the grid: ranges, wheelchair places, undo, what the readout says, and what
//! other people do meanwhile.

use super::{halls, house::Till};
use crate::tui::{
    hall::SeatLook,
    key::Key,
    keymap::Place,
    msg::{Ask, Msg, Reply},
    seats::What,
};

fn till() -> Till {
    let mut till = Till::open();
    till.press("1");
    till
}

/// Puts the cursor on a seat without picking it.
fn point(till: &mut Till, seat: &str) {
    till.press(&format!("g{seat}\n"));
    if till.model.place().is_overlay() {
        till.press("\u{1b}");
    }
    till.press("u");
    assert!(till.held().is_empty());
}

fn readout(till: &Till, columns: u16) -> String {
    till.lines(columns, 40)[37].clone()
}

#[test]
fn a_range_picks_the_free_seats_of_its_run() {
    let mut till = till();
    till.somebody_holds(&["C8"]);
    point(&mut till, "c6");
    till.press("v");
    assert_eq!(till.model.place(), Place::Range);
    till.press("lll");
    assert!(
        till.screen()
            .contains("Range C6 to C9: 3 of 4 can be picked"),
        "{}",
        till.screen()
    );
    assert!(till.screen().contains("-o-o-~>o"), "{}", till.screen());
    till.press("v");
    if till.model.place() == Place::Override {
        till.press("\n");
    }
    assert_eq!(till.held(), ["C6 adult", "C7 adult", "C9 adult"]);
    assert_eq!(till.model.place(), Place::Seats);
}

#[test]
fn a_range_goes_to_the_left_too_and_over_the_aisle() {
    let mut till = till();
    point(&mut till, "c6");
    till.press("vh ");
    assert_eq!(till.held(), ["C5 adult", "C6 adult"]);
    let mut till = self::till();
    point(&mut till, "c6");
    till.press("v");
    till.key(Key::End);
    assert!(till.screen().contains("Range C6 to C22: 17 of 17"));
}

#[test]
fn esc_leaves_the_range_and_nothing_is_asked() {
    let mut till = till();
    till.press("vll\u{1b}");
    assert_eq!(till.model.place(), Place::Seats);
    assert!(till.held().is_empty() && till.unanswered.is_empty());
    till.somebody_holds(&["J14", "J15"]);
    till.press("vl");
    let held = till.state.free(till.now).len();
    till.press("v");
    assert!(till.screen().contains("no seat of that range is free"));
    assert_eq!(till.state.free(till.now).len(), held);
}

#[test]
fn a_range_adds_to_what_was_picked_by_hand() {
    let mut till = till();
    till.press("gd6\n");
    till.press("jvl ");
    assert_eq!(till.held(), ["D6 adult", "E6 adult", "E7 adult"]);
}

#[test]
fn w_offers_places_for_a_wheelchair_and_w_again_any() {
    let mut till = till();
    till.press("2");
    assert_eq!(till.held(), ["H11 adult", "H12 adult"]);
    till.press("w");
    let held = till.held();
    assert!(
        held[0].starts_with("A1 ") || held[0].starts_with("A2 "),
        "{held:?}"
    );
    assert!(till.screen().contains("party 2, zone any  with wheelchair"));
    till.press("w");
    assert_eq!(till.held(), ["H11 adult", "H12 adult"]);
    assert!(!till.screen().contains("with wheelchair"));
}

#[test]
fn w_before_the_party_holds_nothing() {
    let mut till = till();
    till.press("w");
    assert!(till.held().is_empty() && till.screen().contains("with a wheelchair place"));
    till.press("1");
    assert_eq!(till.held().len(), 1);
    assert!(till.held()[0].starts_with('A'), "{:?}", till.held());
}

#[test]
fn undo_takes_back_seats_of_a_booking_that_was_released_by_its_last_seat() {
    let mut till = till();
    till.press("gh8\n");
    till.press(" ");
    assert!(till.held().is_empty());
    assert!(till.seats().owned.is_none(), "it was released");
    till.press("u");
    assert_eq!(till.held(), ["H8 adult"]);
    till.press("u");
    assert!(till.held().is_empty());
}

#[test]
fn undo_of_a_release_tells_when_somebody_else_was_faster() {
    let mut till = till();
    till.press("gh8\n ");
    till.somebody_holds(&["H8"]);
    till.press("u");
    assert_eq!(till.model.place(), Place::LostRace);
    assert!(till.held().is_empty());
}

#[test]
fn the_readout_says_what_picking_would_make_and_leave_alone() {
    let mut till = till();
    till.somebody_holds(&["H5"]);
    till.press("gh8-9\n");
    till.press("h");
    let wide = readout(&till, 140);
    assert!(
        wide.contains(
            "H7 standard 9.50 - free. Picking it makes H7 H8 H9 and leaves H6 alone \
             (allowed, but asks). Row H free: 1-4 6-7 10-22."
        ),
        "{wide}"
    );
    let narrow = readout(&till, 80);
    assert_eq!(
        narrow,
        " H7 standard 9.50 - free. Picking leaves H6 alone. Row H free: 1-4 6-7 10-22."
    );
    // The server says the same.
    till.press(" ");
    assert_eq!(till.model.place(), Place::Override);
    assert!(till.screen().contains("H6"), "{}", till.screen());
    till.press("\u{1b}");
    till.press("l");
    let wide = readout(&till, 140);
    assert!(
        wide.contains("H8 standard 9.50 - yours. Dropping it keeps H9"),
        "{wide}"
    );
}

#[test]
fn the_readout_agrees_with_the_server_about_every_seat() {
    let mut till = Till::open_with(&halls::hall(3, 9, 5));
    till.press("1");
    till.somebody_holds(&["A5", "B9"]);
    till.press("gb5\n");
    if till.model.place() == Place::Override {
        till.press("\n");
    }
    let hall = till.seats().hall.clone().expect("a hall");
    let mut asked = 0;
    for (no, seat) in hall.seats() {
        let picture = till.seats().picture(&till.model.desk).expect("a picture");
        if !matches!(picture.look(no), SeatLook::Free(_)) {
            continue;
        }
        let alone = picture.outcome(no).expect("an outcome").alone;
        till.press(&format!("g{}\n", seat.label));
        assert_eq!(
            till.model.place() == Place::Override,
            !alone.is_empty(),
            "{}: {alone:?}\n{}",
            seat.label,
            till.screen()
        );
        if alone.is_empty() {
            till.press("u");
        } else {
            asked += 1;
            till.press("\u{1b}");
        }
        assert_eq!(till.held(), ["B5 adult"]);
    }
    assert!(asked > 3, "{asked}");
}

#[test]
fn what_others_do_stands_out_for_two_seconds_and_is_listed() {
    let mut till = till();
    let no = |till: &Till, seat: &str| {
        till.layout
            .find(seat.parse().expect("a label"))
            .expect("a seat")
    };
    let c3 = no(&till, "C3");
    till.somebody_holds(&["C3", "C4"]);
    let fresh = |till: &Till| till.seats().others.is_fresh(c3, till.model.desk.now);
    assert!(fresh(&till));
    till.pass(1_999);
    assert!(fresh(&till));
    let ticks = till.ticks;
    till.pass(2);
    assert!(!fresh(&till));
    assert!(till.ticks > ticks, "the screens woke to draw it");
    let lines = till.lines(140, 40).join("\n");
    assert!(lines.contains("LAST ON THIS SHOW"), "{lines}");
    assert!(lines.contains("19:12:00 held C3 C4"), "{lines}");
    till.somebody_buys(&["K8"]);
    let whats: Vec<What> = till.seats().others.recent().map(|h| h.what).collect();
    assert_eq!(whats, [What::Sold, What::Held, What::Held]);
}

#[test]
fn our_own_changes_are_not_other_people_s() {
    let mut till = till();
    till.press("2b3");
    till.press("gc5\n");
    till.press(" ");
    assert_eq!(till.seats().others.recent().count(), 0);
}

#[test]
fn the_list_of_what_others_did_is_bounded() {
    let mut till = till();
    for number in 1..=20 {
        till.somebody_holds(&[&format!("C{number}"), &format!("D{number}")]);
        till.somebody_holds(&[&format!("B{number}")]);
    }
    assert_eq!(till.seats().others.recent().count(), 32);
}

#[test]
fn a_sold_out_category_says_so() {
    let mut till = Till::open_with(
        "name: T\ncategory o: standard \"Standard\"\ncategory p: premium \"Premium\"\n\nA oooooo\nB pp\n",
    );
    till.press("1");
    assert!(
        till.screen().contains("12.50    2 free"),
        "{}",
        till.screen()
    );
    till.somebody_buys(&["B1", "B2"]);
    assert!(till.screen().contains("sold out"), "{}", till.screen());
    let wide = till.lines(140, 40).join("\n");
    assert!(
        wide.contains("6 free") && wide.contains("sold out"),
        "{wide}"
    );
}

#[test]
fn next_best_is_told_before_it_is_asked_for() {
    let mut till = till();
    till.send(Msg::Resized(140, 40));
    till.press("2");
    let wide = till.lines(140, 40).join("\n");
    let first = wide
        .lines()
        .skip_while(|line| !line.contains("NEXT BEST FOR 2, as seen from here"))
        .nth(1)
        .expect("an offer")
        .to_owned();
    till.press("b");
    let labels = crate::tui::wording::seat_list(&till.seats().labels());
    assert!(
        first.contains(&format!("1  {labels}")),
        "{first} and {labels}"
    );
}

#[test]
fn next_best_says_what_had_to_give_way() {
    let mut till = Till::open_with("name: T\n\nA oo oo\nB oo\n");
    till.press("13");
    assert!(
        till.screen().contains("the best there is:"),
        "{}",
        till.screen()
    );
}

#[test]
fn a_lost_race_is_told_over_the_booking_where_there_is_room() {
    let mut till = till();
    till.press("gh8\n");
    till.slow = true;
    till.press("gh9\n");
    till.slow = false;
    till.somebody_holds(&["H9"]);
    till.answer();
    assert_eq!(till.model.place(), Place::LostRace);
    till.send(Msg::Resized(140, 40));
    let hall = till.seats().hall.clone().expect("a hall");
    for size in [(140, 40), (120, 40)] {
        let width = usize::from(till.seats().arrangement(&hall, size).columns);
        let lines = till.lines(size.0, size.1);
        let over = lines
            .iter()
            .any(|line| line.chars().take(width).any(|c| c == '+'));
        assert!(!over, "{}", lines.join("\n"));
    }
    // At 80 columns it keeps away from the line of the seat.
    let screen = till.lines(80, 24);
    let row = screen
        .iter()
        .find(|line| line.starts_with(" H"))
        .expect("row H");
    assert!(
        row.contains("# ") && row.contains('~'),
        "{}",
        screen.join("\n")
    );
    assert!(screen.join("\n").contains("Still yours: H8"));
}

#[test]
fn no_key_of_the_grid_takes_a_ticket_type_s_letter() {
    use crate::tui::keymap::{Action, Keys, TABLE};
    let chain = include_str!("../../../../fixtures/chain/chain.toml");
    let mut letters = String::new();
    for types in chain.split("[[ticket_type]]").skip(1) {
        let key = types
            .lines()
            .find_map(|line| line.trim().strip_prefix("key = \""));
        letters.extend(key.and_then(|key| key.chars().next()));
    }
    assert_eq!(letters, "acse", "the demo's ticket types");
    for letter in letters.chars() {
        let binding = TABLE
            .iter()
            .filter(|b| b.places.contains(&Place::Seats) && b.action != Action::TicketType)
            .find(|b| matches!(b.keys, Keys::Any(keys) if keys.contains(&Key::Char(letter))));
        assert!(binding.is_none(), "`{letter}`: {binding:?}");
    }
}

/// Opens a show whose second ticket type has this letter; gives what is told of it.
fn opened_with_letter(letter: char) -> Option<String> {
    let mut till = Till::open();
    till.slow = true;
    till.press("1");
    let of_show = |(_, ask): &(_, Ask)| matches!(ask, Ask::Show(_));
    let at = till.unanswered.iter().position(of_show);
    let (generation, ask) = at.and_then(|at| till.unanswered.remove(at)).expect("asked");
    let Ok(Reply::Show(mut detail)) = till.result(&ask) else {
        panic!("no show");
    };
    detail.ticket_types[1].key = letter;
    till.tell(generation, Ok(Reply::Show(detail)));
    till.model.desk.notice.clone()
}

#[test]
fn a_ticket_type_whose_letter_is_another_key_is_told_of() {
    let told = opened_with_letter('z').expect("told");
    assert_eq!(
        told,
        "`z` of Child is the key for zone here; t changes the type"
    );
    assert_eq!(opened_with_letter('x'), None);
}
