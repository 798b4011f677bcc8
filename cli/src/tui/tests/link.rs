//! The connection and the age of what is on the screen, on every view.

use super::house::Till;

/// What stands at the bottom right.
fn state(till: &Till) -> String {
    let line = till.lines(80, 24).pop().unwrap_or_default();
    let words: Vec<&str> = line
        .split("  ")
        .map(str::trim)
        .filter(|w| !w.is_empty())
        .collect();
    words.last().map_or(String::new(), |w| (*w).to_owned())
}

#[test]
fn every_view_tells_how_the_connection_is() {
    for (keys, told) in [
        ("", "1 ms"),
        ("b", "1 ms"),
        ("12", "1 ms, live"),
        ("12\n", "1 ms, live"),
        ("12\n\n", "1 ms"),
    ] {
        let mut till = Till::open();
        till.press(keys);
        assert_eq!(state(&till), told, "{keys}");
    }
}

#[test]
fn every_view_tells_since_when_nothing_is_heard() {
    for keys in ["", "12", "12\n"] {
        let mut till = Till::open();
        till.press(keys);
        till.cut_off = true;
        // The next question goes unanswered.
        till.pass(30_000);
        let told = state(&till);
        assert!(
            told.starts_with("offline ") && told.ends_with(" s, selling paused"),
            "{told}"
        );
        let ticks = till.ticks;
        till.pass(5_000);
        assert!(
            till.ticks > ticks && state(&till) != told,
            "the seconds go on"
        );
    }
}

#[test]
fn an_answer_that_does_not_come_is_told_long_before_it_is_given_up() {
    let mut till = Till::open();
    till.press("12");
    till.slow = true;
    till.press("3");
    till.pass(2_900);
    assert_eq!(state(&till), "1 ms, live");
    till.pass(100);
    assert_eq!(state(&till), "no answer for 3 s");
    // What others do is heard all the while, and answers nothing.
    till.somebody_holds(&["C1"]);
    till.pass(2_000);
    assert_eq!(state(&till), "no answer for 5 s");
    till.slow = false;
    till.answer();
    assert_eq!(state(&till), "1 ms, live");
    // Nothing is asked, nothing is waited for.
    let ticks = till.ticks;
    till.pass(4_000);
    assert_eq!(state(&till), "1 ms, live");
    assert!(till.ticks - ticks <= 5, "{}", till.ticks - ticks);
}

#[test]
fn what_nobody_asks_for_again_is_as_old_as_it_is() {
    let mut till = Till::open();
    till.press("b");
    till.pass(59_000);
    assert_eq!(state(&till), "1 ms");
    let ticks = till.ticks;
    till.pass(121_000);
    assert_eq!(state(&till), "as of 3 min ago");
    assert!(
        till.ticks - ticks <= 6,
        "one tick a minute: {}",
        till.ticks - ticks
    );
    // The first view asks for its list again and again.
    let mut till = Till::open();
    till.pass(180_000);
    assert_eq!(state(&till), "1 ms");
}
