//! `y` copies a command that can be typed.

use super::house::Till;
use crate::{args, tui::copy::command};

/// What is copied where these keys lead.
fn copied(keys: &str) -> String {
    let mut till = Till::open();
    till.press(keys);
    till.press("y");
    let text = till
        .copied
        .clone()
        .unwrap_or_else(|| panic!("{keys}: {}", till.screen()));
    let screen = till.screen();
    let start: String = text.chars().take(60).collect();
    assert!(screen.contains(&format!("copied: {start}")), "{screen}");
    assert_eq!(command(&till.model), Some(text.clone()));
    text
}

#[test]
fn every_view_can_be_said_as_a_command() {
    for (keys, starts, ends) in [
        ("", "houseful sell shw_1", ""),
        ("jj", "houseful sell shw_3", ""),
        ("b", "houseful show list", ""),
        ("bj\n", "houseful show list --city cty_1 --movie mov_1", ""),
        ("b\n\n", "houseful sell shw_1", ""),
        ("1", "houseful show seats shw_1", ""),
        (
            "1gh8-9\n",
            "houseful sell shw_1 --seats H8,H9 --ticket adult=2 --hold-only",
            "",
        ),
        ("12\n", "houseful booking pay bkg_", " --pay cash"),
        ("12\n50", "houseful booking pay bkg_", " --pay cash=50"),
        ("12\n1", "houseful booking pay bkg_", " --pay cash"),
        ("12\nd", "houseful booking pay bkg_", " --pay card"),
        ("12\n\n", "houseful ticket list ", ""),
    ] {
        let text = copied(keys);
        assert!(
            text.starts_with(starts) && text.ends_with(ends),
            "{keys}: {text}"
        );
        let words = text.split(' ');
        let parsed = args::command().try_get_matches_from(words);
        assert!(parsed.is_ok(), "{text}: {parsed:?}");
    }
}

#[test]
fn ticket_types_go_to_the_seats_that_have_them() {
    let mut till = Till::open();
    till.press(":1 1c2a h8-10\n");
    assert_eq!(till.held(), ["H8 child", "H9 adult", "H10 adult"]);
    till.press("y");
    let text = till.copied.unwrap_or_default();
    assert!(
        text.contains("--seats H8,H9,H10 --ticket child=1,adult=2"),
        "{text}"
    );
}

#[test]
fn an_empty_list_has_nothing_to_copy() {
    let mut till = Till::open();
    till.press("/zzzz\ny");
    assert_eq!(till.copied, None);
    assert!(till.screen().contains("nothing here to copy"));
}
