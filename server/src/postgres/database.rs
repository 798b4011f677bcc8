//! The database that a server sells from: its connections, shared by every store on it.

use std::{ops::Deref, sync::Arc, time::Duration};

use deadpool::{
    Runtime,
    managed::{self, PoolError, Timeouts},
};
use houseful_core::time::UtcMillis;
use tokio_postgres::Row;

use super::{
    address::Settings,
    connect::Connector,
    distribution,
    fault::Fault,
    migrations,
    open::OpenError,
    session::{Asked, Params, Session},
    transaction::Transaction,
};
use crate::{house, store::StoreError};

/// After this a connection is made anew, so that none outlives a change of addresses for long.
const AGE_MAX: Duration = Duration::from_secs(1_800);

/// How many connections write at least.
const WRITING_MIN: usize = 2;

pub(super) type Pool = managed::Pool<Shared>;

/// A database of a Postgres cluster. Clones share its connections.
///
/// Who writes and who reads stand in two queues: a crowd of readers keeps nobody from selling.
#[derive(Clone)]
pub struct Database {
    pub(super) connector: Arc<Connector>,
    writing: Pool,
    reading: Pool,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Database({:?})", self.connector.settings)
    }
}

/// How a pool makes a connection and looks at one before it is used again.
pub(super) struct Shared(Arc<Connector>);

impl managed::Manager for Shared {
    type Type = Session;
    type Error = OpenError;

    async fn create(&self) -> Result<Session, OpenError> {
        self.0.connect().await
    }

    async fn recycle(
        &self,
        session: &mut Session,
        metrics: &managed::Metrics,
    ) -> managed::RecycleResult<OpenError> {
        if !session.is_fit() {
            return Err(managed::RecycleError::message("spoiled"));
        }
        if !self.0.stands(session) {
            return Err(managed::RecycleError::message("left behind"));
        }
        if metrics.age() > AGE_MAX {
            return Err(managed::RecycleError::message("old"));
        }
        Ok(())
    }
}

/// A connection while somebody has it. One that is not fit afterwards is thrown away.
pub(crate) struct Held {
    object: Option<managed::Object<Shared>>,
}

impl From<managed::Object<Shared>> for Held {
    fn from(object: managed::Object<Shared>) -> Self {
        Self {
            object: Some(object),
        }
    }
}

impl Deref for Held {
    type Target = Session;

    fn deref(&self) -> &Session {
        match &self.object {
            Some(session) => session,
            // It is taken out when this is dropped, and not before.
            None => unreachable!("a connection that was given back"),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(object) = self.object.take()
            && !object.is_fit()
        {
            drop(managed::Object::take(object));
        }
    }
}

impl Database {
    /// Finds the server that takes writes, refuses one that is set up so that sales could be lost,
    /// and brings the schema up to date; any number of servers may do so at once.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(settings: Settings) -> Result<Self, OpenError> {
        let connector = Arc::new(Connector::new(settings)?);
        let session = connector.connect().await?;
        let database = connector.settings.database.clone();
        migrations::apply(&session, migrations::ALL)
            .await
            .map_err(|why| OpenError::Schema { database, why })?;
        Self::looked_at(connector, session).await
    }

    /// The same, but a schema that is not up to date is refused: for tools, which come and go while
    /// servers sell.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open_as_it_is(settings: Settings) -> Result<Self, OpenError> {
        let connector = Arc::new(Connector::new(settings)?);
        let session = connector.connect().await?;
        let database = connector.settings.database.clone();
        migrations::compare(&session, migrations::ALL)
            .await
            .map_err(|why| OpenError::Schema { database, why })?;
        Self::looked_at(connector, session).await
    }

    /// Which database it is, by the name that it has for ever ([`house::journal_id`]); `None` for one
    /// without a name, or without anything of ours. Nothing in it is changed.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn name(settings: Settings) -> Result<Option<String>, OpenError> {
        let connector = Arc::new(Connector::new(settings)?);
        let session = connector.connect().await?;
        let named = async {
            if is_blank(&session.query(BLANK, &[]).await?) {
                return Ok(Vec::new());
            }
            session.query(NAME, &[&house::JOURNAL_ID]).await
        };
        let named: Result<Vec<Row>, Fault> = named.await;
        let said = |why: String| OpenError::Server {
            server: connector.settings.database.clone(),
            why,
        };
        let named = named.map_err(|fault| said(fault.to_string()))?;
        let name = named.first().map(|row| row.try_get(0)).transpose();
        name.map_err(|e| said(e.to_string()))
    }

    /// Whether nothing of ours was ever in it.
    ///
    /// # Errors
    /// The database can't be read.
    pub(crate) async fn is_blank(&self) -> Result<bool, StoreError> {
        Ok(is_blank(&self.read(BLANK, &[]).await?))
    }

    /// Learns whether the tables are spread over the nodes of Citus; one that is halfway there is
    /// refused.
    async fn looked_at(connector: Arc<Connector>, session: Session) -> Result<Self, OpenError> {
        let server = connector.settings.database.clone();
        let distribution = distribution::Distribution::of(&session).await;
        let distribution = distribution.map_err(|fault| OpenError::Server {
            server: server.clone(),
            why: fault.to_string(),
        })?;
        if distribution.is_half() {
            let missing = distribution.missing().join(", ");
            return Err(OpenError::HalfDistributed {
                database: server,
                missing,
            });
        }
        if distribution.is_distributed() {
            connector.plans_each_time();
        }
        drop(session);
        Self::on(connector)
    }

    fn on(connector: Arc<Connector>) -> Result<Self, OpenError> {
        let all = connector.settings.pool_max;
        // One that is had for a while leaves one to sell with.
        let writing = all.div_ceil(4).max(WRITING_MIN);
        let (writing, reading) = (pool(&connector, writing)?, pool(&connector, all - writing)?);
        let pools = [writing.weak(), reading.weak()];
        let stands = Arc::downgrade(&connector);
        connector.lets_go_by(move || {
            let Some(connector) = stands.upgrade() else {
                return;
            };
            for pool in pools.iter().filter_map(managed::WeakPool::upgrade) {
                pool.retain(|session, _| connector.stands(session));
            }
        });
        connector.look_around();
        Ok(Self {
            connector,
            writing,
            reading,
        })
    }

    /// Whether journals are spread over the nodes of Citus, which takes simple statements of one show
    /// each.
    pub(crate) fn is_distributed(&self) -> bool {
        self.connector.is_distributed()
    }

    /// Which cluster this is, and which branch of its history. Another one may lack what the last one
    /// took.
    pub(crate) fn branch(&self) -> Option<(i64, u32)> {
        self.connector.branch()
    }

    /// How many connections write, 2 or more.
    pub(crate) fn writers(&self) -> usize {
        self.writing.status().max_size
    }

    /// Has the server checked again before anything is asked or written, because it is not set up
    /// as it was. One that will do no more is refused like one that never did.
    pub(crate) fn check_anew(&self) {
        tracing::error!("the database's server waits for no standby any more; it is not sold from");
        self.connector.check_anew();
    }

    /// Whether a server that waits for no standby is refused.
    pub(crate) fn standby_required(&self) -> bool {
        self.connector.settings.standby_required
    }

    /// The latest time in any journal; the clock starts no earlier.
    ///
    /// # Errors
    /// The database can't be read.
    pub async fn latest_time(&self) -> Result<UtcMillis, StoreError> {
        let rows = self
            .read("SELECT coalesce(max(at), 0) FROM show_head", &[])
            .await?;
        let at = rows.first().map_or(Ok(0), |row| row.try_get(0));
        at.map(UtcMillis)
            .map_err(|e| StoreError::Unreadable(e.to_string()))
    }

    /// What a setting is on the connections that write.
    ///
    /// # Errors
    /// The database can't be read, or has no such setting.
    pub async fn setting(&self, name: &str) -> Result<String, StoreError> {
        let held = self.writer().await?;
        let rows = held.query("SELECT current_setting($1)", &[&name]).await;
        let rows = rows.map_err(Fault::reading)?;
        let value = rows.first().map_or(Ok(String::new()), |row| row.try_get(0));
        value.map_err(|e| StoreError::Unreadable(e.to_string()))
    }

    /// Asks something, twice if the connection turns out to be gone: a question can be repeated.
    pub(crate) async fn read(
        &self,
        sql: &'static str,
        params: Params<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let first = hold(&self.reading).await?.query(sql, params).await;
        match first {
            Err(fault) if fault.may_be_asked_again() => {
                let again = hold(&self.reading).await?.query(sql, params).await;
                again.map_err(Fault::reading)
            }
            other => other.map_err(Fault::reading),
        }
    }

    /// Writes with one statement, which is its own transaction.
    pub(crate) async fn write(
        &self,
        sql: &'static str,
        params: Params<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let held = self.writer().await?;
        held.query(sql, params).await.map_err(Fault::writing)
    }

    /// A connection to write with.
    pub(crate) async fn writer(&self) -> Result<Held, StoreError> {
        hold(&self.writing).await
    }

    /// Begins a transaction.
    pub(crate) async fn begin(&self) -> Result<Transaction, StoreError> {
        let held = self.writer().await?;
        Transaction::begin(held).await.map_err(Fault::writing)
    }

    /// Begins a transaction with statements, in one packet with them; and their answers.
    pub(crate) async fn begin_with(
        &self,
        asked: &[Asked<'_>],
    ) -> Result<(Transaction, Vec<Vec<Row>>), Fault> {
        let held = self.writer().await;
        let held = held.map_err(|_| Fault::NotSent("no connection".to_owned()))?;
        Transaction::begin_with(held, asked).await
    }

    /// Begins to read several things as of one moment. Nothing can be written; it ends when it is
    /// taken back.
    ///
    /// Nodes of Citus have no moment in common: there each statement has its own, and whoever reads
    /// has to find out whether something moved meanwhile.
    pub(crate) async fn snapshot(&self) -> Result<Transaction, StoreError> {
        let held = hold(&self.reading).await?;
        let begun = if self.is_distributed() {
            Transaction::looks(held).await
        } else {
            Transaction::snapshot(held).await
        };
        begun.map_err(Fault::reading)
    }

    /// Gives up all connections; what is under way is finished first. Later questions are refused,
    /// through any clone.
    pub fn close(&self) {
        self.writing.close();
        self.reading.close();
    }
}

/// Whether the table is missing that every database of ours has since it can have a name.
const BLANK: &str = "SELECT to_regclass('house') IS NULL";
const NAME: &str = "SELECT value FROM house WHERE name = $1";

fn is_blank(rows: &[Row]) -> bool {
    let said = rows.first().and_then(|row| row.try_get(0).ok());
    said.unwrap_or(false)
}

pub(super) fn pool(connector: &Arc<Connector>, size: usize) -> Result<Pool, OpenError> {
    let (wait, answer) = (connector.settings.wait, connector.settings.answer);
    let timeouts = Timeouts {
        wait: Some(wait),
        create: Some(answer),
        recycle: Some(wait),
    };
    Pool::builder(Shared(Arc::clone(connector)))
        .max_size(size)
        .timeouts(timeouts)
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|e| OpenError::Server {
            server: connector.settings.database.clone(),
            why: e.to_string(),
        })
}

/// Waits for a connection as long as anybody may.
async fn hold(pool: &Pool) -> Result<Held, StoreError> {
    match pool.get().await {
        Ok(object) => Ok(object.into()),
        Err(PoolError::Backend(e)) => {
            tracing::error!("no connection to the database: {e}");
            Err(StoreError::Busy)
        }
        Err(_) => Err(StoreError::Busy),
    }
}
