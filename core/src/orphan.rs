//! Seats that a choice would leave alone.
//!
//! A free seat is alone when no free seat touches it: taken or blocked seats, aisles and walls are
//! all the same to it. Single seats are hard to sell, so sales avoid making them.
//!
//! Only standard seats count, as the seat that is left and as the seat beside it: wheelchair and
//! companion places are kept for those who need them, and a seat beside a free one of these is no
//! seat for a pair.

use crate::{
    layout::{Place, SeatLayout},
    seat::{SeatNo, SeatSet},
};

/// The seats that were not alone before, and would be after `taken` are gone.
///
/// One exception, that of seats.io's `noOrphanSeats` in its lenient mode: where a stretch of free
/// seats is one longer than what is taken of it, one seat is left whatever one chooses (two of
/// three), so none of it is reported. Any longer stretch offers a choice that leaves no seat
/// alone: its end.
#[must_use]
pub fn orphans(layout: &SeatLayout, free_before: &SeatSet, taken: &[SeatNo]) -> Vec<SeatNo> {
    let taken_set: SeatSet = taken.iter().copied().collect();
    let mut alone = left_alone(layout, free_before, &taken_set);
    alone.retain(|seat| {
        let stretch = stretch(layout, free_before, *seat);
        stretch.filter(|s| !taken_set.contains(*s)).count() != 1
    });
    alone
}

/// Like [`orphans`], without the exception.
pub(crate) fn left_alone(
    layout: &SeatLayout,
    free_before: &SeatSet,
    taken: &SeatSet,
) -> Vec<SeatNo> {
    let before = |seat: Option<SeatNo>| seat.is_some_and(|s| counts(layout, free_before, s));
    let after = |seat: Option<SeatNo>| {
        seat.is_some_and(|s| counts(layout, free_before, s) && !taken.contains(s))
    };
    let mut alone: Vec<SeatNo> = taken
        .iter()
        .filter(|seat| before(Some(*seat)))
        .flat_map(|seat| [layout.left_of(seat), layout.right_of(seat)])
        .flatten()
        .filter(|seat| {
            after(Some(*seat)) && !after(layout.left_of(*seat)) && !after(layout.right_of(*seat))
        })
        .collect();
    alone.sort_unstable();
    alone.dedup();
    alone
}

fn counts(layout: &SeatLayout, free: &SeatSet, seat: SeatNo) -> bool {
    free.contains(seat) && layout.get(seat).is_some_and(|s| s.place == Place::Standard)
}

/// The free standard seats that hang together with `seat`, itself included.
fn stretch(layout: &SeatLayout, free: &SeatSet, seat: SeatNo) -> impl Iterator<Item = SeatNo> {
    let step = |next: Option<SeatNo>| next.filter(|s| counts(layout, free, *s));
    let left = std::iter::successors(Some(seat), move |s| step(layout.left_of(*s)));
    let right = std::iter::successors(step(layout.right_of(seat)), move |s| {
        step(layout.right_of(*s))
    });
    left.chain(right)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::tests::{hall, no};

    /// What taking these seats of one row leaves alone; `.` marks seats that are not free, and
    /// `#` those that are taken.
    fn left(row: &str) -> String {
        let drawn = row.replace(['.', '#'], "o");
        let layout = hall(&format!("name: N\nA  {drawn}\n"));
        let seats = |letter: fn(char) -> bool| {
            let columns = row.chars().enumerate().filter(move |(_, c)| letter(*c));
            columns.filter_map(|(column, _)| layout.at(0, u16::try_from(column).ok()?))
        };
        let free = seats(|c| c != '.').collect();
        let taken: Vec<SeatNo> = seats(|c| c == '#').collect();
        let labels = orphans(&layout, &free, &taken)
            .into_iter()
            .filter_map(|seat| layout.get(seat))
            .map(|seat| seat.label.to_string());
        labels.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_seat_left_alone_is_an_orphan() {
        for (row, orphans) in [
            ("ooooo", ""),
            ("o#ooo", "A1"),
            ("o##o", "A1 A4"),
            ("oo##oo", ""),
            (".o##oo", "A2"),
            ("oo#o#oo", "A4"),
            ("oo #oo o#oo", "A6"),
        ] {
            assert_eq!(left(row), orphans, "{row}");
        }
    }

    #[test]
    fn what_cannot_be_avoided_is_no_orphan() {
        for row in ["##o", "#o#", "o##", "o#", ".#o.", "###o ####", "##o.##o"] {
            assert_eq!(left(row), "", "{row}");
        }
        // One of three could have been an end.
        assert_eq!(left("o#o"), "A1 A3");
        // Each stretch is judged alone.
        assert_eq!(left("##o o#oo"), "A4");
    }

    #[test]
    fn what_was_alone_before_is_no_orphan() {
        for row in ["o.##oo", "o ##oo", "o_##oo"] {
            assert_eq!(left(row), "", "{row}");
        }
    }

    #[test]
    fn wheelchair_and_companion_places_do_not_count() {
        assert_eq!(left("w##oo"), "");
        assert_eq!(left("cw##"), "");
        assert_eq!(left("wo##o"), "A2 A5");
        assert_eq!(left("wo#oo"), "A2");
    }

    #[test]
    fn seats_that_are_not_free_or_not_there_change_nothing() {
        let layout = hall("name: N\nA  oooo\n");
        let free: SeatSet = ["A2", "A3", "A4"]
            .map(|l| no(&layout, l))
            .into_iter()
            .collect();
        assert_eq!(orphans(&layout, &free, &[SeatNo(0), SeatNo(99)]), []);
        assert_eq!(orphans(&layout, &free, &[]), []);
    }
}
