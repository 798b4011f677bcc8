//! Holds that are put by, and what becomes of them.

use super::*;

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
