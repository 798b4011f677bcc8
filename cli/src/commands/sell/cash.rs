//! Cash: the counter says it was taken, and the tickets are made in the same step.

use houseful_core::{
    money::{Currency, Money},
    wire::booking::{Booking, CashRequest},
};

use super::Desk;
use crate::{args::Pay, context::Context, error::CliError, state::Stage};

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

/// The cash that was being taken for a booking.
pub(super) fn noted(desk: &Desk, booking: &Booking) -> Money {
    let given = desk.sale.given_minor;
    given.map_or(booking.total, |minor| {
        Money::new(minor, booking.total.currency)
    })
}

/// Whether something other than this cash is wanted now.
pub(super) fn differs(noted: Money, pay: Option<&Pay>) -> Result<bool, CliError> {
    Ok(match pay {
        None | Some(Pay::Cash(None)) => false,
        Some(Pay::Cash(Some(text))) => amount(text, noted.currency)? != noted,
        Some(Pay::Card(_) | Pay::Split(_)) => true,
    })
}

/// The cash of before was not taken: what is taken next is another command.
pub(super) fn renew(desk: &mut Desk) {
    desk.sale.cash = (
        crate::moment::fresh_command(),
        crate::moment::fresh_payment(),
    );
    desk.sale.given_minor = None;
    desk.sent_before = false;
}

/// Asks whether so much was given, where it is more than anybody gives. Without anybody to ask
/// nothing is taken, unless `--yes` said so beforehand.
pub(super) async fn check_given(
    ctx: &mut Context,
    booking: &Booking,
    pay: &Pay,
) -> Result<(), CliError> {
    let Pay::Cash(Some(text)) = pay else {
        return Ok(());
    };
    let given = amount(text, booking.total.currency)?;
    match much(given, booking.total) {
        Some(_) if !ctx.asks() && !ctx.globals.yes => Err(CliError::NotConfirmed {
            message: format!(
                "{given} for {} is more than anybody gives; no cash was booked",
                booking.total
            ),
        }),
        Some(question) => ctx.confirm(&question).await,
        None => Ok(()),
    }
}

/// What is asked when more was given than anybody gives.
pub(super) fn much(given: Money, total: Money) -> Option<String> {
    let change = Money::new(given.minor.checked_sub(total.minor)?, total.currency);
    let much = given.minor > total.most_given().minor;
    much.then(|| format!("{given} given for {total}, with {change} of change?"))
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
            renew(desk);
            desk.note_done(ctx, Stage::Held);
            Err(error)
        }
    }
}
