//! Goes on with a sale that this machine has written down: asks the same again, so that nothing
//! is done twice.

use houseful_core::{
    seat::SeatLabel,
    wire::booking::{Booking, BookingState},
};

use super::{
    Desk, Goal, card, cash, despite, gave_way, request_seats, stop, take_payment, unsent,
    until_local,
};
use crate::{
    args::{CardFrom, Pay},
    client::{Client, ClientError},
    context::Context,
    error::CliError,
    output::escaped,
    state::{Held, Sale, Stage},
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
        BookingState::Held => {
            let changed = what_changed(desk, &booking);
            if let Some(held) = &mut desk.sale.held {
                // From here on this is what somebody was told.
                *held = Held {
                    relaxed: held.relaxed.clone(),
                    ..Held::of(&booking)
                };
            }
            if !changed.is_empty() {
                despite(ctx, desk, &booking, changed.join("; ")).await?;
                desk.note(ctx, Stage::Held)?;
            } else if goal == Goal::Sell {
                ctx.say(&escaped(&going_on(ctx, desk, &booking).await));
            }
            take_payment(ctx, desk, booking, pay).await
        }
        _ if goal == Goal::Pay => take_payment(ctx, desk, booking, pay).await,
        BookingState::Confirmed | BookingState::Secured => {
            desk.finish(ctx, &booking);
            Ok(booking)
        }
        BookingState::Expired | BookingState::Released | BookingState::Cancelled => {
            desk.note_done(ctx, Stage::Finished);
            let had = desk
                .sale
                .held
                .as_ref()
                .map(|held| format!(" of {} for {}", named(&held.seats), held.total));
            let message = format!(
                "the booking{} is {}, its seats are for sale again",
                had.unwrap_or_default(),
                booking.state.word()
            );
            Err(CliError::TooLate {
                message,
                booking: booking.id,
            })
        }
    }
}

/// What somebody who goes on with a hold should know first: what gave way when it was made, and how
/// it differs from what was told then. Another till may have changed it.
fn what_changed(desk: &Desk, booking: &Booking) -> Vec<String> {
    let Some(held) = &desk.sale.held else {
        return Vec::new();
    };
    let now = Held::of(booking);
    let without = |seats: &[SeatLabel], others: &[SeatLabel]| -> Vec<SeatLabel> {
        let missing = seats.iter().filter(|seat| !others.contains(seat));
        missing.copied().collect()
    };
    let (lost, fresh) = (
        without(&held.seats, &now.seats),
        without(&now.seats, &held.seats),
    );
    let mut changed: Vec<String> = gave_way(desk, &held.relaxed).into_iter().collect();
    if !lost.is_empty() {
        changed.push(format!("without {} since", named(&lost)));
    }
    if !fresh.is_empty() {
        changed.push(format!("with {} since", named(&fresh)));
    }
    if held.total != now.total {
        changed.push(format!("{} instead of {}", now.total, held.total));
    }
    changed
}

fn named(seats: &[SeatLabel]) -> String {
    let names: Vec<String> = seats.iter().map(ToString::to_string).collect();
    names.join(" ")
}

/// What is gone on with, in a line.
async fn going_on(ctx: &Context, desk: &Desk, booking: &Booking) -> String {
    let now = Held::of(booking);
    let until = until_local(ctx, &desk.client, booking).await;
    format!(
        "going on with {} for {}, held until {until}",
        named(&now.seats),
        now.total
    )
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
