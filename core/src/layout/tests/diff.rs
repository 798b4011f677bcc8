//! What two drawings differ in, and that it is all they differ in.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{hall, halls};
use crate::{
    layout::{LayoutDiff, SeatLayout, diff},
    seat::SeatLabel,
};

fn labels(layout: &SeatLayout) -> BTreeSet<SeatLabel> {
    layout.seats().map(|(_, seat)| seat.label).collect()
}

/// What a diff makes of the labels of the older drawing.
fn applied(diff: &LayoutDiff, mut labels: BTreeSet<SeatLabel>) -> BTreeSet<SeatLabel> {
    let gone = diff.renamed.iter().map(|seat| seat.from);
    for label in gone.chain(diff.removed.iter().copied()) {
        assert!(labels.remove(&label), "{label} was not there");
    }
    let come = diff.renamed.iter().map(|seat| seat.to);
    for label in come.chain(diff.added.iter().copied()) {
        assert!(labels.insert(label), "{label} was there");
    }
    labels
}

#[test]
fn each_kind_of_difference_is_told_as_what_it_is() {
    let head = "name: N\ncategory o: plain\ncategory p: plush\n";
    let old = hall(&format!("{head}A  oooo\nB  oooo\nC  oo\n"));
    let new = hall(&format!("{head}A  oopx\nBB oooo\nC   oo\nD  o\n"));
    let diff = diff(&old, &new);
    let all = |labels: &[SeatLabel]| labels.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(all(&diff.added), ["D1"]);
    assert_eq!(all(&diff.removed), [""; 0]);
    let renamed = diff.renamed.iter().map(|r| format!("{} {}", r.from, r.to));
    assert_eq!(
        renamed.collect::<Vec<_>>(),
        ["B1 BB1", "B2 BB2", "B3 BB3", "B4 BB4"]
    );
    let changed: Vec<_> = diff.changed.iter().map(|c| c.label.to_string()).collect();
    assert_eq!(changed, ["A3", "A4"]);
    let moved = diff.moved.iter().map(|m| (m.label.to_string(), m.columns));
    assert_eq!(
        moved.collect::<Vec<_>>(),
        [("C1".to_owned(), 1), ("C2".to_owned(), 1)]
    );
    let counts = diff.categories.iter().map(|c| (c.before, c.after));
    // The broken seat goes by its neighbour, which is plush.
    assert_eq!(counts.collect::<Vec<_>>(), [(10, 9), (0, 2)]);
}

proptest! {
    #[test]
    fn a_drawing_does_not_differ_from_itself(layout in halls()) {
        let diff = diff(&layout, &layout);
        prop_assert!(diff.is_empty(), "{:?}", diff);
        prop_assert!(diff.categories.iter().all(|c| c.before == c.after));
    }

    #[test]
    fn a_diff_leads_from_the_labels_of_one_drawing_to_those_of_the_other(
        old in halls(),
        new in halls(),
    ) {
        let diff = diff(&old, &new);
        prop_assert_eq!(applied(&diff, labels(&old)), labels(&new));
        let (before, after) = diff.categories.iter().fold((0, 0), |(b, a), c| (b + c.before, a + c.after));
        prop_assert_eq!((before, after), (old.len(), new.len()));
        prop_assert!(!diff.is_empty() || labels(&old) == labels(&new));
    }
}
