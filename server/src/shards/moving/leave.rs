//! A shard that was put back to a copy still has shows as its own that have moved since. Its journals
//! are brought to where the shows left it, by the rows of the shard that has them now.

use houseful_core::{ids::ShowId, wire::seats::Version};
use tokio_postgres::Row;

use super::{
    MoveError,
    shards::Member,
    show::{PART, key, learn, text},
    tables::{JOURNAL, OTHERS},
};
use crate::{
    postgres::{
        Fault,
        row::{self, get},
    },
    store::StoreError,
};

/// Where a journal stands here.
const HEAD: &str = "SELECT ver, tip FROM show_head WHERE show_id = $1 AND sales <> 'moved'";
/// Where the show left that journal: the first seal behind it.
const SEAL: &str = "SELECT ver, tip FROM show_event
    WHERE show_id = $1 AND ver > $2 AND kind = 'sealed' AND tip IS NOT NULL ORDER BY ver LIMIT 1";
const MONEY: &str = "SELECT coalesce(json_agg(t), '[]')::text FROM (SELECT * FROM money_line
    WHERE show_id = $1 AND ver > $2 AND ver <= $3 ORDER BY ver, line) t";
/// Whoever has written here since keeps it.
const END: &str = "UPDATE show_head SET ver = $4, tip = $5, sales = 'moved', next_due = NULL
    WHERE show_id = $1 AND ver = $2 AND tip = $3 RETURNING 1";

/// A version as the tables have it.
type Stand = (i64, i64);

fn stand(rows: &[Row]) -> Result<Option<Stand>, StoreError> {
    rows.first()
        .map(|row| Ok((row::count(row, 0)?.cast_signed(), get(row, 1)?)))
        .transpose()
}

/// Has a shard's journal of a show that goes on at `to` end where the show left it, if it does not.
pub(super) async fn leave(left: ShowId, from: &Member, to: &Member) -> Result<(), MoveError> {
    let show = key(left);
    let head = from.db.read(HEAD, &[&show]).await;
    let Some(head) = head
        .and_then(|rows| stand(&rows))
        .map_err(|why| from.store(why))?
    else {
        return Ok(());
    };
    let forked = || MoveError::Forked {
        show: left,
        from: from.name.clone(),
        to: to.name.clone(),
    };
    let version = Version {
        ver: head.0.cast_unsigned(),
        tip: head.1.cast_unsigned(),
    };
    if !to.knows(left, version).await? {
        return Err(forked());
    }
    let seal = to.db.read(SEAL, &[&show, &head.0]).await;
    let seal = seal
        .and_then(|rows| stand(&rows))
        .map_err(|why| to.store(why))?;
    // It would not have come there without one.
    let seal = seal.ok_or_else(forked)?;
    learn(to, from).await?;
    let parts = read(show, (head, seal), to).await;
    let (journal, money) = parts.map_err(|why| to.store(why))?;
    let written = write(show, (head, seal), from, (&journal, &money)).await;
    written.map_err(|why| from.store(why))
}

/// The rows between, of the journal and of the money.
async fn read(
    show: i64,
    (head, seal): (Stand, Stand),
    to: &Member,
) -> Result<(Vec<String>, String), StoreError> {
    let mut journal = Vec::new();
    let mut after = head.0;
    while after < seal.0 {
        let rows = PART.min(seal.0 - after);
        let part = to.db.read(JOURNAL.read, &[&show, &after, &rows]).await?;
        journal.push(text(&part)?);
        after += rows;
    }
    let money = to.db.read(MONEY, &[&show, &head.0, &seal.0]).await?;
    Ok((journal, text(&money)?))
}

async fn write(
    show: i64,
    (head, seal): (Stand, Stand),
    from: &Member,
    (journal, money): (&[String], &str),
) -> Result<(), StoreError> {
    let tx = from.db.begin().await?;
    let params = (head.0, head.1, seal.0, seal.1);
    let ended = tx
        .query(END, &[&show, &params.0, &params.1, &params.2, &params.3])
        .await
        .map_err(Fault::writing)?;
    if ended.is_empty() {
        tx.roll_back().await;
        return Err(StoreError::Busy);
    }
    for rows in journal {
        let taken = tx.query(JOURNAL.write, &[rows]).await;
        taken.map_err(Fault::writing)?;
    }
    // Money stays where it was written.
    for table in OTHERS.iter().filter(|table| table.stays) {
        let taken = tx.query(table.write, &[&money]).await;
        taken.map_err(Fault::writing)?;
    }
    tx.commit().await.map_err(Fault::writing)
}
