//! A sale under a price card with rules: codes are said with `%`, and what the total has in it is
//! told.

use super::{house::Till, plain::Talk};
use crate::tui::{keymap::Place, seats::Said};

/// Ten off for two and more who say so, glasses, a fee that the counter has not, a tax.
const RULES: &str = r#"{
  "surcharges": [{"name": "3D glasses", "formats": ["3D"], "minor": 150}],
  "offers": [
    {"name": "Ten off", "to": {"code": "TENOFF"}, "gives": {"booking_less": 1000}, "limits": {"tickets_min": 2}},
    {"name": "Gold", "to": {"member": "gold"}, "gives": {"less_percent": "50"}}
  ],
  "taxes": [{"name": "VAT", "on": "all", "included": true, "rates": [{"percent": "20"}]}]
}"#;

fn total(till: &Till) -> String {
    let seats = till.seats();
    seats.booking.as_ref().expect("a booking").total.plain()
}

#[test]
fn a_code_said_before_goes_with_the_seats_and_one_said_later_changes_their_price() {
    let mut till = Till::under(RULES);
    till.press("1%");
    assert_eq!(till.model.place(), Place::Code);
    till.press("tenoff\n");
    assert!(
        till.screen().contains("code tenoff goes with the seats"),
        "{}",
        till.screen()
    );
    till.press("2");
    let cheap = total(&till);
    assert!(till.screen().contains("in it VAT 20%"), "{}", till.screen());

    let mut later = Till::under(RULES);
    later.press("12");
    let whole = total(&later);
    let held = later.held();
    later.press("%TENOFF\n");
    assert_eq!((total(&later), later.held()), (cheap.clone(), held));
    let minor = |text: &str| text.replace('.', "").parse::<i64>().expect("an amount");
    assert_eq!(minor(&whole) - minor(&cheap), 1000);
}

#[test]
fn a_code_that_gives_nothing_is_told_and_not_said_again() {
    let mut till = Till::under(RULES);
    till.press("1%nonsense\n2");
    assert!(till.held().is_empty());
    assert!(
        till.screen().contains("`NONSENSE` is not known here"),
        "{}",
        till.screen()
    );
    till.press("\n2");
    assert_eq!(till.held().len(), 2);
    assert_eq!(till.seats().said, Said::default());
}

#[test]
fn a_membership_is_said_in_plain_words_too() {
    let mut talk = Talk::under(RULES);
    talk.all(&["1", "2"]);
    let whole = total(&talk.till);
    let said = talk.all(&["code", "member gold"]);
    let minor = |text: &str| text.replace('.', "").parse::<i64>().expect("an amount");
    let half = total(&talk.till);
    assert_eq!(minor(&half) * 2, minor(&whole), "{said}");
    assert!(said.contains(&half), "{said}");
}

#[test]
fn nothing_typed_takes_back_what_was_said_and_esc_leaves_it() {
    let mut till = Till::under(RULES);
    till.press("1%tenoff\n%\n");
    assert_eq!(till.seats().said, Said::default());
    till.press("%tenoff\n%member\u{1b}");
    assert_eq!(till.model.place(), Place::Seats);
    assert_eq!(till.seats().said.codes, ["tenoff"]);
}
