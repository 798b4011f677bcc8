//! The keystrokes of the everyday tasks, each played with exactly these keys and counted.

use super::house::Till;
use crate::tui::{keymap::Place, model::View};

/// What somebody wants, the keys, how many that are, and where it ends.
struct Task {
    what: &'static str,
    keys: &'static str,
    count: usize,
    ends: Place,
    /// Words that the screen then shows.
    shows: &'static [&'static str],
}

const TASKS: [Task; 8] = [
    Task {
        what: "two adults, next show, best seats, exact cash",
        keys: "12\n\n",
        count: 4,
        ends: Place::Ticket,
        shows: &["Change   0.00"],
    },
    Task {
        what: "the same by card",
        keys: "12\nd",
        count: 4,
        ends: Place::Card,
        shows: &["TOTAL GBP                   19.00"],
    },
    Task {
        what: "the same, 50 given",
        keys: "12\n50\n",
        count: 6,
        ends: Place::Ticket,
        shows: &["Change   31.00"],
    },
    Task {
        what: "two adults and a child",
        keys: "13c\n\n",
        count: 5,
        ends: Place::Ticket,
        shows: &["Total    GBP 26.00"],
    },
    Task {
        what: "two named seats",
        keys: "1gh8-9\n\n\n",
        count: 9,
        ends: Place::Ticket,
        shows: &["H8", "H9"],
    },
    Task {
        what: "in the rear",
        keys: "12zzz\n\n",
        count: 7,
        ends: Place::Ticket,
        shows: &["K11", "K12"],
    },
    Task {
        what: "another day by name",
        keys: "/lant\n1",
        count: 7,
        ends: Place::Seats,
        shows: &["The Lantern Keeper"],
    },
    Task {
        what: "the next customer from the ticket",
        keys: "12\n\n12\n\n",
        count: 8,
        ends: Place::Ticket,
        shows: &["Change   0.00"],
    },
];

#[test]
fn each_task_takes_these_keys() {
    for task in TASKS {
        assert_eq!(task.keys.chars().count(), task.count, "{}", task.what);
        let mut till = Till::open();
        till.press(task.keys);
        let screen = till.screen();
        assert_eq!(till.model.place(), task.ends, "{}: {screen}", task.what);
        for words in task.shows {
            assert!(screen.contains(words), "{}: {screen}", task.what);
        }
    }
}

#[test]
fn a_lost_race_on_the_way_is_one_key_more() {
    let mut till = Till::open();
    till.press("1");
    till.slow = true;
    till.press("gh8-9\n");
    till.slow = false;
    till.somebody_holds(&["H8"]);
    till.answer();
    assert_eq!(till.model.place(), Place::LostRace);
    till.press("b");
    assert_eq!(till.model.place(), Place::Seats);
    till.press("\n\n");
    assert!(matches!(till.model.above.as_slice(), [View::Ticket(_)]));
}
