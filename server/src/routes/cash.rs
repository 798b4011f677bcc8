//! What somebody has to hand out in cash of money that goes back.
//!
//! Booking knows how much less is kept of a payment; what of several means is cash payment knows.
//! Where payment can't be asked the money is given back all the same, and the answer says that the
//! sum has to be looked up.

use houseful_core::{
    ids::{CommandId, PaymentId},
    message::Tender,
    money::Money,
    show::KeptLess,
    wire::booking::Booking,
};

use super::bookings::about_booking;
use crate::{app::App, problem::ApiError, roles::calls};

/// How much is to be handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cash {
    /// So much.
    Due(Money),
    /// Nothing.
    None,
    /// Some, or nothing: payment can't be asked now.
    Unknown,
}

/// Says in an answer what is to be handed out of a refund, if that was made.
pub(super) async fn of_refund(
    app: &App,
    booking: &mut Booking,
    refund: CommandId,
) -> Result<(), ApiError> {
    let id = booking.id;
    let read = app.lane.read(id.show, move |state, _, _| {
        let made = &state.booking(id.uuid)?.refunds;
        let made = made.iter().find(|made| made.id == refund)?;
        let waits = |less: &KeptLess| {
            let payment = state.payment(less.payment);
            payment.is_some_and(|p| p.to_hand.contains(less))
        };
        // What was approved is told until a till has handed it out.
        made.less.filter(|less| !made.approved || waits(less))
    });
    let less = read.await.map_err(about_booking)?;
    tell(app, booking, less).await
}

/// Says in an answer what is to be handed out of a booking that was taken back.
pub(super) async fn of_cancelled(app: &App, booking: &mut Booking) -> Result<(), ApiError> {
    let id = booking.id;
    let read = app.lane.read(id.show, move |state, _, _| {
        state.booking(id.uuid)?.taken_back
    });
    let less = read.await.map_err(about_booking)?;
    tell(app, booking, less).await
}

async fn tell(app: &App, booking: &mut Booking, less: Option<KeptLess>) -> Result<(), ApiError> {
    let Some(less) = less else {
        return Ok(());
    };
    let paid = booking.payments.iter().find(|p| p.id == less.payment);
    let tender = paid.and_then(|p| Tender::of_word(p.tender.as_deref()?));
    let all = Money::new(less.back_minor(), booking.total.currency);
    match of(app, tender, all, &[less]).await {
        Cash::Due(cash) => booking.cash_back = Some(Box::new(cash)),
        Cash::None => {}
        Cash::Unknown => booking.cash_unknown = true,
    }
    Ok(())
}

/// What of `all`, which went back of one payment step by step, is cash.
pub(super) async fn of(app: &App, tender: Option<Tender>, all: Money, steps: &[KeptLess]) -> Cash {
    match tender {
        _ if all.minor <= 0 => Cash::None,
        Some(Tender::Cash) => Cash::Due(all),
        Some(Tender::Split) => match steps.first() {
            Some(first) => of_several(app, first.payment, all, steps).await,
            None => Cash::None,
        },
        Some(Tender::Card | Tender::Voucher) | None => Cash::None,
    }
}

async fn of_several(app: &App, id: PaymentId, all: Money, steps: &[KeptLess]) -> Cash {
    let payment = match calls::payment(app, id).await {
        Ok(Some(payment)) if payment.knows_its_means() => payment,
        Ok(_) => return Cash::Unknown,
        Err(error) => {
            let error = error.to_string();
            tracing::warn!(payment.id = %id, error, "what is cash of a payment can't be told");
            return Cash::Unknown;
        }
    };
    let cash = |step: &KeptLess| payment.cash_back_minor(step.from_minor, step.to_minor);
    match steps.iter().map(cash).sum() {
        0 => Cash::None,
        minor => Cash::Due(Money::new(minor, all.currency)),
    }
}
