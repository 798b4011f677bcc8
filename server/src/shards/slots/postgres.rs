//! Slots in Postgres.

use houseful_core::{
    code::SLOTS,
    ids::{IdError, ShardName},
};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{Identity, SlotStore, Slots};
use crate::{
    house::{mode_of, mode_word},
    postgres::{Database, Fault, row::get},
    store::{Later, StoreError},
};

/// The slots of a Postgres database.
#[derive(Clone, Debug)]
pub struct PostgresSlots {
    db: Database,
}

impl PostgresSlots {
    /// The slots of `db`.
    #[must_use]
    pub fn new(db: Database) -> Self {
        Self { db }
    }
}

const DATABASE: &str = "SELECT system_identifier::text || '/' || d.oid::text
    FROM pg_control_system(), pg_database d WHERE d.datname = current_database()";

const IDENTITY: &str = "SELECT h.value, s.value, m.value FROM meta h, meta s, meta m
    WHERE h.key = 'house' AND s.key = 'shard' AND m.key = 'mode'";

/// Whoever is second waits for the first and writes nothing.
const FOUND: &str = "INSERT INTO meta (key, value) VALUES ('house', $1)
    ON CONFLICT (key) DO NOTHING RETURNING 1";
const NAME: &str = "INSERT INTO meta (key, value) VALUES ('shard', $1), ('mode', $2)";
const ELSEWHERE: &str = "UPDATE shard_slot s SET left_to = w.shard
    FROM unnest($1::integer[], $2::text[]) AS w(slot, shard) WHERE s.slot = w.slot";

const ALL: &str = "SELECT slot, left_to FROM shard_slot WHERE left_to IS NOT NULL";

/// The row waits for whoever is opening a show of the slot, and whoever comes later sees it.
const LEAVE: &str = "UPDATE shard_slot
    SET left_to = $2, at = (extract(epoch FROM clock_timestamp()) * 1000)::bigint
    WHERE slot = $1 AND left_to IS DISTINCT FROM $2 RETURNING 1";

impl SlotStore for PostgresSlots {
    fn database(&self) -> Later<'_, String> {
        Box::pin(async {
            let rows = self.db.read(DATABASE, &[]).await?;
            rows.first()
                .map_or_else(|| Ok(String::new()), |r| get(r, 0))
        })
    }

    fn is_blank(&self) -> Later<'_, bool> {
        Box::pin(self.db.is_blank())
    }

    fn identity(&self) -> Later<'_, Option<Identity>> {
        Box::pin(async {
            let rows = self.db.read(IDENTITY, &[]).await?;
            rows.first().map(identity).transpose()
        })
    }

    fn found(&self, wanted: Identity, slots: Slots) -> Later<'_, Identity> {
        Box::pin(async move {
            let tx = self.db.begin().await?;
            let house = wanted.house.to_string();
            let first = tx.query(FOUND, &[&house]).await.map_err(Fault::writing)?;
            if first.is_empty() {
                tx.roll_back().await;
                let stands = self.identity().await?;
                let half = || StoreError::Unreadable("half a shard's name".to_owned());
                return stands.ok_or_else(half);
            }
            let elsewhere = (0_i32..).zip(&slots);
            let (slot, shard): (Vec<i32>, Vec<&str>) = elsewhere
                .filter_map(|(slot, shard)| Some((slot, shard.as_ref()?.as_str())))
                .unzip();
            let mode = mode_word(wanted.mode);
            let named = tx.query(NAME, &[&wanted.shard.as_str(), &mode]).await;
            named.map_err(Fault::writing)?;
            let left = tx.query(ELSEWHERE, &[&slot, &shard]).await;
            left.map_err(Fault::writing)?;
            tx.commit().await.map_err(Fault::writing)?;
            Ok(wanted)
        })
    }

    fn slots(&self) -> Later<'_, Slots> {
        Box::pin(async {
            let mut slots = vec![None; usize::from(SLOTS)];
            for row in &self.db.read(ALL, &[]).await? {
                let slot: i32 = get(row, 0)?;
                let place = usize::try_from(slot).ok().and_then(|s| slots.get_mut(s));
                if let Some(place) = place {
                    *place = Some(shard(row, 1)?);
                }
            }
            Ok(slots)
        })
    }

    fn give(&self, slot: u16, to: ShardName) -> Later<'_, ()> {
        Box::pin(async move {
            let params = (i32::from(slot), Some(to.as_str()));
            let left = self.db.write(LEAVE, &[&params.0, &params.1]).await;
            left.map(drop)
        })
    }

    fn take(&self, slot: u16) -> Later<'_, ()> {
        Box::pin(async move {
            let params = (i32::from(slot), None::<&str>);
            let taken = self.db.write(LEAVE, &[&params.0, &params.1]).await;
            taken.map(drop)
        })
    }
}

fn identity(row: &Row) -> Result<Identity, StoreError> {
    let (house, mode): (&str, &str) = (get(row, 0)?, get(row, 2)?);
    let unreadable = |e: uuid::Error| StoreError::Unreadable(e.to_string());
    Ok(Identity {
        house: Uuid::parse_str(house).map_err(unreadable)?,
        shard: shard(row, 1)?,
        mode: mode_of(mode)
            .ok_or_else(|| StoreError::Unreadable(format!("the house's mode is `{mode}`")))?,
    })
}

fn shard(row: &Row, column: usize) -> Result<ShardName, StoreError> {
    let name: &str = get(row, column)?;
    name.parse()
        .map_err(|e: IdError| StoreError::Unreadable(e.to_string()))
}
