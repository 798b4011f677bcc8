//! What the booking role starts where shows are spread over several databases: all of it once for
//! each shard, so that one that is slow or dead delays no other. A shard that can't be reached when
//! the server starts joins when it can; until then whoever asks for its shows is told to come back.

use std::sync::Arc;

use futures_util::future::join_all;
use houseful_core::wire::admin::Mode;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{
    ServerConfig, StartError,
    booking::{Beginning, Booking},
};
use crate::{
    bus::Bus,
    catalogue::CatalogueStore,
    clock::{Clock, ClockKind},
    database::Books,
    follow,
    hub::Hub,
    lane::Plans,
    shards::{
        self, Journals, Lanes, Opened, OpeningError, Readers, ShardEntry, ShardFile, Standing,
        TheHouse, Watch,
    },
    store::StoreError,
    timer,
};

/// How often a shard is tried that could not be reached, in milliseconds of real time.
const AGAIN_MS: u64 = 2_000;
/// How often a shard's copy of the catalogue is compared with the house's, in milliseconds of real
/// time.
const COPY_MS: u64 = 2_000;

/// What a shard is begun with.
#[derive(Clone)]
struct Starter {
    begin: Beginning,
    lane: Lanes,
    journals: Journals,
    readers: Readers,
    watch: Watch,
    /// The house's own catalogue.
    catalogue: Arc<dyn CatalogueStore>,
    timer: bool,
    clock: ClockKind,
    house: TheHouse,
}

/// Opens the shards of a house.
///
/// # Errors
/// They can't be sold from; see [`OpeningError`].
pub(super) async fn open(
    home: &Books,
    config: &ServerConfig,
    mode: Mode,
) -> Result<Option<Opened>, OpeningError> {
    let Some(file) = &config.shards else {
        shards::alone(home).await?;
        return Ok(None);
    };
    let opened = Opened::open(home, &config.db, file, (mode, config.clock)).await?;
    Ok(Some(opened))
}

/// Starts the role on all shards that are there.
///
/// # Errors
/// A shard can't be read for another reason than that it is away.
pub(super) async fn start(
    home: &Books,
    (opened, file): (Opened, &ShardFile),
    (bus, plans): (Arc<dyn Bus>, Plans),
    config: &ServerConfig,
    (clock, shutdown): (&Clock, &CancellationToken),
) -> Result<Booking, StartError> {
    let hub = Hub::new();
    let house = TheHouse {
        id: opened.house(),
        facts: Arc::clone(&home.house),
    };
    let (lane, journals, readers, watch) = (
        Lanes::new(opened.homes.clone()),
        Journals::new(opened.homes.clone()),
        Readers::new(opened.homes.clone()),
        Watch::new(&opened.homes),
    );
    let starter = Starter {
        begin: Beginning {
            hub: hub.clone(),
            bus,
            plans,
            clock: clock.clone(),
            shutdown: shutdown.clone(),
        },
        lane: lane.clone(),
        journals: journals.clone(),
        readers: readers.clone(),
        watch: watch.clone(),
        catalogue: Arc::clone(&home.catalogue),
        timer: config.timer,
        clock: config.clock,
        house: house.clone(),
    };
    let store = &home.journal;
    let followed = (lane.clone(), readers.clone());
    let mut background = follow::all_shards(store, followed, &hub, clock, shutdown);
    let begin = &starter.begin;
    let replicas = begin.replicas(home, &config.replicas, None, &mut background)?;
    if let Some(replicas) = replicas {
        readers.add_home(replicas);
    }
    let followed = (journals.clone(), watch.clone(), house);
    let owners = shards::follow(opened.homes, followed, clock.clone());
    background.push(follow::until(shutdown, owners));
    let all = opened.books.into_iter().zip(&file.shards).enumerate();
    let started = all.map(|(shard, (books, entry))| {
        let starter = starter.clone();
        async move {
            let why = match books {
                Ok(books) => match starter.start(shard, entry, books).await {
                    Ok(tasks) => return Ok(tasks),
                    Err(why) => why.to_string(),
                },
                Err(why) => why.to_string(),
            };
            starter.watch.note(shard, Standing::Away(why));
            Ok::<_, StartError>(vec![starter.later(shard, entry.clone())])
        }
    });
    for tasks in join_all(started).await {
        background.extend(tasks?);
    }
    Ok(Booking {
        lane,
        journals,
        hub,
        readers,
        watch,
        background,
    })
}

impl Starter {
    /// Starts all that one shard needs.
    async fn start(
        &self,
        shard: usize,
        entry: &ShardEntry,
        books: Books,
    ) -> Result<Vec<JoinHandle<()>>, StoreError> {
        let begin = &self.begin;
        let (store, clock, shutdown) = (&books.journal, &begin.clock, &begin.shutdown);
        let heads = begin.heads(shard, store).await?;
        self.lane.add(shard, begin.lane(store));
        self.journals.add(shard, books.clone());
        let followed = (shard, store, self.readers.clone());
        let mut tasks = vec![
            follow::one_shard(followed, &begin.hub, clock, shutdown),
            begin.look(&self.lane, heads).await,
            self.copies(entry, &books),
        ];
        match begin.replicas(&books, &entry.replicas, Some(&entry.name), &mut tasks) {
            Ok(replicas) => {
                if let Some(replicas) = replicas {
                    self.readers.add(shard, replicas);
                }
            }
            Err(why) => {
                tracing::error!(shard = %entry.name, %why, "replicas of a shard can't be read from");
            }
        }
        if self.timer {
            let (store, lane) = (Arc::clone(store), self.lane.clone());
            let timer = timer::start(store, lane, clock.clone(), shutdown.clone());
            tasks.push(timer);
        }
        self.watch.note(shard, Standing::InUse);
        Ok(tasks)
    }

    /// Tries again and again to start a shard that is away.
    fn later(&self, shard: usize, entry: ShardEntry) -> JoinHandle<()> {
        let this = self.clone();
        tokio::spawn(async move {
            let shutdown = this.begin.shutdown.clone();
            let started = async {
                loop {
                    this.begin.clock.rest_real(AGAIN_MS).await;
                    match this.reach(shard, &entry).await {
                        Ok(tasks) => return tasks,
                        Err(why) if why.is_passing() => {
                            this.watch.note(shard, Standing::Away(why.to_string()));
                        }
                        Err(why) => this.watch.note(shard, Standing::Refused(why.to_string())),
                    }
                }
            };
            let tasks = tokio::select! {
                () = shutdown.cancelled() => return,
                tasks = started => tasks,
            };
            join_all(tasks).await;
        })
    }

    async fn reach(
        &self,
        shard: usize,
        entry: &ShardEntry,
    ) -> Result<Vec<JoinHandle<()>>, OpeningError> {
        let books = shards::again(&self.house, entry, self.clock).await?;
        let ground = Arc::clone(&books.ground);
        match self.start(shard, entry, books).await {
            Ok(tasks) => Ok(tasks),
            Err(why) => {
                ground.close().await;
                let shard = entry.name.clone();
                Err(OpeningError::Store { shard, why })
            }
        }
    }

    /// Keeps a shard's copy of the catalogue as it is in the house's database: so that whoever asks
    /// the shard in SQL finds films and cinemas beside its shows.
    fn copies(&self, entry: &ShardEntry, books: &Books) -> JoinHandle<()> {
        let (from, to) = (Arc::clone(&self.catalogue), Arc::clone(&books.catalogue));
        let (clock, name) = (self.begin.clock.clone(), entry.name.clone());
        let work = async move {
            loop {
                if let Err(error) = copy(from.as_ref(), to.as_ref()).await {
                    tracing::warn!(shard = %name, %error, "the catalogue can't be copied to a shard");
                }
                clock.rest_real(COPY_MS).await;
            }
        };
        follow::until(&self.begin.shutdown, work)
    }
}

/// Copies the catalogue, if it was written since it was copied last.
async fn copy(from: &dyn CatalogueStore, to: &dyn CatalogueStore) -> Result<(), StoreError> {
    if from.moves().await? <= to.moves().await? {
        return Ok(());
    }
    let kept = from.read().await?;
    to.copy(kept).await
}
