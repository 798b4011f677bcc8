//! The live board, in words: who holds what, and what changes.

use super::talk::Talk;
use crate::tui::{
    live::Live,
    model::Model,
    wording::{self, plain},
};

/// Whether the board has to be known before anything is said.
pub(super) fn awaits(live: &Live) -> bool {
    live.refused.is_none() && (!live.loaded || live.board.is_none() || live.hall.is_none())
}

/// Counts, and everybody who holds seats.
pub(super) fn tell(model: &Model, live: &Live, talk: &mut Talk) -> Vec<String> {
    let now = model.desk.server_now();
    let mut lines = vec![plain::board_of(&live.show.title)];
    lines.extend(live.counts(now).map(plain::counts));
    lines.extend(live.refused.as_deref().map(plain::sentence));
    if live.held.is_empty() {
        lines.push(plain::sentence(wording::NOBODY_HOLDS));
    }
    let held = live.held.iter().map(|booking| {
        let seats: Vec<_> = booking.lines.iter().map(|l| l.seat).collect();
        let left = booking.hold_until.0.seconds_left(now);
        let by = plain::held_by(&wording::holder(booking), left);
        format!("{}: {by}", wording::seat_list(&seats))
    });
    lines.extend(talk.list(held.collect()));
    lines.extend(talk.more_hint().map(str::to_owned));
    lines
}

/// What changed since it was told.
pub(super) fn news(was: &Live, is: &Live) -> Vec<String> {
    let Some(hall) = &is.hall else {
        return Vec::new();
    };
    let newest = was.changes.front();
    let fresh = is
        .changes
        .iter()
        .take_while(|change| Some(*change) != newest);
    let mut lines: Vec<String> = fresh
        .map(|change| {
            let seats = change.seats.iter().filter_map(|no| hall.seat(*no));
            let labels: Vec<_> = seats.map(|seat| seat.label).collect();
            plain::became(&wording::seat_list(&labels), wording::became(change.mark))
        })
        .collect();
    lines.reverse();
    lines
}
