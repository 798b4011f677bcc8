//! Bookings: found, opened, taken up, given back, refunded; and what a scanner reads.

use houseful_core::wire::{admin::Role, booking::BookingState};

use super::house::Till;
use crate::tui::{
    bookings::{Bookings, Detail},
    key::Key,
    keymap::Place,
    model::View,
    msg::{Ask, BookingsWanted, Msg},
    wording,
};

fn view(till: &Till) -> &Bookings {
    match till.model.above.last() {
        Some(View::Bookings(bookings)) => bookings,
        other => panic!("no bookings, but {other:?}"),
    }
}

fn detail(till: &Till) -> &Detail {
    view(till).detail.as_deref().expect("an open booking")
}

/// A till that has sold two seats and is back on its first view.
fn sold() -> Till {
    let mut till = Till::open();
    till.press("12\n\n\n");
    till
}

fn lists_asked(till: &Till) -> Vec<&BookingsWanted> {
    let wanted = till.asked.iter().filter_map(|ask| match ask {
        Ask::Bookings(wanted) => Some(wanted),
        _ => None,
    });
    wanted.collect()
}

#[test]
fn the_last_order_is_refunded_with_five_keys() {
    let mut till = sold();
    till.press("B\nR2\n");
    assert_eq!(detail(&till).booking.state, BookingState::Cancelled);
    assert_eq!(till.reasons, ["wrong show or seats"]);
    let screen = till.screen();
    assert!(
        screen.contains("refunded: hand back GBP 19.00 in cash"),
        "{screen}"
    );
    assert!(
        screen.contains("19.00 is going back (refunded)"),
        "{screen}"
    );
    assert!(screen.contains("VOID"), "{screen}");
    assert_eq!(till.state.free(till.now).len(), till.layout.len() - 5);
}

#[test]
fn the_last_order_is_this_till_s_own() {
    let mut till = sold();
    let own = till.model.desk.last_sale.as_ref().map(|s| s.booking.id);
    till.pass(1_000);
    till.somebody_buys(&["A1", "A2"]);
    till.press("B");
    assert_eq!(view(&till).cursor, 1, "another till's is newer");
    assert_eq!(view(&till).marked().map(|b| b.id), own);
}

#[test]
fn a_refund_needs_a_reason_and_a_manager() {
    let mut till = sold();
    till.press("B\nR\n");
    assert_eq!(till.model.place(), Place::AskRefund);
    assert!(till.screen().contains(wording::REASON_FIRST));
    till.press("9");
    assert!(till.screen().contains(wording::NO_SUCH_REASON));
    till.press("34");
    assert!(till.screen().contains("> 4 other"), "{}", till.screen());
    till.press("\u{1b}");
    assert_eq!(detail(&till).booking.state, BookingState::Confirmed);
    assert!(till.reasons.is_empty());

    let mut till = Till::open();
    till.role = Role::Clerk;
    till.key(Key::Ctrl('r'));
    till.model.desk.info = None;
    till.send(Msg::Started(Vec::new()));
    till.press("12\n\n\nB\n");
    assert!(!till.screen().contains("R refund"), "{}", till.screen());
    till.press("R");
    assert_eq!(till.model.place(), Place::BookingDetail);
    let why = "a refund needs a manager's token, this till has a clerk's";
    assert!(till.screen().contains(why), "{}", till.screen());
}

#[test]
fn a_refund_whose_answer_is_lost_is_asked_again_with_the_same_command() {
    let mut till = sold();
    till.press("B\nR2");
    till.cut_off = true;
    till.press("\n");
    assert!(till.screen().contains("being refunded ..."));
    till.press("R");
    assert!(till.screen().contains(wording::CHANGE_UNANSWERED));
    till.cut_off = false;
    till.pass(5_000);
    assert_eq!(detail(&till).booking.state, BookingState::Cancelled);
    let mut commands: Vec<_> = till
        .asked
        .iter()
        .filter_map(|ask| match ask {
            Ask::Cancel(_, request) => Some(request.command),
            _ => None,
        })
        .collect();
    assert!(commands.len() > 1);
    commands.dedup();
    assert_eq!(commands.len(), 1);
}

#[test]
fn a_held_booking_is_taken_up_where_it_was() {
    let mut till = Till::open();
    till.somebody_holds(&["C3", "C4"]);
    till.press("L\n");
    let booking = detail(&till).booking.clone();
    assert_eq!(booking.by.as_deref(), Some("other"));
    assert!(till.screen().contains("r resume"), "{}", till.screen());
    till.press("r");
    assert_eq!(till.held(), ["C3 adult", "C4 adult"]);
    till.press("\n\n");
    let Some(View::Ticket(ticket)) = till.model.above.last() else {
        panic!("no ticket");
    };
    assert_eq!(ticket.booking.id, booking.id);
}

#[test]
fn leaving_a_hold_that_was_taken_up_comes_back_to_its_booking() {
    let mut till = Till::open();
    till.somebody_holds(&["C3", "C4"]);
    till.press("L\nr\u{1b}");
    assert_eq!(till.model.place(), Place::AskRelease);
    till.press("y");
    assert_eq!(till.model.place(), Place::BookingDetail);
    till.key(Key::Ctrl('r'));
    assert_eq!(detail(&till).booking.state, BookingState::Released);
    till.press("r");
    assert!(till.screen().contains("it holds no seats any more"));
}

#[test]
fn a_hold_is_given_back_after_a_question() {
    let mut till = Till::open();
    till.somebody_holds(&["C3", "C4"]);
    let free = till.state.free(till.now).len();
    till.press("L\nx");
    assert_eq!(till.model.place(), Place::AskGiveUp);
    till.press("nx");
    assert_eq!(till.state.free(till.now).len(), free);
    till.press("y");
    assert_eq!(till.state.free(till.now).len(), free + 2);
    assert_eq!(detail(&till).booking.state, BookingState::Released);
    assert!(till.screen().contains(wording::HOLD_RELEASED));
}

#[test]
fn what_can_not_be_done_says_why() {
    let mut till = sold();
    till.press("B\n");
    for (key, why) in [
        ("r", "it is paid: nothing to take up"),
        ("x", "it is paid: R gives the money and the seats back"),
    ] {
        till.press(key);
        assert!(till.screen().contains(why), "{key}:\n{}", till.screen());
    }
    assert!(!till.screen().contains("r resume"));
    till.press("R1\nR");
    assert!(till.screen().contains("its money went back already"));
}

#[test]
fn the_hold_s_end_is_asked_for_and_told() {
    let mut till = Till::open();
    till.somebody_holds(&["C3", "C4"]);
    till.press("L\n");
    assert!(till.screen().contains("held, not paid yet, 05:00 left"));
    till.pass(90_000);
    assert!(till.screen().contains("03:30 left"), "{}", till.screen());
    till.pass(211_000);
    assert_eq!(detail(&till).booking.state, BookingState::Expired);
    assert!(
        till.screen().contains("the hold ran out"),
        "{}",
        till.screen()
    );
}

#[test]
fn name_and_phone_are_written_down_and_found() {
    let mut till = sold();
    till.press("B\ne");
    assert_eq!(till.model.place(), Place::ContactForm);
    till.press("Zoë qB?.");
    till.key(Key::Tab);
    till.press("0113 496 0123\n");
    let screen = till.screen();
    assert!(screen.contains("Zoë qB?.  0113 496 0123"), "{screen}");
    assert!(screen.contains(wording::CONTACT_KEPT));
    till.press("\u{1b}/zoë");
    till.pass(300);
    assert_eq!(view(&till).found.len(), 1, "{}", till.screen());
    // Esc leaves the form as it was, and an empty one takes the contact away.
    till.press("\n\neX\u{1b}");
    assert!(till.screen().contains("Zoë qB?."));
    till.press("e");
    till.key(Key::Ctrl('u'));
    till.key(Key::Tab);
    till.key(Key::Ctrl('u'));
    till.press("\n");
    assert_eq!(till.contacts.values().filter(|c| !c.is_empty()).count(), 0);
}

#[test]
fn a_word_that_is_typed_is_one_question() {
    let mut till = sold();
    till.press("B");
    let before = lists_asked(&till).len();
    till.press("/");
    for c in ["n", "o", "b", "o", "d", "y"] {
        till.press(c);
        till.pass(100);
    }
    assert_eq!(lists_asked(&till).len(), before, "typing has not rested");
    till.pass(300);
    let asked = lists_asked(&till);
    assert_eq!(asked.len(), before + 1);
    assert_eq!(asked.last(), Some(&&BookingsWanted::Found("nobody".into())));
    let screen = till.screen();
    assert!(
        screen.contains("nothing was found for `nobody`"),
        "{screen}"
    );
    assert!(screen.contains(wording::FIND_HELP), "{screen}");
    till.press("\u{1b}");
    assert_eq!(view(&till).found.len(), 1, "the newest are listed again");
    till.press("\u{1b}");
    assert_eq!(till.model.place(), Place::Home);
}

#[test]
fn an_answer_to_an_older_search_is_not_opened_under_the_new_one() {
    let mut till = sold();
    till.slow = true;
    till.press("B");
    till.press("/x");
    assert!(view(&till).found.is_empty());
    till.press("\n");
    till.answer();
    assert!(view(&till).found.is_empty(), "{}", till.screen());
    till.press("\n");
    assert!(view(&till).detail.is_none());
}

#[test]
fn a_scanned_code_opens_its_booking_from_every_view() {
    for keys in ["", "/x", "b", "b/x", "1", "12\n\n", "B", "L", "?"] {
        let mut till = sold();
        let sale = till.model.desk.last_sale.as_ref().expect("a sale");
        let (id, code) = (sale.booking.id, sale.booking.tickets[1].code.to_string());
        till.press(keys);
        // The ticket view of `12` is of another booking.
        till.send(Msg::Scanned(format!(" {code}\r\n\u{1b}")));
        assert_eq!(till.model.place(), Place::BookingDetail, "{keys:?}");
        assert_eq!(detail(&till).booking.id, id, "{keys:?}");
    }
}

#[test]
fn a_scanned_code_waits_while_seats_are_held_or_paid() {
    for keys in ["12", "12\n", "12\u{1b}"] {
        let mut till = sold();
        let sale = till.model.desk.last_sale.as_ref().expect("a sale");
        let (id, code) = (sale.booking.id, sale.booking.code.expect("a code"));
        till.press(keys);
        let place = till.model.place();
        till.send(Msg::Scanned(code.to_string()));
        assert_eq!(till.model.place(), place, "{keys:?}");
        let told = format!("scanned {code}: B looks it up when this is done");
        assert!(till.screen().contains(&told), "{}", till.screen());
        if keys == "12\n" {
            till.press("B");
            assert!(
                till.screen()
                    .contains(&till.model.keymap.say(wording::PAY_FIRST))
            );
            till.press("\n");
            till.press("B");
        } else {
            till.press(if keys == "12" { "B" } else { "nB" });
            assert_eq!(till.model.place(), Place::AskRelease);
            till.press("k");
            assert!(till.model.desk.kept.is_some(), "the hold is kept for r");
        }
        assert_eq!(till.model.place(), Place::BookingDetail);
        assert_eq!(detail(&till).booking.id, id);
    }
}

#[test]
fn an_unknown_code_is_told() {
    let mut till = sold();
    till.send(Msg::Scanned("5012345678900".into()));
    let screen = till.screen();
    assert!(
        screen.contains("nothing was found for `5012345678900`"),
        "{screen}"
    );
    till.send(Msg::Scanned("\u{1b}\r\n ".into()));
    assert_eq!(till.model.place(), Place::Bookings);
}

#[test]
fn one_key_shows_the_last_tickets_again() {
    let mut till = Till::open();
    till.press(".");
    assert!(
        till.screen()
            .contains(&till.model.keymap.say(wording::NO_LAST_SALE))
    );
    till.press("12\n\n\n");
    till.press(".");
    assert_eq!(till.model.place(), Place::Ticket);
    assert!(till.screen().contains("sold, the tickets are valid"));
    till.press("\u{1b}");
    assert_eq!(till.model.place(), Place::Home);
    // What was refunded since opens no door.
    till.press("B\nR2\n\u{1b}\u{1b}.");
    let screen = till.screen();
    assert!(screen.contains("cancelled"), "{screen}");
    assert!(!screen.contains('\u{2588}'), "no code to scan:\n{screen}");
}

#[test]
fn tickets_are_shown_over_their_booking() {
    let mut till = sold();
    till.press("B\nt");
    assert_eq!(till.model.place(), Place::Ticket);
    assert!(till.screen().contains('\u{2588}'));
    till.press("\u{1b}");
    assert_eq!(till.model.place(), Place::BookingDetail);
    till.press("\u{1b}\u{1b}");
    assert_eq!(till.model.place(), Place::Home);
}

#[test]
fn bookings_over_a_seat_grid_give_its_feed_back() {
    let mut till = Till::open();
    till.press("1");
    let opened = till.seats().clone();
    till.press("B\u{1b}");
    assert_eq!(till.model.place(), Place::Seats);
    assert_eq!(till.seats().cursor, opened.cursor);
    till.somebody_holds(&["C3", "C4"]);
    let picture = till.seats().picture(&till.model.desk).expect("a board");
    assert_eq!(picture.held, 2, "the grid lives");
}

#[test]
fn a_refused_or_lost_list_says_so_and_comes_by_itself() {
    let mut till = sold();
    till.refusal = Some("role_too_low");
    till.press("B");
    let screen = till.screen();
    assert!(screen.contains(wording::BOOKINGS_REFUSED), "{screen}");
    assert!(screen.contains("refused: role_too_low"), "{screen}");
    till.refusal = None;
    till.pass(6_000);
    assert_eq!(view(&till).found.len(), 1);

    let mut till = sold();
    till.cut_off = true;
    till.press("B");
    assert!(
        till.screen().contains(wording::NO_SERVER),
        "{}",
        till.screen()
    );
    till.press("\n");
    assert!(view(&till).detail.is_none());
    till.cut_off = false;
    till.pass(6_000);
    assert_eq!(view(&till).found.len(), 1);
}

#[test]
fn a_house_that_sold_nothing_says_so() {
    let mut till = Till::open();
    till.press("B");
    assert!(
        till.screen()
            .contains(&till.model.keymap.say(wording::NO_BOOKINGS)),
        "{}",
        till.screen()
    );
    till.press("\n");
    assert!(till.screen().contains(wording::NO_BOOKING_MARKED));
}

#[test]
fn a_kept_hold_that_is_taken_up_as_a_booking_is_kept_no_more() {
    let mut till = Till::open();
    till.press("12");
    let owned = till.seats().owned.clone();
    till.press("\u{1b}k");
    let id = till.model.desk.kept.as_ref().map(|k| k.owned.id);
    assert!(id.is_some());
    let code = id.map(|id| id.to_string()).unwrap_or_default();
    till.send(Msg::Scanned(code));
    till.press("r");
    assert_eq!(till.seats().owned, owned, "with its secret");
    assert!(till.model.desk.kept.is_none());
    till.press("\n\n\n");
    assert!(till.model.above.is_empty());
    assert!(till.model.desk.kept.is_none() && till.model.desk.older.is_empty());
    till.press("q");
    assert!(till.quit, "nothing is left to ask about");
}

#[test]
fn a_sale_that_ends_elsewhere_is_not_offered_again() {
    let mut till = Till::open();
    till.press("12\u{1b}k");
    let kept = till.model.desk.kept.clone();
    till.press("r\n");
    // However it came to be put by a second time.
    till.model.desk.kept = kept;
    till.press("\n");
    assert!(matches!(till.model.above.as_slice(), [View::Ticket(_)]));
    assert!(till.model.desk.kept.is_none());
}

#[test]
fn a_change_that_is_not_answered_keeps_its_booking_on_the_screen() {
    for key in ["t", "L"] {
        let mut till = sold();
        till.press("B\n");
        till.cut_off = true;
        till.press("R2\n");
        assert!(view(&till).is_changing());
        till.press(key);
        assert_eq!(till.model.place(), Place::BookingDetail, "{key}");
        let notice = till.model.desk.notice.as_deref();
        assert_eq!(notice, Some(wording::CHANGE_UNANSWERED), "{key}");
        till.cut_off = false;
        till.pass(5_000);
        assert_eq!(detail(&till).booking.state, BookingState::Cancelled);
        assert_eq!(till.reasons.len(), 1);
    }
}

#[test]
fn enter_on_tickets_that_are_shown_again_goes_back() {
    let mut till = sold();
    till.press("B\nt\n");
    assert_eq!(till.model.place(), Place::BookingDetail);
}

#[test]
fn a_hold_that_is_not_answered_is_kept_until_it_is() {
    for keys in ["Bk", "\u{1b}k"] {
        let mut till = Till::open();
        till.press("1");
        till.slow = true;
        till.press("2");
        till.press(keys);
        let hold = till
            .unanswered
            .iter()
            .position(|(_, ask)| matches!(ask, Ask::Hold(..)));
        let hold = till.unanswered.remove(hold.expect("a hold"));
        let (generation, ask) = hold.expect("a hold");
        // Everything that was asked later is answered earlier.
        till.answer();
        assert!(till.model.desk.kept.is_some(), "{keys:?}");
        let result = till.result(&ask);
        till.tell(generation, result);
        till.answer();
        till.slow = false;
        let kept = till.model.desk.kept.as_ref();
        let seats = kept.and_then(|k| k.booking.as_ref()).map(|b| b.lines.len());
        assert_eq!(seats, Some(2), "{keys:?}");
    }
}

#[test]
fn a_kept_hold_whose_answer_is_lost_is_asked_again() {
    let mut till = Till::open();
    till.press("1");
    till.cut_off = true;
    till.press("2\u{1b}k");
    till.pass(2_500);
    assert!(till.model.desk.kept.is_some());
    till.cut_off = false;
    till.pass(5_000);
    let kept = till.model.desk.kept.as_ref();
    assert!(kept.is_some_and(|k| k.booking.is_some() && k.hold.is_none()));
    till.press("r");
    assert_eq!(till.held().len(), 2);
}

#[test]
fn a_kept_hold_that_is_refused_says_why() {
    let mut till = Till::open();
    till.press("1");
    till.slow = true;
    till.press("gh8\n\u{1b}k");
    till.somebody_holds(&["H8"]);
    till.answer();
    assert!(till.model.desk.kept.is_none());
    assert!(till.model.desk.notice.is_some());
}

#[test]
fn a_hold_that_ends_takes_its_question_with_it() {
    let mut till = Till::open();
    till.press("12B");
    assert_eq!(till.model.place(), Place::AskRelease);
    till.pass(301_000);
    assert_eq!(till.model.place(), Place::HoldOver);
    till.press("\n");
    assert_eq!(till.model.place(), Place::Seats);
}

#[test]
fn sentences_about_bookings_name_the_keys_as_they_are_bound() {
    let setting = |place: &str, action: &str, key: &str| crate::config::KeySetting {
        place: place.to_owned(),
        action: action.to_owned(),
        keys: vec![key.to_owned()],
        at: "houseful.toml:1".to_owned(),
    };
    let mut till = Till::open();
    till.model.keymap = crate::tui::Keymap::of(&[
        setting("home", "bookings", "K"),
        setting("bookings", "filter", "%"),
        setting("home", "live", "W"),
    ])
    .expect("keys");
    till.press(".");
    let screen = till.screen();
    assert!(screen.contains("yet; K finds every booking"), "{screen}");
    till.press("K");
    let screen = till.screen();
    assert!(screen.contains("% finds by code"), "{screen}");
    assert!(screen.contains("of its show (W)"), "{screen}");
}
