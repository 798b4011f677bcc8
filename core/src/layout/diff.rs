//! What two drawings of a room differ in, seat by seat.
//!
//! A seat is known by its label. One that was relabelled where it stands is a renamed seat, and
//! not one less and one more.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{BlockReason, Place, Seat, SeatLayout};
use crate::seat::SeatLabel;

/// What a seat is, apart from where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Look {
    /// The code of its category.
    pub category: String,
    /// What kind of place it is.
    pub place: Place,
    /// Why it is kept from sale from the start, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked: Option<BlockReason>,
}

/// A seat that has another label where it stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Renamed {
    /// What it was called.
    pub from: SeatLabel,
    /// What it is called.
    pub to: SeatLabel,
}

/// A seat that is another kind of seat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Its label in the newer drawing.
    pub label: SeatLabel,
    /// What it was.
    pub from: Look,
    /// What it is.
    pub to: Look,
}

/// A seat that stands elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Move {
    /// Its label, the same in both.
    pub label: SeatLabel,
    /// Drawn rows it went away from the screen.
    pub rows: i32,
    /// Drawn columns it went to the right.
    pub columns: i32,
}

/// How many seats a category has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CategoryCount {
    /// Its code.
    pub category: String,
    /// Seats in the older drawing.
    pub before: usize,
    /// Seats in the newer.
    pub after: usize,
}

/// What two drawings differ in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LayoutDiff {
    /// Labels of the newer drawing alone.
    pub added: Vec<SeatLabel>,
    /// Labels of the older drawing alone.
    pub removed: Vec<SeatLabel>,
    /// Seats with another label at the same place.
    pub renamed: Vec<Renamed>,
    /// Seats of another category, kind or block.
    pub changed: Vec<Change>,
    /// Seats at another place.
    pub moved: Vec<Move>,
    /// Categories of either, by code.
    pub categories: Vec<CategoryCount>,
}

impl LayoutDiff {
    /// Whether no seat differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.renamed.is_empty()
            && self.changed.is_empty()
            && self.moved.is_empty()
    }
}

/// What `new` differs from `old` in. Each list is in the order of the drawing its labels are from.
#[must_use]
pub fn diff(old: &SeatLayout, new: &SeatLayout) -> LayoutDiff {
    let mut diff = LayoutDiff {
        categories: counts(old, new),
        ..LayoutDiff::default()
    };
    for (_, after) in new.seats() {
        let label = after.label;
        if let Some(before) = old.find(label).and_then(|no| old.get(no)) {
            diff.moved.extend(moved(before, after));
            diff.changed.extend(changed((old, before), (new, after)));
            continue;
        }
        let before = old.at(after.row, after.column).and_then(|no| old.get(no));
        match before.filter(|before| new.find(before.label).is_none()) {
            Some(before) => {
                diff.renamed.push(Renamed {
                    from: before.label,
                    to: label,
                });
                diff.changed.extend(changed((old, before), (new, after)));
            }
            None => diff.added.push(label),
        }
    }
    for (_, before) in old.seats() {
        let label = before.label;
        if new.find(label).is_none() && !diff.renamed.iter().any(|seat| seat.from == label) {
            diff.removed.push(label);
        }
    }
    diff
}

fn look(layout: &SeatLayout, seat: &Seat) -> Look {
    Look {
        category: code(layout, seat),
        place: seat.place,
        blocked: seat.blocked,
    }
}

fn code(layout: &SeatLayout, seat: &Seat) -> String {
    let category = layout.categories().get(usize::from(seat.category.0));
    category.map(|c| c.code.clone()).unwrap_or_default()
}

fn changed(old: (&SeatLayout, &Seat), new: (&SeatLayout, &Seat)) -> Option<Change> {
    let (from, to) = (look(old.0, old.1), look(new.0, new.1));
    (from != to).then_some(Change {
        label: new.1.label,
        from,
        to,
    })
}

fn moved(before: &Seat, after: &Seat) -> Option<Move> {
    let rows = i32::from(after.row) - i32::from(before.row);
    let columns = i32::from(after.column) - i32::from(before.column);
    (rows != 0 || columns != 0).then_some(Move {
        label: after.label,
        rows,
        columns,
    })
}

fn counts(old: &SeatLayout, new: &SeatLayout) -> Vec<CategoryCount> {
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (_, seat) in old.seats() {
        counts.entry(code(old, seat)).or_default().0 += 1;
    }
    for (_, seat) in new.seats() {
        counts.entry(code(new, seat)).or_default().1 += 1;
    }
    let counts = counts.into_iter();
    counts
        .map(|(category, (before, after))| CategoryCount {
            category,
            before,
            after,
        })
        .collect()
}
