//! `houseful booking watch`: tells each change of a booking until nothing more will happen.

use std::time::Duration;

use houseful_core::wire::booking::Booking;

use crate::{commands::names, context::Context, error::CliError, moment, output::escaped};

const EVERY: Duration = Duration::from_millis(500);

pub(super) async fn run(ctx: &mut Context, text: &str) -> Result<(), CliError> {
    let client = ctx.client().await?;
    let id = names::booking(ctx, &client, text).await?;
    let mut last: Option<Booking> = None;
    loop {
        let booking = client.booking(id).await?;
        if last.as_ref() != Some(&booking) {
            tell(ctx, &booking)?;
            ctx.flush()?;
        }
        if super::is_over(&booking) {
            return Ok(());
        }
        last = Some(booking);
        moment::pause(EVERY).await;
    }
}

fn tell(ctx: &mut Context, booking: &Booking) -> Result<(), CliError> {
    if ctx.style.format.is_json() {
        let line = serde_json::to_string(booking).unwrap_or_default();
        return ctx.text(&format!("{line}\n"));
    }
    let seats: Vec<String> = booking.lines.iter().map(|l| l.seat.to_string()).collect();
    let payments: Vec<String> = booking
        .payments
        .iter()
        .map(|p| {
            let back = p
                .returned_because
                .as_deref()
                .map_or_else(String::new, |why| format!(", back: {}", escaped(why)));
            let settled = if p.settled { "settled" } else { "open" };
            format!("{} keep {} {settled}{back}", p.id, p.keep)
        })
        .collect();
    ctx.text(&format!(
        "{}\t{}\t{}\t{}\t{}\n",
        booking.version,
        booking.state.word(),
        seats.join(","),
        booking.total,
        payments.join("; ")
    ))
}
