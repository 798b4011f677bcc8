//! Shows that have begun and are still sold: told as that, found by whoever looks for them, and never
//! what a number or Enter means by itself.

use houseful_core::wire::{Time, catalogue::ShowStatus};

use super::house::{START, Till};
use crate::tui::{
    model::View,
    msg::{Ask, ShowsWanted},
    wording,
};

/// A till at which two shows have begun, one of them too long ago to be sold.
fn late() -> Till {
    let mut till = Till::open();
    for (n, minutes, status) in [(0, 25, ShowStatus::Closed), (1, 12, ShowStatus::OnSale)] {
        let mut show = till.shows[n].clone();
        show.id.0 += 40;
        show.title = format!("Begun {minutes}");
        show.starts_at = Time(START.plus_ms(-minutes * 60_000));
        show.status = status;
        till.begun.push(show);
    }
    till
}

fn asked(till: &Till) -> Option<&ShowsWanted> {
    till.asked.iter().rev().find_map(|ask| match ask {
        Ask::Shows(wanted) => Some(wanted),
        _ => None,
    })
}

#[test]
fn what_has_begun_is_before_today_and_says_so() {
    let mut till = late();
    assert!(!till.screen().contains("Begun 12"), "{}", till.screen());
    till.press("p");
    let screen = till.screen();
    assert!(screen.contains(wording::BEGUN_SHOWS), "{screen}");
    assert!(screen.contains("12m ago"), "{screen}");
    assert!(screen.contains("Begun 12"), "{screen}");
    assert!(!screen.contains("Begun 25"), "not sold any more: {screen}");
    assert!(!screen.contains("The Lantern Keeper"), "to come: {screen}");
    let from = asked(&till).and_then(|wanted| wanted.from).expect("a time");
    assert!(from < till.begun[0].starts_at.0, "far enough back");
    till.press("p");
    assert!(till.screen().contains(wording::NOTHING_BEFORE));
    till.press("n");
    assert!(till.screen().contains("The Lantern Keeper"));
    assert_eq!(asked(&till).map(|wanted| wanted.from), Some(None));
    till.press("p\u{1b}");
    assert!(
        till.screen().contains("The Lantern Keeper"),
        "{}",
        till.screen()
    );
}

#[test]
fn whoever_sold_one_is_back_at_what_is_to_come() {
    let mut till = late();
    till.press("p1");
    let Some(View::Seats(seats)) = till.model.above.last() else {
        panic!("{}", till.screen());
    };
    assert_eq!(seats.show.title, "Begun 12");
    till.press("\u{1b}");
    assert!(till.model.above.is_empty());
    assert!(
        till.screen().contains("The Lantern Keeper"),
        "{}",
        till.screen()
    );
    till.press("1");
    let Some(View::Seats(seats)) = till.model.above.last() else {
        panic!("{}", till.screen());
    };
    assert_eq!(seats.show.title, "The Lantern Keeper");
}

#[test]
fn nothing_that_has_begun_is_told_as_that() {
    let mut till = Till::open();
    till.press("p");
    assert!(till.screen().contains(wording::NO_BEGUN_SHOWS));
    till.press("\n1");
    assert!(till.model.above.is_empty(), "{}", till.screen());
}
