//! Committing where journals are spread over the nodes of Citus: each show is a short transaction of
//! its own on the node that has it, in two packets, several of them at once.
//!
//! 1. `BEGIN`, the lock of the head that stands where the show was decided on (or the head of a new
//!    show), and then the clock.
//! 2. If the head was had and the time is right, everything else and `COMMIT`; else `ROLLBACK`.
//!
//! The rules and the answers are those of the one statement for all (`batch`), which Citus does not
//! take: it wants statements that name one show each.

mod statements;

use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use futures_util::future::join_all;
use houseful_core::{ids::ShowId, time::UtcMillis};
use tokio_postgres::Row;

use super::{PostgresStore, immutable::Carried, rows, write};
use crate::{
    postgres::{Fault, Transaction},
    store::{Outcome, ShowCommit, StoreError},
};

/// How far behind the primary's clock a show may have been decided, and how far ahead of it, in
/// milliseconds.
const BEHIND_MS: i64 = 2_000;
const AHEAD_MS: i64 = 1_000;

/// Commits each show by itself. Those of one show come one after the other.
pub(super) async fn commit(store: &PostgresStore, batch: &[ShowCommit]) -> Vec<Outcome> {
    let mut places: HashMap<ShowId, Vec<usize>> = HashMap::new();
    let mut shows: Vec<ShowId> = Vec::new();
    for (n, commit) in batch.iter().enumerate() {
        let show = commit.head.show;
        let of_show = places.entry(show).or_default();
        if of_show.is_empty() {
            shows.push(show);
        }
        of_show.push(n);
    }
    let (next, gone) = (AtomicUsize::new(0), AtomicBool::new(false));
    // One connection is left for whoever has something else to write.
    let at_once = store
        .db
        .writers()
        .saturating_sub(1)
        .clamp(1, shows.len().max(1));
    let worker = || async {
        let mut outcomes = Vec::new();
        while let Some(show) = shows.get(next.fetch_add(1, Ordering::Relaxed)) {
            for n in &places[show] {
                let outcome = if gone.load(Ordering::Relaxed) {
                    // A server that is slow or away would be waited for again and again.
                    Outcome::Failed(StoreError::Busy)
                } else {
                    one(store, &batch[*n], &gone).await
                };
                outcomes.push((*n, outcome));
            }
        }
        outcomes
    };
    let workers = (0..at_once).map(|_| worker());
    let mut outcomes: Vec<_> = join_all(workers).await.into_iter().flatten().collect();
    outcomes.sort_unstable_by_key(|(n, _)| *n);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

async fn one(store: &PostgresStore, show: &ShowCommit, gone: &AtomicBool) -> Outcome {
    let mut done = in_a_transaction(store, show).await;
    if matches!(done, Err(Fault::NotSent(_))) {
        // The connection was gone before; nothing was written.
        done = in_a_transaction(store, show).await;
    }
    match done {
        Ok(outcome) => outcome,
        Err(fault) => {
            if !is_its_own(&fault) {
                gone.store(true, Ordering::Relaxed);
            }
            write::refused(store, show, fault).await
        }
    }
}

/// Whether a fault may be that of a show, or of the node that has it; other nodes go on.
fn is_its_own(fault: &Fault) -> bool {
    match fault {
        Fault::Refused(db) => write::concerns_a_show(db) || db.code().code().starts_with("08"),
        _ => false,
    }
}

async fn in_a_transaction(store: &PostgresStore, show: &ShowCommit) -> Result<Outcome, Fault> {
    let carried = carried(show)?;
    let first = statements::first(show, &carried);
    let (transaction, answers) = store.db.begin_with(&first).await?;
    finish(store, transaction, show, (&carried, &answers)).await
}

/// The same in a transaction that has the head already.
pub(super) async fn alone(
    store: &PostgresStore,
    transaction: Transaction,
    show: &ShowCommit,
) -> Result<Outcome, Fault> {
    let carried = carried(show)?;
    let answers = transaction
        .together(&statements::first(show, &carried))
        .await;
    match answers {
        Ok(answers) => finish(store, transaction, show, (&carried, &answers)).await,
        Err(fault) => {
            transaction.roll_back().await;
            Err(fault)
        }
    }
}

fn carried(show: &ShowCommit) -> Result<Carried, Fault> {
    Carried::of([show]).map_err(|e| Fault::NotSent(e.to_string()))
}

/// Goes by what was heard first: writes the rest and commits, or takes it back.
async fn finish(
    store: &PostgresStore,
    transaction: Transaction,
    show: &ShowCommit,
    (carried, answers): (&Carried, &[Vec<Row>]),
) -> Result<Outcome, Fault> {
    let heard = match Heard::of(store, show, answers) {
        Ok(heard) => heard,
        Err(fault) => {
            transaction.roll_back().await;
            return Err(fault);
        }
    };
    if heard.outcome != Outcome::Committed {
        transaction.roll_back().await;
        return Ok(heard.outcome);
    }
    let then = statements::then(show, carried, &heard.known);
    transaction.commit_with(&then).await?;
    Ok(Outcome::Committed)
}

/// What the first packet was answered with.
struct Heard {
    /// What will have become of the show when the rest goes well.
    outcome: Outcome,
    /// The layouts and price cards that are there.
    known: Vec<String>,
}

impl Heard {
    fn of(store: &PostgresStore, show: &ShowCommit, answers: &[Vec<Row>]) -> Result<Self, Fault> {
        let unheard = |e: StoreError| Fault::NotSent(e.to_string());
        let nothing = || Fault::NotSent("half an answer".to_owned());
        // A new show has its slot and its head to be told of, any other one its head.
        let of_head = if show.expect.is_none() { 2 } else { 1 };
        let (head, rest) = answers.split_at_checked(of_head).ok_or_else(nothing)?;
        let clock = rest.first().and_then(|rows| rows.first());
        let clock = clock.ok_or_else(nothing)?;
        let bare: bool = rows::get(clock, 1).map_err(unheard)?;
        // Nothing is said, and nothing written, where a standby is missing that was asked for.
        let bare: &[Row] = if bare { &[] } else { &rest[0] };
        write::heard(store, bare)?;
        let now = UtcMillis(rows::get(clock, 0).map_err(unheard)?);
        let known = rest
            .get(1)
            .map(|rows| rows.iter().map(|row| rows::get(row, 0)).collect());
        let known: Result<Vec<String>, StoreError> = known.unwrap_or_else(|| Ok(Vec::new()));
        let outcome = if store.primary_clock && !in_time(show, now) {
            Outcome::OutOfTime { primary: now }
        } else if head.iter().any(Vec::is_empty) {
            Outcome::Lost
        } else {
            Outcome::Committed
        };
        Ok(Self {
            outcome,
            known: known.map_err(unheard)?,
        })
    }
}

/// Whether a show was decided at a time that the primary's clock agrees with. A fence says no time.
fn in_time(show: &ShowCommit, now: UtcMillis) -> bool {
    show.rows.last().is_none_or(|(decided, _)| {
        let ahead = decided.0.saturating_sub(now.0);
        (-BEHIND_MS..=AHEAD_MS).contains(&ahead)
    })
}
