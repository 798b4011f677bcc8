//! Three columns and one search box: what stands beside a marked line belongs to it.

use houseful_core::ids::MovieId;

use super::house::Till;
use crate::tui::{browse::Browse, model::View, msg::Ask};

fn browse(till: &Till) -> &Browse {
    let Some(View::Browse(browse)) = till.model.above.last() else {
        panic!("browse: {}", till.screen());
    };
    browse
}

/// The movie whose shows are listed, and the marked one.
fn listed_and_marked(till: &Till) -> (Option<MovieId>, Option<MovieId>) {
    let listed = till.asked.iter().rev().find_map(|ask| match ask {
        Ask::Shows(wanted) => Some(wanted.movie),
        _ => None,
    });
    let listed = listed.flatten();
    (listed, browse(till).marked_movie().map(|movie| movie.id))
}

#[test]
fn the_shows_are_those_of_the_marked_movie_whatever_is_typed_and_taken_back() {
    let mut till = Till::open();
    till.press("b");
    let both = |id| (Some(MovieId(id)), Some(MovieId(id)));
    assert_eq!(listed_and_marked(&till), both(1));
    for (keys, movie) in [
        ("/salt", 2),
        ("\n", 2),
        ("\u{1b}", 1),
        ("/salt\u{1b}", 1),
        ("/sa\u{8}\u{8}", 1),
        ("lan", 1),
        ("\n\u{1b}", 1),
    ] {
        till.press(keys);
        assert_eq!(listed_and_marked(&till), both(movie), "after {keys:?}");
    }
}

#[test]
fn shows_of_another_line_are_not_there_to_be_sold_while_an_answer_is_awaited() {
    let mut till = Till::open();
    till.press("b");
    assert!(!browse(&till).shows.is_empty());
    till.cut_off = true;
    till.press("/salt");
    assert!(browse(&till).shows.is_empty(), "{}", till.screen());
}
