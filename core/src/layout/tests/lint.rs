//! What is told about a drawing, and that errors are told exactly where no layout is read.

use proptest::prelude::*;

use super::{hall, halls};
use crate::layout::{SeatLayout, Severity, lint};

fn told(text: &str) -> Vec<String> {
    let found = lint(text).into_iter();
    found
        .map(|f| format!("{}:{} {:?} {}", f.line, f.column, f.severity, f.message))
        .collect()
}

#[test]
fn a_lonely_companion_and_a_lonely_wheelchair_place_are_told() {
    let text = "name: N\nA  wwc cco oow\nB  cwwc\nC  c oo";
    assert_eq!(
        told(text),
        [
            "2:8 Warning companion's seat A4 has no wheelchair place beside it; draw a `w` next to it, or a seat in its place",
            "2:9 Warning companion's seat A5 has no wheelchair place beside it; draw a `w` next to it, or a seat in its place",
            "2:14 Warning wheelchair place A9 has no companion's seat beside it; draw a `c` next to it",
            "4:4 Warning companion's seat C1 has no wheelchair place beside it; draw a `w` next to it, or a seat in its place",
        ]
    );
}

#[test]
fn half_a_pair_is_told() {
    let text = "name: N\ncategory o: plain\ncategory l: love_seat\nA  ll llll lll\nB  ol llo\n";
    assert_eq!(
        told(text),
        [
            "4:14 Warning seat A9 is half a pair; draw two side by side, with an aisle between sofas",
            "5:5 Warning seat B2 is half a pair; draw two side by side, with an aisle between sofas",
        ]
    );
}

#[test]
fn a_category_of_no_seat_is_told() {
    let text = "# mine\nname: N\ncategory o: plain\n  category p: plush\nA  oo\n";
    assert_eq!(
        told(text),
        ["4:1 Warning no seat is of category plush; draw one as `p`, or delete the line"]
    );
}

#[test]
fn mistakes_of_lines_do_not_hide_those_of_the_hall() {
    let text = "name: N\nsweet: D\nA  oo?\nA  oo\n\tD oo\nB999 oo\n";
    let told = told(text);
    let starts = [
        "3:6 Error `?` is not a place",
        "4:4 Error seat A1 is on line 3 already",
        "5:1 Error a tab",
        "6:7 Error seat B1000 is beyond number 999",
    ];
    assert_eq!(told.len(), starts.len(), "{told:#?}");
    for (line, start) in told.iter().zip(starts) {
        assert!(line.starts_with(start), "{line}");
    }
}

proptest! {
    #[test]
    fn errors_are_told_exactly_where_no_layout_is_read(
        layout in halls(),
        at in any::<prop::sample::Index>(),
        slip in "[a-zA-Z0-9.:\t%_ \n]{1,2}",
    ) {
        let mut text = layout.to_text();
        let ends: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
        text.insert_str(ends[at.index(ends.len())], &slip);
        for text in [layout.to_text(), text] {
            let found = lint(&text);
            let refused = found.iter().any(|f| f.severity == Severity::Error);
            prop_assert_eq!(refused, SeatLayout::parse(&text).is_err());
            prop_assert!(found.iter().all(|f| f.line >= 1 && f.column >= 1));
        }
    }
}

#[test]
fn a_hall_of_the_documentation_has_nothing_to_tell() {
    let text = super::docs_example();
    assert_eq!(lint(text), []);
    assert_eq!(hall(text).name(), "Screen 2");
}
