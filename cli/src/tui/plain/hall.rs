//! The hall in words: row by row, what is free, held and sold.

use super::talk::Talk;
use crate::tui::{
    hall::{Hall, SeatLook},
    model::Model,
    seats::Seats,
    wording::plain,
};

/// All rows.
pub(super) fn tell(model: &Model, seats: &Seats, talk: &mut Talk) -> Vec<String> {
    let (Some(hall), Some(board)) = (&seats.hall, &seats.board) else {
        return vec![plain::NOT_LOADED.to_owned()];
    };
    let Some(picture) = seats.picture(&model.desk) else {
        return vec![plain::NOT_LOADED.to_owned()];
    };
    let (free, looks) = (picture.free, picture.looks);
    let rows: Vec<String> = (0..hall.layout.rows)
        .filter_map(|row| in_words(hall, &looks, row))
        .collect();
    let mut lines = vec![plain::hall(free, board.len(), rows.len())];
    lines.extend(talk.list(rows));
    lines.extend(talk.more_hint().map(str::to_owned));
    lines
}

/// One row, by its name.
pub(super) fn row(model: &Model, seats: &Seats, name: &str) -> Vec<String> {
    let Some(hall) = &seats.hall else {
        return vec![plain::NOT_LOADED.to_owned()];
    };
    let looks = seats.looks(&model.desk);
    // A name may stand at several places of the hall: side boxes, say.
    let mut rows: Vec<u16> = hall
        .seats()
        .filter(|(_, seat)| seat.label.row().eq_ignore_ascii_case(name))
        .map(|(_, seat)| seat.row)
        .collect();
    rows.sort_unstable();
    rows.dedup();
    if rows.is_empty() {
        return vec![plain::no_row(name)];
    }
    rows.into_iter()
        .filter_map(|row| in_words(hall, &looks, row))
        .collect()
}

/// A drawn row; `None` when it has no seat.
fn in_words(hall: &Hall, looks: &[SeatLook], row: u16) -> Option<String> {
    let mut groups: Vec<(String, Vec<u16>)> = Vec::new();
    let mut name = None;
    for no in hall.row(row) {
        let (Some(seat), Some(look)) = (hall.seat(*no), looks.get(no.index())) else {
            continue;
        };
        name.get_or_insert(seat.label.row());
        let what = plain::group(*look, category(hall, &seat.category));
        match groups.iter_mut().find(|(group, _)| *group == what) {
            Some((_, numbers)) => numbers.push(seat.label.number()),
            None => groups.push((what, vec![seat.label.number()])),
        }
    }
    // What can be had comes first.
    let is_free = |what: &str| what.starts_with(crate::tui::wording::look(SeatLook::Free('o')));
    groups.sort_by_key(|(what, _)| !is_free(what));
    let parts: Vec<String> = groups
        .iter_mut()
        .map(|(what, numbers)| {
            numbers.sort_unstable();
            plain::row_part(what, numbers)
        })
        .collect();
    name.map(|name| plain::row(name, &parts))
}

/// The category's name, unless it is the usual one.
pub(super) fn category<'a>(hall: &'a Hall, code: &str) -> Option<&'a str> {
    let all = &hall.layout.categories;
    let at = all.iter().position(|c| c.code == code)?;
    (at > 0).then(|| all[at].name.as_str())
}
