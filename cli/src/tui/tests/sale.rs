//! Sales by scripted keys: the keystroke table, as far as the views exist.

use houseful_core::wire::payment::PaymentState;

use super::house::Till;
use crate::tui::{keymap::Place, model::View, payment::Tender, ticket::TicketView};

fn ticket(till: &Till) -> &TicketView {
    match till.model.above.as_slice() {
        [View::Ticket(ticket)] => ticket,
        other => panic!("no ticket, but {other:?}"),
    }
}

#[test]
fn a_walk_up_for_two_is_four_keys() {
    let mut till = Till::open();
    till.press("12");
    assert_eq!(till.held(), ["H11 adult", "H12 adult"]);
    till.press("\n\n");
    let sold = ticket(&till);
    assert_eq!(sold.booking.total.minor, 1_900);
    assert_eq!(sold.booking.tickets.len(), 2);
    assert_eq!(sold.tender, Some(Tender::Cash));
    assert_eq!(till.forgotten, 1, "nothing is left to resume");
}

#[test]
fn a_digit_on_the_ticket_starts_the_next_sale() {
    let mut till = Till::open();
    till.press("12\n\n12");
    assert_eq!(till.held().len(), 2);
    assert_eq!(till.model.above.len(), 1, "the ticket is gone");
    till.press("\n\n");
    assert_eq!(ticket(&till).booking.tickets.len(), 2);
}

#[test]
fn a_card_is_one_key_and_its_number() {
    let mut till = Till::open();
    till.press("12\nd");
    assert_eq!(till.model.place(), Place::Card);
    till.press("1");
    assert_eq!(ticket(&till).tender, Some(Tender::Card));
}

#[test]
fn fifty_given_gives_the_change() {
    let mut till = Till::open();
    till.press("12\n50\n");
    let change = ticket(&till).booking.change.map(|c| c.minor);
    assert_eq!(change, Some(3_100));
    assert!(till.screen().contains("Change   31.00"));
}

#[test]
fn too_little_cash_is_not_taken() {
    let mut till = Till::open();
    till.press("12\n1\n");
    assert_eq!(till.model.place(), Place::Payment);
    assert!(
        till.screen()
            .contains("GBP 1.00 is too little, GBP 19.00 is to pay")
    );
    till.press("9\n");
    assert_eq!(ticket(&till).booking.total.minor, 1_900);
}

#[test]
fn much_more_cash_than_anybody_gives_is_asked_about() {
    let mut till = Till::open();
    till.press("12\n951\n");
    assert_eq!(till.model.place(), Place::AskCash);
    let screen = till.screen();
    assert!(
        screen.contains("GBP 951.00 given for GBP 19.00?"),
        "{screen}"
    );
    assert!(screen.contains("GBP 932.00 would go back"), "{screen}");
    // Enter is what was pressed last, so it takes nothing.
    till.press("\n");
    assert_eq!(till.model.place(), Place::Payment);
    till.press("\ny");
    assert_eq!(ticket(&till).booking.change.map(|c| c.minor), Some(93_200));
    for (given, change) in [("100", 8_100), ("20", 100)] {
        let mut till = Till::open();
        till.press(&format!("12\n{given}\n"));
        assert_eq!(ticket(&till).booking.change.map(|c| c.minor), Some(change));
    }
    // A quick line has slips too.
    let mut till = Till::open();
    till.press(":1 2 cash=951\n");
    assert_eq!(till.model.place(), Place::AskCash);
}

#[test]
fn two_adults_and_a_child_are_five_keys() {
    let mut till = Till::open();
    till.press("13c");
    let types: Vec<String> = till
        .held()
        .iter()
        .filter_map(|s| s.split(' ').nth(1).map(str::to_owned))
        .collect();
    assert_eq!(types, ["adult", "adult", "child"]);
    till.press("\n\n");
    assert_eq!(ticket(&till).booking.total.minor, 950 + 950 + 700);
}

#[test]
fn named_seats_are_nine_keys() {
    let mut till = Till::open();
    till.press("1gh8-9\n");
    assert_eq!(till.held(), ["H8 adult", "H9 adult"]);
    till.press("\n\n");
    assert_eq!(ticket(&till).booking.tickets.len(), 2);
}

#[test]
fn named_seats_come_in_place_of_the_house_s_choice() {
    let mut till = Till::open();
    till.press("12gb4,5\n");
    assert_eq!(till.held(), ["B4 adult", "B5 adult"]);
    till.press("gz9\n");
    assert!(till.screen().contains("this hall has no seat Z9"));
    assert_eq!(till.held(), ["B4 adult", "B5 adult"]);
}

#[test]
fn the_rear_is_three_zone_keys_away() {
    let mut till = Till::open();
    till.press("12zzz");
    let rows = ["K", "L", "M", "N", "P"];
    assert!(
        till.held()
            .iter()
            .all(|s| rows.iter().any(|r| s.starts_with(r)))
    );
    till.press("\n\n");
    assert_eq!(ticket(&till).booking.tickets.len(), 2);
}

#[test]
fn the_next_best_are_other_seats() {
    let mut till = Till::open();
    till.press("12");
    let first = till.held();
    till.press("b");
    assert!(till.held().iter().all(|seat| !first.contains(seat)));
    till.press("u");
    assert_eq!(till.held(), first, "undo takes the change back");
    till.press("u");
    assert!(till.held().is_empty(), "and then the hold itself");
    till.press("u");
    assert!(till.screen().contains("nothing to take back"));
}

#[test]
fn space_picks_and_drops_the_seat_under_the_cursor() {
    let mut till = Till::open();
    till.press("1 l ");
    assert_eq!(till.held().len(), 2);
    till.press(" ");
    assert_eq!(till.held().len(), 1);
    till.press("h ");
    assert!(
        till.held().is_empty(),
        "the last one dropped gives the booking up"
    );
    assert!(till.seats().owned.is_none());
}

#[test]
fn keys_typed_ahead_keep_their_meaning() {
    let mut till = Till::open();
    till.press("1");
    till.slow = true;
    till.press("2\n5\u{8}50\n");
    assert_eq!(till.model.place(), Place::Seats, "nothing is answered yet");
    till.slow = false;
    till.answer();
    let change = ticket(&till).booking.change.map(|c| c.minor);
    assert_eq!(change, Some(3_100));
}

#[test]
fn a_whole_sale_can_be_typed_before_the_show_is_loaded() {
    let mut till = Till::open();
    till.slow = true;
    till.press("12\n\n");
    till.slow = false;
    till.answer();
    assert_eq!(ticket(&till).booking.tickets.len(), 2);
}

#[test]
fn a_declined_card_leaves_the_seats_held() {
    let mut till = Till::open();
    till.card = PaymentState::Declined;
    till.press("12\nd2");
    assert_eq!(till.model.place(), Place::Payment);
    let screen = till.screen();
    assert!(
        screen.contains("insufficient funds; the seats stay held, pay another way"),
        "{screen}"
    );
    assert!(screen.contains("HOLD 05:00"), "{screen}");
    till.press("\n");
    assert_eq!(ticket(&till).tender, Some(Tender::Cash));
}

#[test]
fn a_silent_bank_is_asked_until_it_answers() {
    let mut till = Till::open();
    till.card = PaymentState::Pending;
    till.press("12\nd3");
    till.pass(3_000);
    assert!(till.screen().contains("the bank has not answered yet"));
    till.card = PaymentState::Captured;
    till.pass(1_000);
    assert_eq!(ticket(&till).tender, Some(Tender::Card));
}

#[test]
fn going_back_restores_the_cursor() {
    let mut till = Till::open();
    till.press("jj\n");
    assert_eq!(till.model.place(), Place::Seats);
    till.press("\u{1b}");
    assert_eq!(till.model.home.cursor, 2);
    till.press("b\njj");
    till.press("\n\n");
    assert_eq!(till.model.place(), Place::Seats);
    till.press("q");
    let Some(View::Browse(browse)) = till.model.above.last() else {
        panic!("browse is below");
    };
    assert_eq!((browse.movie, browse.show), (1, 0));
}

#[test]
fn leaving_with_seats_asks_first() {
    let mut till = Till::open();
    till.press("12\u{1b}");
    assert_eq!(till.model.place(), Place::AskRelease);
    till.press("n");
    assert_eq!(till.held().len(), 2);
    till.press("\u{1b}y");
    assert_eq!(till.model.place(), Place::Home);
    assert_eq!(till.state.free(till.now).len(), till.layout.len() - 5);
}

#[test]
fn a_kept_hold_is_taken_up_again() {
    let mut till = Till::open();
    till.press("12");
    let held = till.held();
    till.press("\u{1b}k");
    let screen = till.screen();
    assert!(
        screen.contains("On hold: The Lantern Keeper H11 H12, 05:00 left"),
        "{screen}"
    );
    till.press("r");
    assert_eq!(till.held(), held);
    till.press("\n\n");
    assert_eq!(ticket(&till).booking.tickets.len(), 2);
}

#[test]
fn quitting_with_a_kept_hold_asks_first() {
    let mut till = Till::open();
    till.press("12\u{1b}kq");
    assert_eq!(till.model.place(), Place::AskRelease);
    till.press("nq");
    assert!(!till.quit);
    till.press("y");
    assert!(till.quit);
    assert_eq!(till.state.free(till.now).len(), till.layout.len() - 5);
}

#[test]
fn control_c_twice_releases_and_quits() {
    use crate::tui::key::Key;
    let mut till = Till::open();
    till.press("12");
    till.key(Key::Ctrl('c'));
    assert!(!till.quit && till.screen().contains("press Ctrl-C again"));
    till.press("l");
    till.key(Key::Ctrl('c'));
    assert!(
        !till.quit,
        "another key in between takes the first one back"
    );
    till.key(Key::Ctrl('c'));
    assert!(till.quit);
    assert_eq!(till.state.free(till.now).len(), till.layout.len() - 5);
}

#[test]
fn a_filter_finds_a_show_with_a_typing_mistake() {
    let mut till = Till::open();
    till.press("/lantren\n1");
    assert_eq!(till.seats().show.title, "The Lantern Keeper");
}

#[test]
fn a_show_that_is_not_there_or_not_for_sale_is_not_opened() {
    let mut till = Till::open();
    till.press("9");
    assert!(till.screen().contains("there is no show number 9"));
    till.shows[1].status = houseful_core::wire::catalogue::ShowStatus::Cancelled;
    till.key(crate::tui::key::Key::Ctrl('r'));
    till.press("2");
    assert!(
        till.screen()
            .contains("Salt Roads is not for sale: it is cancelled")
    );
    till.shows[1].status = houseful_core::wire::catalogue::ShowStatus::Away;
    till.shows[1].free = 0;
    till.key(crate::tui::key::Key::Ctrl('r'));
    let screen = till.screen();
    assert!(screen.contains("AWAY"), "{screen}");
    assert!(!screen.contains("SOLD OUT"), "nobody knows that: {screen}");
    till.press("2");
    assert!(
        till.screen()
            .contains("the database it is in does not answer")
    );
}
