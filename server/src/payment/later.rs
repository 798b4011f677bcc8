//! What happens to money after its sale: a message of the provider, or its record of events, says
//! that something did, and then the charge is looked at.

use std::sync::Arc;

use houseful_core::wire::payment::Reconciled;
use tokio_util::sync::CancellationToken;

use super::{
    PaymentError,
    flow::Flow,
    reconcile::{compare_one, pause, tell},
    stripe::Stripe,
};

/// How often it is looked up what a message is about while somebody is at it; how often, and after
/// which rests in milliseconds of real time, is looked whether nobody is any more.
const WAKE_TRIES: u32 = 4;
const WAKE_LOOKS: u32 = 100;
const WAKE_REAL_MS: u64 = 50;
/// How many are seen to at once: two calls each, so that Stripe has no reason to send us away.
const AT_ONCE: usize = 8;
/// After so many looks in vain, one after the other, the rest waits for the next time.
const IN_VAIN_MAX: u32 = 3;
/// After how many, or a few more, it is written down how far they were seen to.
const NOTE_EVERY: usize = 48;

/// Sees to it every so often, until `shutdown` is cancelled: by itself, so that many news keep no list
/// from being compared.
pub(super) async fn run(flow: Arc<Flow>, stripe: Stripe, shutdown: CancellationToken) {
    while pause(&flow, &shutdown).await {
        let mut done = Reconciled::default();
        // What could not be seen to was told, and has its turn the next time.
        let _ = hear(&flow, &stripe, &mut done).await;
        tell(&done);
    }
}

/// Sees to all that happened to money later and was not seen to before. It goes on where it ended,
/// in whichever run of whichever server.
///
/// # Errors
/// Not all could be seen to now.
pub(super) async fn hear(
    flow: &Flow,
    stripe: &Stripe,
    done: &mut Reconciled,
) -> Result<(), PaymentError> {
    let busy = |error| {
        tracing::warn!(%error, "what happened to money later can't be read");
        PaymentError::Busy
    };
    let news = stripe.late_news().await.map_err(busy)?;
    let (mut seen_until, mut whole, mut in_vain, mut seen) = (None, true, 0, 0_usize);
    for some in news.chunks(AT_ONCE) {
        if in_vain >= IN_VAIN_MAX || flow.tasks.is_closed() {
            whole = false;
            break;
        }
        let looks = some.iter().map(|news| async move {
            let mut done = Reconciled::default();
            let seen = wake(flow, stripe, &news.intent, &mut done).await;
            (seen, done)
        });
        let looks = futures_util::future::join_all(looks).await;
        for (news, (seen, found)) in some.iter().zip(looks) {
            done.checked += 1;
            done.repaired += found.repaired;
            done.unknown += found.unknown;
            done.differing += found.differing;
            if seen {
                stripe.heard(news);
                in_vain = 0;
            } else {
                (whole, in_vain) = (false, in_vain + 1);
            }
            // How far it is told stands before the first that was not seen to.
            if whole {
                seen_until = Some(news.at);
            }
        }
        seen += some.len();
        if whole
            && seen.is_multiple_of(NOTE_EVERY)
            && let Some(until) = seen_until
        {
            stripe.heard_until(until).await.map_err(busy)?;
        }
    }
    if let Some(until) = seen_until {
        stripe.heard_until(until).await.map_err(busy)?;
    }
    whole.then_some(()).ok_or(PaymentError::Busy)
}

/// Looks where one charge stands that somebody spoke of, and brings its payment in line; `false` if
/// that could not be done.
pub(super) async fn wake(
    flow: &Flow,
    stripe: &Stripe,
    intent: &str,
    done: &mut Reconciled,
) -> bool {
    for _ in 0..WAKE_TRIES {
        let charge = match stripe.charge_of(intent).await {
            Ok(Some(charge)) => charge,
            Ok(None) => {
                tracing::info!(intent, "a message is about nothing of ours");
                return true;
            }
            Err(error) => {
                tracing::warn!(intent, %error, "what a message is about can't be looked up");
                return false;
            }
        };
        if !flow.is_busy(charge.payment) {
            match compare_one(flow, &charge, done).await {
                Ok(true) => return true,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(payment.id = %charge.payment, %error, "what a message is about can't be written");
                    return false;
                }
            }
        }
        // Whoever is at it may have asked before this happened, and may move it: what was just
        // found is old news by then.
        for _ in 0..WAKE_LOOKS {
            flow.clock.rest_real(WAKE_REAL_MS).await;
            if !flow.is_busy(charge.payment) {
                break;
            }
        }
    }
    false
}
