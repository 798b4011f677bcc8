//! The palette: a box over the view with a field and the lines that fit.

use super::{
    FOOTER_ROWS,
    dialogs::draw_box,
    sheet::{Sheet, columns_of, pad, window},
};
use crate::tui::{model::Model, msg::Hit, palette::Palette, wording};

/// The most lines that are drawn.
const LINES_MAX: usize = 14;

/// Draws the palette; gives the place of the cursor.
pub(super) fn draw(model: &Model, palette: &Palette, sheet: &mut Sheet<'_>) -> Option<(u16, u16)> {
    let theme = sheet.theme();
    let width = sheet.width().saturating_sub(4).min(60);
    let inner = width.saturating_sub(4);
    let doings = palette.doings(&model.keymap);
    let room = usize::from(sheet.height().saturating_sub(7)).min(LINES_MAX);
    let first = window(palette.cursor, doings.len(), room);
    let mut lines = vec![(wording::PALETTE.to_owned(), theme.key())];
    for (at, doing) in doings.iter().enumerate().skip(first).take(room) {
        let here = at == palette.cursor;
        let key = columns_of(&doing.shown).min(inner / 2);
        let words = pad(
            &model.keymap.say(&doing.words),
            inner.saturating_sub(key + 3),
        );
        let mark = if here { '>' } else { ' ' };
        let style = if here { theme.marked() } else { theme.text() };
        lines.push((format!("{mark} {words} {}", doing.shown), style));
    }
    if doings.is_empty() {
        lines.push((wording::NOTHING_TO_DO.to_owned(), theme.faint()));
    }
    // The box keeps its height while letters are typed.
    lines.resize(room + 1, (String::new(), theme.text()));
    // The footer names the keys of the palette; it stays in view.
    let above = sheet.height().saturating_sub(FOOTER_ROWS);
    let body = sheet.part(0, 0, sheet.width(), above);
    let (x, y) = draw_box(sheet, body, width, &lines);
    for (row, at) in (y + 2..).zip(first..doings.len()).take(room) {
        sheet.hit(x, row, width, Hit::Doing(at));
    }
    let left = x + 3 + columns_of(wording::PALETTE);
    let typed_at = sheet.field(
        left,
        y + 1,
        (x + width).saturating_sub(left + 2),
        &palette.typed,
    );
    Some((typed_at, y + 1))
}
