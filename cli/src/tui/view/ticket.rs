//! The tickets: a code for the door's scanner, and everything in words beside it.

use fast_qr::{ECL, QRBuilder};
use houseful_core::wire::booking::BookingState;

use super::{
    bookings::seats_of,
    header,
    sheet::{Part, Sheet, columns_of},
};
use crate::tui::{local_time, model::Model, payment::Tender, ticket::TicketView, wording};

/// Modules of quiet zone on every side; fewer and scanners fail.
const QUIET: usize = 4;

pub(super) fn draw(
    model: &Model,
    view: &TicketView,
    sheet: &mut Sheet<'_>,
    body: Part,
) -> Option<(u16, u16)> {
    let theme = sheet.theme();
    header(
        model,
        sheet,
        &wording::view_title(wording::View::Tickets, None),
    );
    // A code that opens no door is not drawn.
    let valid = view.booking.state != BookingState::Cancelled;
    let code = view.ticket().filter(|_| valid).map(|t| t.code.to_string());
    let picture = code.as_deref().map(qr_lines).unwrap_or_default();
    let rows = u16::try_from(picture.len()).unwrap_or(u16::MAX);
    let fits = rows + 2 <= body.height + 1;
    let mut x = 1;
    if fits {
        for (y, line) in (2..).zip(&picture) {
            sheet.put(1, y, line, theme.scanned());
        }
        x += picture.first().map_or(0, |line| columns_of(line)) + 2;
    }
    let mut lines = words(view);
    let now = local_time::wall_clock(model.desk.server_now(), &view.show.time_zone);
    let state = wording::state_said(view.booking.state).to_owned();
    lines.insert(
        0,
        match view.is_again {
            true => (state, String::new()),
            false => (wording::SOLD.to_owned(), now),
        },
    );
    for (y, (label, text)) in (2..).zip(lines) {
        if y >= body.height {
            break;
        }
        let style = match (y, valid) {
            (2, true) => theme.mine(),
            (2, false) => theme.alarm(),
            _ => theme.text(),
        };
        sheet.put(x, y, &format!("{label:<9}{text}"), style);
    }
    None
}

/// Everything about the booking, as labels and texts.
fn words(view: &TicketView) -> Vec<(String, String)> {
    let (booking, show) = (&view.booking, &view.show);
    let line = |label: &str, text: String| (label.to_owned(), text);
    let mut lines = vec![line("", String::new())];
    if let Some(code) = booking.code {
        lines.push(line(wording::label::BOOKING, code.to_string()));
    }
    lines.push(line(
        wording::label::FILM,
        format!("{} ({})", show.title, show.certificate),
    ));
    let when = format!(
        "{} {}",
        local_time::day_name(&show.starts_local),
        local_time::time_of(&show.starts_local)
    );
    lines.push(line(wording::label::STARTS, when));
    lines.push(line(wording::label::PLACE, show.cinema_name.clone()));
    lines.push(line(wording::label::SCREEN, show.screen_name.clone()));
    lines.push(line(wording::label::SEATS, seats_of(booking)));
    lines.push(line(wording::label::TOTAL, booking.total.to_string()));
    match view.tender {
        Some(Tender::Cash) => {
            let given = view.given.unwrap_or(booking.total);
            lines.push(line(wording::label::CASH, given.plain()));
            let change = booking.change.map_or_else(
                || wording::EXACT.to_owned(),
                houseful_core::money::Money::plain,
            );
            lines.push(line(wording::label::CHANGE, change));
        }
        Some(Tender::Card) => lines.push(line(
            wording::label::PAID,
            wording::label::BY_CARD.to_owned(),
        )),
        None => {}
    }
    lines.push(line("", String::new()));
    if let Some(ticket) = view.ticket() {
        let of = booking.tickets.len();
        lines.push(line(
            &wording::code_of(view.at + 1, of),
            wording::code_and_seat(ticket),
        ));
    }
    lines
}

/// A QR code in half blocks, two modules a character: a light module is a filled half, and the
/// style makes light white and dark black.
pub(super) fn qr_lines(text: &str) -> Vec<String> {
    let Ok(code) = QRBuilder::new(text).ecl(ECL::M).build() else {
        return Vec::new();
    };
    let side = code.size + 2 * QUIET;
    let light = |x: usize, y: usize| {
        let inside = |at: usize| (QUIET..QUIET + code.size).contains(&at);
        !(inside(x) && inside(y) && code[y - QUIET][x - QUIET].value())
    };
    (0..side)
        .step_by(2)
        .map(|y| {
            (0..side)
                .map(|x| match (light(x, y), y + 1 >= side || light(x, y + 1)) {
                    (true, true) => '\u{2588}',
                    (true, false) => '\u{2580}',
                    (false, true) => '\u{2584}',
                    (false, false) => ' ',
                })
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_quiet_zone_and_its_modules() {
        let lines = qr_lines("7KQM-4T2X-PA9D");
        assert_eq!((lines.len(), columns_of(&lines[0])), (15, 29));
        assert!(
            lines[0]
                .chars()
                .chain(lines[1].chars())
                .all(|c| c == '\u{2588}')
        );
        // The finder pattern at the top left: seven dark modules, then a ring.
        let third: Vec<char> = lines[2].chars().collect();
        assert_eq!(third[..4], ['\u{2588}'; 4]);
        assert_eq!(
            third[4..11],
            [
                ' ', '\u{2584}', '\u{2584}', '\u{2584}', '\u{2584}', '\u{2584}', ' '
            ]
        );
    }
}
