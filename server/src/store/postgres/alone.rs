//! A show for a server that lost it again and again, because it is far away or slow: its own short
//! transaction, with a lock that it waits for.

use std::time::Duration;

use houseful_core::{ids::ShowId, wire::seats::Version};
use tokio::{sync::OwnedSemaphorePermit, time::timeout};

use super::{
    PostgresStore,
    columns::{self, Columns},
    one_show, rows, write,
};
use crate::{
    postgres::{Fault, Transaction},
    store::{Alone, Apart, Later, Outcome, ShowCommit, StoreError},
};

/// The longest wait for a turn among this server's own, and then for the lock.
const PATIENCE: Duration = Duration::from_secs(3);

/// Bounds the wait for the lock by [`PATIENCE`]. The nodes of Citus know nothing of the bound on
/// locks; there the statement itself has one.
const BOUND: &str = "SET LOCAL lock_timeout = '3s'";
const BOUND_AFAR: &str = "SET LOCAL statement_timeout = '3s'";

struct Held {
    store: PostgresStore,
    show: ShowId,
    transaction: Transaction,
    _turn: OwnedSemaphorePermit,
}

pub(super) async fn alone(
    store: &PostgresStore,
    show: ShowId,
    known: Option<Version>,
) -> Result<Apart, StoreError> {
    let turn = timeout(
        PATIENCE,
        std::sync::Arc::clone(&store.apart).acquire_owned(),
    )
    .await;
    let turn = turn
        .map_err(|_| StoreError::Busy)?
        .map_err(|_| StoreError::Busy)?;
    let transaction = store.db.begin().await?;
    let bound = if store.one_show { BOUND_AFAR } else { BOUND };
    let locked = async {
        transaction.run(bound).await?;
        let sql = "SELECT 1 FROM show_head WHERE show_id = $1 FOR NO KEY UPDATE";
        transaction.query(sql, &[&rows::show_in(show)]).await
    };
    match locked.await {
        Ok(_) => {}
        Err(fault @ Fault::Refused(_)) => {
            transaction.roll_back().await;
            return Err(fault.writing());
        }
        Err(fault) => return Err(fault.writing()),
    }
    // Another statement, so that it sees what was committed while the lock was waited for.
    let seen = rows::tail(&store.kept, &transaction, show, known).await?;
    let held = Held {
        store: store.clone(),
        show,
        transaction,
        _turn: turn,
    };
    Ok((seen, Box::new(held)))
}

impl Alone for Held {
    fn commit(self: Box<Self>, show: ShowCommit) -> Later<'static, Outcome> {
        Box::pin(async move {
            if show.head.show != self.show {
                let why = format!("{} is not the show that was taken", show.head.show);
                return Err(StoreError::Unwritable(why));
            }
            show.check()?;
            let store = self.store.clone();
            let written = if store.one_show {
                one_show::alone(&store, self.transaction, &show).await
            } else {
                self.write(&show).await
            };
            let outcome = match written {
                Ok(outcome) => outcome,
                Err(fault) => write::refused(&store, &show, fault).await,
            };
            store.note_times(std::slice::from_ref(&outcome));
            match outcome {
                Outcome::Committed => {
                    show.opened.iter().for_each(|event| store.kept.keep(event));
                    Ok(Outcome::Committed)
                }
                Outcome::Failed(e) => Err(e),
                other => Ok(other),
            }
        })
    }
}

impl Held {
    async fn write(self, show: &ShowCommit) -> Result<Outcome, Fault> {
        let columns = Columns::of([show], self.store.primary_clock);
        let columns = columns.map_err(|e| Fault::NotSent(e.to_string()))?;
        let written = self
            .transaction
            .query(columns.sql(), &columns.params())
            .await;
        let answer = match written {
            Ok(answer) => answer,
            Err(fault) => {
                self.transaction.roll_back().await;
                return Err(fault);
            }
        };
        write::heard(&self.store, &answer)?;
        let outcomes = columns::outcomes(&answer).map_err(|e| Fault::NotSent(e.to_string()))?;
        let outcome = outcomes.into_values().next().unwrap_or(Outcome::Lost);
        if outcome == Outcome::Committed {
            self.transaction.commit().await?;
        } else {
            self.transaction.roll_back().await;
        }
        Ok(outcome)
    }
}
