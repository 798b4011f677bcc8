//! The journals of a house as whoever leads now has them, read past the server.

#![expect(
    clippy::expect_used,
    reason = "a journal that can't be read ends the test"
)]

use std::collections::{BTreeMap, HashMap};

use houseful_core::{ids::ShowId, show::Event, time::UtcMillis, wire::seats::Version};
use houseful_server::{
    postgres::Database,
    store::{Store, postgres::PostgresStore},
};
use tokio_postgres::NoTls;
use uuid::Uuid;

use crate::{cluster::Cluster, witness};

/// The random values of versions; a commit of several events has one at its last.
type Tips = HashMap<(ShowId, u64), Option<u64>>;

/// All journals of a house.
pub struct Journals {
    tips: Tips,
    heads: BTreeMap<ShowId, Version>,
    events: BTreeMap<ShowId, Vec<(UtcMillis, Event)>>,
    /// At which versions a booking was held.
    held: HashMap<(ShowId, Uuid), Vec<u64>>,
}

impl Journals {
    /// Reads them from one server of the database, as it is at this moment.
    ///
    /// # Panics
    /// It can't be read, or a journal has a gap.
    pub async fn read(url: &str) -> Self {
        let db = Database::open(Cluster::settings(url)).await.expect("open");
        let store = PostgresStore::new(db).by_another_clock();
        let (mut events, mut heads, mut held) = (
            BTreeMap::new(),
            BTreeMap::new(),
            HashMap::<_, Vec<_>>::new(),
        );
        for head in store.heads().await.expect("heads") {
            let show = head.show;
            let loaded = store.load(show).await.expect("a whole journal");
            let version = loaded.head.expect("a head").version;
            for (ver, (_, event)) in (1..).zip(&loaded.events) {
                if let Event::Held { booking, .. } = event {
                    held.entry((show, *booking)).or_default().push(ver);
                }
            }
            heads.insert(show, version);
            events.insert(show, loaded.events);
        }
        store.database().close();
        Self {
            tips: tips(url).await,
            heads,
            events,
            held,
        }
    }

    /// How many events there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.values().map(Vec::len).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a show was once at this version, on the line that leads to where it is now.
    #[must_use]
    pub fn has(&self, show: ShowId, version: Version) -> bool {
        self.tips.get(&(show, version.ver)) == Some(&Some(version.tip))
    }

    /// Whether a booking was held once, no later than at this version.
    ///
    /// # Errors
    /// It was not, in words.
    pub fn tells_of(&self, show: ShowId, booking: Uuid, by: Version) -> Result<(), String> {
        match self.held.get(&(show, booking)).map(Vec::as_slice) {
            Some([ver]) if *ver <= by.ver => Ok(()),
            other => Err(format!(
                "{booking} of {show}, told at {by}, is at {other:?}"
            )),
        }
    }

    /// Whether each journal goes from 1 to its head without a gap.
    ///
    /// # Errors
    /// The first that does not, in words.
    pub fn are_gapless(&self) -> Result<(), String> {
        for (show, events) in &self.events {
            let head = self.heads[show];
            let gap = (1..=head.ver).find(|ver| !self.tips.contains_key(&(*show, *ver)));
            if gap.is_some() || events.len() as u64 != head.ver || !self.has(*show, head) {
                let has = events.len();
                return Err(format!("{show} at {head}: {has} events, gap at {gap:?}"));
            }
        }
        Ok(())
    }

    /// Whether the journals tell of nothing that should not have happened.
    ///
    /// # Errors
    /// The first that does, in words.
    pub fn are_sound(&self) -> Result<(), String> {
        self.are_gapless()?;
        for (show, events) in &self.events {
            witness::attest(events).map_err(|why| format!("{show}: {why}"))?;
        }
        Ok(())
    }
}

async fn tips(url: &str) -> Tips {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("connect");
    tokio::spawn(connection);
    let rows = client
        .query("SELECT show_id, ver, tip FROM show_event", &[])
        .await
        .expect("rows");
    let number = |n: i64| u64::try_from(n).expect("not below zero");
    rows.iter()
        .map(|row| {
            let (show, ver) = (row.get::<_, i64>(0), row.get::<_, i64>(1));
            let tip = row.get::<_, Option<i64>>(2).map(i64::cast_unsigned);
            ((ShowId(number(show)), number(ver)), tip)
        })
        .collect()
}
