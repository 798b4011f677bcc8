//! Overlays: a box in the middle, over whatever lies below.

use houseful_core::wire::problem::SeatFact;
use ratatui::style::Style;

use super::sheet::{Part, Sheet, columns_of, pad};
use crate::tui::{
    help::Help,
    keymap::{BoundLine, Keymap},
    msg::Hit,
    overlay::{Leaving, Overlay},
    wording,
};

/// Longer lines are hard to read; only what stands on one line may need more.
const WIDTH_MAX: u16 = 64;

type Line = (String, Style);

/// Draws an overlay into the middle of a part of the screen, or of all of it if it needs more;
/// gives the place of the cursor.
pub(super) fn draw(
    overlay: &Overlay,
    keymap: &Keymap,
    sheet: &mut Sheet<'_>,
    part: Part,
) -> Option<(u16, u16)> {
    let theme = sheet.theme();
    let keys: Vec<&BoundLine> = keymap
        .help(overlay.place())
        .filter(|line| !line.label.is_empty())
        .collect();
    let help = |line: &&BoundLine| wording::help_line(&keymap.say(line.help), line);
    let help: Vec<String> = keys.iter().map(help).collect();
    // Sentences are wrapped; what a key does stands on one line, and is worth covering something for.
    let least = help.iter().map(|line| columns_of(line)).max().unwrap_or(0) + 4;
    let whole = sheet.part(0, 0, sheet.width(), sheet.height());
    let room_in = |part: &Part| part.width.saturating_sub(4);
    let part = if room_in(&part) < least { whole } else { part };
    let width = room_in(&part).min(WIDTH_MAX.max(least));
    let inner = width.saturating_sub(4);
    let mut lines = sentences(overlay, keymap, inner, sheet);
    let room = usize::from(sheet.height().saturating_sub(4));
    lines.push((String::new(), theme.text()));
    let first_key = lines.len();
    lines.extend(help.into_iter().map(|line| (line, theme.text())));
    lines.truncate(room);
    let height = u16::try_from(lines.len()).unwrap_or(0) + 2;
    let part = if height > part.height {
        sheet.part(part.x, 0, part.width, sheet.height())
    } else {
        part
    };
    let (x, y) = draw_box(sheet, part, width, &lines);
    let rows = (y + 1..)
        .skip(first_key)
        .take(lines.len().saturating_sub(first_key));
    for (line, row) in keys.iter().zip(rows) {
        if let Some(key) = line.first_key() {
            sheet.hit(x, row, width, Hit::Key(key));
        }
    }
    Some((x + 2, y + 1))
}

/// Draws the page of keys above the footer, which names the keys of the page itself.
pub(super) fn draw_help(
    help: Help,
    keymap: &Keymap,
    sheet: &mut Sheet<'_>,
    part: Part,
) -> Option<(u16, u16)> {
    let theme = sheet.theme();
    let page = help.page(keymap, (sheet.width(), sheet.height()));
    let shown = page.rows.iter().skip(page.top).take(page.room);
    let heading = if page.scrolls() {
        let last = page.rows.len().min(page.top + page.room);
        wording::keys_here(page.top + 1, last, page.rows.len())
    } else {
        wording::KEYS_HERE.to_owned()
    };
    let half = page.width.saturating_sub(4) / 2;
    let mut lines = vec![(heading, theme.strong())];
    lines.extend(shown.map(|row| {
        let text = match &row[..] {
            [left, right] => format!("{}{right}", pad(left, half)),
            one => one.concat(),
        };
        (text, theme.text())
    }));
    let (x, y) = draw_box(sheet, part, page.width, &lines);
    Some((x + 2, y + 1))
}

/// Draws a box into the middle of a part of the screen; gives its left and top.
pub(super) fn draw_box(
    sheet: &mut Sheet<'_>,
    part: Part,
    width: u16,
    lines: &[Line],
) -> (u16, u16) {
    let theme = sheet.theme();
    let height = u16::try_from(lines.len()).unwrap_or(0) + 2;
    let x = part.x + part.width.saturating_sub(width) / 2;
    let y = part.y + part.height.saturating_sub(height) / 2;
    sheet.clear(Part {
        x,
        y,
        width,
        height,
    });
    let edge = format!("+{}+", "-".repeat(usize::from(width.saturating_sub(2))));
    sheet.put(x, y, &edge, theme.strong());
    for (row, (text, style)) in (y + 1..).zip(lines) {
        sheet.put(x, row, "|", theme.strong());
        sheet.clip(x + 2, row, width.saturating_sub(4), text, *style);
        sheet.put(x + width.saturating_sub(1), row, "|", theme.strong());
    }
    sheet.put(x, y + height - 1, &edge, theme.strong());
    (x, y)
}

/// What an overlay says, wrapped.
fn sentences(overlay: &Overlay, keymap: &Keymap, width: u16, sheet: &Sheet<'_>) -> Vec<Line> {
    let theme = sheet.theme();
    let mut lines = Vec::new();
    let mut say = |text: &str, style: Style| {
        lines.extend(
            wrap(&keymap.say(text), width)
                .into_iter()
                .map(|line| (line, style)),
        );
    };
    match overlay {
        Overlay::Help(_) => {}
        Overlay::AskRelease { seats, then } => {
            let quit = *then == Leaving::Quit;
            say(&wording::ask_release(seats, quit), theme.strong());
        }
        Overlay::AskGiveUp { seats } => say(&wording::ask_give_up(seats), theme.strong()),
        Overlay::AskCash { given, total } => {
            say(&wording::ask_cash(*given, *total), theme.strong());
        }
        Overlay::AskRefund { what, reason } => {
            say(what, theme.strong());
            for at in 0..wording::REFUND_REASONS.len() {
                let style = if *reason == Some(at) {
                    theme.mine()
                } else {
                    theme.text()
                };
                lines.push((wording::refund_reason(at, *reason), style));
            }
        }
        Overlay::AskGiveBack(form) => {
            say(wording::GIVE_BACK_WHICH, theme.strong());
            for at in around(form.at, form.seats.len()) {
                let style = if form.at == at {
                    theme.mine()
                } else {
                    theme.text()
                };
                lines.push((wording::give_back_seat(form, at), style));
            }
            lines.push((wording::give_back_sum(&form.quote), theme.strong()));
            for at in 0..houseful_core::refund::RefundReason::ALL.len() {
                lines.push((
                    wording::give_back_reason_line(at, form.reason),
                    theme.text(),
                ));
            }
        }
        Overlay::AskApprove { what } => say(what, theme.strong()),
        Overlay::AskResolve => {
            say(wording::RESOLVE_WHICH, theme.strong());
            for at in 0..houseful_core::wire::desk::CaseHow::ALL.len() {
                lines.push((wording::resolve_line(at), theme.text()));
            }
            lines.extend(
                wrap(wording::RESOLVE_MOVES_NOTHING, width)
                    .into_iter()
                    .map(|line| (line, theme.faint())),
            );
        }
        Overlay::AskLeave => say(wording::ASK_LEAVE, theme.strong()),
        Overlay::LostRace {
            what,
            lost,
            kept,
            next_best,
            relaxed,
        } => {
            say(what, theme.alarm());
            for fact in lost.iter().take(4) {
                say(&fact_line(fact), theme.text());
            }
            if !kept.is_empty() {
                say(&wording::still_yours(kept), theme.mine());
            }
            let seats: Vec<_> = next_best.iter().map(|w| w.seat).collect();
            say(&wording::next_best(&seats, kept, relaxed), theme.strong());
        }
        Overlay::Override { what, .. } => say(what, theme.alarm()),
        Overlay::HoldOver { what, seats } => {
            say(what, theme.alarm());
            let seats: Vec<_> = seats.iter().map(|(seat, _)| *seat).collect();
            if !seats.is_empty() {
                say(&wording::had_seats(&seats), theme.text());
            }
        }
        Overlay::Trouble { what, hint, code } => {
            say(what, theme.alarm());
            if let Some(hint) = hint {
                say(hint, theme.text());
            }
            say(&wording::code(code), theme.faint());
        }
    }
    lines
}

/// As many seats as are drawn of a list.
const SEATS_DRAWN: usize = 6;

/// The part of a list around its mark.
fn around(at: usize, count: usize) -> std::ops::Range<usize> {
    let first = at.saturating_sub(SEATS_DRAWN / 2);
    let first = first.min(count.saturating_sub(SEATS_DRAWN));
    first..count.min(first + SEATS_DRAWN)
}

fn fact_line(fact: &SeatFact) -> String {
    wording::seat_fact(&fact.seat, &fact.why)
}

/// Breaks text between words.
pub(super) fn wrap(text: &str, width: u16) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if columns_of(line) + 1 + columns_of(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
