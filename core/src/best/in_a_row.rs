//! A party in one row: side by side, or around an aisle.

use super::field::{Choice, Chooser, Field};
use crate::seat::SeatNo;

/// Side by side.
pub(super) fn together(field: &mut Field, needed: u8, skip: &mut u16) -> Option<Vec<SeatNo>> {
    search(field, needed, skip, false)
}

/// With nothing but aisles (or missing seats) between.
pub(super) fn around_aisle(field: &mut Field, needed: u8, skip: &mut u16) -> Option<Vec<SeatNo>> {
    search(field, needed, skip, true)
}

/// Every stretch of fitting seats that is as long as the party.
fn search(field: &mut Field, needed: u8, skip: &mut u16, aisles: bool) -> Option<Vec<SeatNo>> {
    let mut chooser = Chooser::new(*skip);
    for row in field.layout.rows() {
        let mut length = 0;
        for last in usize::from(row.seats.start)..usize::from(row.seats.end) {
            length = match field.fits(last, needed) {
                false => 0,
                true if aisles || field.touches(last) => length + 1,
                true => 1,
            };
            if length >= field.party {
                let first = last + 1 - field.party;
                if let Some(choice) = weigh(field, row.row, first, last) {
                    chooser.offer(choice);
                }
            }
        }
    }
    chooser.choose(field, skip)
}

/// The choice of these seats of one row.
fn weigh(field: &Field, row: u16, first: usize, last: usize) -> Option<Choice> {
    let wheelchairs = field.wheelchairs(first, last);
    if field.accessible && wheelchairs == 0 {
        return None;
    }
    let (from, to) = (field.column(first), field.column(last));
    let gap = usize::from(to - from) + 1 - field.party;
    let alone = if gap == 0 {
        0
    } else {
        alone(field, first, last)
    };
    let gap = u32::try_from(gap).unwrap_or(u32::MAX).min(256) * 2;
    Some(Choice {
        faults: [
            u16::try_from(wheelchairs).unwrap_or(u16::MAX),
            alone,
            u16::from(field.leaves_single(first, last)),
        ],
        distance: field.distance(row, from + to) + gap * gap,
        first,
        first_len: field.party,
        second: 0,
        second_len: 0,
    })
}

/// How many of the party would have an aisle on both sides.
fn alone(field: &Field, first: usize, last: usize) -> u16 {
    let mut alone = 0;
    let mut length = 0;
    for seat in first..=last {
        if seat > first && !field.touches(seat) {
            alone += u16::from(length == 1);
            length = 0;
        }
        length += 1;
    }
    alone + u16::from(length == 1)
}
