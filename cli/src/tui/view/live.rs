//! The live board of a show.

use houseful_core::{
    seat::{SeatLabel, SeatNo},
    wire::booking::Booking,
};

use super::{
    header_of_show, hold_time,
    sheet::{Part, Sheet, columns_of, fit, pad, window},
};
use crate::tui::{
    live::{Change, Live},
    local_time,
    model::Model,
    wording,
};

/// From this width on the changes stand beside the holds.
const WIDE: u16 = 110;
/// Lines above both: header, counts, blank.
const TOP: u16 = 3;

pub(super) fn draw(
    model: &Model,
    live: &Live,
    sheet: &mut Sheet<'_>,
    body: Part,
) -> Option<(u16, u16)> {
    let theme = sheet.theme();
    header_of_show(model, sheet, &live.show, wording::LIVE, body.width >= WIDE);
    let mut counts = match live.counts(model.desk.server_now()) {
        Some(counts) => wording::counts(counts),
        None if model.desk.link.down.is_some() => wording::NO_SERVER.to_owned(),
        None => wording::LOADING.to_owned(),
    };
    let status = live.board.as_ref().map_or(live.show.status, |b| b.status);
    if let Some(word) = wording::status_word(status) {
        counts = format!("{word}   {counts}");
    }
    sheet.put(1, 1, &counts, theme.strong());
    hold_time(model, sheet, 1);
    let height = body.height.saturating_sub(TOP);
    let (held, changes) = if body.width >= WIDE {
        let left = body.width * 3 / 5;
        (
            sheet.part(0, TOP, left, height),
            sheet.part(left + 1, TOP, body.width - left - 1, height),
        )
    } else {
        let below = (height / 3).max(3);
        let above = height - below;
        (
            sheet.part(0, TOP, body.width, above),
            sheet.part(0, TOP + above, body.width, below),
        )
    };
    draw_changes(live, sheet, changes);
    draw_held(model, live, sheet, held)
}

/// Who holds what, the soonest end first.
fn draw_held(model: &Model, live: &Live, sheet: &mut Sheet<'_>, part: Part) -> Option<(u16, u16)> {
    let theme = sheet.theme();
    let seats = live.held.iter().map(|b| b.lines.len()).sum();
    let width = part.width.saturating_sub(1);
    let heading = if live.loaded {
        wording::holds(live.held.len(), seats)
    } else {
        wording::label::HELD_NOW.to_owned()
    };
    sheet.clip(1, part.y, width, &heading, theme.strong());
    let mut y = part.y + 1;
    let end = part.y + part.height;
    if let Some(why) = &live.refused {
        sheet.clip(1, y, width, wording::HELD_REFUSED, theme.text());
        sheet.clip(1, y + 1, width, why, theme.alarm());
        y += 2;
    } else if !live.loaded {
        sheet.clip(1, y, width, wording::LOADING, theme.faint());
    }
    let room = usize::from(end.saturating_sub(y));
    let first = window(live.cursor, live.held.len(), room);
    let mut cursor = None;
    let lines = live.held.iter().enumerate().skip(first).take(room);
    for ((line, booking), y) in lines.zip(y..end) {
        let marked = line == live.cursor;
        let left = booking.hold_until.0.ms_since(model.desk.server_now());
        let style = match left {
            _ if marked => theme.strong(),
            ..=60_000 => theme.alarm(),
            _ => theme.text(),
        };
        sheet.clip(1, y, width, &held_line(model, booking, width), style);
        if marked {
            sheet.put(0, y, ">", theme.strong());
            cursor = Some((0, y));
        }
    }
    cursor
}

fn held_line(model: &Model, booking: &Booking, width: u16) -> String {
    let left = local_time::countdown(booking.hold_until.0, model.desk.server_now());
    let seats: Vec<_> = booking.lines.iter().map(|line| line.seat).collect();
    let holder = wording::holder(booking);
    let name = booking.contact.as_ref().and_then(|c| c.name.as_deref());
    // Left, state; then seats, holder and name share the rest.
    let rest = width.saturating_sub(6 + 5);
    let (seats_width, holder_width) = (rest * 2 / 5, rest * 2 / 5);
    format!(
        "{left} {} {} {} {}",
        wording::state_word(booking.state).to_lowercase(),
        pad(&wording::seat_list(&seats), seats_width),
        pad(&holder, holder_width),
        name.unwrap_or("")
    )
}

/// What changed, the newest first.
fn draw_changes(live: &Live, sheet: &mut Sheet<'_>, part: Part) {
    let theme = sheet.theme();
    let width = part.width.saturating_sub(2);
    sheet.clip(part.x + 1, part.y, width, wording::LATEST, theme.strong());
    if live.changes.is_empty() {
        let text = wording::NO_CHANGE_YET;
        sheet.clip(part.x + 1, part.y + 1, width, text, theme.faint());
    }
    let lines = live.changes.iter().zip(part.y + 1..part.y + part.height);
    for (change, y) in lines {
        let text = change_line(live, change, width);
        sheet.clip(part.x + 1, y, width, &text, theme.text());
    }
}

/// When, what, which seats and whose; where there is little room, many seats give way.
fn change_line(live: &Live, change: &Change, width: u16) -> String {
    let at = local_time::clock_with_seconds(change.at, &live.show.time_zone);
    let hall = live.hall.as_ref();
    let label = |no: &SeatNo| hall.and_then(|h| h.seat(*no)).map(|seat| seat.label);
    let seats: Vec<SeatLabel> = change.seats.iter().filter_map(label).collect();
    let what = format!("{at}  {:<10}  ", wording::became(change.mark));
    let by = wording::changed_by(change.by.as_ref());
    let room = width.saturating_sub(columns_of(&what) + columns_of(&by));
    format!(
        "{what}{}{by}",
        fit(&wording::seat_list(&seats), room.max(8))
    )
}
