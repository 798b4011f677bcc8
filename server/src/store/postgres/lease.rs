//! Taking shows that wait for something that is over.

use houseful_core::{ids::ShowId, time::UtcMillis};

use super::{PostgresStore, rows};
use crate::store::{Store as _, StoreError};

/// Takes what is due and not being taken or moved by somebody else at this moment. Where the
/// primary's clock leads, nothing is due or put off by a clock that is ahead of it. A show that moved
/// waits where it lives now.
const LEASE: &str = "
    WITH clock AS MATERIALIZED (
        SELECT CASE WHEN $4 THEN (extract(epoch FROM clock_timestamp()) * 1000)::bigint
                    ELSE $1 END AS ms
    ), due AS MATERIALIZED (
        SELECT show_id, next_due FROM show_head
        WHERE next_due <= least($1, (SELECT ms FROM clock)) AND sales <> 'moved'
        ORDER BY next_due, show_id LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED
    ), taken AS (
        UPDATE show_head h SET next_due = clock.ms + ($2 - $1) FROM due CROSS JOIN clock
        WHERE h.show_id = due.show_id RETURNING h.show_id
    )
    SELECT due.show_id FROM due JOIN taken USING (show_id) ORDER BY due.next_due, due.show_id";

/// The same for one show at a time: what is due, and then each that still is.
const DUE: &str = "SELECT show_id, next_due FROM show_head WHERE next_due <= $1
    AND sales <> 'moved' ORDER BY next_due, show_id LIMIT $2";
const TAKE: &str = "UPDATE show_head SET next_due = $3 WHERE show_id = $1 AND next_due = $2
    RETURNING show_id";

/// See [`Store::lease`](crate::store::Store::lease).
pub(super) async fn lease(
    store: &PostgresStore,
    (now, until): (UtcMillis, UtcMillis),
    limit: u32,
) -> Result<Vec<ShowId>, StoreError> {
    // A look costs nothing; mostly there is nothing to take.
    let any = "SELECT 1 FROM show_head WHERE next_due <= $1 AND sales <> 'moved' LIMIT 1";
    if store.db.read(any, &[&now.0]).await?.is_empty() {
        return Ok(Vec::new());
    }
    if store.one_show {
        return one_by_one(store, (now, until), limit).await;
    }
    let (limit, by_primary) = (i64::from(limit), store.primary_clock);
    let params: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
        [&now.0, &until.0, &limit, &by_primary];
    let taken = store.db.write(LEASE, &params).await?;
    taken.iter().map(|row| rows::show(row, 0)).collect()
}

/// Whoever finds a show taken looks again, for others may wait behind it.
async fn one_by_one(
    store: &PostgresStore,
    (now, until): (UtcMillis, UtcMillis),
    limit: u32,
) -> Result<Vec<ShowId>, StoreError> {
    let primary = store.time().await?.unwrap_or(now);
    let by = now.0.min(primary.0);
    let put_off = primary.0.saturating_add(until.0.saturating_sub(now.0));
    let all = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut taken = Vec::new();
    while taken.len() < all {
        let more = i64::try_from(all - taken.len()).unwrap_or(i64::MAX);
        let due = store.db.read(DUE, &[&by, &more]).await?;
        let mut lost = false;
        for row in &due {
            let (show, waits): (i64, i64) = (rows::get(row, 0)?, rows::get(row, 1)?);
            match store.db.write(TAKE, &[&show, &waits, &put_off]).await {
                Ok(mine) => match mine.first() {
                    Some(row) => taken.push(rows::show(row, 0)?),
                    None => lost = true,
                },
                // Those that were taken are to be seen to all the same.
                Err(_) if !taken.is_empty() => return Ok(taken),
                Err(e) => return Err(e),
            }
        }
        if !lost {
            break;
        }
    }
    Ok(taken)
}
