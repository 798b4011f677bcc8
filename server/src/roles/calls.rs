//! What a route of one role needs of another: done here where both are in this server, else asked.

use std::time::Duration;

use houseful_core::{
    ids::{BookingId, OwnerRef, PaymentId},
    wire::{admin::Audit, payment::Payment, report::MoneyReport},
};

use serde::Serialize;

use super::{
    ServerRole,
    books::PaymentsElsewhere,
    cluster::AskError,
    peer::Health,
    words::{
        Claim, Claimed, ClockMoved, Nothing, OwnerAnswer, OwnerWanted, PaymentAnswer,
        PaymentWanted, at,
    },
};
use crate::{
    app::App,
    audit::{self, Wanted},
    lane::LaneError,
    payment::PaymentError,
    problem::ApiError,
    store::StoreError,
};

/// The longest anybody waits for others to hear of something that they will hear of anyway.
const TOLD_MAX: Duration = Duration::from_secs(1);

/// Gives a payment's id to cash for a booking, so that no card can have it.
///
/// Cash is decided at the counter, and payment hears of it in the end: a counter that can't reach
/// the payment server goes on selling for cash. The id is made by chance; if a till nevertheless
/// named one that is a card's, payment refuses to hear of it and the audit shows it.
///
/// # Errors
/// It is another payment's, or can't be written now.
pub(crate) async fn claim_cash(
    app: &App,
    payment: PaymentId,
    booking: BookingId,
) -> Result<(), ApiError> {
    if app.cluster.has(ServerRole::Payment) {
        return Ok(app.payments.claim_cash(payment, booking).await?);
    }
    if !app.cluster.may_answer(ServerRole::Payment) {
        // A customer at the counter does not wait for a server that is known to be down.
        tracing::warn!(payment.id = %payment, "cash is taken while the payment server is down");
        return Ok(());
    }
    let claim = Claim { payment, booking };
    let asked = app.cluster.ask(ServerRole::Payment, at::CLAIM, &claim);
    match asked.await {
        Ok(Claimed { claimed: true }) => Ok(()),
        Ok(Claimed { claimed: false }) => Err(PaymentError::IdReused.into()),
        Err(error @ (AskError::Nobody(_) | AskError::Refused { .. })) => {
            tracing::warn!(payment.id = %payment, %error, "cash is taken without the payment server");
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// Whose a booking is; `None` if there is no such booking.
///
/// # Errors
/// It can't be told now.
pub(crate) async fn owner_of(app: &App, booking: BookingId) -> Result<Option<OwnerRef>, ApiError> {
    if !app.cluster.has(ServerRole::Booking) {
        let wanted = OwnerWanted { booking };
        let asked = app.cluster.ask(ServerRole::Booking, at::OWNER, &wanted);
        let OwnerAnswer { owner } = asked.await?;
        return Ok(owner);
    }
    let owner = app.lane.read(booking.show, move |state, _, _| {
        state.booking(booking.uuid).map(|record| record.owner)
    });
    match owner.await {
        Ok(owner) => Ok(owner),
        Err(LaneError::NoSuchShow) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A payment as staff see it; `None` for one that is not known there.
///
/// # Errors
/// It can't be told now.
pub(crate) async fn payment(app: &App, payment: PaymentId) -> Result<Option<Payment>, ApiError> {
    if app.cluster.has(ServerRole::Payment) {
        return Ok(app.payments.get(payment).await?);
    }
    if !app.cluster.may_answer(ServerRole::Payment) {
        // Whoever stands at a counter does not wait for a server that is known to be down.
        return Err(ApiError::RoleAway(ServerRole::Payment));
    }
    let wanted = PaymentWanted { payment };
    let asked = app.cluster.ask(ServerRole::Payment, at::PAYMENT, &wanted);
    let PaymentAnswer { payment } = asked.await?;
    Ok(payment)
}

/// Counts the whole house anew. Where the payments are another server's, they are fetched.
///
/// # Errors
/// A journal can't be followed, or the payments can't be had: a count without them would say that
/// all is well.
pub(crate) async fn audit(app: &App) -> Result<Audit, ApiError> {
    let (shows, now) = (&app.journals, app.clock.now());
    if app.cluster.has(ServerRole::Payment) {
        let payments = app.books.payment_books.as_ref();
        return whole(app, audit::sweep(shows, payments, now).await);
    }
    let elsewhere = PaymentsElsewhere::new(app.cluster.clone());
    let swept = audit::sweep(shows, &elsewhere, now).await;
    match elsewhere.trouble() {
        Some(error) => Err(error.into()),
        None => whole(app, swept),
    }
}

/// A count over all shows, or which shards it would leave out.
fn whole<T>(app: &App, counted: Result<T, StoreError>) -> Result<T, ApiError> {
    let away = app.watch.away();
    match counted {
        Err(StoreError::Busy) if !away.is_empty() => Err(ApiError::ShardAway(away)),
        counted => Ok(counted?),
    }
}

/// Holds both books against each other. Where the payments are another server's, they are fetched.
///
/// # Errors
/// A journal can't be followed, or the payments can't be had.
pub(crate) async fn report_money(app: &App, wanted: Wanted) -> Result<MoneyReport, ApiError> {
    let (shows, now) = (&app.journals, app.clock.now());
    let snapshot = app.catalogue.snapshot();
    let place = |show| snapshot.place(show);
    if app.cluster.has(ServerRole::Payment) {
        let payments = app.books.payment_books.as_ref();
        return whole(
            app,
            audit::report(shows, payments, &place, wanted, now).await,
        );
    }
    let elsewhere = PaymentsElsewhere::new(app.cluster.clone());
    let reported = audit::report(shows, &elsewhere, &place, wanted, now).await;
    match elsewhere.trouble() {
        Some(error) => Err(error.into()),
        None => whole(app, reported),
    }
}

/// Tells the others where a clock that is moved by hand has come to. Who does not hear it now, hears
/// it from the catalogue.
pub(crate) async fn clock_moved(app: &App) {
    let moved = ClockMoved {
        to: app.clock.now(),
    };
    tell_all(app, at::CLOCK, &moved).await;
}

/// Has the others look at the tokens, so that one that was made or revoked is so everywhere once
/// this answers. Who does not hear it now, looks by itself.
pub(crate) async fn tokens_changed(app: &App) {
    tell_all(app, at::LOOK, &Nothing {}).await;
}

async fn tell_all<Q: Serialize + Sync>(app: &App, address: &'static str, what: &Q) {
    let told = app.cluster.peers().iter().map(|peer| async move {
        if peer.health() == Health::Down {
            tracing::warn!(role = %peer.role, address, "another server is down and was not told");
            return;
        }
        let told = app.cluster.ask_one::<Nothing>(peer, address, what);
        match tokio::time::timeout(TOLD_MAX, told).await {
            Ok(Ok(Nothing {})) => {}
            Ok(Err(error)) => {
                tracing::warn!(role = %peer.role, %error, address, "another server was not told");
            }
            Err(_) => {
                tracing::warn!(role = %peer.role, address, "another server has not answered in time");
            }
        }
    });
    futures_util::future::join_all(told).await;
}
