//! The tickets, in words.

use crate::tui::{
    local_time,
    payment::Tender,
    ticket::TicketView,
    wording::{self, plain},
};

/// Everything about a sale.
pub(super) fn tell(view: &TicketView) -> Vec<String> {
    let (booking, show) = (&view.booking, &view.show);
    let how = match view.tender {
        Some(Tender::Cash) => plain::PAID,
        Some(Tender::Card) => plain::PAID_BY_CARD,
        Some(Tender::Vouchers) => plain::PAID_BY_VOUCHER,
        Some(Tender::VouchersAndCash) => plain::PAID_BY_VOUCHER_AND_CASH,
        Some(Tender::VouchersAndCard) => plain::PAID_BY_VOUCHER_AND_CARD,
        None => plain::SOLD,
    };
    let code = booking.code.map_or(String::new(), |c| c.to_string());
    let mut first = vec![plain::paid(how, &code)];
    if let (Some(given), Some(change)) = (view.given, booking.change)
        && given != booking.total
    {
        first.push(plain::change(change));
    }
    if let Some(payment) = &view.payment {
        first.push(plain::sentence(&wording::paid_by(payment)));
    }
    let seats: Vec<_> = booking.lines.iter().map(|l| l.seat).collect();
    first.push(plain::ticket_seats(
        &wording::seat_list(&seats),
        &show.screen_name,
        local_time::time_of(&show.starts_local),
    ));
    let mut lines = vec![first.join(" ")];
    for ticket in &booking.tickets {
        lines.push(plain::ticket(ticket));
    }
    lines
}

/// Another ticket was turned to.
pub(super) fn news(before: &TicketView, after: &TicketView) -> Vec<String> {
    if before.at == after.at {
        return Vec::new();
    }
    summary(after)
}

/// The ticket that was turned to.
pub(super) fn summary(view: &TicketView) -> Vec<String> {
    let of = view.booking.tickets.len();
    view.ticket()
        .map(|t| plain::ticket_of(view.at + 1, of, t))
        .into_iter()
        .collect()
}
