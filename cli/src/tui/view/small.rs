//! A window that is too small gets sentences instead of a view; the hold's time stays on it.

use super::sheet::Sheet;
use crate::tui::{
    local_time,
    model::{Model, WINDOW_MIN},
    overlay::Overlay,
    wording,
};

pub(super) fn draw(model: &Model, sheet: &mut Sheet<'_>) {
    let theme = sheet.theme();
    let mut lines = Vec::new();
    if let Some(booking) = model.counted() {
        let seats: Vec<_> = booking.lines.iter().map(|line| line.seat).collect();
        let left = local_time::countdown(booking.hold_until.0, model.desk.server_now());
        lines.push((format!("{left} {}", wording::LEFT), theme.strong()));
        lines.push((wording::on_hold(&seats), theme.text()));
    }
    let size = wording::too_small(WINDOW_MIN, (sheet.width(), sheet.height()));
    lines.extend(size.into_iter().map(|line| (line, theme.text())));
    if let Some(notice) = &model.desk.notice {
        lines.insert(0, (notice.clone(), theme.alarm()));
    }
    // A window of any size tells that the seats are gone.
    if let Some(Overlay::HoldOver { what, .. }) = model.desk.overlays.last() {
        lines.insert(0, (what.clone(), theme.alarm()));
    }
    for (y, (line, style)) in (0..).zip(lines) {
        sheet.put(0, y, &line, style);
    }
}
