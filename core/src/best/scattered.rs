//! A party in several places: as few as can be had, nobody alone if that can be helped, near each
//! other.

use super::field::{Field, Point, apart, numbers};
use crate::{layout::Row, seat::SeatNo};

/// The best scattered seats, after `skip` better ones.
pub(super) fn choose(field: &mut Field, needed: u8, skip: &mut u16) -> Option<Vec<SeatNo>> {
    loop {
        let marks = field.save();
        let seats = gather(field, needed);
        field.restore(marks);
        let seats = seats?;
        if *skip == 0 {
            return Some(numbers(seats.into_iter()));
        }
        *skip -= 1;
        seats.into_iter().for_each(|seat| field.close(seat));
    }
}

/// Takes the longest piece the party can fill, then the next near it, until everybody sits.
fn gather(field: &mut Field, needed: u8) -> Option<Vec<usize>> {
    let mut seats: Vec<usize> = Vec::new();
    let mut near = None;
    while seats.len() < field.party {
        let rest = field.party - seats.len();
        // The first piece of an accessible party is the one with its wheelchair place.
        let with_wheelchair = field.accessible && seats.is_empty();
        let longest = longest(field, needed, with_wheelchair).min(rest);
        // Rather one less here than one alone elsewhere.
        let len = if rest - longest == 1 && longest > 2 {
            longest - 1
        } else {
            longest
        };
        let piece = nearest(field, needed, len, with_wheelchair, near)?;
        near = near.or(Some(piece.middle));
        for seat in piece.first..piece.first + len {
            field.take(seat);
            seats.push(seat);
        }
        if with_wheelchair {
            spare_wheelchairs(field, needed, field.party - seats.len());
        }
    }
    Some(seats)
}

/// Closes the other wheelchair places if `rest` people find seats without them.
fn spare_wheelchairs(field: &mut Field, needed: u8, rest: usize) {
    let (wheelchairs, others): (Vec<usize>, Vec<usize>) = (0..field.layout.len())
        .filter(|seat| field.fits(*seat, needed))
        .partition(|seat| field.is_wheelchair(*seat));
    if others.len() >= rest {
        wheelchairs.into_iter().for_each(|seat| field.close(seat));
    }
}

/// The most fitting seats side by side; 0 if none fits.
fn longest(field: &Field, needed: u8, with_wheelchair: bool) -> usize {
    let mut longest = 0;
    for row in field.layout.rows() {
        each_stretch(field, needed, row, |last, len| {
            if len > longest && (!with_wheelchair || field.wheelchairs(last + 1 - len, last) > 0) {
                longest = len;
            }
        });
    }
    longest
}

/// Tells, for each fitting seat, how many fit side by side up to it.
fn each_stretch(field: &Field, needed: u8, row: &Row, mut tell: impl FnMut(usize, usize)) {
    let mut len = 0;
    for seat in usize::from(row.seats.start)..usize::from(row.seats.end) {
        len = match field.fits(seat, needed) {
            false => 0,
            true if field.touches(seat) => len + 1,
            true => 1,
        };
        if len > 0 {
            tell(seat, len);
        }
    }
}

struct Piece {
    first: usize,
    middle: Point,
}

/// The best `len` seats side by side: near `near`, or else the target.
fn nearest(
    field: &Field,
    needed: u8,
    len: usize,
    with_wheelchair: bool,
    near: Option<Point>,
) -> Option<Piece> {
    let mut best: Option<((usize, bool, u32), Piece)> = None;
    if len == 0 {
        return None;
    }
    for row in field.layout.rows() {
        each_stretch(field, needed, row, |last, fitting| {
            if fitting < len {
                return;
            }
            let first = last + 1 - len;
            let wheelchairs = field.wheelchairs(first, last);
            if with_wheelchair && wheelchairs == 0 {
                return;
            }
            let middle = Point {
                row: row.row,
                half_column: field.column(first) + field.column(last),
            };
            let distance = match near {
                Some(near) => apart(near, middle),
                None => field.distance(middle.row, middle.half_column),
            };
            let rank = (wheelchairs, field.leaves_single(first, last), distance);
            if best.as_ref().is_none_or(|(known, _)| rank < *known) {
                best = Some((rank, Piece { first, middle }));
            }
        });
    }
    best.map(|(_, piece)| piece)
}
