//! Goes on with a sale that this machine has written down: asks the same again, so that nothing
//! is done twice.

use houseful_core::{
    seat::SeatLabel,
    wire::booking::{Booking, BookingState},
};

use super::{
    Desk, Goal, card, cash, despite, gave_way, request_seats, split, stop, take_payment, unsent,
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
    let home = client.home().to_owned();
    let sale = open.into_iter().next().ok_or_else(|| CliError::NotFound {
        message: format!("no sale at {} was interrupted here", client.home()),
        hint: Some("`houseful booking list` shows those made here".to_owned()),
    })?;
    let id = sale.booking;
    let done = continue_sale(ctx, client, sale, pay, Goal::Sell).await;
    let waiting = ctx.state.open_sales(&home);
    match done {
        Err(error) if is_gone(&error) && waiting.iter().all(|sale| sale.booking != id) => {
            let waiting = waiting.len();
            ctx.say(&others_wait(waiting));
            Err(match waiting {
                0 => error,
                _ => error.with_next("houseful sell --resume"),
            })
        }
        done => done,
    }
}

/// Whether the server says that there is no such booking.
fn is_gone(error: &CliError) -> bool {
    matches!(error, CliError::Refused { problem, .. } if problem.code == "not_found")
}

/// What is left after a sale that the server knows nothing of.
fn others_wait(waiting: usize) -> String {
    match waiting {
        0 => "this sale is put away; no other waits".to_owned(),
        1 => "this sale is put away; 1 other waits".to_owned(),
        n => format!("this sale is put away; {n} others wait"),
    }
}

/// Goes on with `sale` from where it stands.
pub(super) async fn continue_sale(
    ctx: &mut Context,
    client: Client,
    mut sale: Sale,
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
    if sale.server != client.home() {
        // Booking ids are unique: a house that knows this one is the same at another address. One
        // that does not must not touch the note.
        client.booking(sale.booking).await?;
        sale.server = client.home().to_owned();
    }
    let mut desk = Desk {
        client,
        sale,
        sent_before,
        asked_here: false,
    };
    if ctx.globals.dry_run {
        return unsent::tell(ctx, &desk, pay.as_ref()).await;
    }
    let done = stop::or_ctrl_c(step(ctx, &mut desk, pay, goal)).await;
    if let Some(Err(error)) = &done
        && is_gone(error)
        && desk.sale.stage != Stage::Holding
        // What was not found may have been a payment.
        && let Err(ClientError::Problem(problem)) = desk.client.booking(desk.sale.booking).await
        && problem.code == "not_found"
    {
        // There is nothing left to go on with, and it must not stand before the others.
        desk.note_done(ctx, Stage::Finished);
    }
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
        Stage::TakingCash => {
            if let Some(booking) = cash_under_way(ctx, desk, pay.as_ref()).await? {
                return Ok(booking);
            }
        }
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

/// Books cash that was being taken, as it was noted: it may be booked already, and is booked once.
/// Where something else is wanted now the cash may be back with the customer, so somebody has to
/// say; `None` when it was not taken and the sale goes on with what is wanted.
async fn cash_under_way(
    ctx: &mut Context,
    desk: &mut Desk,
    pay: Option<&Pay>,
) -> Result<Option<Booking>, CliError> {
    if matches!(pay, None | Some(Pay::Cash(None))) {
        return cash::ask(ctx, desk).await.map(Some);
    }
    let booking = desk.client.booking(desk.sale.booking).await?;
    let noted = cash::noted(desk, &booking);
    if !cash::differs(noted, pay)? {
        return cash::ask(ctx, desk).await.map(Some);
    }
    match booking.state {
        BookingState::Held => {
            if !ctx.asks() {
                let until = until_local(ctx, &desk.client, &booking).await;
                // No `--yes`: it was said before anybody knew of this question.
                let error = CliError::usage_hint(
                    format!("{noted} cash was being taken; whether it was has to be said"),
                    "`--pay cash` books it; at a terminal you are asked",
                );
                return Err(error.with_hold(&booking, until));
            }
            let question = format!("{noted} cash was being taken; book it? [y/N]");
            let answer = ctx.ask(&question, "--pay cash").await?;
            if matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes") {
                return cash::ask(ctx, desk).await.map(Some);
            }
        }
        BookingState::Confirmed | BookingState::Secured => {
            desk.finish(ctx, &booking);
            return Err(CliError::TooLate {
                message: format!(
                    "{noted} cash was being taken, and the booking is {} already; nothing more \
                     was taken",
                    booking.state.word()
                ),
                booking: booking.id,
            });
        }
        BookingState::Expired | BookingState::Released | BookingState::Cancelled => {}
    }
    // Another amount is another command.
    cash::renew(desk);
    desk.note(ctx, Stage::Held)?;
    Ok(None)
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
            Some(Pay::Card(card)) => {
                if let Some(pending) = &mut desk.sale.card {
                    pending.split = false;
                }
                card::charge(ctx, desk, card.clone()).await.map(Some)
            }
            Some(Pay::Split(parts)) => {
                if let Some(pending) = &mut desk.sale.card {
                    pending.split = true;
                }
                let booking = desk.client.booking(desk.sale.booking).await?;
                let paid = split::charge(ctx, desk, booking.total.currency, parts.clone()).await;
                paid.map(Some)
            }
            Some(Pay::Cash(_)) => {
                // The card was never charged, and is not wanted any more.
                desk.sale.card = None;
                desk.sent_before = false;
                desk.note(ctx, Stage::Held)?;
                Ok(None)
            }
            None if pending.split && ctx.asks() => {
                ctx.say("nothing was taken by any of the means that were to pay; say again how");
                desk.sale.card = None;
                desk.sent_before = false;
                desk.note(ctx, Stage::Held)?;
                Ok(None)
            }
            None if ctx.asks() => {
                let question = "the card was not charged; its number again:";
                let number = ctx.ask(question, "--pay card=-").await?;
                let card = CardFrom::Number(number);
                card::charge(ctx, desk, card).await.map(Some)
            }
            None => Err(CliError::NobodyToAsk {
                flag: if pending.split {
                    "--pay".to_owned()
                } else {
                    "--pay card=-".to_owned()
                },
            }),
        },
        Err(e) => Err(e.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_many_sales_wait_is_said() {
        assert!(others_wait(0).ends_with("no other waits"));
        assert!(others_wait(1).ends_with("1 other waits"));
        assert!(others_wait(3).ends_with("3 others wait"));
    }
}
