//! Cash: the counter says it was taken, and the tickets are made in the same step.

use houseful_core::{
    money::{Currency, Money},
    wire::booking::{Booking, CashRequest},
};

use super::Desk;
use crate::{context::Context, error::CliError, state::Stage};

/// Takes cash: the exact total, or what was handed over.
pub(super) async fn take(
    ctx: &mut Context,
    desk: &mut Desk,
    booking: &Booking,
    given: Option<&str>,
) -> Result<Booking, CliError> {
    desk.sale.given_minor = match given {
        None => None,
        Some(text) => Some(amount(text, booking.total.currency)?.minor),
    };
    ask(ctx, desk).await
}

/// Reads what was handed over, in the currency of the show.
pub(super) fn amount(text: &str, currency: Currency) -> Result<Money, CliError> {
    Money::parse(text, currency).map_err(|e| CliError::usage(e.to_string()))
}

/// Sends the request that is stored; sent twice it is taken once.
pub(super) async fn ask(ctx: &mut Context, desk: &mut Desk) -> Result<Booking, CliError> {
    desk.note(ctx, Stage::TakingCash)?;
    let request = CashRequest {
        command: desk.sale.cash.0,
        payment: desk.sale.cash.1,
        given_minor: desk.sale.given_minor,
    };
    let work = desk.client.cash(desk.sale.booking, &request);
    match ctx.wait("taking cash", work).await.map_err(CliError::from) {
        Ok(booking) => {
            desk.finish(ctx, &booking);
            Ok(booking)
        }
        Err(error) if !desk.nothing_done(&error) => Err(error.with_next("houseful sell --resume")),
        Err(error) => {
            // Refused cash was never taken, and another amount is another command.
            desk.sale.cash = (
                crate::moment::fresh_command(),
                crate::moment::fresh_payment(),
            );
            desk.note_done(ctx, Stage::Held);
            Err(error)
        }
    }
}
