//! Ctrl-C in the middle of a sale, and how a sale ends.

use std::{future::Future, time::Duration};

use houseful_core::wire::booking::{Booking, BookingState, ReleaseRequest};

use super::{Desk, until_local};
use crate::{commands::booking, context::Context, error::CliError, state::Stage};

/// How long giving the seats back may take; they come back by themselves after five minutes.
const TIDY_MAX: Duration = Duration::from_secs(2);

/// The work, or that somebody pressed Ctrl-C in the middle of it.
pub(super) async fn or_ctrl_c<T>(
    work: impl Future<Output = Result<T, CliError>>,
) -> Option<Result<T, CliError>> {
    tokio::select! {
        done = work => Some(done),
        Ok(()) = tokio::signal::ctrl_c() => None,
    }
}

/// Writes the booking, or tidies up after Ctrl-C.
pub(super) async fn tidy(
    ctx: &mut Context,
    desk: &mut Desk,
    done: Option<Result<Booking, CliError>>,
) -> Result<(), CliError> {
    match done {
        Some(Ok(booking)) => booking::show(ctx, &desk.client, &booking).await,
        Some(Err(error)) => Err(error),
        None => Err(give_up(ctx, desk).await),
    }
}

async fn give_up(ctx: &mut Context, desk: &mut Desk) -> CliError {
    let stopped = |message: &str, next: Option<String>| CliError::Stopped {
        message: message.to_owned(),
        next,
    };
    let resume = Some("houseful sell --resume".to_owned());
    match desk.sale.stage {
        Stage::TakingCash | Stage::TakingCard => {
            return stopped(
                "stopped while money was being taken; it may have been",
                resume,
            );
        }
        Stage::Finished => return stopped("stopped after the sale was done", None),
        Stage::Holding | Stage::Held if desk.asked_here => {}
        Stage::Holding | Stage::Held => return left_held(ctx, desk).await,
    }
    ctx.say("stopping: giving the seats back");
    let request = ReleaseRequest {
        command: desk.sale.release,
    };
    // For a booking the server has not seen yet this makes sure that it never will be held.
    let release = desk.client.release(desk.sale.booking, &request);
    let released = tokio::select! {
        done = tokio::time::timeout(TIDY_MAX, release) => matches!(done, Ok(Ok(_))),
        // A second Ctrl-C: leave at once.
        _ = tokio::signal::ctrl_c() => false,
    };
    if released {
        desk.note_done(ctx, Stage::Finished);
        stopped("stopped; the seats were given back", None)
    } else {
        stopped("stopped; the seats come back within five minutes", resume)
    }
}

/// Somebody else's hold, or one of an earlier run: it stays, and how long is said.
async fn left_held(ctx: &Context, desk: &Desk) -> CliError {
    let look = async {
        let booking = desk.client.booking(desk.sale.booking).await.ok()?;
        let is_held = booking.state == BookingState::Held;
        Some((is_held, until_local(ctx, &desk.client, &booking).await))
    };
    let looked = tokio::select! {
        done = tokio::time::timeout(TIDY_MAX, look) => done.ok().flatten(),
        // A second Ctrl-C: leave at once.
        _ = tokio::signal::ctrl_c() => None,
    };
    let message = match looked {
        Some((true, until)) => format!("stopped; the hold stays until {until}"),
        Some((false, _)) => "stopped; nothing was changed".to_owned(),
        None => "stopped; the hold stays until its time is over".to_owned(),
    };
    CliError::Stopped {
        message,
        next: Some(format!("houseful booking pay {}", desk.sale.booking)),
    }
}
