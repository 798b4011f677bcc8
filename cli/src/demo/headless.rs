//! A busy evening without anybody looking: the crowd, then the books.

use std::time::{Duration, Instant};

use houseful_core::wire::admin::Audit;
use serde::Serialize;

use super::crowd::{Crowd, Doors, Habits, tally::Counts};
use crate::{
    client::{Client, ClientError},
    moment,
};

/// How long open payments may take to come to their end once the crowd has left.
const SETTLING_MAX: Duration = Duration::from_secs(20);
/// How often is looked whether they have.
const LOOK: Duration = Duration::from_millis(100);

/// What came of an evening. Counts of bookings are those of the evening alone, taken from the
/// sweep over the database; the last three are about everything that is in it.
#[derive(Clone, Debug, Serialize)]
pub struct Evening {
    /// How long the crowd was there, in thousandths of a second.
    pub milliseconds: u128,
    /// The same in whole seconds, rounded.
    pub seconds: u128,
    /// Seconds of the server's time in a real second.
    pub speed: u32,
    /// How many people there were.
    pub crowd: usize,
    /// What their habits followed from.
    pub seed: u64,
    /// Bookings that were confirmed before the evening began.
    pub sold_before: u64,
    /// Times somebody came.
    pub visits: u64,
    /// Questions the crowd asked.
    pub requests: u64,
    /// Questions without an answer that could be used.
    pub failed: u64,
    /// Holds that were granted.
    pub holds: u64,
    /// Holds a second.
    pub holds_per_s: u128,
    /// Questions a second.
    pub requests_per_s: u128,
    /// Wishes the rules said no to.
    pub refused: u64,
    /// Cards that were declined.
    pub declined: u64,
    /// Bookings that were confirmed.
    pub confirmed: u64,
    /// Holds that ran out.
    pub expired: u64,
    /// Holds that were given up.
    pub released: u64,
    /// Payments that were voided or refunded.
    pub refunded: u64,
    /// Payments that were still on their way when the books were closed.
    pub open_payments: usize,
    /// Seats with more than one valid ticket or more than one owner.
    pub double_sold: u64,
    /// Payments whose money is neither in tickets nor back.
    pub money_mismatch: u64,
    /// Seats that are not for sale and belong to nobody.
    pub stuck_seats: u64,
}

impl Evening {
    /// Whether the books are in order.
    #[must_use]
    pub fn in_order(&self) -> bool {
        self.double_sold == 0 && self.money_mismatch == 0 && self.stuck_seats == 0
    }
}

/// Lets the crowd in for as long as `open` takes, waits until the money has settled and looks
/// into the books. `progress` is told now and then.
///
/// # Errors
/// The books can't be read.
pub async fn run(
    admin: &Client,
    doors: &Doors,
    habits: Habits,
    open: impl Future<Output = ()>,
    progress: impl Fn(&Counts, Duration),
) -> Result<Evening, ClientError> {
    let before = admin.audit().await?;
    let begun = moment::tick();
    let crowd = Crowd::start(doors, habits);
    let counts = watch(crowd, open, begun, progress).await;
    let took = moment::tick().saturating_duration_since(begun);
    let open_payments = settle(admin).await?;
    let after = admin.audit().await?;
    Ok(evening(habits, took, counts, before, after, open_payments))
}

async fn watch(
    crowd: Crowd,
    open: impl Future<Output = ()>,
    begun: Instant,
    progress: impl Fn(&Counts, Duration),
) -> Counts {
    let mut open = std::pin::pin!(open);
    loop {
        tokio::select! {
            () = &mut open => return crowd.leave().await,
            () = moment::pause(LOOK) => {
                let passed = moment::tick().saturating_duration_since(begun);
                progress(&crowd.counts(), passed);
            }
        }
    }
}

/// Waits until no payment is open, for a while. How many are still open then.
async fn settle(admin: &Client) -> Result<usize, ClientError> {
    let end = moment::tick() + SETTLING_MAX;
    loop {
        let open = admin.payments(true, None).await?.items.len();
        if open == 0 || moment::tick() >= end {
            return Ok(open);
        }
        moment::pause(LOOK).await;
    }
}

fn evening(
    habits: Habits,
    took: Duration,
    counts: Counts,
    before: Audit,
    after: Audit,
    open_payments: usize,
) -> Evening {
    let milliseconds = took.as_millis();
    let per_s = |n: u64| u128::from(n) * 1_000 / milliseconds.max(1);
    let holds = after.holds.saturating_sub(before.holds);
    Evening {
        milliseconds,
        seconds: (milliseconds + 500) / 1_000,
        speed: habits.speed,
        crowd: habits.people,
        seed: habits.seed,
        sold_before: before.confirmed,
        visits: counts.visits,
        requests: counts.requests,
        failed: counts.failed,
        holds,
        holds_per_s: per_s(holds),
        requests_per_s: per_s(counts.requests),
        refused: counts.refused,
        declined: counts.declined,
        confirmed: after.confirmed.saturating_sub(before.confirmed),
        expired: after.expired.saturating_sub(before.expired),
        released: after.released.saturating_sub(before.released),
        refunded: after.refunded.saturating_sub(before.refunded),
        open_payments,
        double_sold: after.double_sold,
        money_mismatch: after.money_mismatch,
        stuck_seats: after.stuck_seats,
    }
}
