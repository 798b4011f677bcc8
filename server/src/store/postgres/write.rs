//! Committing a batch: the one statement, and what is done when the database refuses it.

use std::collections::HashSet;

use houseful_core::ids::ShowId;
use tokio_postgres::error::DbError;

use super::{
    PostgresStore,
    columns::{self, Columns},
    one_show, rows,
};
use crate::{
    postgres::Fault,
    store::{Outcome, Projection, ShowCommit, StoreError},
};

pub(super) async fn commit(
    store: &PostgresStore,
    batch: Vec<ShowCommit>,
) -> Result<Vec<Outcome>, StoreError> {
    batch.iter().try_for_each(ShowCommit::check)?;
    let outcomes = if store.one_show {
        unless_all_failed(one_show::commit(store, &batch).await)?
    } else {
        match together(store, &batch).await {
            Err(Fault::Refused(db)) if concerns_a_show(&db) => {
                tracing::warn!("a batch was refused ({db}); its shows are tried one by one");
                one_by_one(store, &batch).await?
            }
            other => other.map_err(Fault::writing)?,
        }
    };
    store.note_times(&outcomes);
    let committed = batch.iter().zip(&outcomes);
    for (show, _) in committed.filter(|(_, o)| **o == Outcome::Committed) {
        show.opened.iter().for_each(|event| store.kept.keep(event));
    }
    Ok(outcomes)
}

/// Whether a refusal may be one show's fault alone: of its content, its neighbours or its locks. A
/// server that is full, slow or read only says the same to each.
pub(super) fn concerns_a_show(db: &DbError) -> bool {
    ["22", "23", "40", "55", "XX"]
        .iter()
        .any(|class| db.code().code().starts_with(class))
}

/// All shows in one commit. A show that is there twice (which a lane never does) is written in
/// the order given, in one transaction.
async fn together(store: &PostgresStore, batch: &[ShowCommit]) -> Result<Vec<Outcome>, Fault> {
    let waves = waves(batch);
    if let [wave] = &waves[..] {
        let columns = columns(store, wave.iter().map(|n| &batch[*n]))?;
        let answer = autocommit(store, &columns).await?;
        return told(wave.iter().map(|n| &batch[*n]), &answer);
    }
    let mut outcomes = vec![Outcome::Lost; batch.len()];
    let transaction = store.db.begin().await.map_err(|_| busy())?;
    for wave in &waves {
        let columns = columns(store, wave.iter().map(|n| &batch[*n]))?;
        let answer = transaction.query(columns.sql(), &columns.params()).await?;
        heard(store, &answer)?;
        let told = told(wave.iter().map(|n| &batch[*n]), &answer)?;
        for (n, outcome) in wave.iter().zip(told) {
            outcomes[*n] = outcome;
        }
    }
    transaction.commit().await?;
    Ok(outcomes)
}

/// The arrays of some shows. What can't be put into words was not sent.
fn columns<'a>(
    store: &PostgresStore,
    shows: impl IntoIterator<Item = &'a ShowCommit> + Clone,
) -> Result<Columns<'a>, Fault> {
    Columns::of(shows, store.primary_clock).map_err(|e| Fault::NotSent(e.to_string()))
}

/// Nothing is said, and nothing written, where a standby is missing that was asked for.
pub(super) fn heard(store: &PostgresStore, answer: &[tokio_postgres::Row]) -> Result<(), Fault> {
    if answer.is_empty() {
        store.db.check_anew();
        return Err(Fault::NotSent("the server waits for no standby".to_owned()));
    }
    Ok(())
}

/// Sends a batch; once more if the connection turns out to have been gone before.
async fn autocommit(
    store: &PostgresStore,
    columns: &Columns<'_>,
) -> Result<Vec<tokio_postgres::Row>, Fault> {
    let (sql, params) = (columns.sql(), columns.params());
    let held = store.db.writer().await.map_err(|_| busy())?;
    let answer = match held.query(sql, &params).await {
        Err(Fault::NotSent(_)) => {
            drop(held);
            let held = store.db.writer().await.map_err(|_| busy())?;
            held.query(sql, &params).await
        }
        other => other,
    }?;
    heard(store, &answer)?;
    Ok(answer)
}

fn busy() -> Fault {
    Fault::NotSent("no connection".to_owned())
}

/// The places of the shows of a batch, in rounds of which none has a show twice.
fn waves(batch: &[ShowCommit]) -> Vec<Vec<usize>> {
    let mut waves: Vec<(HashSet<ShowId>, Vec<usize>)> = Vec::new();
    for (n, commit) in batch.iter().enumerate() {
        let show = commit.head.show;
        // The first round behind the last one that has the show.
        let round = waves
            .iter()
            .rposition(|(shows, _)| shows.contains(&show))
            .map_or(0, |r| r + 1);
        if round == waves.len() {
            waves.push((HashSet::new(), Vec::new()));
        }
        let (shows, places) = &mut waves[round];
        shows.insert(show);
        places.push(n);
    }
    waves.into_iter().map(|(_, places)| places).collect()
}

/// The outcomes of shows in their order. What was committed can't be said twice, so an answer that
/// makes no sense leaves everything open.
fn told<'a>(
    shows: impl Iterator<Item = &'a ShowCommit>,
    answer: &[tokio_postgres::Row],
) -> Result<Vec<Outcome>, Fault> {
    let lost = |why: String| Fault::Lost(why);
    let mut outcomes = columns::outcomes(answer).map_err(|e| lost(e.to_string()))?;
    let outcome = |show: &ShowCommit| {
        let outcome = outcomes.remove(&show.head.show);
        outcome.ok_or_else(|| lost(format!("nothing was said of {}", show.head.show)))
    };
    shows.map(outcome).collect()
}

/// Each show by itself, so that one that is refused stops no other. An error if all failed.
async fn one_by_one(
    store: &PostgresStore,
    batch: &[ShowCommit],
) -> Result<Vec<Outcome>, StoreError> {
    let mut outcomes = Vec::with_capacity(batch.len());
    let mut gone = false;
    for show in batch {
        if gone {
            outcomes.push(Outcome::Failed(StoreError::Busy));
            continue;
        }
        let done = one(store, show).await;
        // A connection that is lost, or a server that is slow, would be waited for again and again.
        gone = match &done {
            Err(Fault::Refused(db)) => !concerns_a_show(db),
            Err(_) => true,
            Ok(_) => false,
        };
        outcomes.push(match done {
            Ok(outcome) => outcome,
            Err(fault) => refused(store, show, fault).await,
        });
    }
    unless_all_failed(outcomes)
}

/// The outcomes; an error if all failed.
fn unless_all_failed(outcomes: Vec<Outcome>) -> Result<Vec<Outcome>, StoreError> {
    let failed = |outcome: &Outcome| match outcome {
        Outcome::Failed(e) => Some(e.clone()),
        _ => None,
    };
    let faults: Vec<_> = outcomes.iter().filter_map(failed).collect();
    match faults.first() {
        Some(_) if faults.len() == outcomes.len() && faults.contains(&StoreError::Unknown) => {
            Err(StoreError::Unknown)
        }
        Some(first) if faults.len() == outcomes.len() => Err(first.clone()),
        _ => Ok(outcomes),
    }
}

async fn one(store: &PostgresStore, show: &ShowCommit) -> Result<Outcome, Fault> {
    let columns = columns(store, [show])?;
    let answer = autocommit(store, &columns).await?;
    let told = told([show].into_iter(), &answer)?;
    let nothing = || Fault::Lost(format!("nothing was said of {}", show.head.show));
    told.into_iter().next().ok_or_else(nothing)
}

/// What a show is told that the database refused by itself.
pub(super) async fn refused(store: &PostgresStore, show: &ShowCommit, fault: Fault) -> Outcome {
    match fault {
        Fault::Refused(db) if db.code().code().starts_with("23") => {
            Outcome::Guarded(why(store, show, &db).await)
        }
        fault => {
            let e = fault.writing();
            tracing::warn!("{} was not written: {e}", show.head.show);
            Outcome::Failed(e)
        }
    }
}

/// What the guard says, in words.
async fn why(store: &PostgresStore, show: &ShowCommit, db: &DbError) -> String {
    let id = show.head.show;
    if db.table() == Some("ticket") && db.column() == Some("booking") {
        return format!("a ticket code of {id} belongs to another booking");
    }
    if db.constraint() != Some("ticket_one_a_seat") {
        return format!("{id}: {} ({})", db.message(), db.code().code());
    }
    let (mut seats, mut codes) = (Vec::new(), Vec::new());
    for projection in &show.projections {
        if let Projection::Ticket {
            seat, code, valid, ..
        } = projection
        {
            codes.push(code.bits().cast_signed());
            if *valid {
                seats.push(i32::from(seat.0));
            }
        }
    }
    let sql = "SELECT label FROM ticket
               WHERE show_id = $1 AND valid AND seat = ANY($2) AND code <> ALL($3)
               ORDER BY seat LIMIT 1";
    let found = store
        .db
        .read(sql, &[&rows::show_in(id), &seats, &codes])
        .await;
    let label = found
        .ok()
        .and_then(|rows| rows.first()?.try_get::<_, String>(0).ok());
    match label {
        Some(label) => format!("a valid ticket for seat {label} of {id} exists"),
        None => format!("a valid ticket for a seat of {id} exists"),
    }
}

#[cfg(test)]
mod tests {
    use houseful_core::wire::seats::Version;

    use super::*;
    use crate::store::{Head, SalesWord};

    #[test]
    fn a_show_that_comes_again_waits_for_the_next_round() {
        let of = |show| ShowCommit {
            expect: None,
            rows: Vec::new(),
            opened: Vec::new(),
            projections: Vec::new(),
            head: Head {
                show: ShowId(show),
                version: Version { ver: 1, tip: 1 },
                next_due: None,
                taken: 0,
                total: 0,
                sales: SalesWord::Open,
            },
        };
        let batch = [1, 2, 1, 1, 2, 3].map(of);
        assert_eq!(waves(&batch), [vec![0, 1, 5], vec![2, 4], vec![3]]);
        assert_eq!(waves(&batch[..2]), [vec![0, 1]]);
    }
}
