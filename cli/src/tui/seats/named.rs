//! Seats by the names that people say: `h8`, `h8-9`, `h8,j3`, `h8 9`.

use houseful_core::seat::SeatLabel;

use crate::tui::{hall::Hall, wording};

/// The most seats one line of names may mean.
const SEATS_MAX: usize = 200;

/// The seats that a typed line names, in its order; or what is wrong with it.
///
/// # Errors
/// A sentence for the user.
pub fn seats_named(typed: &str, hall: &Hall) -> Result<Vec<SeatLabel>, String> {
    let mut labels: Vec<SeatLabel> = Vec::new();
    let parts = typed.split([',', ' ', ';']).filter(|part| !part.is_empty());
    for part in parts {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let from = one(from, labels.last())?;
        let to = one(to, Some(&from))?;
        if from.row() != to.row() {
            return Err(wording::not_one_row(part));
        }
        let (low, high) = (
            from.number().min(to.number()),
            from.number().max(to.number()),
        );
        for number in low..=high {
            let label = SeatLabel::new(from.row(), number).map_err(|e| e.to_string())?;
            // Numbers may be missing in a row; only the ends must be there.
            let there = hall.find(label).is_some();
            if !there && (number == low || number == high) {
                return Err(wording::no_such_seat(label));
            }
            if there && !labels.contains(&label) {
                labels.push(label);
            }
            if labels.len() > SEATS_MAX {
                return Err(wording::TOO_MANY_NAMES.to_owned());
            }
        }
    }
    if labels.is_empty() {
        return Err(wording::NAME_SEATS.to_owned());
    }
    Ok(labels)
}

/// One name; a bare number is in the row of the name before.
fn one(text: &str, before: Option<&SeatLabel>) -> Result<SeatLabel, String> {
    let number: Option<u16> = text.parse().ok();
    match (number, before) {
        (Some(number), Some(before)) => SeatLabel::new(before.row(), number),
        _ => text.parse(),
    }
    .map_err(|e| e.to_string())
}
