//! One booking in full: state, show, seats with tickets, money, and who it is for.

use houseful_core::{
    money::Money,
    wire::{booking::Booking, catalogue::Show},
};
use ratatui::style::Style;
use tui_input::Input;

use super::{
    bookings::seats_of,
    header,
    sheet::{Part, Sheet, columns_of, pad},
};
use crate::tui::{
    bookings::{ContactField, ContactForm, Detail},
    desk::is_held,
    local_time,
    model::Model,
    wording,
};

/// The width of the labels.
const LABEL: u16 = 10;

/// Below this width the categories are left out.
const NARROW: u16 = 70;

type Line = (String, String, Style);

pub(super) fn draw(
    model: &Model,
    detail: &Detail,
    show: Option<&Show>,
    sheet: &mut Sheet<'_>,
    body: Part,
) -> Option<(u16, u16)> {
    let booking = &detail.booking;
    let theme = sheet.theme();
    let name = booking
        .code
        .map_or_else(|| seats_of(booking), |c| c.to_string());
    // A hold that is over has neither code nor seats.
    let name = if name.is_empty() {
        wording::state_word(booking.state).to_owned()
    } else {
        name
    };
    header(
        model,
        sheet,
        &wording::view_title(wording::View::Bookings, Some(&name)),
    );
    let mut cursor = Some((0, 2));
    let mut y = 2;
    for (label, text, style) in about(model, detail, show, sheet) {
        if y >= body.height {
            return cursor;
        }
        sheet.put(1, y, &label, theme.faint());
        sheet.put(1 + LABEL, y, &text, style);
        y += 1;
    }
    if let Some(form) = &detail.form {
        cursor = draw_form(form, sheet, y);
        y += 2;
    }
    let money = money(detail);
    let used = u16::try_from(money.len()).unwrap_or(0);
    // Seats give way before the money does.
    let seats_end = body.height.saturating_sub(used);
    y = draw_seats(booking, sheet, y, seats_end);
    for text in money {
        if y < body.height {
            sheet.put(1 + LABEL, y, &text, theme.text());
            y += 1;
        }
    }
    cursor
}

/// What is said in one line each.
fn about(model: &Model, detail: &Detail, show: Option<&Show>, sheet: &Sheet<'_>) -> Vec<Line> {
    let (booking, theme) = (&detail.booking, sheet.theme());
    let zone = show.map_or("UTC", |show| &show.time_zone);
    let line = |label: &str, text: String| (label.to_owned(), text, theme.text());
    let mut state = wording::state_said(booking.state).to_owned();
    let mut style = theme.strong();
    if is_held(booking) {
        let left = local_time::countdown(booking.hold_until.0, model.desk.server_now());
        state += &format!(", {left} {}", wording::LEFT);
        style = theme.waiting();
    }
    if let Some(doing) = &detail.doing {
        state = wording::being_done(doing.what, &state);
        style = theme.waiting();
    }
    let mut lines = vec![(wording::label::STATE.to_owned(), state, style)];
    match show {
        Some(show) => {
            let when = format!(
                "{} {}",
                local_time::day_name(&show.starts_local),
                local_time::time_of(&show.starts_local)
            );
            let film = format!("{} ({})", show.title, show.certificate);
            lines.push(line(wording::label::FILM, film));
            let place = format!("{when}  {}, {}", show.cinema_name, show.screen_name);
            lines.push(line(wording::label::SHOW, place));
        }
        None => lines.push(line(wording::label::SHOW, wording::SHOW_UNKNOWN.to_owned())),
    }
    let at = local_time::wall_clock(booking.held_at.0, zone);
    lines.push(line(
        wording::label::HELD,
        wording::held_since(&at, booking),
    ));
    if detail.form.is_none() {
        let contact = wording::contact(booking);
        if contact.is_empty() {
            let none = wording::NO_CONTACT.to_owned();
            lines.push((wording::label::FOR.to_owned(), none, theme.faint()));
        } else {
            lines.push(line(wording::label::FOR, contact));
        }
    }
    lines
}

fn draw_form(form: &ContactForm, sheet: &mut Sheet<'_>, y: u16) -> Option<(u16, u16)> {
    let mut cursor = None;
    let fields = [
        (wording::label::NAME, &form.name, ContactField::Name, y),
        (
            wording::label::PHONE,
            &form.phone,
            ContactField::Phone,
            y + 1,
        ),
    ];
    for (label, input, field, y) in fields {
        let at = draw_field(sheet, label, input, y, form.at == field);
        cursor = at.or(cursor);
    }
    cursor
}

/// A field; its end is shown when it is longer than the line.
fn draw_field(
    sheet: &mut Sheet<'_>,
    label: &str,
    input: &Input,
    y: u16,
    active: bool,
) -> Option<(u16, u16)> {
    let theme = sheet.theme();
    let style = if active { theme.key() } else { theme.faint() };
    sheet.put(1, y, label, style);
    let x = 1 + LABEL;
    let x = sheet.field(x, y, sheet.width().saturating_sub(x + 1), input);
    active.then_some((x, y))
}

/// Seats with their tickets; gives the line below.
fn draw_seats(booking: &Booking, sheet: &mut Sheet<'_>, top: u16, end: u16) -> u16 {
    let theme = sheet.theme();
    let tickets = |seat| booking.tickets.iter().find(|t| t.seat == seat);
    let ticket_text = |ticket: Option<&houseful_core::wire::booking::Ticket>| {
        ticket.map_or_else(String::new, |t| {
            let valid = if t.valid {
                wording::label::VALID
            } else {
                wording::label::VOID
            };
            format!("{}  {valid}", t.code)
        })
    };
    let mut rows: Vec<String> = Vec::new();
    // The code is worth more than the category.
    let category = if sheet.width() < NARROW { 0 } else { 11 };
    for line in &booking.lines {
        rows.push(format!(
            "{:<5} {} {}{:>7}  {}",
            line.seat.to_string(),
            pad(&line.ticket_type, 9),
            pad(&line.category, category),
            line.price.plain(),
            ticket_text(tickets(line.seat)),
        ));
    }
    if booking.lines.is_empty() {
        // The seats have gone back; what was sold is told by the tickets that were.
        for ticket in &booking.tickets {
            rows.push(format!(
                "{:<5} {} {}",
                ticket.seat.to_string(),
                pad(&ticket.ticket_type, 10),
                ticket_text(Some(ticket))
            ));
        }
    }
    let mut y = top;
    let room = usize::from(end.saturating_sub(top));
    let all = rows.len();
    let shown = if all <= room {
        all
    } else {
        room.saturating_sub(1)
    };
    if all > 0 {
        sheet.put(1, y, wording::label::SEATS, theme.faint());
    }
    for row in rows.iter().take(shown) {
        sheet.put(1 + LABEL, y, row, theme.text());
        y += 1;
    }
    if shown < all {
        let more = wording::and_more(all - shown);
        let text = format!("{more}: {}", seats_of(booking));
        sheet.put(1 + LABEL, y, &text, theme.text());
        y += 1;
    }
    y
}

/// Fee and total, and what became of each payment.
fn money(detail: &Detail) -> Vec<String> {
    let booking = &detail.booking;
    let amount = |label: &str, text: String| {
        let gap = 36_u16.saturating_sub(columns_of(label) + columns_of(&text));
        format!("{label}{}{text}", " ".repeat(usize::from(gap)))
    };
    let mut lines = Vec::new();
    if booking.fee.minor != 0 {
        lines.push(amount(wording::FEE, booking.fee.plain()));
    }
    let total = wording::total(booking.total.currency.code());
    lines.push(amount(&total, booking.total.plain()));
    lines.extend(booking.taxes.iter().map(|tax| {
        let minor = Money::new(tax.tax_minor, booking.total.currency).plain();
        amount(&wording::tax(tax), minor)
    }));
    lines.extend(booking.payments.iter().map(wording::payment));
    let tenders = detail.payment.iter().flat_map(|p| &p.tenders);
    lines.extend(tenders.map(|t| format!("  {}", wording::tender_said(t))));
    lines.extend(booking.refunds.iter().map(wording::refund_made));
    lines.extend(booking.refund_asked.as_deref().map(wording::refund_waits));
    let declined = booking.refunds_declined.iter();
    lines.extend(declined.map(wording::refund_declined));
    lines
}
