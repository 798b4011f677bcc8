//! The last three lines: a message or readout, and the keys of this place from the key table, with
//! the connection at the bottom right.

use super::sheet::{Sheet, columns_of};
use crate::tui::{desk::Feed, keymap, model::Model, wording};

pub(super) fn draw(model: &Model, sheet: &mut Sheet<'_>) {
    let theme = sheet.theme();
    let (width, height) = (sheet.width(), sheet.height());
    if let Some(notice) = &model.desk.notice {
        sheet.clip(1, height - 3, width - 1, notice, theme.strong());
    }
    let link = link_state(model);
    let link_width = columns_of(&link) + 1;
    draw_keys(
        model,
        sheet,
        height - 2,
        [width, width - link_width.min(width)],
    );
    let style = if model.desk.link.down.is_some() {
        theme.alarm()
    } else {
        theme.faint()
    };
    sheet.right(height - 1, &format!("{link} "), style);
}

/// The keys that have a label, in the order of the table, on two lines of these widths.
fn draw_keys(model: &Model, sheet: &mut Sheet<'_>, top: u16, widths: [u16; 2]) {
    let theme = sheet.theme();
    let (mut x, mut line) = (1, 0);
    for binding in keymap::footer(model.place()).filter(|b| model.offers(b.action)) {
        let needed = columns_of(binding.shown) + 1 + columns_of(binding.label);
        if x + needed > widths[line].saturating_sub(1) {
            if line == 1 {
                return;
            }
            (x, line) = (1, 1);
        }
        let y = top + u16::from(line == 1);
        sheet.put(x, y, binding.shown, theme.key());
        x += columns_of(binding.shown) + 1;
        sheet.put(x, y, binding.label, theme.text());
        x += columns_of(binding.label) + 2;
    }
}

/// How fresh what is on the screen is: `42 ms, live`, or since when there is no answer.
pub(super) fn link_state(model: &Model) -> String {
    let link = &model.desk.link;
    let now = model.desk.now;
    match (link.heard_at, &link.down) {
        (None, None) => wording::CONNECTING.to_owned(),
        (None, Some(_)) => wording::NEVER_REACHED.to_owned(),
        (Some(at), Some(_)) => wording::offline(at, now),
        (Some(_), None) => {
            let feed = match link.feed {
                Feed::Off => "",
                Feed::Opening => ", opening",
                Feed::Live => ", live",
                Feed::Down => ", not live",
            };
            format!("{} ms{feed}", link.round_trip_ms)
        }
    }
}
