//! The booking being made: its seats and total, prices, and what the characters mean.

use houseful_core::money::Money;

use super::sheet::{Part, Sheet, columns_of};
use crate::tui::{hall::SeatLook, model::Model, seats::Seats, wording};

/// Beside the grid.
pub(super) fn draw_beside(model: &Model, seats: &Seats, sheet: &mut Sheet<'_>, part: Part) {
    let legend = legend(seats);
    let kinds = ticket_types(seats, part.width);
    let below = u16::try_from(legend.len() + kinds.len() + 1).unwrap_or(part.height);
    let room = part.height.saturating_sub(below);
    let mut y = part.y + draw_booking(model, seats, sheet, part, room);
    let theme = sheet.theme();
    y += 1;
    for (text, price) in legend {
        draw_line(sheet, part, y, &text, &price, theme.text());
        y += 1;
    }
    for line in kinds {
        draw_line(sheet, part, y, &line, "", theme.text());
        y += 1;
    }
}

/// Draws a line with an amount at its right end, inside the part.
fn draw_line(
    sheet: &mut Sheet<'_>,
    part: Part,
    y: u16,
    text: &str,
    amount: &str,
    style: ratatui::style::Style,
) {
    if y >= part.y + part.height {
        return;
    }
    let room = part.width.saturating_sub(columns_of(amount) + 1);
    sheet.clip(part.x, y, room, text, style);
    let x = part.x + part.width.saturating_sub(columns_of(amount) + 1);
    sheet.put(x, y, amount, style);
}

/// Seats and total in at most so many rows; gives how many were used.
fn draw_booking(model: &Model, seats: &Seats, sheet: &mut Sheet<'_>, part: Part, room: u16) -> u16 {
    let theme = sheet.theme();
    let count = seats.booking.as_ref().map_or(0, |b| b.lines.len());
    let heading = wording::booking(count, seats.asking.is_some());
    draw_line(sheet, part, part.y, &heading, "", theme.strong());
    let Some(booking) = &seats.booking else {
        let hint = if seats.asking.is_some() {
            ""
        } else {
            wording::NO_SEATS_YET
        };
        draw_line(sheet, part, part.y + 1, hint, "", theme.faint());
        return 2;
    };
    let alive = model.desk.alive(booking.hold_until.0);
    let style = if alive { theme.mine() } else { theme.waiting() };
    // Heading, count, fee and total are always there.
    let lines = usize::from(room.saturating_sub(4)).max(1);
    let all = booking.lines.len();
    let shown = if all <= lines {
        all
    } else {
        lines.saturating_sub(1)
    };
    let mut y = part.y + 1;
    for line in booking.lines.iter().take(shown) {
        let text = format!("{:<4} {}", line.seat, seats.type_name(&line.ticket_type));
        draw_line(sheet, part, y, &text, &line.price.plain(), style);
        y += 1;
    }
    if shown < all {
        draw_line(sheet, part, y, &wording::and_more(all - shown), "", style);
        y += 1;
    }
    let (fee, total) = (booking.fee, booking.total);
    draw_line(sheet, part, y, wording::FEE, &fee.plain(), theme.text());
    let label = wording::total(total.currency.code());
    draw_line(sheet, part, y + 1, &label, &total.plain(), theme.strong());
    y + 2 - part.y
}

/// Categories with their prices, and the other characters.
fn legend(seats: &Seats) -> Vec<(String, String)> {
    let categories = seats.hall.iter().flat_map(|h| &h.layout.categories);
    let mut lines: Vec<(String, String)> = categories
        .map(|category| {
            let price = seats.price_of(&category.code);
            (
                format!("{} {}", category.glyph, category.name.to_lowercase()),
                price.map_or_else(String::new, Money::plain),
            )
        })
        .collect();
    let glyph = SeatLook::glyph;
    let marks = [
        "w wheelchair  c carer".to_owned(),
        format!(
            "{} yours   {} asking",
            glyph(SeatLook::Mine),
            glyph(SeatLook::Asking)
        ),
        format!(
            "{} sold    {} held",
            glyph(SeatLook::Booked),
            glyph(SeatLook::Held)
        ),
        format!(
            "{} house   {} broken",
            glyph(SeatLook::House),
            glyph(SeatLook::Broken)
        ),
    ];
    lines.extend(marks.map(|line| (line, String::new())));
    lines
}

/// The keys of the ticket types, as many to a line as fit.
fn ticket_types(seats: &Seats, width: u16) -> Vec<String> {
    let types = seats.detail.iter().flat_map(|d| &d.ticket_types);
    let mut lines: Vec<String> = Vec::new();
    for kind in types {
        let text = format!("{}={}", kind.key, kind.name.to_lowercase());
        match lines.last_mut() {
            Some(line) if columns_of(line) + columns_of(&text) + 2 < width => {
                line.push(' ');
                line.push_str(&text);
            }
            _ => lines.push(text),
        }
    }
    lines
}

/// Under a wide grid: seats and total on one line, prices on the next.
pub(super) fn draw_under(seats: &Seats, sheet: &mut Sheet<'_>, part: Part) {
    let theme = sheet.theme();
    let first = match &seats.booking {
        Some(booking) => {
            let total = wording::total(booking.total.currency.code());
            format!(
                "{total} {}: {}",
                booking.total.plain(),
                wording::seat_list(&seats.labels())
            )
        }
        None => wording::NO_SEATS_YET.to_owned(),
    };
    sheet.clip(part.x + 1, part.y, part.width - 1, &first, theme.mine());
    let legend: Vec<String> = legend(seats)
        .into_iter()
        .map(|(text, price)| format!("{text} {price}").trim_end().to_owned())
        .collect();
    let legend = legend.join("  ");
    sheet.clip(
        part.x + 1,
        part.y + 1,
        part.width - 1,
        &legend,
        theme.faint(),
    );
}
