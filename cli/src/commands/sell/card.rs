//! By card: leave to pay from the booking role, the charge at the payment role, and then waiting
//! until the booking has heard of it.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    time::Duration,
};

use houseful_core::{
    ids::PaymentId,
    wire::{
        booking::{Booking, BookingState},
        payment::{Card, PayRequest, Payment, PaymentState},
    },
};

use super::Desk;
use crate::{
    args::{CardFrom, Pay, PayPart, card_number},
    context::Context,
    error::CliError,
    moment,
    state::{PendingCard, Stage},
};

/// The card of the simulated terminal that is always good.
const PRACTICE_CARD: &str = "4242424242424242";
/// The longest address of a bank's page that is shown.
const PAGE_CHARS_MAX: usize = 500;
/// How long the server is asked to wait for the bank.
const BANK_WAIT: Duration = Duration::from_secs(5);

/// Charges a card.
pub(super) async fn take(
    ctx: &mut Context,
    desk: &mut Desk,
    card: CardFrom,
) -> Result<Booking, CliError> {
    let token = desk.client.payment_token(desk.sale.booking).await;
    // Asking for leave to pay changes nothing: the sale stands where it stood.
    let token = token.map_err(|e| CliError::from(e).with_next("houseful sell --resume"))?;
    desk.sale.card = Some(PendingCard {
        payment: moment::fresh_payment(),
        token: token.token,
        split: false,
    });
    charge(ctx, desk, card).await
}

/// Sends the charge that is stored; sent twice it is made once.
pub(super) async fn charge(
    ctx: &mut Context,
    desk: &mut Desk,
    card: CardFrom,
) -> Result<Booking, CliError> {
    let card = Card::named(number(card)?);
    let pending = pending(desk)?;
    send(
        ctx,
        desk,
        PayRequest::by_card(pending.payment, pending.token, card),
    )
    .await
}

/// The payment that is noted.
pub(super) fn pending(desk: &Desk) -> Result<PendingCard, CliError> {
    desk.sale.card.clone().ok_or_else(|| CliError::System {
        what: "this sale has no payment".to_owned(),
    })
}

/// Sends a request to pay, which is noted before, and follows the payment.
pub(super) async fn send(
    ctx: &mut Context,
    desk: &mut Desk,
    request: PayRequest,
) -> Result<Booking, CliError> {
    desk.note(ctx, Stage::TakingCard)?;
    let work = desk.client.pay(desk.sale.booking, &request, BANK_WAIT);
    match ctx
        .wait("waiting for the bank", work)
        .await
        .map_err(CliError::from)
    {
        Ok(payment) => follow(ctx, desk, payment).await,
        Err(error) if !desk.nothing_done(&error) => Err(error.with_next("houseful sell --resume")),
        Err(error) => {
            desk.sale.card = None;
            desk.note_done(ctx, Stage::Held);
            Err(error)
        }
    }
}

/// Reads a card from where it was said to be, before anything is asked for. A dry run needs none.
pub(super) async fn read_if_any(
    ctx: &mut Context,
    pay: Option<Pay>,
) -> Result<Option<Pay>, CliError> {
    if ctx.globals.dry_run {
        return Ok(pay);
    }
    Ok(match pay {
        Some(Pay::Card(from)) => Some(Pay::Card(read_card(ctx, from).await?)),
        Some(Pay::Split(mut parts)) => {
            for part in &mut parts {
                if let PayPart::Card { from, .. } = part {
                    *from = read_card(ctx, from.clone()).await?;
                }
            }
            Some(Pay::Split(parts))
        }
        pay => pay,
    })
}

async fn read_card(ctx: &mut Context, from: CardFrom) -> Result<CardFrom, CliError> {
    if !matches!(from, CardFrom::Stdin | CardFrom::File(_)) {
        return Ok(from);
    }
    let text = match &from {
        CardFrom::Stdin if ctx.asks() => ctx.ask("card number:", "--pay card=@FILE").await?,
        CardFrom::File(file) => read(file)?,
        _ => read(Path::new("-"))?,
    };
    let card = CardFrom::Number(text);
    number(card.clone())?;
    Ok(card)
}

/// One short line of a file, or of standard input for `-`.
fn read(file: &Path) -> Result<String, CliError> {
    let failed = |source| CliError::File {
        what: "read",
        path: file.to_owned(),
        source,
    };
    let mut text = String::new();
    if file.as_os_str() == "-" {
        io::stdin().take(4_096).read_to_string(&mut text)
    } else {
        File::open(file).and_then(|file| file.take(4_096).read_to_string(&mut text))
    }
    .map_err(failed)?;
    Ok(text.trim().to_owned())
}

/// The digits of a card.
pub(super) fn number(card: CardFrom) -> Result<String, CliError> {
    match card {
        CardFrom::Practice => Ok(PRACTICE_CARD.to_owned()),
        CardFrom::Number(text) => card_number(&text).map_err(CliError::usage),
        CardFrom::Stdin | CardFrom::File(_) => Err(CliError::System {
            what: "the card was not read".to_owned(),
        }),
    }
}

/// Follows a payment that was made to its outcome.
pub(super) async fn follow(
    ctx: &mut Context,
    desk: &mut Desk,
    mut payment: Payment,
) -> Result<Booking, CliError> {
    let end = moment::tick() + ctx.settings.timeout();
    let mut pause = Duration::from_millis(50);
    let mut told = false;
    loop {
        let page = payment
            .action
            .as_ref()
            .and_then(|a| a.redirect_url.as_ref());
        if let Some(page) = page.filter(|_| !told) {
            let page = houseful_core::text::shown(page, PAGE_CHARS_MAX);
            ctx.say(&format!("the bank wants to see the payer: {page}"));
            told = true;
        }
        match payment.state {
            PaymentState::Declined | PaymentState::CaptureRefused => {
                return declined(ctx, desk, payment).await;
            }
            PaymentState::Pending
            | PaymentState::Authorised
            | PaymentState::Captured
            | PaymentState::Voided
            | PaymentState::RefundDue
            | PaymentState::Refunded => {}
        }
        // Only the booking says what became of it: payments tell it in their own time.
        let booking = desk.client.booking(desk.sale.booking).await?;
        let money_went_back = matches!(
            payment.state,
            PaymentState::Voided | PaymentState::RefundDue | PaymentState::Refunded
        );
        match booking.state {
            BookingState::Confirmed => {
                desk.finish(ctx, &booking);
                return Ok(booking);
            }
            BookingState::Held | BookingState::Secured if !money_went_back => {}
            BookingState::Held | BookingState::Secured => {
                let reason = "the payment was given back".to_owned();
                return still_held(ctx, desk, &booking, reason).await;
            }
            // Late money may still win the seats back until the payment is decided.
            BookingState::Expired if !money_went_back => {}
            BookingState::Expired | BookingState::Released | BookingState::Cancelled => {
                return too_late(ctx, desk, &booking, payment.state);
            }
        }
        if moment::tick() >= end {
            return Err(CliError::Pending {
                booking: desk.sale.booking,
                payment: payment.id,
            });
        }
        moment::pause(pause).await;
        pause = (pause * 2).min(Duration::from_millis(500));
        payment = look(desk, payment.id).await?;
    }
}

async fn look(desk: &Desk, payment: PaymentId) -> Result<Payment, CliError> {
    let booking = Some(desk.sale.booking);
    Ok(desk.client.payment(payment, booking).await?)
}

/// Nothing was taken; the hold goes on for the time that is left.
async fn declined(
    ctx: &mut Context,
    desk: &mut Desk,
    payment: Payment,
) -> Result<Booking, CliError> {
    desk.sale.card = None;
    desk.note_done(ctx, Stage::Held);
    let booking = desk.client.booking(desk.sale.booking).await?;
    if booking.state != BookingState::Held {
        return too_late(ctx, desk, &booking, payment.state);
    }
    let reason = payment.reason.unwrap_or_else(|| match payment.state {
        PaymentState::CaptureRefused => {
            "the bank promised the money and then refused it".to_owned()
        }
        _ => "the bank gave no reason".to_owned(),
    });
    still_held(ctx, desk, &booking, reason).await
}

/// The payment came to nothing, and the hold goes on.
async fn still_held(
    ctx: &mut Context,
    desk: &mut Desk,
    booking: &Booking,
    reason: String,
) -> Result<Booking, CliError> {
    desk.sale.card = None;
    desk.note_done(ctx, Stage::Held);
    Err(CliError::Declined {
        reason,
        booking: booking.id,
        held_until: booking.hold_until,
        held_until_local: super::until_local(ctx, &desk.client, booking).await,
    })
}

fn too_late(
    ctx: &mut Context,
    desk: &mut Desk,
    booking: &Booking,
    payment: PaymentState,
) -> Result<Booking, CliError> {
    desk.note_done(ctx, Stage::Finished);
    let end = match booking.state {
        BookingState::Expired => "the hold was over before the money came",
        BookingState::Released => "the seats were given back before the money came",
        BookingState::Cancelled => "the booking was cancelled",
        BookingState::Held | BookingState::Secured | BookingState::Confirmed => "the sale ended",
    };
    Err(CliError::TooLate {
        message: format!("{end}; {}", money_after(payment)),
        booking: booking.id,
    })
}

/// What becomes of the money of a payment that won no seats. Only the payment itself knows: the
/// booking hears of it in its own time.
const fn money_after(payment: PaymentState) -> &'static str {
    match payment {
        PaymentState::Declined | PaymentState::Voided | PaymentState::CaptureRefused => {
            "nothing was taken"
        }
        PaymentState::Pending | PaymentState::Authorised => "if money was taken, it goes back",
        PaymentState::Captured | PaymentState::RefundDue => "the money goes back",
        PaymentState::Refunded => "the money went back",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_payment_that_took_nothing_is_said_to() {
        let nothing = [
            PaymentState::Declined,
            PaymentState::Voided,
            PaymentState::CaptureRefused,
        ];
        let money = [
            PaymentState::Pending,
            PaymentState::Authorised,
            PaymentState::Captured,
            PaymentState::RefundDue,
            PaymentState::Refunded,
        ];
        for state in nothing {
            assert_eq!(money_after(state), "nothing was taken", "{state:?}");
        }
        for state in money {
            assert!(money_after(state).contains("back"), "{state:?}");
        }
    }
}
