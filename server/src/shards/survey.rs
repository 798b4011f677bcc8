//! What the shards of a house have and how busy they are.

use std::time::Duration;

use futures_util::future::join_all;
use houseful_core::ids::ShardName;

use super::{Claims, PostgresSlots, ShardEntry, ShardFile, SlotStore, Slots, slots_text};
use crate::{
    clock::{Clock, ClockKind},
    database::PostgresUrl,
    postgres::{
        Database,
        row::{self, get},
    },
    store::StoreError,
};

/// How long the load is looked at, in milliseconds of real time.
const LOOK_MS: u64 = 1_000;

/// A shard as it stands.
#[derive(Clone, Debug)]
pub struct Surveyed {
    /// Its name.
    pub shard: ShardName,
    /// Where it is; without the password when it is shown.
    pub address: PostgresUrl,
    /// The slots it has by its own word, as in `0-511, 700`; those the file gives it if it can't be
    /// asked.
    pub slots: String,
    /// Slots that others gave it and that it has not taken yet: their move is under way, or was cut
    /// off.
    pub arriving: String,
    /// What is in it, or why it can't be asked.
    pub held: Result<Held, String>,
}

/// What a shard has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Shows that live there.
    pub shows: u64,
    /// Their events.
    pub events: u64,
    /// Shows in which something ends: a hold, a payment's time, a block's.
    pub due: u64,
    /// Seats that are not free, as written.
    pub taken: u64,
    /// The size of its database.
    pub bytes: u64,
    /// Events that came in the second it was looked at.
    pub events_per_s: u64,
}

const HELD: &str = "SELECT count(*), coalesce(sum(ver), 0)::bigint, count(next_due),
        coalesce(sum(taken), 0)::bigint, pg_database_size(current_database())
    FROM show_head WHERE sales <> 'moved'";

/// Looks at all shards of a file for a second.
pub async fn survey(file: &ShardFile) -> Vec<Surveyed> {
    let asked = join_all(file.shards.iter().map(ask)).await;
    let mut claims = Claims::default();
    for (shard, answer) in asked.iter().enumerate() {
        if let Ok((_, slots)) = answer {
            claims.add(shard, slots.clone());
        }
    }
    let owners = claims.owners();
    let arrives = |name: &ShardName, slot: u16| {
        let nobodys = owners
            .of
            .get(usize::from(slot))
            .is_some_and(Option::is_none);
        nobodys
            && asked.iter().flatten().any(|(_, slots)| {
                slots.get(usize::from(slot)).and_then(Option::as_ref) == Some(name)
            })
    };
    let all = file.shards.iter().zip(&asked).enumerate();
    all.map(|(shard, (entry, answer))| Surveyed {
        shard: entry.name.clone(),
        address: entry.primary.clone(),
        slots: match answer {
            Ok(_) => slots_text(|slot| claims.has(shard, slot)),
            Err(_) => file.map.slots_of(shard),
        },
        arriving: match answer {
            Ok(_) => slots_text(|slot| arrives(&entry.name, slot)),
            Err(_) => String::new(),
        },
        held: answer.as_ref().map(|(held, _)| *held).map_err(Clone::clone),
    })
    .collect()
}

async fn ask(entry: &ShardEntry) -> Result<(Held, Slots), String> {
    let settings = entry.primary.secret().parse();
    let settings = settings.map_err(|e: crate::postgres::SettingsError| e.to_string())?;
    let db = Database::open_as_it_is(settings).await;
    let db = db.map_err(|e| e.to_string())?;
    let slots = PostgresSlots::new(db.clone());
    let answer = async {
        let identity = slots.identity().await?;
        let slots = slots.slots().await?;
        Ok::<_, StoreError>((identity, slots, held(&db).await?))
    };
    let answer = answer.await;
    db.close();
    let (identity, slots, held) = answer.map_err(|e| e.to_string())?;
    match identity {
        Some(identity) if identity.shard == entry.name => Ok((held, slots)),
        Some(identity) => Err(format!("it is shard {}", identity.shard)),
        None => Err("it is no shard yet; start a server with the file first".to_owned()),
    }
}

async fn held(db: &Database) -> Result<Held, StoreError> {
    let clock = Clock::start(ClockKind::System, houseful_core::time::UtcMillis(0));
    let began = Clock::stopwatch();
    let (before, _) = read(db).await?;
    clock.rest_real(LOOK_MS).await;
    let (after, held) = read(db).await?;
    let took = Clock::stopwatch().saturating_duration_since(began);
    let took_ms = u64::try_from(took.max(Duration::from_millis(1)).as_millis()).unwrap_or(u64::MAX);
    // Shows that moved away took their events with them.
    let events_per_s = after.saturating_sub(before).saturating_mul(1_000) / took_ms;
    Ok(Held {
        events_per_s,
        ..held
    })
}

async fn read(db: &Database) -> Result<(u64, Held), StoreError> {
    let rows = db.read(HELD, &[]).await?;
    let none = || StoreError::Unreadable("no count".to_owned());
    let row = rows.first().ok_or_else(none)?;
    let events = row::count(row, 1)?;
    let held = Held {
        shows: row::count(row, 0)?,
        events,
        due: row::count(row, 2)?,
        taken: row::count(row, 3)?,
        bytes: get::<i64>(row, 4)?.unsigned_abs(),
        events_per_s: 0,
    };
    Ok((events, held))
}
