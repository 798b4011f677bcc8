//! The tickets: a code for the door's scanner, and everything in words beside it.

use fast_qr::{ECL, QRBuilder};
use houseful_core::{money::Money, wire::booking::BookingState};

use super::{
    bookings::seats_of,
    header,
    sheet::{Part, Sheet, columns_of},
};
use crate::tui::{
    local_time,
    model::Model,
    payment::Tender,
    ticket::{TicketView, paid_with},
    wording,
};

/// Columns of the labels.
const LABEL: u16 = 9;
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
    let now = local_time::wall_clock(model.desk.server_now(), &view.show.time_zone);
    let state = wording::state_said(view.booking.state).to_owned();
    let state = match view.is_again {
        true => (state, String::new()),
        false => (wording::SOLD.to_owned(), now),
    };
    let room = Room {
        rows: usize::from(body.height.saturating_sub(2)),
        columns: sheet.width().saturating_sub(x + LABEL + 1),
        picture_rows: (!picture.is_empty() && !fits).then_some(rows),
    };
    let mut lines = vec![state];
    lines.extend(words(view, &room));
    for (y, (label, text)) in (2..body.height).zip(lines) {
        let style = match (y, valid) {
            (2, true) => theme.mine(),
            (2, false) => theme.alarm(),
            _ => theme.text(),
        };
        // What is longer than a label begins further right, with a blank.
        let label = format!("{label:<width$}", width = usize::from(LABEL));
        sheet.put(x, y, &format!("{label}{text}"), style);
    }
    None
}

/// Where the words go.
struct Room {
    /// Rows, with the state in the first of them.
    rows: usize,
    /// Columns right of the labels.
    columns: u16,
    /// The rows that the picture of the code would need, if it has no room here.
    picture_rows: Option<u16>,
}

type Line = (String, String);

fn line(label: &str, text: impl Into<String>) -> Line {
    (label.to_owned(), text.into())
}

/// Everything about the booking, as labels and texts. Where there is little room it is folded into
/// fewer lines; the codes are never left out.
fn words(view: &TicketView, room: &Room) -> Vec<Line> {
    let (booking, show) = (&view.booking, &view.show);
    let code = booking.code;
    let code = code.map(|code| line(wording::label::BOOKING, code.to_string()));
    let film = format!("{} ({})", show.title, show.certificate);
    let film = line(wording::label::FILM, film);
    let when = format!(
        "{} {}",
        local_time::day_name(&show.starts_local),
        local_time::time_of(&show.starts_local)
    );
    let total = line(wording::label::TOTAL, booking.total.to_string());
    let seats = line(wording::label::SEATS, seats_of(booking));
    let mut long: Vec<Line> = vec![line("", "")];
    long.extend(code.clone());
    long.push(film.clone());
    long.push(line(wording::label::STARTS, when.clone()));
    long.push(line(wording::label::PLACE, &*show.cinema_name));
    long.push(line(wording::label::SCREEN, &*show.screen_name));
    long.extend([seats.clone(), total.clone()]);
    long.extend(booking.taxes.iter().map(|tax| {
        let minor = Money::new(tax.tax_minor, booking.total.currency).plain();
        line("", format!("{} {minor}", wording::tax(tax)))
    }));
    long.extend(paid(view));
    long.push(line("", ""));
    let codes = codes(view, room);
    let least = codes.len().min(2);
    if 1 + long.len() + least > room.rows {
        long = Vec::from_iter(code);
        let place = format!("{when}  {}, {}", show.cinema_name, show.screen_name);
        let rest = [film, line(wording::label::STARTS, place), seats, total];
        let mut rest = Vec::from(rest);
        rest.extend(paid(view).into_iter().reduce(|one, other| {
            let (label, text) = one;
            (label, format!("{text}  {} {}", other.0, other.1))
        }));
        let left = room.rows.saturating_sub(1 + long.len() + rest.len()).max(1);
        long.extend(codes.into_iter().take(left));
        long.extend(rest);
    } else {
        let left = room.rows.saturating_sub(1 + long.len());
        long.extend(codes.into_iter().take(left));
    }
    long
}

/// How it was paid, and what was handed back.
fn paid(view: &TicketView) -> Vec<Line> {
    if let Some(payment) = &view.payment {
        let mut lines = vec![line(wording::label::PAID, wording::paid_by(payment))];
        if let (Some(Tender::VouchersAndCash), Some(given)) = (view.tender, view.given) {
            lines.push(line(wording::label::CASH, given.plain()));
        }
        let change = view.booking.change.map(Money::plain);
        lines.extend(change.map(|change| line(wording::label::CHANGE, change)));
        return lines;
    }
    match view.tender {
        Some(tender @ (Tender::Cash | Tender::VouchersAndCash)) => {
            let given = view.given.unwrap_or(view.booking.total);
            let change = view.booking.change;
            let change = change.map_or_else(|| wording::EXACT.to_owned(), Money::plain);
            let mut lines = vec![
                line(wording::label::CASH, given.plain()),
                line(wording::label::CHANGE, change),
            ];
            if tender == Tender::VouchersAndCash {
                lines.insert(0, line(wording::label::PAID, wording::label::BY_VOUCHER));
            }
            lines
        }
        Some(Tender::Vouchers) => vec![line(wording::label::PAID, wording::label::BY_VOUCHER)],
        Some(Tender::VouchersAndCard) => {
            vec![line(
                wording::label::PAID,
                wording::label::BY_VOUCHER_AND_CARD,
            )]
        }
        Some(Tender::Card) => vec![line(wording::label::PAID, wording::label::BY_CARD)],
        None => {
            let paid = paid_with(&view.booking);
            let said = paid.and_then(wording::paid_once);
            let said = said.map(|said| line(wording::label::PAID, said));
            said.into_iter().collect()
        }
    }
}

/// The code that is drawn, then those of the other seats where no picture is.
fn codes(view: &TicketView, room: &Room) -> Vec<Line> {
    let tickets = &view.booking.tickets;
    let of = tickets.len();
    let mut lines = Vec::new();
    for at in (0..of).map(|n| (view.at + n) % of) {
        let Some(ticket) = tickets.get(at) else {
            continue;
        };
        let label = wording::code_of(at + 1, of);
        let whole = wording::code_and_seat(ticket);
        if columns_of(&whole) <= room.columns {
            lines.push(line(&label, whole));
        } else {
            lines.push(line(&label, ticket.code.to_string()));
            lines.push(line("", wording::of_seat(ticket)));
        }
        if room.picture_rows.is_none() {
            break;
        }
    }
    if let Some(rows) = room.picture_rows {
        let least = rows + 1 + super::FOOTER_ROWS;
        lines.push(line("", wording::picture_needs(least)));
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
