//! A hold that ends while something lies over the view: its end is told at once, nothing hides it,
//! and nothing is left that takes a key meant for what comes next.

use super::house::{Till, lines_of};
use crate::tui::{
    help::Help, key::Key, keymap::Place, msg::Msg, overlay::Overlay, palette::Palette, wording,
};

/// The views that seats can be held under, by the keys that lead there.
const VIEWS: [(&str, Place); 6] = [
    ("12", Place::Seats),
    ("12v", Place::Range),
    ("12gh", Place::GoTo),
    ("12L", Place::Live),
    ("12\n", Place::Payment),
    ("12\nd", Place::Card),
];

/// Lays something over the view.
type Layer = (&'static str, fn(&mut Till));

const LAYERS: [Layer; 7] = [
    ("nothing", |_| {}),
    ("help", |till| {
        let place = till.model.view_place();
        till.model
            .desk
            .overlays
            .push(Overlay::Help(Help::of(place)));
    }),
    ("palette", |till| {
        let place = till.model.view_place();
        till.model.desk.palette = Some(Palette::open(place));
    }),
    ("help over the palette", |till| {
        let place = till.model.view_place();
        till.model.desk.palette = Some(Palette::open(place));
        till.model
            .desk
            .overlays
            .push(Overlay::Help(Help::of(place)));
    }),
    ("release?", |till| {
        let (seats, then) = (till.seats().labels(), crate::tui::overlay::Leaving::Back);
        till.model
            .desk
            .overlays
            .push(Overlay::AskRelease { seats, then });
    }),
    ("leave?", |till| {
        till.model.desk.overlays.push(Overlay::AskLeave);
    }),
    ("lost race", |till| {
        till.model.desk.overlays.push(Overlay::LostRace {
            what: "too late".into(),
            lost: Vec::new(),
            kept: till.seats().labels(),
            next_best: Vec::new(),
            relaxed: Vec::new(),
        });
    }),
];

#[test]
fn the_end_of_a_hold_is_told_over_every_layer_of_every_view() {
    for (keys, place) in VIEWS {
        for (name, lay) in LAYERS {
            let mut till = Till::open();
            till.press(keys);
            assert_eq!(till.model.view_place(), place, "{keys:?}");
            lay(&mut till);
            till.pass(300_000);
            let screen = till.screen();
            assert_eq!(
                till.model.place(),
                Place::HoldOver,
                "{name} over {keys:?}: {screen}"
            );
            assert!(screen.contains("the five minutes are over"), "{screen}");
            // One key closes it, and the next one is the grid's.
            till.press("\n");
            assert!(till.model.desk.overlays.is_empty(), "{name} over {keys:?}");
            assert!(till.model.desk.palette.is_none(), "{name} over {keys:?}");
            till.key(Key::Esc);
            let left = [Place::Home, Place::Seats].contains(&till.model.place());
            assert!(left, "{name} over {keys:?}: {}", till.screen());
        }
    }
}

#[test]
fn the_end_of_a_hold_that_is_put_by_is_told_on_every_view() {
    for keys in ["", "b", "B", "L", "2", "?", "b?", "\u{10}", "q"] {
        let mut till = Till::open();
        till.press("12\u{1b}k");
        till.press(keys);
        till.pass(300_000);
        let screen = till.screen();
        let told = "the five minutes are over and the seats are for sale again";
        assert!(screen.contains(told), "after {keys:?}:\n{screen}");
        assert!(till.model.desk.kept.is_none(), "after {keys:?}");
        assert_ne!(till.model.place(), Place::AskRelease, "after {keys:?}");
    }
}

#[test]
fn a_window_of_any_size_tells_that_the_seats_are_gone() {
    let mut till = Till::open();
    till.press("12");
    till.send(Msg::Resized(40, 8));
    till.pass(300_000);
    let lines = lines_of(&till.model, 40, 8);
    assert!(lines[0].contains("the five minutes are over"), "{lines:?}");
}

#[test]
fn what_ctrl_c_says_is_what_it_does() {
    let ctrl_c = |keys: &str| {
        let mut till = Till::open();
        till.press(keys);
        till.key(Key::Ctrl('c'));
        let notice = till.model.desk.notice.clone().expect("a message");
        till.key(Key::Ctrl('c'));
        assert!(till.quit, "{keys:?}");
        (
            notice,
            till.state.free(till.now).len() == till.layout.len() - 5,
        )
    };
    let nothing = (wording::INTERRUPT_AGAIN_EMPTY.to_owned(), true);
    let releases = (wording::INTERRUPT_AGAIN.to_owned(), true);
    for keys in ["", "1", "b", "B", "L"] {
        assert_eq!(ctrl_c(keys), nothing, "{keys:?}");
    }
    for keys in ["12", "12\n", "12L", "12\u{1b}k", "12\u{1b}kb"] {
        assert_eq!(ctrl_c(keys), releases, "{keys:?}");
    }
    let mut paying = Till::open();
    paying.card = houseful_core::wire::payment::PaymentState::Pending;
    paying.press("12\nd1");
    paying.key(Key::Ctrl('c'));
    let notice = paying.model.desk.notice.as_deref();
    assert_eq!(notice, Some(wording::INTERRUPT_AGAIN_PAYING));
}
