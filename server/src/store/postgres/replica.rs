//! Journals and catalogue as a replica shows them, and the mark that tells how old that is.

use std::{sync::Arc, time::Duration};

use houseful_core::{ids::ShowId, wire::seats::Version};
use tokio_postgres::Row;
use uuid::Uuid;

use super::rows::{self, get};
use crate::{
    catalogue::{self, Kept as Catalogue},
    postgres::{Database, Held, OpenError, Settings, Standby},
    replicas::{Asked, BEAT_MS, Beat, Began, Primary, Pulse, Reading, Source, Stands},
    store::{Head, Later, StoreError, Tail, kept::Kept},
};

/// Moves the mark on if it stood long enough by the primary's clock, was moved by a clock that is
/// ahead of it, or on another line. It is no promise to anybody, so no standby is waited for.
const PULSE: &str = "
    WITH here AS MATERIALIZED (
        SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS ms,
               ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint AS line,
               set_config('synchronous_commit', 'local', true)
    ), moved AS (
        UPDATE heartbeat b SET beat = b.beat + 1, at = here.ms, line = here.line FROM here
        WHERE b.line <> here.line OR b.at NOT BETWEEN here.ms - $1 + 1 AND here.ms
        RETURNING b.house, b.line, b.beat
    )
    SELECT house, line, beat, 0::bigint AS stood FROM moved
    UNION ALL
    SELECT b.house, b.line, b.beat, here.ms - b.at FROM heartbeat b CROSS JOIN here
    WHERE NOT EXISTS (SELECT 1 FROM moved)";

const BEAT: &str = "SELECT house, line, beat FROM heartbeat";

/// The mark, where shows stand, and whether versions are on their lines; one row at least.
const STAND: &str = "
    SELECT b.house, b.line, b.beat, w.n, h.ver, h.tip,
           w.ver = 0 OR (h.ver = w.ver AND h.tip = w.tip) OR (h.ver > w.ver AND EXISTS (
               SELECT 1 FROM show_event l
               WHERE l.show_id = w.show_id AND l.ver = w.ver AND l.tip = w.tip))
    FROM heartbeat b
    LEFT JOIN unnest($1::bigint[], $2::bigint[], $3::bigint[])
        WITH ORDINALITY AS w(show_id, ver, tip, n) ON true
    LEFT JOIN show_head h ON h.show_id = w.show_id";

const MOVES: &str = "
    SELECT b.house, b.line, b.beat, m.times
    FROM heartbeat b LEFT JOIN moves m ON m.what = $1";

/// The primary of a database, as its replicas follow it.
pub(crate) fn primary(db: &Database) -> Arc<dyn Primary> {
    Arc::new(Followed(db.clone()))
}

/// The replicas at these addresses, one for each host.
pub(crate) fn replicas(
    db: &Database,
    addresses: &[Settings],
) -> Result<Vec<Arc<dyn Source>>, OpenError> {
    if db.is_distributed() && !addresses.is_empty() {
        return Err(OpenError::NoReplicasOfNodes);
    }
    let kept = Arc::new(Kept::default());
    let mut sources: Vec<Arc<dyn Source>> = Vec::new();
    for address in addresses {
        for standby in Standby::each(address, db)? {
            let kept = Arc::clone(&kept);
            sources.push(Arc::new(Replica { standby, kept }));
        }
    }
    Ok(sources)
}

/// The primary.
struct Followed(Database);

impl Primary for Followed {
    fn pulse(&self) -> Later<'_, Pulse> {
        Box::pin(async move {
            let stale_ms = i64::try_from(BEAT_MS).unwrap_or(i64::MAX);
            let rows = self.0.read(PULSE, &[&stale_ms]).await?;
            let row = first(&rows)?;
            let stood_ms: i64 = get(row, 3)?;
            Ok(Pulse {
                beat: beat(row)?,
                stood: Duration::from_millis(stood_ms.max(0).unsigned_abs()),
            })
        })
    }
}

/// A replica of the primary.
struct Replica {
    standby: Standby,
    kept: Arc<Kept>,
}

impl Source for Replica {
    fn name(&self) -> &str {
        self.standby.name()
    }

    fn begin(&self) -> Began<'_> {
        Box::pin(async move {
            let held = self.standby.hold().await?;
            let kept = Arc::clone(&self.kept);
            let reading: Box<dyn Reading> = Box::new(Connected { held, kept });
            Ok(reading)
        })
    }

    fn catalogue(&self) -> Later<'_, (Beat, Catalogue)> {
        Box::pin(async move {
            let tx = self.standby.snapshot().await?;
            let rows = tx.query(BEAT, &[]).await;
            let rows = rows.map_err(crate::postgres::Fault::reading)?;
            let beat = beat(first(&rows)?)?;
            let kept = catalogue::postgres::read(&tx).await?;
            tx.roll_back().await;
            Ok((beat, kept))
        })
    }

    fn close(&self) {
        self.standby.close();
    }
}

/// One connection for all that is read, so that nothing stands between that would lead the second
/// question to another server than the first.
struct Connected {
    held: Held,
    kept: Arc<Kept>,
}

impl Reading for Connected {
    fn stand(&self, asked: Vec<Asked>) -> Later<'_, (Beat, Vec<Stands>)> {
        Box::pin(async move { stand(&self.held, &asked).await })
    }

    fn tail(&self, show: ShowId, after: Option<Version>) -> Later<'_, Tail> {
        Box::pin(rows::tail(&self.kept, &self.held, show, after))
    }

    fn heads(&self) -> Later<'_, (Beat, Vec<Head>)> {
        Box::pin(async move {
            // The mark first: what is read later is no older.
            let beat = beat(first(&ask(&self.held, BEAT, &[]).await?)?)?;
            let heads = ask(&self.held, rows::HEADS, &[]).await?;
            let heads: Result<_, _> = heads.iter().map(rows::head).collect();
            Ok((beat, heads?))
        })
    }

    fn catalogue_moves(&self) -> Later<'_, (Beat, u64)> {
        Box::pin(async move {
            let rows = ask(&self.held, MOVES, &[&catalogue::postgres::CATALOGUE]).await?;
            let row = first(&rows)?;
            let times: Option<i64> = get(row, 3)?;
            Ok((beat(row)?, times.unwrap_or(0).unsigned_abs()))
        })
    }
}

async fn stand(held: &Held, asked: &[Asked]) -> Result<(Beat, Vec<Stands>), StoreError> {
    let (mut shows, mut vers, mut tips) = (Vec::new(), Vec::new(), Vec::new());
    for Asked { show, reached } in asked {
        shows.push(rows::show_in(*show));
        // A number that no journal comes to is on no line.
        vers.push(reached.map_or(0, |v| i64::try_from(v.ver).unwrap_or(i64::MAX)));
        tips.push(reached.map_or(0, |v| v.tip.cast_signed()));
    }
    let found = ask(held, STAND, &[&shows, &vers, &tips]).await?;
    let mut stands = vec![
        Stands {
            at: None,
            reached: false,
        };
        asked.len()
    ];
    for row in &found {
        let n: Option<i64> = get(row, 3)?;
        let place = n.and_then(|n| stands.get_mut(usize::try_from(n - 1).ok()?));
        let Some(place) = place else { continue };
        let has_journal = get::<Option<i64>>(row, 4)?.is_some();
        *place = Stands {
            at: has_journal.then(|| rows::version(row, 4)).transpose()?,
            reached: get::<Option<bool>>(row, 6)?.unwrap_or(false),
        };
    }
    Ok((beat(first(&found)?)?, stands))
}

async fn ask(
    held: &Held,
    sql: &'static str,
    params: crate::postgres::Params<'_>,
) -> Result<Vec<Row>, StoreError> {
    super::Ask::ask(held, sql, params).await
}

fn first(rows: &[Row]) -> Result<&Row, StoreError> {
    let missing = || StoreError::Unreadable("the database has no mark".to_owned());
    rows.first().ok_or_else(missing)
}

/// The mark of the first three columns.
fn beat(row: &Row) -> Result<Beat, StoreError> {
    Ok(Beat {
        house: get::<Uuid>(row, 0)?,
        line: get(row, 1)?,
        number: get(row, 2)?,
    })
}
