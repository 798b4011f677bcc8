//! How people pick seats on a map: side by side, where they see best, like everybody else.

use houseful_core::{
    expiry::is_alive,
    layout::Place,
    seat::SeatLabel,
    time::UtcMillis,
    wire::seats::{LayoutSeat, LayoutView, SeatMap, SeatMark},
};

use super::dice::Dice;

/// Of 1,000 who choose by hand, so many want the very best seats; the others sit anywhere.
const PICKY: u32 = 750;

/// Which seats of the layout nobody has at `now`.
fn free(layout: &LayoutView, map: &SeatMap, now: UtcMillis) -> Vec<bool> {
    let mut free: Vec<bool> = map
        .states
        .chars()
        .map(|letter| SeatMark::from_letter(letter) == Some(SeatMark::Free))
        .collect();
    free.resize(layout.seats.len(), false);
    for hold in map.holds.iter().filter(|h| !is_alive(h.until.0, now)) {
        for seat in &hold.seats {
            if let Some(seat) = free.get_mut(seat.index()) {
                *seat = true;
            }
        }
    }
    free
}

/// Seats from the middle, two thirds to the back: the smaller the better.
fn distance(layout: &LayoutView, run: &[LayoutSeat]) -> u32 {
    let Some((first, last)) = run.first().zip(run.last()) else {
        return u32::MAX;
    };
    // In halves, so that the middle of two seats is a whole number.
    let middle = u32::from(first.column) + u32::from(last.column);
    let across = middle.abs_diff(u32::from(layout.columns.saturating_sub(1)));
    let along = (3 * u32::from(first.row)).abs_diff(2 * u32::from(layout.rows));
    across + along
}

/// `count` seats side by side that look free, or `None` if there are none.
pub(super) fn seats(
    layout: &LayoutView,
    map: &SeatMap,
    now: UtcMillis,
    count: usize,
    dice: &mut Dice,
) -> Option<Vec<SeatLabel>> {
    let free = free(layout, map, now);
    let standard = |seat: &LayoutSeat| seat.place == Place::Standard;
    let runs: Vec<&[LayoutSeat]> = layout
        .seats
        .windows(count.max(1))
        .enumerate()
        .filter(|(at, run)| {
            let side_by_side = run
                .windows(2)
                .all(|two| two[0].row == two[1].row && two[0].column + 1 == two[1].column);
            side_by_side
                && run.iter().all(standard)
                && free[*at..*at + run.len()].iter().all(|f| *f)
        })
        .map(|(_, run)| run)
        .collect();
    let run = if dice.happens(PICKY) {
        runs.iter().min_by_key(|run| distance(layout, run))
    } else {
        dice.one(&runs)
    };
    run.map(|run| run.iter().map(|seat| seat.label).collect())
}

#[cfg(test)]
mod tests {
    use houseful_core::{
        ids::ShowId,
        layout::LayoutHash,
        seat::SeatNo,
        wire::{
            Time,
            catalogue::ShowStatus,
            seats::{HoldEnd, Version},
        },
    };

    use super::*;

    /// Two rows of four seats.
    fn hall() -> LayoutView {
        let seat = |i: u16| LayoutSeat {
            label: SeatLabel::new(if i < 4 { "A" } else { "B" }, i % 4 + 1).expect("a label"),
            category: "standard".to_owned(),
            place: Place::Standard,
            row: i / 4,
            column: i % 4,
        };
        LayoutView {
            hash: LayoutHash([0; 16]),
            name: "Snug".to_owned(),
            text: String::new(),
            categories: Vec::new(),
            seats: (0..8).map(seat).collect(),
            rows: 2,
            columns: 4,
        }
    }

    fn map(states: &str, holds: Vec<HoldEnd>) -> SeatMap {
        SeatMap {
            show: ShowId(1),
            version: Version { ver: 1, tip: 1 },
            layout: LayoutHash([0; 16]),
            status: ShowStatus::OnSale,
            states: states.to_owned(),
            holds,
        }
    }

    fn chosen(states: &str, holds: Vec<HoldEnd>, count: usize) -> Option<Vec<String>> {
        let mut dice = Dice::new(1, 1);
        let seats = seats(
            &hall(),
            &map(states, holds),
            UtcMillis(100),
            count,
            &mut dice,
        );
        seats.map(|s| s.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn nobody_chooses_seats_that_look_taken() {
        assert_eq!(
            chosen("ssssffss", vec![], 2),
            Some(vec!["B1".into(), "B2".into()])
        );
        // A3 and B1 are neighbours on the map and not in the hall.
        assert_eq!(chosen("sssffsss", vec![], 2), None);
        assert_eq!(chosen("ffffffff", vec![], 5), None);
    }

    #[test]
    fn seats_of_a_dead_hold_look_free() {
        let hold = |until| HoldEnd {
            until: Time(UtcMillis(until)),
            seats: vec![SeatNo(5), SeatNo(6)],
        };
        assert_eq!(chosen("ssssshhs", vec![hold(101)], 2), None);
        let free = chosen("ssssshhs", vec![hold(100)], 2);
        assert_eq!(free, Some(vec!["B2".into(), "B3".into()]));
    }
}
