//! The booking being made: its seats and total, prices, and what the characters mean.

use houseful_core::{money::Money, wire::booking::Booking};
use ratatui::style::Style;

use super::{
    grid::Scene,
    sheet::{Part, Sheet, columns_of},
};
use crate::tui::{
    hall::Hall,
    local_time,
    seats::{Happening, OFFERS, OFFERS_WIDTH, Seats, Zoom},
    wording,
};

/// From this width on there is room for more than the least.
pub(super) const WIDE: u16 = OFFERS_WIDTH;

/// Beside the grid; gives the lines it took.
pub(super) fn draw_beside(scene: &Scene<'_>, sheet: &mut Sheet<'_>, part: Part) -> u16 {
    let legend = legend(scene, part.width >= WIDE);
    let kinds = ticket_types(scene.seats, part.width);
    let below = u16::try_from(legend.len() + kinds.len() + 1).unwrap_or(part.height);
    // What is bought comes before what it might cost.
    let lines = scene.seats.booking.as_ref().map_or(0, |b| b.lines.len());
    let needed = u16::try_from(lines + 4).unwrap_or(part.height);
    let room = part
        .height
        .saturating_sub(below)
        .max(needed.min(part.height));
    let mut y = part.y + draw_booking(scene, sheet, part, room) + 1;
    let theme = sheet.theme();
    for (text, price) in legend {
        draw_line(sheet, part, y, &text, &price, theme.text());
        y += 1;
    }
    for line in kinds {
        draw_line(sheet, part, y, &line, "", theme.text());
        y += 1;
    }
    // The line that keeps what follows apart has none of its own where there is no room.
    (y - part.y).min(part.height.saturating_sub(1))
}

/// Draws a line with an amount at its right end, inside the part.
fn draw_line(sheet: &mut Sheet<'_>, part: Part, y: u16, text: &str, amount: &str, style: Style) {
    if y >= part.y + part.height {
        return;
    }
    let room = part.width.saturating_sub(columns_of(amount) + 1);
    sheet.clip(part.x, y, room, text, style);
    let x = part.x + part.width.saturating_sub(columns_of(amount) + 1);
    sheet.put(x, y, amount, style);
}

/// Seats and total in at most so many rows; gives how many were used.
fn draw_booking(scene: &Scene<'_>, sheet: &mut Sheet<'_>, part: Part, room: u16) -> u16 {
    let theme = sheet.theme();
    let seats = scene.seats;
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
    let alive = scene.desk.alive(booking.hold_until.0);
    let style = if alive { theme.mine() } else { theme.waiting() };
    // Heading, count, fee and total are always there.
    let lines = usize::from(room.saturating_sub(4)).max(1);
    let mut rows: Vec<(String, String)> =
        booking_lines(seats, booking, part.width >= WIDE).collect();
    if rows.len() > lines {
        rows = kinds_of_tickets(seats, booking, part.width);
    }
    let left_out = rows.len().saturating_sub(lines);
    if left_out > 0 {
        rows.truncate(lines - 1);
        rows.push((wording::AND_MORE_LINES.to_owned(), String::new()));
    }
    let mut y = part.y + 1;
    for (text, price) in rows {
        draw_line(sheet, part, y, &text, &price, style);
        y += 1;
    }
    let (fee, total) = (booking.fee, booking.total);
    draw_line(sheet, part, y, wording::FEE, &fee.plain(), theme.text());
    let label = wording::total(total.currency.code());
    draw_line(sheet, part, y + 1, &label, &total.plain(), theme.strong());
    y += 2;
    for tax in &booking.taxes {
        if y + 1 >= part.y + room {
            break;
        }
        let amount = Money::new(tax.tax_minor, total.currency).plain();
        draw_line(sheet, part, y, &wording::tax(tax), &amount, theme.faint());
        y += 1;
    }
    y - part.y
}

/// Each seat with its ticket type and price; with its category where there is room.
fn booking_lines<'a>(
    seats: &'a Seats,
    booking: &'a Booking,
    wide: bool,
) -> impl Iterator<Item = (String, String)> + 'a {
    booking.lines.iter().map(move |line| {
        let kind = seats.type_name(&line.ticket_type);
        let text = if wide {
            let category = category_of(seats, &line.category);
            format!("{:<5} {} {category}", line.seat, super::sheet::pad(kind, 9))
        } else {
            format!("{:<4} {kind}", line.seat)
        };
        (text, line.price.plain())
    })
}

/// How many of each ticket type, and where they sit, in fewer lines than there are seats.
fn kinds_of_tickets(seats: &Seats, booking: &Booking, width: u16) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for kind in booking.lines.iter().map(|line| line.ticket_type.as_str()) {
        if seen.contains(&kind) {
            continue;
        }
        seen.push(kind);
        let of_kind = || booking.lines.iter().filter(|l| l.ticket_type == kind);
        let labels: Vec<_> = of_kind().map(|line| line.seat).collect();
        let count = format!("{} {}", labels.len(), seats.type_name(kind));
        let list = wording::seat_list(&labels);
        let words = std::iter::once(count).chain(list.split(' ').map(str::to_owned));
        let lines = flowed(words, " ", width.saturating_sub(1));
        rows.extend(lines.into_iter().map(|line| (line, String::new())));
    }
    rows
}

fn category_of(seats: &Seats, code: &str) -> String {
    let categories = seats.hall.iter().flat_map(|h| &h.layout.categories);
    categories
        .into_iter()
        .find(|c| c.code == code)
        .map_or_else(|| code.to_owned(), |c| c.name.to_lowercase())
}

/// Categories with their prices, and the other characters.
fn legend(scene: &Scene<'_>, wide: bool) -> Vec<(String, String)> {
    let hall = scene.picture.hall;
    let mut lines = prices(scene, wide);
    if wide {
        lines.insert(0, (wording::PRICES.to_owned(), String::new()));
        lines.push((String::new(), String::new()));
        lines.push((wording::KEY.to_owned(), String::new()));
    }
    let places = places(hall).map(str::to_owned).into_iter();
    let marks = places.chain(wording::marks(scene.arranged.zoom));
    lines.extend(marks.map(|line| (line, String::new())));
    lines
}

/// Categories with their prices, or that they are sold out.
fn prices(scene: &Scene<'_>, wide: bool) -> Vec<(String, String)> {
    let (hall, picture) = (scene.picture.hall, scene.picture);
    let categories = hall.layout.categories.iter().enumerate();
    let lines = categories.map(|(at, category)| {
        let name = category.name.to_lowercase();
        let text = match (scene.arranged.zoom, at) {
            (Zoom::Four, 0) => format!("  8 {name}"),
            (Zoom::Four, _) => format!("{} 8 {name}", category.glyph),
            _ => format!("{} {name}", category.glyph),
        };
        let price = scene.seats.price_of(&category.code).map(Money::plain);
        let price = price.unwrap_or_default();
        let free = picture.free_of(category.glyph);
        let sold_out = free == 0 && hall.count_of(category.glyph) > 0;
        let amount = match (sold_out, wide) {
            (true, _) => wording::SOLD_OUT.to_owned(),
            (false, true) => format!("{price} {:>9}", wording::free_seats(free)),
            (false, false) => price,
        };
        (text, amount)
    });
    lines.collect()
}

fn places(hall: &Hall) -> Option<&'static str> {
    wording::places(hall.count_of('w') > 0, hall.count_of('c') > 0)
}

/// The keys of the ticket types, as many to a line as fit.
fn ticket_types(seats: &Seats, width: u16) -> Vec<String> {
    let types = seats.detail.iter().flat_map(|d| &d.ticket_types);
    let texts = types.map(|kind| format!("{}={}", kind.key, kind.name.to_lowercase()));
    flowed(texts, " ", width.saturating_sub(1))
}

/// Texts one after the other, on as many lines as needed.
fn flowed(texts: impl Iterator<Item = String>, gap: &str, width: u16) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for text in texts {
        match lines.last_mut() {
            Some(line) if columns_of(line) + columns_of(gap) + columns_of(&text) <= width => {
                line.push_str(gap);
                line.push_str(&text);
            }
            _ => lines.push(text),
        }
    }
    lines
}

/// Under a wide grid: seats and total on one line, prices and characters below.
pub(super) fn draw_under(scene: &Scene<'_>, sheet: &mut Sheet<'_>, part: Part) {
    let theme = sheet.theme();
    let first = match &scene.seats.booking {
        Some(booking) => {
            let heading = wording::booking(booking.lines.len(), scene.seats.asking.is_some());
            let total = wording::total(booking.total.currency.code());
            format!(
                "{heading}  {total} {}: {}",
                booking.total.plain(),
                wording::seat_list(&scene.seats.labels())
            )
        }
        None => wording::NO_SEATS_YET.to_owned(),
    };
    let room = part.width.saturating_sub(2);
    sheet.clip(part.x + 1, part.y, room, &first, theme.mine());
    let prices = prices(scene, false).into_iter();
    let prices = prices.map(|(text, price)| format!("{} {price}", text.trim_start()));
    let places = places(scene.picture.hall).map(str::to_owned).into_iter();
    let marks = wording::marks(scene.arranged.zoom);
    let marks =
        places.chain(marks.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")));
    let mut lines = flowed(prices.chain(marks), "  ", room);
    let others = scene.seats.others.recent().map(|h| happened(scene, h));
    lines.extend(flowed(others, "   ", room).into_iter().take(1));
    for (y, line) in (part.y + 1..part.y + part.height).zip(lines) {
        sheet.clip(part.x + 1, y, room, &line, theme.faint());
    }
}

/// What `b` would bring, as far as this screen knows; gives the lines it took.
pub(super) fn draw_offers(scene: &Scene<'_>, sheet: &mut Sheet<'_>, part: Part) -> u16 {
    let Some(wish) = scene.seats.next_wish() else {
        return 0;
    };
    if part.height < OFFERS + 4 {
        return 0;
    }
    let theme = sheet.theme();
    let heading = wording::next_offers(wish.seats);
    sheet.clip(part.x, part.y, part.width, &heading, theme.strong());
    let offers = scene.seats.offers();
    for ((y, nth), (seats, relaxed)) in (part.y + 1..).zip(1..).zip(offers) {
        let line = wording::next_offer(nth, seats, relaxed);
        sheet.clip(part.x, y, part.width.saturating_sub(1), &line, theme.text());
    }
    1 + u16::try_from(offers.len()).unwrap_or(0)
}

/// What other people did to this show, the newest first. Where there is little room only when
/// they did something.
pub(super) fn draw_others(scene: &Scene<'_>, sheet: &mut Sheet<'_>, part: Part) {
    let mut lines: Vec<String> = scene
        .seats
        .others
        .recent()
        .map(|h| happened(scene, h))
        .collect();
    if part.height < 2 || lines.is_empty() && part.width < WIDE {
        return;
    }
    let theme = sheet.theme();
    let heading = wording::LAST_ON_THIS_SHOW;
    sheet.clip(part.x, part.y, part.width, heading, theme.strong());
    if lines.is_empty() {
        lines.push(wording::NOTHING_YET.to_owned());
    }
    let room = part.width.saturating_sub(1);
    for (y, line) in (part.y + 1..part.y + part.height).zip(lines) {
        sheet.clip(part.x, y, room, &line, theme.faint());
    }
}

fn happened(scene: &Scene<'_>, happening: &Happening) -> String {
    let hall = scene.picture.hall;
    let labels = happening.seats.iter().filter_map(|no| hall.seat(*no));
    let labels: Vec<_> = labels.map(|seat| seat.label).collect();
    let time = local_time::clock_with_seconds(happening.at, &scene.seats.show.time_zone);
    let what = wording::happened(happening.what);
    format!("{time} {what} {}", wording::seat_list(&labels))
}
