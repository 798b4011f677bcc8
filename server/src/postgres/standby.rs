//! A server that follows the primary, to be read from and for nothing else: each connection is
//! checked to be to a standby of the primary's cluster, and can write nothing.

use std::{sync::Arc, time::Duration};

use deadpool::managed::PoolError;

use super::{
    Database, Held, Settings, Transaction,
    address::Server,
    check,
    connect::{Connector, No, facts},
    database::{Pool, pool},
    lead::Checked,
    open::OpenError,
    session::Session,
};
use crate::store::StoreError;

/// How many connections a server has to each replica at most.
const POOL_MAX: usize = 8;
/// How long somebody waits for a free one. There are other replicas.
const WAIT: Duration = Duration::from_millis(500);
/// How long a replica may take over one statement, with what the network adds.
const ANSWER: Duration = Duration::from_secs(6);

/// A standby. Clones share its connections.
#[derive(Clone)]
pub(crate) struct Standby {
    name: Arc<str>,
    pool: Pool,
}

impl Standby {
    /// One for each host of an address. Nothing is connected to yet: a replica that is not there
    /// comes later, or not at all.
    ///
    /// # Errors
    /// The address can't be used, or certificates can't be had.
    pub(crate) fn each(settings: &Settings, primary: &Database) -> Result<Vec<Self>, OpenError> {
        let each = settings.servers.iter().map(|server| {
            let settings = Settings {
                servers: vec![server.clone()],
                wait: WAIT,
                answer: ANSWER.min(settings.answer),
                ..settings.clone()
            };
            let size = settings.pool_max.min(POOL_MAX);
            let mut connector = Connector::new(settings)?;
            connector.follows = Some(Arc::clone(&primary.connector));
            let pool = pool(&Arc::new(connector), size)?;
            let name = server.to_string().into();
            Ok(Self { name, pool })
        });
        each.collect()
    }

    /// Where it is, as in `db2.example.net:5432`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// A connection, or why there is none, in words.
    pub(crate) async fn hold(&self) -> Result<Held, String> {
        self.pool.get().await.map(Held::from).map_err(|e| match e {
            PoolError::Backend(e) => e.to_string(),
            PoolError::Closed => "the server is stopping".to_owned(),
            PoolError::Timeout(_)
            | PoolError::NoRuntimeSpecified
            | PoolError::PostCreateHook(_) => "does not answer in time".to_owned(),
        })
    }

    /// Begins to read several things as of one moment.
    pub(crate) async fn snapshot(&self) -> Result<Transaction, StoreError> {
        let held = self.hold().await.map_err(|_| StoreError::Busy)?;
        Transaction::snapshot(held)
            .await
            .map_err(super::Fault::reading)
    }

    /// Gives up all connections; what is under way is finished first.
    pub(crate) fn close(&self) {
        self.pool.close();
    }
}

impl Connector {
    /// A connection to a standby of the cluster that this primary is of.
    pub(super) async fn connect_standby(&self, primary: &Self) -> Result<Session, OpenError> {
        let Some(server) = self.settings.servers.first() else {
            let why = "has no address".to_owned();
            return Err(OpenError::NoStandby { why });
        };
        match self.try_standby(server, primary.cluster()).await {
            Ok(session) => Ok(session),
            Err(No::Away(why)) => Err(OpenError::NoStandby { why }),
            Err(No::Unfit(e)) => Err(e),
        }
    }

    async fn try_standby(&self, server: &Server, cluster: Option<i64>) -> Result<Session, No> {
        let session = self.open(server, check::READING).await?;
        let facts = facts(server, &session).await?;
        if let Some(why) = facts.no_replica(cluster) {
            return Err(No::Away(why.to_owned()));
        }
        session.set_checked(Checked {
            cluster: facts.cluster,
            timeline: 0,
            round: self.round(),
        });
        Ok(session)
    }
}
