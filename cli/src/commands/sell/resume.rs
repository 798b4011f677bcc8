//! Goes on with a sale that this machine has written down: asks the same again, so that nothing
//! is done twice.

use houseful_core::wire::booking::{Booking, BookingState};

use super::{Desk, Goal, card, cash, request_seats, stop, take_payment, unsent};
use crate::{
    args::{CardFrom, Pay},
    client::{Client, ClientError},
    context::Context,
    error::CliError,
    state::{Sale, Stage},
};

/// `houseful sell --resume`: the newest sale that is not finished.
pub(super) async fn run(ctx: &mut Context, pay: Option<Pay>) -> Result<(), CliError> {
    let client = ctx.client().await?;
    let open = ctx.state.open_sales(client.home());
    let sale = open.into_iter().next().ok_or_else(|| CliError::NotFound {
        message: format!("no sale at {} was interrupted here", client.home()),
        hint: Some("`houseful booking list` shows those made here".to_owned()),
    })?;
    continue_sale(ctx, client, sale, pay, Goal::Sell).await
}

/// Goes on with `sale` from where it stands.
pub(super) async fn continue_sale(
    ctx: &mut Context,
    client: Client,
    sale: Sale,
    pay: Option<Pay>,
    goal: Goal,
) -> Result<(), CliError> {
    if let Some(secret) = &sale.secret {
        client.keep_secret(sale.booking, secret.clone());
    }
    let sent_before = matches!(
        sale.stage,
        Stage::Holding | Stage::TakingCash | Stage::TakingCard
    );
    let mut desk = Desk {
        client,
        sale,
        sent_before,
    };
    if ctx.globals.dry_run {
        return unsent::tell(ctx, &desk, pay.as_ref()).await;
    }
    let done = stop::or_ctrl_c(step(ctx, &mut desk, pay, goal)).await;
    stop::tidy(ctx, &mut desk, done).await
}

async fn step(
    ctx: &mut Context,
    desk: &mut Desk,
    pay: Option<Pay>,
    goal: Goal,
) -> Result<Booking, CliError> {
    match desk.sale.stage {
        Stage::Holding => {
            if let Err(error) = request_seats(ctx, desk).await {
                if !desk.nothing_done(&error) {
                    return Err(error.with_next("houseful sell --resume"));
                }
                // A definite no: nothing is held, nothing is left to do.
                let _ = ctx.state.forget_sale(desk.sale.booking);
                return Err(error);
            }
        }
        Stage::TakingCash => return cash::ask(ctx, desk).await,
        Stage::TakingCard => {
            if let Some(booking) = payment_under_way(ctx, desk, pay.as_ref()).await? {
                return Ok(booking);
            }
        }
        Stage::Held | Stage::Finished => {}
    }
    let booking = desk.client.booking(desk.sale.booking).await?;
    match booking.state {
        BookingState::Held if goal == Goal::Hold => Ok(booking),
        BookingState::Held => take_payment(ctx, desk, booking, pay).await,
        _ if goal == Goal::Pay => take_payment(ctx, desk, booking, pay).await,
        BookingState::Confirmed | BookingState::Secured => {
            desk.finish(ctx, &booking);
            Ok(booking)
        }
        BookingState::Expired | BookingState::Released | BookingState::Cancelled => {
            desk.note_done(ctx, Stage::Finished);
            let message = format!(
                "the booking is {}, its seats are for sale again",
                booking.state.word()
            );
            Err(CliError::TooLate {
                message,
                booking: booking.id,
            })
        }
    }
}

/// Looks for a card payment that was being made. If it never arrived, it is made again with the
/// same ids, for which the card is needed again.
async fn payment_under_way(
    ctx: &mut Context,
    desk: &mut Desk,
    pay: Option<&Pay>,
) -> Result<Option<Booking>, CliError> {
    let Some(pending) = desk.sale.card.clone() else {
        return Ok(None);
    };
    let booking = Some(desk.sale.booking);
    match desk.client.payment(pending.payment, booking).await {
        Ok(payment) => card::follow(ctx, desk, payment).await.map(Some),
        Err(ClientError::Problem(problem)) if problem.status == 404 => match pay {
            Some(Pay::Card(card)) => card::charge(ctx, desk, card.clone()).await.map(Some),
            _ if ctx.asks() => {
                let question = "the card was not charged; its number again:";
                let number = ctx.ask(question, "--pay card=-").await?;
                let card = CardFrom::Number(number);
                card::charge(ctx, desk, card).await.map(Some)
            }
            _ => Err(CliError::NobodyToAsk {
                flag: "--pay card=-".to_owned(),
            }),
        },
        Err(e) => Err(e.into()),
    }
}
