//! Drawn rows to numbered seats, and the checks that need the whole hall.

use super::{
    BlockReason, CategoryNo, LayoutHash, Place, Row, Seat, SeatLayout, SweetSpot, draw,
    header::Header,
    parse::{Drawn, DrawnRow, Mistakes},
};
use crate::seat::{SEATS_MAX, SeatLabel, SeatNo};

/// The layout these rows make, unless there are mistakes. Those of the whole hall are looked for
/// whatever was wrong with its lines.
pub(super) fn seat(
    header: Header,
    drawn: &[DrawnRow],
    left: u16,
    mistakes: &mut Mistakes,
) -> Option<Drawn> {
    // What a line that was refused would have drawn is not missed a second time.
    let whole = mistakes.none();
    let from_right = header.numbers_from_right.unwrap_or(false);
    let mut seats = Vec::new();
    let mut rows = Vec::new();
    // Where each seat stands in the text, for mistakes that show later.
    let mut origins = Vec::new();
    for row in drawn {
        let start = seats.len();
        let categories = categories_of(&header, row);
        let count = row.places.len();
        let mut missing = Vec::new();
        for (i, ((at, letter), category)) in row.places.iter().zip(categories).enumerate() {
            let column = at - left;
            if *letter == '_' {
                missing.push(column);
                continue;
            }
            let steps = if from_right { count - 1 - i } else { i };
            let number = usize::from(row.first) + steps;
            let label = u16::try_from(number)
                .ok()
                .and_then(|n| SeatLabel::new(&row.name, n).ok());
            let Some(label) = label else {
                let message = format!("seat {}{number} is beyond number 999", row.name);
                mistakes.note(row.line, usize::from(*at), message);
                break;
            };
            if seats.len() == SEATS_MAX {
                let message = format!("the hall has more than {SEATS_MAX} seats");
                mistakes.note(row.line, usize::from(*at), message);
                return None;
            }
            origins.push((row.line, usize::from(*at)));
            seats.push(seat_of(*letter, label, category, row.row, column));
        }
        rows.push(Row {
            name: row.name.clone(),
            seats: index(start)..index(seats.len()),
            row: row.row,
            first: row.first,
            missing,
        });
    }
    let by_label = by_label(&seats, &origins, mistakes);
    let columns = drawn.iter().flat_map(|row| &row.places).map(|p| p.0 + 1);
    let columns = columns.max().unwrap_or(left) - left;
    let mut unplaced = Mistakes::default();
    let sweet = sweet_spot(&header, &seats, &rows, columns, &mut unplaced);
    if whole {
        mistakes.join(unplaced);
    }
    if !mistakes.none() {
        return None;
    }
    let mut layout = SeatLayout {
        name: header.name.clone()?,
        sweet_at: header.sweet.as_ref().map(|(_, _, at)| at.clone()),
        sweet,
        numbers_from_right: from_right,
        seats,
        rows,
        columns,
        by_label,
        categories: header.into_categories(),
        hash: LayoutHash([0; 16]),
    };
    layout.hash = LayoutHash::of(&draw::draw(&layout));
    Some((layout, origins))
}

/// Indices stay below [`SEATS_MAX`], so none is cut.
fn index(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX)
}

fn seat_of(letter: char, label: SeatLabel, category: CategoryNo, row: u16, column: u16) -> Seat {
    Seat {
        label,
        place: match letter {
            'w' => Place::Wheelchair,
            'c' => Place::Companion,
            _ => Place::Standard,
        },
        category,
        blocked: match letter {
            '%' => Some(BlockReason::House),
            'x' => Some(BlockReason::Broken),
            _ => None,
        },
        row,
        column,
    }
}

/// The category of each place of a row: its letter's own, or else that of the nearest category
/// letter of the row (of two equally near ones the left), or else the first of the hall.
fn categories_of(header: &Header, row: &DrawnRow) -> Vec<CategoryNo> {
    let own = |letter: char| {
        let category = header.category_of(letter)?;
        u8::try_from(category).ok().map(CategoryNo)
    };
    // What `w` and `c` stand for says nothing about the seats beside them.
    let spreads = |letter: char| own(letter).filter(|_| !matches!(letter, 'w' | 'c'));
    let mut near: Vec<Option<(u16, CategoryNo)>> = vec![None; row.places.len()];
    let mut last = None;
    for (near, (at, letter)) in near.iter_mut().zip(&row.places) {
        last = spreads(*letter).map(|c| (*at, c)).or(last);
        *near = last.map(|(from, c)| (at - from, c));
    }
    last = None;
    for (near, (at, letter)) in near.iter_mut().zip(&row.places).rev() {
        last = spreads(*letter).map(|c| (*at, c)).or(last);
        let right = last.map(|(from, c)| (from - at, c));
        *near = match (*near, right) {
            (Some(l), Some(r)) => Some(if r.0 < l.0 { r } else { l }),
            (l, r) => l.or(r),
        };
    }
    near.iter()
        .zip(&row.places)
        .map(|(near, (_, letter))| {
            own(*letter)
                .or(near.map(|(_, c)| c))
                .unwrap_or(CategoryNo(0))
        })
        .collect()
}

fn by_label(
    seats: &[Seat],
    origins: &[(u32, usize)],
    mistakes: &mut Mistakes,
) -> Vec<(SeatLabel, SeatNo)> {
    let mut by_label: Vec<_> = seats
        .iter()
        .enumerate()
        .map(|(i, seat)| (seat.label, SeatNo(index(i))))
        .collect();
    by_label.sort_unstable();
    // One mistake a row is enough: a row drawn twice repeats all its labels.
    let mut told = Vec::new();
    for pair in by_label.windows(2) {
        if let [(label, first), (same, second)] = pair
            && label == same
            && let (Some((before, _)), Some((line, at))) =
                (origins.get(first.index()), origins.get(second.index()))
            && !told.contains(line)
        {
            told.push(*line);
            let row = label.row();
            let message = format!(
                "seat {label} is on line {before} already; name this row otherwise, or begin it with a free number, like `{row}21`"
            );
            mistakes.note(*line, *at, message);
        }
    }
    by_label
}

fn sweet_spot(
    header: &Header,
    seats: &[Seat],
    rows: &[Row],
    columns: u16,
    mistakes: &mut Mistakes,
) -> SweetSpot {
    let middle = columns.saturating_sub(1);
    let first = rows.first().map_or(0, |row| row.row);
    let last = rows.last().map_or(0, |row| row.row);
    let usual = SweetSpot {
        row: first + (last - first) * 2 / 3,
        half_column: middle,
    };
    let Some((line, at, wanted)) = &header.sweet else {
        return usual;
    };
    if let Some(row) = rows.iter().find(|row| row.name == *wanted) {
        return SweetSpot {
            row: row.row,
            half_column: middle,
        };
    }
    let label = wanted.parse::<SeatLabel>().ok();
    if let Some(seat) = seats.iter().find(|seat| Some(seat.label) == label) {
        return SweetSpot {
            row: seat.row,
            half_column: seat.column * 2,
        };
    }
    let message = format!("no row and no seat is called {wanted}; name one that is drawn");
    mistakes.note(*line, *at, message);
    usual
}
