//! What came of a step, in words.

use std::{collections::BTreeMap, fmt::Write};

use houseful_core::{
    best::Relaxed,
    expiry::is_alive,
    ids::PaymentId,
    layout::SeatLayout,
    show::{Ask, Command, ShowState},
    time::UtcMillis,
    wire::{
        booking::{Booking, BookingState},
        problem::Facts,
        seats::{SeatMap, SeatMark},
        why::Why,
    },
};

use super::{house::Said, stage::START};

/// Puts outcomes into words.
pub(super) struct Told<'a> {
    pub(super) payments: &'a BTreeMap<PaymentId, String>,
}

fn joined<T: ToString>(all: impl IntoIterator<Item = T>, between: &str) -> String {
    let words: Vec<String> = all.into_iter().map(|w| w.to_string()).collect();
    words.join(between)
}

fn relaxed(out: &mut String, relaxed: &[Relaxed]) {
    if !relaxed.is_empty() {
        let _ = write!(out, " ({})", joined(relaxed, ", "));
    }
}

impl Told<'_> {
    pub(super) fn time(&self, at: UtcMillis) -> String {
        let ms = at.ms_since(START);
        let sign = if ms < 0 { '-' } else { '+' };
        match ms.abs() {
            ms if ms % 1000 == 0 => format!("{sign}{}s", ms / 1000),
            ms => format!("{sign}{ms}ms"),
        }
    }

    /// What came of a command.
    pub(super) fn said(&self, command: &Command, said: &Said, state: &ShowState) -> String {
        let (fresh, booking) = match said {
            Said::No { code, facts } => return self.refused(code, facts),
            Said::Yes { fresh, booking } => (*fresh, booking.as_deref()),
        };
        let mut out = match (command.ask.booking(), booking) {
            (None, _) => return if fresh { "done" } else { "nothing" }.to_owned(),
            (Some(_), Some(booking)) => self.booking(Some(booking)),
            (Some(_), None) => "no booking".to_owned(),
        };
        if !fresh {
            out.insert_str(0, "same: ");
        }
        if let (Ask::Announced(news), None) = (&command.ask, booking)
            && let Some((_, known)) = state.payments().find(|(id, _)| *id == news.payment)
        {
            let why = known.returned.map_or("", |why| why.word());
            let name = self.name(news.payment);
            let _ = write!(out, "; {name} keeps {} ({why})", known.keep_minor);
        }
        out
    }

    fn name(&self, payment: PaymentId) -> String {
        let known = self.payments.get(&payment);
        known.map_or_else(|| payment.to_string(), String::clone)
    }

    /// A booking as somebody sees it.
    pub(super) fn booking(&self, booking: Option<&Booking>) -> String {
        let Some(booking) = booking else {
            return "not there".to_owned();
        };
        let mut out = booking.state.word().to_owned();
        for line in &booking.lines {
            let _ = write!(out, " {}", line.seat);
            if line.ticket_type != "adult" {
                let _ = write!(out, "={}", line.ticket_type);
            }
        }
        if !booking.lines.is_empty() {
            let _ = write!(out, " {}", booking.total.plain());
        }
        if booking.state == BookingState::Held {
            let _ = write!(out, " until {}", self.time(booking.hold_until.0));
        }
        relaxed(&mut out, &booking.relaxed);
        if let Some(ticket) = booking.tickets.first() {
            let void = if ticket.valid { "" } else { "void " };
            let _ = write!(out, "; {} {void}tickets", booking.tickets.len());
        }
        for made in &booking.refunds {
            let (back, kept) = (made.back.plain(), made.kept.plain());
            let seats = joined(made.lines.iter().map(|l| l.seat), " ");
            let _ = write!(out, "; {seats} back {back} kept {kept}");
        }
        if let Some(asked) = &booking.refund_asked {
            let (back, kept) = (asked.back.plain(), asked.kept.plain());
            let seats = joined(asked.lines.iter().map(|l| l.seat), " ");
            let _ = write!(out, "; waits {seats} back {back} kept {kept}");
        }
        let mut payments: Vec<String> = Vec::new();
        for paid in &booking.payments {
            let mut text = format!("{} keeps {}", self.name(paid.id), paid.keep.plain());
            if let Some(why) = &paid.returned_because {
                let _ = write!(text, " ({why})");
            }
            if paid.settled {
                text.push_str(" settled");
            }
            payments.push(text);
        }
        payments.sort();
        payments.insert(0, out);
        payments.join("; ")
    }

    fn refused(&self, code: &str, facts: &Facts) -> String {
        let mut parts: Vec<String> = Vec::new();
        let seats = facts.seats.iter().map(|fact| {
            let until = fact.until.map(|at| format!(" until {}", self.time(at.0)));
            format!("{} {}{}", fact.seat, fact.why, until.unwrap_or_default())
        });
        if !facts.seats.is_empty() {
            parts.push(joined(seats, ", "));
        }
        parts.extend(facts.max.map(|max| format!("max {max}")));
        parts.extend(facts.free.map(|free| format!("free {free}")));
        parts.extend(facts.at.map(|at| format!("at {}", self.time(at.0))));
        if !facts.known.is_empty() {
            parts.push(format!("known {}", facts.known.join(" ")));
        }
        if !facts.next_best.is_empty() {
            let mut next = format!("next best {}", joined(&facts.next_best, " "));
            relaxed(&mut next, &facts.relaxed);
            parts.push(next);
        }
        if parts.is_empty() {
            format!("refused {code}")
        } else {
            format!("refused {code}: {}", parts.join("; "))
        }
    }
}

/// The rules that were asked, the refusal behind the last, and how seats stand that are not free:
/// `status, window, booking_limit, free: seats_taken; A1 held`.
pub(super) fn why(why: &Why) -> String {
    let asked = joined(why.rules.iter().map(|step| step.rule.as_str()), ", ");
    let verdict = why.code.as_deref().unwrap_or("sold");
    let stands = why.seats.iter().filter(|seat| seat.state != "free");
    let stands = stands.map(|seat| format!("; {} {}", seat.seat, seat.state));
    format!("{asked}: {verdict}{}", stands.collect::<String>())
}

/// The map as a reader draws it at `now`: `.` free, `h` held, `s` sold, `b` house, `x` broken,
/// `c` companion. A space is an aisle or a gap.
pub(super) fn map(layout: &SeatLayout, map: &SeatMap, now: UtcMillis) -> String {
    let ended = |seat: u16| {
        let end = map
            .holds
            .iter()
            .find(|h| h.seats.iter().any(|s| s.0 == seat));
        end.is_some_and(|h| !is_alive(h.until.0, now))
    };
    let letters: Vec<char> = (0_u16..)
        .zip(map.states.chars())
        .map(|(seat, letter)| {
            let free = letter == SeatMark::Free.letter();
            if free || ended(seat) { '.' } else { letter }
        })
        .collect();
    let row = |row: &houseful_core::layout::Row| {
        let seats = usize::from(row.seats.start)..usize::from(row.seats.end);
        let drawn: String = letters.get(seats).unwrap_or_default().iter().collect();
        format!("{} {drawn}", row.name)
    };
    joined(layout.rows().iter().map(row), " ")
}
