//! The last three lines: a message or readout, and the keys of this place from the key table, with
//! the connection at the bottom right.

use super::sheet::{Sheet, columns_of};
use crate::tui::{desk::Feed, model::Model, wording};

/// Draws the footer; gives the place of the cursor when it is there.
pub(super) fn draw(model: &Model, sheet: &mut Sheet<'_>) -> Option<(u16, u16)> {
    let theme = sheet.theme();
    let (width, height) = (sheet.width(), sheet.height());
    let cursor = quick_line(model, sheet, height - 3);
    // Beside the quick line a message takes the place of keys.
    let below = u16::from(cursor.is_some());
    if let Some(notice) = &model.desk.notice {
        let y = height - 3 + below;
        sheet.clip(1, y, width - 1, notice, theme.strong());
    }
    let link = link_state(model);
    let link_width = columns_of(&link) + 1;
    let second = width - link_width.min(width);
    if below == 1 && model.desk.notice.is_some() {
        draw_keys(model, sheet, height - 1, [second, 0]);
    } else {
        draw_keys(model, sheet, height - 2, [width, second]);
    }
    let style = if model.desk.link.down.is_some() {
        theme.alarm()
    } else {
        theme.faint()
    };
    sheet.right(height - 1, &format!("{link} "), style);
    cursor
}

/// The quick line while it is typed, with the part around its cursor.
fn quick_line(model: &Model, sheet: &mut Sheet<'_>, y: u16) -> Option<(u16, u16)> {
    let typed = model.desk.quick.typed.as_ref()?;
    let (theme, width) = (sheet.theme(), sheet.width());
    let whole = sheet.part(0, y, width, 1);
    sheet.clear(whole);
    sheet.put(1, y, wording::QUICK, theme.key());
    let left = 1 + columns_of(wording::QUICK);
    let room = usize::from(width.saturating_sub(left + 1));
    let hidden = typed.visual_scroll(room);
    let mut columns = 0;
    let shown: String = typed
        .value()
        .chars()
        .skip_while(|c| {
            let before = columns;
            columns += unicode_width::UnicodeWidthChar::width(*c).unwrap_or(0);
            before < hidden
        })
        .collect();
    sheet.put(left, y, &shown, theme.text());
    let at = typed.visual_cursor().saturating_sub(hidden);
    let x = left.saturating_add(u16::try_from(at).unwrap_or(0));
    Some((x.min(width.saturating_sub(1)), y))
}

/// The keys that have a label, in the order of the table, on two lines of these widths.
fn draw_keys(model: &Model, sheet: &mut Sheet<'_>, top: u16, widths: [u16; 2]) {
    let theme = sheet.theme();
    let (mut x, mut line) = (1, 0);
    for binding in model.keymap.footer(model.place()) {
        let needed = columns_of(&binding.shown) + 1 + columns_of(binding.label);
        if x + needed > widths[line].saturating_sub(1) {
            if line == 1 {
                return;
            }
            (x, line) = (1, 1);
        }
        let y = top + u16::from(line == 1);
        sheet.put(x, y, &binding.shown, theme.key());
        x += columns_of(&binding.shown) + 1;
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
