//! The last three lines: a message or readout, and the keys of this place from the key table, with
//! the connection at the bottom right.

use super::sheet::{Sheet, columns_of};
use crate::tui::{keymap::BoundLine, model::Model, msg::Hit, wording};

/// Draws the footer; gives the place of the cursor when it is there.
pub(super) fn draw(model: &Model, sheet: &mut Sheet<'_>) -> Option<(u16, u16)> {
    let theme = sheet.theme();
    let (width, height) = (sheet.width(), sheet.height());
    let cursor = quick_line(model, sheet, height - 3);
    let below = u16::from(cursor.is_some());
    let link = link_state(model);
    let link_width = columns_of(&link) + 1;
    let second = width - link_width.min(width);
    if below == 1 && model.desk.notice.is_some() {
        draw_keys(model, sheet, height - 1, [second, 0]);
    } else {
        draw_keys(model, sheet, height - 2, [width, second]);
    }
    let state = &model.desk.link;
    let trouble = state.down.is_some()
        || state.feed_down_at.is_some()
        || state.silent_since(model.desk.now).is_some();
    let style = if trouble {
        theme.alarm()
    } else {
        theme.faint()
    };
    sheet.right(height - 1, &format!("{link} "), style);
    cursor
}

/// Draws the message, over whatever lies there. Beside the quick line it takes the place of keys.
pub(super) fn draw_notice(model: &Model, sheet: &mut Sheet<'_>) {
    let Some(notice) = &model.desk.notice else {
        return;
    };
    let below = u16::from(model.desk.quick.typed.is_some());
    let (width, y) = (sheet.width(), sheet.height().saturating_sub(3 - below));
    let line = sheet.part(0, y, width, 1);
    sheet.clear(line);
    sheet.clip(
        1,
        y,
        width.saturating_sub(1),
        notice,
        sheet.theme().strong(),
    );
}

/// The quick line while it is typed, with the part around its cursor.
fn quick_line(model: &Model, sheet: &mut Sheet<'_>, y: u16) -> Option<(u16, u16)> {
    let typed = model.desk.quick.typed.as_ref()?;
    let (theme, width) = (sheet.theme(), sheet.width());
    let whole = sheet.part(0, y, width, 1);
    sheet.clear(whole);
    sheet.put(1, y, wording::QUICK, theme.key());
    let left = 1 + columns_of(wording::QUICK);
    let x = sheet.field(left, y, width.saturating_sub(left + 1), typed);
    Some((x, y))
}

/// The keys that have a label, in the order of the table, on two lines of these widths. Where they
/// do not all fit, those that the table can do without the soonest are left out.
fn draw_keys(model: &Model, sheet: &mut Sheet<'_>, top: u16, widths: [u16; 2]) {
    let theme = sheet.theme();
    let mut all: Vec<&BoundLine> = model
        .keymap
        .footer(model.place())
        .filter(|line| model.offers(line.action))
        .collect();
    let places = loop {
        if let Some(places) = placed(&all, widths) {
            break places;
        }
        // The last of the least important goes.
        let least = all.iter().map(|line| line.rank).max();
        let Some(at) = all.iter().rposition(|line| Some(line.rank) == least) else {
            return;
        };
        all.remove(at);
    };
    for (line, (x, below)) in all.iter().zip(places) {
        let y = top + u16::from(below);
        let key = columns_of(&line.shown);
        sheet.put(x, y, &line.shown, theme.key());
        sheet.put(x + key + 1, y, line.label, theme.text());
        if let Some(key) = line.first_key() {
            sheet.hit(x, y, width_of(line), Hit::Key(key));
        }
    }
}

/// Columns of a key with its label.
fn width_of(line: &BoundLine) -> u16 {
    columns_of(&line.shown) + 1 + columns_of(line.label)
}

/// The column of each, and whether it is on the second line; `None` when they do not fit.
fn placed(lines: &[&BoundLine], widths: [u16; 2]) -> Option<Vec<(u16, bool)>> {
    let (mut x, mut below) = (1, false);
    let mut places = Vec::new();
    for line in lines {
        let needed = width_of(line);
        if !below && x + needed > widths[0].saturating_sub(1) {
            (x, below) = (1, true);
        }
        if below && x + needed > widths[1].saturating_sub(1) {
            return None;
        }
        places.push((x, below));
        x += needed + 2;
    }
    Some(places)
}

/// How fresh what is on the screen is: `42 ms, live`, or since when nothing comes.
pub(super) fn link_state(model: &Model) -> String {
    let link = &model.desk.link;
    let now = model.desk.now;
    match (link.heard_at, &link.down) {
        (None, None) => wording::CONNECTING.to_owned(),
        (None, Some(_)) => wording::NEVER_REACHED.to_owned(),
        (Some(at), Some(_)) => wording::offline(at, now),
        (Some(_), None) => match (
            link.silent_since(now),
            link.feed_down_at,
            link.old_since(now).filter(|_| model.can_age()),
        ) {
            (Some(since), ..) => wording::no_answer(since, now),
            (None, Some(since), _) => wording::feed_down(since, now),
            (None, None, Some(since)) => wording::heard_ago(since, now),
            (None, None, None) => wording::round_trip(link.round_trip_ms, link.feed),
        },
    }
}
