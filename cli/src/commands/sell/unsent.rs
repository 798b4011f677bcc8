//! `--dry-run` of a payment: what would be sent for a booking that stands as it does.

use houseful_core::{
    money::Money,
    refusal::Refusal,
    wire::booking::{Booking, CashRequest},
};
use serde_json::{Value, json};

use super::Desk;
use crate::{
    args::Pay,
    commands::dry_run::{self, can_be_paid, refused},
    context::Context,
    error::CliError,
    state::Stage,
};

/// Says how a sale would go on.
pub(super) async fn tell(
    ctx: &mut Context,
    desk: &Desk,
    pay: Option<&Pay>,
) -> Result<(), CliError> {
    let sale = &desk.sale;
    let id = sale.booking;
    match (sale.stage, &sale.request, &sale.card) {
        (Stage::Holding, Some(request), _) => {
            let effect = "the same seats would be asked for again, once".to_owned();
            dry_run::tell(ctx, "POST", "/v1/bookings".to_owned(), request, effect)
        }
        (Stage::TakingCash, ..) if other_tender(desk, pay).await? => {
            let path = format!("/v1/bookings/{id}");
            let effect = "cash was being taken; you would be asked whether to book it".to_owned();
            dry_run::tell(ctx, "GET", path, &Value::Null, effect)
        }
        (Stage::TakingCash, ..) => {
            let path = format!("/v1/bookings/{id}/cash");
            let effect = "the cash that was being taken would be booked, once".to_owned();
            dry_run::tell(ctx, "POST", path, &cash_request(desk), effect)
        }
        (Stage::TakingCard, _, Some(card)) => {
            let path = format!("/v1/payments/{}", card.payment);
            let effect = "the card payment under way would be followed to its end".to_owned();
            dry_run::tell(ctx, "GET", path, &Value::Null, effect)
        }
        _ => {
            let booking = desk.client.booking(id).await?;
            can_be_paid(&booking)?;
            tell_payment(ctx, desk, &booking, pay)
        }
    }
}

/// Whether something other than the cash that was being taken is wanted now.
async fn other_tender(desk: &Desk, pay: Option<&Pay>) -> Result<bool, CliError> {
    if matches!(pay, None | Some(Pay::Cash(None))) {
        return Ok(false);
    }
    let booking = desk.client.booking(desk.sale.booking).await?;
    super::cash::differs(super::cash::noted(desk, &booking), pay)
}

fn cash_request(desk: &Desk) -> CashRequest {
    CashRequest {
        command: desk.sale.cash.0,
        payment: desk.sale.cash.1,
        given_minor: desk.sale.given_minor,
    }
}

fn tell_payment(
    ctx: &mut Context,
    desk: &Desk,
    booking: &Booking,
    pay: Option<&Pay>,
) -> Result<(), CliError> {
    let id = booking.id;
    let total = booking.total;
    match pay {
        None => {
            let effect = format!("{total} would be asked for");
            dry_run::tell(
                ctx,
                "GET",
                format!("/v1/bookings/{id}"),
                &Value::Null,
                effect,
            )
        }
        Some(Pay::Cash(given)) => {
            let mut request = cash_request(desk);
            let mut effect = format!("{total} would be taken in cash, and tickets made");
            if let Some(text) = given {
                let given = super::cash::amount(text, total.currency)?;
                if given.minor < total.minor {
                    return Err(refused(&Refusal::CashTooLittle { total, given }));
                }
                let change = Money::new(given.minor - total.minor, total.currency);
                effect += &format!("; {change} change");
                request.given_minor = Some(given.minor);
            }
            dry_run::tell(
                ctx,
                "POST",
                format!("/v1/bookings/{id}/cash"),
                &request,
                effect,
            )
        }
        Some(Pay::Split(parts)) => {
            super::split::check(parts, total.currency)?;
            let request = json!({"payment": desk.sale.cash.1, "booking": id});
            let by = super::split::typed(parts);
            let effect = format!("{total} would be taken by {by} together, and tickets made");
            dry_run::tell(ctx, "POST", "/v1/payments".to_owned(), &request, effect)
        }
        Some(Pay::Card(_)) => {
            // The token is made when it is asked for, and a card is never shown.
            let request = json!({"payment": desk.sale.cash.1, "booking": id});
            let effect = format!("{total} would be taken by card, and tickets made");
            dry_run::tell(ctx, "POST", "/v1/payments".to_owned(), &request, effect)
        }
    }
}
