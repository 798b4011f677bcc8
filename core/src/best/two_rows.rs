//! A party in two rows, one part behind the other.

use super::field::{Choice, Chooser, Field, Point, apart};
use crate::{layout::Row, seat::SeatNo};

/// Seats side by side in one row that fit.
#[derive(Clone, Copy)]
struct Stretch {
    first: usize,
    len: usize,
    column: u16,
}

/// The most even split that can be had: two and two is better company than three and one.
pub(super) fn choose(field: &mut Field, needed: u8, skip: &mut u16) -> Option<Vec<SeatNo>> {
    let mut stretches = all_stretches(field, needed);
    for smaller in (1..=field.party / 2).rev() {
        let larger = field.party - smaller;
        let mut chooser = Chooser::new(*skip);
        for (rows, pair) in field.layout.rows().windows(2).zip(stretches.windows(2)) {
            let ([row, behind], [front, back]) = (rows, pair) else {
                continue;
            };
            if row.row + 1 != behind.row {
                continue;
            }
            pairs(field, &mut chooser, row.row, front, back, smaller);
            if smaller != larger {
                pairs(field, &mut chooser, row.row, front, back, larger);
            }
        }
        let before = *skip;
        if let Some(seats) = chooser.choose(field, skip) {
            return Some(seats);
        }
        if *skip < before {
            // Offers were passed over and took their seats with them.
            stretches = all_stretches(field, needed);
        }
    }
    None
}

/// The stretches of each row.
fn all_stretches(field: &Field, needed: u8) -> Vec<Vec<Stretch>> {
    let rows = field.layout.rows().iter();
    rows.map(|row| stretches(field, needed, row)).collect()
}

fn stretches(field: &Field, needed: u8, row: &Row) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for seat in usize::from(row.seats.start)..usize::from(row.seats.end) {
        if !field.fits(seat, needed) {
            continue;
        }
        match stretches.last_mut() {
            Some(last) if field.touches(seat) && last.first + last.len == seat => last.len += 1,
            _ => stretches.push(Stretch {
                first: seat,
                len: 1,
                column: field.column(seat),
            }),
        }
    }
    stretches
}

/// Offers every `ahead` seats of the front row with the seats behind them.
fn pairs(
    field: &Field,
    chooser: &mut Chooser,
    row: u16,
    front: &[Stretch],
    back: &[Stretch],
    ahead: usize,
) {
    let behind = field.party - ahead;
    for front in front.iter().filter(|s| s.len >= ahead) {
        for shift in 0..=front.len - ahead {
            let first = cut(front, shift, ahead);
            for back in back.iter().filter(|s| s.len >= behind) {
                let free = back.len - behind;
                // The middles of both parts above each other, as far as the stretch allows. A
                // wheelchair place may be anywhere in it, so then every position is tried.
                let middle = usize::from(first.column) * 2 + ahead;
                let wanted = (middle.saturating_sub(behind) / 2)
                    .saturating_sub(usize::from(back.column))
                    .min(free);
                let shifts = if field.accessible {
                    0..=free
                } else {
                    wanted..=wanted
                };
                for shift in shifts {
                    let choice = weigh(field, row, first, cut(back, shift, behind));
                    choice.into_iter().for_each(|choice| chooser.offer(choice));
                }
            }
        }
    }
}

fn cut(stretch: &Stretch, shift: usize, len: usize) -> Stretch {
    Stretch {
        first: stretch.first + shift,
        len,
        // Columns are below 256.
        column: stretch.column + u16::try_from(shift).unwrap_or(0),
    }
}

fn weigh(field: &Field, row: u16, front: Stretch, back: Stretch) -> Option<Choice> {
    let len = |s: &Stretch| u16::try_from(s.len).unwrap_or(u16::MAX);
    let last = |s: &Stretch| s.first + s.len - 1;
    if front.column >= back.column + len(&back) || back.column >= front.column + len(&front) {
        return None;
    }
    let wheelchairs =
        field.wheelchairs(front.first, last(&front)) + field.wheelchairs(back.first, last(&back));
    if field.accessible && wheelchairs == 0 {
        return None;
    }
    let middle = |s: &Stretch, row: u16| Point {
        row,
        half_column: s.column * 2 + len(s) - 1,
    };
    let (ahead, behind) = (middle(&front, row), middle(&back, row + 1));
    let single = field.leaves_single(front.first, last(&front))
        || field.leaves_single(back.first, last(&back));
    Some(Choice {
        faults: [
            u16::try_from(wheelchairs).unwrap_or(u16::MAX),
            u16::from(single),
            0,
        ],
        distance: field.distance(ahead.row, ahead.half_column)
            + field.distance(behind.row, behind.half_column)
            + apart(ahead, behind),
        first: front.first,
        first_len: front.len,
        second: back.first,
        second_len: back.len,
    })
}
