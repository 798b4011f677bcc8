//! Seats that the live board lies over.

use super::returned;
use crate::tui::{
    model::{Model, View},
    overlay::Overlay,
    seats::Seats,
};

/// The seats that the live board lies over: what is held or asked for goes on there.
pub(super) fn seats(above: &mut [View]) -> impl Iterator<Item = &mut Seats> {
    let below = match above.split_last_mut() {
        Some((View::Live(_), below)) => below,
        _ => &mut [],
    };
    below.iter_mut().filter_map(|view| match view {
        View::Seats(seats) => Some(&mut **seats),
        _ => None,
    })
}

/// A dialog about seats comes up over the seats, not over the board that was looked at meanwhile.
pub(super) fn uncover_seats(model: &mut Model) {
    let dialog = model.desk.overlays.last();
    let is_about_seats = matches!(
        dialog,
        Some(Overlay::HoldOver { .. } | Overlay::LostRace { .. } | Overlay::Override { .. })
    );
    let is_seats = |view: &View| matches!(view, View::Seats(_));
    if let (true, Some(View::Live(_)), Some(at)) = (
        is_about_seats,
        model.above.last(),
        model.above.iter().rposition(is_seats),
    ) {
        model.above.truncate(at + 1);
        model.desk.unwatch();
        returned(model);
    }
}
