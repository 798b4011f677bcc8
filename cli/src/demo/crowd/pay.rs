//! How people pay by card, with all that can go wrong with cards.

use std::time::Duration;

use houseful_core::{
    ids::BookingId,
    wire::{
        booking::BookingState,
        payment::{Card, PayRequest, PaymentState},
    },
};

use super::{End, World, dice::Dice};
use crate::{client::Client, moment};

/// The card that pays.
pub(super) const GOOD_CARD: &str = "4242424242424242";

/// How many of 1,000 cards do what; see [`Card`].
const CARDS: [(u32, &str); 8] = [
    (800, GOOD_CARD),
    (80, "4000000000000002"),
    (40, "4000000000000069"),
    (15, "4000000000000119"),
    (15, "4000000000000127"),
    (20, "4000000000000259"),
    (20, "4000000000000077"),
    (10, "4000000000000341"),
];
/// How long somebody looks at "one moment please" before looking again.
const WAIT: Duration = Duration::from_millis(1_500);
/// How often somebody looks.
const LOOKS: u32 = 3;

/// The card somebody has with them.
pub(super) fn any_card(dice: &mut Dice) -> &'static str {
    dice.weighed(&CARDS).unwrap_or(GOOD_CARD)
}

/// Pays. `false`: the card was declined and the seats are still theirs.
pub(super) async fn by_card(
    world: &World,
    client: &Client,
    dice: &mut Dice,
    booking: BookingId,
    card: &str,
) -> Result<bool, End> {
    let leave = world.tally.seen(client.payment_token(booking).await)?;
    let request = PayRequest::by_card(moment::fresh_payment(), leave.token, Card::number(card));
    let mut payment = world
        .tally
        .seen(client.pay(booking, &request, WAIT).await)?;
    for _ in 0..LOOKS {
        if !matches!(
            payment.state,
            PaymentState::Pending | PaymentState::Authorised
        ) {
            break;
        }
        world.think(dice, 5, 15).await?;
        let again = client.payment(request.payment, Some(booking)).await;
        payment = world.tally.seen(again)?;
    }
    match payment.state {
        PaymentState::Captured => {
            look_at_tickets(world, client, dice, booking).await?;
            Ok(true)
        }
        PaymentState::Declined => {
            world.tally.decline();
            Ok(false)
        }
        // Whatever comes of it comes without them: tickets by mail, or the money back.
        PaymentState::Pending
        | PaymentState::Authorised
        | PaymentState::Voided
        | PaymentState::RefundDue
        | PaymentState::Refunded
        | PaymentState::CaptureRefused => Ok(true),
    }
}

async fn look_at_tickets(
    world: &World,
    client: &Client,
    dice: &mut Dice,
    booking: BookingId,
) -> Result<(), End> {
    for _ in 0..LOOKS {
        let now = world.tally.seen(client.booking(booking).await)?;
        if now.state == BookingState::Confirmed {
            world.tally.pay();
            if now.tickets.is_empty() {
                world.tally.seen(client.tickets(booking).await)?;
            }
            return Ok(());
        }
        world.think(dice, 2, 6).await?;
    }
    Ok(())
}
